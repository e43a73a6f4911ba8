"""Assessment: which pairs the model merges, which it shows to a person and why, and which it doubts."""

from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from crm_migration.match.chunks import Inputs, scored_in_chunks
from crm_migration.match.comparisons import ANOTHER_AREA, ANOTHER_STREET, UNLIKE_NAMES
from crm_migration.match.guards import companies_apart, persons_apart, weakly_named
from crm_migration.match.linkage import Linked
from crm_migration.match.model import Model
from crm_migration.match.pairs import PAIR, beside
from crm_migration.match.plan import Plan
from crm_migration.match.pool import Pool
from crm_migration.match.scored import Found, scored_at_once
from crm_migration.match.scoring import evidence
from crm_migration.match.thresholds import Bands, bands
from crm_migration.staging import RunFolder

ASSESSED = {**PAIR, "probability": pl.Float64(), "weights": pl.String(), "reason": pl.String()}
_MERGE = "merge"
_WEAKLY = "given names agree weakly"
_CLOSE_STREET = ("same", "alike", "house number and a word")
_PARTLY_NAMED = (
    "family name, other missing", "given name, other missing", "given is family name, other missing",
    "alike, other missing", "missing",
)  # fmt: skip


@dataclass(frozen=True)
class Assessed:
    """What the model says of the pairs of nodes.

    Attributes:
        merged: pairs that merge (see `ASSESSED`); `weight` is the probability.
        doubted: pairs with another verdict; `weight` is 0 where a guard objects; `reason` is null below `review`.
        model: the model that was used, or None where there is none.
        facts: what the room tells of it.
    """

    merged: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ASSESSED))
    doubted: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ASSESSED))
    model: Model | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> pl.DataFrame:
        """Return the pairs for a person to look at."""
        return self.doubted.filter(pl.col("reason").is_not_null())

    def staged(self) -> pl.DataFrame:
        """Return the model as one line (`sha256`, `model`: its JSON), none where there is no model."""
        lines = [(self.model.digest, self.model.text())] if self.model else []
        return pl.DataFrame(lines, schema={"sha256": pl.String(), "model": pl.String()}, orient="row")


def assess(
    plan: Plan, pool: Pool, saved: Path | None, labels: pl.DataFrame | None = None, folder: RunFolder | None = None
) -> Assessed:
    """Return the model's verdicts over all pairs of which one side is to be placed.

    The model is read from `saved` where that file exists; else it is trained on the rows at hand, and where they are
    too few to learn from, the strong keys stand alone. `labels` move the bands where they are enough (`thresholds`).
    Where the mapping asks for several chunks, they are scored one by one by way of `folder`, unless they lie there.

    Raises:
        MappingInvalid: `saved` is not a model for these fields.
    """
    config = plan.model
    if config is None or not pool.fresh:
        return Assessed()
    if folder is not None and config.chunks > 1:
        found = scored_in_chunks(folder, Inputs(plan, pool, config, saved))
    else:
        found = scored_at_once(plan, pool, config, saved)
    if found is None:
        return Assessed(facts={"model": "none: too few rows or fields to learn from"})
    return _judged(plan, found, bands(config, labels))


def _judged(plan: Plan, found: Found, bands: Bands) -> Assessed:
    names, model = found.nodes, found.model
    pairs = found.scored.pairs.join(names, left_on="unique_id_l", right_on="unique_id").join(
        names, left_on="unique_id_r", right_on="unique_id", suffix="_r"
    )
    pairs = pairs.rename({"node": "a", "node_r": "b"}).with_columns(rule=pl.lit(plan.model_rule, dtype=PAIR["rule"]))
    reasons = _objections(model, pairs)
    likely = pl.col("probability") >= bands.review_at
    reason = (
        pl.when(~likely)
        .then(None)
        .when(pl.col("objection").is_not_null())
        .then("objection")
        .when(pl.col("probability") >= bands.merge_at)
        .then(pl.lit(_MERGE))
        .otherwise(pl.lit("below_merge"))
    )
    judged = pairs.with_columns(reasons.alias("objection")).with_columns(reason.alias("reason"))
    weight = pl.when(pl.col("objection").is_null()).then("probability").otherwise(0.0)
    told = judged.filter(likely)
    weights = told.select("a", "b", evidence(model, told))
    judged = judged.with_columns(weight.alias("weight")).join(weights, on=["a", "b"], how="left")
    judged = judged.select(list(ASSESSED))
    merges = pl.col("reason") == _MERGE
    facts = {
        "model": found.origin,
        "model_sha256": model.digest,
        "prior": found.scored.prior,
        "scored_pairs": found.scored.proposed,
        **asdict(bands),
    }
    doubted = judged.filter(~merges.fill_null(value=False))
    merged = judged.filter(merges).with_columns(reason=pl.lit(None, dtype=pl.String))
    return Assessed(merged, doubted, model, facts)


def _objections(model: Model, pairs: pl.DataFrame) -> pl.Series:
    """Return for each pair why it must not merge however probable it is, null where nothing speaks against it."""
    labels = {name: _label(model, name) for name in model.levels()}
    if model.kind == "company":
        named, reason = companies_apart(pairs["company"], pairs["company_r"]), "company_name"
        excused = pl.lit(value=False)
    else:
        named, reason = persons_apart(pairs.select("given", "family", "given_r", "family_r")), "given_name"
        labels |= {_WEAKLY: pl.lit(weakly_named(pairs["given"], pairs["given_r"]))}
        # Chinese characters that sound alike are a slip of the input method where mailbox or phone are the same.
        excused = _is_in(labels, "email", "same") | _is_in(labels, "phone", "same")
        excused &= _is_in(labels, "name", "same sound")
    objection = pl.when(pl.lit(named) & ~excused).then(pl.lit(reason)).otherwise(_rule_objection(model.kind, labels))
    return pairs.select(objection.alias("objection"))["objection"]


def _is_in(labels: dict[str, pl.Expr], comparison: str, *levels: str) -> pl.Expr:
    return labels[comparison].is_in(levels) if comparison in labels else pl.lit(value=False)


def _label(model: Model, comparison: str) -> pl.Expr:
    return pl.col(f"mw_{comparison}").round(6).replace_strict(model.levels()[comparison], default="missing")


def _rule_objection(kind: str, labels: dict[str, pl.Expr]) -> pl.Expr:
    """Return the objection that the levels of a pair raise: names alone never merge, nor do other places or births."""
    is_in = partial(_is_in, labels)
    # Betty and Lisa Young are both short for Elizabeth, and their mailboxes differ by a letter.
    mistyped = is_in("email", "same before the @", "alike") & ~is_in("name", "short form")
    own = is_in("email", "same") | mistyped | is_in("phone", "same", "one digit")
    own |= is_in("website", "same") if kind == "company" else is_in("birth_date", "same", "one digit")
    street = is_in("street", *_CLOSE_STREET)
    if kind == "company":
        elsewhere = _elsewhere(labels) & ~is_in("phone", "same")
        return pl.when(elsewhere).then(pl.lit("other_place")).when(~own & ~street).then(pl.lit("name_only"))
    partly = is_in("name", *_PARTLY_NAMED) & ~is_in("email", "same") & ~is_in("birth_date", "same")
    # Another date of one year may be another's slip; parents and children of one name share a mailbox, too.
    slip = is_in("birth_date", "year") & is_in("email", "same") & is_in("name", "same", "swapped")
    return (
        pl.when(is_in("name", *UNLIKE_NAMES) | partly | _of_another_member(labels))
        .then(pl.lit("weak_name"))
        .when(is_in("birth_date", "differs", "year") & ~slip)
        .then(pl.lit("birth_date"))
        .when(~own & ~(street & is_in("name", "same", "swapped")))
        .then(pl.lit("name_only"))
    )


def _elsewhere(labels: dict[str, pl.Expr]) -> pl.Expr:
    """Return whether a company's two records stand at two places, as branches do, which share web site and mailbox."""
    is_in = partial(_is_in, labels)
    street = is_in("street", *ANOTHER_STREET) & is_in("area", *ANOTHER_AREA)
    street |= is_in("street", "house number and a word") & is_in("area", "differs")
    # Without an address, another phone is all that a branch shows.
    nowhere = ~is_in("area", "same", "postal code", "city", *ANOTHER_AREA) & is_in("phone", "differs")
    unknown = ~is_in("street", *_CLOSE_STREET, *ANOTHER_STREET)
    return street | unknown & (nowhere | is_in("area", "differs"))


def _of_another_member(labels: dict[str, pl.Expr]) -> pl.Expr:
    """Return whether a name that agrees in part may be another one's in the same household or company."""
    is_in = partial(_is_in, labels)
    another = is_in("email", "same before the @", "differs") | is_in("phone", "differs")
    another |= is_in("birth_date", "two digits", "year", "differs")
    two_boxes = is_in("email", "differs") & (pl.col("email_domain") == pl.col("email_domain_r")).fill_null(value=False)
    born_alike = is_in("birth_date", "same")
    alike = ~is_in("name", "same", "swapped", "same sound") & ~born_alike
    at_work = is_in("email", "same") & pl.col("email_domain").is_not_null()
    # Wang and Wang of one office, in two characters, have extensions that differ by a digit.
    sound = is_in("name", "same sound") & ~is_in("email", "same") & ~is_in("phone", "same") & ~born_alike
    return labels[_WEAKLY] & another & ~born_alike & ~at_work | two_boxes & alike | sound


def evidence_of_merges(pool: Pool, linked: Linked, assessed: Assessed) -> pl.DataFrame:
    """Return `a`, `b` (identities), `probability`, `weights` of the pairs that the model has merged, in order."""
    named = pool.nodes.select("node", "identity").join(linked.placed, on="node")
    told = beside(assessed.merged, named).filter(pl.col("golden_a") == pl.col("golden_b"))
    columns = [pl.col("identity_a").alias("a"), pl.col("identity_b").alias("b"), "probability", "weights"]
    return told.select(columns).sort("a", "b")

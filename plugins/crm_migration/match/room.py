"""The room: candidates, guards, linkage and survivorship over one entity's clean rows."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import polars as pl

from crm_migration.mapping.model import Mapping
from crm_migration.match.assessment import Assessed, assess, evidence_of_merges
from crm_migration.match.candidates import propose, review_keys, settled
from crm_migration.match.decisions import RULE, together, undecided
from crm_migration.match.guards import objections
from crm_migration.match.known import KnownRecords
from crm_migration.match.linkage import Linked, link, own_clusters
from crm_migration.match.pairs import DECIDED, PAIR, beside, distinct
from crm_migration.match.plan import MODEL_RULE, Plan, check
from crm_migration.match.pool import Pool, gather
from crm_migration.match.records import as_joined_json, to_json
from crm_migration.match.review import review_lines, sides
from crm_migration.match.survivorship import consolidate
from crm_migration.staging import RunFolder, Staged, TableWriter, open_table

_LOG = logging.getLogger(__name__)
STEPS = ("golden", "lineage", "members", "review", "review_sides", "contribution", "moved", "evidence", "model")
_PART_ROWS = 100_000
_GROUP_ROWS = 300_000


def match(mapping: Mapping, entity: str, folder: RunFolder, known: KnownRecords, model: Path | None = None) -> Staged:
    """Write who is whom among the clean rows of `entity`, and the golden records they make.

    Reads `clean`, and `model` where that file exists; writes `members`, `lineage`, `review`, `review_sides`,
    `contribution`, `moved`, `evidence` and, last, `golden`, which is returned. Its facts: rows, golden, merged,
    clusters, by_key, by_decision, moved, review, shared_values, largest_cluster, and what the model was.

    Raises:
        MappingInvalid: `match` names a field there is not, or a strategy that the field cannot follow.
        OperatorNeeded: the ledger's lineage cannot be read.
        StagingMissing: `clean` did not finish.
    """
    clean = open_table(folder, entity, "clean")
    plan = Plan(mapping.source.name, entity, mapping.entities[entity])
    check(plan)
    pool, keyed = gather(plan, clean, known)
    proposals = propose(plan, pool, keyed)
    del keyed
    assessed = assess(plan, pool, model, known.labels, folder)
    judged = _judged(plan, pool, proposals.pairs, assessed)
    if proposals.unsettled:
        proposals = settled(plan, pool, proposals, own_clusters(plan, pool, judged.accepted, judged.doubted))
        judged = _judged(plan, pool, proposals.pairs, assessed)
    linked = link(plan, pool, judged.accepted, judged.doubted)
    review = _review(plan, pool, proposals.examples, pl.concat([judged.kept_apart, linked.cut]), assessed)
    placed = _place(plan, pool, judged.accepted, linked)
    staged = _write(plan, folder, placed, _Told(review, proposals.shared_values, linked, assessed))
    _LOG.info("%s: %s: matched: %s", plan.source, entity, staged.facts)
    return staged


@dataclass(frozen=True)
class _Judged:
    """Pairs that are accepted, those that the model doubts, and those for a person to look at, with the `reason`."""

    accepted: pl.DataFrame
    doubted: pl.DataFrame
    kept_apart: pl.DataFrame


def _judged(plan: Plan, pool: Pool, proposed: pl.DataFrame, assessed: Assessed) -> _Judged:
    """Return what keys, model, guards and people's decisions make of the pairs."""
    pairs = undecided(pool, proposed)
    said = objections(plan, pool, pairs).alias("reason")
    keyed = pairs.filter(said.is_null())
    modelled = undecided(pool, assessed.merged).select(list(PAIR))
    refused = pairs.with_columns(said).filter(said.is_not_null())
    shown = undecided(pool, _unkeyed(assessed.shown, pairs)).select(*PAIR, "reason")
    accepted = distinct([keyed, modelled, together(pool)])
    return _Judged(accepted, _unkeyed(assessed.doubted, keyed), pl.concat([refused, shown]))


@dataclass(frozen=True)
class _Told:
    """What is staged besides the records: pairs for review, values shared by many, links and the model's verdicts."""

    review: pl.DataFrame
    shared_values: int
    linked: Linked
    assessed: Assessed


def _unkeyed(pairs: pl.DataFrame, keyed: pl.DataFrame) -> pl.DataFrame:
    """Return what the model says of pairs of which no strong key has spoken."""
    return pairs.join(keyed, on=["a", "b"], how="anti")


def _review(
    plan: Plan, pool: Pool, examples: pl.DataFrame, kept_apart: pl.DataFrame, assessed: Assessed
) -> pl.DataFrame:
    """Return the pairs for a person to look at, in an order of their own."""
    weighed = pl.concat([assessed.merged, assessed.shown]).select("a", "b", "probability", "weights")
    named = beside(kept_apart.unique(["a", "b", "reason"], maintain_order=True), pool.nodes.select("node", "identity"))
    named = named.join(weighed, on=["a", "b"], how="left", maintain_order="left")
    names = pl.Series(plan.rules, dtype=pl.String)
    lines = named.select(
        *review_keys(plan, pl.col("identity_a"), pl.col("identity_b")),
        names[named["rule"]].alias("rule"),
        "reason",
        pl.col("identity_a").alias("a"),
        pl.col("identity_b").alias("b"),
        "probability",
        "weights",
    )
    return review_lines(plan, pool, pl.concat([lines, examples], how="diagonal"))


@dataclass(frozen=True)
class _Placed:
    """Every row with its golden id, and what its merged records consist of.

    Attributes:
        pool: the nodes.
        members: `_key`, `_golden`, `_master`, `_merged_by`, `_placed` (by this match), one line a clean row, in
            staged order.
        outside: the members that are not in the extract, of the records that the extract touches.
        sizes: `_golden`, `_members` of the records to consolidate, in order: those with several members, and those
            that members have left and of which none was read.
        moved: `_key`, `_golden`, `_former`, `_remaining` (members of the former record): rows that changed record.
    """

    pool: Pool
    members: pl.DataFrame
    outside: pl.DataFrame
    sizes: pl.DataFrame
    moved: pl.DataFrame


def _place(plan: Plan, pool: Pool, accepted: pl.DataFrame, linked: Linked) -> _Placed:
    rows = pool.nodes.head(pool.rows).join(
        linked.placed.rename({"golden": "linked"}), on="node", how="left", maintain_order="left"
    )
    rows = rows.join(_merged_by(plan, accepted, linked), on="node", how="left", maintain_order="left")
    golden = pl.coalesce("golden", "linked", "identity")
    new_member = pl.col("golden").is_null() & (golden != pl.col("identity"))
    decided = pl.col("node").is_in(together(pool).select(pl.concat_list("a", "b").explode()).to_series().implode())
    members = rows.select(
        plan.own_key(pl.col("identity")).alias("_key"),
        golden.alias("_golden"),
        (pl.col("identity") == golden).alias("_master"),
        pl.when(new_member & decided).then(pl.lit(RULE)).when(new_member).then("rule").alias("_merged_by"),
        pl.col("golden").is_null().alias("_placed"),
    )
    moved = _moved(plan, pool, members)
    touched = pl.concat([members["_golden"], moved["_former"].alias("_golden")]).unique().to_frame()
    outside = pool.elsewhere.filter("_member").join(touched, on="_golden", how="semi")
    several = pl.concat([members.filter(~pl.col("_master"))["_golden"], outside["_golden"]]).unique().implode()
    involved = pl.concat([members.filter(pl.col("_golden").is_in(several))["_golden"], outside["_golden"]])
    sizes = involved.to_frame().group_by("_golden").agg(pl.len().cast(pl.Int64).alias("_members"))
    unread = moved["_former"].filter(~moved["_former"].is_in(members["_golden"].implode())).implode()
    sizes = sizes.filter((pl.col("_members") > 1) | pl.col("_golden").is_in(unread)).sort("_golden")
    left = pl.concat([members["_golden"], outside["_golden"]]).value_counts(name="_remaining")
    moved = moved.join(left, left_on="_former", right_on="_golden", how="left", maintain_order="left")
    return _Placed(pool, members, outside, sizes, moved.with_columns(pl.col("_remaining").fill_null(0).cast(pl.Int64)))


def _moved(plan: Plan, pool: Pool, members: pl.DataFrame) -> pl.DataFrame:
    """Return `_key`, `_golden`, `_former` of the rows that decisions have brought to another record."""
    moving = pool.settled.moving.select(
        plan.own_key(pl.col("identity")).alias("_key"), pl.col("former").alias("_former")
    )
    placed = moving.join(members.select("_key", "_golden"), on="_key").filter(pl.col("_golden") != pl.col("_former"))
    return placed.select("_key", "_golden", "_former").sort("_key")


def _merged_by(plan: Plan, accepted: pl.DataFrame, linked: Linked) -> pl.DataFrame:
    """Return `node` and the name of the first key, or the model, that ties it to another member of its cluster."""
    inside = beside(accepted.filter(pl.col("rule") != DECIDED), linked.placed)
    inside = inside.filter(pl.col("golden_a") == pl.col("golden_b"))
    ends = pl.concat([inside.select(pl.col(end).alias("node"), "rule") for end in ("a", "b")])
    names = dict(enumerate(plan.rules))
    first = ends.group_by("node").agg(pl.col("rule").min())
    return first.with_columns(pl.col("rule").replace_strict(names, return_dtype=pl.String))


def _write(plan: Plan, folder: RunFolder, placed: _Placed, told: _Told) -> Staged:
    small = {
        "members": placed.members,
        "review": told.review,
        "review_sides": sides(plan, placed.pool, told.review),
        "moved": placed.moved,
        "evidence": evidence_of_merges(placed.pool, told.linked, told.assessed),
        "model": told.assessed.staged(),
    }
    with ExitStack() as stack:
        tables = {step: stack.enter_context(TableWriter(folder, plan.name, step)) for step in STEPS}
        golden, lineage, contribution = (tables[step] for step in ("golden", "lineage", "contribution"))
        for step, frame in small.items():
            table = tables[step]
            for part in frame.iter_slices(_PART_ROWS) if frame.height else (frame,):
                table.write(part)
        for rows in _rows(placed, placed.sizes):
            golden.write(_alone(plan, rows))
            lineage.write(_lineage(plan, rows.filter("_several")))
        for joined in _joined_records(plan, placed):
            lineage.write(joined)
        for part in _consolidated(plan, placed):
            golden.write(part)
        for part in _contributions(plan, placed):
            contribution.write(part)
        for step in STEPS[1:]:
            tables[step].finish()
        return golden.finish(**_facts(plan, placed, told))


def _facts(plan: Plan, placed: _Placed, told: _Told) -> dict[str, object]:
    merged_by = dict(placed.members["_merged_by"].drop_nulls().value_counts().iter_rows())
    return {
        "rows": placed.members.height,
        "golden": placed.members["_golden"].n_unique(),
        "merged": placed.members.height - int(placed.members["_master"].sum()),
        "clusters": placed.sizes.height,
        "by_key": {key.name: merged_by.get(key.name, 0) for key in plan.keys},
        **({"by_model": merged_by.get(MODEL_RULE, 0)} if plan.model else {}),
        "by_decision": merged_by.get(RULE, 0),
        "moved": placed.moved.height,
        "review": told.review.height,
        "shared_values": told.shared_values,
        "largest_cluster": placed.sizes["_members"].max() or min(placed.members.height, 1),
        **told.assessed.facts,
    }


def _rows(placed: _Placed, goldens: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield the clean rows by part, with `_identity`, `_golden` and `_several`: it is one of `goldens`."""
    start = 0
    chosen = goldens["_golden"].implode()
    identities = placed.pool.nodes["identity"].alias("_identity")
    for part in placed.pool.clean.frames():
        golden = placed.members["_golden"].slice(start, part.height)
        several = golden.is_in(chosen).alias("_several")
        yield part.with_columns(golden, several, identities.slice(start, part.height))
        start += part.height


def _alone(plan: Plan, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the golden records of rows that nobody was merged with: the rows themselves."""
    alone = rows.filter(~pl.col("_several"))
    return alone.select(
        "_golden",
        plan.own_key(pl.col("_golden")).alias("_key"),
        pl.lit(1, dtype=pl.Int64).alias("_members"),
        *plan.fields,
    )


def _joined_records(plan: Plan, placed: _Placed) -> Iterator[pl.DataFrame]:
    """Yield lineage of records of the target that gained their second member: the ledger does not hold them yet.

    Of those that another stream founded, what a row that joins may change is kept, marked as such.
    """
    several = placed.sizes.filter(pl.col("_members") > 1)
    joined = placed.outside.filter("_record").join(several, on="_golden", how="semi")
    own = plan.own_key(pl.col("_identity"))
    yield _lineage(plan, joined.filter(own.is_not_null()))
    founder = pl.col("_identity").str.split_exact(":", 1).struct.field("field_0")
    first = own.is_null() & ~pl.col("_golden").is_in(placed.pool.merged.implode())
    foreign = joined.filter(first).with_columns(founder.alias("_source"))
    key = pl.col("_identity").str.slice(pl.col("_source").str.len_chars() + 1)
    yield foreign.select(key.alias("_key"), "_golden", "_source", as_joined_json(list(plan.fields)))


def _lineage(plan: Plan, members: pl.DataFrame) -> pl.DataFrame:
    key = plan.own_key(pl.col("_identity")).alias("_key")
    return members.select(key, "_golden", pl.lit(plan.stream).alias("_source"), to_json(list(plan.fields)))


def _consolidated(plan: Plan, placed: _Placed) -> Iterator[pl.DataFrame]:
    """Yield the golden records of merged rows, group by group, and at last the bare columns."""
    own = ["_identity", "_golden", *plan.fields]
    for goldens in _groups(placed.sizes):
        inside = [rows.filter("_several").select(own) for rows in _rows(placed, goldens)]
        outside = placed.outside.join(goldens, on="_golden", how="semi").select(own)
        golden = consolidate(plan, pl.concat([*inside, outside]))
        keyed = golden.with_columns(plan.own_key(pl.col("_golden")).alias("_key"))
        yield from keyed.select("_golden", "_key", "_members", *plan.fields).iter_slices(_PART_ROWS)
    columns = {"_golden": pl.String(), "_key": pl.String(), "_members": pl.Int64(), **plan.fields}
    yield pl.DataFrame(schema=columns)


def _contributions(plan: Plan, placed: _Placed) -> Iterator[pl.DataFrame]:
    """Yield what this stream's own rows alone would make of the records that other streams feed too."""
    yield pl.DataFrame(schema={"_golden": pl.String(), **plan.fields})
    own = plan.own_key(pl.col("_identity")).is_not_null()
    shared = placed.sizes.join(placed.outside.filter(~own), on="_golden", how="semi")
    for goldens in _groups(shared) if shared.height else ():
        inside = [
            rows.filter("_several").select("_identity", "_golden", *plan.fields) for rows in _rows(placed, goldens)
        ]
        outside = placed.outside.filter(own).join(goldens, on="_golden", how="semi")
        made = consolidate(plan, pl.concat([*inside, outside.select("_identity", "_golden", *plan.fields)]))
        # What this stream's rows had brought to a record that they have all left is taken back.
        left = goldens.select("_golden").join(made, on="_golden", how="anti")
        made = pl.concat([made, left], how="diagonal")
        yield from made.select("_golden", *plan.fields).iter_slices(_PART_ROWS)


def _groups(sizes: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield `sizes` in groups of about as many members as fit in memory at once."""
    turns = (sizes["_members"].cum_sum() - 1) // _GROUP_ROWS
    starts = [*(turns != turns.shift()).fill_null(value=True).arg_true(), sizes.height]
    for start, end in pairwise(starts):
        yield sizes.slice(start, end - start)

"""Candidates: the pairs of rows that a strong key says are one customer."""

from dataclasses import dataclass, field

import polars as pl

from crm_migration.mapping.model import Similar, StrongKey
from crm_migration.match.companies import base_name, companies_agree
from crm_migration.match.folding import joined, words
from crm_migration.match.pairs import PAIR, REVIEW, SHOWN, beside, distinct
from crm_migration.match.persons import persons_agree
from crm_migration.match.plan import Plan
from crm_migration.match.pool import Pool

_EXAMPLES = 50


@dataclass(frozen=True)
class Proposals:
    """The pairs proposed, and the key values that too many hold.

    Attributes:
        pairs: see `pairs`.
        examples: review lines for up to 50 such values a key.
        shared_values: how many such values there are.
        unsettled: by the number of a key, who holds values that are too many's only while each row of the extract
            counts by itself: they may turn out to be few (see `settled`).
    """

    pairs: pl.DataFrame
    examples: pl.DataFrame
    shared_values: int
    unsettled: dict[int, pl.DataFrame] = field(default_factory=dict)


def propose(plan: Plan, pool: Pool, keyed: pl.DataFrame) -> Proposals:
    """Return the pairs that the strong keys propose; at least one side of each is a row to be placed."""
    proposed, examples, shared = [], [pl.DataFrame(schema=REVIEW).select(SHOWN)], 0
    unsettled = {}
    unplaced = pool.nodes["golden"].null_count() > 0
    most = plan.guards.max_holders
    for number, key in enumerate(plan.keys if unplaced else []):
        held = _held(pool, keyed.select("node", value=f"_value_{number}"))
        counted = _holders(held)
        crowded = counted.filter(pl.col("holders") > most)
        # Which rows of a stream share a value of few among themselves does not depend on who else was loaded before.
        inside = crowded.filter(pl.col("own_holders") <= most)
        open_values = inside.filter((pl.col("own_holders") > 1) & (pl.col("others") <= most))
        unsettled[number] = held.join(open_values, on="value", how="semi")
        crowded = crowded.join(open_values, on="value", how="anti")
        shared += crowded.height
        examples.append(_examples(plan, key, held, crowded))
        few = held.join(counted.filter(pl.col("holders") <= most), on="value", how="semi")
        own = held.filter("own").join(inside, on="value", how="semi")
        proposed.append(_similar(plan, pool, key, _combined(pl.concat([few, own]), number)))
    unsettled = {number: held for number, held in unsettled.items() if held.height}
    return Proposals(distinct(proposed), pl.concat(examples), shared, unsettled)


def settled(plan: Plan, pool: Pool, proposals: Proposals, clusters: pl.DataFrame) -> Proposals:
    """Return the proposals with those of unsettled values, rows of one of the `clusters` (`node`, `cluster`) being one.

    So the holders of a value are as many as they would be if the extract had been loaded before the other streams.
    """
    proposed, examples, shared = [proposals.pairs], [proposals.examples], proposals.shared_values
    for number, held in proposals.unsettled.items():
        known = held.join(clusters, on="node", how="left")
        holder = pl.coalesce(pl.col("cluster").cast(pl.String), "golden", "identity")
        counted = known.group_by("value").agg(holder.n_unique().alias("holders"))
        crowded = counted.filter(pl.col("holders") > plan.guards.max_holders)
        shared += crowded.height
        examples.append(_examples(plan, plan.keys[number], held, crowded))
        few = held.join(crowded, on="value", how="anti")
        proposed.append(_similar(plan, pool, plan.keys[number], _combined(few, number)))
    return Proposals(distinct(proposed), pl.concat(examples), shared)


def _holders(held: pl.DataFrame) -> pl.DataFrame:
    """Return `value`, `holders`, of which `own_holders` are of the extract's stream and `others` not.

    Of values that a row to be placed shares.
    """
    # Rows that are one record already, however many sources tell of it, are one holder.
    holder = pl.coalesce("golden", "identity")
    counted = held.group_by("value").agg(
        holder.n_unique().alias("holders"),
        holder.filter("own").n_unique().alias("own_holders"),
        holder.filter(~pl.col("own")).n_unique().alias("others"),
        pl.col("golden").null_count().alias("new"),
    )
    return counted.filter((pl.col("holders") > 1) & (pl.col("new") > 0))


def _held(pool: Pool, values: pl.DataFrame) -> pl.DataFrame:
    """Return who holds each value, counting a record only where none of its members does."""
    held = values.drop_nulls("value")
    repeated = held.filter(pl.col("value").is_duplicated())
    own = pl.col("identity").str.starts_with(f"{pool.stream}:").alias("own")
    placed = repeated.join(pool.nodes, on="node").with_columns(own)
    members, records = placed.filter("member"), placed.filter(~pl.col("member"))
    return pl.concat([members, records.join(members, on=["value", "golden"], how="anti")])


def _combined(held: pl.DataFrame, number: int) -> pl.DataFrame:
    both = held.join(held, on="value", suffix="_b").filter(
        (pl.col("identity") < pl.col("identity_b")) & (pl.col("golden").is_null() | pl.col("golden_b").is_null())
    )
    return both.select(
        pl.col("node").alias("a"),
        pl.col("node_b").alias("b"),
        pl.lit(number, dtype=PAIR["rule"]).alias("rule"),
        pl.lit(1.0).alias("weight"),
    )


def _examples(plan: Plan, key: StrongKey, held: pl.DataFrame, crowded: pl.DataFrame) -> pl.DataFrame:
    holders = held.join(crowded, on="value").group_by("value", "holders").agg(pl.col("identity").sort().head(2))
    first, second = pl.col("identity").list.get(0), pl.col("identity").list.get(1)
    chosen = holders.select("holders", a=first, b=second).sort("holders", "a", "b", descending=[True, False, False])
    return chosen.head(_EXAMPLES).select(
        *review_keys(plan, pl.col("a"), pl.col("b")),
        pl.lit(key.name).alias("rule"),
        pl.lit("key_value_shared_by_many").alias("reason"),
        "a",
        "b",
    )


def review_keys(plan: Plan, a: pl.Expr, b: pl.Expr) -> list[pl.Expr]:
    """Return the identities `a` and `b` as a reviewer names them: own rows by key, others by golden id."""
    return [pl.coalesce(plan.own_key(a), a).alias("_key_a"), pl.coalesce(plan.own_key(b), b).alias("_key_b")]


def _similar(plan: Plan, pool: Pool, key: StrongKey, pairs: pl.DataFrame) -> pl.DataFrame:
    if key.similar is None or pairs.is_empty():
        return pairs
    wanted = pl.concat([pairs["a"], pairs["b"]])
    names = _names(plan, key.similar).items()
    values = pool.values(wanted, key.similar.fields).select(
        pl.col("_node").alias("node"), *[part.alias(name) for name, part in names]
    )
    sides = beside(pairs, values)
    return pairs.filter(pl.Series(_agreements(key.similar, sides), dtype=pl.Boolean))


def _names(plan: Plan, similar: Similar) -> dict[str, pl.Expr]:
    """Return the parts of the names to compare: `base`, or `given` and `family`."""
    if similar.by == "company":
        return {"base": base_name(joined(similar.fields)).fill_null("")}
    if len(similar.fields) == 1:
        given, family = _split(pl.col(similar.fields[0]).cast(pl.String))
    else:
        guarded = plan.given_name
        first = guarded if guarded in similar.fields else similar.fields[0]
        given = pl.col(first).cast(pl.String)
        family = joined([field for field in similar.fields if field != first])
    return {"given": words(given).fill_null(""), "family": words(family).fill_null("")}


def _split(whole: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return given and family name out of "Given Family" or "Family, Given"."""
    turned = r"^\s*([^,]+),\s*([^,]+)$"
    given = pl.coalesce(whole.str.extract(turned, 2), whole.str.extract(r"^\s*(.*\S)\s+\S+\s*$", 1))
    return given, pl.coalesce(whole.str.extract(turned, 1), whole.str.extract(r"(\S+)\s*$", 1))


def _agreements(similar: Similar, sides: pl.DataFrame) -> list[bool]:
    least = similar.at_least
    if similar.by == "company":
        names = zip(sides["base_a"], sides["base_b"], strict=True)
        return [bool(a and b) and companies_agree(a, b, least) for a, b in names]
    left = zip(sides["given_a"], sides["family_a"], strict=True)
    right = zip(sides["given_b"], sides["family_b"], strict=True)
    return [persons_agree(a, b, least) for a, b in zip(left, right, strict=True)]

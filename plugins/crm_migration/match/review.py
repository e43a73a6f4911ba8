"""The pairs that wait for a person, in an order of their own, and the records of those worth showing first."""

import polars as pl

from crm_migration.match.candidates import review_keys
from crm_migration.match.decisions import CONTRADICTION, RULE, UNSURE
from crm_migration.match.pairs import REVIEW
from crm_migration.match.plan import Plan
from crm_migration.match.pool import Pool
from crm_migration.match.records import to_json

SHOWN_PAIRS = 50
_CROWDED = "key_value_shared_by_many"


def review_lines(plan: Plan, pool: Pool, lines: pl.DataFrame) -> pl.DataFrame:
    """Return `lines` (some columns of `REVIEW`) that a person has yet to decide, contradictions added, in order."""
    whole = pl.concat([_whole(lines), _contradictions(plan, pool)]).drop("judgement")
    settled = pool.settled
    for said in (settled.together, settled.apart):
        whole = _without(pool, whole, said)
    unsure = settled.unsure.with_columns(pl.lit(UNSURE).alias("judgement"))
    told = whole.join(unsure, on=["a", "b"], how="left", maintain_order="left")
    return told.select(list(REVIEW)).sort("_key_a", "_key_b", "reason", "rule")


def _contradictions(plan: Plan, pool: Pool) -> pl.DataFrame:
    """Return lines for pairs said to be one customer whose records are said to be two, where one of them is here."""
    said = pool.settled.contradictions
    here = pool.nodes.head(pool.rows)["identity"].implode()
    touched = said.filter(pl.col("a").is_in(here) | pl.col("b").is_in(here))
    told = touched.select(
        *review_keys(plan, pl.col("a"), pl.col("b")),
        pl.lit(RULE).alias("rule"),
        pl.lit(CONTRADICTION).alias("reason"),
        "a",
        "b",
    )
    return _whole(told)


def _whole(lines: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit(None, kind).alias(name) for name, kind in REVIEW.items() if name not in lines.columns]
    return lines.with_columns(missing).select(list(REVIEW))


def _without(pool: Pool, lines: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """Return `lines` without the pairs whose units `said` names; contradictions stay."""
    if said.is_empty():
        return lines
    units = pool.nodes.select("identity", pl.coalesce("golden", "identity").alias("unit"))
    units = units.filter(pl.col("identity").is_in(pl.concat([lines["a"], lines["b"]]).implode())).unique("identity")
    ordered = said.select(pl.min_horizontal("a", "b").alias("_one"), pl.max_horizontal("a", "b").alias("_other"))
    named = lines.with_row_index("_line")
    for side in ("a", "b"):
        unit = units.rename({"identity": side, "unit": f"_unit_{side}"})
        named = named.join(unit, on=side, how="left", maintain_order="left")
    pair = [pl.coalesce(f"_unit_{side}", side) for side in ("a", "b")]
    named = named.with_columns(pl.min_horizontal(pair).alias("_one"), pl.max_horizontal(pair).alias("_other"))
    decided = named.join(ordered, on=["_one", "_other"], how="semi").filter(pl.col("reason") != CONTRADICTION)["_line"]
    return named.filter(~pl.col("_line").is_in(decided.implode())).select(lines.columns)


def best(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs to show first: the likeliest, then those that a guard kept apart; none that is `unsure`."""
    crowded = (pl.col("reason") == _CROWDED).alias("_crowded")
    ranked = lines.filter(pl.col("judgement").is_null()).with_columns(crowded)
    order = ["_crowded", "probability", "_key_a", "_key_b", "reason"]
    falls = [False, True, False, False, False]
    unique = ranked.sort(order, descending=falls, nulls_last=True).unique(["a", "b"], keep="first", maintain_order=True)
    return unique.head(SHOWN_PAIRS).drop("_crowded")


def sides(plan: Plan, pool: Pool, lines: pl.DataFrame) -> pl.DataFrame:
    """Return `_identity`, `record` (JSON) of both sides of the pairs to show first."""
    shown = best(lines)
    wanted = pl.concat([shown["a"], shown["b"]]).unique().implode()
    nodes = pool.nodes.filter(pl.col("identity").is_in(wanted)).unique("identity", keep="first", maintain_order=True)
    # The external id names the source's row: of two rows it always differs.
    fields = [name for name in plan.fields if name != plan.entity.target.external_id]
    named = nodes.select(pl.col("node").alias("_node"), pl.col("identity").alias("_identity"))
    told = named.join(pool.values(nodes["node"], fields), on="_node")
    return told.select("_identity", to_json(fields)).sort("_identity")

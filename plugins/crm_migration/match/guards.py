"""Guards: the pairs that a key proposes and a person must look at before anything is merged."""

import polars as pl

from crm_migration.match.folding import joined, words
from crm_migration.match.pairs import beside
from crm_migration.match.persons import given_names_differ
from crm_migration.match.plan import Plan
from crm_migration.match.pool import Pool


def forbidden(plan: Plan, pool: Pool, pairs: pl.DataFrame) -> pl.Series:
    """Return for each pair whether its two sides are clearly two persons.

    Clearly different: neither equal, short form, initial, similar, nor swapped with another name of the other
    side. Without a `given_name` guard, and where a side has no given name, nothing is forbidden.
    """
    given = plan.guards.given_name
    if given is None or pairs.is_empty():
        return pl.repeat(value=False, n=pairs.height, dtype=pl.Boolean, eager=True)
    wanted = pl.concat([pairs["a"], pairs["b"]])
    names = pool.values(wanted, [given, *plan.other_names]).select(
        pl.col("_node").alias("node"),
        words(pl.col(given).cast(pl.String)).alias("given"),
        words(joined(plan.other_names)).fill_null("").alias("other") if plan.other_names else pl.lit("").alias("other"),
    )
    sides = beside(pairs.select("a", "b"), names)
    unequal = sides.with_row_index("place").filter(pl.col("given_a") != pl.col("given_b"))
    compared = unequal.select("place", "given_a", "given_b", "other_a", "other_b")
    apart = [
        place
        for place, a, b, other_a, other_b in compared.iter_rows()
        if not _swapped(a, b, other_a, other_b) and given_names_differ(a, b)
    ]
    return pl.int_range(pairs.height, dtype=pl.UInt32, eager=True).is_in(pl.Series(apart, dtype=pl.UInt32).implode())


def _swapped(given_a: str, given_b: str, other_a: str, other_b: str) -> bool:
    return given_a == other_b and given_b == other_a

"""Pairs of nodes, and what is said of them: the interface between the steps of a match.

A pair is `a`, `b` (nodes, the smaller identity first), `rule` (number of the key that proposed it, the first
in the mapping's order) and `weight` (1 where a strong key agrees). Every proposer hands its pairs to the
guards in this form, and the linkage takes them from there.
"""

import polars as pl

DECIDED = 2**32 - 1
"""The `rule` of pairs that a person said are one customer."""
PAIR = {"a": pl.UInt32(), "b": pl.UInt32(), "rule": pl.UInt32(), "weight": pl.Float64()}
REVIEW = {
    "_key_a": pl.String(),
    "_key_b": pl.String(),
    "rule": pl.String(),
    "reason": pl.String(),
    "a": pl.String(),
    "b": pl.String(),
    "probability": pl.Float64(),
    "weights": pl.String(),
    "judgement": pl.String(),
}
"""A pair for a person: as a reviewer names it (own rows by key), why, by identity, and what the model said of it.

`weights` is a JSON object: comparison to `{"level": …, "weight": …}`; `judgement` is `unsure` where a person has
looked.
"""
SHOWN = ["_key_a", "_key_b", "rule", "reason", "a", "b"]


def distinct(pairs: list[pl.DataFrame]) -> pl.DataFrame:
    """Return each pair once, under the first rule that proposed it and with its greatest weight."""
    every = pl.concat([pl.DataFrame(schema=PAIR), *pairs])
    return every.group_by("a", "b").agg(pl.col("rule").min(), pl.col("weight").max())


def beside(pairs: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Return `pairs` with the columns of `values` (by `node`) once for each side, named `…_a` and `…_b`."""
    for side in ("a", "b"):
        named = values.rename({name: f"{name}_{side}" for name in values.columns if name != "node"})
        pairs = pairs.join(named, left_on=side, right_on="node", how="left", maintain_order="left")
    return pairs

"""Thresholds: where the model's merges and its pairs for review begin, learned anew once people have judged enough.

Few judgements say nothing: the mapping's own thresholds stand until there are a hundred.
"""

from dataclasses import dataclass

import polars as pl

from crm_migration.mapping.matching import MatchModel

LEAST_LABELS = 100
LABELS = {"probability": pl.Float64(), "same": pl.Boolean(), "guarded": pl.Boolean()}
"""Pairs that a person judged: what the model said, what the person, and whether a guard forbids their merge anyway."""
UNGUARDED = ("below_merge", "both_exist", "conflict_in_cluster", "max_cluster")
"""Reasons for review by which no guard speaks against the pair itself."""
_PRECISION = {"person": 0.99, "company": 0.98}
_LEAST_MERGE = 0.9
_MISSED = 0.01
# Probabilities are told to six decimals.
_DECIMALS = 6
_Z = 1.959964


@dataclass(frozen=True)
class Bands:
    """Where the model's bands begin.

    Attributes:
        merge_at: least probability at which a pair merges.
        review_at: least probability at which a pair is shown to a person.
        labels: how many judged pairs both were learned from; 0 where they are the mapping's own.
    """

    merge_at: float
    review_at: float
    labels: int = 0


def bands(config: MatchModel, labels: pl.DataFrame | None) -> Bands:
    """Return the bands that the mapping asks for, or those that `labels` (see `LABELS`) teach where they are enough."""
    if labels is None or labels.height < LEAST_LABELS:
        return Bands(config.merge_at, config.review)
    learned = thresholds(labels, config.merge_at, config.review, _PRECISION[config.kind])
    return Bands(*learned, labels.height)


def thresholds(
    labels: pl.DataFrame, merge_at: float, review_at: float, precision: float = _PRECISION["company"]
) -> tuple[float, float]:
    """Return where merging and where review begin, given the mapping's own and the pairs that people judged.

    Fewer than a hundred labels change nothing. Merging begins at the lowest probability from which on the judged
    pairs that no guard forbids are one customer with this `precision`, by the lower bound of Wilson's interval
    (95 %); not below 0.9, nor above what the mapping says, unless that does not hold there and a pair was judged
    different: then just above the likeliest such pair at the latest, and at 1 at most. Review begins where no more
    than 1 % of the pairs of one customer lie below; fewer than a hundred of those may only let it begin earlier.
    """
    if labels.height < LEAST_LABELS:
        return merge_at, review_at
    merge = _merge_at(labels.filter(~pl.col("guarded")), merge_at, precision)
    return merge, min(_review_at(labels.filter("same")["probability"], review_at), merge)


def _merge_at(labels: pl.DataFrame, merge_at: float, precision: float) -> float:
    wrong = labels.filter(~pl.col("same"))["probability"].max()
    latest = merge_at
    if isinstance(wrong, float) and wrong >= merge_at:
        latest = min(round(wrong + 10**-_DECIMALS, _DECIMALS), 1.0)
    held = _held(labels, merge_at).filter(pl.col("probability") >= min(_LEAST_MERGE, merge_at))
    return float(min([latest, *held.filter(pl.col("held") >= precision)["probability"]]))


def _held(labels: pl.DataFrame, merge_at: float) -> pl.DataFrame:
    """Return `probability`: `merge_at` and those of the pairs of one customer; `held`: the precision from there on."""
    own = pl.DataFrame({"probability": [merge_at], "same": [True], "n": [0.0]})
    counted = pl.concat([labels.select("probability", "same", n=pl.lit(1.0)), own])
    each = counted.group_by("probability").agg(
        pl.col("same").any(), hits=pl.col("n").filter("same").sum(), n=pl.sum("n")
    )
    above = each.sort("probability", descending=True).with_columns(pl.col("hits", "n").cum_sum())
    share = pl.col("hits") / pl.col("n")
    spread = _Z * (share * (1 - share) / pl.col("n") + _Z**2 / (4 * pl.col("n") ** 2)).sqrt()
    wilson = (share + _Z**2 / (2 * pl.col("n")) - spread) / (1 + _Z**2 / pl.col("n"))
    return above.filter(pl.col("same") & (pl.col("n") > 0)).select("probability", held=wilson)


def _review_at(same: pl.Series, review_at: float) -> float:
    if same.is_empty():
        return review_at
    below = float(same.sort()[int(len(same) * _MISSED)])
    return below if len(same) >= LEAST_LABELS else min(review_at, below)

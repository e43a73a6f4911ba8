"""How well predicted clusters meet the labelled truth: pairwise and B-cubed scores, without counting out any pair."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

_YES = ("1", "true", "1.0", "yes")
_PLANTED = r"^[a-z_]+:\d+$"


@dataclass(frozen=True)
class Scores:
    """Precision, recall and F1 of pairs, and of B-cubed where the truth has clusters."""

    precision: float
    recall: float
    f1: float
    wrong_pairs: int
    predicted_pairs: int
    true_pairs: int
    b3_precision: float | None = None
    b3_recall: float | None = None
    b3_f1: float | None = None
    clusters_exactly_right: float | None = None
    largest_predicted_cluster: int | None = None

    def plain(self) -> dict[str, Any]:
        """Return the scores as JSON takes them."""
        return asdict(self)


def f1(precision: float, recall: float) -> float:
    """Return the harmonic mean, 0 where both are 0."""
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def score(truth: pl.DataFrame, clusters: Mapping[str, object]) -> Scores:
    """Return the scores of `clusters` (id to cluster); an id that is missing there is a cluster of its own.

    `truth` is `id, cluster`; or `left, right`, a complete list of the pairs, which must come with a row
    `left = right` for each single record; or `left, right, is_match`, of which only the listed pairs are judged.
    """
    if "is_match" in truth.columns:
        return _listed(truth, clusters)
    return _clustered(labelled(truth) if "left" in truth.columns else truth, clusters)


def labelled(pairs: pl.DataFrame, ids: Iterable[str] = ()) -> pl.DataFrame:
    """Return `id, cluster` for a complete list of pairs: their connected components, and each other id alone."""
    root: dict[str, str] = {one: one for one in ids}

    def find(one: str) -> str:
        root.setdefault(one, one)
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for left, right in pairs.select("left", "right").iter_rows():
        root[find(left)] = find(right)
    found = [(one, find(one)) for one in list(root)]
    return pl.DataFrame(found, schema={"id": pl.String, "cluster": pl.String}, orient="row")


def _listed(truth: pl.DataFrame, clusters: Mapping[str, object]) -> Scores:
    match = truth["is_match"].str.to_lowercase().is_in(_YES).to_list()
    pairs = truth.select("left", "right").iter_rows()
    same = [left in clusters and clusters[left] == clusters.get(right) for left, right in pairs]
    right = sum(one and other for one, other in zip(same, match, strict=True))
    return _scores(right, sum(same), sum(match))


def _scores(right: int, predicted: int, true: int) -> Scores:
    precision, recall = right / predicted if predicted else 1.0, right / true if true else 1.0
    return Scores(precision, recall, f1(precision, recall), predicted - right, predicted, true)


def _clustered(truth: pl.DataFrame, clusters: Mapping[str, object]) -> Scores:
    rows = beside(truth, clusters)
    both = rows.group_by("true", "predicted").len("both")
    both = both.join(rows.group_by("true").len("of_true"), on="true")
    both = both.join(rows.group_by("predicted").len("of_predicted"), on="predicted")
    pairs = _scores(_pairs(both["both"]), *(_pairs(rows.group_by(side).len()["len"]) for side in ("predicted", "true")))
    square, records = pl.col("both").cast(pl.Float64) ** 2, rows.height
    sums = both.select(p=(square / pl.col("of_predicted")).sum(), r=(square / pl.col("of_true")).sum()).row(0)
    b3_precision, b3_recall = (total / records if records else 1.0 for total in sums)
    exact = both.filter((pl.col("both") == pl.col("of_true")) & (pl.col("both") == pl.col("of_predicted"))).height
    known = rows["true"].n_unique()
    return Scores(
        **{
            **pairs.plain(),
            "b3_precision": b3_precision,
            "b3_recall": b3_recall,
            "b3_f1": f1(b3_precision, b3_recall),
            "clusters_exactly_right": exact / known if known else 1.0,
            "largest_predicted_cluster": both["of_predicted"].max() or 0,
        }
    )


def beside(truth: pl.DataFrame, clusters: Mapping[str, object]) -> pl.DataFrame:
    """Return `id`, `true` and `predicted` for each row of `truth` (`id, cluster`)."""
    single = "\x00"
    predicted = [str(clusters[one]) if one in clusters else single + one for one in truth["id"]]
    return truth.select("id", pl.col("cluster").alias("true")).with_columns(
        pl.Series("predicted", predicted, dtype=pl.String)
    )


def _pairs(sizes: pl.Series) -> int:
    return int((sizes.cast(pl.Int64) * (sizes.cast(pl.Int64) - 1) // 2).sum())


def planted(extra: pl.DataFrame) -> pl.DataFrame:
    """Return `id`, `kind` and `group` for each label `kind:number` that the column `extra` of records names."""
    labels = extra.select("id", label=pl.col("extra").str.split(";")).explode("label")
    labels = labels.filter(pl.col("label").str.contains(_PLANTED))
    return labels.select("id", kind=pl.col("label").str.extract(r"^([a-z_]+):", 1), group="label")


def wrong_merges(truth: pl.DataFrame, labels: pl.DataFrame, clusters: Mapping[str, object]) -> dict[str, int]:
    """Return for each planted kind how many pairs of its groups stand in one cluster and are two."""
    rows = beside(truth, clusters).join(labels, on="id")
    kinds = sorted(set(labels["kind"]))
    merged = _by_kind(rows, ["kind", "group", "predicted"])
    right = _by_kind(rows, ["kind", "group", "predicted", "true"])
    return {kind: merged.get(kind, 0) - right.get(kind, 0) for kind in kinds}


def _by_kind(rows: pl.DataFrame, keys: list[str]) -> dict[str, int]:
    size = pl.col("len").cast(pl.Int64)
    counted = rows.group_by(keys).len().group_by("kind").agg((size * (size - 1) // 2).sum().alias("pairs"))
    return dict(counted.select("kind", "pairs").iter_rows())

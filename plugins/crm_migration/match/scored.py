"""From the pool to scored pairs: the features of every row, the model, and the scores of the pairs it proposes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from crm_migration.mapping.matching import MatchModel
from crm_migration.match.comparisons import comparisons
from crm_migration.match.engine import engine, put
from crm_migration.match.features import featured
from crm_migration.match.model import Model
from crm_migration.match.plan import Plan
from crm_migration.match.pool import Pool, node_numbers, stream_of
from crm_migration.match.scoring import Scored, score
from crm_migration.match.training import train

NAMES = ("given", "family", "company", "email_domain")


@dataclass(frozen=True)
class Found:
    """What the model found.

    Attributes:
        model: the model.
        origin: `saved` or `trained`.
        nodes: `unique_id`, `node` and the names of every row that it compared.
        scored: the pairs.
    """

    model: Model
    origin: str
    nodes: pl.DataFrame
    scored: Scored


def scored_at_once(plan: Plan, pool: Pool, config: MatchModel, saved: Path | None) -> Found | None:
    """Return the scored pairs of all rows, None where there is no model (see `model_for`, which may raise)."""
    table = feature_table(plan, pool, config)
    model, origin = model_for(config.kind, table, saved)
    if model is None:
        return None
    nodes = table.select("unique_id", "node", *NAMES)
    with engine() as connection:
        put(connection, "feature", iter([table.drop("node", "identity")]))
        del table
        return Found(model, origin, nodes, score(connection, model, possible_pairs(pool)))


def model_for(kind: str, table: pl.DataFrame, saved: Path | None) -> tuple[Model | None, str]:
    """Return the model in `saved` where that file exists, else one trained on `table` or None; and `saved`, `trained`.

    Raises:
        MappingInvalid: `saved` is not a model for these fields.
    """
    if saved is not None and saved.exists():
        return Model.read(saved, kind, comparisons(kind)), "saved"
    return train(kind, table), "trained"


def possible_pairs(pool: Pool) -> list[float]:
    """Return how many pairs the rows to be placed can make, stratum by stratum.

    The first: with one another and with known rows of their own stream; then with each other stream's (`streams`).
    """
    members = ranked(pool).group_by("stream").agg(pl.len(), pl.col("fresh").sum()).sort("stream")
    at_hand = {stream: count - fresh for stream, count, fresh in members.iter_rows()}
    known = [max(pool.known.get(name, 0), at_hand.get(number, 0)) for number, name in enumerate(streams(pool))]
    own, *others = [float(pool.fresh * count) for count in known]
    return [own + pool.fresh * (pool.fresh - 1) / 2, *others]


def streams(pool: Pool) -> list[str]:
    """Return the streams of the members: the extract's own, and those of known rows in order of their names."""
    found = stream_of(pool.nodes.filter("member")["identity"]).unique()
    return [pool.stream, *sorted(name for name in found if name != pool.stream)]


def ranked(pool: Pool) -> pl.DataFrame:
    """Return `node`, `identity`, `unique_id` (order of identities), `fresh`, `stream` (its place) of every member."""
    members = pool.nodes.filter("member")
    numbers = {name: number for number, name in enumerate(streams(pool))}
    stream = stream_of(members["identity"]).replace_strict(numbers, return_dtype=pl.Int64)
    return members.select(
        "node",
        "identity",
        pl.col("identity").rank("ordinal").cast(pl.Int64).alias("unique_id"),
        pl.col("golden").is_null().alias("fresh"),
        stream,
    )


def feature_table(plan: Plan, pool: Pool, config: MatchModel) -> pl.DataFrame:
    """Return the members in order (see `ranked`) with their features."""
    frames = [featured(pool.elsewhere, config, "_node"), *_own_features(plan, pool, config)]
    return ranked(pool).join(pl.concat(frames).rename({"_node": "node"}), on="node").sort("unique_id")


def _own_features(plan: Plan, pool: Pool, config: MatchModel) -> Iterator[pl.DataFrame]:
    start = 0
    for part in pool.clean.frames(plan.modelled):
        yield featured(part, config, node_numbers(start, part.height))
        start += part.height

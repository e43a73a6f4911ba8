"""Scoring: how probable it is that the two rows of a blocked pair are one customer, and which field says so.

The weights come from the model; the prior, which does not carry over from one size of data to another, is estimated
anew from the pairs at hand.
"""

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from crm_migration.match.blocking import Blocked, block
from crm_migration.match.comparisons import CIRCUMSTANCES, NAME, UNLIKE_NAMES
from crm_migration.match.engine import linker
from crm_migration.match.model import Model

if TYPE_CHECKING:
    import duckdb

# Pairs below it say nothing about who is one customer, only that two rows are not.
LEAST_PROBABILITY = 1e-4
# Weights (log2) below it are improbable under any prior.
_DEEPEST = 14.0
_ROUNDS = 200
_STILL = 1e-5
_MOST_PRIOR = 0.5


@dataclass(frozen=True)
class Scored:
    """The pairs of the table `feature` that may be one customer.

    Attributes:
        pairs: `unique_id_l`, `unique_id_r`, `probability`, and `mw_…` per comparison (log2; `mw_tf_adj_…` for how
            common the shared value is).
        prior: the probability that a fresh row and another at random are one customer.
        blocked: what blocking did.
    """

    pairs: pl.DataFrame
    prior: float
    blocked: Blocked


def score(connection: "duckdb.DuckDBPyConnection", model: Model, possible: float) -> Scored:
    """Return the scored pairs of `feature`, of `possible` pairs that the rows and all known ones could make."""
    blocked = block(connection, model.kind)
    first = 1 / max(possible, 2) ** 0.5
    over = linker(connection, "feature", model.settings(first), "blocked")
    found = over.inference.predict(threshold_match_weight=_odds(first) - _DEEPEST, warning_mode="never")
    table = f"(SELECT *, match_weight - {_odds(first)} - {_explained(model)} AS bare FROM {found.physical_name})"  # noqa: S608
    weights = connection.execute(f"SELECT bare FROM {table}").fetchnumpy()["bare"]  # noqa: S608
    prior = estimate_prior(np.asarray(weights, dtype=np.float64), possible)
    least = _odds(LEAST_PROBABILITY) - _odds(prior)
    chosen = f"SELECT * EXCLUDE (match_probability, match_weight, match_key) FROM {table} WHERE bare >= {least}"  # noqa: S608
    kept = pl.DataFrame(connection.sql(chosen).to_arrow_table())
    weight = pl.col("bare") + _odds(prior)
    kept = kept.with_columns(probability=(1 / (1 + pl.lit(2.0).pow(-weight.clip(-60, 60)))).round(6))
    return Scored(kept.select("unique_id_l", "unique_id_r", "probability", pl.col("^mw_.*$")), prior, blocked)


def _explained(model: Model) -> str:
    """Return SQL for the weight of what two people of unlike names share by living or working in one place."""
    levels = model.levels()
    if model.kind != "person" or NAME not in levels:
        return "0.0"
    unlike = [weight for weight, label in levels[NAME].items() if label in UNLIKE_NAMES]
    shared = [name for name in CIRCUMSTANCES if name in levels]
    common = {name: f" + mw_tf_adj_{name}" if model.has_common(name) else "" for name in shared}
    total = " + ".join(f"greatest(mw_{name}{common[name]}, 0)" for name in shared) or "0.0"
    return f"CASE WHEN round(mw_{NAME}, 6) IN ({', '.join(map(str, unlike))}) THEN {total} ELSE 0.0 END"


def _odds(probability: float) -> float:
    return math.log2(probability / (1 - probability))


def estimate_prior(weights: np.ndarray, possible: float) -> float:
    """Return the prior under which the pairs' probabilities add up to what it says of the `possible` pairs.

    It is the mixing share that maximises the likelihood while m and u stand. At least one pair is expected.
    """
    prior = 1 / max(possible, 2)
    for _ in range(_ROUNDS):
        probability = 1 / (1 + np.exp2(-np.clip(weights + _odds(prior), -60, 60)))
        better = min((float(probability.sum()) + 1) / (possible + 1), _MOST_PRIOR)
        if abs(better / prior - 1) < _STILL:
            return better
        prior = better
    return prior


def evidence(model: Model, pairs: pl.DataFrame) -> pl.Series:
    """Return for each pair a JSON object: comparison to its level's label and weight, the strongest first."""
    levels = model.levels()
    columns = [name for name in levels if f"mw_{name}" in pairs.columns]
    told = [_told(levels, columns, row) for row in pairs.iter_rows(named=True)]
    return pl.Series("weights", told, dtype=pl.String)


def _told(levels: dict[str, dict[float, str]], columns: list[str], row: dict[str, float]) -> str:
    weights = {name: row[f"mw_{name}"] + row.get(f"mw_tf_adj_{name}", 0.0) for name in columns}
    strongest = sorted(columns, key=lambda name: -abs(weights[name]))
    labels = {name: levels[name].get(round(row[f"mw_{name}"], 6), "missing") for name in columns}
    return json.dumps({name: {"level": labels[name], "weight": round(weights[name], 2)} for name in strongest})

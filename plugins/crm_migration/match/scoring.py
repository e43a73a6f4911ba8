"""Scoring: how probable it is that the two rows of a blocked pair are one customer, and which field says so.

The weights come from the model; the prior, which does not carry over from one size of data to another, is estimated
anew from the pairs at hand.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from crm_migration.match.blocking import WHOLE, Part, block
from crm_migration.match.comparisons import (
    ANOTHER_AREA,
    ANOTHER_STREET,
    AREA,
    CIRCUMSTANCES,
    HOUSE_MARKS,
    NAME,
    UNLIKE_NAMES,
)
from crm_migration.match.engine import linker
from crm_migration.match.frequencies import lay_out
from crm_migration.match.model import Model
from crm_migration.match.training import LEAST_ROWS

if TYPE_CHECKING:
    import duckdb

# Pairs below it say nothing about who is one customer, only that two rows are not.
LEAST_PROBABILITY = 1e-4
# Weights (log2) below it are improbable under any prior.
_DEEPEST = 14.0
# Of so many proposed pairs, those are left out that together can add no more than this share to the prior.
_MANY = 1_000_000
_NEGLIGIBLE = 1e-5
# No value is so common that it takes more from a weight (log2), where too few rows are there to count by.
_MOST_ADJUSTED = 20.0
_LEAST_SHARE = 0.5
# Of what something else explains, no more than this (log2) counts.
_MOST_SHARED = 8.0
_ROUNDS = 200
_STILL = 1e-5
_MOST_PRIOR = 0.5


@dataclass(frozen=True)
class Scored:
    """The pairs of the table `feature` that may be one customer.

    Attributes:
        pairs: `unique_id_l`, `unique_id_r`, `probability`, and `mw_…` per comparison (log2; `mw_tf_adj_…` for how
            common the shared value is), in order.
        prior: the probability that a fresh row and another at random are one customer, over all strata.
        proposed: how many pairs blocking proposed.
    """

    pairs: pl.DataFrame
    prior: float
    proposed: int


@dataclass(frozen=True)
class Weighed:
    """The pairs of a part, and what speaks for one customer in each before anything is known of how many there are.

    Attributes:
        connection: where they are.
        query: SQL for `unique_id_l`, `unique_id_r`, `mw_…` (see `Scored`), `bare`: all of it together (log2), and
            `stratum`: the number of the stream that a pair has beside that of the fresh rows, 0 for a pair within it.
        proposed: how many pairs blocking proposed.
    """

    connection: "duckdb.DuckDBPyConnection"
    query: str
    proposed: int

    def bare(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the weights and the strata alone."""
        found = self.connection.execute(f"SELECT bare, stratum FROM ({self.query})").fetchnumpy()  # noqa: S608
        return np.asarray(found["bare"], dtype=np.float64), np.asarray(found["stratum"])

    def above(self, least: float) -> pl.DataFrame:
        """Return the pairs whose `bare` weight is at least `least`."""
        chosen = f"SELECT * FROM ({self.query}) WHERE bare >= {least}"  # noqa: S608
        return pl.DataFrame(self.connection.sql(chosen).to_arrow_table())

    def frames(self, rows: int) -> Iterator[pl.DataFrame]:
        """Yield all pairs, about `rows` at a time; first none of them, for the columns."""
        yield pl.DataFrame(self.connection.sql(f"{self.query} LIMIT 0").to_arrow_table())
        for batch in self.connection.sql(self.query).to_arrow_reader(rows):
            yield pl.DataFrame(batch)


def score(connection: "duckdb.DuckDBPyConnection", model: Model, possible: list[float]) -> Scored:
    """Return the scored pairs of `feature`, of as many in each stratum as the rows and all known ones could make."""
    weighed = weigh(connection, model, possible)
    priors = estimate_priors(*weighed.bare(), possible)
    pairs = probable(weighed.above(least_weight(priors)), priors)
    return Scored(pairs, overall(priors, possible), weighed.proposed)


def weigh(connection: "duckdb.DuckDBPyConnection", model: Model, possible: list[float], part: Part = WHOLE) -> Weighed:
    """Return the pairs of `part` that are not improbable under any prior."""
    blocked = block(connection, model.kind, part)
    first = 1 / max(sum(possible), 2) ** 0.5
    rows = _rows(connection, sum(possible))
    # The rows at hand differ from run to run: a model that knows how common values are weighs a pair alike in all.
    founded = not model.frequencies and _represents(connection, rows)
    common = {} if founded else lay_out(connection, model.frequencies, model.key, rows / max(model.rows, 1))
    over = linker(connection, "feature", model.settings(first), "blocked", common)
    unfounded = [] if founded or common else [f"mw_tf_adj_{name}" for name in model.levels() if model.has_common(name)]
    lowest = lowest_weight(sum(blocked.used.values()), possible) - _MOST_ADJUSTED * len(unfounded)
    found = over.inference.predict(threshold_match_weight=_odds(first) + lowest, warning_mode="never")
    table = found.physical_name
    if unfounded:
        nothing = ", ".join(f"0.0::DOUBLE AS {name}" for name in unfounded)
        kept = f"match_weight - {' - '.join(unfounded)} AS match_weight"
        table = f"(SELECT * REPLACE ({kept}, {nothing}) FROM {table})"  # noqa: S608
    bare = f"match_weight - {_odds(first)} - {_explained(model)} AS bare"
    stratum, joined = _stratum(possible)
    query = f"SELECT unique_id_l, unique_id_r, COLUMNS('^mw_'), {bare}, {stratum} FROM {table}{joined}"  # noqa: S608
    return Weighed(connection, query, blocked.pairs)


def lowest_weight(proposed: int, possible: list[float]) -> float:
    """Return the weight below which none of the `proposed` pairs is looked at any further.

    No more than all of the proposed pairs are one customer, so the prior is at most their share of the possible ones.
    Below the weight, then, no pair has a probability of more than 1e-5, and together they raise the prior by no more
    than about its 1e-5th part. Few pairs are all kept but for those that are improbable under any prior.
    """
    if proposed < _MANY:
        return -_DEEPEST
    return max(-_DEEPEST, math.log2(_NEGLIGIBLE * min(filter(None, possible), default=1.0) / proposed))


def _stratum(possible: list[float]) -> tuple[str, str]:
    """Return SQL for a pair's stratum, and what is to be joined for it."""
    if len(possible) == 1:
        return "0::BIGINT AS stratum", ""
    joined = [
        f" JOIN (SELECT unique_id AS unique_id_{side}, stream AS stream_{side} FROM feature) USING (unique_id_{side})"  # noqa: S608
        for side in ("l", "r")
    ]
    return "greatest(stream_l, stream_r) AS stratum", "".join(joined)


def _rows(connection: "duckdb.DuckDBPyConnection", possible: float) -> float:
    """Return how many rows there are, fresh and known, that make so many possible pairs."""
    fresh = connection.execute("SELECT count(*) FROM feature WHERE fresh").fetchall()[0][0]
    return float(fresh + (possible - fresh * (fresh - 1) / 2) / max(fresh, 1))


def _represents(connection: "duckdb.DuckDBPyConnection", rows: float) -> bool:
    """Return whether `feature` holds enough of all rows to tell how common a value is.

    That is asked for a model that was saved without frequencies. A few new rows and those that they meet have every
    value in common: there the levels' weights stand alone.
    """
    at_hand = connection.execute("SELECT count(*) FROM feature").fetchall()[0][0]
    return bool(at_hand >= LEAST_ROWS and at_hand >= _LEAST_SHARE * rows)


def least_weight(priors: list[float]) -> float:
    """Return the weight below which a pair says nothing of who is one customer, in whichever stratum."""
    return _odds(LEAST_PROBABILITY) - _odds(max(priors))


def probable(pairs: pl.DataFrame, priors: list[float]) -> pl.DataFrame:
    """Return the weighed pairs in order, with the `probability` under their stratum's prior instead of `bare`."""
    prior = pl.col("stratum").replace_strict(dict(enumerate(map(_odds, priors))), return_dtype=pl.Float64)
    weight = pl.col("bare") + prior
    scored = pairs.with_columns(probability=(1 / (1 + pl.lit(2.0).pow(-weight.clip(-60, 60)))).round(6))
    scored = scored.filter(weight >= _odds(LEAST_PROBABILITY))
    ids = ("unique_id_l", "unique_id_r")
    return scored.select(*ids, "probability", pl.col("^mw_.*$")).sort(ids)


def _explained(model: Model) -> str:
    """Return SQL for the weight that says nothing of a pair, since something else explains it.

    Two people of unlike names share a street or a switchboard by living or working in one place; two branches share
    a web site and a mailbox.
    """
    shared: tuple[str, ...]
    if model.kind == "person":
        apart, shared = _at(model, NAME, UNLIKE_NAMES), CIRCUMSTANCES
    else:
        apart, shared = f"{_at(model, 'street', ANOTHER_STREET)} AND {_at(model, AREA, ANOTHER_AREA)}", HOUSE_MARKS
    parts = [
        f"greatest(mw_{name}{f' + mw_tf_adj_{name}' if model.has_common(name) else ''}, 0)"
        for name in shared
        if name in model.levels()
    ]
    beyond = f"greatest({' + '.join(parts) or '0.0'} - {_MOST_SHARED}, 0)"
    return f"CASE WHEN {apart} THEN {beyond} ELSE 0.0 END"


def _at(model: Model, comparison: str, labels: tuple[str, ...]) -> str:
    """Return SQL for whether a pair is at one of the comparison's levels."""
    weights = [weight for weight, label in model.levels().get(comparison, {}).items() if label in labels]
    return f"round(mw_{comparison}, 6) IN ({', '.join(map(str, weights))})" if weights else "false"


def _odds(probability: float) -> float:
    return math.log2(probability / (1 - probability))


def estimate_priors(weights: np.ndarray, strata: np.ndarray, possible: list[float]) -> list[float]:
    """Return the prior of each stratum, from its own pairs (see `estimate_prior`).

    Duplicates within a source and customers that two sources share are of different frequency. So a pair is judged
    alike whichever source comes first: pairs within one are not judged by those that it makes with another.
    """
    return [estimate_prior(weights[strata == number], count) for number, count in enumerate(possible)]


def overall(priors: list[float], possible: list[float]) -> float:
    """Return the probability that a pair of any stratum is one customer."""
    return sum(prior * count for prior, count in zip(priors, possible, strict=True)) / max(sum(possible), 1)


def estimate_prior(weights: np.ndarray, possible: float) -> float:
    """Return the prior under which the pairs' probabilities add up to what it says of the `possible` pairs.

    It is the mixing share that maximises the likelihood while m and u stand. At least one pair is expected. The order
    of `weights` makes no difference, not in the last digit either.
    """
    weights = np.sort(weights)
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
    columns = [name for name in model.levels() if f"mw_{name}" in pairs.columns]
    told = [_told(model, name, pairs) for name in columns]
    rows = zip(*told, strict=True) if told else [()] * pairs.height
    lines = ["{" + ", ".join(text for _, text in sorted(row, key=_strength)) + "}" for row in rows]
    return pl.Series("weights", lines, dtype=pl.String)


def _strength(told: tuple[float, str]) -> float:
    return -abs(told[0])


def _told(model: Model, name: str, pairs: pl.DataFrame) -> list[tuple[float, str]]:
    """Return for each pair what the comparison weighs in it, and that as an entry of a JSON object."""
    labels = model.levels()[name]
    common = pl.col(f"mw_tf_adj_{name}") if f"mw_tf_adj_{name}" in pairs.columns else pl.lit(0.0)
    drawn = pairs.select(pl.col(f"mw_{name}").alias("bare"), common.alias("common"))

    @cache
    def entry(bare: float, adjustment: float) -> tuple[float, str]:
        weight = bare + adjustment
        level = {"level": labels.get(round(bare, 6), "missing"), "weight": round(weight, 2)}
        return weight, f"{json.dumps(name)}: {json.dumps(level)}"

    return [entry(*row) for row in drawn.iter_rows()]

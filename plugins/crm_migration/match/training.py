"""Training: the model's weights, learned without labels.

How often two customers reach a level (u) is counted over pairs of rows at random; how often one customer does (m) by
expectation maximisation over the pairs that share a telling feature (Fellegi and Sunter 1969; Winkler 1988). Pairs
that share an address are never trained on: the class that is found there is the household.
"""

from copy import deepcopy
from typing import TYPE_CHECKING, Any

import polars as pl

from crm_migration.match.blocking import Rule
from crm_migration.match.comparisons import COMPANY, NAME, Comparison, comparisons, name_of
from crm_migration.match.engine import engine, linker, put
from crm_migration.match.model import Model, splink_settings

if TYPE_CHECKING:
    import duckdb
    from splink import Linker

LEAST_ROWS = 500
_LEAST_COMPARISONS = 2
_LEAST_PAIRS = 20
_MOST_PAIRS = 1_000_000
_RANDOM_ROWS = 1000
_SESSIONS: dict[str, list[Rule]] = {
    "person": [("birth_date",), ("given", "family"), ("email",), ("phone",)],
    "company": [("phone",), ("company",), ("website",), ("email",)],
}
_LEAST_M = 0.002
_DEFAULT_BEST, _DEFAULT_MIDDLE, _DEFAULT_NONE = 0.7, 0.25, 0.05


def train(kind: str, table: pl.DataFrame) -> Model | None:
    """Return a model learned from `table` (`unique_id`, `identity` and the features), or None where none can be.

    It takes 500 rows and two comparisons that learn. The result does not depend on the order of rows.
    """
    made = comparisons(kind, table)
    if table.height < LEAST_ROWS or len(made) < _LEAST_COMPARISONS:
        return None
    settings = splink_settings(made, 1 / table.height)
    by_chance = _random_pairs(table, settings)
    with engine() as connection:
        put(connection, "feature", iter([table]))
        learned, sessions = _expectation_maximisation(connection, kind, by_chance)
    taught = [one for one in learned if any("m_probability" in level for level in _levels(one))]
    if len(taught) < _LEAST_COMPARISONS or not {name_of(one) for one in taught} - {NAME, COMPANY}:
        return None
    return Model(kind, [_completed(one) for one in learned], table.height, sessions)


def _levels(comparison: Comparison) -> list[dict[str, Any]]:
    return [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]


def _random_pairs(table: pl.DataFrame, settings: dict[str, Any]) -> dict[str, Any]:
    """Return the settings with u, counted over all pairs of some rows that the hash of their identity chooses."""
    chosen = table.select(pl.all(), order=pl.col("identity").hash(7)).sort("order", "identity").head(_RANDOM_ROWS)
    with engine() as connection:
        put(connection, "feature", iter([chosen.drop("order")]))
        over = linker(connection, "feature", settings)
        over.training.estimate_u_using_random_sampling(max_pairs=1e9, min_count_per_level=None, num_chunks=1)
        return _saved(over, settings)


def _saved(over: "Linker", settings: dict[str, Any]) -> dict[str, Any]:
    """Return `settings` with what the linker has learned; levels that it has not observed have no m or u."""
    learned = over.misc.save_model_to_json()["comparisons"]
    kept = deepcopy(settings)
    for comparison, found in zip(kept["comparisons"], learned, strict=True):
        for level, seen in zip(comparison["comparison_levels"], found["comparison_levels"], strict=True):
            level |= {name: seen[name] for name in ("m_probability", "u_probability") if seen.get(name) is not None}
    return kept


def _expectation_maximisation(
    connection: "duckdb.DuckDBPyConnection", kind: str, settings: dict[str, Any]
) -> tuple[list[Comparison], list[str]]:
    from splink import block_on
    from splink.internals.exceptions import EMTrainingException

    over = linker(connection, "feature", settings)
    sessions = []
    for rule in _SESSIONS[kind]:
        pairs = _pairs(connection, rule)
        if pairs < _LEAST_PAIRS:
            continue
        most = _MOST_PAIRS if pairs > _MOST_PAIRS else None
        try:
            over.training.estimate_parameters_using_expectation_maximisation(block_on(*rule), max_pairs=most)
        except (ValueError, EMTrainingException):
            # A session in which nothing can be learned is left out; the others stand for it.
            continue
        sessions.append(" + ".join(rule))
    return _saved(over, settings)["comparisons"], sessions


def _pairs(connection: "duckdb.DuckDBPyConnection", rule: Rule) -> int:
    filled = " AND ".join(f"{column} IS NOT NULL" for column in rule)
    counted = connection.execute(
        f"SELECT sum(n * (n - 1) // 2) FROM (SELECT count(*) AS n FROM feature WHERE {filled} "  # noqa: S608
        f"GROUP BY {', '.join(rule)})"
    )
    return int(counted.fetchall()[0][0] or 0)


def _completed(comparison: Comparison) -> Comparison:
    """Return the comparison with an m and a u for every level, to 9 decimals.

    A level that training has not met gets a plain guess, and weighs no more than the level above it.
    """
    done = deepcopy(comparison)
    levels = _levels(done)
    least_u = min((level["u_probability"] for level in levels if level.get("u_probability")), default=1e-4) / 2
    guesses = [_DEFAULT_BEST, *[_DEFAULT_MIDDLE / max(len(levels) - 2, 1)] * (len(levels) - 2), _DEFAULT_NONE]
    weight_above = float("inf")
    for level, guess in zip(levels, guesses, strict=True):
        met = level.get("m_probability") is not None and level.get("u_probability") is not None
        u = max(level.get("u_probability") or least_u, 1e-9)
        m = max(level.get("m_probability") or guess, _LEAST_M)
        m = m if met else min(m, u * weight_above)
        weight_above = m / u
        level["m_probability"], level["u_probability"] = round(m, 9), round(u, 9)
    return done

"""Training: the model's weights, learned without labels.

How often two customers reach a level (u) is counted over pairs of rows at random; how often one customer does (m) by
expectation maximisation over the pairs that share a telling feature (Fellegi and Sunter 1969; Winkler 1988). Pairs
that share an address are never trained on: the class that is found there is the household.
"""

import math
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from crm_migration.match.blocking import Rule
from crm_migration.match.comparisons import COMPANY, NAME, Comparison, name_of, telling
from crm_migration.match.engine import engine, linker, put
from crm_migration.match.frequencies import counted
from crm_migration.match.model import Model, splink_settings

if TYPE_CHECKING:
    import duckdb
    from splink import Linker

LEAST_ROWS = 500
_LEAST_COMPARISONS = 2
_LEAST_PAIRS = 20
_MOST_PAIRS = 1_000_000
_RANDOM_ROWS = 1000
_MOST_WEIGHT = 5000
_SESSIONS: dict[str, list[Rule]] = {
    "person": [("birth_date",), ("given", "family"), ("email",), ("phone",)],
    "company": [("phone",), ("company",), ("website",), ("email",)],
}
_LEAST_M = 0.002
_MOST_M = {
    ("name", "differs"): 0.05, ("name", "family name only"): 0.08, ("name", "given name only"): 0.08,
    ("company", "differs"): 0.05,
}  # fmt: skip
# A mailbox or a switchboard of more rows teaches who sits in one office.
_MOST_HOLDERS = 5
_OWN = ("email", "phone", "website")
_APART = 0.999
_DEFAULT_BEST, _DEFAULT_MIDDLE, _DEFAULT_NONE = 0.7, 0.25, 0.05


def train(kind: str, table: pl.DataFrame) -> Model | None:
    """Return a model learned from `table` (`unique_id`, `identity` and the features), or None where none can be.

    It takes 500 rows and two comparisons that learn. The result does not depend on the order of rows.
    """
    made = telling(kind, table)
    if table.height < LEAST_ROWS or len(made) < _LEAST_COMPARISONS:
        return None
    settings = splink_settings(made, 1 / table.height)
    by_chance = _random_pairs(table, settings)
    with engine() as connection:
        own = [pl.when(pl.len().over(name) <= _MOST_HOLDERS).then(name).alias(name) for name in _OWN]
        put(connection, "feature", iter([table.with_columns(own)]))
        learned, sessions = _expectation_maximisation(connection, kind, by_chance)
        taught = [one for one in learned if any("m_probability" in level for level in _levels(one))]
        if len(taught) < _LEAST_COMPARISONS or not {name_of(one) for one in taught} - {NAME, COMPANY}:
            return None
        model = Model(kind, [_completed(one, 2 / _RANDOM_ROWS**2) for one in learned], table.height, sessions)
        return replace(model, frequencies=counted(connection, model.common_columns, model.key))


def shortcomings(kind: str, table: pl.DataFrame) -> list[str]:
    """Return, one sentence each, what `table` lacks where `train` finds nothing to learn in it."""
    made = telling(kind, table)
    found = []
    if table.height < LEAST_ROWS:
        found.append(f"expected at least {LEAST_ROWS} rows, found {table.height}")
    if len(made) < _LEAST_COMPARISONS:
        named = ", ".join(map(name_of, made)) or "none"
        found.append(f"expected {_LEAST_COMPARISONS} comparisons with filled and varied fields, found: {named}")
    shared = "; ".join(" and ".join(rule) for rule in _SESSIONS[kind])
    return found or [
        f"expected at least {_LEAST_PAIRS} pairs of rows that share one of ({shared}) and can be told apart by "
        "something besides the name, found fewer"
    ]


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
    kept = deepcopy(settings)
    found = {name_of(one): _by_label(one) for one in over.misc.save_model_to_json()["comparisons"]}
    for comparison in kept["comparisons"]:
        for level in _levels(comparison):
            seen = found[name_of(comparison)].get(level["label_for_charts"], {})
            level |= {name: seen[name] for name in ("m_probability", "u_probability") if seen.get(name) is not None}
    return kept


def _by_label(comparison: Comparison) -> dict[str, dict[str, Any]]:
    return {level["label_for_charts"]: level for level in _levels(comparison)}


def _expectation_maximisation(
    connection: "duckdb.DuckDBPyConnection", kind: str, settings: dict[str, Any]
) -> tuple[list[Comparison], list[str]]:
    """Return the comparisons with the mean of what the sessions found of m, and the sessions that found anything.

    Each has a linker of its own: one that fails half-way leaves nothing behind.
    """
    from splink import block_on
    from splink.internals.exceptions import EMTrainingException

    learned: dict[str, _Session] = {}
    for rule in _SESSIONS[kind]:
        pairs = _pairs(connection, rule)
        if pairs < _LEAST_PAIRS:
            continue
        over = linker(connection, "feature", settings)
        most = _MOST_PAIRS if pairs > _MOST_PAIRS else None
        try:
            found = over.training.estimate_parameters_using_expectation_maximisation(
                block_on(*rule), estimate_without_term_frequencies=True, max_pairs=most
            )
        except (ValueError, ZeroDivisionError, EMTrainingException):
            continue
        share = found.core_model_settings.probability_two_random_records_match
        weight = min(share * pairs, _MOST_WEIGHT)
        learned[" + ".join(rule)] = _Session(weight, _saved(over, settings)["comparisons"])
    return _mean(settings["comparisons"], list(learned.values())), list(learned)


@dataclass(frozen=True)
class _Session:
    """What one session learned, and from about how many pairs of one customer."""

    weight: float
    comparisons: list[Comparison]


def _mean(comparisons: list[Comparison], sessions: list[_Session]) -> list[Comparison]:
    """Return the comparisons, each level's m the mean over the sessions that learned the comparison."""
    result = deepcopy(comparisons)
    for place, comparison in enumerate(result):
        found = [(session.weight, _by_label(session.comparisons[place])) for session in sessions]
        taught = [(w, one) for w, one in found if any("m_probability" in level for level in one.values())]
        for level in _levels(comparison):
            label = level["label_for_charts"]
            summed = sum(weight * one[label].get("m_probability", 0.0) for weight, one in taught)
            if summed:
                level["m_probability"] = summed / sum(weight for weight, _ in taught)
    return result


def _pairs(connection: "duckdb.DuckDBPyConnection", rule: Rule) -> int:
    filled = " AND ".join(f"{column} IS NOT NULL" for column in rule)
    counted = connection.execute(
        f"SELECT sum(n * (n - 1) // 2) FROM (SELECT count(*) AS n FROM feature WHERE {filled} "  # noqa: S608
        f"GROUP BY {', '.join(rule)})"
    )
    return int(counted.fetchall()[0][0] or 0)


def _completed(comparison: Comparison, least_u: float) -> Comparison:
    """Return the comparison with an m and a u for every level, to 9 decimals.

    A level that training has not met gets a plain guess, and weighs no more than the level above it. `_MOST_M` holds
    down what a class of colleagues or a household, mistaken for one customer, teaches.
    """
    done = deepcopy(comparison)
    levels = _levels(done)
    guesses = [_DEFAULT_BEST, *[_DEFAULT_MIDDLE / max(len(levels) - 2, 1)] * (len(levels) - 2), _DEFAULT_NONE]
    weight_above = float("inf")
    weights: set[float] = set()
    for level, guess in zip(levels, guesses, strict=True):
        met = level.get("m_probability") is not None and level.get("u_probability") is not None
        u = max(level.get("u_probability") or least_u, least_u)
        most = _MOST_M.get((name_of(comparison), level["label_for_charts"]), 1.0)
        m = min(max(level.get("m_probability") or guess, _LEAST_M), most)
        m = m if met else min(m, u * weight_above)
        m, u = _told_apart(m, round(u, 9), weights)
        weight_above = m / u
        level["m_probability"], level["u_probability"] = m, u
    return done


def _told_apart(m: float, u: float, weights: set[float]) -> tuple[float, float]:
    """Return m, to 9 decimals, and u: lower than asked as far as the weight is another level's, and note the weight.

    A pair's level is known by its weight.
    """
    while (weight := round(math.log2(round(m, 9) / u), 6)) in weights:
        m *= _APART
    weights.add(weight)
    return round(m, 9), u

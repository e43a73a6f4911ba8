"""The shape of a saved model: what its file must hold before anything is made of it."""

import math
from collections.abc import Iterator
from typing import Any

from crm_migration.match.frequencies import Frequencies

_KEYS = {"kind": str, "rows": int, "sessions": list, "sha256": str, "comparisons": list}
_COMPARISON = {"output_column_name", "comparison_levels"}
_LEAST = 1e-12
_SHOWN = 60


def shape_faults(told: Any) -> Iterator[str]:
    """Yield what is not as it should be in the content of a model's file, by its place in it.

    Whoever stops at the first one need not fear what stands behind it.
    """
    yield from _head(told)
    if not told["comparisons"]:
        yield "no comparisons"
    for number, comparison in enumerate(told["comparisons"]):
        yield from (f"in comparisons[{number}] {fault}" for fault in _comparison(comparison))
    names = [one["output_column_name"] for one in told["comparisons"]]
    if len(set(names)) < len(names):
        yield "a comparison twice"
    yield from _frequencies(told.get("frequencies", {}))


def _head(told: Any) -> Iterator[str]:
    if not isinstance(told, dict):
        yield "no object"
    for key, kind in _KEYS.items():
        if key not in told:
            yield f"no {key}"
        if not isinstance(told[key], kind) or isinstance(told[key], bool):
            yield f"{key} of another kind"
    if set(told) - {*_KEYS, "frequencies"}:
        yield f"other keys than {', '.join((*_KEYS, 'frequencies'))}"
    if not all(isinstance(session, str) and session.isascii() for session in told["sessions"]):
        yield "sessions of another kind"


def _comparison(comparison: Any) -> Iterator[str]:
    if not isinstance(comparison, dict) or set(comparison) != _COMPARISON:
        yield f"other keys than {', '.join(sorted(_COMPARISON))}"
    levels = comparison["comparison_levels"]
    if not isinstance(comparison["output_column_name"], str) or not isinstance(levels, list):
        yield "a name or levels of another kind"
    weights = set()
    for number, level in enumerate(levels):
        yield from (f"level {number}: {fault}" for fault in _level(level))
        if not level.get("is_null_level"):
            weights.add(round(math.log2(level["m_probability"] / level["u_probability"]), 6))
    if len(weights) < sum(not level.get("is_null_level") for level in levels):
        yield "two levels of one weight"


def _level(level: Any) -> Iterator[str]:
    if not isinstance(level, dict):
        yield "no object"
    if not isinstance(level.get("label_for_charts"), str) or not isinstance(level.get("sql_condition"), str):
        yield "no label_for_charts or sql_condition"
    for name in ("m_probability", "u_probability"):
        learned = level.get(name)
        if level.get("is_null_level"):
            if learned is not None:
                yield f"a {name} of a missing value"
        elif isinstance(learned, bool) or not isinstance(learned, int | float) or not _LEAST <= learned <= 1:
            yield f"{name} not between {_LEAST} and 1"


def _frequencies(told: Any) -> Iterator[str]:
    if not isinstance(told, dict):
        yield "frequencies of another kind"
    for column, kept in told.items():
        try:
            Frequencies.of(kept)
        except (ValueError, KeyError, TypeError, AttributeError):
            yield f"frequencies of {column[:_SHOWN]!r} that are none"

"""Two records side by side, with what speaks for one customer and what against: for the page and the terminal.

The one part of a report that shows values of customers' records, since nobody could decide a pair without them. It is
made from the staged tables when the page is written, and is not part of the report's JSON.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

import polars as pl

from crm_migration.load.reviews import Pair
from crm_migration.report import words
from crm_migration.report.model import Report
from crm_migration.report.tables import find_table, read
from crm_migration.staging import RunFolder

SHOWN_PAIRS = 50
LONGEST_VALUE = 200
Mark = Literal["equal", "alike", "different", "one side"]


@dataclass(frozen=True)
class Line:
    """One field of both records, as text, and how the two compare."""

    field: str
    a: str | None
    b: str | None
    mark: Mark


@dataclass(frozen=True)
class Weight:
    """What one comparison of the model said: for one customer (above 0) or against."""

    comparison: str
    level: str
    weight: float


@dataclass(frozen=True)
class SideBySide:
    """A pair for a person to decide; `number` is None where no load has given it one yet."""

    number: int | None
    entity: str
    a: str
    b: str
    rule: str
    reason: str
    probability: float | None
    lines: tuple[Line, ...]
    weights: tuple[Weight, ...]

    @property
    def strongest(self) -> float:
        """Return the greatest weight, for or against."""
        return max((abs(weight.weight) for weight in self.weights), default=0.0)

    @property
    def percent(self) -> str | None:
        """Return the model's probability; 0 % and 100 % are never said."""
        return None if self.probability is None else f"{min(max(100 * self.probability, 0.1), 99.9):.1f}%"


def side_by_side(pair: Pair, one: dict[str, Any], other: dict[str, Any]) -> SideBySide:
    """Return a pair that the ledger knows with its two records, compared."""
    told = (pair.rule or "", pair.reason, pair.probability)
    return SideBySide(pair.number, pair.entity, pair.a, pair.b, *told, compared(one, other), weighed(pair.weights))


def compared(one: dict[str, Any], other: dict[str, Any]) -> tuple[Line, ...]:
    """Return the fields that either of two records has, and how they compare."""
    lines = []
    for name in dict.fromkeys((*one, *other)):
        a, b = _text(one.get(name)), _text(other.get(name))
        if a is not None or b is not None:
            lines.append(Line(name, a, b, _mark(a, b)))
    return tuple(lines)


def weighed(weights: str | dict[str, Any] | None) -> tuple[Weight, ...]:
    """Return the weights of a pair, the strongest first, whichever way they point."""
    told = json.loads(weights) if isinstance(weights, str) else weights or {}
    found = [Weight(name, str(said.get("level", "")), float(said.get("weight", 0))) for name, said in told.items()]
    return tuple(sorted(found, key=lambda weight: (-abs(weight.weight), weight.comparison)))


def _text(value: Any) -> str | None:
    if value is None or str(value).strip() == "":
        return None
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _mark(a: str | None, b: str | None) -> Mark:
    if a is None or b is None:
        return "one side"
    if a == b:
        return "equal"
    return "alike" if _bare(a) == _bare(b) else "different"


def _bare(text: str) -> str:
    """Return letters and digits alone, whatever their case: what differs then is only how it is written."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def pairs_to_decide(report: Report, folder: RunFolder) -> tuple[SideBySide, ...]:
    """Return the pairs that the run left to a person, the best of each entity, at most 50 in all."""
    found = [pair for entity in report.entities for pair in islice(_of_entity(folder, entity.name), SHOWN_PAIRS)]
    ranked = sorted(found, key=lambda pair: (pair.probability is None, -(pair.probability or 0)))
    return tuple(ranked[:SHOWN_PAIRS])


def _of_entity(folder: RunFolder, entity: str) -> Iterator[SideBySide]:
    records = {}
    for frame in read(find_table(folder, entity, "review_sides")):
        records.update({identity: json.loads(record) for identity, record in frame.iter_rows()})
    numbers = {}
    for frame in read(find_table(folder, entity, "review_numbers")):
        numbers.update({(a, b): number for a, b, number in frame.select("a", "b", "pair_no").iter_rows()})
    for row in _ranked(folder, entity, list(records)):
        a, b = sorted((row["a"], row["b"]))
        yield SideBySide(
            numbers.get((a, b)),
            entity,
            a,
            b,
            row["rule"] or "",
            row["reason"] or "",
            row["probability"],
            compared(records[a], records[b]),
            weighed(row["weights"]),
        )


def _ranked(folder: RunFolder, entity: str, staged: list[str]) -> list[dict[str, Any]]:
    """Return the lines of staged pairs of which both records are at hand, likeliest first, each pair once."""
    if not staged:
        return []
    parts = [
        frame.filter(pl.col("a").is_in(staged) & pl.col("b").is_in(staged) & pl.col("judgement").is_null())
        for frame in read(find_table(folder, entity, "review"))
    ]
    crowded = (pl.col("reason") == words.CROWDED).alias("_crowded")
    order = ["_crowded", "probability", "_key_a", "_key_b", "reason"]
    lines = pl.concat(parts).with_columns(crowded)
    ordered = lines.sort(order, descending=[False, True, False, False, False], nulls_last=True)
    return ordered.unique(["a", "b"], keep="first", maintain_order=True).to_dicts()

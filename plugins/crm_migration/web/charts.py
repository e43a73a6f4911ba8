"""Charts as lists of rectangles, which templates draw as inline SVG: no script, no style attribute."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from crm_migration.report.model import OUTCOMES
from crm_migration.web.runs import Run

HEIGHT = 48.0
STEP, WIDTH = 12.0, 9.0
LEAST = 2.0


@dataclass(frozen=True)
class Rect:
    """A rectangle of a chart: place and size, and what its colour stands for."""

    x: float
    y: float
    width: float
    height: float
    tone: str


@dataclass(frozen=True)
class Column:
    """One run of a trend: its rectangles from the bottom up."""

    run: Run
    rects: tuple[Rect, ...]


def trend(runs: Sequence[Run]) -> list[Column]:
    """Return a column for each run, the oldest first: as high as the root of its rows, parted by their outcomes."""
    ordered = list(reversed(runs))
    most = max((run.rows for run in ordered), default=0)
    return [_column(number * STEP, run, most) for number, run in enumerate(ordered)]


def _column(x: float, run: Run, most: int) -> Column:
    if not run.rows:
        return Column(run, (Rect(x, HEIGHT - LEAST, WIDTH, LEAST, run.status),))
    height = max(LEAST, HEIGHT * math.sqrt(run.rows / most))
    rects, bottom = [], HEIGHT
    for outcome in OUTCOMES:
        part = height * run.counts[outcome] / run.rows
        if part:
            bottom -= part
            rects.append(Rect(x, round(bottom, 2), WIDTH, round(part, 2), outcome))
    return Column(run, tuple(rects))


def stack(counts: dict[str, int]) -> list[Rect]:
    """Return the parts of one bar of 100, by outcome."""
    total = sum(counts.values())
    rects, x = [], 0.0
    for outcome in OUTCOMES:
        if total and counts.get(outcome):
            width = 100 * counts[outcome] / total
            rects.append(Rect(round(x, 3), 0, round(width, 3), 100, outcome))
            x += width
    return rects


def scaled(part: float, most: float, whole: float = 100.0) -> float:
    """Return the length of a bar; anything above nothing is visible."""
    return round(min(whole, max(0.5, whole * abs(part) / most)), 2) if part and most else 0.0

"""Which columns a document's records have: each set of columns that occurs, once."""

from collections.abc import Iterable, Iterator
from typing import Final

from crm_migration.extract.json.records import Around, RecordCutter
from crm_migration.extract.json.units import Run, Unit

Shape = tuple[str, ...]
MOST_SHAPES: Final = 10_000
"""Shapes that are remembered so as not to be told twice."""


def shapes_of(units: Iterable[Unit | Run], cutter: RecordCutter) -> Iterator[Shape]:
    """Yield the columns of the records that can be read."""
    return _once(_all_shapes(units, cutter))


def _once(shapes: Iterable[Shape]) -> Iterator[Shape]:
    seen: set[Shape] = set()
    for shape in shapes:
        if shape not in seen:
            if len(seen) >= MOST_SHAPES:
                seen.clear()
            seen.add(shape)
            yield shape


def _all_shapes(units: Iterable[Unit | Run], cutter: RecordCutter) -> Iterator[Shape]:
    around: Around | None = None
    for unit in units:
        if isinstance(unit, Run):
            yield from dict.fromkeys(map(tuple, unit.values))
            continue
        for record in cutter.records(unit):
            if record.fault is None:
                yield tuple(record.values)
                if record.around is not around:
                    around = record.around
                    yield tuple(around.values)

"""Which columns a document's records have: each set of columns that occurs, once."""

from collections.abc import Iterable, Iterator
from typing import Final

from crm_migration.extract.json.records import Around, Record, RecordCutter
from crm_migration.extract.json.units import Unit

Shape = tuple[str, ...]
MOST_SHAPES: Final = 10_000
"""Shapes that are remembered so as not to be told twice."""


def shapes_of(units: Iterable[Unit], cutter: RecordCutter) -> Iterator[Shape]:
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


def _all_shapes(units: Iterable[Unit], cutter: RecordCutter) -> Iterator[Shape]:
    around: Around | None = None
    for unit in units:
        values = cutter.flat_values(unit)
        if values is not None:
            yield tuple(values)
        for record in cutter.cut(unit) if values is None else (Record({}, cutter.around, None, 0, 0),):
            if record.fault is None:
                yield tuple(record.values)
                if record.around is not around:
                    around = record.around
                    yield tuple(around.values)

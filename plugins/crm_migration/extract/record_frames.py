"""Records of JSON and XML become frames of text columns, a column at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from types import NoneType
from typing import Any, Final

import polars as pl

from crm_migration.extract.document import AT, FAULT, MESSAGE, META, MOST_RAW, RAW, READ_META, SHEET, Document, refused
from crm_migration.extract.rows import BadRow

Row = tuple[Any, ...]
MOST_FRAME: Final = 8 * 1024 * 1024
"""Letters and cells in one frame, more or less: frames of long or of wide records hold fewer rows."""
TURNED_AT_ONCE: Final = 1000
"""Rows that are turned into columns together."""
MOST_CELLS: Final = 1 << 20
"""Cells of the rows that are handed over together."""
CELL_LETTERS: Final = 4
"""What a cell takes besides its letters, an empty one too, counted in letters."""


def rows_getter(columns: Sequence[str]) -> Callable[[Sequence[dict[str, Any]]], list[Row]]:
    """Return what takes the columns' values out of records, null where a record lacks one."""

    def with_gaps(records: Sequence[dict[str, Any]]) -> list[Row]:
        return [tuple([record.get(column) for column in columns]) for record in records]

    if len(columns) <= 1:
        return with_gaps
    quick = itemgetter(*columns)

    def rows_of(records: Sequence[dict[str, Any]]) -> list[Row]:
        try:
            return list(map(quick, records))
        except KeyError:
            return with_gaps(records)

    return rows_of


def refuse_reserved(document: Document, columns: Iterable[str]) -> None:
    """Refuse a document whose columns are called like those that say where a row stands.

    Raises:
        SourceUnreadable: there is such a column.
    """
    reserved = sorted(set(columns) & set(META))
    if reserved:
        found = (
            f"expected no columns named {', '.join(META)}, which say where a row stands; found {', '.join(reserved)}"
        )
        raise refused(document, found, "rename them in the export")


class RecordFrames:
    """Collects rows until they fill a frame: by their number, or by the letters they hold."""

    def __init__(self, columns: Sequence[str], batch_rows: int) -> None:
        """Make frames of `columns` and of at most `batch_rows` rows."""
        self._columns = list(columns)
        self._batch_rows = batch_rows
        self._rows: list[Row] = []
        self._values: list[list[Any]] = [[] for _ in self._columns]
        self._places: list[int] = []
        self._bad: dict[int, BadRow] = {}
        self._letters = 0
        self._flushed = False

    @property
    def rows_at_once(self) -> int:
        """Return how many rows may be handed over together."""
        return max(1, MOST_CELLS // max(1, len(self._columns)))

    def add(self, row: Row, at: int, letters: int) -> bool:
        """Take a row of the columns' values; return whether the frame is full."""
        self._rows.append(row)
        self._places.append(at)
        self._letters += letters + CELL_LETTERS * len(self._columns)
        if len(self._rows) >= TURNED_AT_ONCE:
            self._turn()
        return len(self._places) >= self._batch_rows or self._letters >= MOST_FRAME

    def extend(self, rows: Sequence[Row], places: Sequence[int], letters: int) -> Iterator[pl.DataFrame]:
        """Take rows that stand at `places`; yield the frames that they fill."""
        taken = 0
        while taken < len(rows):
            end = min(taken + TURNED_AT_ONCE, taken + self._batch_rows - len(self._places))
            self._rows += rows[taken:end]
            self._places += places[taken:end]
            self._turn()
            taken = end
            if len(self._places) >= self._batch_rows:
                yield self.flush()
        self._letters += letters + CELL_LETTERS * len(self._columns) * len(rows)
        if self._letters >= MOST_FRAME and self._places:
            yield self.flush()

    def reject(self, bad: BadRow) -> bool:
        """Take a row that is rejected; return whether the frame is full."""
        self._bad[len(self._places)] = bad
        return self.add((None,) * len(self._columns), bad.at, len(bad.raw))

    def left(self) -> bool:
        """Return whether there is something to flush: rows, or the one frame that is always there."""
        return bool(self._places) or not self._flushed

    def flush(self) -> pl.DataFrame:
        """Return what was collected and begin anew."""
        self._turn()
        series = {}
        for name, values in zip(self._columns, self._values, strict=True):
            series[name] = pl.Series(name, texts(values), pl.String)
            values.clear()
        series.update(self._meta())
        self._places, self._bad, self._letters, self._flushed = [], {}, 0, True
        return pl.DataFrame(series)

    def _turn(self) -> None:
        """Make columns of the rows; a few at a time, while they are at hand."""
        for values, more in zip(self._values, zip(*self._rows, strict=True), strict=False):
            values.extend(more)
        self._rows = []

    def _meta(self) -> dict[str, pl.Series]:
        size = len(self._places)
        series = {AT: pl.Series(AT, self._places, pl.Int64), SHEET: pl.Series(SHEET, [None] * size, pl.String)}
        for name, of_bad in ((FAULT, "fault"), (MESSAGE, "message"), (RAW, "raw")):
            values: list[str | None] = [None] * size
            for index, bad in self._bad.items():
                values[index] = getattr(bad, of_bad)[:MOST_RAW]
            series[name] = pl.Series(name, values, pl.String)
        return {name: series[name] for name in READ_META}


def texts(values: Sequence[Any]) -> Sequence[str | None]:
    """Return a column's values as text: integers, true and false as JSON has them."""
    kinds = set(map(type, values))
    if kinds <= {str, NoneType}:
        return values
    if kinds == {int}:
        return list(map(str, values))
    if kinds == {bool}:
        return ["true" if value else "false" for value in values]
    return [value if value is None or type(value) is str else str(value).lower() for value in values]

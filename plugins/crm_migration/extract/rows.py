"""Frames of rows that a reader takes one by one: the slow path, and the formats that have no columns of their own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import polars as pl

from crm_migration.extract.document import MOST_RAW, READ_META
from crm_migration.extract.source import BATCH_ROWS


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be read: where it stands, a short code, a sentence for a person, its text."""

    at: int
    fault: str
    message: str
    raw: str = ""
    sheet: str | None = None


@dataclass
class RowBuffer:
    """Collects rows of the wanted columns and hands them out as frames of at most `batch_rows`.

    Use: `yield from buffer.add(...)` or `buffer.reject(...)` per row, then `yield from buffer.finish()`, which always
    yields at least one frame over the whole read.
    """

    columns: Sequence[str]
    batch_rows: int = BATCH_ROWS
    _rows: list[tuple[object, ...]] = field(default_factory=list)
    _yielded: bool = False

    def add(self, values: Sequence[str | None], at: int, sheet: str | None = None) -> Iterator[pl.DataFrame]:
        """Take a row that was read; `values` are those of `columns`, in their order."""
        self._rows.append((*values, sheet, at, None, None, None))
        if len(self._rows) >= self.batch_rows:
            yield self._flush()

    def reject(self, bad: BadRow) -> Iterator[pl.DataFrame]:
        """Take a row that could not be read."""
        none = (None,) * len(self.columns)
        self._rows.append((*none, bad.sheet, bad.at, bad.fault, bad.message, bad.raw[:MOST_RAW]))
        if len(self._rows) >= self.batch_rows:
            yield self._flush()

    def finish(self) -> Iterator[pl.DataFrame]:
        """Yield what is left."""
        if self._rows or not self._yielded:
            yield self._flush()

    def _flush(self) -> pl.DataFrame:
        rows, self._rows, self._yielded = self._rows, [], True
        schema: dict[str, type[pl.DataType]] = {**dict.fromkeys(self.columns, pl.String), **READ_META}
        return pl.DataFrame(rows, schema=schema, orient="row")

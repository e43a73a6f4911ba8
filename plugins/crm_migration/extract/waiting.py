"""Rows that an earlier run left waiting for a parent come along with a later run's window."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from crm_migration.extract.document import Facts
from crm_migration.extract.source import BATCH_ROWS, KeyedSource, TakesKeys, Versioned, Window
from crm_migration.extract.understood import Understands

AT_ONCE = 300


@dataclass(frozen=True)
class WithWaiting:
    """A source whose read also gives the rows of `keys` (key columns as text) that the window leaves out.

    They are read after the window, so they may be a moment younger; a row that is gone from the source is left out.
    """

    source: KeyedSource
    keys: pl.DataFrame

    def versions(self, entity: str) -> dict[str, str]:
        """Return the versions of the documents that the last read gave; none of a source that has no documents."""
        return self.source.versions(entity) if isinstance(self.source, Versioned) else {}

    def understood(self, entity: str) -> dict[str, Facts]:
        """Return how the documents that the last read gave were understood; none of a source that has no documents."""
        return self.source.understood(entity) if isinstance(self.source, Understands) else {}

    def count(self, entity: str, window: Window | None = None) -> int | None:
        """Return how many rows the window holds; waiting ones are not counted."""
        return self.source.count(entity, window)

    def read(self, entity: str, window: Window | None = None, batch_rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """Yield the window's rows, then the waiting rows that were not among them; raises what the source raises."""
        columns = self.keys.columns
        waiting = self.keys
        for frame in self.source.read(entity, window, batch_rows):
            waiting = waiting.join(frame.select(columns), on=columns, how="anti")
            yield frame
        at_once = self.source.keys_at_once if isinstance(self.source, TakesKeys) else AT_ONCE
        for piece in waiting.iter_slices(at_once):
            yield from self.source.read_keys(entity, piece).iter_slices(batch_rows)

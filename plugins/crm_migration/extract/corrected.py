"""Rows that a person has corrected, staged beside the run that loads them: the source of that run."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from crm_migration.extract.document import META
from crm_migration.extract.source import BATCH_ROWS, MOST_DISTINCT, Profile, Window, known_entity
from crm_migration.mapping.model import Mapping
from crm_migration.staging import RunFolder, Staged, open_table

STEP = "corrected"
REJECTED = "_rejected"
"""The column with the key under which the ledger lists the rejected row."""


@dataclass(frozen=True)
class CorrectedRows:
    """The staged rows as a `Source`: each stands where the workbook has it."""

    mapping: Mapping
    folder: RunFolder

    def describe(self, entity: str) -> dict[str, str]:
        """Return the columns of the entity's source, as text; raises what `read` raises."""
        return dict.fromkeys(self._columns(entity), "text")

    def read(self, entity: str, window: Window | None = None, batch_rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:  # noqa: ARG002 all of them, whatever the window
        """Yield the rows in the order of the staged table; the first frame is there even if there is no row.

        Raises:
            MappingFault: the mapping has no such entity.
            StagingMissing: nothing has been staged, or its files are gone.
        """
        columns = [*self._columns(entity), *META]
        for frame in self._staged(entity).frames(columns):
            yield from frame.iter_slices(batch_rows) if frame.height else (frame,)

    def count(self, entity: str, window: Window | None = None) -> int | None:  # noqa: ARG002 as `read`
        """Return how many rows there are; raises what `read` raises."""
        return self._staged(entity).rows

    def keys(self, entity: str) -> Iterator[pl.DataFrame]:
        """Yield the columns of key and filters of every row; raises what `read` raises."""
        yield from self._staged(entity).frames(known_entity(self.mapping, entity).identifying_columns)

    def read_keys(self, entity: str, keys: pl.DataFrame) -> pl.DataFrame:
        """Return the rows whose key columns are in `keys`; raises what `read` raises."""
        found = [frame.join(keys, on=keys.columns, how="semi") for frame in self.read(entity)]
        return pl.concat(found)

    def distinct(self, entity: str, columns: list[str], most: int = MOST_DISTINCT) -> dict[str, set[str]]:
        """Return the distinct values of each column, blanks left out, at most `most`; raises what `read` raises."""
        rows = self._staged(entity).frame(columns)
        return {column: set(rows[column].drop_nulls().unique().sort().head(most)) - {""} for column in columns}

    def profile(self, entity: str, columns: list[str], most: int = MOST_DISTINCT) -> Profile:  # noqa: ARG002
        """Return the columns; a value that no entry fits is no fault of the mapping here, and rejects its row."""
        return Profile(self.describe(entity), ordered=False)

    def _columns(self, entity: str) -> list[str]:
        return known_entity(self.mapping, entity).source_columns

    def _staged(self, entity: str) -> Staged:
        return open_table(self.folder, entity, STEP)

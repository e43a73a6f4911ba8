"""Files and sheets, as `suggest` sees them: one table per file, or per visible sheet of a workbook."""

import glob
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import polars as pl

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.document import FAULT, Document, Reading
from crm_migration.extract.documents import Store
from crm_migration.extract.formats import Wanted
from crm_migration.extract.kinds import MOST_HASHES, Allowance, KindGuess
from crm_migration.mapping import model
from crm_migration.suggest.tables import Conditions, SourceColumn, SourceTable, fitting, nameable, probes

SAMPLE_ROWS = 20_000
SAMPLE_BYTES, LEAST_ROWS = 128 << 20, 100
"""What the samples of all tables take in memory; then those of more tables hold few rows."""
TABLE_HASHES = 4 * MOST_HASHES
"""What the columns of one table remember to tell whether values come twice: that of many is not told."""
CELL_BYTES = 16
"""What a value takes in memory besides its letters."""


@dataclass
class DocumentTables:
    """The documents of a store that fit a pattern; each is read through once.

    Of a Google Sheet, which is the only document of its source, a mapping names the `sheets_only`.
    """

    store: Store
    pattern: str = "*"
    sheets_only: bool = False
    can_join: bool = field(default=False, init=False)
    strict_types: bool = field(default=False, init=False)
    refused: list[str] = field(default_factory=list, init=False)
    _tables: dict[str, SourceTable] = field(default_factory=dict, init=False)
    _sampled: int = field(default=0, init=False)

    def tables(self) -> Sequence[SourceTable]:
        """Return a table per file or sheet; a file that is refused is named in `refused` where it is not the only one.

        Raises:
            MappingFault, SourceUnavailable, SourceUnreadable: as the store and the readers do.
        """
        if not self._tables:
            # Only the pattern is read: there is no mapping yet.
            described = model.Entity.model_construct(file=self.pattern, sheet=None)  # type: ignore[call-arg]
            documents = self.store.documents(described)
            for document in documents:
                try:
                    found = [self._table(document, sheet) for sheet in self._sheets(document)]
                except SourceUnreadable as refusal:
                    if len(documents) == 1:
                        raise
                    self.refused.append(str(refusal))
                    continue
                self._tables |= {table.name: table for table in found}
        return list(self._tables.values())

    def values(self, table: str, column: str, most: int) -> list[str] | None:
        """Return all distinct values of a column, None where there are more than `most`."""
        found = self._tables[table].columns[column].kind.values
        return list(found) if found is not None and len(found) <= most else None

    def held(self, table: str, column: str, values: Collection[str], where: Conditions = ()) -> set[str]:
        """Return those of the values that the column's first rows have."""
        return set(values) & set(fitting(self._tables[table].sample, where)[column].drop_nulls())

    def some(self, table: str, column: str, where: Conditions) -> list[str]:
        """Return some distinct values of the column's first rows."""
        return probes(fitting(self._tables[table].sample, where)[column])

    def repeats(self, table: str, column: str, where: Conditions = ()) -> bool:
        """Say whether a value comes twice among the first rows that fit."""
        return bool(fitting(self._tables[table].sample, where)[column].drop_nulls().is_duplicated().any())

    def quoted(self, name: str) -> str:
        """Return the name: no query is written for files."""
        return name

    def _sheets(self, document: Document) -> list[str | None]:
        """Return the visible sheets where there are several, else None for the only one."""
        details = self.store.reading(document, Wanted()).facts.details
        hidden = set(details.get("hidden_sheets") or ())
        visible = [str(name) for name in details.get("sheets") or () if name not in hidden]
        return list(visible) if len(visible) > 1 or self.sheets_only else [None]

    def _table(self, document: Document, sheet: str | None) -> SourceTable:
        reading = self.store.reading(document, Wanted(sheet=glob.escape(sheet) if sheet else None))
        offered = reading.columns()
        names = [name for name in offered if nameable(name)]
        if len(names) < len(offered):
            self.refused.append(f"{document.name}: {len(offered) - len(names)} columns whose names no mapping can hold")
        allowance = Allowance(TABLE_HASHES)
        guesses = {name: KindGuess(allowance=allowance) for name in names}
        sample, rows = pl.DataFrame(schema=dict.fromkeys(names, pl.String)), 0
        for frame in _readable(reading, names):
            for name, guess in guesses.items():
                guess.see(frame[name])
            sample = self._more(sample, frame) if sample.height == rows else sample
            rows += frame.height
        self._sampled += _bytes_of(sample)
        columns = {name: SourceColumn(name, "", guess.result()) for name, guess in guesses.items()}
        called = sheet or PurePosixPath(document.name).name.split(".")[0]
        name = called if called not in self._tables else f"{document.name} {sheet or ''}".strip()
        whole = rows == sample.height
        file = None if self.sheets_only else glob.escape(document.name)
        return SourceTable(name, columns, sample, whole, file=file, sheet=glob.escape(sheet) if sheet else None)

    def _more(self, sample: pl.DataFrame, frame: pl.DataFrame) -> pl.DataFrame:
        """Return the sample with the first rows of a frame, as many as may be held."""
        left = SAMPLE_BYTES - self._sampled - _bytes_of(sample)
        fitting_rows = max(left, 0) * frame.height // max(_bytes_of(frame), 1)
        most = min(SAMPLE_ROWS, max(LEAST_ROWS, sample.height + fitting_rows))
        # A copy: a slice would hold the whole frame.
        return pl.concat([sample, frame.head(max(most - sample.height, 0))]).rechunk()


def _bytes_of(frame: pl.DataFrame) -> int:
    """Return what a frame of text takes in memory, more or less."""
    return int(frame.estimated_size()) + CELL_BYTES * frame.height * frame.width


def _readable(reading: Reading, names: list[str]) -> Iterator[pl.DataFrame]:
    for frame in reading.frames(names):
        yield frame.filter(pl.col(FAULT).is_null()).select(names)

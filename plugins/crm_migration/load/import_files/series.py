"""The files of one object and action: a new one begins where the wizard's limit of rows or bytes is reached."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl

from crm_migration.load.import_files.csv_file import CsvFile
from crm_migration.load.import_files.layout import Layout
from crm_migration.load.import_files.manifest import WORDS, Action, WrittenFile, digest, temporary_of
from crm_migration.load.import_files.readme import sheet_rows
from crm_migration.load.import_files.xlsx_file import XlsxFile
from crm_migration.staging import safe_name


class OpenFile(Protocol):
    """A file that is being written."""

    rows: int

    def take(self, cells: pl.DataFrame) -> int:
        """Write as many of the first rows as the file may still hold, and return their number."""
        ...

    def close(self) -> None:
        """End the file."""
        ...


@dataclass(frozen=True)
class Place:
    """Where a series stands among all: its number, counted from 1, and the names of all of them in order."""

    number: int
    names: list[str]


@dataclass
class Series:
    """The files of one object and action."""

    folder: Path
    layout: Layout
    action: Action
    place: Place
    _names: list[str] = field(default_factory=list)
    _rows: list[int] = field(default_factory=list)
    _open: OpenFile | None = None

    def write(self, cells: pl.DataFrame) -> list[int]:
        """Write rows of cells; return the places of those that alone exceed the size of a file."""
        too_large, done = [], 0
        while done < cells.height:
            current = self._open or self._begin()
            taken = current.take(cells.slice(done))
            done += taken
            if done < cells.height:
                if not taken and not current.rows:
                    too_large.append(done)
                    done += 1
                else:
                    self._end()
        return too_large

    def finish(self) -> None:
        """End the last file; one without a record is none."""
        if self._open is not None:
            self._end()

    def abandon(self) -> None:
        """Close the file that is open and take it away."""
        if self._open is not None:
            self._open.close()
            self._open = None
            temporary_of(self._next).unlink()

    def written(self, first: int) -> list[WrittenFile]:
        """Return what was written, the first file being number `first` of all."""
        return [
            self._described(first + at, name, rows)
            for at, (name, rows) in enumerate(zip(self._names, self._rows, strict=True))
        ]

    def _described(self, order: int, name: str, rows: int) -> WrittenFile:
        path = self.folder / name
        return WrittenFile(
            order=order,
            file=name,
            object=self.layout.target_object,
            action=self.action,
            rows=rows,
            bytes=path.stat().st_size,
            sha256=digest(path),
            columns=self.layout.labels,
            fields=self.layout.fields,
        )

    @property
    def _next(self) -> Path:
        target, word = safe_name(self.layout.target_object), WORDS[self.action]
        part = len(self._names) + 1
        return self.folder / f"{self.place.number:02}_{target}_{word}_{part:03}.{self.layout.settings.format}"

    def _begin(self) -> OpenFile:
        kind: type[CsvFile | XlsxFile] = XlsxFile if self.layout.settings.format == "xlsx" else CsvFile
        self._open = kind(temporary_of(self._next), self.layout)
        return self._open

    def _end(self) -> None:
        current, path = self._open, self._next
        self._open = None
        if current is None:
            return
        if isinstance(current, XlsxFile) and self.layout.settings.readme == "sheet":
            current.explain(sheet_rows(self.layout, self.action, self.place.number, self.place.names))
        current.close()
        if not current.rows:
            temporary_of(path).unlink()
            return
        temporary_of(path).replace(path)
        self._names.append(path.name)
        self._rows.append(current.rows)

"""Reads files back: an import file as the canonical texts it was made of, and the rows of any file as text.

All reading goes through the readers of sources, with their limits; a workbook is parsed in a child process.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from crm_migration.errors import DataFault, MappingFault
from crm_migration.extract.document import AT, FAULT, MESSAGE, READ_META, Document, Reading
from crm_migration.extract.formats import Wanted, open_reading
from crm_migration.extract.landing import Landing
from crm_migration.load.import_files.csv_file import codec_of
from crm_migration.load.import_files.layout import Layout
from crm_migration.load.import_files.manifest import Action
from crm_migration.load.import_files.rendering import canonical_again
from crm_migration.mapping.import_files import ImportFiles
from crm_migration.mapping.reading import DelimitedOptions, ReadOptions, WorkbookOptions


def read_import_file(path: Path, layout: Layout, action: Action = "insert") -> pl.DataFrame:
    """Return the records of a file that was written by this layout, as canonical text by field.

    Raises:
        DataFault: the file cannot be read, or has other columns than the layout.
    """
    reading = _opened(path, _written_as(layout.settings))
    found = reading.columns()
    if found != layout.labels:
        raise DataFault(
            f"{path.name}: expected the columns of object {layout.target_object!r} ({len(layout.labels)}), found "
            f"other ones ({len(found)}); take a file as it was written"
        )
    names = dict(zip(layout.labels, layout.fields, strict=True))
    frames = [one.frame.select(layout.labels).rename(names) for one in _sound(path, reading, layout.labels)]
    return canonical_again(pl.concat(frames), layout, action)


@dataclass(frozen=True)
class Rows:
    """Rows of a file as text, and what a place in it is called."""

    frame: pl.DataFrame
    unit: str

    def at(self, place: int) -> str:
        """Return where a row stands, for a message."""
        return f"{self.unit} {self.frame[AT][place]}"


def rows_of(path: Path) -> tuple[list[str], Iterator[Rows]]:
    """Return the columns and the rows of a CSV file or workbook from elsewhere.

    Raises:
        DataFault: the file cannot be read; also while its rows are read.
    """
    reading = _opened(path, ReadOptions())
    columns = reading.columns()
    return columns, _sound(path, reading, columns)


def _written_as(settings: ImportFiles) -> ReadOptions:
    if settings.format == "xlsx":
        return ReadOptions(format="workbook", workbook=WorkbookOptions(header_row=1))
    encoding = codec_of(settings.encoding)
    options = DelimitedOptions(
        encoding=encoding, delimiter=settings.separator, quote='"', escape="", record_separator=None, header_row=1
    )
    return ReadOptions(format="delimited", delimited=options)


def _opened(path: Path, options: ReadOptions) -> Reading:
    if not path.is_file():
        raise DataFault(f"{path.name}: expected a file, found none; give the path of a file that is there")
    try:
        return open_reading(Document(path, path.name, path.name), Wanted(options), Landing())
    except MappingFault as fault:
        raise DataFault(str(fault)) from None


def _sound(path: Path, reading: Reading, columns: list[str]) -> Iterator[Rows]:
    for frame in reading.frames(columns):
        bad = frame.filter(pl.col(FAULT).is_not_null())
        if bad.height:
            raise DataFault(
                f"{path.name}, {reading.facts.unit} {bad[AT][0]}: {bad[MESSAGE][0]}; repair the file, or download it "
                "again"
            )
        yield Rows(frame.select(*columns, *READ_META), reading.facts.unit)

"""A file or a sheet as a source of rows: what a reader of one format is given, and what it gives."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.source import BATCH_ROWS

FILE, SHEET, UNIT, AT = "_file", "_sheet", "_unit", "_at"
FAULT, MESSAGE, RAW = "_fault", "_message", "_raw"
READ_META: dict[str, type[pl.DataType]] = {
    SHEET: pl.String,
    AT: pl.Int64,
    FAULT: pl.String,
    MESSAGE: pl.String,
    RAW: pl.String,
}
META: dict[str, type[pl.DataType]] = {FILE: pl.String, UNIT: pl.String, **READ_META}


@dataclass(frozen=True)
class Document:
    """One file on this machine's disk.

    `name` is what people call it (relative path, or title) and goes into provenance and messages; it is never used
    as a path. `identity` names it at its source for ever, `version` changes with its content.
    """

    path: Path
    name: str
    identity: str = ""
    version: str = ""
    modified: datetime | None = None


@dataclass
class Facts:
    """How a document was understood, for people: what was found and can be overridden in the mapping.

    `format` is one of the mapping's formats. `details` holds, as far as the format knows them, `encoding`,
    `delimiter`, `quote`, `escape`, `header_row`, `sheets`, `sheet`, `records` and the like, all as plain JSON values.
    `notes` are sentences for a person: guesses (`Guess` where they leave no doubt), skipped lines.
    """

    format: str
    details: dict[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def unit(self) -> str:
        """Return what `_at` counts, for people."""
        if self.format == "delimited" or self.details.get("form") == "lines":
            return "line"
        return "row" if self.format == "workbook" else "record"


class Reading(Protocol):
    """One document, understood and ready to be read, as often as wanted."""

    facts: Facts

    def columns(self) -> list[str]:
        """Return every column in order, names unique; JSON and XML are read through once for it.

        Raises:
            SourceUnreadable: the document is refused as a whole; the message names it, the place in it, what was
                expected, what was found and what to do, and holds no value of a row.
        """
        ...

    def frames(self, columns: list[str], batch_rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """Yield the rows as frames of at most `batch_rows`: `columns` as text, then the columns of READ_META.

        A column that the document lacks is null throughout (the caller decides whether that is allowed). Every row
        of the document is in exactly one frame, once: a row that cannot be read, or one of whose wanted values
        cannot be read, has all `columns` null, a short code in `_fault`, a sentence for a person in `_message`
        (what was expected, what was found; no value of the row) and its text, cut at MOST_RAW letters, in `_raw`.
        `_at` is where a person finds the row: the line it starts on, counted from 1, in delimited text and in
        JSON of one record a line; the row's number in a sheet; else the number of the record, counted from 1.
        Blank lines and blank rows are not rows. An empty document yields one frame without rows.

        Raises:
            SourceUnreadable: as `columns`, and where the document turns out to be truncated or malformed; what was
                yielded before is not the whole.
        """
        ...


MOST_RAW = 2000


def refused(document: Document, found: str, do: str = "repair the file, or ask for a new export") -> SourceUnreadable:
    """Return the refusal of a document as a whole: `found` reads `expected …, found …` or `line 3: expected …`."""
    return SourceUnreadable(f"{document.name}: {found}; {do}")


def place() -> pl.Expr:
    """Return where each row of a frame with the columns of META stands: `contacts.csv, line 12`."""
    return pl.concat_str(
        FILE,
        pl.when(pl.col(SHEET).is_not_null()).then(pl.concat_str(pl.lit(", sheet "), SHEET)),
        pl.concat_str(pl.lit(", "), UNIT, pl.lit(" "), pl.col(AT).cast(pl.String)),
        ignore_nulls=True,
    )

"""What is known of a document before its rows are read, and what becomes of one record."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm_migration.extract.delimited.dialect import Dialect
from crm_migration.extract.delimited.records import Record
from crm_migration.extract.delimited.stream import readable
from crm_migration.extract.document import MOST_RAW

MOST_RECORD = 16 << 20

Row = tuple[object, ...]


@dataclass(frozen=True)
class Layout:
    """A document's dialect, its columns, and where its rows begin.

    `start` is the offset of the first row in the text as UTF-8, `line` the line it stands on. `header` holds the
    column names as the file spells them, if it does.
    """

    dialect: Dialect
    encoding: str
    columns: tuple[str, ...]
    header: tuple[str, ...] | None = None
    start: int = 0
    line: int = 1
    most_record: int = MOST_RECORD


class RowMaker:
    """Turns records into rows of the wanted columns and those of READ_META."""

    def __init__(self, layout: Layout, wanted: Sequence[str]) -> None:
        self.layout = layout
        places = {name: place for place, name in enumerate(layout.columns)}
        self.places = [places.get(name) for name in wanted]
        self._nothing = (None,) * len(wanted)

    def row(self, record: Record) -> Row | None:
        """Return the record's row, rejected or not; None for a blank record."""
        if self._is_blank(record):
            return None
        fault = self._fault(record)
        if fault is not None:
            return self.rejected(record.line, record.text, *fault)
        values = (None if place is None else record.fields[place] for place in self.places)
        return (*values, None, record.line, None, None, None)

    def rejected(self, line: int, text: str, fault: str, message: str) -> Row:
        """Return the row of a record that cannot be read."""
        return (*self._nothing, None, line, fault, message, readable(text[:MOST_RAW])[:MOST_RAW])

    def _is_blank(self, record: Record) -> bool:
        if record.broken is not None or (len(record.fields) == 1 and len(self.layout.columns) != 1):
            return not record.text.strip(" \t\x1a")
        return not any(field is not None for field in record.fields)

    def _fault(self, record: Record) -> tuple[str, str] | None:
        if record.broken is not None:
            return "quote", record.broken
        if not record.text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in record.text):
            return "encoding", f"expected text in {self.layout.encoding}, found bytes that mean nothing in it"
        if "\0" in record.text:
            return "nul", "expected text, found a NUL byte"
        expected, found = len(self.layout.columns), len(record.fields)
        if expected != found:
            return "ragged", f"expected {expected} fields, found {found}"
        if self.is_header(record.fields):
            return "header", "expected a row, found the column names again"
        return None

    def is_header(self, fields: Sequence[str | None]) -> bool:
        """Return whether the fields repeat the column names."""
        header = self.layout.header
        return header is not None and len(header) > 1 and tuple((field or "").strip() for field in fields) == header

"""What the child process says about a workbook, and the limits it holds; nothing here is heavy to import."""

from dataclasses import dataclass, field
from typing import Any

from crm_migration.extract.sheets import SheetInfo

MIB = 1 << 20
MOST_MEMBERS = 20_000
MOST_UNPACKED = 16 << 30
"""Bytes of all members of a zip container together."""
UNJUDGED = 16 * MIB
MOST_RATIO = 200
"""How many times its packed size a member may unpack to, once it unpacks to more than UNJUDGED bytes."""
MOST_PART = 256 * MIB
"""Bytes of a part that is held in memory as a whole: anything but the rows of a sheet."""
MOST_ROW = 16 * MIB
"""Bytes of XML that one row may take."""
MOST_TEXTS = 200 * MIB
"""Bytes of the table of shared texts, which the format demands in memory."""
MOST_ANSWER = 16 << 30
"""Bytes that the rows of a sheet may come to: a text that is stored once can stand in many cells."""
MOST_MERGED = 500_000
MOST_ROWS = 1 << 20
MOST_COLUMNS = 1 << 14
REPAIR = "repair the file, or ask for a new export"
NOT_A_SPREADSHEET = "expected an xlsx, xlsb, xls or ods workbook, found a file that is not a spreadsheet"
DAMAGED = "expected a workbook, found one that is damaged or truncated"
LOCKED = "expected a workbook without a password, found one that is password-protected"


class Refused(Exception):
    """A workbook is refused as a whole; `found` reads `expected …, found …`."""

    def __init__(self, found: str, do: str = REPAIR) -> None:
        """Keep both halves for the parent process, which knows the document's name."""
        self.found, self.do = found, do
        super().__init__(f"{found}; {do}")


class CellError(str):
    """What stands in a cell instead of a value, such as #DIV/0!."""

    __slots__ = ()


NOT_CALCULATED = CellError("a formula that was never calculated")
NO_NUMBER = CellError("a number that cannot be read")
NO_TEXT = CellError("a text that the workbook lacks")


@dataclass
class Contents:
    """What a workbook holds, before any row of it is read."""

    kind: str
    sheets: list[SheetInfo]
    notes: list[str] = field(default_factory=list)


Cell = str | None
Row = tuple[int, list[Cell], dict[int, str]]
"""A row's number, its cells and the errors in them by place."""


class Book:
    """A workbook of one format, open in the child process."""

    def contents(self) -> Contents:
        """Return its sheets."""
        raise NotImplementedError

    def merged(self, sheet: SheetInfo) -> list[tuple[int, int, int, int]]:
        """Return the merged cells: first and last row, counted from 1, first and last column, counted from 0."""
        raise NotImplementedError

    def rows(self, sheet: SheetInfo) -> Any:
        """Yield every `Row` that holds a cell, in order; a note as `str` may stand between them."""
        raise NotImplementedError

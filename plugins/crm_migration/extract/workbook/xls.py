"""An xls workbook in the child process: python-calamine reads its cells, our own scan its errors.

Source of the records: [MS-XLS] 2.4.24 BoolErr, 2.4.28 BoundSheet8, 2.4.117 FilePass, 2.4.127 Formula; those of Excel 5
have the same numbers.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

import olefile  # type: ignore[import-untyped]

from crm_migration.extract.sheets import SheetInfo
from crm_migration.extract.workbook.calamine import MOST_HELD, HeldSheets
from crm_migration.extract.workbook.refusal import (
    DAMAGED,
    LOCKED,
    MIB,
    NOT_A_SPREADSHEET,
    Book,
    CellError,
    Contents,
    Refused,
    Row,
)

FORMULA, EOF, FILEPASS, BOUNDSHEET, BOOLERR = 0x0006, 0x000A, 0x002F, 0x0085, 0x0205
BOF = (0x0009, 0x0209, 0x0409, 0x0809)
HEAD = struct.Struct("<HH")
CELL = struct.Struct("<HHH")
OFFSET = struct.Struct("<I")
IS_ERROR = 2
NAMES = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
Errors = dict[int, dict[int, str]]


class Xls(Book):
    """A workbook whose records stand in a stream of an OLE container."""

    def __init__(self, path: Path) -> None:
        """Refuse what is locked, too large or something else."""
        if path.stat().st_size > MOST_HELD:
            raise Refused(
                f"expected an xls workbook of at most {MOST_HELD // MIB} MiB, found a larger one", "save it as xlsx"
            )
        self._stream = _workbook_stream(path)
        records = _records(self._stream, 0)
        self._offsets = []
        for kind, data in records:
            if kind == FILEPASS:
                raise Refused(LOCKED, "save it without a password")
            if kind == BOUNDSHEET and len(data) >= OFFSET.size:
                self._offsets.append(OFFSET.unpack_from(data)[0])
        self._held = HeldSheets(path)

    def contents(self) -> Contents:
        """Return its sheets."""
        if len(self._held.names()) != len(self._offsets):
            raise Refused(DAMAGED)
        return Contents("xls", self._held.sheets())

    def rows(self, sheet: SheetInfo) -> Iterator[Row | str]:
        """Yield the sheet's rows."""
        yield from self._held.rows(sheet, self._errors(sheet))

    def merged(self, sheet: SheetInfo) -> list[tuple[int, int, int, int]]:
        """Return the merged cells."""
        ranges = self._held.sheet(sheet).merged_cell_ranges or []
        return [(top + 1, bottom + 1, first, last) for (top, first), (bottom, last) in ranges]

    def _errors(self, sheet: SheetInfo) -> Errors:
        errors: Errors = {}
        for kind, data in _records(self._stream, self._offsets[sheet.index]):
            code = _error_code(kind, data)
            if code is not None:
                row, column, _ = CELL.unpack_from(data)
                errors.setdefault(row + 1, {})[column] = error_named(code)
        return errors


def error_named(code: int) -> CellError:
    """Return an error by its number, which is the same in xls and xlsb."""
    return CellError(NAMES.get(code, f"error {code}"))


def _workbook_stream(path: Path) -> bytes:
    try:
        with olefile.OleFileIO(path) as container:
            if container.exists("EncryptedPackage"):
                raise Refused(LOCKED, "save it without a password")
            for name in ("Workbook", "Book"):
                if container.exists(name):
                    return bytes(container.openstream(name).read())
    except (OSError, struct.error, IndexError, ValueError):
        raise Refused(DAMAGED) from None
    raise Refused(NOT_A_SPREADSHEET)


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records of the substream that starts here, and not those of charts inside it."""
    place, depth = start, 0
    while place + HEAD.size <= len(stream):
        kind, size = HEAD.unpack_from(stream, place)
        place += HEAD.size
        depth += (kind in BOF) - (kind == EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, stream[place : place + size]
        place += size


def _error_code(kind: int, data: bytes) -> int | None:
    if kind == BOOLERR and len(data) >= CELL.size + 2 and data[7]:
        return data[6]
    is_error = kind == FORMULA and len(data) >= CELL.size + 8 and data[12:14] == b"\xff\xff" and data[6] == IS_ERROR
    return data[8] if is_error else None

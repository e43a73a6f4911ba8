"""An xlsb workbook in the child process: python-calamine reads its cells, our own scan its errors and merged cells.

Source of the records: [MS-XLSB] 2.1.4 (their heads), 2.4.166 BrtCellError, 2.4.304 BrtBundleSh, 2.4.672 BrtFmlaError,
2.4.695 BrtMergeCell, 2.4.768 BrtRowHdr.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

from crm_migration.extract.sheets import SheetInfo
from crm_migration.extract.workbook.calamine import MOST_HELD, HeldSheets
from crm_migration.extract.workbook.container import Parts
from crm_migration.extract.workbook.refusal import DAMAGED, MIB, MOST_MERGED, Book, Contents, Refused, Row
from crm_migration.extract.workbook.xls import Errors, error_named
from crm_migration.extract.workbook.xlsx_parts import relations

ROW_HEAD, CELL_ERROR, FORMULA_ERROR, BUNDLE_SHEET, MERGE_CELL = 0, 3, 11, 156, 176
NUMBER = struct.Struct("<I")
CELL = struct.Struct("<II")
RANGE = struct.Struct("<IIII")
MORE = 0x80


class Xlsb(Book):
    """A workbook whose parts are records."""

    def __init__(self, path: Path, parts: Parts, workbook: str) -> None:
        """Find the part of each sheet."""
        self._parts = parts
        related = relations(parts, workbook)
        try:
            bundled = [data for kind, data in self._records(workbook) if kind == BUNDLE_SHEET]
            targets = [related[_text_at(data, 8)].target for data in bundled]
        except (KeyError, struct.error, UnicodeDecodeError):
            raise Refused(DAMAGED) from None
        for name in (workbook, *targets):
            if name in parts and parts.size(name) > MOST_HELD:
                raise Refused(
                    f"expected sheets of at most {MOST_HELD // MIB} MiB, found a larger one", "save it as xlsx"
                )
        self._targets = targets
        self._held = HeldSheets(path)

    def contents(self) -> Contents:
        """Return its sheets."""
        if len(self._held.names()) != len(self._targets):
            raise Refused(DAMAGED)
        return Contents("xlsb", self._held.sheets())

    def rows(self, sheet: SheetInfo) -> Iterator[Row | str]:
        """Yield the sheet's rows."""
        errors: Errors = {}
        row = 0
        for kind, data in self._records(self._targets[sheet.index]):
            if kind == ROW_HEAD and len(data) >= NUMBER.size:
                row = NUMBER.unpack_from(data)[0] + 1
            elif kind in (CELL_ERROR, FORMULA_ERROR) and len(data) > CELL.size:
                errors.setdefault(row, {})[CELL.unpack_from(data)[0]] = error_named(data[CELL.size])
        yield from self._held.rows(sheet, errors)

    def merged(self, sheet: SheetInfo) -> list[tuple[int, int, int, int]]:
        """Return the merged cells."""
        records = self._records(self._targets[sheet.index])
        ranges = [RANGE.unpack_from(data) for kind, data in records if kind == MERGE_CELL and len(data) >= RANGE.size]
        if len(ranges) > MOST_MERGED:
            raise Refused(f"expected at most {MOST_MERGED} merged cells, found more")
        return [(top + 1, bottom + 1, first, last) for top, bottom, first, last in ranges]

    def _records(self, name: str) -> Iterator[tuple[int, bytes]]:
        data = self._parts.read(name)
        place = 0
        while place < len(data):
            try:
                kind, place = _number(data, place, 2)
                size, place = _number(data, place, 4)
            except IndexError:
                raise Refused(DAMAGED) from None
            yield kind, data[place : place + size]
            place += size


def _number(data: bytes, place: int, most: int) -> tuple[int, int]:
    """Return a number of seven bits a byte, and the place behind it."""
    number = 0
    for turn in range(most):
        byte = data[place + turn]
        number |= (byte & 0x7F) << (7 * turn)
        if not byte & MORE:
            return number, place + turn + 1
    return number, place + most


def _text_at(data: bytes, place: int) -> str:
    letters = NUMBER.unpack_from(data, place)[0]
    start = place + NUMBER.size
    return data[start : start + 2 * letters].decode("utf-16-le")

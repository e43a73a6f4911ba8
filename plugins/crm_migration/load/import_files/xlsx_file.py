"""One XLSX file for an import wizard, written row by row: memory does not depend on their number.

Texts stand in the cells themselves, never as formulas; a number is a number cell where 15 digits, which is what a
spreadsheet keeps, are enough, else text. Every time stamp in the file is the same, so that equal records give equal
bytes.
"""

import re
import zipfile
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO

import polars as pl

from crm_migration.extract.grid import column_letters
from crm_migration.load.import_files import xlsx_parts
from crm_migration.load.import_files.layout import Column, Layout
from crm_migration.load.import_files.rendering import number_format
from crm_migration.mapping.import_files import FORMULA_STARTS, ImportFiles

MOST_LETTERS = 32_767
"""UTF-16 units of a cell."""
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9:.]{8,15})?")
_DIGITS = 15
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 the calendar of spreadsheets knows no zones
_FIRST_SURE_DAY = "1900-03-01"
_DAY_MS = 86_400_000
_STAMP = (1980, 1, 1, 0, 0, 0)
_HELD = 256 << 10
"""Bytes that compression may hold back, and that the file's other parts take."""
_BLOCK = 64 << 10
Cell = Callable[[str], str]


class XlsxFile:
    """An XLSX file that is being written; `rows` counts its records."""

    def __init__(self, path: Path, layout: Layout) -> None:
        """Begin the file with its header."""
        self._settings = layout.settings
        self._raw = path.open("wb")
        self._zip = zipfile.ZipFile(self._raw, "w", zipfile.ZIP_DEFLATED)
        scales = sorted({column.scale for column in layout.columns if column.form == "number"})
        self._write_parts(scales)
        self._cells = [_cell(column, scales, self._settings) for column in layout.columns]
        self._letters = [column_letters(place) for place in range(len(self._cells))]
        self._pending: list[str] = []
        self._pending_bytes = self.rows = 0
        self._sheet = self._started(1)
        self._pending.append(self._row(1, layout.labels, [_text] * len(self._cells)))

    def take(self, cells: pl.DataFrame) -> int:
        """Write as many of the first rows as the file may still hold, and return their number."""
        taken = 0
        for values in cells.head(self._settings.rows_per_file - self.rows).iter_rows():
            row = self._row(self.rows + 2, values, self._cells)
            size = len(row.encode())
            if self._raw.tell() + self._pending_bytes + size + _HELD > self._settings.bytes_per_file:
                self._flush()
                if self._raw.tell() + size + _HELD > self._settings.bytes_per_file:
                    break
            self._pending.append(row)
            self._pending_bytes += size
            if self._pending_bytes > _BLOCK:
                self._flush()
            self.rows += 1
            taken += 1
        return taken

    def explain(self, rows: Sequence[Sequence[str]]) -> None:
        """Write the README sheet behind the records, which are complete then."""
        self._end_sheet()
        self._sheet = self._started(2)
        self._letters = [column_letters(place) for place in range(max(map(len, rows)))]
        for number, row in enumerate(rows, 1):
            self._pending.append(self._row(number, row, [_text] * len(row)))

    def close(self) -> None:
        """End the file."""
        self._end_sheet()
        self._zip.close()
        self._raw.close()

    def _write_parts(self, scales: list[int]) -> None:
        names = ["Data", "README"] if self._settings.readme == "sheet" else ["Data"]
        date = number_format(self._settings.date_format, "yyyy-mm-dd")
        moment = number_format(self._settings.moment_format, "yyyy-mm-dd hh:mm:ss")
        parts = {
            "[Content_Types].xml": xlsx_parts.content_types(len(names)),
            "_rels/.rels": xlsx_parts.package_relations(),
            "xl/workbook.xml": xlsx_parts.workbook(names),
            "xl/_rels/workbook.xml.rels": xlsx_parts.workbook_relations(len(names)),
            "xl/styles.xml": xlsx_parts.styles(date, moment, scales),
        }
        for name, text in parts.items():
            self._zip.writestr(_member(name), text)

    def _started(self, sheet: int) -> IO[bytes]:
        self._pending.append(xlsx_parts.SHEET_START)
        return self._zip.open(_member(f"xl/worksheets/sheet{sheet}.xml"), "w")

    def _end_sheet(self) -> None:
        self._pending.append(xlsx_parts.SHEET_END)
        self._flush()
        self._sheet.close()

    def _flush(self) -> None:
        self._sheet.write("".join(self._pending).encode())
        self._pending.clear()
        self._pending_bytes = 0

    def _row(self, number: int, values: Sequence[str | None], cells: Sequence[Cell]) -> str:
        filled = (
            f'<c r="{letters}{number}" {cell(value)}</c>'
            for letters, value, cell in zip(self._letters, values, cells, strict=False)
            if value
        )
        return f'<row r="{number}">{"".join(filled)}</row>'


def _cell(column: Column, scales: list[int], settings: ImportFiles) -> Cell:
    if column.values is None and column.form == "number":
        return partial(_number, xlsx_parts.FIRST_NUMBER + scales.index(column.scale))
    if column.values is None and column.form in ("date", "moment") and settings.date_cells:
        return partial(_date, xlsx_parts.DATE if column.form == "date" else xlsx_parts.MOMENT)
    return _text


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _STAMP)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    return member


def _text(value: str) -> str:
    style = xlsx_parts.TEXT_KEPT if value[0] in FORMULA_STARTS else xlsx_parts.TEXT
    return f's="{style}" t="inlineStr"><is><t xml:space="preserve">{xlsx_parts.escaped(value)}</t></is>'


def _number(style: int, value: str) -> str:
    digits = value.lstrip("-").replace(".", "").strip("0")
    if not _NUMBER.fullmatch(value) or len(digits) > _DIGITS:
        return _text(value)
    return f's="{style}"><v>{value}</v>'


def _date(style: int, value: str) -> str:
    """Return a date cell; text before March 1900, where calendars of spreadsheets differ."""
    if not _MOMENT.fullmatch(value) or value < _FIRST_SURE_DAY:
        return _text(value)
    passed = datetime.fromisoformat(value) - _DAY_ZERO
    milliseconds = passed.seconds * 1000 + passed.microseconds // 1000
    return f's="{style}"><v>{passed.days + milliseconds / _DAY_MS if milliseconds else passed.days!r}</v>'

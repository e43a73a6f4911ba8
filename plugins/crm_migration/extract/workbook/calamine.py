"""Cells of xls and xlsb workbooks as python-calamine gives them: a sheet at a time, as a whole in memory.

It gives error cells as empty ones, so whoever uses it must bring the errors. It does not tell a time of 00:00:00 from
none, nor hidden rows.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from crm_migration.extract.sheets import SheetInfo
from crm_migration.extract.workbook.refusal import DAMAGED, LOCKED, MIB, Cell, Refused, Row
from crm_migration.extract.workbook.values import clock_text, float_text

MOST_HELD = 128 * MIB
"""Bytes of a workbook, or of a sheet's part, that is held in memory as a whole."""
Value = int | float | str | bool | time | date | datetime | timedelta


class HeldSheets:
    """The sheets of one workbook."""

    def __init__(self, path: Path) -> None:
        """Open the workbook.

        Raises:
            Refused: it is locked or damaged.
        """
        try:
            self._book = CalamineWorkbook.from_path(path)
        except PasswordError:
            raise Refused(LOCKED, "save it without a password") from None
        except (CalamineError, OSError):
            raise Refused(DAMAGED) from None

    def names(self) -> list[str]:
        """Return the names of all sheets, in order."""
        return self._book.sheet_names

    def sheets(self) -> list[SheetInfo]:
        """Return the sheets that hold cells, numbered among all."""
        return [
            SheetInfo(index, sheet.name, sheet.visible == SheetVisibleEnum.Visible)
            for index, sheet in enumerate(self._book.sheets_metadata)
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]

    def sheet(self, sheet: SheetInfo) -> CalamineSheet:
        """Return one sheet, read.

        Raises:
            Refused: it is damaged.
        """
        try:
            return self._book.get_sheet_by_index(sheet.index)
        except (CalamineError, OSError):
            raise Refused(DAMAGED) from None

    def rows(self, sheet: SheetInfo, errors: Mapping[int, dict[int, str]]) -> Iterator[Row]:
        """Yield the sheet's rows, with the errors by row, counted from 1, and place."""
        held = self.sheet(sheet)
        number = 0
        for number, values in enumerate(_from_the_first(held), 1):
            cells = [_text(value) for value in values]
            wrong = errors.get(number, {})
            for place in wrong:
                if place < len(cells):
                    cells[place] = None
            if wrong or any(cells):
                yield number, cells, wrong
        yield from ((row, [], errors[row]) for row in sorted(errors) if row > number)


def _from_the_first(sheet: CalamineSheet) -> Iterator[list[Value]]:
    """Yield all rows from the sheet's first; those of an empty sheet are none."""
    yield from sheet.iter_rows() if sheet.start == (0, 0) else sheet.to_python(skip_empty_area=False)


def _text(value: Value) -> Cell:
    if isinstance(value, str):
        return value or None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    return float_text(value) if isinstance(value, float) else _moment(value)


def _moment(value: time | date | timedelta) -> str:
    if isinstance(value, timedelta):
        milliseconds = round(value / timedelta(milliseconds=1))
        return ("-" if milliseconds < 0 else "") + clock_text(abs(milliseconds))
    if isinstance(value, datetime):
        rounded = value + timedelta(microseconds=500)
        return f"{rounded.date().isoformat()} {clock_text(_milliseconds(rounded))}"
    if isinstance(value, time):
        return clock_text(_milliseconds(value))
    return value.isoformat()


def _milliseconds(value: time | datetime) -> int:
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1000 + value.microsecond // 1000

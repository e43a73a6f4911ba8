"""Workbooks that nobody here wrote: all are read whole or refused by name, and compared with what two readers see."""

import json
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.document import FAULT
from crm_migration.extract.workbook.child import open_book
from crm_migration.extract.workbook.refusal import Refused
from tests.extract.workbook.books import Grid, frame, reading, stored

WORKBOOKS = (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods")
FOLDERS = ("files/calamine", "files/frictionless", "hostile/xlsx")
REFUSED = {
    "pass_protected.xlsx": "password-protected",
    "too_small.xls": "not a spreadsheet",
    "bomb_6M_cells_300MB.xlsx": "unpack to at most 200 times",
    "bomb_one_cell_300MB.xlsx": "unpack to at most 200 times",
    "empty_0_bytes.xlsx": "not a spreadsheet",
    "html_as.xls": "not a spreadsheet",
    "not_a_zip.xlsx": "not a spreadsheet",
    "laughs_sheet.xlsx": "DOCTYPE",
    "xxe_sheet.xlsx": "DOCTYPE",
}
COMPARED_ROWS = 8
"""The comparison holds so many rows of each sheet."""
DIFFERENT = {
    "calamine/pivots.xlsx": "error cells: python-calamine gives them as empty, openpyxl cannot open the file",
    "calamine/minimal_package.xlsx": "spaces at the ends of texts, which python-calamine strips; openpyxl fails",
}
"""Every workbook in which a sheet of ours is equal to neither reader's, beyond the notation of dates; and why."""


def test_every_workbook_is_read_whole_or_refused_by_name(shared_data: Path) -> None:
    before = _all_files(shared_data)
    paths = sorted(path for name in FOLDERS for path in (shared_data / name).iterdir() if path.suffix in WORKBOOKS)
    assert {path.name for path in paths} >= REFUSED.keys()
    for path in paths:
        if path.name in REFUSED:
            with pytest.raises(SourceUnreadable, match=rf"^{re.escape(path.name)}: .*{REFUSED[path.name]}"):
                reading(path)
            continue
        found = frame(path, sheet="*", header_row=0, hidden="read")
        kept, rejected = found.filter(pl.col(FAULT).is_null()).height, found.filter(pl.col(FAULT).is_not_null()).height
        assert kept + rejected == _rows_there(path), path.name
    assert _all_files(shared_data) == before


def _all_files(folder: Path) -> set[Path]:
    return {path for name in FOLDERS for path in (folder / name).iterdir()}


def _rows_there(path: Path) -> int:
    """Return how many rows of all sheets hold something that is not blank."""
    sheets = range(len(open_book(path).contents().sheets))
    return sum(any(cell and not cell.isspace() for cell in row) for at in sheets for row in stored(path, at))


def _comparable(rows: list[list[Any]], letters: re.Pattern[str] = re.compile(r"^(\d{4}-\d\d-\d\d)T")) -> Grid:
    """Return the other readers' values in our notation: text, and dates with a space."""
    grid: Grid = []
    for row in rows[:COMPARED_ROWS]:
        cells = [_text(value) for value in row]
        grid.append([letters.sub(r"\1 ", cell).removesuffix(" 00:00:00") if cell else None for cell in cells])
        while grid[-1] and grid[-1][-1] is None:
            grid[-1].pop()
    while grid and not grid[-1]:
        grid.pop()
    return grid


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else repr(value)
    days = re.fullmatch(r"(\d+) days?, (\d+):(\d\d:\d\d)", value) if isinstance(value, str) else None
    return f"{int(days[1]) * 24 + int(days[2])}:{days[3]}" if days else str(value)


def test_values_are_those_that_two_other_readers_see(shared_data: Path) -> None:
    compared, different = 0, set()
    for name, readers in json.loads((shared_data / "files/spreadsheet_two_readers.json").read_text()).items():
        path = shared_data / "files" / name
        try:
            sheets = open_book(path).contents().sheets
        except Refused:
            assert path.name in REFUSED
            continue
        for sheet in sheets:
            others = [
                one[sheet.name]["rows"] for one in readers.values() if isinstance(one, dict) and sheet.name in one
            ]
            compared += bool(others)
            ours = _comparable(stored(path, sheet.index))
            if others and all(_comparable(other) != ours for other in others):
                different.add(name)
    assert compared > 60
    assert different == DIFFERENT.keys()


def test_1904_dates_are_those_of_the_1900_file(shared_data: Path) -> None:
    folder = shared_data / "files/calamine"
    expected = [["2021-01-01", "15"], ["2021-01-02", "16"], ["255:10:10", "17"]]
    for name in ("date.xlsx", "date_1904.xlsx", "date.xls", "date_1904.xls", "date.xlsb"):
        assert stored(folder / name) == expected, name


def test_hidden_sheets_are_passed_over_unless_asked_for(shared_data: Path) -> None:
    read = reading(shared_data / "files/calamine/any_sheets.xlsx")
    assert read.facts.details["hidden_sheets"] == ["Hidden", "VeryHidden"]
    assert read.facts.details["sheet"] == "Visible"
    assert any("charts" in note for note in read.facts.notes)


def test_all_seven_errors_are_rejected_by_name(shared_data: Path) -> None:
    found = frame(shared_data / "files/calamine/errors.xlsx", header_row=0)
    assert found[FAULT].to_list() == ["error_cell"] * 7
    messages = " ".join(found["_message"])
    assert all(error in messages for error in ("#DIV/0!", "#NAME?", "#VALUE!", "#NULL!", "#REF!", "#NUM!", "#N/A"))


def test_merged_cells_of_a_real_file_fill_their_range(shared_data: Path) -> None:
    path = shared_data / "files/frictionless/merged-cells.xlsx"
    places = {0: "column_1", 1: "column_2", 2: "column_3"}
    first = frame(path, *places.values(), header_row=0, merged="first")
    filled = frame(path, *places.values(), header_row=0)
    assert first.select(places.values()).rows() == [("data", None, None)]
    assert filled.select(places.values()).rows() == [("data", "data", None)]


def test_a_formula_is_never_read_as_its_text(shared_data: Path) -> None:
    found = frame(shared_data / "hostile/xlsx/formula_injection.xlsx")
    assert found["name"].to_list() == ["Acme"]


def test_a_header_further_down_and_one_of_several_rows_are_found(shared_data: Path) -> None:
    skip = reading(shared_data / "files/frictionless/skip-rows.xlsx")
    assert (skip.columns(), skip.facts.details["header_row"]) == (["A", "B"], 2)
    further = reading(shared_data / "files/calamine/header-row.xlsx")
    assert (further.columns()[:2], further.facts.details["header_row"]) == (["Columns", "Column A"], 9)
    several = reading(shared_data / "files/frictionless/multiline-headers.xlsx")
    assert any("column names seem to take rows 1 to 5" in note for note in several.facts.notes)

"""What openpyxl and XlsxWriter wrote is read back: the texts, numbers and dates that went in come out."""

# ruff: noqa: DTZ001 - a workbook's times carry no zone

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from crm_migration.errors import MappingFault, SourceUnreadable
from crm_migration.extract.document import FAULT, MESSAGE, RAW, SHEET
from tests.extract.workbook.books import frame, reading, stored

OPEN = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
    lambda text: not ILLEGAL_CHARACTERS_RE.search(text) and not text.startswith("=") and "_x" not in text
)
MOMENTS = st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 30)).map(lambda moment: moment.replace(microsecond=0))


def written(path: Path, rows: list[list[Any]], **more: Any) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = more.get("title", "Sheet")
    for number, row in enumerate(rows, 1):
        for place, value in enumerate(row, 1):
            one = sheet.cell(number, place, value)
            if isinstance(value, str) and value.startswith("=") and more.get("texts"):
                one.data_type = "s"
    for reference in more.get("merged", ()):
        sheet.merge_cells(reference)
    book.save(path)
    return path


@OPEN
@given(
    st.lists(st.tuples(TEXTS, st.integers(-(10**15), 10**15), st.floats(-1e9, 1e9), MOMENTS), min_size=1, max_size=8)
)
def test_texts_numbers_and_dates_survive_openpyxl(tmp_path: Path, rows: list[tuple[Any, ...]]) -> None:
    grid = stored(written(tmp_path / "a.xlsx", [list(row) for row in rows]))
    for found, (text, whole, number, moment) in zip(grid, rows, strict=True):
        assert found[:2] == [text, str(whole)]
        assert float(found[2] or "") == float(f"{number:.16g}"), "openpyxl writes 16 digits"
        assert found[3] == f"{moment.isoformat(sep=' ')}"


def test_dates_times_and_booleans_of_openpyxl(tmp_path: Path) -> None:
    row = [date(2024, 1, 31), time(10, 20, 30), True, False, None, datetime(2024, 1, 31, 10, 20, 30, 250000)]
    grid = stored(written(tmp_path / "a.xlsx", [row]))
    assert grid == [["2024-01-31", "10:20:30", "TRUE", "FALSE", None, "2024-01-31 10:20:30.250"]]


def test_numbers_stored_as_text_and_formula_like_texts_stay_text(tmp_path: Path) -> None:
    rows = [["007", "+8613800138000", "=1+1", "-5", "@acme", "1e5", "TRUE"]]
    assert stored(written(tmp_path / "a.xlsx", rows, texts=True)) == rows


def test_a_formula_that_was_never_calculated_rejects_its_row(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", [["Name", "Sum"], ["Anna", "=1+1"], ["Bob", 2]])
    rows = frame(path).rows(named=True)
    assert [row[FAULT] for row in rows] == ["error_cell", None]
    assert rows[0][MESSAGE] == "expected a value, found a formula that was never calculated in column 'Sum'"
    assert frame(path, "Name")[FAULT].to_list() == [None, None], "the other column is not concerned"


def test_formulas_give_their_cached_value_and_errors_reject_by_name(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("Leads")
    sheet.write_row(0, 0, ["Name", "Sum"])
    for number, (formula, value) in enumerate([("=1+1", 2), ("=1/0", "#DIV/0!"), ('="a"', "a")], 1):
        sheet.write_string(number, 0, "x")
        sheet.write_formula(number, 1, formula, None, value)
    book.close()
    rows = frame(tmp_path / "a.xlsx").rows(named=True)
    assert [(row["Sum"], row[FAULT]) for row in rows] == [("2", None), (None, "error_cell"), ("a", None)]
    assert (rows[1][SHEET], rows[1][RAW]) == ("Leads", "x\t#DIV/0!")
    assert any("calculated when opened" in note for note in reading(tmp_path / "a.xlsx").facts.notes)


def test_merged_cells_fill_or_stand_first(tmp_path: Path) -> None:
    path = written(tmp_path / "a.xlsx", [["Region", "City"], ["South", "Ulm"], [None, "Aalen"]], merged=["A2:A3"])
    assert frame(path)["Region"].to_list() == ["South", "South"]
    assert frame(path, merged="first")["Region"].to_list() == ["South", None]


@pytest.fixture
def three_sheets(tmp_path: Path) -> Path:
    book = openpyxl.Workbook()
    for at, (name, state) in enumerate(
        [("Old", "hidden"), ("2024", "visible"), ("2025", "visible"), ("2026", "veryHidden")]
    ):
        sheet = book.create_sheet(name, at)
        sheet.sheet_state = state
        sheet.append(["Name", f"only {name}"])
        sheet.append([f"Anna {name}", "x"])
    del book["Sheet"]
    book.save(tmp_path / "a.xlsx")
    return tmp_path / "a.xlsx"


def test_the_first_visible_sheet_is_read_and_the_others_are_told(three_sheets: Path) -> None:
    read = reading(three_sheets)
    assert read.columns() == ["Name", "only 2024"]
    assert read.facts.details["sheets"] == ["Old", "2024", "2025", "2026"]
    assert read.facts.details["hidden_sheets"] == ["Old", "2026"]
    assert any("others: 2025" in note for note in read.facts.notes)


def test_a_pattern_reads_all_visible_sheets_that_fit(three_sheets: Path) -> None:
    found = frame(three_sheets, "Name", "only 2025", sheet="202*")
    assert found.select(SHEET, "Name", "only 2025").rows() == [("2024", "Anna 2024", None), ("2025", "Anna 2025", "x")]
    assert frame(three_sheets, "Name", sheet="202*", hidden="read")[SHEET].to_list() == ["2024", "2025", "2026"]


def test_a_hidden_sheet_that_a_pattern_fits_is_told(three_sheets: Path) -> None:
    assert "sheet 2026: hidden, not read" in reading(three_sheets, "202*").facts.notes
    assert not any("hidden" in note for note in reading(three_sheets, "202*", hidden="read").facts.notes)


def test_a_workbook_whose_sheets_of_cells_are_all_hidden_is_refused(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Old!$A$1:$A$2"})
    book.add_chartsheet("Chart").set_chart(chart)
    book.add_worksheet("Old").very_hidden()
    book.close()
    with pytest.raises(SourceUnreadable, match=r"a.xlsx: expected a visible sheet, found hidden ones only; name one"):
        reading(tmp_path / "a.xlsx")


def test_a_hidden_sheet_that_is_named_in_full_is_read(three_sheets: Path) -> None:
    assert frame(three_sheets, sheet="Old")["Name"].to_list() == ["Anna Old"]


@pytest.mark.parametrize(
    ("sheet", "found"), [("Contacts", "'Old', '2024', '2025', '2026'"), ("O*", "hidden sheets only .'Old'.")]
)
def test_a_sheet_that_is_not_there_is_refused_by_name(three_sheets: Path, sheet: str, found: str) -> None:
    with pytest.raises(MappingFault, match=rf"a.xlsx: expected a sheet '.*', found {found}"):
        reading(three_sheets, sheet)

"""Rows of cells become columns: the header is found, blank rows are no rows, errors reject, merged cells fill."""

from collections.abc import Iterator
from typing import Any

import polars as pl
import pytest

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.document import AT, FAULT, MESSAGE, RAW, SHEET, Facts
from crm_migration.extract.grid import GridReading, GridRow, GridSheet, Merged, column_letters, read_sheets
from crm_migration.mapping.reading import WorkbookOptions

People = list[list[str | None]]
PEOPLE: People = [["Name", "Phone", "Since"], ["Anna", "007", "2024-01-31"], ["Bob", None, "2024-02-01"]]


def sheet(cells: People, name: str | None = None, **more: Any) -> GridSheet:
    errors = more.pop("errors", {})

    def rows() -> Iterator[GridRow]:
        for number, row in enumerate(cells, 1):
            yield GridRow(number, list(row), dict(errors.get(number, {})))

    return GridSheet(name, rows, **more)


def reading(*sheets: GridSheet, **options: Any) -> GridReading:
    return read_sheets(sheets, WorkbookOptions(**options), Facts("workbook"), "people.xlsx")


def whole(read: GridReading, *columns: str, batch_rows: int = 100) -> pl.DataFrame:
    return pl.concat(read.frames(list(columns) or read.columns(), batch_rows))


def values(read: GridReading, *columns: str) -> list[tuple[Any, ...]]:
    frame = whole(read, *columns)
    return frame.select(list(columns) or read.columns()).rows()


def test_a_plain_table_is_read_as_it_stands() -> None:
    read = reading(sheet(PEOPLE, "People"))
    assert read.columns() == ["Name", "Phone", "Since"]
    frame = whole(read)
    assert frame.rows() == [
        ("Anna", "007", "2024-01-31", "People", 2, None, None, None),
        ("Bob", None, "2024-02-01", "People", 3, None, None, None),
    ]
    assert read.facts.details["header_row"] == 1
    assert whole(read).equals(frame), "a reading can be read again"


def test_titles_and_notes_above_the_header_are_skipped_and_that_is_noted() -> None:
    cells: People = [["Customer list"], [None], ["As of", "2024-05-01"], *PEOPLE]
    read = reading(sheet(cells))
    assert values(read, "Name") == [("Anna",), ("Bob",)]
    assert read.facts.details["header_row"] == 4
    assert any("row 4" in note for note in read.facts.notes)


def test_a_sheet_of_numbers_alone_has_no_header_and_loses_no_row() -> None:
    read = reading(sheet([["1", "2024-01-31"], ["2", "12:30:00"]]))
    assert read.columns() == ["column_1", "column_2"]
    assert values(read) == [("1", "2024-01-31"), ("2", "12:30:00")]
    assert any("numbered" in note for note in read.facts.notes)


def test_a_header_without_rows_is_an_empty_table() -> None:
    read = reading(sheet(PEOPLE[:1]))
    assert read.columns() == ["Name", "Phone", "Since"]
    assert [frame.height for frame in read.frames(["Name"])] == [0]


def test_an_empty_sheet_yields_one_frame_without_rows() -> None:
    read = reading(sheet([]))
    assert read.columns() == []
    assert [frame.height for frame in read.frames(["Name"])] == [0]


def test_the_header_row_can_be_given() -> None:
    cells: People = [["A", "B", "C"], *PEOPLE]
    read = reading(sheet(cells), header_row=2)
    assert values(read, "Name") == [("Anna",), ("Bob",)]
    assert read.facts.notes == []


def test_a_given_header_row_that_is_blank_refuses_the_sheet() -> None:
    with pytest.raises(
        SourceUnreadable, match=r"people.xlsx: sheet S: row 2: expected the column names, found a blank"
    ):
        reading(sheet([["Name"], [None], ["Anna"]], "S"), header_row=2)


@pytest.mark.parametrize(("options", "first"), [({}, "Name"), ({"header_row": 0}, "Name"), ({"header_row": 1}, "Anna")])
def test_columns_can_be_named_by_the_mapping(options: dict[str, int], first: str) -> None:
    read = reading(sheet(PEOPLE), columns=["who", "tel", "date"], **options)
    assert read.columns() == ["who", "tel", "date"]
    assert values(read, "who")[0] == (first,)


def test_duplicate_column_names_refuse_the_sheet_by_name_and_place() -> None:
    cells: People = [["id", "name", "id"], ["1", "Anna", "2"]]
    with pytest.raises(SourceUnreadable, match=r"row 1: .*'id' in columns A and C.*; rename"):
        reading(sheet(cells))


def test_names_of_provenance_columns_are_refused() -> None:
    with pytest.raises(SourceUnreadable, match="_at"):
        reading(sheet([["Name", "_at"], ["Anna", "x"]]))


def test_a_blank_name_above_data_is_the_column_s_number_and_one_above_nothing_is_no_column() -> None:
    read = reading(sheet([["Name", None, " ", "City"], ["Anna", "x", None, "Ulm"]]))
    assert read.columns() == ["Name", "column_2", "City"]
    assert values(read, "column_2", "column_3") == [("x", None)]


def test_data_beyond_the_named_columns_is_noted_and_can_be_asked_for() -> None:
    cells: People = [["Name", "City"], *[["x", "y"] for _ in range(60)], ["Anna", "Ulm", "far"]]
    read = reading(sheet(cells, "S"))
    assert read.columns() == ["Name", "City"]
    assert values(read, "column_3")[-1] == ("far",)
    assert any("sheet S: row 62" in note for note in read.facts.notes)


def test_line_breaks_and_spaces_in_names_are_one_space() -> None:
    assert reading(sheet([[" First\nname ", "Last  name"], ["Anna", "Ott"]])).columns() == ["First name", "Last name"]


def test_blank_rows_are_no_rows_and_ragged_rows_are_padded() -> None:
    cells: People = [["Name", "City"], ["Anna"], [], [None, " "], [None, "", None], ["Bob", "Ulm"]]
    frame = whole(reading(sheet(cells)))
    assert frame.select("Name", "City", AT).rows() == [("Anna", None, 2), ("Bob", "Ulm", 6)]


def test_the_footer_is_left_out() -> None:
    read = reading(sheet([*PEOPLE, [], ["Total", "2", None]]), footer_rows=1)
    assert values(read, "Name") == [("Anna",), ("Bob",)]
    assert any("footer" in note for note in read.facts.notes)


def test_an_error_in_a_wanted_column_rejects_the_row_by_name() -> None:
    cells: People = [["Name", "Sum", "Note"], ["Anna", None, "x"], ["Bob", "2", None]]
    read = reading(sheet(cells, "S", errors={2: {1: "#DIV/0!"}, 3: {2: "#N/A"}}))
    rows = whole(read, "Name", "Sum").rows(named=True)
    assert [row["Name"] for row in rows] == [None, "Bob"]
    assert (rows[0][FAULT], rows[0][AT], rows[0][SHEET]) == ("error_cell", 2, "S")
    assert rows[0][MESSAGE] == "expected a value, found #DIV/0! in column 'Sum'"
    assert rows[0][RAW] == "Anna\t#DIV/0!\tx"
    assert whole(read)[FAULT].to_list() == ["error_cell", "error_cell"], "both columns are wanted now"


def test_a_row_that_holds_an_error_only_is_not_blank() -> None:
    frame = whole(reading(sheet([["Name"], [None]], errors={2: {0: "#REF!"}})))
    assert frame[FAULT].to_list() == ["error_cell"]


def test_merged_cells_fill_all_their_cells_or_the_first_only() -> None:
    cells: People = [["Region", "City", "Zip"], ["South", "Ulm", "1"], [None, "Aalen", "2"], [None, "Kiel", "3"]]
    merged = [Merged(2, 3, 0, 0)]
    assert values(reading(sheet(cells, merged=merged)), "Region") == [("South",), ("South",), (None,)]
    assert values(reading(sheet(cells, merged=merged), merged="first"), "Region") == [("South",), (None,), (None,)]


def test_a_merged_cell_across_columns_keeps_to_its_rectangle() -> None:
    cells: People = [["a", "b", "c"], ["x", None, None], ["1", "2", None], ["y"]]
    merged = [Merged(2, 2, 0, 1), Merged(4, 9, 0, 2)]
    assert values(reading(sheet(cells, merged=merged))) == [("x", "x", None), ("1", "2", None), ("y", "y", "y")]


def test_an_error_in_a_merged_cell_stands_in_all_its_rows() -> None:
    cells: People = [["a", "b"], [None, "1"], [None, "2"]]
    read = reading(sheet(cells, merged=[Merged(2, 3, 0, 0)], errors={2: {0: "#N/A"}}))
    assert whole(read)[FAULT].to_list() == ["error_cell", "error_cell"]
    assert whole(read, "b")[FAULT].to_list() == [None, None]


def test_a_header_of_several_rows_is_noted_and_its_merged_cells_are_not_spread() -> None:
    cells: People = [["Name", "Address", None], [None, "City", "Zip"], ["Anna", "Ulm", "1"]]
    read = reading(sheet(cells, merged=[Merged(1, 2, 0, 0), Merged(1, 1, 1, 2)]))
    assert read.columns() == ["Name", "Address", "column_3"]
    assert values(read, "Name") == [(None,), ("Anna",)]
    assert any("rows 1 to 2" in note for note in read.facts.notes)


def test_several_sheets_are_one_table_with_the_columns_of_all() -> None:
    other: People = [["Phone", "Name", "City"], ["1", "Cleo", "Ulm"]]
    read = reading(sheet(PEOPLE, "A"), sheet(other, "B"))
    assert read.columns() == ["Name", "Phone", "Since", "City"]
    frame = whole(read, "Name", "City")
    assert frame.select("Name", "City", SHEET, AT).rows() == [
        ("Anna", None, "A", 2),
        ("Bob", None, "A", 3),
        ("Cleo", "Ulm", "B", 2),
    ]
    assert read.facts.details["header_rows"] == {"A": 1, "B": 1}


def test_frames_hold_at_most_the_rows_asked_for_and_every_row_once() -> None:
    cells: People = [["n"], *[[f"row {number}"] for number in range(25)]]
    frames = list(reading(sheet(cells)).frames(["n", "gone"], 10))
    assert [frame.height for frame in frames] == [10, 10, 5]
    assert pl.concat(frames)["n"].to_list() == [f"row {number}" for number in range(25)]
    assert pl.concat(frames)["gone"].null_count() == 25


@pytest.mark.parametrize(("place", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_lettered_as_in_a_spreadsheet(place: int, letters: str) -> None:
    assert column_letters(place) == letters

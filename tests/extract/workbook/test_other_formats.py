"""Ods, xls and xlsb: values, merged cells, and above all the errors that python-calamine does not tell."""

from pathlib import Path

import pytest
import xlwt

from crm_migration.extract.document import FAULT, MESSAGE
from crm_migration.extract.workbook.child import open_book
from crm_migration.extract.workbook.refusal import Refused
from tests.extract.workbook.books import frame, ods, reading, stored, xlsb


def table(rows: str, name: str = "S", style: str = "") -> str:
    look = f' table:style-name="{style}"' if style else ""
    return f'<table:table table:name="{name}"{look}>{rows}</table:table>'


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row{more}>{''.join(cells)}</table:table-row>"


def cell(kind: str, attribute: str = "", text: str = "", more: str = "") -> str:
    value_type = f' office:value-type="{kind}"' if kind else ""
    return f"<table:table-cell{value_type}{attribute}{more}><text:p>{text}</text:p></table:table-cell>"


def test_every_type_of_an_ods_is_text(tmp_path: Path) -> None:
    cells = [
        cell("string", text='An<text:span>na</text:span><text:s text:c="2"/>B<text:line-break/>C'),
        cell("float", ' office:value="12345678901234567"', "1.2E+16"),
        cell("percentage", ' office:value="0.25"', "25 %"),
        cell("date", ' office:date-value="2024-01-31"', "31.01.24"),
        cell("date", ' office:date-value="2024-01-31T10:20:30.5"', "x"),
        cell("time", ' office:time-value="PT10H20M30.123456S"', "x"),
        cell("time", ' office:time-value="PT36H00M00S"', "x"),
        cell("boolean", ' office:boolean-value="true"', "WAHR"),
        cell("string", text="007"),
        cell("string", ' office:string-value="exact"', "shown"),
    ]
    path = ods(tmp_path / "a.ods", table(row(*cells)))
    assert stored(path) == [
        [
            "Anna  B\nC",
            "12345678901234567",
            "0.25",
            "2024-01-31",
            "2024-01-31 10:20:30.5",
            "10:20:30.123456",
            "36:00:00",
            "TRUE",
            "007",
            "exact",
        ]
    ]


def test_repeated_cells_and_rows_of_an_ods_are_counted_and_blank_ones_cost_nothing(tmp_path: Path) -> None:
    one = cell("float", ' office:value="1"', more=' table:number-columns-repeated="2"')
    blank = '<table:table-cell table:number-columns-repeated="16384"/>'
    rows = [
        row(blank, more=' table:number-rows-repeated="2"'),
        row('<table:table-cell table:number-columns-repeated="1"/>', one, more=' table:number-rows-repeated="2"'),
        row(blank, more=' table:number-rows-repeated="1048570"'),
    ]
    assert stored(ods(tmp_path / "a.ods", table("".join(rows)))) == [[], [], [None, "1", "1"], [None, "1", "1"]]


@pytest.mark.parametrize("how", ["columns", "rows"])
def test_a_repeated_value_beyond_a_sheet_s_size_is_refused(tmp_path: Path, how: str) -> None:
    many = f' table:number-{how}-repeated="99999999"'
    one = cell("float", ' office:value="1"', more=many if how == "columns" else "")
    with pytest.raises(Refused, match="at most"):
        stored(ods(tmp_path / "a.ods", table(row(one, more=many if how == "rows" else ""))))


def test_errors_of_an_ods_are_found(tmp_path: Path) -> None:
    formula = ' table:formula="of:=1/0"'
    cells = [
        cell("string", ' office:string-value="" calcext:value-type="error"', "#DIV/0!", formula),
        cell("float", ' office:value="0"', "Err:502", formula),
        cell("string", "", "#N/A", formula),
        cell("string", "", "#N/A"),
        f"<table:table-cell{formula}/>",
        cell("string", ' office:string-value=""', "", formula),
    ]
    book = open_book(ods(tmp_path / "a.ods", table(row(*cells))))
    [found] = book.rows(book.contents().sheets[0])
    assert found[1] == [None, None, None, "#N/A"]
    assert found[2] == {0: "#DIV/0!", 1: "Err:502", 2: "#N/A", 4: "a formula that was never calculated"}


def test_sheets_of_an_ods_their_hiding_and_merged_cells(tmp_path: Path) -> None:
    hiding = '<style:table-properties table:display="false"/>'
    look = f'<style:style style:name="ta2" style:family="table">{hiding}</style:style>'
    spans = ' table:number-rows-spanned="2" table:number-columns-spanned="1"'
    head = row(cell("string", text="Region"), cell("string", text="City"))
    first = row(cell("string", text="South", more=spans), cell("string", text="Ulm"))
    second = row("<table:covered-table-cell/>", cell("string", text="Aalen"))
    tables = table(row(), "Old", "ta2") + table(head + first + second, "New")
    path = ods(tmp_path / "a.ods", tables, automatic=look)
    read = reading(path)
    assert (read.facts.details["sheet"], read.facts.details["hidden_sheets"]) == ("New", ["Old"])
    assert frame(path)["Region"].to_list() == ["South", "South"]


def test_rows_of_a_table_inside_a_cell_are_not_rows_of_the_sheet(tmp_path: Path) -> None:
    inner = table(row(cell("float", ' office:value="9"')), "inner")
    outer = f"<table:table-cell office:value-type='float' office:value='1'>{inner}</table:table-cell>"
    assert stored(ods(tmp_path / "a.ods", table(row(outer) + row(cell("float", ' office:value="2"'))))) == [
        ["1"],
        ["2"],
    ]


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({"manifest": "<m><file-entry><encryption-data/></file-entry></m>"}, "password-protected"),
        ({"mimetype": "application/vnd.oasis.opendocument.text"}, "not a spreadsheet"),
    ],
)
def test_a_locked_ods_and_another_document_are_refused(tmp_path: Path, parts: dict[str, str], found: str) -> None:
    with pytest.raises(Refused, match=found):
        open_book(ods(tmp_path / "a.ods", table(""), **parts))


def xls(path: Path) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for place, name in enumerate(["Name", "Sum", "Since"]):
        sheet.write(0, place, name)
    sheet.write(1, 0, "007")
    sheet.write(1, 1, 0.1)
    sheet.write(1, 2, 45322, xlwt.easyxf(num_format_str="yyyy-mm-dd"))
    sheet.write_merge(2, 3, 0, 0, "Bob")
    sheet.row(2).set_cell_error(1, "#DIV/0!")
    sheet.write(3, 1, 2)
    sheet.row(4).set_cell_error(2, "#REF!")
    book.save(str(path))
    return path


def test_values_errors_and_merged_cells_of_an_xls(tmp_path: Path) -> None:
    found = frame(xls(tmp_path / "a.xls"))
    assert found.select("Name", "Sum", "Since", FAULT).rows() == [
        ("007", "0.1", "2024-01-31", None),
        (None, None, None, "error_cell"),
        ("Bob", "2", None, None),
        (None, None, None, "error_cell"),
    ]
    assert "#DIV/0! in column 'Sum'" in found[MESSAGE][1]
    assert "#REF! in column 'Since'" in found[MESSAGE][3]


def test_values_errors_and_merged_cells_of_an_xlsb(tmp_path: Path) -> None:
    rows = [["Name", "Sum"], ["007", 0.1], ["Bob", "#DIV/0!"], [None, 2.0], [None, "#N/A"]]
    found = frame(xlsb(tmp_path / "a.xlsb", rows, [(2, 3, 0, 0)]))
    assert found.select("Name", "Sum", FAULT).rows() == [
        ("007", "0.1", None),
        (None, None, "error_cell"),
        ("Bob", "2", None),
        (None, None, "error_cell"),
    ]

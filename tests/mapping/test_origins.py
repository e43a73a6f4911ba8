"""Where an entity's rows come from has to fit the kind of source."""

import pytest

from tests.mapping.samples import changed, problems

FILES = [
    ("  connection: old_crm_db", "  connection: old_crm_db\n  kind: files"),
    ("    table: firms", "    file: firms_*.csv"),
    ("    table: people", "    file: people.xlsx\n    sheet: P*"),
]
SHEET = [
    (
        "  connection: old_crm_db",
        "  connection: old_crm_db\n  kind: google_sheet\n  spreadsheet: 1AbC_d-EfGhIjKlMnOp",
    ),
    ("    table: firms", "    sheet: Firms"),
    ("    table: people", "    sheet: People"),
]


@pytest.mark.parametrize("base", [FILES, SHEET], ids=["files", "sheet"])
def test_files_and_sheets_are_sources(tmp_path, base):
    assert problems(tmp_path, changed(*base)) == []


DRIVE = [*FILES, ("kind: files", "kind: google_drive\n  folder: 1AbC_d-EfGhIjKlMnOp")]
CSV, TAB = "    file: firms_*.csv", "    sheet: Firms"


@pytest.mark.parametrize(
    ("base", "at", "read"),
    [
        (FILES, CSV, "{delimited: {quote: x}, workbook: {header_row: 2}, json: {}, xml: {}, member: a.csv}"),
        (FILES, CSV, "{format: delimited, delimited: {quote: x}, member: a.csv}"),
        (FILES, CSV, "{format: json, json: {records: a}}"),
        (DRIVE, CSV, "{format: delimited, workbook: {header_row: 2}}"),
        (SHEET, TAB, "{format: workbook, workbook: {header_row: 2}}"),
    ],
)
def test_options_that_some_document_may_need_are_taken(tmp_path, base, at, read):
    assert problems(tmp_path, changed((at, f"{at}\n    read: {read}"), text=changed(*base))) == []


@pytest.mark.parametrize(
    ("base", "at", "read", "expected"),
    [
        (SHEET, TAB, "{format: xml}", ["format: expected 'workbook' options only for a Google Sheet, found 'format'"]),
        (SHEET, TAB, "{member: a, delimited: {quote: x}}", ["member: expected 'workb", "delimited: expected 'workb"]),
        (SHEET, TAB, "{json: {records: a}, xml: {records: b}}", ["json: expected 'workb", "xml: expected 'workb"]),
        (FILES, CSV, "{format: delimited, json: {records: a}}", ["json: expected options of the format 'delimited'"]),
        (FILES, CSV, "{format: json, workbook: {}, xml: {}}", ["workbook: expected options", "xml: expected options"]),
        (DRIVE, CSV, "{format: xml, workbook: {}, json: {}}", ["json: expected options of the format 'xml'"]),
    ],
)
def test_options_that_nothing_reads_are_told(tmp_path, base, at, read, expected):
    found = problems(tmp_path, changed((at, f"{at}\n    read: {read}"), text=changed(*base)))
    assert len(found) == len(expected), found
    for text in expected:
        assert any(f"account.read.{text}" in line for line in found), found


@pytest.mark.parametrize(
    ("base", "change", "expected"),
    [
        ([], ("    table: firms", "    file: f.csv"), "account.file: expected 'table' or 'query' for a database"),
        (FILES, ("    file: firms_*.csv", "    table: x"), "account.table: expected 'file' for a source of files"),
        (FILES, ("    file: firms_*.csv", "    sheet: x"), "account.sheet: expected 'file' for a source of files"),
        (SHEET, ("    sheet: Firms", "    file: x"), "account.file: expected 'sheet' for a Google Sheet, found 'file'"),
        (SHEET, ("1AbC_d-EfGhIjKlMnOp", "my sheet"), "source.spreadsheet: expected an id as the address has it"),
        (SHEET, ("  spreadsheet: 1AbC_d-EfGhIjKlMnOp\n", ""), "source.spreadsheet: expected the spreadsheet's id"),
        (FILES, ("kind: files", "kind: google_drive"), "source.folder: expected the folder's id for a google_drive"),
        (FILES, ("kind: files", "kind: files\n  folder: ../x"), "source.folder: expected a folder below"),
        (FILES, ("firms_*.csv", "../firms.csv"), "account.file: expected a file below the source's folder"),
        (FILES, ("firms_*.csv", "/etc/passwd"), "account.file: expected a file below the source's folder"),
        ([], ("country: DE", "country: DE\n  folder: x"), "source.folder: expected no 'folder'"),
        (FILES, ("country: DE", "country: DE\n  schema: x"), "source.schema: expected no 'schema'"),
        ([], ("    table: firms", "    table: firms\n    read: {format: xml}"), "account.read: expected no 'read' for"),
        (
            FILES,
            ("    file: firms_*.csv", "    file: firms.xlsx\n    sheet: A\n    read: {format: xml}"),
            "account.sheet: expected no sheet in the format 'xml'",
        ),
        (
            FILES,
            ("    file: firms_*.csv", "    file: firms_*.csv\n    read: {delimited: {encoding: gbk8}}"),
            "account.read.delimited.encoding: expected the name of an encoding",
        ),
        (
            FILES,
            ("    file: firms_*.csv", "    file: firms_*.csv\n    read: {delimited: {columns: [a, b, a]}}"),
            "account.read.delimited.columns: expected each column once",
        ),
        (
            FILES,
            ("    file: firms_*.csv", "    file: firms_*.csv\n    read: {delimited: {delimeter: x}}"),
            "did you mean 'delimiter'?",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_at_its_place(tmp_path, base, change, expected):
    found = problems(tmp_path, changed(change, text=changed(*base)))
    assert any(expected in line for line in found), found
    assert len(found) == 1, found

"""A Google Sheet is fetched once, whole, as it was at one moment, and read as a table."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migration.errors import MappingFault, SourceUnavailable, SourceUnreadable
from crm_migration.extract.formats import Wanted
from crm_migration.extract.google import sheet as sheet_module
from crm_migration.extract.google.client import SHEET_SCOPES, GoogleClient
from crm_migration.extract.google.landed import open_landed
from crm_migration.extract.google.sheet import fetch_sheet, landed_sheet, read_landed_sheet
from crm_migration.mapping.reading import ReadOptions, WorkbookOptions
from tests.extract.google.impatient import Clock
from tests.google.cells import Cell, boolean, day, error, number
from tests.google.server import FOR_EVER, GoogleStandIn
from tests.google.shapes import Refused
from tests.google.world import DOC, Item, Tab, table


@pytest.fixture
def client(google: GoogleStandIn) -> Iterator[GoogleClient]:
    with GoogleClient(google.connection(), SHEET_SCOPES, Clock().patience()) as found:
        yield found


def _wanted(sheet: str | None = None, **workbook: Any) -> Wanted:
    return Wanted(ReadOptions(workbook=WorkbookOptions(**workbook)), sheet)


def _fetched(client: GoogleClient, item: Item, folder: Path, wanted: Wanted | None = None) -> pl.DataFrame:
    reading = read_landed_sheet(fetch_sheet(client, item.id, folder / "x.sheet"), wanted or Wanted())
    return pl.concat(reading.frames(reading.columns()))


def _rows(frame: pl.DataFrame) -> list[tuple[str | None, ...]]:
    return frame.select(pl.exclude("_sheet", "_at", "_fault", "_message", "_raw")).rows()


def test_a_sheet_comes_as_exact_text(google: GoogleStandIn, client: GoogleClient, tmp_path: Path) -> None:
    item = google.world.spreadsheet(
        "Kunden",
        [
            table(
                "Liste",
                ["Nr", "Name", "seit", "aktiv", "Umsatz"],
                ["007", "Köln", day(date(2024, 2, 29)), boolean(True), number(0.1 + 0.2, "0,30 €", "0.00 €")],
                [number(42, "0042", "0000")],
                [],
                [None, "北京", None, boolean(False)],
            )
        ],
    )
    document = fetch_sheet(client, item.id, tmp_path / "x.sheet")
    assert (document.name, document.identity, document.version) == ("Kunden", item.id, "1")
    assert document.modified == item.modified
    assert landed_sheet(document.path) == document

    reading = read_landed_sheet(document, Wanted())
    assert reading.facts.format == "workbook"
    assert (reading.facts.details["sheets"], reading.facts.details["sheet"]) == (["Liste"], "Liste")
    frame = pl.concat(reading.frames(reading.columns()))
    assert _rows(frame) == [
        ("007", "Köln", "2024-02-29", "TRUE", "0.3"),
        ("0042", None, None, None, None),
        (None, "北京", None, "FALSE", None),
    ]
    assert frame["_at"].to_list() == [2, 3, 5]
    assert frame["_sheet"].unique().to_list() == ["Liste"]
    assert pl.concat(reading.frames(reading.columns())).equals(frame)


def test_a_cell_with_an_error_rejects_its_row_by_name(
    google: GoogleStandIn, client: GoogleClient, tmp_path: Path
) -> None:
    tab = table("Liste", ["id", "ref", "x"], ["1", error("N_A"), "a"], ["2", "ok", "b"], ["3", "ok", error("LOADING")])
    item = google.world.spreadsheet("Kunden", [tab])
    reading = read_landed_sheet(fetch_sheet(client, item.id, tmp_path / "x.sheet"), Wanted())
    frame = pl.concat(reading.frames(["id", "ref"]))
    assert frame["id"].to_list() == [None, "2", "3"]
    assert frame["_fault"].to_list() == ["error_cell", None, None]
    assert frame["_message"][0] == "expected a value, found #N/A in column 'ref'"
    assert frame["_at"].to_list() == [2, 3, 4]


@pytest.mark.parametrize(
    ("merged", "expected"),
    [("fill", [("Nord", "a"), ("Nord", "b"), ("Süd", "c")]), ("first", [("Nord", "a"), (None, "b"), ("Süd", "c")])],
)
def test_merged_cells(
    google: GoogleStandIn, client: GoogleClient, tmp_path: Path, merged: str, expected: list[tuple[str | None, str]]
) -> None:
    tab = table("Liste", ["Region", "Kunde"], ["Nord", "a"], [None, "b"], ["Süd", "c"], merged=[(1, 3, 0, 1)])
    item = google.world.spreadsheet("Kunden", [tab])
    assert _rows(_fetched(client, item, tmp_path, _wanted(merged=merged))) == expected


def test_a_merged_cell_reaches_over_stretches(
    google: GoogleStandIn, client: GoogleClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_module, "CELLS_AT_ONCE", 4)
    rows: list[list[Any]] = [["Region", "Kunde"], ["Nord", "0"], *([None, str(n)] for n in range(1, 20))]
    item = google.world.spreadsheet("Kunden", [table("Liste", *rows, merged=[(1, 21, 0, 1)])])
    frame = _fetched(client, item, tmp_path)
    assert frame["Region"].to_list() == ["Nord"] * 20
    assert len(google.asked(f"/v4/spreadsheets/{item.id}")) == 1 + 11


@pytest.fixture
def many(google: GoogleStandIn) -> Item:
    """A spreadsheet of several worksheets, one of them hidden, one a chart."""
    return google.world.spreadsheet(
        "Kunden",
        [
            Tab("Diagramm", [], kind="OBJECT"),
            table("alt", ["id"], ["0"], hidden=True),
            table("2023", ["id"], ["1"]),
            table("2024", ["id", "neu"], ["2", "x"]),
            table("2025 it's [neu]!A1", ["id"], ["3"], hidden=True),
        ],
    )


@pytest.mark.parametrize(
    ("wanted", "ids", "notes"),
    [
        (_wanted(), ["1"], ["sheet 2023 is read; others: 2024"]),
        (_wanted("2024"), ["2"], []),
        (_wanted("alt"), ["0"], []),
        (_wanted("2025 it's [neu]!A1"), ["3"], []),
        (_wanted("20*"), ["1", "2"], ["sheet 2025 it's [neu]!A1: hidden, not read"]),
        (_wanted("20*", hidden="read"), ["1", "2", "3"], []),
        (_wanted("202[34]"), ["1", "2"], []),
    ],
)
def test_worksheets_by_name_and_pattern(
    many: Item, client: GoogleClient, tmp_path: Path, wanted: Wanted, ids: list[str], notes: list[str]
) -> None:
    reading = read_landed_sheet(fetch_sheet(client, many.id, tmp_path / "x.sheet"), wanted)
    assert pl.concat(reading.frames(["id"]))["id"].to_list() == ids
    assert [note for note in reading.facts.notes if "column names" not in note] == notes


def test_a_worksheet_that_is_not_there_is_told(many: Item, client: GoogleClient, tmp_path: Path) -> None:
    document = fetch_sheet(client, many.id, tmp_path / "x.sheet")
    for wanted in ("2026", "x*", "Diagramm"):
        with pytest.raises(MappingFault, match=f"Kunden: expected a sheet '{wanted[0]}.*, found 'alt', '2023'"):
            read_landed_sheet(document, _wanted(wanted))
    with pytest.raises(MappingFault, match=r"found hidden sheets only \('alt'\); correct the sheet in the mapping"):
        read_landed_sheet(document, _wanted("a*"))


def test_facts_tell_worksheets_that_hold_cells(many: Item, client: GoogleClient, tmp_path: Path) -> None:
    document = fetch_sheet(client, many.id, tmp_path / "x.sheet")
    assert (
        read_landed_sheet(document, _wanted("20*")).facts.details.items()
        >= {
            "sheets": ["alt", "2023", "2024", "2025 it's [neu]!A1"],
            "hidden_sheets": ["alt", "2025 it's [neu]!A1"],
            "sheet": "2023",
            "sheets_read": ["2023", "2024"],
        }.items()
    )


@pytest.mark.parametrize(
    ("tab", "told"),
    [
        (Tab("Diagramm", [], kind="OBJECT"), "Kunden: expected a sheet with cells, found none"),
        (
            table("alt", ["id"], hidden=True),
            "Kunden: expected a visible sheet, found hidden ones only; name one .*'alt'",
        ),
    ],
)
def test_a_spreadsheet_that_shows_no_rows_is_refused(
    google: GoogleStandIn, client: GoogleClient, tmp_path: Path, tab: Tab, told: str
) -> None:
    item = google.world.spreadsheet("Kunden", [tab])
    with pytest.raises(SourceUnreadable, match=told):
        read_landed_sheet(fetch_sheet(client, item.id, tmp_path / "x.sheet"), _wanted())


def test_a_worksheet_of_nothing_has_no_columns(google: GoogleStandIn, client: GoogleClient, tmp_path: Path) -> None:
    item = google.world.spreadsheet("leer", [Tab("Liste", [], size=(1000, 26))])
    reading = read_landed_sheet(fetch_sheet(client, item.id, tmp_path / "x.sheet"), Wanted())
    assert reading.columns() == []
    assert [len(frame) for frame in reading.frames(["id"])] == [0]


CELLS = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=8),
    st.integers(-(10**12), 10**12),
    st.booleans(),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(grid=st.lists(st.lists(CELLS, max_size=5), max_size=12), at_once=st.integers(1, 30))
def test_every_filled_cell_is_landed_where_it_was(
    google: GoogleStandIn,
    client: GoogleClient,
    tmp_path: Path,
    grid: list[list[Any]],
    at_once: int,
) -> None:
    rows: list[list[str | Cell | None]] = [[_cell(value) for value in row] for row in grid]
    item = google.world.spreadsheet("Kunden", [table("Liste", *rows)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sheet_module, "CELLS_AT_ONCE", at_once)
        landed = open_landed(fetch_sheet(client, item.id, tmp_path / "x.sheet").path)
    found = {
        (row.number, at): cell
        for row in landed.sheet(landed.tabs[0]).rows()
        for at, cell in enumerate(row.cells)
        if cell is not None
    }
    expected = {
        (number_, at): str(value).upper() if isinstance(value, bool) else str(value)
        for number_, row in enumerate(grid, start=1)
        for at, value in enumerate(row)
        if value is not None
    }
    assert found == expected


def _cell(value: Any) -> str | Cell | None:
    if isinstance(value, bool):
        return boolean(value)
    return number(value) if isinstance(value, int) else value


def test_an_answer_that_is_too_large_is_asked_for_in_pieces(
    google: GoogleStandIn, client: GoogleClient, tmp_path: Path
) -> None:
    rows = [["id", "text"], *([str(n), "x" * 2000] for n in range(40))]
    item = google.world.spreadsheet("Kunden", [table("Liste", *rows)])
    client.most_bytes = 40_000
    assert _fetched(client, item, tmp_path)["id"].to_list() == [str(n) for n in range(40)]
    assert len(google.asked("/spreadsheets/")) < 20
    client.most_bytes = 3_000
    with pytest.raises(SourceUnreadable, match="at most 3000 bytes"):
        _fetched(client, item, tmp_path)


def test_a_sheet_that_is_edited_while_it_is_fetched_is_fetched_again(
    google: GoogleStandIn, client: GoogleClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_module, "CELLS_AT_ONCE", 1)
    item = google.world.spreadsheet("Kunden", [table("Liste", ["id"], ["old 1"], ["old 2"], ["old 3"])])

    def edit() -> None:
        item.tabs[0] = table("Liste", ["id"], ["new 1"], ["new 2"], ["new 3"])
        google.world.edit(item)

    google.fault(path="/spreadsheets/", before=lambda: None, times=3)
    google.fault(path="/spreadsheets/", before=edit)
    document = fetch_sheet(client, item.id, tmp_path / "x.sheet")
    assert document.version == "2"
    assert pl.concat(read_landed_sheet(document, Wanted()).frames(["id"]))["id"].to_list() == [
        "new 1", "new 2", "new 3",
    ]  # fmt: skip


def test_a_sheet_that_is_edited_all_the_time_is_left_for_later(
    google: GoogleStandIn, client: GoogleClient, tmp_path: Path
) -> None:
    item = google.world.spreadsheet("Kunden", [table("Liste", ["id"], ["1"])])
    google.fault(path="/spreadsheets/", before=lambda: google.world.edit(item), times=FOR_EVER)
    with pytest.raises(SourceUnavailable, match="edited in each of 3 attempts"):
        fetch_sheet(client, item.id, tmp_path / "x.sheet")
    assert len(google.asked("/spreadsheets/")) == 6


def test_a_landed_copy_that_is_not_whole_is_no_copy(
    google: GoogleStandIn, client: GoogleClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_module, "CELLS_AT_ONCE", 1)
    item = google.world.spreadsheet("Kunden", [table("Liste", ["id"], ["1"], ["2"])])
    google.fault(path="/spreadsheets/", times=2, before=lambda: None)
    google.fault(path="/spreadsheets/", times=FOR_EVER, refused=Refused(503, "UNAVAILABLE", "no"))
    with pytest.raises(SourceUnavailable):
        fetch_sheet(client, item.id, tmp_path / "x.sheet")
    with pytest.raises(SourceUnreadable, match="clear the run"):
        landed_sheet(tmp_path / "x.sheet")
    (tmp_path / "x.sheet").write_bytes(b"PAR1 something else")
    with pytest.raises(SourceUnreadable, match="clear the run"):
        landed_sheet(tmp_path / "x.sheet")


def test_what_is_no_spreadsheet_is_told(google: GoogleStandIn, client: GoogleClient, tmp_path: Path) -> None:
    sheet = google.world.spreadsheet("Kunden", [table("Liste", ["id"])])
    hidden = google.world.spreadsheet("secret", [table("Liste", ["id"])])
    hidden.shared = False
    to = tmp_path / "x.sheet"
    for wanted, told in [
        (google.world.file("k.xlsx", b"PK", mime_type="application/x").id, "expected a Google Sheet, found a file"),
        (google.world.native("text", DOC).id, "expected a Google Sheet"),
        (hidden.id, "not there or not shared"),
        ("1abc", "not there or not shared"),
        ("../../etc/passwd", "expected an id of Google Drive"),
        ("", "expected an id of Google Drive"),
    ]:
        with pytest.raises(MappingFault, match=told):
            fetch_sheet(client, wanted, to)
    sheet.trashed = True
    with pytest.raises(MappingFault, match="outside the bin, found it inside"):
        fetch_sheet(client, sheet.id, to)
    assert not to.exists()


def test_numbers_that_a_sheet_cannot_keep_are_noted(
    google: GoogleStandIn, client: GoogleClient, tmp_path: Path
) -> None:
    tab = table("Liste", ["iban"], [number(5)], [number(12345678901234568, "1,23457E+16")])
    item = google.world.spreadsheet("Kunden", [tab])
    reading = read_landed_sheet(fetch_sheet(client, item.id, tmp_path / "x.sheet"), Wanted())
    assert any("row 3 and maybe more: a number of more than 15 digits" in note for note in reading.facts.notes)


MEASURE = """
import json, sys, tracemalloc
from pathlib import Path
from crm_migration.connections import ConnectionFields
from crm_migration.extract.formats import Wanted
from crm_migration.extract.google import landed, sheet
from crm_migration.extract.google.client import SHEET_SCOPES, GoogleClient
sheet.CELLS_AT_ONCE, landed.ROWS_AT_ONCE = 1_000, 100
to = Path(sys.argv[1])

def peak(work):
    tracemalloc.start()
    result = work()
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return result, used

def read():
    reading = sheet.read_landed_sheet(sheet.landed_sheet(to), Wanted())
    return sum(len(frame) for frame in reading.frames(reading.columns(), 100))

told = []
with GoogleClient(ConnectionFields("g", "gcp", extra=json.loads(sys.stdin.read())), SHEET_SCOPES) as client:
    for spreadsheet in (sys.argv[2], *sys.argv[2:]):
        _, fetched = peak(lambda: sheet.fetch_sheet(client, spreadsheet, to))
        rows, held = peak(read)
        told.append([rows, fetched, held])
# Not ru_maxrss, which a child inherits from the process that started it.
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1]
print(json.dumps([*told[1:], int(peak) // 1024]))
"""


def test_memory_is_bounded_by_a_stretch_not_by_the_sheet(google: GoogleStandIn, tmp_path: Path) -> None:
    google.discovery = None
    items = [_large(google, rows) for rows in (500, 3_000)]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, str(tmp_path / "x.sheet"), *(item.id for item in items)],
        input=json.dumps(google.connection().extra),
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": "plugins"},
    )
    few, many, megabytes = json.loads(done.stdout)
    assert (few[0], many[0]) == (500, 3_000)
    assert many[1] <= few[1] * 1.5
    assert many[2] <= few[2] * 1.5
    assert megabytes <= 600


def _large(google: GoogleStandIn, rows: int) -> Item:
    row: list[Cell | None] = [number(42, "0042", "0000"), *(number(n) for n in range(3))]
    head = table("Liste", [f"column {n}" for n in range(4)])
    return google.world.spreadsheet("gross", [Tab("Liste", [head.rows[0], *([row] * rows)])])

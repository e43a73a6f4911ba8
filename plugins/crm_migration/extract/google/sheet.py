"""Google Sheets: fetched once into a landed copy, read from there as often as a run needs it.

The cells come from spreadsheets.get in stretches of rows, each small enough for Google's time limit and this
process's memory; `cells` says why that call. The time of the last change is asked before and after: a sheet that was
edited meanwhile is fetched again, so that all stretches show one moment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gspread.utils import absolute_range_name, rowcol_to_a1

from crm_migration.errors import MappingFault, SourceUnavailable
from crm_migration.extract.document import Document, Facts
from crm_migration.extract.formats import Wanted
from crm_migration.extract.google.cells import FIELDS, cell_text, is_beyond_exact
from crm_migration.extract.google.client import AnswerTooLarge, GoogleClient
from crm_migration.extract.google.files import SHEET_TYPE, DriveFile, file_of
from crm_migration.extract.google.landed import About, LandedTab, LandingWriter, open_landed
from crm_migration.extract.grid import GridReading, GridRow, read_sheets
from crm_migration.extract.sheets import NoSheet, SheetInfo, choose, details, notes

CELLS_AT_ONCE = 40_000
FETCHES = 3
TABS_FIELDS = "sheets(properties(sheetId,title,index,hidden,sheetType,gridProperties(rowCount,columnCount)),merges)"
CELL_FIELDS = f"sheets(data(startRow,rowData(values({FIELDS}))))"


def fetch_sheet(client: GoogleClient, spreadsheet: str, to: Path) -> Document:
    """Land a spreadsheet in the file `to`, and return that under the spreadsheet's title; its version is Drive's.

    Raises:
        MappingFault: the spreadsheet is not there, not shared, in the bin, or a file of another kind.
        SourceUnavailable: Google did not answer, or the spreadsheet is being edited all the time.
        SourceUnreadable: one row alone is larger than this process wants to hold.
    """
    before = _spreadsheet(client, spreadsheet)
    for _ in range(FETCHES):
        with LandingWriter(to) as writer:
            tabs = [_fetch_tab(client, spreadsheet, tab, writer) for tab in _tabs(client, spreadsheet)]
            after = _spreadsheet(client, spreadsheet)
            about = About(spreadsheet, before.title, before.version, before.modified_text)
            writer.finish(about, tabs)
        if after.modified == before.modified:
            return about.document(to)
        before = after
    raise SourceUnavailable(
        f"{client.place(_url(spreadsheet))}: expected a spreadsheet that stays as it is while it is fetched, found it "
        f"edited in each of {FETCHES} attempts; repeat the task when it is left alone"
    )


def landed_sheet(path: Path, name: str | None = None) -> Document:
    """Return the document that `fetch_sheet` landed in a file; raises SourceUnreadable where it holds none."""
    return open_landed(path).about.document(path, name)


def read_landed_sheet(document: Document, wanted: Wanted) -> GridReading:
    """Return the reading of a landed spreadsheet: of the worksheet that is wanted, or of all that fit a pattern.

    Raises:
        MappingFault: no worksheet is named so.
        SourceUnreadable: no worksheet is visible, one has no header where the mapping says it is, or a name twice.
    """
    landed = open_landed(document.path)
    grids = [tab for tab in landed.tabs if tab.is_grid]
    sheets = [SheetInfo(index, tab.title, not tab.hidden) for index, tab in enumerate(grids)]
    try:
        found = choose(sheets, wanted.sheet, read_hidden=wanted.options.workbook.hidden == "read")
    except NoSheet as absent:
        raise absent.fault(document.name) from None
    chosen = [grids[sheet.index] for sheet in found]
    told = {"google_sheet": landed.about.title} | details(sheets, found)
    facts = Facts("workbook", told, list(notes(sheets, found, wanted.sheet)))
    for tab in chosen:
        if tab.beyond_exact is not None:
            facts.notes.append(
                f"sheet {tab.title}: row {tab.beyond_exact} and maybe more: a number of more than 15 digits, whose "
                "last digits a sheet does not keep; format such columns as text before they are filled"
            )
    return read_sheets([landed.sheet(tab) for tab in chosen], wanted.options.workbook, facts, document.name)


def _spreadsheet(client: GoogleClient, spreadsheet: str) -> DriveFile:
    found = file_of(client, spreadsheet)
    place = client.place(_url(spreadsheet))
    if found.mime_type != SHEET_TYPE:
        raise MappingFault(
            f"{place}: expected a Google Sheet, found a file of type {found.mime_type}; read it as kind: google_drive, "
            "or save it as a Google Sheet"
        )
    if found.trashed:
        raise MappingFault(f"{place}: expected it outside the bin, found it inside; restore it, or name another one")
    return found


def _url(spreadsheet: str) -> str:
    return f"/spreadsheets/{spreadsheet}"


def _tabs(client: GoogleClient, spreadsheet: str) -> list[dict[str, Any]]:
    found = client.sheets.http_client.fetch_sheet_metadata(spreadsheet, params={"fields": TABS_FIELDS})
    return sorted(found.get("sheets", []), key=lambda tab: tab["properties"].get("index", 0))


def _fetch_tab(client: GoogleClient, spreadsheet: str, tab: dict[str, Any], writer: LandingWriter) -> LandedTab:
    told = tab["properties"]
    landed = LandedTab(str(told["title"]), bool(told.get("hidden")), told.get("sheetType", "GRID") == "GRID")
    if not landed.is_grid:
        return landed
    landed.merged = [_merged(one) for one in tab.get("merges", [])]
    first = writer.groups
    size = told.get("gridProperties", {})
    for rows in _stretches(client, spreadsheet, _Grid(landed, size.get("rowCount", 0), size.get("columnCount", 0))):
        writer.add(rows)
    landed.groups = (first, writer.groups)
    return landed


def _merged(one: dict[str, int]) -> tuple[int, int, int, int]:
    """Return a merged cell as `Merged` counts: rows from 1, columns from 0, the last ones included."""
    return (
        one.get("startRowIndex", 0) + 1,
        one["endRowIndex"],
        one.get("startColumnIndex", 0),
        one["endColumnIndex"] - 1,
    )


@dataclass(frozen=True)
class _Grid:
    """A worksheet that is being fetched: where it lands, and its size."""

    landed: LandedTab
    rows: int
    columns: int

    def range_name(self, first: int, last: int) -> str:
        """Return the rows from `first` to `last` as Google writes a range."""
        corner = rowcol_to_a1(last, max(1, self.columns))
        return str(absolute_range_name(self.landed.title, f"A{first}:{corner}"))


def _stretches(client: GoogleClient, spreadsheet: str, grid: _Grid) -> Iterator[list[GridRow]]:
    """Yield the filled rows in stretches; a stretch whose answer is too large is asked for in halves."""
    at_once = max(1, CELLS_AT_ONCE // max(1, grid.columns))
    first = 1
    while first <= grid.rows:
        last = min(grid.rows, first + at_once - 1)
        try:
            found = client.sheets.http_client.spreadsheets_get(
                spreadsheet,
                {"ranges": [grid.range_name(first, last)], "fields": CELL_FIELDS, "prettyPrint": "false"},
            )
        except AnswerTooLarge:
            if at_once == 1:
                raise
            at_once = max(1, (last - first + 1) // 2)
            continue
        yield _grid_rows(found, grid.landed)
        first = last + 1


def _grid_rows(found: dict[str, Any], landed: LandedTab) -> list[GridRow]:
    rows = []
    for sheet in found.get("sheets", []):
        for data in sheet.get("data", []):
            for place, told in enumerate(data.get("rowData", []), start=data.get("startRow", 0) + 1):
                row = _grid_row(place, told.get("values", []), landed)
                if row.errors or row.cells:
                    rows.append(row)
    return rows


def _grid_row(number: int, values: Sequence[dict[str, Any]], landed: LandedTab) -> GridRow:
    read = [cell_text(cell) for cell in values]
    cells, errors = [text for text, _ in read], {place: error for place, (_, error) in enumerate(read) if error}
    while cells and cells[-1] is None:
        cells.pop()
    if landed.beyond_exact is None and any(is_beyond_exact(cell) for cell in values):
        landed.beyond_exact = number
    return GridRow(number, cells, errors)

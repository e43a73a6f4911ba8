"""Sheets v4: spreadsheets.get, values.get and values.batchGet."""

from typing import Any
from urllib.parse import unquote

from tests.google.a1 import Box, box_of
from tests.google.cells import Cell
from tests.google.shapes import EVERYTHING, Answer, Question, Refused, json_answer, masked, parse_mask
from tests.google.world import SHEET, Item, Tab, World

HOST = "sheets.googleapis.com"
SCOPES = frozenset(
    f"https://www.googleapis.com/auth/{name}"
    for name in ("drive", "drive.file", "drive.readonly", "spreadsheets", "spreadsheets.readonly")
)
GET_PARAMETERS = frozenset({"includeGridData", "ranges", "commentsViewMode", "excludeTablesInBandedRanges"})
VALUES_PARAMETERS = frozenset({"valueRenderOption", "dateTimeRenderOption", "majorDimension"})
PREFIX = "/v4/spreadsheets/"


def parameters(path: str) -> frozenset[str] | None:
    """Return the parameters that a path takes, None where there is no such path."""
    rest = path.removeprefix(PREFIX)
    if rest == path or not rest:
        return None
    if "/" not in rest:
        return GET_PARAMETERS if ":" not in rest else None
    if rest.endswith("/values:batchGet"):
        return VALUES_PARAMETERS | {"ranges"}
    return VALUES_PARAMETERS if rest.split("/")[1] == "values" and rest.count("/") == 2 else None


def answer(world: World, question: Question) -> Answer:
    """Return the answer to a question whose path and parameters are known to be right."""
    parts = question.path.removeprefix(PREFIX).split("/", 2)
    spreadsheet = _spreadsheet(world, unquote(parts[0]))
    if len(parts) == 1:
        return _get(spreadsheet, question)
    if parts[1] == "values:batchGet":
        ranges = [_values(spreadsheet, one, question) for one in question.every("ranges")]
        told = {"spreadsheetId": spreadsheet.id, "valueRanges": ranges}
        return _told(told, "BatchGetValuesResponse", question)
    return _told(_values(spreadsheet, unquote(parts[2]), question), "ValueRange", question)


def _spreadsheet(world: World, wanted: str) -> Item:
    found = world.items.get(wanted)
    if found is None:
        raise Refused(404, "NOT_FOUND", "Requested entity was not found.")
    if not found.shared:
        raise Refused(403, "PERMISSION_DENIED", "The caller does not have permission")
    if found.mime_type != SHEET:
        raise Refused(400, "FAILED_PRECONDITION", "This operation is not supported for this document")
    return found


def _told(told: dict[str, Any], schema: str, question: Question) -> Answer:
    mask = parse_mask(question.one("fields")) if question.one("fields") else EVERYTHING
    return json_answer(masked(told, mask), ("sheets.v4", schema), question.one("prettyPrint", "true") != "false")


def _get(spreadsheet: Item, question: Question) -> Answer:
    boxes = [box_of(spreadsheet, one) for one in question.every("ranges")]
    # A fields mask takes the place of includeGridData.
    with_cells = question.flag("includeGridData") or bool(question.one("fields"))
    tabs = [tab for tab in spreadsheet.tabs if not boxes or any(box.tab is tab for box in boxes)]
    told = {
        "spreadsheetId": spreadsheet.id,
        "properties": _properties(spreadsheet),
        "sheets": [_sheet(spreadsheet, tab, boxes, with_cells) for tab in tabs],
        "spreadsheetUrl": f"https://docs.google.com/spreadsheets/d/{spreadsheet.id}/edit",
    }
    return _told(told, "Spreadsheet", question)


def _properties(spreadsheet: Item) -> dict[str, Any]:
    white = {"red": 1, "green": 1, "blue": 1}
    themed = ["TEXT", "BACKGROUND", *(f"ACCENT{number}" for number in range(1, 7)), "LINK"]
    return {
        "title": spreadsheet.name,
        "locale": "de_DE",
        "autoRecalc": "ON_CHANGE",
        "timeZone": "Europe/Berlin",
        "defaultFormat": {
            "backgroundColor": white,
            "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
            "verticalAlignment": "BOTTOM",
            "wrapStrategy": "OVERFLOW_CELL",
            "textFormat": {
                "foregroundColor": {},
                "fontFamily": "arial,sans,sans-serif",
                "fontSize": 10,
                **dict.fromkeys(("bold", "italic", "strikethrough", "underline"), False),
                "foregroundColorStyle": {"rgbColor": {}},
            },
            "backgroundColorStyle": {"rgbColor": white},
        },
        "spreadsheetTheme": {
            "primaryFontFamily": "Arial",
            "themeColors": [{"colorType": kind, "color": {"rgbColor": white}} for kind in themed],
        },
    }


def _sheet(spreadsheet: Item, tab: Tab, boxes: list[Box], with_cells: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "sheetId": tab.sheet_id,
        "title": tab.title,
        "index": spreadsheet.tabs.index(tab),
        "sheetType": tab.kind,
    }
    if tab.kind == "GRID":
        properties["gridProperties"] = {"rowCount": tab.grid[0], "columnCount": tab.grid[1]}
    if tab.hidden:
        properties["hidden"] = True
    told: dict[str, Any] = {"properties": properties}
    if tab.merged:
        told["merges"] = [_merged(tab, one) for one in tab.merged]
    if with_cells and tab.kind == "GRID":
        whole = Box(tab, range(tab.grid[0]), range(tab.grid[1]))
        told["data"] = [_data(box) for box in (boxes or [whole]) if box.tab is tab]
    return told


def _merged(tab: Tab, one: tuple[int, int, int, int]) -> dict[str, int]:
    names = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
    # Google leaves out an id of 0, but tells an index of 0.
    return dict(zip(names, one, strict=True)) | ({"sheetId": tab.sheet_id} if tab.sheet_id else {})


def _data(box: Box) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if box.rows.start:
        told["startRow"] = box.rows.start
    if box.columns.start:
        told["startColumn"] = box.columns.start
    rows = [_trimmed([cell.data() if cell else {} for cell in _row(box, at)]) for at in box.rows]
    filled = _trimmed([{"values": row} if row else {} for row in rows])
    if filled:
        told["rowData"] = filled
    told["rowMetadata"] = [{"pixelSize": 21} for _ in box.rows]
    told["columnMetadata"] = [{"pixelSize": 100} for _ in box.columns]
    return told


def _row(box: Box, at: int) -> list[Cell | None]:
    cells = box.tab.rows[at] if at < len(box.tab.rows) else []
    return cells[box.columns.start : box.columns.stop]


def _trimmed(values: list[Any]) -> list[Any]:
    while values and values[-1] in ({}, "", []):
        values.pop()
    return values


def _values(spreadsheet: Item, wanted: str, question: Question) -> dict[str, Any]:
    box = box_of(spreadsheet, wanted)
    render = question.one("valueRenderOption", "FORMATTED_VALUE")
    dates = question.one("dateTimeRenderOption", "SERIAL_NUMBER")
    major = question.one("majorDimension", "ROWS")
    grid = [[cell.rendered(render, dates) if cell else "" for cell in _row(box, at)] for at in box.rows]
    if major == "COLUMNS":
        width = max(map(len, grid), default=0)
        grid = [[row[at] if at < len(row) else "" for row in grid] for at in range(width)]
    values = _trimmed([_trimmed(row) for row in grid])
    told: dict[str, Any] = {"range": box.name, "majorDimension": major}
    return told | ({"values": values} if values else {})

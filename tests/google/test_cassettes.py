"""The stand-in answers as Google did when gspread's own tests were recorded."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from tests.google import drive_api, sheets_api
from tests.google.a1 import place_of
from tests.google.cells import Cell, number, text
from tests.google.shapes import Question, Refused
from tests.google.world import SHEET, START, Item, Tab, World

Recorded = tuple[Question, int, Any]
CORNERS = re.compile(r"(?P<title>.+)!(?P<c1>[A-Z]+)(?P<r1>\d+)(?::(?P<c2>[A-Z]+)(?P<r2>\d+))?")
SET_BY_PEOPLE = re.compile(
    r"namedRanges|.*(tabColor|frozen|basicFilter|protectedRanges|Groups|bandedRanges|hideGridlines|conditionalFormats"
    r"|rowGroupControlAfter|columnGroupControlAfter|rightToLeft).*|properties\.(importFunctions|iterative).*"
)


@pytest.fixture(scope="module")
def recorded(shared_data: Path) -> list[Recorded]:
    """Return every recorded question that only reads, with its status and answer."""
    return [one for path in sorted((shared_data / "google/cassettes").glob("*.json")) for one in _interactions(path)]


def _interactions(path: Path) -> Iterator[Recorded]:
    for told in json.loads(path.read_text("utf-8"))["interactions"]:
        parts = urlsplit(told["request"]["uri"])
        if told["request"]["method"] != "GET" or "/export" in parts.path or "/comments" in parts.path:
            continue
        question = Question("GET", parts.netloc, parts.path, parse_qsl(parts.query), {})
        yield question, told["response"]["status"]["code"], json.loads(told["response"]["body"]["string"])


def _cell(value: Any) -> Cell | None:
    if value == "":
        return None
    return text(value) if isinstance(value, str) else number(value)


def _spreadsheet(question: Question, tabs: list[Tab]) -> tuple[World, Item]:
    world = World()
    found = world.spreadsheet("recorded", tabs)
    del world.items[found.id]
    found.id = question.path.split("/")[3]
    world.items[found.id] = found
    return world, found


def _tab(ranges: list[dict[str, Any]]) -> Tab:
    """Return the worksheet that the recorded ranges are parts of."""
    rows: list[list[Cell | None]] = []
    size = [1, 1]
    for told in ranges:
        corners = CORNERS.fullmatch(told["range"])
        assert corners is not None
        first_row, first_column = int(corners["r1"]) - 1, place_of(corners["c1"])
        size = [
            max(size[0], int(corners["r2"] or corners["r1"])),
            max(size[1], place_of(corners["c2"] or corners["c1"]) + 1),
        ]
        grid = told.get("values", [])
        if told["majorDimension"] == "COLUMNS":
            height = max(map(len, grid), default=0)
            grid = [[column[at] if at < len(column) else "" for column in grid] for at in range(height)]
        for row, values in enumerate(grid, start=first_row):
            rows += [[] for _ in range(row + 1 - len(rows))]
            rows[row] += [None] * (first_column + len(values) - len(rows[row]))
            rows[row][first_column : first_column + len(values)] = [_cell(value) for value in values]
        title = corners["title"]
    if title.startswith("'"):
        title = title[1:-1].replace("''", "'")
    return Tab(title, rows, size=(size[0], size[1]))


def test_values_are_answered_as_recorded(recorded: list[Recorded]) -> None:
    compared = 0
    for question, status, told in recorded:
        is_named = "NamedRange" in question.path
        if "/values" not in question.path or status != 200 or is_named or question.one("dateTimeRenderOption"):
            continue
        ranges = told.get("valueRanges", [told])
        world, _ = _spreadsheet(question, [_tab(ranges)])
        assert json.loads(sheets_api.answer(world, question).body) == told, question
        compared += 1
    assert compared > 250


def test_dates_are_rendered_as_recorded(recorded: list[Recorded]) -> None:
    shown_as = {"type": "DATE", "pattern": "yyyy-mm-dd"}
    first = Cell({"numberValue": 43831}, "2020-01-01", shown_as)
    other = Cell({"numberValue": 36162}, "1999-01-02", shown_as)
    rows = [[number(2), first, text("string"), number(53)], [number(1.5), number(0.12), other]]
    compared = 0
    for question, _, told in recorded:
        if "/values" in question.path and question.one("dateTimeRenderOption"):
            world, _ = _spreadsheet(question, [Tab("Sheet1", list(rows), size=(2, 4))])
            assert json.loads(sheets_api.answer(world, question).body) == told
            compared += 1
    assert compared >= 8


def _paths(told: Any, above: str = "") -> Iterator[str]:
    """Yield the name and kind of everything in an answer."""
    if isinstance(told, dict):
        for name, inner in told.items():
            yield from _paths(inner, f"{above}.{name}" if above else name)
    elif isinstance(told, list):
        for inner in told:
            yield from _paths(inner, f"{above}[]")
    else:
        is_number = isinstance(told, int | float) and not isinstance(told, bool)
        yield f"{above}: {'number' if is_number else type(told).__name__}"


def _tab_of(sheet: dict[str, Any]) -> Tab:
    properties = sheet["properties"]
    grid = properties["gridProperties"]
    names = ("startRowIndex", "endRowIndex", "startColumnIndex", "endColumnIndex")
    merged = [tuple(one[name] for name in names) for one in sheet.get("merges", [])]
    size = (grid["rowCount"], grid["columnCount"])
    return Tab(
        properties["title"], [], properties["sheetId"], properties.get("hidden", False), merged=merged, size=size
    )


def test_a_spreadsheet_is_described_as_recorded(recorded: list[Recorded]) -> None:
    compared = 0
    for question, status, told in recorded:
        if question.params != [("includeGridData", "false")] or status != 200:
            continue
        world, _ = _spreadsheet(question, [_tab_of(sheet) for sheet in told["sheets"]])
        found = json.loads(sheets_api.answer(world, question).body)
        assert [sheet["properties"]["title"] for sheet in found["sheets"]] == [
            sheet["properties"]["title"] for sheet in told["sheets"]
        ]
        extra, missing = set(_paths(found)) - set(_paths(told)), set(_paths(told)) - set(_paths(found))
        assert not extra
        assert all(SET_BY_PEOPLE.match(path) for path in missing), missing
        compared += 1
    assert compared > 600


def test_files_are_described_as_recorded(recorded: list[Recorded]) -> None:
    compared = 0
    for question, status, told in recorded:
        if not question.path.startswith("/drive/v3/files/") or status != 200:
            continue
        world = World()
        world.items[told["id"]] = Item(told["id"], told["name"], SHEET, None, START, START)
        found = json.loads(drive_api.answer(world, question).body)
        assert list(found) == list(told)
        assert sorted(_paths(found)) == sorted(_paths(told))
        compared += 1
    assert compared > 150


def test_lists_of_files_hold_what_was_recorded(recorded: list[Recorded]) -> None:
    compared = 0
    for question, _, told in recorded:
        if question.path != "/drive/v3/files":
            continue
        world = World()
        for file in told["files"]:
            world.items[file["id"]] = Item(file["id"], file["name"], SHEET, None, START, START)
        other = world.file("other.csv", b"")
        found = json.loads(drive_api.answer(world, question).body)
        assert list(found) == list(told)
        assert [file["id"] for file in found["files"]] == [file["id"] for file in told["files"]]
        assert other.id not in {file["id"] for file in found["files"]}
        compared += 1
    assert compared >= 10


def test_refusals_are_told_as_recorded(recorded: list[Recorded]) -> None:
    refused = [one for one in recorded if one[1] in (403, 404)]
    for question, status, told in refused:
        world = World()
        if status == 403:
            _, item = _spreadsheet(question, [Tab("Sheet1", [])])
            item.shared = False
            world.items[item.id] = item
        with pytest.raises(Refused) as found:
            sheets_api.answer(world, question)
        answer = found.value.answer("sheets")
        assert (answer.status, json.loads(answer.body)) == (status, told)
    assert {status for _, status, _ in refused} == {403, 404}


def test_paths_and_parameters_that_were_recorded_are_known(recorded: list[Recorded]) -> None:
    for question, _, _ in recorded:
        room: Any = drive_api if question.path.startswith("/drive/") else sheets_api
        allowed = room.parameters(unquote(question.path) if "%2F" not in question.path else question.path)
        assert allowed is not None, question.path
        assert {name for name, _ in question.params} <= allowed | {"fields"}
        assert question.host == room.HOST

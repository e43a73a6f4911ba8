"""Ranges as Google writes them: 'My sheet'!A1:C20, in whole or in part."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.google.shapes import bad
from tests.google.world import Item, Tab

RANGE = re.compile(r"(?:(?P<quoted>'(?:[^']|'')*')|(?P<plain>[^'!]+?))(?:!(?P<cells>.+))?")
CELLS = re.compile(r"(?P<c1>[A-Z]{0,3})(?P<r1>\d{0,7})(?::(?P<c2>[A-Z]{0,3})(?P<r2>\d{0,7}))?")


@dataclass(frozen=True)
class Box:
    """A rectangle of one worksheet: rows and columns from 0, the ends not included."""

    tab: Tab
    rows: range
    columns: range

    @property
    def name(self) -> str:
        """Return the range as Google echoes it."""
        title = self.tab.title
        is_simple = re.fullmatch(r"[A-Za-z_]\w*", title) and not re.fullmatch(r"[A-Za-z]{1,3}\d+", title)
        told = title if is_simple else "'" + title.replace("'", "''") + "'"
        first = f"{letters(self.columns.start)}{self.rows.start + 1}"
        last = f"{letters(self.columns.stop - 1)}{self.rows.stop}"
        return f"{told}!{first}" if first == last else f"{told}!{first}:{last}"


def letters(place: int) -> str:
    text, number = "", place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def place_of(column: str) -> int:
    number = 0
    for letter in column:
        number = number * 26 + ord(letter) - 64
    return number - 1


def box_of(spreadsheet: Item, text: str) -> Box:
    """Return the part of a worksheet that a range means; raises Refused as Google does."""
    found = RANGE.fullmatch(text)
    title = found and (found["plain"] or found["quoted"][1:-1].replace("''", "'"))
    tab = next((tab for tab in spreadsheet.tabs if tab.title == title), None)
    if tab is None or found is None or tab.kind != "GRID":
        raise bad(f"Unable to parse range: {text}")
    if not found["cells"]:
        return Box(tab, range(tab.grid[0]), range(tab.grid[1]))
    return _part(tab, found["cells"], text)


def _part(tab: Tab, cells: str, text: str) -> Box:
    found = CELLS.fullmatch(cells)
    if found is None or not cells.strip(":"):
        raise bad(f"Unable to parse range: {text}")
    is_one = found["c2"] is None and found["r2"] is None
    rows = _span(found["r1"], found["r1"] if is_one else found["r2"], tab.grid[0], int)
    columns = _span(found["c1"], found["c1"] if is_one else found["c2"], tab.grid[1], lambda text: place_of(text) + 1)
    if rows.start >= tab.grid[0] or columns.start >= tab.grid[1]:
        raise bad(f"Range ({text}) exceeds grid limits. Max rows: {tab.grid[0]}, max columns: {tab.grid[1]}")
    return Box(tab, rows, columns)


def _span(first: str, last: str, size: int, number: Callable[[str], int]) -> range:
    """Return the rows or columns between two corners, in either order, as far as the worksheet goes."""
    one, other = number(first) if first else 1, number(last) if last else size
    return range(min(one, other) - 1, min(max(one, other), size))

"""What the stand-in knows: files, folders, shared drives and spreadsheets. A test fills it, and may change it later."""

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.google.cells import Cell, text

NATIVE = "application/vnd.google-apps."
FOLDER, SHEET, SHORTCUT, DOC = (f"{NATIVE}{kind}" for kind in ("folder", "spreadsheet", "shortcut", "document"))
START = datetime(2026, 1, 5, 8, 0, 0, 123000, tzinfo=UTC)


@dataclass
class Tab:
    """A worksheet: rows of cells, None for an empty one; a `merged` is first row, end row, first column, end column."""

    title: str
    rows: list[list[Cell | None]]
    sheet_id: int = 0
    hidden: bool = False
    kind: str = "GRID"
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    size: tuple[int, int] | None = None

    @property
    def grid(self) -> tuple[int, int]:
        """Return how many rows and columns the worksheet has, filled or not."""
        return self.size or (max(1, len(self.rows)), max([1, *map(len, self.rows)]))


@dataclass
class Item:
    """A file or folder of Drive."""

    id: str
    name: str
    mime_type: str
    parent: str | None
    created: datetime
    modified: datetime
    content: bytes | None = None
    version: int = 1
    drive: str | None = None
    target: str | None = None
    trashed: bool = False
    shared: bool = True
    tabs: list[Tab] = field(default_factory=list)

    @property
    def md5(self) -> str | None:
        """Return the checksum that Drive tells of a file with bytes."""
        return None if self.content is None else hashlib.md5(self.content).hexdigest()


class World:
    """All items by id, in the order in which they came."""

    def __init__(self) -> None:
        self.items: dict[str, Item] = {}
        self._numbers = itertools.count(1)
        self.most_on_a_page = 1000
        self.incomplete_lists = 0

    def folder(self, name: str, parent: Item | None = None, **told: Any) -> Item:
        return self._add(name, FOLDER, parent, **told)

    def shared_drive(self, name: str) -> Item:
        """Return the top folder of a new shared drive; its id is the drive's."""
        top = self._add("Drive", FOLDER, None)
        top.drive, top.name = top.id, name
        return top

    def file(self, name: str, content: bytes, parent: Item | None = None, mime_type: str = "text/csv") -> Item:
        return self._add(name, mime_type, parent, content=content)

    def native(self, name: str, mime_type: str, parent: Item | None = None) -> Item:
        return self._add(name, mime_type, parent)

    def shortcut(self, name: str, target: Item, parent: Item | None = None) -> Item:
        return self._add(name, SHORTCUT, parent, target=target.id)

    def spreadsheet(self, name: str, tabs: Sequence[Tab], parent: Item | None = None) -> Item:
        for at, tab in enumerate(tabs):
            tab.sheet_id = tab.sheet_id or (0 if at == 0 else 1000 + at)
        return self._add(name, SHEET, parent, tabs=list(tabs))

    def edit(self, item: Item, content: bytes | None = None) -> None:
        """Change an item, as its author does."""
        item.version += 1
        item.modified += timedelta(seconds=7)
        if content is not None:
            item.content = content

    def _add(self, name: str, mime_type: str, parent: Item | None, **told: Any) -> Item:
        number = next(self._numbers)
        moment = START + timedelta(minutes=number)
        drive = parent.drive if parent else None
        name_id = f"1{'Ab-_'[number % 4]}{number:04}" + hashlib.sha256(str(number).encode()).hexdigest()[:38]
        item = Item(name_id, name, mime_type, parent.id if parent else None, moment, moment, drive=drive, **told)
        self.items[item.id] = item
        return item


def table(title: str, *rows: Sequence[str | Cell | None], **told: Any) -> Tab:
    """Return a worksheet of rows; a plain text stands for a cell that holds it."""
    return Tab(title, [[text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows], **told)

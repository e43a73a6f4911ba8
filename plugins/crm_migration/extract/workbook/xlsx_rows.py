"""Rows of an xlsx sheet, streamed: memory does not depend on their number.

Two readers give the same rows. The fast one takes the markup that the common writers produce, and checks every
character of it: whatever is not exactly of that form it leaves to the other one, which parses the part as XML from
its beginning and takes three times as long.
"""

import re
from collections.abc import Iterator

from lxml import etree

from crm_migration.extract.workbook.common_markup import (
    ATTRIBUTES,
    SPACE,
    TEXT,
    Form,
    Fragments,
    UnusualMarkupError,
    decoded_entities,
)
from crm_migration.extract.workbook.container import Parts, reading_zip
from crm_migration.extract.workbook.markup import elements, root_of
from crm_migration.extract.workbook.refusal import MOST_ROWS, Cell, Refused, Row
from crm_migration.extract.workbook.xlsx_cells import CellValues, ColumnPlaces, put
from crm_migration.extract.workbook.xlsx_parts import NAMESPACES, rich_text
from crm_migration.extract.workbook.xlsx_shape import Shape, Variant

HIDDEN_ROWS = "hidden rows are read like others"
HIDDEN_COLUMNS = "hidden columns are read like others"
HIDDEN_COLUMN = re.compile(r'<col [^<>]*\bhidden="(?:1|true)"')
HIDDEN = re.compile(r'\shidden="(?:1|true)"')
match_reference = re.compile(r"([A-Z]{1,3})([0-9]{1,7})", re.ASCII).fullmatch

CELL = (
    r'<c r="([A-Z]{1,3})[0-9]{1,7}"(?: s="([0-9]+)")?(?: t="([A-Za-z]+)")?(?: s="([0-9]+)")?(?: [cv]m="[0-9]+")*+ ?'
    rf"(?:/>|>(?:(<f){ATTRIBUTES} ?(?:/>|>{TEXT}</f>))?"
    rf'(?:<v>({TEXT})</v>|<v ?/>|<is><t(?: xml:space="preserve")?>({TEXT})</t></is>)?</c>)'
)
GROUPS = 8
"""What CELL splits a row into: seven groups, and what stands before the next cell."""
split_cells = re.compile(CELL).split
EMPTY_ROWS = rf"{SPACE}(?:<row{ATTRIBUTES} ?/>{SPACE})*+"
match_row = re.compile(rf'{EMPTY_ROWS}<row r="([0-9]{{1,7}})"({ATTRIBUTES})>{SPACE}').fullmatch
END = rf"{EMPTY_ROWS}</sheetData>".encode()


RUN_ROWS = 500
"""Rows of one shape that are turned into text together."""


class XlsxRows:
    """The rows of one sheet's part."""

    def __init__(self, parts: Parts, name: str, values: CellValues) -> None:
        """Check the part's first element."""
        self._parts, self._name, self._values = parts, name, values
        self._root = root_of(parts, name)
        if self._root.namespace not in NAMESPACES or self._root.name != "worksheet":
            raise Refused("expected the part of a sheet to hold a worksheet, found something else")
        self._places = ColumnPlaces()
        self._shape = Shape(values.column)
        self._tags = self._tag("v"), self._tag("f"), self._tag("is")
        self._last = 0

    def rows(self) -> Iterator[Row | str]:
        """Yield every row that holds a value, and notes between them.

        Raises:
            Refused: the part is damaged, or its rows are out of order.
        """
        done = 0
        try:
            for row in self.common_rows():
                done = done if isinstance(row, str) else row[0]
                yield row
        except UnusualMarkupError:
            yield from (row for row in self.parsed_rows() if isinstance(row, str) or row[0] > done)

    def common_rows(self) -> Iterator[Row | str]:
        """Yield what `rows` does, as long as the markup is of the common form."""
        self._last, hidden = 0, False
        with self._parts.open(self._name) as part, reading_zip():
            fragments = Fragments(part, Form("worksheet", self._root.namespace, b"<sheetData>", "row", END))
            if HIDDEN_COLUMN.search(fragments.head):
                yield HIDDEN_COLUMNS
            held: list[tuple[str, ...]] = []
            for fragment in fragments:
                found = self._shape.match(fragment)
                if found is None or len(held) >= RUN_ROWS:
                    yield from self._held_rows(held)
                    held = []
                if found is None:
                    number, attributes, cells, errors = self._common_row(fragment)
                    if cells or errors:
                        yield number, cells, errors
                else:
                    held.append(_values(found, fragment))
                    attributes = held[-1][1]
                    self._number(int(held[-1][0]))
                if not hidden and HIDDEN.search(attributes):
                    hidden = True
                    yield HIDDEN_ROWS
            yield from self._held_rows(held)

    def _held_rows(self, held: list[tuple[str, ...]]) -> Iterator[Row]:
        if held:
            yield from self._shape.rows(held)

    def _common_row(self, fragment: str) -> tuple[int, str, list[Cell], dict[int, str]]:
        pieces = split_cells(fragment)
        start = match_row(pieces[0])
        if not start or "".join(pieces[GROUPS::GROUPS]).strip(" \t\n"):
            raise UnusualMarkupError
        return self._number(int(start[1])), start[2], *self._common_cells(pieces, entities="&" in fragment)

    def _common_cells(self, pieces: list[str | None], *, entities: bool) -> tuple[list[Cell], dict[int, str]]:
        cells: list[Cell] = []
        errors: dict[int, str] = {}
        variants: set[Variant] = set()
        groups = (pieces[group::GROUPS] for group in range(1, GROUPS))
        for letters, style, kind, other_style, formula, stored, inline in zip(*groups, strict=True):
            value = inline or stored or ""
            if entities:
                value = decoded_entities(value)
            place, of_kind, of_style = self._places[letters], kind or "", style or other_style or ""
            put(
                cells,
                errors,
                place,
                self._values.text(of_kind, of_style, value, formula),
            )
            if value:
                variants.add((place, letters, of_kind, of_style))
        self._shape.learn(variants)
        return cells, errors

    def parsed_rows(self) -> Iterator[Row | str]:
        """Yield what `rows` does, of any markup."""
        self._last = 0
        with self._parts.open(self._name) as part:
            for _, element in elements(part, (self._tag("row"), self._tag("col"))):
                is_row = element.tag == self._tag("row")
                if element.get("hidden") in ("1", "true"):
                    yield HIDDEN_ROWS if is_row else HIDDEN_COLUMNS
                if is_row:
                    row = self._parsed_row(element)
                    if row[1] or row[2]:
                        yield row

    def _parsed_row(self, element: etree._Element) -> Row:
        cells: list[Cell] = []
        errors: dict[int, str] = {}
        number, place = self._row_number(element), -1
        for cell in element.iterchildren(self._tag("c")):
            reference = match_reference(cell.get("r") or "")
            place = self._places[reference[1]] if reference else place + 1
            put(cells, errors, place, self._parsed_cell(cell))
        return number, cells, errors

    def _row_number(self, element: etree._Element) -> int:
        """Return a row's number: its own, that of its first cell, or the next one."""
        own = element.get("r") or ""
        if own.isdecimal():
            return self._number(int(own))
        references = (match_reference(cell.get("r") or "") for cell in element.iterchildren(self._tag("c")))
        first = next(references, None)
        return self._number(int(first[2]) if first else self._last + 1)

    def _parsed_cell(self, cell: etree._Element) -> Cell:
        kind, value, formula = cell.get("t") or "", "", None
        v, f, inline = self._tags
        for child in cell:
            if child.tag == v:
                value = child.text or ""
            elif child.tag == f:
                formula = child.tag
            elif child.tag == inline:
                value = rich_text(child)
        return self._values.text(kind, cell.get("s") or "", value, formula)

    def _tag(self, name: str) -> str:
        return f"{{{self._root.namespace}}}{name}"

    def _number(self, number: int) -> int:
        if number <= self._last:
            raise Refused(f"expected rows in ascending order, found row {number} after row {self._last}")
        if number > MOST_ROWS:
            raise Refused(f"expected at most {MOST_ROWS} rows, found row {number}")
        self._last = number
        return number


def _values(found: re.Match[str], fragment: str) -> tuple[str, ...]:
    groups = found.groups()
    return tuple(value and decoded_entities(value) for value in groups) if "&" in fragment else groups

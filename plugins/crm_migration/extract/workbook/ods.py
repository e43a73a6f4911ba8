"""An OpenDocument spreadsheet in the child process, streamed. Source: OASIS OpenDocument 1.3, part 3.

The format says of an error only what LibreOffice adds to it; where other programs wrote the file, a formula whose text
is the name of an error is taken for one. An error that was pasted as a value is text there.
"""

import re
from collections.abc import Callable, Iterator

from lxml import etree

from crm_migration.extract.sheets import SheetInfo
from crm_migration.extract.workbook.container import Parts
from crm_migration.extract.workbook.markup import elements, local, root_of, tree
from crm_migration.extract.workbook.refusal import (
    LOCKED,
    MOST_COLUMNS,
    MOST_MERGED,
    MOST_ROWS,
    NO_NUMBER,
    NOT_A_SPREADSHEET,
    NOT_CALCULATED,
    Book,
    Cell,
    CellError,
    Contents,
    Refused,
    Row,
)
from crm_migration.extract.workbook.values import boolean_text, clock_text, iso_text, number_text
from crm_migration.extract.workbook.xlsx_cells import put

URN = "urn:oasis:names:tc:opendocument:xmlns:"
OFFICE, TABLE, TEXT, STYLE = (f"{{{URN}{name}:1.0}}" for name in ("office", "table", "text", "style"))
CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
ERROR = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!)|Err:\d{3}")
SPACES = re.compile(r"[ \t\r\n]+")
PERIOD = re.compile(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d+))?S)?")
SPREADSHEET = "application/vnd.oasis.opendocument.spreadsheet"


class Ods(Book):
    """A workbook whose sheets are all in one part."""

    def __init__(self, parts: Parts) -> None:
        """Refuse other documents, and those under a password."""
        self._parts = parts
        if not parts.read("mimetype").decode("ascii", "replace").strip().startswith(SPREADSHEET):
            raise Refused(NOT_A_SPREADSHEET)
        if MANIFEST in parts and any(local(one) == "encryption-data" for one in tree(parts, MANIFEST).iter()):
            raise Refused(LOCKED, "save it without a password")
        root_of(parts, CONTENT)

    def contents(self) -> Contents:
        """Return its sheets, for which the part is read through once."""
        invisible: set[str] = set()
        sheets: list[SheetInfo] = []
        for event, element in self._elements((f"{STYLE}style", f"{TABLE}table", f"{TABLE}table-row")):
            if element.tag == f"{STYLE}style" and event == "end":
                shown = [one.get(f"{TABLE}display") for one in element.iter(f"{STYLE}table-properties")]
                if "false" in shown:
                    invisible.add(element.get(f"{STYLE}name") or "")
            elif event == "start" and _is_sheet(element):
                visible = element.get(f"{TABLE}style-name") not in invisible
                sheets.append(SheetInfo(len(sheets), element.get(f"{TABLE}name") or "", visible))
        return Contents("ods", sheets)

    def rows(self, sheet: SheetInfo) -> Iterator[Row | str]:
        """Yield the sheet's rows."""
        number = 0
        for element in self._rows(sheet):
            repeated = _count(element, "number-rows-repeated")
            if element.get(f"{TABLE}visibility") in ("collapse", "filter"):
                yield "hidden rows are read like others"
            cells, errors = _cells(element)
            if cells or errors:
                if number + repeated > MOST_ROWS:
                    raise Refused(f"expected at most {MOST_ROWS} rows, found more")
                for one in range(number + 1, number + repeated + 1):
                    yield one, list(cells), dict(errors)
            number += repeated

    def merged(self, sheet: SheetInfo) -> list[tuple[int, int, int, int]]:
        """Return the merged cells."""
        merged: list[tuple[int, int, int, int]] = []
        number = 0
        for element in self._rows(sheet):
            place = 0
            for cell in _row_cells(element):
                down, across = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
                if down > 1 or across > 1:
                    merged.append((number + 1, number + down, place, place + across - 1))
                place += _count(cell, "number-columns-repeated")
            number += _count(element, "number-rows-repeated")
            if len(merged) > MOST_MERGED:
                raise Refused(f"expected at most {MOST_MERGED} merged cells, found more")
        return merged

    def _rows(self, sheet: SheetInfo) -> Iterator[etree._Element]:
        index = -1
        for event, element in self._elements((f"{TABLE}table", f"{TABLE}table-row")):
            if element.tag == f"{TABLE}table":
                index += event == "start" and _is_sheet(element)
                if index > sheet.index:
                    return
            elif event == "end" and index == sheet.index and not _is_nested(element):
                yield element

    def _elements(self, tags: tuple[str, ...]) -> Iterator[tuple[str, etree._Element]]:
        with self._parts.open(CONTENT) as part:
            yield from elements(part, tags, ("start", "end"))


def _is_sheet(element: etree._Element) -> bool:
    parent = element.getparent()
    return element.tag == f"{TABLE}table" and parent is not None and parent.tag == f"{OFFICE}spreadsheet"


def _is_nested(row: etree._Element) -> bool:
    """Say whether a row belongs to a table inside a cell, or to one that is no sheet."""
    table = next(row.iterancestors(f"{TABLE}table"), None)
    return table is None or not _is_sheet(table)


def _row_cells(row: etree._Element) -> Iterator[etree._Element]:
    return row.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell")


def _count(element: etree._Element, name: str) -> int:
    text = element.get(f"{TABLE}{name}") or "1"
    return max(int(text), 1) if text.isdecimal() and len(text) < len("10000000000") else 1


def _cells(row: etree._Element) -> tuple[list[Cell], dict[int, str]]:
    cells: list[Cell] = []
    errors: dict[int, str] = {}
    place = 0
    for cell in _row_cells(row):
        repeated = _count(cell, "number-columns-repeated")
        value = _value(cell)
        if value is not None:
            if place + repeated > MOST_COLUMNS:
                raise Refused(f"expected at most {MOST_COLUMNS} columns, found more")
            for one in range(place, place + repeated):
                put(cells, errors, one, value)
        place += repeated
    return cells, errors


def _value(cell: etree._Element) -> Cell:
    kind = cell.get(f"{OFFICE}value-type")
    formula = cell.get(f"{TABLE}formula") is not None
    if kind is None and not formula and len(cell) == 0:
        return None
    if formula or cell.get(f"{CALC}value-type") == "error":
        error = _error(cell, kind)
        if error is not None:
            return error
    if kind in TYPED:
        attribute, convert = TYPED[kind]
        return convert(cell.get(f"{OFFICE}{attribute}") or "") or NO_NUMBER
    stored = cell.get(f"{OFFICE}string-value")
    return (_text(cell) if stored is None else stored) or None


def _error(cell: etree._Element, kind: str | None) -> CellError | None:
    shown = _text(cell)
    if cell.get(f"{CALC}value-type") == "error" or ERROR.fullmatch(shown):
        return CellError(shown or "an error without a name")
    return NOT_CALCULATED if kind is None and not shown else None


def _time(stored: str) -> Cell:
    found = PERIOD.fullmatch(stored)
    if found is None:
        return NO_NUMBER
    sign, days, hours, minutes, seconds, fraction = found.groups()
    whole = ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    part = (fraction or "").rstrip("0")
    return sign + clock_text(whole * 1000) + (f".{part}" if part else "")


TYPED: dict[str | None, tuple[str, Callable[[str], Cell]]] = {
    "float": ("value", number_text),
    "percentage": ("value", number_text),
    "currency": ("value", number_text),
    "date": ("date-value", iso_text),
    "time": ("time-value", _time),
    "boolean": ("boolean-value", boolean_text),
}


def _text(cell: etree._Element) -> str:
    """Return a cell's paragraphs, one a line; comments and the like are no part of it."""
    return "\n".join(_paragraph(child) for child in cell if child.tag in (f"{TEXT}p", f"{TEXT}h"))


def _paragraph(paragraph: etree._Element) -> str:
    return "".join(_pieces(paragraph))


def _pieces(element: etree._Element) -> Iterator[str]:
    yield SPACES.sub(" ", element.text or "")
    for child in element:
        yield from _inside(child)
        yield SPACES.sub(" ", child.tail or "")


def _inside(child: etree._Element) -> Iterator[str]:
    if child.tag == f"{TEXT}s":
        number = child.get(f"{TEXT}c") or "1"
        yield " " * (min(int(number), 32_767) if number.isdecimal() and len(number) < len("100000") else 1)
    elif child.tag == f"{TEXT}tab":
        yield "\t"
    elif child.tag == f"{TEXT}line-break":
        yield "\n"
    elif child.tag in (f"{TEXT}span", f"{TEXT}a", f"{TEXT}p"):
        yield from _pieces(child)

"""An xlsx or xlsm workbook in the child process."""

import re
from collections.abc import Iterator

from crm_migration.extract.sheets import SheetInfo
from crm_migration.extract.workbook.container import Parts, reading_zip
from crm_migration.extract.workbook.markup import elements, root_of
from crm_migration.extract.workbook.refusal import MOST_MERGED, Book, Contents, Refused, Row
from crm_migration.extract.workbook.xlsx_cells import CellValues, ColumnPlaces
from crm_migration.extract.workbook.xlsx_parts import Package, read_moments, read_package, shared_texts
from crm_migration.extract.workbook.xlsx_rows import XlsxRows

BLOCK = 1 << 18
RANGE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})(?::\$?([A-Z]{1,3})\$?([0-9]{1,7}))?", re.ASCII)
find_merged = re.compile(rb"""<(?:\w+:)?mergeCell\s[^<>]*?ref=["']([^"']*)["']""").findall


class Xlsx(Book):
    """A workbook whose sheets are XML."""

    def __init__(self, parts: Parts, workbook: str) -> None:
        """Read what the workbook's own part says."""
        self._parts = parts
        self._package: Package = read_package(parts, workbook)

    def contents(self) -> Contents:
        """Return its sheets."""
        contents = Contents("xlsx", self._package.sheets)
        if self._package.others:
            contents.notes.append(f"sheets without cells, such as charts, are left out: {len(self._package.others)}")
        if self._package.recalculates:
            contents.notes.append(
                "the workbook asks to be calculated when opened: values of formulas may be missing or out of date"
            )
        return contents

    def rows(self, sheet: SheetInfo) -> Iterator[Row | str]:
        """Yield the sheet's rows."""
        yield from self.rows_of(sheet).rows()

    def rows_of(self, sheet: SheetInfo) -> XlsxRows:
        """Return the readers of the sheet's rows."""
        values = CellValues(
            shared_texts(self._parts, self._package),
            read_moments(self._parts, self._package),
            self._package.epoch_1904,
        )
        return XlsxRows(self._parts, self._package.targets[sheet.index], values)

    def merged(self, sheet: SheetInfo) -> list[tuple[int, int, int, int]]:
        """Return the merged cells, which stand behind the rows in the sheet's part."""
        name = self._package.targets[sheet.index]
        places = ColumnPlaces()
        merged = []
        for reference in self._merged_references(name):
            found = RANGE.fullmatch(reference)
            if found is None:
                raise Refused("expected merged cells as ranges, found something else")
            first, top, last, bottom = found.groups()
            merged.append((int(top), int(bottom or top), places[first], places[last or first]))
            if len(merged) > MOST_MERGED:
                raise Refused(f"expected at most {MOST_MERGED} merged cells, found more")
        return merged

    def _merged_references(self, name: str) -> Iterator[str]:
        with self._parts.open(name) as part, reading_zip():
            start = part.read(BLOCK)
        if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in start:
            yield from self._parsed_references(name)
            return
        rest = b""
        with self._parts.open(name) as part, reading_zip():
            while block := part.read(BLOCK):
                block = rest + block
                end = block.rfind(b">") + 1
                if b"mergeCell" in block:
                    for reference in find_merged(block, 0, end):
                        yield reference.decode("ascii", "replace")
                rest = block[end:] if len(block) - end < BLOCK else b""

    def _parsed_references(self, name: str) -> Iterator[str]:
        tag = f"{{{root_of(self._parts, name).namespace}}}mergeCell"
        with self._parts.open(name) as part:
            for _, element in elements(part, (tag,)):
                yield element.get("ref") or ""

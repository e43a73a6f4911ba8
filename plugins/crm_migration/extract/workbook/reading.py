"""The reader of workbooks: sheets chosen by name or pattern, rows as exact text, one `Reading` for all formats."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crm_migration.extract.document import Document, Facts
from crm_migration.extract.formats import Wanted
from crm_migration.extract.grid import GridReading, GridRow, GridSheet, Merged, read_sheets
from crm_migration.extract.sheets import SheetInfo, details, notes
from crm_migration.extract.workbook.process import ask


def read_workbook(document: Document, wanted: Wanted) -> GridReading:
    """Return the reading of an xlsx, xlsm, xlsb, xls or ods workbook; `wanted.sheet` is a name, a pattern or None.

    None means the first visible sheet.

    Raises:
        SourceUnreadable: it is no workbook, is locked, damaged or too large, or shows no sheet.
        MappingFault: no sheet is named so.
    """
    options = wanted.options.workbook
    question = {"ask": "contents", "sheet": wanted.sheet, "read_hidden": options.hidden == "read"}
    contents = next(iter(list(ask(document, question))))
    there = {index: SheetInfo(index, name, visible) for index, name, visible in contents["sheets"]}
    sheets, chosen = list(there.values()), [there[index] for index, *_ in contents["chosen"]]
    told = {"kind": contents["kind"]} | details(sheets, chosen)
    facts = Facts("workbook", told, [*contents["notes"], *notes(sheets, chosen, wanted.sheet)])
    grids = [
        GridSheet(sheet.name, _Rows(document, index, sheet.name, facts, top, is_all), [Merged(*one) for one in merged])
        for sheet, (index, merged, top, is_all) in zip(chosen, contents["chosen"], strict=True)
    ]
    return read_sheets(grids, options, facts, document.name)


@dataclass(frozen=True)
class _Rows:
    """The rows of a sheet: the first ones are known, the others are asked for when somebody gets there."""

    document: Document
    index: int
    name: str
    facts: Facts
    top: list[Any]
    top_is_all: bool

    def __call__(self) -> Iterator[GridRow]:
        yield from self._known(self.top)
        if self.top_is_all:
            return
        done = max((row[0] for row in self.top if not isinstance(row, str)), default=0)
        for message in ask(self.document, {"ask": "rows", "index": self.index}):
            block = message["rows"] if "rows" in message else [message["note"]]
            yield from (row for row in self._known(block) if row.number > done)

    def _known(self, rows: list[Any]) -> Iterator[GridRow]:
        for row in rows:
            if isinstance(row, str):
                self._note(f"sheet {self.name}: {row}")
            else:
                number, cells, errors = row
                wrong = {int(place): error for place, error in errors.items()} if errors else {}
                yield GridRow(number, list(cells), wrong)

    def _note(self, note: str) -> None:
        if note not in self.facts.notes:
            self.facts.notes.append(note)

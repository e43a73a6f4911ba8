"""The rejected rows of a run as a workbook: a sheet an entity, each row with what is wrong beside the value.

Rows are written as they are read, so that memory does not grow with them. Every value is text, in a cell of text
format, and none is taken for a formula.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

import xlsxwriter

from crm_migration.errors import OperatorNeeded
from crm_migration.ledger.rejected import reloaded_run
from crm_migration.mapping.import_files import FORMULA_STARTS
from crm_migration.mapping.model import Choice, Email, Entity, FieldSpec, SourceConfig
from crm_migration.report.rejected_rows import RejectedOf, Repair
from crm_migration.report.suggestions import suggestions
from crm_migration.report.workbook_layout import (
    LISTS,
    OWN,
    README,
    REASON,
    SUGGESTION,
    UNREADABLE,
    cut,
    heading,
    is_cut,
    sheet_names,
    shown,
)
from crm_migration.report.workbook_readme import LINES

MOST_ROWS = 1_048_575
PAGE = 2_000
WIDTH, WIDE = 18, 44
FAULT, OWN_COLOUR = "#FFE0B2", "#ECEFF1"


@dataclass(frozen=True)
class Written:
    """What a workbook holds: rows by entity that can be repaired in it, and those that only the source can repair."""

    rows: dict[str, int] = field(default_factory=dict)
    unreadable: int = 0


def write_error_workbook(of: RejectedOf, path: Path, *, entity: str | None = None, only_open: bool = True) -> Written:
    """Write the rejected rows of a run, of one entity or of all, into an XLSX file at `path`.

    Raises:
        OperatorNeeded: the ledger does not know the run, it loads corrected rows of another one, which keeps the
            account of them, or one entity has more rows than a sheet.
    """
    original = reloaded_run(of.ledger, of.run_no)
    if original is not None:
        raise OperatorNeeded(
            f"run {of.folder.run_id} has loaded corrected rows of run {original}, which still lists those that it "
            f"rejected: ask for the workbook of {original}, or repair the file that was uploaded once more"
        )
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        return _Book(book, of).write([entity] if entity else list(of.mapping.entities), only_open=only_open)


class _Book:
    """The workbook that is being written."""

    def __init__(self, book: Any, of: RejectedOf) -> None:
        self._book, self._of = book, of
        self._formats = _Formats(book)
        self._lists: list[list[str]] = []

    def write(self, entities: Sequence[str], *, only_open: bool) -> Written:
        names = sheet_names(self._of.mapping.entities)
        readme = self._book.add_worksheet(README)
        written: dict[str, int] = {}
        unreadable: list[tuple[str, Repair]] = []
        for entity in entities:
            sheet = _Sheet(self._book.add_worksheet(names[entity]), self._formats, self._of, entity)
            sheet.write(only_open=only_open, unreadable=unreadable)
            sheet.offer(self._lists)
            written[entity] = sheet.rows
        if unreadable:
            self._write_unreadable(unreadable)
        self._write_lists()
        self._explain(readme)
        return Written(written, len(unreadable))

    def _write_unreadable(self, rows: list[tuple[str, Repair]]) -> None:
        sheet = self._book.add_worksheet(UNREADABLE)
        sheet.set_column(0, 2, WIDTH)
        sheet.set_column(3, 4, WIDE)
        table = (
            (entity, row.key, row.place, row.problem, row.text or "its values are no longer staged")
            for entity, row in rows
        )
        for number, cells in enumerate((("entity", "row", "where", "problem", "text"), *table)):
            self._formats.put_row(sheet, number, cells)

    def _write_lists(self) -> None:
        if self._lists:
            sheet = self._book.add_worksheet(LISTS)
            sheet.hide()
            for number, cells in enumerate(zip_longest(*self._lists)):
                self._formats.put_row(sheet, number, cells)

    def _explain(self, sheet: Any) -> None:
        sheet.set_column(0, 0, 110)
        place = {"run": self._of.folder.run_id, "source": self._of.folder.source}
        for number, line in enumerate(LINES):
            self._formats.put_row(sheet, number, (line.format(**place),))


class _Formats:
    """Formats of text cells: plain, where a fault is, own; each also for texts that look like a formula."""

    def __init__(self, book: Any) -> None:
        looks: dict[str, dict[str, Any]] = {"plain": {}, "fault": {"bg_color": FAULT}}
        looks["head"] = {"bold": True, "bottom": 1}
        looks["own"] = {"bg_color": OWN_COLOUR, "font_color": "#37474F"}
        text = {"num_format": "@", "valign": "top"}
        self._formats = {
            (look, quoted): book.add_format({**text, **how, "quote_prefix": quoted})
            for look, how in looks.items()
            for quoted in (False, True)
        }

    def put(self, sheet: Any, at: tuple[int, int], value: str | None, look: str = "plain") -> None:
        """Write one cell, always as text."""
        if not value:
            sheet.write_blank(*at, None, self._formats[look, False])
            return
        sheet.write_string(*at, value, self._formats[look, value[0] in FORMULA_STARTS])

    def put_row(self, sheet: Any, number: int, cells: Sequence[str | None]) -> None:
        """Write one row of plain cells, as far as they are filled."""
        for place, value in enumerate(cells):
            if value:
                text = shown(value) or ""
                self.put(sheet, (number, place), cut(text) if is_cut(text) else text, "plain" if number else "head")


class _Sheet:
    """One entity's sheet."""

    def __init__(self, sheet: Any, formats: _Formats, of: RejectedOf, entity: str) -> None:
        self._sheet, self._formats, self._of, self._entity = sheet, formats, of, entity
        self._spec = of.mapping.entities[entity]
        self.rows = 0

    def write(self, *, only_open: bool, unreadable: list[tuple[str, Repair]]) -> None:
        """Write the rows that can be repaired; add the others to `unreadable`."""
        faulty = self._of.faulty_columns(self._entity, only_open=only_open)
        self._columns = list(_columns(self._spec, faulty))
        self._head()
        rows = self._of.rows(self._entity, only_open=only_open)
        while page := list(islice(rows, PAGE)):
            unreadable += [(self._entity, row) for row in page if row.values is None]
            self._write_page([row for row in page if row.values is not None])

    def offer(self, lists: list[list[str]]) -> None:
        """Give the columns of choices their values to choose from; those are added to `lists`."""
        for place, column in enumerate(self._columns, len(OWN)):
            values = _choices(self._spec, column.source) if column.prefix == "" else []
            if values and self.rows:
                letter = xlsxwriter.utility.xl_col_to_name(len(lists), col_abs=True)
                source = f"='{LISTS}'!{letter}$1:{letter}${len(values)}"
                rule = {"validate": "list", "source": source, "error_type": "warning"}
                self._sheet.data_validation(1, place, self.rows, place, rule)
                lists.append(values)

    def _head(self) -> None:
        self._sheet.freeze_panes(1, 1)
        self._sheet.set_column(0, len(OWN) - 2, WIDTH)
        self._sheet.set_column(len(OWN) - 1, len(OWN) - 1, WIDE)
        for place, title in enumerate([*OWN, *(column.title for column in self._columns)]):
            self._formats.put(self._sheet, (0, place), title, "head")
        for place, column in enumerate(self._columns, len(OWN)):
            self._sheet.set_column(place, place, WIDE if column.prefix == REASON else WIDTH)

    def _write_page(self, rows: list[Repair]) -> None:
        if self.rows + len(rows) > MOST_ROWS:
            raise OperatorNeeded(
                f"{self._entity}: expected at most {MOST_ROWS} rejected rows, which a sheet holds, found more; write "
                "them as CSV to look at them, and repair them at the source"
            )
        proposed = {
            column.source: _proposals(column.spec, column.source, rows, self._of.mapping.source)
            for column in self._columns
            if column.prefix == SUGGESTION and column.spec is not None
        }
        for number, row in enumerate(rows):
            self.rows += 1
            own = (row.key, self._of.folder.run_id, row.place, row.problem)
            for place, value in enumerate(own):
                text = shown(value) or ""
                self._formats.put(self._sheet, (self.rows, place), text, "own")
            for place, column in enumerate(self._columns, len(OWN)):
                suggestion = proposed.get(column.source, {}).get(number)
                self._put(place, column, row, suggestion)

    def _put(self, place: int, column: "_Column", row: Repair, suggestion: str | None) -> None:
        at, fault = (self.rows, place), row.faults.get(column.source)
        if column.prefix == "":
            value = shown((row.values or {}).get(column.source))
            if value or fault:
                self._formats.put(self._sheet, at, value, "fault" if fault else "plain")
        elif text := (suggestion if column.prefix == SUGGESTION else fault):
            self._formats.put(self._sheet, at, shown(text), "own")


@dataclass(frozen=True)
class _Column:
    """A column of a sheet: one of the source, or what is told of it."""

    source: str
    prefix: str = ""
    spec: FieldSpec | None = None

    @property
    def title(self) -> str:
        return self.prefix + heading(self.source)


def _columns(entity: Entity, faulty: set[str]) -> Iterator[_Column]:
    """Yield the columns of the source, each with what is told of it beside it."""
    for source in entity.source_columns:
        yield _Column(source)
        if source not in faulty:
            continue
        yield _Column(source, REASON)
        spec = next((spec for spec in _alone(entity, source) if isinstance(spec, Choice | Email)), None)
        if spec is not None:
            yield _Column(source, SUGGESTION, spec)


def _alone(entity: Entity, source: str) -> list[FieldSpec]:
    """Return the fields that read this column and no other, as it is."""
    return [
        spec for spec in entity.fields.values() if spec.columns == [source] and getattr(spec, "function", None) is None
    ]


def _choices(entity: Entity, source: str) -> list[str]:
    found = next((spec for spec in _alone(entity, source) if isinstance(spec, Choice)), None)
    return [value for value in found.values if value and not is_cut(value)] if found else []


def _proposals(spec: FieldSpec, column: str, rows: list[Repair], source: SourceConfig) -> dict[int, str | None]:
    """Return the suggestions for the rows of a page in which the column is at fault, by their place in it."""
    at = [number for number, row in enumerate(rows) if column in row.faults]
    values = [(rows[number].values or {}).get(column) for number in at]
    return dict(zip(at, suggestions(spec, values, source), strict=True))

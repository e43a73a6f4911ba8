"""An edited workbook of rejected rows, read back: which row is meant, and what each of its cells says.

The file is opened by the reader of workbooks, in a process of its own behind limits.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from crm_migration.errors import UploadRefused
from crm_migration.extract.document import AT, FAULT, Document
from crm_migration.extract.formats import Wanted
from crm_migration.extract.grid import GridReading
from crm_migration.extract.workbook.reading import read_workbook
from crm_migration.mapping import model
from crm_migration.mapping.faults import did_you_mean, listed
from crm_migration.mapping.reading import ReadOptions, WorkbookOptions
from crm_migration.report.workbook_layout import (
    LISTS,
    OWN,
    README,
    REASON,
    ROW,
    RUN,
    SUGGESTION,
    UNREADABLE,
    alike,
    heading,
    sheet_names,
)

_UNNAMED = Wanted(ReadOptions(workbook=WorkbookOptions(header_row=0)))
_AGAIN = "ask for the workbook of the run once more, and edit only the cells of its rows"


@dataclass(frozen=True)
class ReturnedRow:
    """One row of a sheet: where it stands, which row of which run it is, and its cells by column of the source.

    A column that a person has taken out of the sheet is not among the cells.
    """

    sheet: str
    at: int
    key: str
    run: str
    cells: dict[str, str | None]


@dataclass(frozen=True)
class Returned:
    """An edited workbook."""

    document: Document
    mapping: model.Mapping

    @cached_property
    def sheets(self) -> dict[str, str]:
        """Return the sheets that are there, by entity.

        Raises:
            SourceUnreadable: the file is no workbook, is locked, damaged or too large.
            UploadRefused: it holds a sheet that belongs to no entity.
        """
        there = list(self._reading(None).facts.details["sheets"])
        names = {name: entity for entity, name in sheet_names(self.mapping.entities).items()}
        unknown = [name for name in there if name not in names and name not in (README, LISTS, UNREADABLE)]
        if unknown:
            raise UploadRefused(
                f"{self.document.name}: expected a sheet per entity of the mapping ({listed(names)}), found "
                f"{listed(unknown)}{did_you_mean(unknown[0], names)}; rename or delete it"
            )
        return {names[name]: name for name in there if name in names}

    def rows(self, entity: str) -> Iterator[ReturnedRow]:
        """Yield the rows of an entity's sheet; raises what `sheets` raises, and where the sheet is not as it was."""
        reading = self._reading(self.sheets[entity])
        sheet, places = self.sheets[entity], None
        for frame in reading.frames(reading.columns()):
            for line in frame.iter_rows(named=True):
                self._refuse_error(sheet, line)
                if places is None:
                    places = self._places(entity, line)
                    continue
                yield _row(sheet, line, places)

    def _reading(self, sheet: str | None) -> GridReading:
        return read_workbook(self.document, Wanted(_UNNAMED.options, sheet))

    def _refuse_error(self, sheet: str, line: Mapping[str, str | int | None]) -> None:
        if line[FAULT] is not None:
            raise UploadRefused(
                f"{self.document.name}, sheet {sheet}, row {line[AT]}: expected values, found a cell that shows an "
                "error or an unfinished formula; type the value itself"
            )

    def _places(self, entity: str, line: Mapping[str, str | None]) -> dict[str, str]:
        """Return, by column of the source or of this tool, the column of the sheet that holds it.

        Raises:
            UploadRefused: a column is unknown, there twice, or the ones that name the row are gone.
        """
        place = f"{self.document.name}, sheet {self.sheets[entity]}"
        known = {alike(heading(column)): column for column in self.mapping.entities[entity].source_columns}
        found: dict[str, str] = {}
        for at, title in line.items():
            if not at.startswith("column_") or title is None:
                continue
            column = known.get(alike(title), title if title in OWN else None)
            if column is None and title.startswith((REASON, SUGGESTION)):
                continue
            if column is None or column in found:
                what = "one that is there twice" if column else "another"
                raise UploadRefused(f"{place}: expected the columns of the source, found {what}: {title!r}; {_AGAIN}")
            found[column] = at
        if not {ROW, RUN} <= set(found):
            raise UploadRefused(f"{place}: expected the columns {ROW!r} and {RUN!r}, found one gone; {_AGAIN}")
        return found


def _row(sheet: str, line: Mapping[str, str | int | None], places: Mapping[str, str]) -> ReturnedRow:
    texts = {column: None if line[at] is None else str(line[at]) for column, at in places.items()}
    key, run = texts[ROW] or "", texts[RUN] or ""
    cells = {column: text for column, text in texts.items() if column not in OWN}
    return ReturnedRow(sheet, int(line[AT] or 0), key, run, cells)

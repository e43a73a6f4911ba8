"""Which sheets of a workbook or a Google Sheet are read, by the mapping's name or pattern, and what is told of them.

Nothing here is heavy to import: the process that opens workbooks does.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from crm_migration.errors import MappingFault, MigrationError, SourceUnreadable
from crm_migration.extract.guess import Guess
from crm_migration.mapping.faults import did_you_mean, listed

MOST_NAMED = 20


@dataclass(frozen=True)
class SheetInfo:
    """A sheet that holds cells, by its place among them."""

    index: int
    name: str
    visible: bool = True


class NoSheet(Exception):
    """There is no sheet to read; `found` reads `expected …, found …`."""

    def __init__(self, found: str, do: str, is_named: bool) -> None:
        """Keep what is told; `is_named` where it is the mapping that names a sheet which is not there."""
        self.found, self.do, self.is_named = found, do, is_named
        super().__init__(f"{found}; {do}")

    def fault(self, document: str) -> MigrationError:
        """Return the error of a document: the mapping's where it names another sheet, else the document's."""
        return (MappingFault if self.is_named else SourceUnreadable)(f"{document}: {self}")


def choose(sheets: Sequence[SheetInfo], wanted: str | None, *, read_hidden: bool) -> list[SheetInfo]:
    """Return the sheets to read: the first visible one, the one of this name, or all that the pattern fits.

    A sheet that is named in full is read even if it is hidden; a pattern passes hidden sheets unless they are to be
    read.

    Raises:
        NoSheet: there is none.
    """
    if not sheets:
        raise NoSheet("expected a sheet with cells, found none", "repair the file, or ask for a new export", False)
    if wanted is None:
        found = [sheet for sheet in sheets if sheet.visible][:1]
        if not found:
            do = f"name one in the mapping: {_listed(sheets)}"
            raise NoSheet("expected a visible sheet, found hidden ones only", do, False)
        return found
    fitting = _fitting(sheets, wanted)
    found = [sheet for sheet in fitting if sheet.visible or read_hidden or sheet.name == wanted]
    if not found:
        what = f"hidden sheets only ({_listed(fitting)})" if fitting else _listed(sheets)
        hint = did_you_mean(wanted, [sheet.name for sheet in sheets])
        raise NoSheet(f"expected a sheet {wanted!r}{hint}, found {what}", "correct the sheet in the mapping", True)
    return found


def details(sheets: Sequence[SheetInfo], chosen: Sequence[SheetInfo]) -> dict[str, Any]:
    """Return what the facts about a document tell of its sheets."""
    return {
        "sheets": [sheet.name for sheet in sheets],
        "hidden_sheets": [sheet.name for sheet in sheets if not sheet.visible],
        "sheet": chosen[0].name,
        "sheets_read": [sheet.name for sheet in chosen],
    }


def notes(sheets: Sequence[SheetInfo], chosen: Sequence[SheetInfo], wanted: str | None) -> Iterator[str]:
    """Yield what a person may have expected to be read and is not."""
    others = [sheet for sheet in sheets if sheet not in chosen]
    if wanted is not None:
        yield from (f"sheet {sheet.name}: hidden, not read" for sheet in _fitting(others, wanted))
    elif any(sheet.visible for sheet in others):
        named = ", ".join(sheet.name for sheet in others if sheet.visible)
        yield Guess(f"sheet {chosen[0].name} is read; others: {named}")


def _fitting(sheets: Sequence[SheetInfo], wanted: str) -> list[SheetInfo]:
    named = [sheet for sheet in sheets if sheet.name == wanted]
    return named or [sheet for sheet in sheets if fnmatchcase(sheet.name, wanted)]


def _listed(sheets: Sequence[SheetInfo]) -> str:
    names = listed(sheet.name for sheet in sheets[:MOST_NAMED])
    return names if len(sheets) <= MOST_NAMED else f"{names} and {len(sheets) - MOST_NAMED} more"

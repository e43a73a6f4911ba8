"""Which sheets of a workbook are read, by the mapping's name or pattern."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from crm_migration.extract.workbook.refusal import Refused, SheetInfo

MOST_NAMED = 20


def choose(sheets: Sequence[SheetInfo], wanted: str | None, *, read_hidden: bool) -> list[SheetInfo]:
    """Return the sheets to read: the first visible one, the one of this name, or all that the pattern fits.

    A sheet that is named in full is read even if it is hidden; a pattern passes hidden sheets unless they are to be
    read.

    Raises:
        Refused: there is none.
    """
    if not sheets:
        raise Refused("expected a sheet with cells, found none")
    if wanted is None:
        found = [sheet for sheet in sheets if sheet.visible][:1]
        if not found:
            raise Refused("expected a visible sheet, found hidden ones only", _name_one(sheets))
        return found
    named = [sheet for sheet in sheets if sheet.name == wanted]
    found = named or [sheet for sheet in sheets if fnmatchcase(sheet.name, wanted) and (sheet.visible or read_hidden)]
    if not found:
        hidden = [sheet for sheet in sheets if fnmatchcase(sheet.name, wanted)]
        what = f"hidden sheets only ({_listed(hidden)})" if hidden else _listed(sheets)
        raise Refused(f"expected a sheet {wanted!r}, found {what}", "correct the sheet in the mapping")
    return found


def _name_one(sheets: Sequence[SheetInfo]) -> str:
    return f"name one in the mapping: {_listed(sheets)}"


def _listed(sheets: Sequence[SheetInfo]) -> str:
    names = ", ".join(repr(sheet.name) for sheet in sheets[:MOST_NAMED])
    return names if len(sheets) <= MOST_NAMED else f"{names} and {len(sheets) - MOST_NAMED} more"

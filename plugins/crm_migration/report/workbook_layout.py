"""How a workbook of rejected rows is laid out, for whoever writes it and whoever reads it back."""

import re
from collections.abc import Iterable

ROW, RUN, PLACE, PROBLEM = "» row", "» run", "» where", "» problem"
OWN = (ROW, RUN, PLACE, PROBLEM)
"""The first columns of a sheet: they name the row, and are not to be edited."""
REASON, SUGGESTION = "» reason: ", "» suggestion: "
MARK = "» "
"""With it begin the columns that are this tool's own; a column of the source that begins so is shown with two."""

README, LISTS, UNREADABLE = "README", "» lists", "fix at the source"
MOST_NAME = 31
MOST_LETTERS = 32_000
"""UTF-16 units of a cell; a spreadsheet keeps 32,767."""
CUT = "… ⟨cut: {} characters in all⟩"
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f']")
_CONTROLS = {code: 0x2400 + code for code in range(32) if code not in (9, 10)} | {0x7F: 0x2421}
_NO_TEXT = {0xFFFE: 0xFFFD, 0xFFFF: 0xFFFD}
_SHOWN_CONTROLS = dict.fromkeys(_CONTROLS.values())


def sheet_names(entities: Iterable[str]) -> dict[str, str]:
    """Return the name of each entity's sheet: its own as far as spreadsheets allow it, and no two alike."""
    taken = {README.casefold(), LISTS.casefold(), UNREADABLE.casefold(), "history"}
    names = {}
    for entity in entities:
        name = plain = _FORBIDDEN.sub("_", entity)[:MOST_NAME] or "_"
        number = 1
        while name.casefold() in taken:
            number += 1
            name = f"{plain[: MOST_NAME - 1 - len(str(number))]}~{number}"
        taken.add(name.casefold())
        names[entity] = name
    return names


def heading(column: str) -> str:
    """Return the heading of a source's column."""
    return shown(f"{MARK}{column}" if column.startswith(MARK) else column) or ""


def shown(value: str | None) -> str | None:
    """Return a value as its cell shows it: what no cell holds is drawn, what is too long is cut and says so.

    Line ends are those of spreadsheets; controls are their pictures, such as ␀.
    """
    if value is None:
        return None
    text = value.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS).translate(_NO_TEXT)
    return cut(text) if is_cut(value) else text


def is_cut(value: str | None) -> bool:
    """Return whether a cell cannot show the value whole."""
    return value is not None and _units(value) > MOST_LETTERS


def cut(text: str) -> str:
    """Return the beginning of a text that a cell cannot hold."""
    kept = text[:MOST_LETTERS] if _units(text) == len(text) else text[: MOST_LETTERS // 2]
    return kept + CUT.format(len(text))


def _units(text: str) -> int:
    return len(text) if text.isascii() or len(text) < MOST_LETTERS // 2 else len(text.encode("utf-16-le")) // 2


def corrected(cell: str | None, original: str | None) -> tuple[str | None, bool]:
    """Return the value that a cell means, and whether a person has changed it: else it is the original, to the letter.

    What programs do to line ends and to what a cell cannot hold is no change.
    """
    before = shown(original) or ""
    if alike(cell or "") == alike(before):
        return original, False
    if original is not None and cell and before != original:
        cell = cell.translate(_SHOWN_CONTROLS)
    return cell or None, True


def alike(text: str) -> str:
    """Return a text as it is compared after it has been through a spreadsheet program."""
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS).translate(_NO_TEXT)

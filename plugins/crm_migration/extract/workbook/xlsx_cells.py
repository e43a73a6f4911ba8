"""Cells of an xlsx sheet as exact text: what a stored value means by its type and its format."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from crm_migration.extract.workbook.number_format import Moment
from crm_migration.extract.workbook.refusal import (
    MOST_COLUMNS,
    NO_NUMBER,
    NO_TEXT,
    NOT_CALCULATED,
    Cell,
    CellError,
    Refused,
)
from crm_migration.extract.workbook.values import (
    are_plain,
    boolean_text,
    iso_text,
    moment_text,
    number_text,
    unescaped,
)
from crm_migration.extract.workbook.xlsx_parts import SharedTexts

WITH_EMPTY_TEXT = ("s", "str", "inlineStr")
Stored = Sequence[str | None]
MOST_KNOWN = 20_000
"""Dates whose text is kept for the next cell that holds the same."""


@dataclass(frozen=True)
class CellValues:
    """What the values of a workbook's cells mean."""

    texts: SharedTexts
    moments: dict[str, Moment]
    epoch_1904: bool

    def text(self, kind: str, style: str, value: str, formula: str | None) -> Cell:
        """Return a cell's value; None for an empty one, a `CellError` for an error.

        `kind` and `style` are the cell's t and s attributes, "" where they are missing; `formula` is None where the
        cell has none.
        """
        if not value:
            return NOT_CALCULATED if formula is not None and kind not in WITH_EMPTY_TEXT else None
        return self.converter(kind, style)(value)

    def converter(self, kind: str, style: str) -> Callable[[str], Cell]:
        """Return what turns a stored value of this type and format, which is not empty, into text."""
        if kind in ("", "n"):
            return partial(self._moment, {}, self.moments[style]) if style in self.moments else number_text
        if kind == "d":
            return partial(iso_text, moment=self.moments.get(style))
        by_kind: dict[str, Callable[[str], Cell]] = {
            "s": self._shared,
            "str": unescaped,
            "inlineStr": unescaped,
            "b": boolean_text,
            "e": CellError,
        }
        return by_kind.get(kind, _unknown)

    def column(self, kind: str, style: str) -> Callable[[Stored], list[Cell]]:
        """Return what does the same for a column of values, some of them missing, in less time."""
        convert = self.converter(kind, style)
        if kind == "s":
            return partial(self._shared_column, convert)
        return partial(_number_column if convert is number_text else _column, convert)

    def _shared_column(self, convert: Callable[[str], Cell], column: Stored) -> list[Cell]:
        given = [value for value in column if value is not None]
        if not "".join(given).isdecimal():
            return _column(convert, column)
        texts = self.texts.get_all([int(value) for value in given])
        if texts is None:
            return _column(convert, column)
        if len(given) == len(column):
            return list(texts)
        found = iter(texts)
        return [None if value is None else next(found) for value in column]

    def _shared(self, index: str) -> Cell:
        text = self.texts.get(int(index)) if index.isdecimal() else None
        return NO_TEXT if text is None else text or None

    def _moment(self, known: dict[str, str], moment: Moment, value: str) -> Cell:
        text = known.get(value)
        if text is None:
            text = moment_text(value, moment, epoch_1904=self.epoch_1904)
            if len(known) < MOST_KNOWN:
                known[value] = text
        return text


def _number_column(convert: Callable[[str], Cell], column: Stored) -> list[Cell]:
    given = [value for value in column if value is not None]
    return list(column) if are_plain("\n".join(given) + "\n") else _column(convert, column)


def _column(convert: Callable[[str], Cell], column: Stored) -> list[Cell]:
    return [None if value is None else convert(value) for value in column]


def _unknown(value: str) -> Cell:
    del value
    return NO_NUMBER


class ColumnPlaces(dict[str, int]):
    """The place, counted from 0, of a column by its letters."""

    def __missing__(self, letters: str) -> int:
        """Work out the place of letters not met before."""
        place = 0
        for letter in letters:
            place = place * 26 + ord(letter) - ord("A") + 1
        if place > MOST_COLUMNS:
            raise Refused(f"expected at most {MOST_COLUMNS} columns, found a cell in column {letters}")
        self[letters] = place - 1
        return place - 1


def put(cells: list[Cell], errors: dict[int, str], place: int, text: Cell) -> None:
    """Put a value that is none or an error, or whose place is not the next one, into its row."""
    if text is None:
        return
    if place in errors or (place < len(cells) and cells[place] is not None):
        raise Refused("expected every cell of a row once, found one twice")
    if isinstance(text, CellError):
        errors[place] = text
        return
    if place >= len(cells):
        cells.extend([None] * (place + 1 - len(cells)))
    cells[place] = text

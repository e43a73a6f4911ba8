"""Rows of an xlsx sheet that look like those before them: one match per row instead of one per cell.

A shape lists, for each column, the types and formats that its cells had so far. Its pattern takes a row whose cells
are missing, blank or of one of these, with a value in each that has a type; any other row is taken apart cell by cell.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from crm_migration.extract.workbook.common_markup import ATTRIBUTES, SPACE, TEXT
from crm_migration.extract.workbook.refusal import Cell, CellError, Row

MOST_VARIANTS = 300
FIRST_PATIENCE = 16
Variant = tuple[int, str, str, str]
"""Place and letters of a column, type and format of a cell."""
Convert = Callable[[Sequence[str | None]], list[Cell]]
KNOWN_KINDS = ("s", "", "n", "str", "b", "d", "inlineStr")


class Shape:
    """What the rows of a sheet looked like so far."""

    def __init__(self, convert: Callable[[str, str], Convert]) -> None:
        """Take what turns a column of stored values of a type and a format into text."""
        self._convert = convert
        self._variants: Counter[Variant] = Counter()
        self._missed, self._patience = 0, FIRST_PATIENCE
        self.match: Callable[[str], re.Match[str] | None] = re.compile(r"(?!)").fullmatch
        self._columns: list[tuple[int, Convert]] = []

    def learn(self, variants: set[Variant]) -> None:
        """Take rows like this one soon: a pattern is made anew when it has failed often enough.

        What was met once only, such as the header, is no part of it.
        """
        self._missed += 1
        self._variants.update(variant for variant in variants if variant[2] in KNOWN_KINDS)
        if self._missed < self._patience or len(self._variants) > MOST_VARIANTS:
            return
        self._missed, self._patience = 0, 4 * self._patience
        ordered = sorted(variant for variant, times in self._variants.items() if times > 1)
        if ordered and ordered[-1][0] < MOST_VARIANTS:
            self._columns = [(place, self._convert(kind, style)) for place, _, kind, style in ordered]
            self.match = re.compile(_pattern(ordered)).fullmatch

    def rows(self, matches: Sequence[tuple[str, ...]]) -> Iterator[Row]:
        """Yield the rows of what `match` found since it was last made, column by column turned into text."""
        numbers, _, *stored = zip(*matches, strict=True)
        nothing: list[Cell] = [None] * len(matches)
        columns = [nothing] * (self._columns[-1][0] + 1)
        for (place, convert), values in zip(self._columns, stored, strict=True):
            texts, others = convert(values), columns[place]
            columns[place] = texts if others is nothing else list(map(_either, texts, others))
        has_errors = any(CellError in set(map(type, column)) for column in columns)
        for number, row in zip(numbers, zip(*columns, strict=True), strict=True):
            cells, errors = list(row), _errors(row) if has_errors else {}
            for place in errors:
                cells[place] = None
            while cells and cells[-1] is None:
                cells.pop()
            if cells or errors:
                yield int(number), cells, errors


def _either(one: Cell, other: Cell) -> Cell:
    return other if one is None else one


def _errors(row: Sequence[Cell]) -> dict[int, str]:
    return {place: cell for place, cell in enumerate(row) if isinstance(cell, CellError)}


def _pattern(ordered: Sequence[Variant]) -> str:
    """Return a pattern whose groups are the row's number, its attributes, and a value for each variant."""
    columns: dict[str, list[str]] = {}
    for _, letters, kind, style in ordered:
        columns.setdefault(letters, []).append(_cell(letters, kind, style))
    cells = "".join(
        rf'(?:{"|".join(cells)}|<c r="{letters}[0-9]{{1,7}}"(?: s="[0-9]+")?/>)?+' for letters, cells in columns.items()
    )
    return rf'{SPACE}<row r="([0-9]{{1,7}})"({ATTRIBUTES})>{cells}'


def _cell(letters: str, kind: str, style: str) -> str:
    attributes = (f' s="{style}"' if style else "") + (f' t="{kind}"' if kind else "")
    some = f"((?!<){TEXT})"
    if kind == "inlineStr":
        value = rf'<is><t(?: xml:space="preserve")?>{some}</t></is>'
    else:
        value = rf"(?:<f{ATTRIBUTES}(?:/>|>{TEXT}</f>))?<v>{some}</v>"
    return rf'<c r="{letters}[0-9]{{1,7}}"{attributes}>{value}</c>'

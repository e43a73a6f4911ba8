"""Rows of an xlsx sheet that look like those before them: one match per row instead of one per cell.

A shape lists, for each column, the types and formats that its cells had so far. Its pattern takes a row whose cells
are missing, blank or of one of these, with a value in each that has a type; any other row is taken apart cell by cell.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence

from crm_migration.extract.workbook.common_markup import ATTRIBUTES, SPACE, TEXT
from crm_migration.extract.workbook.refusal import Cell

MOST_VARIANTS = 300
FIRST_PATIENCE = 16
Variant = tuple[int, str, str, str]
"""Place and letters of a column, type and format of a cell."""
Convert = Callable[[str], Cell]
KNOWN_KINDS = ("s", "", "n", "str", "b", "d", "inlineStr")


class Shape:
    """What the rows of a sheet looked like so far."""

    def __init__(self, convert: Callable[[str, str], Convert]) -> None:
        """Take what turns the stored values of a type and a format into text."""
        self._convert = convert
        self._variants: Counter[Variant] = Counter()
        self._missed, self._patience = 0, FIRST_PATIENCE
        self.match: Callable[[str], re.Match[str] | None] = re.compile(r"(?!)").fullmatch
        self.places: list[int] = []
        self.converts: list[Convert] = []
        self.is_dense = False

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
        self.places = [place for place, *_ in ordered]
        self.converts = [self._convert(kind, style) for *_, kind, style in ordered]
        self.is_dense = self.places == list(range(len(ordered)))
        self.match = re.compile(_pattern(ordered)).fullmatch


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

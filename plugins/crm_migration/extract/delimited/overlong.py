"""Passes over a record that is too long to be read, line by line, in bounded memory."""

import re
from dataclasses import dataclass, field

from crm_migration.extract.delimited.records import Scanner, count_lines
from crm_migration.extract.document import MOST_RAW

_LOOK_AHEAD = 16


@dataclass
class Passed:
    """What was passed over: its text, and each line with its number."""

    text: str = ""
    lines: list[tuple[int, str]] = field(default_factory=list)
    line_ends: int = 0

    @property
    def used(self) -> bool:
        """Return whether anything was passed over."""
        return bool(self.text)


class Overlong:
    """A record whose end does not come in time: its lines are given up until its quotation marks are even again."""

    def __init__(self, scanner: Scanner, line: int) -> None:
        self.over = False
        self.message = f"expected a row of at most 16 MiB, found a longer one that begins on line {line}"
        self._scanner = scanner
        self._inside = False
        self._begun: tuple[int, str] | None = None

    def take(self, text: str, line: int, final: bool) -> Passed:
        """Return what belongs to the record; an unfinished line is taken as well, and told when it ends."""
        passed, at = Passed(), 0
        while at < len(text) and not self.over:
            found = self._scanner.end.search(text, at)
            if found is None or (found.end() == len(text) and not final and not text.endswith("\n")):
                at = self._take_unfinished(text, at, line + passed.line_ends, final, passed)
                break
            self._end_line(text[at : found.start()], line + passed.line_ends, passed)
            passed.line_ends += count_lines(text, at, found.end())
            at = found.end()
        passed.text = text[:at]
        return passed

    def _end_line(self, text: str, line: int, passed: Passed) -> None:
        self._toggle(text)
        passed.lines.append(self._begun or (line, text[:MOST_RAW]))
        self._begun = None
        self.over = not self._inside

    def _take_unfinished(self, text: str, at: int, line: int, final: bool, passed: Passed) -> int:
        """Take all but the last letters, in which a mark of several letters may begin."""
        end = len(text) if final else self._sure_end(text)
        if end < at + MOST_RAW and not final:
            return at
        self._toggle(text[at:end])
        self._begun = self._begun or (line, text[at : at + MOST_RAW])
        if final:
            self._end_line("", line, passed)
            self.over = True
        return end

    def _sure_end(self, text: str) -> int:
        end = len(text) - _LOOK_AHEAD
        while end > 0 and text[end - 1] == self._scanner.dialect.escape:
            end -= 1
        return end

    def _toggle(self, text: str) -> None:
        dialect = self._scanner.dialect
        if dialect.escape and dialect.escape in text:
            text = re.sub(re.escape(dialect.escape) + ".", "", text, flags=re.DOTALL)
        if dialect.quote:
            self._inside ^= bool(text.count(dialect.quote) % 2)

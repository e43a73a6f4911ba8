"""Cuts text into records letter by letter: the meaning of a dialect, which the fast path must equal."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crm_migration.extract.delimited.dialect import Dialect

LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Record:
    """One record: the line it starts on, its text, and its fields, or what is wrong with its quotation marks.

    A field that is empty without quotation marks is None.
    """

    line: int
    text: str
    fields: list[str | None]
    broken: str | None = None


class _Incomplete(Exception):
    """The text ends before the record does."""


class _Broken(Exception):
    """The quotation marks of a record make no sense; `at` is where that shows."""

    def __init__(self, at: int, opened: int, message: str) -> None:
        self.at, self.opened, self.message = at, opened, message


class Scanner:
    """Cuts text of one dialect into records."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.end = _end_of_record(dialect)
        self._marks = tuple(mark for mark in (dialect.quote, dialect.escape) if mark)
        quote, escape = re.escape(dialect.quote), re.escape(dialect.escape)
        blanks = "" if dialect.delimiter.startswith(" ") else " *"
        self._blanks = re.compile(blanks)
        self._opening = re.compile(blanks + quote) if quote else None
        self._body = re.compile(_body_of(quote, escape), re.DOTALL)
        stops = [escape + "(?s:.)" if escape else "", self.end.pattern, re.escape(dialect.delimiter)]
        self._stop = re.compile("|".join(stop for stop in stops if stop))
        self._quote_or_escaped = re.compile(f"{escape}.|{quote}" if escape else quote, re.DOTALL)
        taken_away = f"{escape}([{re.escape(dialect.escapable)}])" if escape else ""
        self._taken_away = re.compile(taken_away) if escape else None
        self._inside = re.compile("|".join(filter(None, [taken_away, f"{quote}({quote})"])))

    def scan(self, text: str, line: int = 1, final: bool = True) -> "Scan":
        """Return the records of `text`, whose first line is number `line`; `final` says that no text follows."""
        return Scan(self, text, line, final)

    def split(self, text: str) -> list[str | None] | None:
        """Return the fields of a record's text without quotation and escape marks, or None where it has any."""
        if any(mark in text for mark in self._marks):
            return None
        parts = text.split(self.dialect.delimiter) if self.dialect.delimiter else [text]
        return [part or None for part in parts]

    def field(self, text: str, at: int, final: bool) -> tuple[str | None, int]:
        """Return the field that starts at `at`, and where it ends."""
        opening = self._opening.match(text, at) if self._opening else None
        return self._quoted(text, opening.end(), final) if opening else self._bare(text, at, final)

    def _bare(self, text: str, at: int, final: bool) -> tuple[str | None, int]:
        position = at
        while stop := self._stop.search(text, position):
            if not self._is_escaped(stop):
                break
            position = stop.end()
        if stop is None and not final:
            raise _Incomplete
        end = stop.start() if stop else len(text)
        value = text[at:end]
        if self.dialect.quote and self.dialect.quote in value:
            self._check_bare(text, at, end)
        if self._taken_away is not None and self.dialect.escape in value:
            value = self._taken_away.sub(r"\1", value)
        return value or None, end

    def _check_bare(self, text: str, at: int, end: int) -> None:
        """Refuse quotation marks inside a field that look like those of a field whose separator got lost.

        They hide or show separators: the number of fields may be right, and every value in the wrong column. Marks
        that enclose no separator, such as those of `5" pipe`, are letters.
        """
        opening = self._next_quote(text, at)
        while 0 <= opening < end:
            closing = self._next_quote(text, opening + 1)
            while closing >= 0 and text.startswith(self.dialect.quote, closing + 1):
                closing = self._next_quote(text, closing + 2)
            if closing < 0 or self.end.search(text, opening, closing):
                return
            if self._hides_separator(text, opening + 1, closing):
                raise _Broken(closing, opening, "to stand at the start of its field, found text before it")
            opening = closing

    def _next_quote(self, text: str, at: int) -> int:
        """Return where the next quotation mark stands that is not escaped, or -1."""
        if not self.dialect.escape:
            return text.find(self.dialect.quote, at)
        found = self._quote_or_escaped.search(text, at)
        while found is not None and found.group() != self.dialect.quote:
            found = self._quote_or_escaped.search(text, found.end())
        return found.start() if found else -1

    def _hides_separator(self, text: str, start: int, end: int) -> bool:
        delimiter = self.dialect.delimiter
        inside = text[start:end]
        enclosed = not inside.startswith(delimiter) and not inside.endswith(delimiter)
        return bool(delimiter) and delimiter in inside and enclosed and self._may_follow(text, end + 1)

    def _is_escaped(self, stop: re.Match[str]) -> bool:
        return bool(self.dialect.escape) and stop.group().startswith(self.dialect.escape)

    def _quoted(self, text: str, at: int, final: bool) -> tuple[str, int]:
        body = self._body.match(text, at)
        end = body.end() if body else at
        if end >= len(text) or text[end] != self.dialect.quote:
            raise _Broken(len(text), at, "to close, found the end of the file") if final else _Incomplete
        after = self._blanks.match(text, end + 1)
        position = after.end() if after else end + 1
        if not final and len(text) - position < max(len(self.dialect.delimiter), 1):
            raise _Incomplete
        if not self._may_follow(text, position):
            raise _Broken(position, at, "to close before a separator or the end of the line, found other text")
        value = text[at:end]
        if self.dialect.quote * 2 in value or (self.dialect.escape and self.dialect.escape in value):
            value = self._inside.sub(lambda match: match.group(match.lastindex or 0), value)
        return value, position

    def _may_follow(self, text: str, at: int) -> bool:
        if at == len(text) or self.end.match(text, at):
            return True
        return bool(self.dialect.delimiter) and text.startswith(self.dialect.delimiter, at)


class Scan(Iterator[Record]):
    """The records of one text; `used` letters and the lines up to `line` are done after each."""

    def __init__(self, scanner: Scanner, text: str, line: int, final: bool) -> None:
        self.used, self.line = 0, line
        self._scanner, self._text, self._final = scanner, text, final
        self._broken: list[Record] = []

    def __next__(self) -> Record:
        if self._broken:
            return self._broken.pop()
        while self.used < len(self._text) and self._is_comment():
            self._skip_comment()
        if self.used >= len(self._text):
            raise StopIteration
        try:
            return self._record()
        except _Incomplete:
            raise StopIteration from None

    def _record(self) -> Record:
        start, line = self.used, self.line
        end, following = self._end_from(start)
        fields = self._scanner.split(self._text[start:end])
        if fields is None:
            try:
                fields, end, following = self._careful(start)
            except _Broken as broken:
                self._break(broken)
                return self._broken.pop()
        self._advance(following)
        return Record(line, self._text[start:end], fields)

    def _careful(self, start: int) -> tuple[list[str | None], int, int]:
        delimiter, position = self._scanner.dialect.delimiter, start
        fields = []
        while True:
            value, position = self._scanner.field(self._text, position, self._final)
            fields.append(value)
            ends = self._scanner.end.match(self._text, position)
            if ends or position == len(self._text):
                end, following = self._end_from(position)
                return fields, end, following
            position += len(delimiter)

    def _end_from(self, position: int) -> tuple[int, int]:
        """Return where the record ends that has no quotation mark from `position` on, and where the next starts."""
        ends = self._scanner.end.search(self._text, position)
        if ends is None:
            if not self._final:
                raise _Incomplete
            return len(self._text), len(self._text)
        if ends.end() == len(self._text) and not self._final and not self._text.endswith("\n"):
            raise _Incomplete
        return ends.start(), ends.end()

    def _advance(self, following: int) -> None:
        self.line += count_lines(self._text, self.used, following)
        self.used = following

    def _break(self, broken: _Broken) -> None:
        """Give up every line from the record's start to where its quotation marks stop to make sense."""
        _, following = self._end_from(broken.at)
        opened = self.line + count_lines(self._text, self.used, broken.opened)
        message = f"expected the quotation mark that opened on line {opened} {broken.message}"
        while self.used < following:
            start, line = self.used, self.line
            end, after = self._end_from(start)
            self._advance(after)
            self._broken.append(Record(line, self._text[start:end], [], message))
        self._broken.reverse()

    def _is_comment(self) -> bool:
        comment = self._scanner.dialect.comment
        return comment is not None and self._text.startswith(comment, self.used)

    def _skip_comment(self) -> None:
        try:
            self._advance(self._end_from(self.used)[1])
        except _Incomplete:
            raise StopIteration from None


def count_lines(text: str, start: int, end: int) -> int:
    """Return how many lines end in a stretch of text."""
    returns = text.count("\r", start, end)
    return text.count("\n", start, end) + (returns - text.count("\r\n", start, end) if returns else 0)


def _end_of_record(dialect: Dialect) -> re.Pattern[str]:
    if dialect.record_separator is None:
        return LINE_END
    separator = re.escape(dialect.record_separator)
    return re.compile(separator if dialect.record_separator.endswith("\n") else f"{separator}(?:\r\n|\r|\n)?")


def _body_of(quote: str, escape: str) -> str:
    """Return the pattern of what stands between two quotation marks; it never goes back, so no text makes it slow."""
    if not quote:
        return ""
    taken_away = f"|{escape}." if escape else ""
    return f"(?>[^{quote}{escape}]+|{quote}{quote}{taken_away})*+"

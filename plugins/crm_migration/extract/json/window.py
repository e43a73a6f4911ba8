"""A JSON text of any length, seen through a window that moves over it: values are read from the window."""

from collections.abc import Iterator
from typing import Any, Final

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.document import Document, refused
from crm_migration.extract.json.decoding import encode_whole
from crm_migration.extract.json.faults import TOO_DEEP, TOO_LARGE, Fault, duplicate_key
from crm_migration.extract.json.limits import MOST_COLUMNS, MOST_RECORD, MOST_VALUES
from crm_migration.extract.json.quick import QuickReader
from crm_migration.extract.json.scanner import UNTERMINATED, ScanFailed, Scanner, skip_space

CONTAINERS: Final = ("{", "[", '"')
AFTER_A_VALUE: Final = ("", " ", "\t", "\n", "\r", ",", "]", "}")


class Window:
    """What is in sight of a document, and where the next value begins in it.

    After `value`, text[start:at] is the value's own text until the next call.
    """

    def __init__(self, document: Document, pieces: Iterator[str]) -> None:
        """Look at the beginning of the text that comes in `pieces`."""
        self.scanner = Scanner()
        self._quick = QuickReader()
        self.text = ""
        self.start = self.at = 0
        self._document = document
        self._pieces = pieces
        self.complaint: SourceUnreadable | None = None
        self._lines = 1
        self._letters_before = 0

    def peek(self) -> str:
        """Return the next letter that is not white space without taking it, "" at the end."""
        self.at = skip_space(self.text, self.at)
        while self.at == len(self.text) and self._more():
            self.at = skip_space(self.text, self.at)
        return self.text[self.at : self.at + 1]

    def take(self, letter: str) -> None:
        """Take this letter, or refuse the document."""
        found = self.peek()
        if found != letter:
            raise self._unexpected(self.at, f"expected {letter!r}")
        self.at += 1

    def value(self) -> Any:
        """Take a whole value and return it; its fault is the scanner's, or `examine`'s.

        Raises:
            SourceUnreadable: there is no valid value here, or it is longer than a record may be.
        """
        self.peek()
        while True:
            try:
                value, end = self.scanner.scan(self.text, self.at)
            except ScanFailed as failed:
                if not self._widen():
                    raise self._unexpected(failed.at, failed.expected) from None
            except RecursionError:
                raise self.refusal(self.at, TOO_DEEP.message) from None
            else:
                whole = self.text[self.at] in CONTAINERS or self.text[end : end + 1] in AFTER_A_VALUE[1:]
                if whole or not self._widen():
                    if end - self.at > MOST_RECORD:
                        raise self.refusal(self.at, TOO_LARGE.message)
                    self.start, self.at = self.at, end
                    return value

    def flat_object(self) -> dict[str, Any] | None:
        """Take an object of scalars if one is next and nothing about it is in doubt."""
        self.peek()
        end = 0 if self.scanner.suspect else self.text.find("}", self.at) + 1
        found = self._quick.object_in(self.text[self.at : end].encode()) if end else None
        if found is not None:
            self.start, self.at = self.at, end
        return found

    def examine(self, value: object) -> Fault | None:
        """Return what is wrong with the value that was just taken."""
        return self.scanner.examine(self.text, self.start, self.at, value)

    def members(self) -> Iterator[str]:
        """Take an object: yield each key, whereupon the caller takes the value."""
        self.take("{")
        seen: set[str] = set()
        while self.peek() != "}":
            if seen:
                self.take(",")
            key = self._key()
            if key in seen:
                self.complain(self.at, duplicate_key(key))
            seen.add(key)
            if len(seen) > MOST_COLUMNS:
                raise self.refusal(self.at, f"expected at most {MOST_COLUMNS} keys beside each other, found more")
            self.take(":")
            yield key
        self.at += 1

    def _key(self) -> str:
        if self.peek() != '"':
            raise self._unexpected(self.at, "expected a key in quotation marks")
        key: str = self.value()
        return key

    def elements(self) -> Iterator[None]:
        """Take an array: stop at each element, whereupon the caller takes it."""
        self.take("[")
        if self.peek() == "]":
            self.at += 1
            return
        while True:
            yield
            letter = self.peek()
            self.at += 1
            if letter == "]":
                return
            if letter != ",":
                raise self._unexpected(self.at - 1, "expected ',' or ']'")

    def complain(self, at: int, fault: Fault) -> None:
        """Remember the first fault of an object around the records, for whoever relies on that object."""
        self.complaint = self.complaint or self.refusal(at, fault.message)

    def end(self) -> None:
        """Refuse the document if anything but white space follows."""
        if self.peek():
            raise self._unexpected(self.at, "expected the end of the file")

    def refusal(self, at: int, found: str) -> SourceUnreadable:
        """Return the refusal of the document for what stands at this place of the window."""
        line = self._lines + self.text.count("\n", 0, at)
        newline = self.text.rfind("\n", 0, at)
        column = at - newline if newline >= 0 else at + 1 + self._letters_before
        return refused(self._document, f"line {line}, column {column}: {found}")

    def _unexpected(self, at: int, expected: str) -> SourceUnreadable:
        seen = len(self.text) - self.at
        if seen > MOST_RECORD or self._values_in_sight(seen) > MOST_VALUES:
            return self.refusal(self.at, f"{TOO_LARGE.message}, or text that is not JSON")
        at_end = skip_space(self.text, at) >= len(self.text) or expected == UNTERMINATED
        found = "the end of the file: it is truncated" if at_end else "something else"
        return self.refusal(at, f"{expected}, found {found}")

    def _widen(self) -> bool:
        """Bring so much more into sight that repeated attempts cost no more than the text is long."""
        seen = len(self.text) - self.at
        if seen > MOST_RECORD or self._values_in_sight(seen) > MOST_VALUES:
            return False
        wanted = 2 * seen
        grown = self._more()
        while grown and len(self.text) - self.at < wanted and self._more():
            pass
        return grown

    def _values_in_sight(self, letters: int) -> int:
        return sum(self.text.count(sign, self.at) for sign in ",{[") if letters > MOST_VALUES else 0

    def _more(self) -> bool:
        piece = next(self._pieces, None)
        if piece is None:
            return False
        passed = self.text[: self.at]
        self._lines += passed.count("\n")
        newline = passed.rfind("\n")
        self._letters_before = len(passed) - newline - 1 if newline >= 0 else self._letters_before + len(passed)
        self.text, self.at = self.text[self.at :] + piece, 0
        encoded = encode_whole(self.text)
        self.scanner.suspect = encoded is None
        self._quick.look_at(encoded or b"")
        return True

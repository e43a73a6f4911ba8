"""One JSON value, read exactly: numbers stay text, no key is lost, and what is wrong with it is said."""

import json
import re
from collections.abc import Callable, Iterator
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any, Final, NamedTuple

from crm_migration.extract.json.decoding import encode_whole
from crm_migration.extract.json.faults import ENCODING, NOT_A_NUMBER, TOO_DEEP, Fault, duplicate_key
from crm_migration.extract.json.limits import MOST_DEPTH

SPACE: Final = " \t\n\r"
_SPACES: Final = re.compile(r"[ \t\n\r]*").match
_NESTING: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)


UNTERMINATED: Final = "expected the end of the text that begins here"
_EXPECTED: Final = {
    "Expecting value": "expected a value",
    "Expecting ',' delimiter": "expected ',' or the end of the object or array",
    "Expecting ':' delimiter": "expected ':'",
    "Expecting property name enclosed in double quotes": "expected a key in quotation marks",
    "Unterminated string starting at": UNTERMINATED,
    "Invalid control character at": "expected control characters to be escaped",
}


class ScanFailed(Exception):
    """There is no JSON value at this place, or the text ends within it."""

    def __init__(self, at: int, problem: str) -> None:
        """Keep the place in the text, and what the grammar asks for there."""
        self.at = at
        self.expected = _EXPECTED.get(problem, "expected an escape that JSON knows")
        super().__init__(self.expected)


class Scanner:
    """Reads one value after another; `fault` says what is wrong with the last one, though its syntax is right.

    Numbers come back as the text they are written in, so a number and a text look the same: the source's own text
    tells them apart where that matters. `suspect` is for the caller to set while the text may hold parts of characters.
    """

    def __init__(self) -> None:
        """Prepare a decoder of the standard library that keeps what it would drop."""
        self.fault: Fault | None = None
        self.suspect = False
        decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_int=str, parse_float=str, parse_constant=self._constant
        )
        self._scan: Callable[[str, int], tuple[Any, int]] = decoder.scan_once  # type: ignore[attr-defined]

    def _object(self, pairs: list[tuple[str, object]]) -> dict[str, object]:
        found = dict(pairs)
        if len(found) != len(pairs) and self.fault is None:
            self.fault = duplicate_key(_first_repeated(pairs))
        return found

    def _constant(self, name: str) -> str:
        self.fault = NOT_A_NUMBER
        return name

    def scan(self, text: str, start: int) -> tuple[Any, int]:
        """Return the value that begins at `start`, and where it ends; `fault` is set anew.

        Raises:
            ScanFailed: the syntax is wrong, or the text ends too early.
            RecursionError: the value is nested deeper than this machine can follow.
        """
        self.fault = None
        try:
            return self._scan(text, start)
        except json.JSONDecodeError as error:
            raise ScanFailed(error.pos, error.msg) from None
        except StopIteration as error:
            raise ScanFailed(int(error.value), "Expecting value") from None

    def examine(self, text: str, start: int, end: int, value: object) -> Fault | None:
        """Return what is wrong with the value that was just scanned from text[start:end], if anything."""
        brackets = text.count("{", start, end) + text.count("[", start, end)
        if brackets > MOST_DEPTH and _depth(text[start:end]) > MOST_DEPTH:
            return TOO_DEEP
        if self.suspect and encode_whole(text[start:end]) is None:
            return ENCODING
        if self.fault is None and (text.find("\\ud", start, end) >= 0 or text.find("\\uD", start, end) >= 0):
            return ENCODING if encode_whole(json.dumps(value, ensure_ascii=False)) is None else None
        return self.fault


def _first_repeated(pairs: list[tuple[str, object]]) -> str:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            return key
        seen.add(key)
    return ""


def _depth(text: str) -> int:
    depth = most = 0
    for found in _NESTING.finditer(text):
        letter = text[found.start()]
        depth += (letter in "[{") - (letter in "]}")
        most = max(most, depth)
    return most


class Member(NamedTuple):
    """A value inside an object or an array: its key, itself, and where its text stands."""

    key: str
    value: Any
    start: int
    end: int


def skip_space(text: str, at: int) -> int:
    """Return where the next letter stands that is not white space."""
    found = _SPACES(text, at)
    return found.end() if found else at


def key_at(text: str, at: int) -> tuple[str, int]:
    """Return the key of the member at `at`, and where its value begins."""
    key, at = scanstring(text, at + 1)
    return key, skip_space(text, skip_space(text, at) + 1)


def next_member(text: str, end: int) -> int:
    """Return where the next member or element begins after one that ends at `end`, or the bracket that closes."""
    at = skip_space(text, end)
    return skip_space(text, at + 1) if text[at] == "," else at


def members(scanner: Scanner, text: str, start: int) -> Iterator[Member]:
    """Yield the members of the object at `start`, whose syntax is known to be right; `scanner.fault` is each one's."""
    at = skip_space(text, start + 1)
    while text[at] != "}":
        key, at = key_at(text, at)
        value, end = scanner.scan(text, at)
        yield Member(key, value, at, end)
        at = next_member(text, end)


def elements(scanner: Scanner, text: str, start: int) -> Iterator[Member]:
    """Yield the elements of the array at `start`, whose syntax is known to be right; their key is empty."""
    at = skip_space(text, start + 1)
    while text[at] != "]":
        value, end = scanner.scan(text, at)
        yield Member("", value, at, end)
        at = next_member(text, end)

"""Which form a JSON document has, found in its beginning: an array, an object, lines, or one value after another."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final, Literal

from crm_migration.extract.document import Document, refused
from crm_migration.extract.json.faults import KINDS
from crm_migration.extract.json.limits import MOST_RECORD
from crm_migration.extract.json.scanner import UNTERMINATED, ScanFailed, Scanner, skip_space

Form = Literal["empty", "array", "object", "lines", "sequence"]
HEAD: Final = 1024 * 1024
"""Letters of the beginning that the form is found in; more where the first line is longer."""
MOST_LINES: Final = 100
"""Lines of the beginning that decide whether a document that begins badly is one of records on lines."""


@dataclass(frozen=True)
class Head:
    """The beginning of a document, and whether that is all of it."""

    text: str
    whole: bool

    @property
    def start(self) -> int:
        """Return where the first letter stands that is not white space."""
        return skip_space(self.text, 0)


def read_head(pieces: Iterator[str]) -> Head:
    """Return the beginning: `HEAD` letters, or the first line if that is longer and a record may be so long."""
    text = ""
    for piece in chain(pieces, [None]):
        if piece is None:
            return Head(text, whole=True)
        text += piece
        if len(text) > HEAD and ("\n" in text[skip_space(text, 0) : HEAD] or len(text) > MOST_RECORD):
            break
    size = HEAD if "\n" in text[skip_space(text, 0) : HEAD] else MOST_RECORD
    return Head(text[:size], whole=False)


def find_form(document: Document, head: Head) -> Form:
    """Return the form of the document that begins like this.

    Raises:
        SourceUnreadable: it is no JSON, or is no place for records.
    """
    first = head.text[head.start : head.start + 1]
    if not first and head.whole:
        return "empty"
    if first == "[":
        return "array"
    try:
        value, end = Scanner().scan(head.text, head.start)
    except RecursionError:
        return "object"
    except ScanFailed as failed:
        return _form_of_bad_beginning(document, head, failed)
    return _form_after(document, head, value, end)


def _form_after(document: Document, head: Head, value: object, end: int) -> Form:
    """Return the form of a document whose first value is whole."""
    more = skip_space(head.text, end) < len(head.text)
    if not isinstance(value, dict):
        if _mostly_lines_of_objects(head):
            return "lines"
        kind = KINDS.get(head.text[head.start], "a number")
        raise refused(document, f"expected an array or an object, found no records: {kind}")
    if not more:
        return "object" if head.whole else "lines"
    return "sequence" if "\n" in head.text[head.start : end] else "lines"


def _form_of_bad_beginning(document: Document, head: Head, failed: ScanFailed) -> Form:
    cut = failed.expected == UNTERMINATED or skip_space(head.text, failed.at) >= len(head.text)
    if not head.whole and (cut or failed.at > len(head.text) - len("\\u0000")):
        return "object"
    if not cut and _mostly_lines_of_objects(head):
        return "lines"
    if head.text[head.start] == "{":
        return "object"
    line = head.text.count("\n", 0, failed.at) + 1
    column = failed.at - head.text.rfind("\n", 0, failed.at)
    found = "something else"
    raise refused(document, f"line {line}, column {column}: {failed.expected}, found {found}")


def _mostly_lines_of_objects(head: Head) -> bool:
    lines = [line for line in head.text.split("\n", MOST_LINES)[:MOST_LINES] if line.strip()]
    scanner = Scanner()
    return 2 * sum(_is_object(scanner, line) for line in lines) >= len(lines)


def _is_object(scanner: Scanner, line: str) -> bool:
    try:
        value, end = scanner.scan(line, skip_space(line, 0))
    except (ScanFailed, RecursionError):
        return False
    return isinstance(value, dict) and skip_space(line, end) == len(line)

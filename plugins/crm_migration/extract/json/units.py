"""The values of a document that are taken one after another: each is a record, or holds the records of a path."""

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from crm_migration.extract.json.decoding import decode_line
from crm_migration.extract.json.faults import TOO_DEEP, TOO_LARGE, Fault, not_json
from crm_migration.extract.json.limits import MOST_RECORD, MOST_VALUES
from crm_migration.extract.json.quick import QuickReader
from crm_migration.extract.json.scanner import ScanFailed, Scanner, skip_space
from crm_migration.extract.json.window import Window

MOST_RUN: Final = 256 * 1024
"""Letters of records that are handed on together."""
GROUP: Final = 64
"""Lines that are looked at together where something in a whole block is in doubt."""


class Unit(NamedTuple):
    """A value, its text in text[start:end], what is wrong with it, and where a person finds it.

    `broken` says that the text is no JSON that could be taken apart.
    """

    at: int
    text: str
    start: int
    end: int
    value: Any
    fault: Fault | None = None
    broken: bool = False


class Run(NamedTuple):
    """Objects of scalars that follow each other: where a person finds them, they themselves, their letters in all.

    Their integers may be no text yet.
    """

    places: Sequence[int]
    values: list[dict[str, Any]]
    letters: int

    def parts(self, most: int) -> Iterator["Run"]:
        """Yield it in runs of at most `most` objects, with their share of the letters."""
        size = len(self.values)
        if size <= most:
            yield self
            return
        for start in range(0, size, most):
            places, values = self.places[start : start + most], self.values[start : start + most]
            yield Run(places, values, self.letters * len(values) // size)


def line_units(pieces: Iterator[bytes], runs: bool) -> Iterator[Unit | Run]:
    """Yield the value of each line of UTF-8, numbered by its line; a line that is no JSON is a unit with a fault.

    Objects of scalars come in runs where those are wanted.
    """
    scanner, quick, first = Scanner(), QuickReader() if runs else None, 1
    for block in _line_blocks(pieces):
        if quick is not None:
            quick.look_at(block, is_lines=True)
            if (run := _run_of(block, first, quick)) is not None:
                yield run
                first += len(run.places)
                continue
        lines = block.split(b"\n")
        for start in range(0, len(lines), GROUP):
            some = lines[start : start + GROUP]
            run = _run_of(b"\n".join(some), first, quick) if quick is not None else None
            yield from _units_of(some, first, scanner, quick) if run is None else (run,)
            first += len(some)


def _run_of(lines: bytes, first: int, quick: QuickReader) -> Run | None:
    """Return lines as a run where each is an object of scalars and nothing about any is in doubt."""
    found = quick.objects_in(lines)
    return None if found is None else Run(range(first, first + len(found)), found, len(lines))


def _units_of(lines: list[bytes], first: int, scanner: Scanner, quick: QuickReader | None) -> Iterator[Unit | Run]:
    """Yield the values of lines looked at one by one; `first` is the number of the first."""
    places: list[int] = []
    values: list[dict[str, Any]] = []
    letters = 0
    for number, line in enumerate(lines, first):
        value = quick.object_in(line) if quick is not None else None
        if value is not None:
            places.append(number)
            values.append(value)
            letters += len(line)
            continue
        unit = _line_unit(scanner, line, number)
        if unit is not None:
            if values:
                yield Run(places, values, letters)
                places, values, letters = [], [], 0
            yield unit
    if values:
        yield Run(places, values, letters)


def _line_unit(scanner: Scanner, line: bytes, number: int) -> Unit | None:
    scanner.suspect, text = decode_line(line)
    start, size = skip_space(text, 0), len(text)
    if start == size:
        return None
    if len(line) > MOST_RECORD or _values_in(line) > MOST_VALUES:
        return Unit(number, text, start, size, None, TOO_LARGE, broken=True)
    try:
        value, end = scanner.scan(text, start)
    except ScanFailed as failed:
        return Unit(number, text, start, size, None, not_json(failed.at + 1, failed.expected), broken=True)
    except RecursionError:
        return Unit(number, text, start, size, None, TOO_DEEP, broken=True)
    if skip_space(text, end) != size:
        return Unit(number, text, start, size, None, not_json(end + 1, "expected the end of the line"), broken=True)
    return Unit(number, text, start, end, value, scanner.examine(text, start, end, value))


def _values_in(line: bytes) -> int:
    return line.count(b",") + line.count(b"{") + line.count(b"[") if len(line) > MOST_VALUES else 0


def _line_blocks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the lines that each piece completes; of a line that is too long only as much as shows that it is."""
    rest: list[bytes] = []
    size = 0
    for piece in pieces:
        end = piece.rfind(b"\n")
        if end >= 0:
            yield b"".join((*rest, piece[:end]))
            rest, size = [], 0
        last = piece[end + 1 :]
        if last and size <= MOST_RECORD:
            rest.append(last)
            size += len(last)
    yield b"".join(rest)


def value_units(window: Window, runs: bool) -> Iterator[Unit | Run]:
    """Yield the values that stand one after another to the end of the document, counted from 1."""
    return _gathered(window, _while_more(window), runs)


def element_units(window: Window, runs: bool) -> Iterator[Unit | Run]:
    """Take an array and yield its elements, counted from 1."""
    return _gathered(window, window.elements(), runs)


def _while_more(window: Window) -> Iterator[None]:
    while window.peek():
        yield


def _gathered(window: Window, stops: Iterator[None], runs: bool) -> Iterator[Unit | Run]:
    """Yield a unit at each stop; objects of scalars in runs where those are wanted."""
    places: list[int] = []
    values: list[dict[str, Any]] = []
    letters = 0
    for number, _ in enumerate(stops, 1):
        value = window.flat_object() if runs else None
        if value is not None:
            places.append(number)
            values.append(value)
            letters += window.at - window.start
            if letters < MOST_RUN:
                continue
        if values:
            yield Run(places, values, letters)
            places, values, letters = [], [], 0
        if value is None:
            yield take_unit(window, number)
    if values:
        yield Run(places, values, letters)


def take_unit(window: Window, number: int) -> Unit:
    """Take the next value."""
    value = window.value()
    return Unit(number, window.text, window.start, window.at, value, window.examine(value))

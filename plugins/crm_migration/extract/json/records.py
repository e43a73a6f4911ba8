"""Records out of values: nested objects get dotted names, arrays stay text, child arrays become records themselves."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from crm_migration.extract.document import MOST_RAW
from crm_migration.extract.json.decoding import printable
from crm_migration.extract.json.faults import Fault, duplicate_key, not_an_object
from crm_migration.extract.json.scanner import Scanner, elements, members
from crm_migration.extract.json.units import Unit
from crm_migration.extract.rows import BadRow

Value = str | bool | None
Values = dict[str, Value]
PARENT = "../"


class Record(NamedTuple):
    """One row: its values by column, what is wrong with it, and where its text stands in its unit."""

    values: Values
    fault: Fault | None
    start: int
    end: int


class KeyRepeated(Exception):
    """Two keys of a record lead to one column."""


@dataclass(frozen=True)
class _Place:
    """A value on the way to the records: the rest of the way, what encloses it (innermost last), what is wrong."""

    start: int
    end: int
    way: tuple[str, ...]
    enclosing: tuple[Mapping[str, Value], ...] = ()
    fault: Fault | None = None
    in_array: bool = False


class RecordCutter:
    """Finds the records in a unit: itself, or what lies at `way` below it; `around` encloses every unit."""

    def __init__(self, way: Sequence[str] = (), around: Sequence[Mapping[str, Value]] = ()) -> None:
        """Take the way from a unit to the records, and the scalars of the objects around it, outermost first."""
        self.way = tuple(way)
        self._around = tuple(around)
        self._scanner = Scanner()
        self._constants: Values = {}
        _take_enclosing(self._around, self._constants)
        self.letters_around = letters_in(self._constants)

    def flat_values(self, unit: Unit) -> dict[str, Any] | None:
        """Return the values of a unit that is a record without fault and without lists or objects in it, else None.

        Integers may be no text yet.
        """
        value = unit.value
        if self.way or unit.fault is not None or type(value) is not dict:
            return None
        if not unit.flat and any(isinstance(inner, (dict, list)) for inner in value.values()):
            return None
        if not self._constants:
            return value
        return None if any(key.startswith(PARENT) for key in value) else {**value, **self._constants}

    def cut(self, unit: Unit) -> Iterator[Record]:
        """Yield the unit's records, those that are rejected too."""
        if unit.broken:
            yield Record({}, unit.fault, unit.start, unit.end)
            return
        self._scanner.suspect = not unit.text.isascii()
        yield from self._walk(unit.text, _Place(unit.start, unit.end, self.way, self._around, in_array=True))

    def _walk(self, text: str, place: _Place) -> Iterator[Record]:
        letter = text[place.start]
        if letter == "{" and not place.way:
            yield self._record(text, place)
        elif letter == "{":
            yield from self._walk_object(text, place)
        elif letter == "[" and (place.way or not place.in_array):
            for element in list(elements(self._scanner, text, place.start)):
                yield from self._walk(text, replace(place, start=element.start, end=element.end, in_array=True))
        elif letter != "n" or place.in_array:
            yield Record({}, not_an_object(text, place.start), place.start, place.end)

    def _walk_object(self, text: str, place: _Place) -> Iterator[Record]:
        enclosing: Values = {}
        fault = place.fault
        seen: set[str] = set()
        below: list[_Place] = []
        for key, value, start, end in members(self._scanner, text, place.start):
            if key in seen:
                fault = fault or duplicate_key(key)
            seen.add(key)
            if key == place.way[0]:
                below.append(_Place(start, end, place.way[1:]))
                continue
            fault = fault or self._scanner.examine(text, start, end, value)
            if not _take_scalars(key, value, enclosing):
                fault = fault or duplicate_key(key)
        for child in below:
            around = (*place.enclosing, enclosing)
            yield from self._walk(text, replace(child, enclosing=around, fault=fault))

    def _record(self, text: str, place: _Place) -> Record:
        value, end = self._scanner.scan(text, place.start)
        fault = self._scanner.examine(text, place.start, end, value) or place.fault
        values: Values = {}
        if fault is None:
            try:
                self._flatten(text, place.start, "", values)
                _take_enclosing(place.enclosing, values)
            except KeyRepeated as repeated:
                fault, values = duplicate_key(str(repeated)), {}
        return Record(values, fault, place.start, end)

    def _flatten(self, text: str, start: int, prefix: str, into: Values) -> None:
        for key, value, at, end in members(self._scanner, text, start):
            column = prefix + key
            if isinstance(value, dict) and value:
                self._flatten(text, at, column + ".", into)
                continue
            if column in into:
                raise KeyRepeated(column)
            into[column] = text[at:end] if isinstance(value, (dict, list)) else value


def letters_in(values: Mapping[str, Value]) -> int:
    """Return how many letters a row's texts have."""
    return sum(len(value) for value in values.values() if isinstance(value, str))


def _take_scalars(name: str, value: Any, into: Values) -> bool:
    """Put the scalars of an enclosing object's member into `into`; False where a name is there twice."""
    if isinstance(value, dict):
        fresh = [_take_scalars(f"{name}.{key}", inner, into) for key, inner in value.items()]
        return all(fresh)
    if isinstance(value, list):
        return True
    unheard = name not in into
    into[name] = value
    return unheard


def _take_enclosing(enclosing: Sequence[Mapping[str, Value]], into: Values) -> None:
    prefix = ""
    for scalars in reversed(enclosing):
        prefix += PARENT
        for name, value in scalars.items():
            if prefix + name in into:
                raise KeyRepeated(prefix + name)
            into[prefix + name] = value


def bad_row(unit: Unit, record: Record, fault: Fault) -> BadRow:
    """Return the rejected row that stands for a record."""
    raw = unit.text[record.start : min(record.end, record.start + MOST_RAW)]
    return BadRow(unit.at, fault.code, fault.message, printable(raw))

"""Records out of values: nested objects get dotted names, arrays stay text, child arrays become records themselves."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from crm_migration.extract.document import MOST_RAW
from crm_migration.extract.json.decoding import printable
from crm_migration.extract.json.faults import Fault, duplicate_key, not_an_object
from crm_migration.extract.json.scanner import Scanner, elements, key_at, members, next_member, skip_space
from crm_migration.extract.json.units import Unit
from crm_migration.extract.rows import BadRow

Value = str | bool | None
Values = dict[str, Value]
PARENT: Final = "../"


@dataclass(frozen=True)
class Around:
    """What encloses a record: scalars by their columns, and how many letters they have. Many records share it."""

    values: Mapping[str, Value]
    letters: int

    def inner(self, scalars: Mapping[str, Value]) -> "Around":
        """Return what encloses a record one object further in, which has these scalars."""
        values = {PARENT + name: value for name, value in (*scalars.items(), *self.values.items())}
        return Around(values, self.letters + letters_in(scalars))


NOTHING_AROUND: Final = Around({}, 0)


class Record(NamedTuple):
    """One row: its own values by column, what encloses it, what is wrong, and where its text stands in its unit."""

    values: Values
    around: Around
    fault: Fault | None
    start: int
    end: int


class KeyRepeated(Exception):
    """Two keys of a record lead to one column."""


@dataclass(frozen=True)
class _Place:
    """A value on the way to the records: the rest of the way, what encloses it, and what is wrong there."""

    start: int
    end: int
    way: tuple[str, ...]
    around: Around
    fault: Fault | None = None
    in_array: bool = False


class RecordCutter:
    """Finds the records in a unit: itself, or what lies at `way` below it; `enclosing` encloses every unit."""

    def __init__(self, way: Sequence[str] = (), enclosing: Sequence[Mapping[str, Value]] = ()) -> None:
        """Take the way from a unit to the records, and the scalars of the objects around it, outermost first."""
        self.way = tuple(way)
        self.around = NOTHING_AROUND
        for scalars in enclosing:
            self.around = self.around.inner(scalars)
        self._scanner = Scanner()

    @property
    def takes_runs(self) -> bool:
        """Return whether an object of scalars is a record as it is."""
        return not self.way and not self.around.values

    def records(self, unit: Unit) -> Iterable[Record]:
        """Return the unit's records, those that are rejected too."""
        values = self._flat_values(unit)
        return self._cut(unit) if values is None else (Record(values, self.around, None, unit.start, unit.end),)

    def _flat_values(self, unit: Unit) -> Values | None:
        """Return the values of a unit that is a record without fault and without lists or objects in it, else None."""
        value = unit.value
        if self.way or unit.fault is not None or type(value) is not dict:
            return None
        if any(isinstance(inner, (dict, list)) for inner in value.values()):
            return None
        if self.around.values and any(key.startswith(PARENT) for key in value):
            return None
        return value

    def _cut(self, unit: Unit) -> Iterator[Record]:
        if unit.broken:
            yield Record({}, self.around, unit.fault, unit.start, unit.end)
            return
        self._scanner.suspect = not unit.text.isascii()
        yield from self._walk(unit.text, _Place(unit.start, unit.end, self.way, self.around, in_array=True))

    def _walk(self, text: str, place: _Place) -> Iterator[Record]:
        letter = text[place.start]
        if letter == "{" and not place.way:
            yield self._record(text, place)
        elif letter == "{":
            yield from self._walk_object(text, place)
        elif letter == "[" and (place.way or not place.in_array):
            for element in elements(self._scanner, text, place.start):
                yield from self._walk(text, replace(place, start=element.start, end=element.end, in_array=True))
        elif letter != "n" or place.in_array:
            yield Record({}, place.around, not_an_object(text, place.start), place.start, place.end)

    def _walk_object(self, text: str, place: _Place) -> Iterator[Record]:
        scalars: Values = {}
        fault = place.fault
        seen: set[str] = set()
        below: list[_Place] = []
        for key, value, start, end in members(self._scanner, text, place.start):
            if key in seen:
                fault = fault or duplicate_key(key)
            seen.add(key)
            if key == place.way[0]:
                below.append(_Place(start, end, place.way[1:], place.around))
                continue
            fault = fault or self._scanner.examine(text, start, end, value)
            if not _take_scalars(key, value, scalars):
                fault = fault or duplicate_key(key)
        around = place.around.inner(scalars)
        for child in below:
            yield from self._walk(text, replace(child, around=around, fault=fault))

    def _record(self, text: str, place: _Place) -> Record:
        value, end = self._scanner.scan(text, place.start)
        fault = self._scanner.examine(text, place.start, end, value) or place.fault
        values: Values = {}
        if fault is None:
            try:
                self._flatten(text, place.start, "", values)
                _keep_apart(values, place.around)
            except KeyRepeated as repeated:
                fault, values = duplicate_key(str(repeated)), {}
        return Record(values, place.around, fault, place.start, end)

    def _flatten(self, text: str, start: int, prefix: str, into: Values) -> int:
        """Put the scalars and lists of the object at `start` into `into`; return where the object ends."""
        at = skip_space(text, start + 1)
        while text[at] != "}":
            key, at = key_at(text, at)
            column = prefix + key
            if text[at] == "{" and text[skip_space(text, at + 1)] != "}":
                end = self._flatten(text, at, column + ".", into)
            elif column in into:
                raise KeyRepeated(column)
            else:
                value, end = self._scanner.scan(text, at)
                into[column] = text[at:end] if isinstance(value, (dict, list)) else value
            at = next_member(text, end)
        return at + 1


def _keep_apart(values: Values, around: Around) -> None:
    for key in values:
        if key.startswith(PARENT) and key in around.values:
            raise KeyRepeated(key)


def letters_in(values: Mapping[str, Value], columns: Iterable[str] | None = None) -> int:
    """Return how many letters the texts have, or those in some columns of them."""
    texts = values.values() if columns is None else (values.get(column) for column in columns)
    return sum(len(value) for value in texts if isinstance(value, str))


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


def bad_row(unit: Unit, record: Record, fault: Fault) -> BadRow:
    """Return the rejected row that stands for a record."""
    raw = unit.text[record.start : min(record.end, record.start + MOST_RAW)]
    return BadRow(unit.at, fault.code, fault.message, printable(raw))

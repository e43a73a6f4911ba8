"""Columns by the way to them: which places a document's values stand at, and what the columns are called."""

from collections.abc import Mapping
from itertools import islice
from typing import Final

from crm_migration.errors import MappingFault
from crm_migration.extract.xml.limits import MOST_COLUMNS
from crm_migration.extract.xml.paths import local_name, namespace_of

TOP: Final = 0
ITSELF: Final = "."
PARENT: Final = ".."


class TooManyColumns(Exception):
    """A document has more columns than a table may."""


class _Places(dict[str, int]):
    """The places right below another, made as they are asked for."""

    def __init__(self, columns: "Columns", parent: int) -> None:
        super().__init__()
        self._columns = columns
        self._parent = parent

    def __missing__(self, step: str) -> int:
        found = self[step] = self._columns.place(self._parent, step)
        return found


class Columns:
    """Numbers for the places of values: `place(parent, step)`; a step is a tag, `@` and an attribute, `.` or `..`.

    A column is called by the local names on the way to it. Where that names two places, because their namespaces
    differ, both are called by the prefixes that the mapping declares.
    """

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        """Begin with the record itself, which is place `TOP`."""
        self._prefix_of = {namespace: prefix for prefix, namespace in prefixes.items()}
        self._places: dict[tuple[int, str], int] = {}
        self._ways: list[tuple[str, ...]] = [()]
        self._with_values: dict[int, None] = {}
        self.below_top = _Places(self, TOP)

    def place(self, parent: int, step: str) -> int:
        """Return the number of a place.

        Raises:
            TooManyColumns: there would be more than a document may have.
        """
        found = self._places.get((parent, step))
        if found is None:
            if len(self._ways) > 2 * MOST_COLUMNS:
                raise TooManyColumns
            found = self._places[parent, step] = len(self._ways)
            self._ways.append((*self._ways[parent], step))
        return found

    def hold_values(self, places: Mapping[int, object]) -> None:
        """Take note that values were found at these places."""
        self._with_values.update(dict.fromkeys(places))
        if len(self._with_values) > MOST_COLUMNS:
            raise TooManyColumns

    @property
    def held(self) -> int:
        """Return how many places values were found at so far."""
        return len(self._with_values)

    def held_since(self, before: int) -> list[int]:
        """Return the places that values were found at since there were so many of them."""
        return list(islice(self._with_values, before, None))

    def names(self) -> dict[str, int]:
        """Return the columns' names and places in order of appearance, those of the record before its ancestors'.

        Raises:
            MappingFault: two columns differ in a namespace that the mapping gives no prefix.
        """
        by_local: dict[str, list[int]] = {}
        for place in sorted(self._with_values, key=lambda number: self._ways[number].count(PARENT)):
            by_local.setdefault(self.local(place), []).append(place)
        names: dict[str, int] = {}
        for local, places in by_local.items():
            for place in places:
                names[local if len(places) == 1 else self._prefixed(place)] = place
        return names

    def is_around(self, place: int) -> bool:
        """Return whether the place is an ancestor's."""
        return PARENT in self._ways[place]

    def find(self, wanted: str, names: Mapping[str, int]) -> int | None:
        """Return the place of a column by its name, or by its name with all prefixes; None if there is none."""
        if wanted in names or ":" not in wanted:
            return names.get(wanted)
        for place in names.values():
            namespaces = {namespace_of(step.removeprefix("@")) for step in self._ways[place]} - {""}
            if namespaces <= set(self._prefix_of) and self._prefixed(place) == wanted:
                return place
        return None

    def is_sure(self, wanted: str, place: int) -> bool:
        """Return whether a column found at a place stands there whatever columns are yet to come.

        One that is found without its namespace may give up its name to another that has none.
        """
        return ":" in wanted or not any(namespace_of(step.removeprefix("@")) for step in self._ways[place])

    def local(self, place: int) -> str:
        """Return what a place is called where no other one is called so."""
        return "/".join(_local(step) for step in self._ways[place])

    def _prefixed(self, place: int) -> str:
        return "/".join(self._prefixed_step(step) for step in self._ways[place])

    def _prefixed_step(self, step: str) -> str:
        sign, name = ("@", step[1:]) if step.startswith("@") else ("", step)
        namespace = namespace_of(name)
        if not namespace:
            return step
        if namespace not in self._prefix_of:
            raise MappingFault(
                f"column {_local(step)!r}: expected one namespace, found several; "
                f"give {namespace[:200]!r} a prefix in xml.namespaces"
            )
        return f"{sign}{self._prefix_of[namespace]}:{local_name(name)}"


def without_prefixes(name: str) -> str:
    """Return what a column that is named with prefixes is called without them."""
    steps = (step.rpartition(":") for step in name.split("/"))
    return "/".join(f"{'@' if prefix.startswith('@') else ''}{local}" for prefix, _, local in steps)


def _local(step: str) -> str:
    return "@" + local_name(step[1:]) if step.startswith("@") else local_name(step)

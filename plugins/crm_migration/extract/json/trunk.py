"""An object that holds the records somewhere below: what is in it, and the way to the records."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.json.faults import KINDS, TOO_DEEP, duplicate_key
from crm_migration.extract.json.limits import MOST_COLUMNS, MOST_DEPTH
from crm_migration.extract.json.units import Run, Unit, element_units, take_unit
from crm_migration.extract.json.window import Window

Path = tuple[str, ...]
SEARCHED_LEVELS: Final = 3
"""How deep arrays of objects are looked for where the mapping names no path."""


@dataclass
class Survey:
    """What an object holds that is no record: its scalars by path, and its arrays with what their first element is.

    `objects` are the paths of the objects that were walked through, `names` the dotted names of the scalars.
    `complaint` refuses the document where any of this is to be relied on.
    """

    scalars: dict[Path, str | bool | None] = field(default_factory=dict)
    arrays: dict[Path, str] = field(default_factory=dict)
    objects: list[Path] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    complaint: SourceUnreadable | None = None

    def only_array(self) -> Path | None:
        """Return the path of the only array of objects on the highest level that has any, or of the only value."""
        if not self.scalars and len(self.objects) == 1 and list(self.arrays.values()) == [""]:
            return next(iter(self.arrays))
        for level in range(1, SEARCHED_LEVELS + 1):
            found = self.record_arrays(level)
            if found:
                return found[0] if len(found) == 1 else None
        return None

    def record_arrays(self, level: int) -> list[Path]:
        """Return the arrays of objects on a level, counted from 1."""
        return [path for path, first in self.arrays.items() if len(path) == level and first == "{"]

    def around(self, way: Path) -> list[dict[str, str | bool | None]]:
        """Return the scalars of the objects on the way, outermost first; those of objects in them by dotted names."""
        return [self._beside(way[: size + 1]) for size in range(len(way))]

    def _beside(self, way: Path) -> dict[str, str | bool | None]:
        size = len(way) - 1
        beside = {path: value for path, value in self.scalars.items() if path[:size] == way[:size]}
        return {".".join(path[size:]): value for path, value in beside.items() if path[: size + 1] != way}

    def holds(self, path: Path) -> bool:
        """Return whether there is anything at this path."""
        return path in self.objects or path in self.arrays or path in self.scalars


def survey(window: Window) -> Survey:
    """Read a document that is one object through to its end.

    Raises:
        SourceUnreadable: it is malformed, or its own keys are too many.
    """
    found = Survey()
    _survey_object(window, (), found)
    window.end()
    found.complaint = window.complaint
    return found


def _survey_object(window: Window, path: Path, found: Survey) -> None:
    if len(path) >= MOST_DEPTH:
        raise window.refusal(window.at, TOO_DEEP.message)
    found.objects.append(path)
    for key in window.members():
        _survey_value(window, (*path, key), found)
        if len(found.scalars) + len(found.arrays) + len(found.objects) > MOST_COLUMNS:
            raise window.refusal(window.at, f"expected at most {MOST_COLUMNS} keys around the records, found more")


def _survey_value(window: Window, path: Path, found: Survey) -> None:
    letter = window.peek()
    if letter == "{":
        _survey_object(window, path, found)
    elif letter == "[":
        found.arrays[path] = ""
        for _ in window.elements():
            found.arrays[path] = found.arrays[path] or window.peek()
            window.value()
    else:
        value = window.value()
        fault = window.examine(value)
        if fault is not None:
            window.complain(window.start, fault)
        name = ".".join(path)
        if name in found.names:
            window.complain(window.start, duplicate_key(name))
        found.names.add(name)
        found.scalars[path] = value


def way_to(path: Path, found: Survey) -> Path:
    """Return the part of `path` that leads through objects to the array, object or scalar that it meets first."""
    for size in range(1, len(path) + 1):
        if path[:size] not in found.objects:
            return path[:size]
    return path


def trunk_units(window: Window, way: Path, runs: bool) -> Iterator[Unit | Run]:
    """Yield the elements of the array at `way`, or the one object there; pass over everything else.

    Raises:
        SourceUnreadable: the document is malformed, or something else than records is there.
    """
    yield from _follow(window, way, runs)
    window.end()


def _follow(window: Window, way: Path, runs: bool) -> Iterator[Unit | Run]:
    if not way:
        yield from _units_here(window, runs)
        return
    for key in window.members():
        if key == way[0]:
            yield from _follow(window, way[1:], runs)
        else:
            _pass_over(window, 0)


def _units_here(window: Window, runs: bool) -> Iterator[Unit | Run]:
    letter = window.peek()
    if letter == "[":
        yield from element_units(window, runs)
    elif letter == "{":
        yield take_unit(window, 1)
    elif window.value() is not None:
        kind = KINDS.get(letter, "a number")
        raise window.refusal(window.start, f"expected records in an array or an object, found {kind}")


def _pass_over(window: Window, depth: int) -> None:
    letter = window.peek()
    if letter == "{" and depth < MOST_DEPTH:
        for _ in window.members():
            _pass_over(window, depth + 1)
    elif letter == "[":
        for _ in window.elements():
            window.value()
    else:
        window.value()

"""A fault in a mapping, and the one line that tells a person where it is and what to write instead."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

Place = tuple[str | int, ...]
Position = tuple[int, int]

SHOWN = 60
LONGEST_TEXT = 600
COMPARED = 64
MOST_NAMED = 12


@dataclass(frozen=True)
class Fault:
    """One thing to edit: `text` reads `expected …, found …`.

    It stands at the value of its place, or at its key, or at a position of its own. `depends` names other
    places whose content led to this verdict: while one of them is itself at fault, this fault is withheld,
    because it may only be an echo.
    """

    place: Place
    text: str
    at_key: bool = False
    depends: tuple[Place, ...] = ()
    position: Position | None = None


@dataclass(frozen=True)
class Spot:
    """Where an entry stands in the file, and what is written there."""

    value: Position
    key: Position | None = None
    written: str | None = None
    made: str = "text"


class Positions:
    """Line and column, both counted from 1, of every entry of one file."""

    def __init__(self, spots: Mapping[Place, Spot]) -> None:
        """Keep the spots by place, the empty place being the whole document."""
        self._spots = dict(spots)

    def __getitem__(self, place: Place) -> Position:
        """Return where a value stands: a block of keys at its own key, a missing entry at its parent."""
        spot = self._nearest(place)
        return spot.value if spot.written or spot.key is None else spot.key

    def key(self, place: Place) -> Position:
        """Return where the key of an entry stands; an item of a list has none and is found at its value."""
        spot = self._nearest(place)
        return spot.key or spot.value

    def spot(self, place: Place) -> Spot | None:
        """Return what is written at exactly this place, if anything."""
        return self._spots.get(place)

    def _nearest(self, place: Place) -> Spot:
        for length in range(len(place), 0, -1):
            if spot := self._spots.get(place[:length]):
                return spot
        return self._spots.get((), Spot((1, 1)))


def render(file: Path | str, positions: Positions, faults: Iterable[Fault]) -> list[str]:
    """Return one line per fault, `file:line:column: path: text`, in the order of the file, each once."""
    lines = {
        (*_position(positions, fault), dotted(fault.place), _printable(fault.text, LONGEST_TEXT)) for fault in faults
    }
    return [
        f"{file}:{line}:{column}: {f'{path}: ' if path else ''}{text}" for line, column, path, text in sorted(lines)
    ]


def _position(positions: Positions, fault: Fault) -> Position:
    return fault.position or (positions.key(fault.place) if fault.at_key else positions[fault.place])


def dotted(place: Place) -> str:
    """Return a place as a person writes it: `entities.contact.match.keys[0].fields`."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{_printable(step)}" for step in place]
    return "".join(steps).removeprefix(".")


def quoted(text: str, mark: str = "'") -> str:
    """Return text in quotes on one line, shortened, with anything unprintable escaped."""
    return f"{mark}{_printable(text)}{mark}"


def listed(options: Iterable[str]) -> str:
    """Return `'a', 'b', 'c'`."""
    return ", ".join(quoted(option) for option in options)


def did_you_mean(word: str, options: Iterable[str]) -> str:
    """Return ` (did you mean 'x'?)` for the closest option, or nothing when none is close."""
    closest = nearest(word, options)
    return f" (did you mean {quoted(closest)}?)" if closest is not None else ""


def nearest(word: str, options: Iterable[str]) -> str | None:
    """Return the option closest to `word` without regard to case, or None."""
    if len(word) > COMPARED:
        return None
    known = {option.lower(): option for option in options if option != word}
    matches = difflib.get_close_matches(word.lower(), known, n=1)
    return known[matches[0]] if matches else None


def unknown_name(place: Place, what: str, name: str, options: Iterable[str]) -> Fault:
    """Return the fault of a name that stands for nothing, with the closest one that does, or all of them."""
    known = list(options)
    hint = did_you_mean(name, known)
    expected = what if hint or not 0 < len(known) <= MOST_NAMED else f"{what} ({listed(known)})"
    return Fault(place, f"expected {expected}, found {quoted(name)}{hint}")


def _printable(text: str, longest: int = SHOWN) -> str:
    shortened = text if len(text) <= longest else f"{text[: longest - 1]}…"
    if shortened.isprintable():
        return shortened
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in shortened
    )

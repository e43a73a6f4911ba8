"""Which values a field of the target takes: those of its type and its constraints, and those it holds already."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crm_migration.suggest.naming import words

CLOSE = 0.85
IN_LIST = re.compile(r"(?:\bIN\b\s*\(|ANY\s*\(+\s*ARRAY\s*\[)(.+?)[)\]]", re.IGNORECASE | re.DOTALL)
QUOTED = re.compile(r"'((?:[^']|'')*)'")


@dataclass(frozen=True)
class Vocabulary:
    """Known values by object and field."""

    known: Mapping[tuple[str, str], Sequence[str]] = field(default_factory=dict)

    def of(self, target: str, column: str) -> Sequence[str]:
        """Return the values that a field takes or holds, none where nothing is known."""
        return self.known.get((target, column), ())


def listed_values(constraint: str) -> list[str]:
    """Return the texts that a CHECK constraint lists, in its order."""
    found = IN_LIST.search(constraint)
    return [value.replace("''", "'") for value in QUOTED.findall(found.group(1))] if found else []


def proposed(value: str, known: Sequence[str], most: int | None) -> tuple[str, bool]:
    """Return the target's value for one of the source, and whether it is one that the target knows.

    Where the target knows none that is alike, it is the source's in snake case.
    """
    folded = _folded(value)
    for candidate in known:
        if _folded(candidate) == folded:
            return candidate, True
    from rapidfuzz.distance import Indel

    best = max(known, key=lambda one: Indel.normalized_similarity(_folded(one), folded), default=None)
    if best is not None and Indel.normalized_similarity(_folded(best), folded) >= CLOSE:
        return best, True
    return (snake(value)[:most] if most else snake(value)), not known


def snake(value: str) -> str:
    """Return a value as codes are written: `Closed Won` as `closed_won`; as it is where nothing else is left."""
    return re.sub(r"[^\w]+", "_", value.strip().lower()).strip("_") or value.strip()


def _folded(value: str) -> str:
    return "".join(words(value)) or value.casefold()

"""Given names and the short and foreign forms that the same person goes by.

The tables hold one name after the other: `full form form; full form …`, folded, so without accents. All forms of a
name go for one another. A form may belong to several names: "alex" is Alexander or Alexandra, who are not each other.
A form that a couple or two sisters may well bear side by side (Andreas and Andrea, John and Jean, Anna and Hanna) is
left out: a wrong merge is worse than a missed one. Chinese names have no such forms, and none are here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from crm_migration.match import eastern_names, english_names, european_names

_TABLES = (
    english_names.ENGLISH,
    european_names.GERMANIC,
    european_names.NORTHERN,
    european_names.ROMANCE,
    european_names.COMPOSITE,
    european_names.SINGLE,
    eastern_names.POLISH,
    eastern_names.CZECH,
    eastern_names.HUNGARIAN,
    eastern_names.ROMANIAN,
    eastern_names.SOUTH_SLAVIC,
    eastern_names.RUSSIAN,
    eastern_names.GREEK,
    eastern_names.TURKISH,
    eastern_names.CYRILLIC,
)


def _by_form() -> dict[str, frozenset[int]]:
    found: dict[str, set[int]] = {}
    for number, name in enumerate(";".join(_TABLES).split(";")):
        for form in name.split():
            found.setdefault(form, set()).add(number)
    return {form: frozenset(names) for form, names in found.items()}


_LINES_OF = _by_form()
NAMES_OF_FORM: Mapping[str, frozenset[int]] = MappingProxyType(_LINES_OF)
"""For each form the numbers of the names that it belongs to."""
_UNKNOWN: frozenset[int] = frozenset()


def same_given_name(left: str, right: str) -> bool | None:
    """Return whether two folded given names are forms of one name; None where one of them is not known here."""
    one, other = _LINES_OF.get(left, _UNKNOWN), _LINES_OF.get(right, _UNKNOWN)
    return not one.isdisjoint(other) if one and other else None


def forms_of() -> dict[str, list[str]]:
    """Return for every name known here the marks of the names it can stand for; forms of one name share a mark."""
    return {name: [str(line) for line in sorted(lines)] for name, lines in _LINES_OF.items()}

"""What is told of the other side's texts: the names of fields in them, and the id of a call. Nothing else of them.

A text quotes values, of the record that was sent and of others, in forms that no list of values foresees.
"""

import re
from collections.abc import Iterable

LONGEST = 300


def named(text: object, fields: Iterable[str]) -> tuple[str, ...]:
    """Return those API names of `fields` that stand in a text of the other side, in the order of `fields`."""
    words = set(re.findall(r"[A-Za-z0-9_]+", str(text or "")[: LONGEST * 10]))
    return tuple(name for name in dict.fromkeys(fields) if name in words)


def trace(text: object) -> str:
    """Return the id by which the vendor's support finds a call, as far as it is one."""
    return re.sub(r"[^\w.\-]", "", str(text or ""), flags=re.ASCII)[:100]

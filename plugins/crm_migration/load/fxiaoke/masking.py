"""The other side's texts without the customer's values that they may quote."""

import re
from collections.abc import Iterable

from crm_migration.load.fxiaoke.values import SEPARATOR

LONGEST = 300
SHORTEST_VALUE = 2
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
MAIL = re.compile(r"[^\s@<>\"'，。、:：]+@[^\s@<>\"'，。、:：]+")
DIGITS = re.compile(r"\d[\d ,.:/\-]{3,}\d")


def masked(text: object, values: Iterable[str | None] = ()) -> str:
    """Return a text of the other side on one line, cut, without the record's own values, addresses and numbers."""
    shown = str(text or "")[: LONGEST * 10]
    parts = {part for value in values if value for part in (value, *value.split(SEPARATOR))}
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= SHORTEST_VALUE:
            shown = re.sub(re.escape(part), "…", shown, flags=re.IGNORECASE)
    shown = DIGITS.sub("…", MAIL.sub("…", UNPRINTABLE.sub(" ", shown)))
    return shown[:LONGEST].strip()


def trace(text: object) -> str:
    """Return the id by which the vendor's support finds a call, as far as it is one."""
    return re.sub(r"[^\w.\-]", "", str(text or ""), flags=re.ASCII)[:100]

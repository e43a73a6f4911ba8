"""Cron expressions of five fields: what is wrong with one, if anything."""

import re

PRESETS = ("@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
ITEM = re.compile(r"(?P<first>\*|[a-z]{3}|\d{1,2})(-(?P<last>[a-z]{3}|\d{1,2}))?(/(?P<step>\d{1,2}))?")
FIELDS = (
    ("a minute", 0, 59, ()),
    ("an hour", 0, 23, ()),
    ("a day of the month", 1, 31, ()),
    ("a month", 1, 12, MONTHS),
    ("a day of the week", 0, 7, DAYS),
)


def cron_fault(expression: str) -> str | None:
    """Return what is wrong with a cron expression as `expected …, found …`, or None."""
    text = expression.strip().lower()
    if text.startswith("@"):
        return None if text in PRESETS else f"expected a cron expression or one of {', '.join(PRESETS)}"
    parts = text.split()
    if len(parts) != len(FIELDS):
        return f"expected a cron expression of 5 fields, found {len(parts)}"
    chosen = []
    for part, (name, lowest, highest, words) in zip(parts, FIELDS, strict=True):
        values = _values(part, lowest, highest, words)
        if not values:
            return f"expected {name} from {lowest} to {highest} in the cron expression"
        chosen.append(values)
    days, months = chosen[2], chosen[3]
    if parts[4] == "*" and all(min(days) > LONGEST[month - 1] for month in months):
        return "expected a day that the months have in the cron expression"
    return None


def _values(part: str, lowest: int, highest: int, words: tuple[str, ...]) -> set[int]:
    """Return the values that a field stands for; none if it cannot be read."""
    values: set[int] = set()
    for item in part.split(","):
        match = ITEM.fullmatch(item)
        if match is None:
            return set()
        some = _range(match, (lowest, highest), words)
        if not some:
            return set()
        values |= some
    return values


def _range(match: re.Match[str], bounds: tuple[int, int], words: tuple[str, ...]) -> set[int]:
    lowest, highest = bounds
    step = int(match["step"] or 1)
    if match["first"] == "*":
        first, last = (None, None) if match["last"] else bounds
    else:
        first = _number(match["first"], words, lowest)
        last = _number(match["last"], words, lowest) if match["last"] else (highest if match["step"] else first)
    if first is None or last is None or not lowest <= first <= last <= highest or step == 0:
        return set()
    return set(range(first, last + 1, step))


def _number(word: str, words: tuple[str, ...], lowest: int) -> int | None:
    if word.isdigit():
        return int(word)
    return words.index(word) + lowest if word in words else None

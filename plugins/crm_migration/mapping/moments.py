"""Formats of dates and times, and time zones: what is wrong with one, if anything."""

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo, available_timezones

from crm_migration.mapping.faults import did_you_mean, quoted

ISO = "iso"
ISO_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
PARTS = {
    "Y": "year", "y": "year", "m": "month", "b": "month", "B": "month", "d": "day", "j": "day of the year",
    "H": "hour", "I": "hour", "M": "minute", "S": "second", "f": "fraction", "p": "half of the day",
    "a": "day of the week", "A": "day of the week", "z": "zone",
}  # fmt: skip
LETTERS = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d", "hh": "%H", "mi": "%M", "ss": "%S"}
PROBES = (datetime(2003, 4, 5, 6, 7, 8), datetime(2010, 11, 12, 1, 2, 3))  # noqa: DTZ001 a probe has no zone


def format_fault(pattern: str, has_time: bool) -> str | None:
    """Return what is wrong with one format of a date, or of a date with a time, or None."""
    if pattern == ISO:
        return None if has_time else "expected '%Y-%m-%d' for a date, found 'iso'"
    directives = DIRECTIVE.findall(pattern)
    if not directives:
        return f"expected a format of % directives, found {quoted(pattern)}{_spelled(pattern)}"
    unknown = next((letter for letter in directives if letter not in PARTS and letter != "%"), None)
    if unknown is not None:
        known = " ".join(f"%{letter}" for letter in PARTS)
        return f"expected one of {known}, found {quoted('%' + unknown)}"
    return _composition_fault(pattern, [letter for letter in directives if letter != "%"])


def _composition_fault(pattern: str, letters: list[str]) -> str | None:
    """Return which part of a date is missing, doubled or out of place."""
    parts = [PARTS[letter] for letter in letters]
    double = next((part for part in parts if parts.count(part) > 1), None)
    if double:
        swapped = ", where %m is the month and %M the minute" if double in ("month", "minute") else ""
        return f"expected each part of a date once, found the {double} twice in {quoted(pattern)}{swapped}"
    missing = [part for part in ("year", "month", "day") if part not in parts]
    if missing and not ("day of the year" in parts and missing == ["month", "day"]):
        swapped = (
            ", where %M is the minute and %m the month" if "minute" in parts and "hour" not in parts else ""
        )
        return f"expected a {' and a '.join(missing)}, found none in {quoted(pattern)}{swapped}"
    if "minute" in parts and "hour" not in parts:
        return f"expected an hour before the minute, found none in {quoted(pattern)}"
    if ("I" in letters) != ("p" in letters):
        return f"expected %I and %p together, found only one of them in {quoted(pattern)}"
    return None


def ambiguity(first: str, second: str) -> str | None:
    """Return a text that two formats read as different moments, or None."""
    for one, other in ((one, other) for one in _forms(first) for other in _forms(second)):
        for text in _examples(one):
            read = read_moment(text, [other])
            if read is not None and read != read_moment(text, [one]):
                return text
    return None


def read_moment(text: str, formats: list[str]) -> datetime | None:
    """Return the moment that the first fitting format reads, or None."""
    for pattern in formats:
        try:
            return datetime.fromisoformat(text) if pattern == ISO else datetime.strptime(text, pattern)  # noqa: DTZ007
        except (ValueError, re.error, IndexError):
            continue
    return None


def zone_fault(name: str) -> str | None:
    """Return what is wrong with the name of a time zone, or None."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        hint = did_you_mean(name, available_timezones())
        return f"expected an IANA time zone such as 'Europe/Berlin', found {quoted(name)}{hint}"
    return None


def _forms(pattern: str) -> tuple[str, ...]:
    return ISO_FORMATS if pattern == ISO else (pattern,)


def _examples(pattern: str) -> Iterator[str]:
    """Yield probes as a format writes them; only the directives pass through strftime, the rest may be any text."""
    for probe in PROBES:
        yield DIRECTIVE.sub(lambda match, probe=probe: probe.strftime(match[0]), pattern)  # type: ignore[misc]


def _spelled(pattern: str) -> str:
    """Return a hint when a format is written in the letters that spreadsheets use."""
    clock = re.sub(r"hh:mm", "%H:%M", pattern, flags=re.IGNORECASE)
    text = re.sub(
        r"yyyy|yy|mm|dd|hh|mi|ss", lambda match: LETTERS[match[0].lower()], clock, flags=re.IGNORECASE
    )
    return f" (did you mean {quoted(text)}?)" if "%" in text else ""

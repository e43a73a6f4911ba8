"""Formats of dates and times, and time zones: what is wrong with one, if anything."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from crm_migration.mapping.chinese_dates import CHINESE, REPUBLIC, iso_text, written
from crm_migration.mapping.faults import did_you_mean, listed, quoted

NAMED = ("iso", "excel_serial", "epoch_seconds", "epoch_milliseconds", CHINESE, REPUBLIC)
ISO_FORMATS = ("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
SHORT = {"%T": "%H:%M:%S", "%R": "%H:%M", "%F": "%Y-%m-%d", "%D": "%m/%d/%y"}
DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
PARTS = {
    "Y": "year",
    "y": "year",
    "m": "month",
    "b": "month",
    "B": "month",
    "d": "day",
    "j": "day of the year",
    "H": "hour",
    "I": "hour",
    "M": "minute",
    "S": "second",
    "f": "fraction",
    "p": "half of the day",
    "a": "day of the week",
    "A": "day of the week",
    "z": "zone",
}
CLOCK = ("hour", "minute", "second", "fraction")
LETTERS = {"yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d", "hh": "%H", "mi": "%M", "ss": "%S"}
PROBES = (datetime(2003, 4, 5, 6, 7, 8, tzinfo=UTC), datetime(2010, 11, 12, 1, 2, 3, tzinfo=UTC))
EXCEL_DAY_ZERO = datetime(1899, 12, 30, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NUMBER = re.compile(r"-?[0-9]{1,17}(\.[0-9]{1,20})?")


def format_fault(pattern: str) -> str | None:
    """Return what is wrong with one format of a date or of a moment, or None."""
    if pattern in NAMED:
        return None
    directives = DIRECTIVE.findall(_expanded(pattern))
    if not directives:
        known = did_you_mean(pattern, NAMED) or _spelled(pattern)
        return f"expected a format of % directives or one of {listed(NAMED)}, found {quoted(pattern)}{known}"
    return _directive_fault(pattern, directives) or _composition_fault(
        pattern, [letter for letter in directives if letter != "%"]
    )


def _directive_fault(pattern: str, directives: list[str]) -> str | None:
    """Return which directive is unknown or stands where it cannot be read."""
    if pattern != pattern.strip():
        return f"expected a format without blanks around it, found {quoted(pattern)}"
    unknown = next((letter for letter in directives if letter not in PARTS and letter != "%"), None)
    if unknown is not None:
        known = " ".join(f"%{letter}" for letter in PARTS)
        return f"expected one of {known}, found {quoted('%' + unknown)}"
    if "z" in directives and not pattern.endswith("%z"):
        return f"expected %z at the end, found it before it in {quoted(pattern)}"
    if "f" in directives and not re.search(r"%S\.%f", _expanded(pattern)):
        return f"expected %f only in '%S.%f', found it elsewhere in {quoted(pattern)}"
    return None


def _composition_fault(pattern: str, letters: list[str]) -> str | None:
    """Return which part of a date is missing, doubled or out of place."""
    parts = [PARTS[letter] for letter in letters]
    double = next((part for part in parts if parts.count(part) > 1), None)
    if double:
        swapped = ", where %m is the month and %M the minute" if double in ("month", "minute") else ""
        return f"expected each part of a date once, found the {double} twice in {quoted(pattern)}{swapped}"
    missing = [part for part in ("year", "month", "day") if part not in parts]
    if missing and not ("day of the year" in parts and "year" not in missing):
        swapped = ", where %M is the minute and %m the month" if "minute" in parts and "hour" not in parts else ""
        return f"expected a {' and a '.join(missing)}, found none in {quoted(pattern)}{swapped}"
    if any(part in parts for part in CLOCK) and not ("hour" in parts and "minute" in parts):
        return f"expected an hour and a minute together, found them incomplete in {quoted(pattern)}"
    if ("I" in letters) != ("p" in letters):
        return f"expected %I and %p together, found only one of them in {quoted(pattern)}"
    return None


def ambiguity(first: str, second: str) -> str | None:
    """Return a text that two formats read as different moments, or None."""
    for one, other in ((first, second), (second, first)):
        for text in _examples(one):
            read = read_moment(text, [other])
            if read is not None and read != read_moment(text, [one]):
                return text
    return None


def read_moment(text: str, formats: list[str]) -> datetime | None:
    """Return the moment that the first fitting format reads, in UTC where the text names no zone, or None."""
    for pattern in formats:
        try:
            return _read(text, pattern)
        except (ValueError, OverflowError, re.error, IndexError):
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


def _read(text: str, pattern: str) -> datetime:
    if pattern == "iso":
        read = datetime.fromisoformat(text)
    elif pattern in (CHINESE, REPUBLIC):
        read = datetime.fromisoformat(iso_text(text, pattern) or "")
    elif pattern in NAMED:
        read = _from_number(text, pattern)
    else:
        read = datetime.strptime(text, _expanded(pattern))  # noqa: DTZ007 the zone is added below
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _from_number(text: str, pattern: str) -> datetime:
    if not NUMBER.fullmatch(text):
        message = "not a number"
        raise ValueError(message)
    number = float(text)
    if pattern == "excel_serial":
        return EXCEL_DAY_ZERO + number * DAY
    return EPOCH + timedelta(seconds=number if pattern == "epoch_seconds" else number / 1000)


def _examples(pattern: str) -> Iterator[str]:
    """Yield probes as a format writes them; strftime sees the directives only, the rest may be any text."""
    for probe in PROBES:
        if pattern == "excel_serial":
            yield str((probe - EXCEL_DAY_ZERO).days)
        elif pattern in (CHINESE, REPUBLIC):
            yield written(probe.year, probe.month, probe.day, pattern)
        elif pattern in ("epoch_seconds", "epoch_milliseconds"):
            yield str(int(probe.timestamp()) * (1 if pattern == "epoch_seconds" else 1000))
        for form in ISO_FORMATS if pattern == "iso" else () if pattern in NAMED else (_expanded(pattern),):
            yield DIRECTIVE.sub(lambda match, probe=probe: probe.strftime(match[0]), form)  # type: ignore[misc]


def _expanded(pattern: str) -> str:
    for short, full in SHORT.items():
        pattern = pattern.replace(short, full)
    return pattern


def _spelled(pattern: str) -> str:
    """Return a hint when a format is written in the letters that spreadsheets use."""
    clock = re.sub(r"hh:mm", "%H:%M", pattern, flags=re.IGNORECASE)
    text = re.sub(r"yyyy|yy|mm|dd|hh|mi|ss", lambda match: LETTERS[match[0].lower()], clock, flags=re.IGNORECASE)
    return f" (did you mean {quoted(text)}?)" if "%" in text else ""

"""Values both ways: canonical text (as `load.fingerprint` prints it) and the JSON of each type of field.

Dates and moments travel as milliseconds since 1970, a date as midnight in the company's zone; a select as its
option's value, people and departments as lists of ids, references as the other record's id, numbers as exact text.
Several values in one field are joined by `;`.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

NUMBERS = frozenset({"number", "currency", "percentile"})
LISTS = frozenset(
    {
        "select_many",
        "employee",
        "employee_many",
        "department",
        "department_many",
        "object_reference_many",
        "tag",
        "array",
    }
)
SEPARATOR = ";"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
YEARS = range(2, 9999)
"""The outermost days have no local time in every zone."""
NUMERAL = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
TRUTH = {"1": True, "0": False, "true": True, "false": False}


class Unfit(ValueError):
    """A text is no value of its field's type; the message says what was expected, never what was found."""


def to_json(kind: str, text: str | None, zone: ZoneInfo) -> Any:
    """Return the JSON value of a canonical text for a field of type `kind`; None, and blank text, is null.

    Raises:
        Unfit: the text is no such value.
    """
    if text is None or not text:
        return None
    if kind in LISTS:
        return text.split(SEPARATOR)
    if kind in ZONED_WRITERS:
        return ZONED_WRITERS[kind](text, zone)
    return WRITERS[kind](text) if kind in WRITERS else text


def to_text(kind: str, value: Any, zone: ZoneInfo) -> str | None:
    """Return the canonical text of a JSON value; one that is no value of the type is returned as it is written."""
    if value is None or value in ("", []):
        return None
    if isinstance(value, list) and all(isinstance(one, str | int) for one in value):
        return SEPARATOR.join(map(str, value))
    return _from_day(value, zone) if kind == "date" else READERS.get(kind, _plain)(value)


def _number(text: str) -> str:
    if not NUMERAL.fullmatch(text):
        raise Unfit("a number in digits")
    return text.removeprefix("+")


def _truth(text: str) -> bool:
    if text.lower() not in TRUTH:
        raise Unfit("1 or 0")
    return TRUTH[text.lower()]


def _day(text: str, zone: ZoneInfo) -> int:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Unfit("a date such as 2026-01-31") from None
    return _milliseconds(datetime.combine(day, time(), zone))


def _moment(text: str, zone: ZoneInfo) -> int:
    """Return the milliseconds of a moment in UTC; a day alone is its midnight in the zone."""
    if len(text) == len("2026-01-31"):
        return _day(text, zone)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Unfit("a moment such as 2026-01-31 10:00:00.000000") from None
    return _milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _time(text: str) -> int:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        raise Unfit("a time such as 10:00:00") from None
    return _milliseconds(datetime.combine(EPOCH, found, UTC))


def _milliseconds(moment: datetime) -> int:
    if moment.year not in YEARS:
        raise Unfit(f"a year from {YEARS.start} to {YEARS.stop - 1}")
    return (moment - EPOCH) // MILLISECOND


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | Decimal):
        return format(value, "f") if isinstance(value, Decimal) else str(value)
    return msgspec.json.encode(value).decode()


def _from_number(value: Any) -> str:
    return _plain(value).removeprefix("+")


def _from_truth(value: Any) -> str:
    found = TRUTH.get(_plain(value).lower())
    return _plain(value) if found is None else str(int(found))


def _from_day(value: Any, zone: ZoneInfo) -> str:
    moment = _from_milliseconds(value)
    return _plain(value) if moment is None else moment.astimezone(zone).date().isoformat()


def _from_moment(value: Any) -> str:
    moment = _from_milliseconds(value)
    return _plain(value) if moment is None else moment.replace(tzinfo=None).isoformat(" ", "microseconds")


def _from_time(value: Any) -> str:
    moment = _from_milliseconds(value)
    return _plain(value) if moment is None else moment.time().isoformat()


def _from_milliseconds(value: Any) -> datetime | None:
    if isinstance(value, bool) or not re.fullmatch(r"-?[0-9]{1,16}", str(value)):
        return None
    try:
        moment = EPOCH + int(value) * MILLISECOND
    except OverflowError:
        return None
    return moment if moment.year in YEARS else None


ZONED_WRITERS: dict[str, Callable[[str, ZoneInfo], int]] = {"date": _day, "date_time": _moment}
WRITERS: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(NUMBERS, _number),
    "true_or_false": _truth,
    "time": _time,
}
READERS: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(NUMBERS, _from_number),
    "true_or_false": _from_truth,
    "date_time": _from_moment,
    "time": _from_time,
}

"""Stored values as exact text: numbers, dates by their number format, and the escapes of text.

Numbers are written as the shortest decimal that names the stored one, without exponent where that is readable: 42,
0.1. A whole number keeps all the digits that are stored. Dates are ISO 8601 with a space, to the millisecond, which
is the format's own precision.
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from crm_migration.extract.workbook.number_format import Moment
from crm_migration.extract.workbook.refusal import NO_NUMBER, CellError

PLAIN_LETTERS = 16
LONGEST_NUMBER = 400
PLAIN_EXPONENT = 30
PLAIN = r"(?:0|-?(?:[1-9][0-9]{0,14}|(?:0|[1-9][0-9]*)\.[0-9]*[1-9]))"
is_plain = re.compile(PLAIN).fullmatch
are_plain = re.compile(rf"(?:(?=[^\n]{{1,{PLAIN_LETTERS}}}\n){PLAIN}\n)*").fullmatch
is_number = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII).fullmatch
is_whole = re.compile(r"[-+]?\d+", re.ASCII).fullmatch
ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_(?:_x([0-9A-Fa-f]{4})_)?")
FRACTION = re.compile(r"\.(\d*?)0*(?!\d)")
DAY_MS = 86_400_000
LAST_DAY = date.max.toordinal()
SURROGATES = range(0xD800, 0xE000)
LEAP_THAT_WAS_NONE = 60


def number_text(stored: str) -> str:
    """Return a stored number as exact text; a `CellError` where it is no finite number."""
    if len(stored) <= PLAIN_LETTERS and is_plain(stored):
        return stored
    stored = stored.strip()
    if len(stored) > LONGEST_NUMBER or not is_number(stored):
        return NO_NUMBER
    if is_whole(stored):
        return str(int(stored))
    return float_text(float(stored))


def float_text(number: float) -> str:
    """Return the shortest decimal that names this number; a `CellError` for infinity and what is no number."""
    exact = Decimal(repr(number))
    if not exact.is_finite():
        return NO_NUMBER
    if not exact:
        return "0"
    if abs(exact.adjusted()) > PLAIN_EXPONENT:
        return str(exact.normalize())
    text = format(exact, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment_text(stored: str, moment: Moment, *, epoch_1904: bool) -> str:
    """Return a stored number as the date, time or duration that its format shows, or as a number where it is none."""
    try:
        serial = float(stored)
    except ValueError:
        return NO_NUMBER
    if not abs(serial) < LAST_DAY or "_" in stored:
        return number_text(stored)
    total = round(serial * DAY_MS)
    if moment == "duration":
        return duration_text(total)
    days, rest = divmod(total, DAY_MS)
    if moment == "time" or (moment == "either" and days == 0):
        if days == 0:
            return clock_text(rest)
        moment = "datetime"
    day = day_text(days, epoch_1904=epoch_1904)
    if day is None:
        return number_text(stored)
    return day if rest == 0 and moment != "datetime" else f"{day} {clock_text(rest)}"


@lru_cache(maxsize=100_000)
def day_text(days: int, *, epoch_1904: bool) -> str | None:
    """Return the day of a serial number; None where the calendar has none.

    Counting from 1900, day 0 and the 29 February 1900 stand as spreadsheets show them: no calendar has these days.
    """
    if days < 0:
        return None
    if epoch_1904:
        first = date(1904, 1, 1)
    elif days == 0:
        return "1900-01-00"
    elif days == LEAP_THAT_WAS_NONE:
        return "1900-02-29"
    else:
        first = date(1899, 12, 31) if days < LEAP_THAT_WAS_NONE else date(1899, 12, 30)
    return (first + timedelta(days)).isoformat() if first.toordinal() + days <= LAST_DAY else None


def clock_text(milliseconds: int) -> str:
    """Return a time of day."""
    seconds, fraction = divmod(milliseconds, 1000)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{fraction:03}" if fraction else text


def duration_text(milliseconds: int) -> str:
    """Return a duration as hours, which may be more than 24, minutes and seconds."""
    return ("-" if milliseconds < 0 else "") + clock_text(abs(milliseconds))


def iso_text(stored: str, moment: Moment | None = None) -> str:
    """Return an ISO 8601 date or time as this product writes it: a space for the T, a fraction only if there is one."""
    text = stored.strip().replace("T", " ").strip()
    text = FRACTION.sub(lambda found: f".{found[1]}" if found[1] else "", text)
    return text.removesuffix(" 00:00:00") if moment == "date" else text


def unescaped(text: str) -> str:
    """Return text with its _xHHHH_ escapes decoded; a half of a surrogate pair alone stays as it is."""
    return ESCAPE.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    codes = [code for code in match.groups() if code]
    units = b"".join(int(code, 16).to_bytes(2, "little") for code in codes)
    try:
        return units.decode("utf-16-le")
    except UnicodeDecodeError:
        return match[0] if len(codes) == 1 else "".join(_one(code) for code in codes)


def _one(code: str) -> str:
    value = int(code, 16)
    return f"_x{code}_" if value in SURROGATES else chr(value)


def boolean_text(stored: str) -> str:
    """Return a stored boolean as TRUE or FALSE; a `CellError` where it is neither."""
    text = stored.strip().lower()
    if text in ("1", "true"):
        return "TRUE"
    return "FALSE" if text in ("0", "false") else CellError("a boolean that cannot be read")

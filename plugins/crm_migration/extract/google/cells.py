"""What a cell of a Google Sheet says, as exact text.

A cell is read by three of its properties in one answer of spreadsheets.get: the value that Google holds
(`effectiveValue`, typed), the format it is shown in (`effectiveFormat.numberFormat`) and what is shown
(`formattedValue`). Neither rendering of values.get is exact alone: FORMATTED_VALUE rounds numbers to the
decimals that are shown and writes dates as the spreadsheet's country does, UNFORMATTED_VALUE loses the zeros of
`0042`, cannot tell a date from a number or the text `TRUE` from the boolean, and both return the text of an error as
if somebody had typed it.

Text stays as it is. Numbers are written in full, rounded to the 15 digits that a sheet shows, since what is beyond
is noise of binary arithmetic; 12 % is 0.12 and € 5.00 is 5. A number in a format of nothing but required digits and
separators, such as 0000 or 000-0000, is a code: it is written as it is shown. Dates are ISO.
"""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

FIELDS = "effectiveValue,formattedValue,effectiveFormat(numberFormat)"
EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 a sheet's times carry no zone
"""Day 0 of Google Sheets, and of Lotus 1-2-3 before it."""
DAY_MS = 86_400_000
ERRORS = {
    "ERROR": "#ERROR!",
    "NULL_VALUE": "#NULL!",
    "DIVIDE_BY_ZERO": "#DIV/0!",
    "VALUE": "#VALUE!",
    "REF": "#REF!",
    "NAME": "#NAME?",
    "NUM": "#NUM!",
    "N_A": "#N/A",
    "LOADING": "#LOADING",
}
OTHER_ERROR = "#ERROR!"
DIGITS = 15
MOST_EXACT = 10**DIGITS
LITERALS = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
"""Quoted text, an escaped letter, a colour or condition."""
CODE_FORMAT = re.compile(r"[0 ()/+-]*")
ELAPSED = re.compile(r"\[[hms]+\]", re.IGNORECASE)


def cell_text(cell: dict[str, Any]) -> tuple[str | None, str | None]:
    """Return a cell's text, None where it shows nothing, and the error it holds, None where it holds none."""
    value: dict[str, Any] = cell.get("effectiveValue") or {}
    if "stringValue" in value:
        return value["stringValue"] or None, None
    if "numberValue" in value:
        return _number_text(value["numberValue"], cell), None
    if "boolValue" in value:
        return ("TRUE" if value["boolValue"] else "FALSE"), None
    if "errorValue" in value:
        return None, ERRORS.get((value["errorValue"] or {}).get("type", ""), OTHER_ERROR)
    return None, None


def is_beyond_exact(cell: dict[str, Any]) -> bool:
    """Say whether a cell holds a number of more digits than a sheet keeps, whose last digits are lost."""
    value = (cell.get("effectiveValue") or {}).get("numberValue")
    return value is not None and abs(value) >= MOST_EXACT and float(value).is_integer()


def _number_text(value: float, cell: dict[str, Any]) -> str:
    shown_as: dict[str, Any] = (cell.get("effectiveFormat") or {}).get("numberFormat") or {}
    kind, pattern = shown_as.get("type", ""), shown_as.get("pattern", "")
    found = None
    if kind in ("DATE", "DATE_TIME", "TIME"):
        found = _time_text(value, kind, pattern)
    elif kind in ("", "NUMBER", "TEXT"):
        found = _code_text(value, pattern, cell.get("formattedValue") or "")
    return found or plain_number(value)


def plain_number(value: float) -> str:
    """Return a number in full, without exponent, without the noise of binary arithmetic."""
    if float(value).is_integer():
        return str(int(value)) if abs(value) < MOST_EXACT else format(Decimal(repr(value)), "f").removesuffix(".0")
    return format(Decimal(format(value, f".{DIGITS}g")), "f")


def _time_text(serial: float, kind: str, pattern: str) -> str | None:
    """Return a date or time in ISO form, None where the number is none: a sheet formats any number as a date."""
    days, milliseconds = divmod(round(serial * DAY_MS), DAY_MS)
    if ELAPSED.search(pattern):
        sign, total = ("-", -round(serial * DAY_MS)) if serial < 0 else ("", round(serial * DAY_MS))
        return sign + _clock(total)
    if kind == "TIME" and days == 0:
        return _clock(milliseconds)
    try:
        moment = EPOCH + timedelta(days=days)
    except OverflowError:
        return None
    day = f"{moment.year:04}-{moment.month:02}-{moment.day:02}"
    return day if kind == "DATE" and not milliseconds else f"{day} {_clock(milliseconds)}"


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{rest:03}" if rest else text


def _code_text(value: float, pattern: str, shown: str) -> str | None:
    """Return what is shown where the format makes a code of a number, and the number can be read off it."""
    zeros = _code_zeros(pattern)
    if not zeros or value < 0 or not float(value).is_integer():
        return None
    digits = re.sub(r"\D", "", shown)
    return shown if digits.endswith(str(int(value)).zfill(zeros)) else None


@lru_cache(maxsize=1024)
def _code_zeros(pattern: str) -> int:
    """Return how many digits a format requires, 0 where it is not one of nothing but required digits."""
    bare = LITERALS.sub("", pattern.partition(";")[0])
    zeros = bare.count("0")
    return zeros if zeros > 1 and CODE_FORMAT.fullmatch(bare) else 0

"""How numbers, times and foreign text are written, on the page and on the console."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import urlsplit

ABSENT = "–"
LEAST = 0.1
MINUTE = 60
LINK_SCHEMES = ("", "http", "https", "mailto")

# A leading zero means a code, not a number.
_AMOUNT = re.compile(r"([-+])?(0|[1-9]\d*)(\.\d+)?")
# C0 and C1 controls but line feed, and the marks that reorder text: a key may hold any of them.
_INVISIBLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def visible(text: str) -> str:
    """Return `text` with control and direction characters written as escapes, so that it shows as it is."""
    return _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def number(value: int | None) -> str:
    """Return a whole number with thousands separators, or a dash."""
    return ABSENT if value is None else f"{value:,}"


def amount(value: str | None) -> str:
    """Return decimal text with thousands separators, digit for digit; other text as it is."""
    if value is None:
        return ABSENT
    found = _AMOUNT.fullmatch(value)
    if found is None:
        return value
    sign, whole, rest = found.groups(default="")
    return f"{sign.replace('-', '−')}{int(whole):,}{rest}"


def figure(value: str | None, check: str) -> str:
    """Return a value of a check: a fill rate as a percentage, digit for digit, any other as an amount."""
    if check == "fill_rate" and value is not None and _AMOUNT.fullmatch(value):
        return f"{(Decimal(value) * 100).normalize():f}%"
    return amount(value)


def share(part: int | None, whole: int | None) -> str:
    """Return a percentage that reads 0% and 100% only when it is exactly that."""
    if part is None or not whole:
        return ABSENT
    if part in (0, whole):
        return f"{100 * part // whole}%"
    percent = 100 * part / whole
    if percent < LEAST:
        return f"<{LEAST}%"
    return f"{min(percent, 100 - LEAST):.1f}%" if part < whole else f"{percent:.1f}%"


def at_most(value: int | None, more: bool) -> str:
    """Return a count that stopped at a limit as `> 50,000`."""
    return f"> {number(value)}" if more else number(value)


def span(low: int | None, high: int | None) -> str:
    """Return a range such as `3–40`, one number where both are the same, a dash where there is none."""
    if low is None or high is None:
        return ABSENT
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def width(part: float | None, whole: float | None) -> float:
    """Return the length of a bar in percent of its track; anything above nothing is visible."""
    if not part or not whole:
        return 0.0
    return round(min(100.0, max(0.4, 100 * part / whole)), 2)


def duration(seconds: float | None) -> str:
    """Return a time span as a person says it: `0.42 s`, `6.2 s`, `1 min 47 s`, `2 h 03 min`."""
    if seconds is None:
        return ABSENT
    if seconds < MINUTE:
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), MINUTE)
    hours, minutes = divmod(minutes, MINUTE)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def rate(rows: int, seconds: float) -> str:
    """Return rows per second, or a dash where nothing was measured."""
    if rows <= 0 or seconds <= 0:
        return ABSENT
    return f"{round(rows / seconds):,}"


def moment(value: datetime | None) -> str:
    """Return a moment in UTC to the second, or a dash."""
    if value is None:
        return ABSENT
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return f"{aware.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def window(start: datetime | None, end: datetime | None) -> str:
    """Return the run's window in words."""
    if start is None and end is None:
        return "everything"
    if start is None:
        return f"up to {moment(end)}"
    return f"{moment(start)} to {moment(end)}" if end else f"from {moment(start)}"


def safe_link(url: str) -> str | None:
    """Return `url` when a page may link to it; None for `javascript:` and the like."""
    try:
        scheme = urlsplit(url.strip()).scheme.lower()
    except ValueError:
        return None
    return url.strip() if scheme in LINK_SCHEMES else None

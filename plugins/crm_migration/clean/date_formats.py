"""Readers of one date format each: a column of text to local times and offsets.

Every declared format becomes a regular expression that fixes the number of digits, and a strptime format of Polars
for what has passed it; on its own strptime would take `01.02.20` for the year 20 under `%Y`.
"""

import re
from collections.abc import Callable
from functools import cache, partial

import polars as pl

from crm_migration.errors import MappingFault

Parser = Callable[[pl.Series], pl.DataFrame]

_NAIVE = pl.Datetime("us")
_DIGITS = {
    "Y": "[0-9]{4}",
    "y": "[0-9]{2}",
    "m": "[0-9]{1,2}",
    "d": "[0-9]{1,2}",
    "H": "[0-9]{1,2}",
    "I": "[0-9]{1,2}",
    "M": "[0-9]{1,2}",
    "S": "[0-5]?[0-9]",
    "j": "[0-9]{1,3}",
}
_WORDS = {"b": "[A-Za-z]{3}", "B": "[A-Za-z]{3,9}", "a": "[A-Za-z]{3}", "A": "[A-Za-z]{6,9}", "p": "[AaPp][Mm]"}
_SHORTHANDS = {"%T": "%H:%M:%S", "%R": "%H:%M", "%F": "%Y-%m-%d", "%D": "%m/%d/%y"}
_TOKEN = re.compile(r"\.%f|%.|[^%]")
_OFFSET = r" ?(?:[Zz]|([+-])([01][0-9]|2[0-3])(?::?([0-5][0-9])(?::?([0-5][0-9]))?)?)$"
_ISO = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-5][0-9](?:[.,][0-9]{1,9})?)?(?:"
    + _OFFSET.removesuffix("$")
    + ")?)?$"
)
_NUMBER = r"^-?[0-9]{1,17}(?:\.[0-9]{1,20})?$"
_DAY_MS = 86_400_000
_EXCEL_LAST_DAY = 2_958_465
_EPOCH_LAST_SECOND = 253_402_300_800


@cache
def parser(format_: str) -> Parser:
    """Return the reader of `format_`: text to a frame of `naive` (local time) and `offset` (seconds, null if none).

    Raises:
        MappingFault: the format holds a directive that is not supported, or says too little for a date.
    """
    match format_:
        case "iso":
            return _iso
        case "excel_serial":
            return _excel
        case "epoch_seconds":
            return partial(_epoch, per_second=1)
        case "epoch_milliseconds":
            return partial(_epoch, per_second=1000)
        case _:
            return _declared(format_)


def _declared(format_: str) -> Parser:
    problem = format_problem(format_)
    if problem:
        raise MappingFault(f"date format '{format_}': {problem}")
    zoned = format_.endswith("%z")
    tokens = _tokens(format_.removesuffix("%z").rstrip() if zoned else format_)
    guard = "^" + "".join(_pattern(tokens, index) for index in range(len(tokens))) + "$"
    layout = "".join("%.f" if token == ".%f" else token for token in tokens)
    return partial(_by_layout, guard=guard, layout=layout, zoned=zoned)


def format_problem(format_: str) -> str | None:
    """Return why `format_` cannot be used, None where it can."""
    if format_ in {"iso", "excel_serial", "epoch_seconds", "epoch_milliseconds"}:
        return None
    tokens = _tokens(format_.removesuffix("%z"))
    unknown = [t for t in tokens if t.startswith("%") and t[1:] not in {*_DIGITS, *_WORDS, "%"}]
    if unknown:
        return f"expected directives out of {_supported()}, %z at the end and .%f; found {', '.join(unknown)}"
    held = {token[-1] for token in tokens if token.startswith("%")}
    if not held & {"Y", "y"} or not (held >= {"d"} and held & {"m", "b", "B"} or "j" in held):
        return "expected a year, a month and a day (%Y-%m-%d), or a year and a day of the year (%Y-%j)"
    if ("I" in held) != ("p" in held):
        return "expected %I and %p together"
    if held & {"H", "I", "M", "S"} and not (held & {"H", "I"} and "M" in held):
        return "expected an hour (%H, or %I with %p) and minutes (%M) together"
    return None


def _supported() -> str:
    return " ".join(f"%{directive}" for directive in (*_DIGITS, *_WORDS))


def _tokens(format_: str) -> list[str]:
    for short, full in _SHORTHANDS.items():
        format_ = format_.replace(short, full)
    return _TOKEN.findall(format_)


def _pattern(tokens: list[str], index: int) -> str:
    token = tokens[index]
    if token == ".%f":
        return r"\.[0-9]{1,9}"
    if not token.startswith("%") or token == "%%":
        return re.escape(token.removeprefix("%") if token == "%%" else token)
    directive = token[1:]
    if directive in _WORDS:
        return _WORDS[directive]
    touches = _is_digits(tokens[index - 1 : index]) or _is_digits(tokens[index + 1 : index + 2])
    return _DIGITS[directive].replace("{1,", "{").replace("5]?", "5]") if touches else _DIGITS[directive]


def _is_digits(tokens: list[str]) -> bool:
    return any(token[0] == "%" and token[1:] in _DIGITS or token.isdigit() for token in tokens)


def _by_layout(text: pl.Series, guard: str, layout: str, zoned: bool) -> pl.DataFrame:
    body = text.str.replace(_OFFSET, "") if zoned else text
    offset = _offsets(text) if zoned else _no_offset(text)
    body = body.set(~body.str.contains(guard).fill_null(value=False), None)
    if zoned:
        body = body.set(offset.is_null(), None)
    return _frame(body.str.to_datetime(layout, strict=False, time_unit="us"), offset)


def _iso(text: pl.Series) -> pl.DataFrame:
    text = text.set(~text.str.contains(_ISO).fill_null(value=False), None)
    if (text.str.len_bytes() == len("0000-00-00 00:00:00")).all() and text.str.contains(" ", literal=True).all():
        return _frame(text.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us"), _no_offset(text))
    timed = text.set(text.str.len_bytes() == len("0000-00-00"), None)
    body = timed.str.replace(_OFFSET, "").str.replace("T", " ", literal=True).str.replace(",", ".", literal=True)
    minutes = body.str.len_bytes() == len("0000-00-00 00:00")
    body = pl.select(pl.when(minutes).then(body + ":00").otherwise(body)).to_series()
    naive = body.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
    dates = text.set(timed.is_not_null(), None).str.to_date("%Y-%m-%d", strict=False).cast(_NAIVE)
    return _frame(naive.fill_null(dates), _offsets(timed))


def _excel(text: pl.Series) -> pl.DataFrame:
    """Read days since 1899-12-30 (1900 date system), in which 60 is a 29 February 1900 that never was."""
    days = _numbers(text)
    sound = days.is_between(1, _EXCEL_LAST_DAY + 1, closed="left") & ~days.is_between(60, 61, closed="left")
    days = days.set(~sound.fill_null(value=False), None)
    early = pl.select(pl.when(days < 60).then(_DAY_MS).otherwise(0)).to_series()
    milliseconds = (days * _DAY_MS).round(0).cast(pl.Int64) + early
    base = pl.lit("1899-12-30").str.to_datetime(time_unit="us")
    return _frame(pl.select(base + pl.duration(milliseconds=milliseconds)).to_series(), _no_offset(text))


def _epoch(text: pl.Series, per_second: int) -> pl.DataFrame:
    count = _numbers(text)
    count = count.set(~(count.abs() < _EPOCH_LAST_SECOND * per_second).fill_null(value=False), None)
    microseconds = (count * (1_000_000 // per_second)).cast(pl.Int64, strict=False)
    naive = microseconds.cast(_NAIVE)
    return _frame(naive, pl.select(pl.when(naive.is_not_null()).then(pl.lit(0, pl.Int32))).to_series())


def _numbers(text: pl.Series) -> pl.Series:
    return text.set(~text.str.contains(_NUMBER).fill_null(value=False), None).cast(pl.Decimal(27, 9), strict=False)


def _offsets(text: pl.Series) -> pl.Series:
    parts = text.str.extract_groups(_OFFSET)
    sign, hours, minutes, seconds = (parts.struct.field(name) for name in parts.struct.fields)
    size = sum(
        (part.cast(pl.Int32).fill_null(0) * unit for part, unit in ((hours, 3600), (minutes, 60), (seconds, 1))),
        start=pl.repeat(0, len(text), dtype=pl.Int32, eager=True),
    )
    signed = pl.when(sign == "-").then(-size).otherwise(size)
    return pl.select(pl.when(text.str.contains(_OFFSET)).then(signed)).to_series().cast(pl.Int32)


def _no_offset(text: pl.Series) -> pl.Series:
    return pl.repeat(None, len(text), dtype=pl.Int32, eager=True)


def _frame(naive: pl.Series, offset: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"naive": naive.cast(_NAIVE), "offset": offset})

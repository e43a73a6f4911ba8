"""Readers of one date format each: a column of text to local times and offsets.

Every declared format becomes a regular expression that fixes the number of digits, and a strptime format of
Polars for what has passed it; on its own strptime would take `01.02.20` for the year 20 under `%Y`.
"""

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial

import polars as pl

from crm_migration.clean.column import over_distinct
from crm_migration.errors import MappingFault
from crm_migration.mapping.chinese_dates import CHINESE, REPUBLIC, iso_text
from crm_migration.mapping.moments import SHORT, format_fault

Parser = Callable[[pl.Series], pl.DataFrame]

_NAIVE = pl.Datetime("us")
_DIGITS = {
    "%Y": "[0-9]{4}",
    "%y": "[0-9]{2}",
    "%m": "[0-9]{1,2}",
    "%d": "[0-9]{1,2}",
    "%H": "[0-9]{1,2}",
    "%I": "[0-9]{1,2}",
    "%M": "[0-9]{1,2}",
    "%S": "(?:[0-5][0-9]|[0-9])",
    "%j": "[0-9]{1,3}",
}
_FULL_WIDTH = {**_DIGITS, **dict.fromkeys(("%m", "%d", "%H", "%I", "%M"), "[0-9]{2}"), "%j": "[0-9]{3}"}
_FULL_WIDTH["%S"] = "[0-5][0-9]"
_WORDS = {
    "%b": "[A-Za-z]{3}",
    "%B": "[A-Za-z]{3,9}",
    "%a": "[A-Za-z]{3}",
    "%A": "[A-Za-z]{6,9}",
    "%p": "[AaPp][Mm]",
    ".%f": r"\.[0-9]{1,9}",
    "%%": "%",
}
_PIECE = re.compile(r"\.%f|%.|[^%]", re.DOTALL)
_OFFSET = r" ?(?:[Zz]|([+-])([01][0-9]|2[0-3])(?::?([0-5][0-9])(?::?([0-5][0-9]))?)?)$"
_ISO = (
    r"^[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-5][0-9](?:[.,][0-9]{1,9})?)?(?:"
    + _OFFSET.removesuffix("$")
    + ")?)?$"
)
_NUMBER = r"^-?[0-9]{1,17}(?:\.[0-9]{1,20})?$"
_DAY_MS = 86_400_000
_EXCEL_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 a local time
_EXCEL_LAST_DAY = 2_958_465
_EXCEL_NO_SUCH_DAY = 60
_EPOCH_LAST_SECOND = 253_402_300_800


@cache
def parser(pattern: str, pivot: int = 68) -> Parser:
    """Return the reader of a format: text to a frame of `naive`, local time, and `offset`, seconds or null.

    `pivot` is the last two-digit year that is one of 20.. .

    Raises:
        MappingFault: the format holds a directive that is not supported, or says too little for a date.
    """
    match pattern:
        case "iso":
            return _iso
        case "excel_serial":
            return _excel
        case "epoch_seconds":
            return partial(_epoch, per_second=1)
        case "epoch_milliseconds":
            return partial(_epoch, per_second=1000)
        case _ if pattern in (CHINESE, REPUBLIC):
            return partial(_chinese, pattern=pattern)
        case _:
            return _declared(pattern, pivot)


def _chinese(text: pl.Series, pattern: str) -> pl.DataFrame:
    def read(distinct: pl.Series) -> pl.Series:
        return pl.Series([iso_text(value, pattern) for value in distinct], dtype=pl.String)

    return _iso(over_distinct(text, read))


def _declared(pattern: str, pivot: int) -> Parser:
    fault = format_fault(pattern)
    if fault:
        raise MappingFault(f"format of a date: {fault}; correct it in the mapping")
    body = pattern.removesuffix("%z").rstrip()
    for short, full in SHORT.items():
        body = body.replace(short, full)
    pieces = _PIECE.findall(body)
    expressions = [_expression(pieces, index) for index in range(len(pieces))]
    layout = "".join({".%f": "%.f", "%y": "%Y"}.get(piece, piece) for piece in pieces)
    read = partial(_by_layout, guard=f"^{''.join(expressions)}$", layout=layout)
    if "%y" in pieces:
        at = pieces.index("%y")
        around = f"^({''.join(expressions[:at])})([0-9]{{2}})({''.join(expressions[at + 1 :])})$"
        longer = f"^{''.join([*expressions[:at], '[0-9]{4}', *expressions[at + 1 :]])}$"
        read = partial(_in_century, around=around, pivot=pivot, read=partial(read, guard=longer))
    return partial(_zoned, read=read) if pattern.endswith("%z") else read


def _expression(pieces: list[str], index: int) -> str:
    """Return the regular expression of one piece; digits that touch other digits have their full width."""
    piece = pieces[index]
    if piece in _WORDS:
        return _WORDS[piece]
    if piece not in _DIGITS:
        return re.escape(piece)
    beside = pieces[max(index - 1, 0) : index] + pieces[index + 1 : index + 2]
    touching = any(other in _DIGITS or other.isdigit() for other in beside)
    return (_FULL_WIDTH if touching else _DIGITS)[piece]


def _by_layout(text: pl.Series, guard: str, layout: str) -> pl.DataFrame:
    sound = text.set(~text.str.contains(guard).fill_null(value=False), None)
    return _frame(sound.str.to_datetime(layout, strict=False, time_unit="us"), _no_offset(text))


def _in_century(text: pl.Series, around: str, pivot: int, read: Parser) -> pl.DataFrame:
    """Read years of two digits: the pivot tells their century, before anything is made of them."""
    parts = text.str.extract_groups(around)
    before, year, behind = (parts.struct.field(name) for name in parts.struct.fields)
    century = (year.cast(pl.Int32) <= pivot).replace_strict([True, False], ["20", "19"], return_dtype=pl.String)
    return read(before + century + year + behind)


def _zoned(text: pl.Series, read: Parser) -> pl.DataFrame:
    offset = _offsets(text)
    body = text.set(offset.is_null(), None).str.replace(_OFFSET, "")
    return _frame(read(body)["naive"], offset)


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
    sound = days.is_between(1, _EXCEL_LAST_DAY + 1, closed="left") & (days.floor() != _EXCEL_NO_SUCH_DAY)
    days = days.set(~sound.fill_null(value=False), None)
    # Before the day that never was, Excel counts from a day later.
    milliseconds = (days * _DAY_MS).round(0).cast(pl.Int64)
    milliseconds = milliseconds.zip_with(days > _EXCEL_NO_SUCH_DAY, milliseconds + _DAY_MS)
    since = pl.duration(milliseconds="milliseconds")
    moments = pl.DataFrame({"milliseconds": milliseconds}).select(pl.lit(_EXCEL_DAY_ZERO) + since)
    return _frame(moments.to_series(), _no_offset(text))


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

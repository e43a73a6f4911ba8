"""Dates and moments, in the formats that the mapping declares, tried in order; nothing is ever guessed.

Python's directives, of which every one is strict here: `%Y` has four digits, 31 February does not exist, a
weekday must be the right one. Further formats: `iso`, `excel_serial`, `epoch_seconds`, `epoch_milliseconds`,
`chinese` and `roc`.
"""

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, coded, over_distinct
from crm_migration.clean.date_formats import parser
from crm_migration.clean.zones import Clocks, to_utc
from crm_migration.mapping.model import Date, DateTime

ZERO_DATE = "zero_date"
_ZERO = r"^(?:0{4}([-./])0{1,2}[-./]0{1,2}|0{1,2}[-./]0{1,2}[-./]0{4}|0{8})(?:[T ]?[0:.]*Z?)?$"
_FIRST_YEAR, _LAST_YEAR = 1, 9999


def clean_date(column: Column, spec: Date, _context: Context) -> Cleaned:
    """Return calendar dates as written; a time of day and its zone are dropped, not converted.

    A value that no format reads is invalid for `date`; a zero date, for `zero_date`.
    """
    zero = _is_zero(column.text)
    readable = column.text.set(zero, None)
    values = over_distinct(readable, lambda distinct: _read(distinct, spec)["naive"].dt.date())
    return _judged(column.text, values.cast(pl.Date), "date", zero)


def clean_datetime(column: Column, spec: DateTime, context: Context) -> Cleaned:
    """Return moments in UTC; a value without an offset is in the spec's zone, else in the source's.

    A value that no format reads, or that falls outside the years 1 to 9999 in UTC, is invalid for `datetime`.
    """
    zero = _is_zero(column.text)
    found = _read(column.text.set(zero, None), spec)
    clocks = Clocks(spec.timezone or context.source.timezone, spec.repeated_times, spec.skipped_times)
    values = to_utc(found["naive"], found["offset"], clocks)
    return _judged(column.text, values.set(~_in_years(values), None), "datetime", zero)


def _is_zero(text: pl.Series) -> pl.Series:
    return text.str.contains(_ZERO).fill_null(value=False)


def _judged(text: pl.Series, values: pl.Series, reason: str, zero: pl.Series) -> Cleaned:
    reasons = coded(text.is_not_null() & values.is_null(), reason)
    return Cleaned(values, reasons.set(zero, ZERO_DATE) if zero.any() else reasons)


def _read(text: pl.Series, spec: Date | DateTime) -> pl.DataFrame:
    """Return the first reading of each value: `naive`, as written, and `offset`, seconds or null."""
    found = parser(spec.formats[0], spec.pivot)(text)
    for another in spec.formats[1:]:
        left = text.set(found["naive"].is_not_null(), None)
        if left.null_count() == len(left):
            break
        later = parser(another, spec.pivot)(left)
        unread = found["naive"].is_null()
        found = pl.DataFrame([later[name].zip_with(unread, found[name]) for name in found.columns])
    return found.with_columns(found["naive"].set(~_in_years(found["naive"]), None))


def _in_years(moments: pl.Series) -> pl.Series:
    return moments.dt.year().is_between(_FIRST_YEAR, _LAST_YEAR).fill_null(value=True)

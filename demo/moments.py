"""Dates and times as a legacy CRM in Berlin writes them: local, without a zone, in office hours.

Office hours (06:00 to 21:59) keep every moment clear of the hour that daylight saving time skips or repeats.
"""

import numpy as np
import polars as pl

from demo.columns import either
from demo.draws import Draws, Index
from demo.rendering import Patterns

ZERO_DATE, ZERO_MOMENT = "0000-00-00", "0000-00-00 00:00:00"
FIRST_DAY, LAST_DAY = (int(np.datetime64(day, "D").astype(np.int64)) for day in ("2008-01-02", "2025-06-30"))
_END = int(np.datetime64("2025-12-31", "D").astype(np.int64))
_MOMENT = Patterns(["####-##-## ##:##:##"])
_DATES = Patterns(["####-##-##", "##.##.####"])
_ZERO_SHARE, _EMPTY_SHARE = 0.02, 0.15
_OPENING, _OPEN_SECONDS = 6 * 3600, 16 * 3600


def _parts(days: Index) -> tuple[Index, Index, Index]:
    """Return year, month and day of the month of days since 1970."""
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    counted = months.astype(np.int64)
    return counted // 12 + 1970, counted % 12 + 1, (dates - months).astype(np.int64) + 1


def iso_dates(days: Index) -> pl.Series:
    """Return days as YYYY-MM-DD."""
    year, month, day = _parts(days)
    return _DATES.render(0, year * 10_000 + month * 100 + day)


def mixed_dates(days: Index, german: Index) -> pl.Series:
    """Return days as DD.MM.YYYY where `german` is 1 and as YYYY-MM-DD where it is 0."""
    year, month, day = _parts(days)
    backward = day * 1_000_000 + month * 10_000 + year
    return _DATES.render(german, np.where(german == 1, backward, year * 10_000 + month * 100 + day))


def moments(draws: Draws, purpose: str, rows: Index, days: Index) -> pl.Series:
    """Return a time on each day as YYYY-MM-DD hh:mm:ss."""
    year, month, day = _parts(days)
    seconds = _OPENING + draws.below(f"{purpose}.second", rows, _OPEN_SECONDS)
    clock = seconds // 3600 * 10_000 + seconds // 60 % 60 * 100 + seconds % 60
    return _MOMENT.render(0, (year * 10_000 + month * 100 + day) * 1_000_000 + clock)


def entry_days(draws: Draws, purpose: str, rows: Index) -> Index:
    """Return the days on which rows were entered."""
    return FIRST_DAY + draws.below(f"{purpose}.entered", rows, LAST_DAY - FIRST_DAY)


def stamps(draws: Draws, purpose: str, rows: Index) -> dict[str, pl.Series]:
    """Return date_entered and date_modified; the second is never before the first."""
    entered = entry_days(draws, purpose, rows)
    later = np.minimum(entered + draws.below(f"{purpose}.later", rows, 900), _END)
    first = moments(draws, f"{purpose}.entered", rows, entered)
    second = moments(draws, f"{purpose}.modified", rows, later)
    return {"date_entered": first, "date_modified": either(second, later > entered, first)}


def with_zeros(values: pl.Series, draws: Draws, purpose: str, rows: Index) -> pl.Series:
    """Return the values with 2 % of them replaced by a zero date or zero moment, and 15 % by null."""
    share = draws.share(f"{purpose}.zero", rows)
    zero = ZERO_MOMENT if len(values) and len(values[0]) > len(ZERO_DATE) else ZERO_DATE
    empty = pl.Series(share >= 1 - _EMPTY_SHARE)
    mixed = pl.when(empty).then(None).when(pl.Series(share < _ZERO_SHARE)).then(pl.lit(zero)).otherwise(values)
    return pl.select(mixed).to_series()

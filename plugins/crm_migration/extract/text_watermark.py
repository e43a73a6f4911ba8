"""A window on a watermark, as a condition on frames of text: what `watermark` says to a database."""

from datetime import UTC, datetime, timedelta, tzinfo

import polars as pl

from crm_migration.extract.source import Window

CLOCK_CHANGE = timedelta(hours=3)


def text_within(window: Window, name: str, zone: tzinfo) -> pl.Expr:
    """Return the condition that a row's text lies in `window`, or says no moment; `zone` is the source's."""
    column = pl.col(name)
    value = column.str.replace("T", " ", literal=True)
    in_utc = column.str.contains(r"(Z|\+00(:00)?)$")
    inside = pl.lit(value=True)
    if window.start is not None:
        local = earliest_time(window.start, zone)
        start = (
            pl.when(in_utc)
            .then(pl.lit(str(local_time(window.start, UTC))))
            .when(column.str.len_bytes() == len("2026-01-31"))
            .then(pl.lit(str(local.date())))
            .otherwise(pl.lit(str(local)))
        )
        inside = inside & (value >= start)
    if window.end is not None:
        in_zone = pl.lit(str(local_time(window.end, zone)))
        end = pl.when(in_utc).then(pl.lit(str(local_time(window.end, UTC)))).otherwise(in_zone)
        inside = inside & (value < end)
    momentless = column.is_null() | ~column.str.contains(r"^.{4}-.{2}-.{2}") | column.str.starts_with("0000-00-00")
    return momentless | inside


def local_time(bound: datetime, zone: tzinfo) -> datetime:
    """Return what clocks in `zone` show at a moment."""
    return bound.astimezone(zone).replace(tzinfo=None)


def earliest_time(bound: datetime, zone: tzinfo) -> datetime:
    """Return the earliest clock time in `zone` that a row written at or after `bound` can carry."""
    later = (bound + CLOCK_CHANGE).astimezone(zone).utcoffset() or timedelta()
    back = (bound.astimezone(zone).utcoffset() or timedelta()) - later
    return local_time(bound, zone) - max(back, timedelta())

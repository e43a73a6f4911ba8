"""A window on a watermark, as the WHERE clause that a database can compare.

Nothing may be lost between two adjacent windows, and reading a row twice is harmless. So a row whose watermark
says no moment (NULL, a zero date, infinity, text that is not ISO) is in every window; a column that holds
only days is read from the start of the window's first day; and where clocks go back within hours after a
window starts, a column that carries no zone is read from as much earlier as the clocks go back.
"""

from datetime import UTC, datetime, timedelta, tzinfo

import polars as pl
import sqlalchemy as sa

from crm_migration.extract.printing import AnyColumn, Kind
from crm_migration.extract.source import Window

Clause = sa.ColumnElement[bool]

ISO_DAY = "____-__-__%"
ZERO_DAY = "0000-00-00%"
UTC_ENDINGS = ("%Z", "%+00", "%+00:00")
FIRST_MOMENT = datetime(1, 1, 1)  # noqa: DTZ001 compared with columns that carry no zone
CLOCK_CHANGE = timedelta(hours=3)


def within(window: Window, column: AnyColumn, kind: Kind, zone: tzinfo, dialect: str) -> Clause:
    """Return the condition that a row's watermark lies in `window`, or says no moment.

    `zone` is the source's: columns that carry none are written in it. Text is compared as text, with `T` read as
    a blank; text that ends in Z or +00 is compared in UTC, other text in the source's zone.

    Raises:
        ValueError: the column is neither a date, a time stamp nor text.
    """
    if kind == "text":
        return _text_within(window, column, zone, dialect)
    if kind not in ("aware", "naive", "day"):
        raise ValueError("expected a date, a time stamp or ISO text")
    inside: list[Clause] = []
    if window.start is not None:
        start = _moment(window.start, kind, zone, dialect) if kind == "aware" else _earliest(window.start, zone)
        inside.append(column >= _literal(_midnight(start) if kind == "day" else start))
    if window.end is not None:
        inside.append(column < _literal(_moment(window.end, kind, zone, dialect)))
    return sa.or_(_momentless(column, dialect), sa.and_(sa.true(), *inside))


def _moment(bound: datetime, kind: Kind, zone: tzinfo, dialect: str) -> datetime:
    if kind == "aware":
        # A MySQL session prints and compares its TIMESTAMP in the session's zone, which is UTC.
        return bound.astimezone(UTC) if dialect == "postgresql" else _local(bound, UTC)
    return _local(bound, zone)


def _literal(bound: datetime) -> sa.BindParameter[datetime]:
    return sa.literal(bound, sa.DateTime(timezone=bound.tzinfo is not None))


def _local(bound: datetime, zone: tzinfo) -> datetime:
    return bound.astimezone(zone).replace(tzinfo=None)


def _earliest(bound: datetime, zone: tzinfo) -> datetime:
    """Return the earliest clock time in `zone` that a row written at or after `bound` can carry."""
    later = (bound + CLOCK_CHANGE).astimezone(zone).utcoffset() or timedelta()
    back = (bound.astimezone(zone).utcoffset() or timedelta()) - later
    return _local(bound, zone) - max(back, timedelta())


def _midnight(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _momentless(column: AnyColumn, dialect: str) -> Clause:
    if dialect == "postgresql":
        return sa.or_(column.is_(None), sa.not_(sa.func.isfinite(column)))
    return sa.or_(column.is_(None), column < _literal(FIRST_MOMENT))


def _text_within(window: Window, column: AnyColumn, zone: tzinfo, dialect: str) -> Clause:
    text = sa.func.replace(column, "T", " ", type_=sa.String())
    # The rules of a language may leave punctuation out of a comparison.
    value = sa.collate(text, "C") if dialect == "postgresql" else text
    in_utc = sa.or_(*(column.like(ending) for ending in UTC_ENDINGS))
    inside: list[Clause] = []
    if window.start is not None:
        local = _earliest(window.start, zone)
        inside.append(
            value
            >= sa.case(
                (in_utc, str(_local(window.start, UTC))),
                (sa.func.length(column) == len("2026-01-31"), str(local.date())),
                else_=str(local),
            )
        )
    if window.end is not None:
        inside.append(value < sa.case((in_utc, str(_local(window.end, UTC))), else_=str(_local(window.end, zone))))
    momentless = sa.or_(column.is_(None), column.not_like(ISO_DAY), column.like(ZERO_DAY))
    return sa.or_(momentless, sa.and_(sa.true(), *inside))


def text_within(window: Window, name: str, zone: tzinfo) -> pl.Expr:
    """Return the same condition on a column of text in a frame."""
    column = pl.col(name)
    value = column.str.replace("T", " ", literal=True)
    in_utc = column.str.contains(r"(Z|\+00(:00)?)$")
    inside = pl.lit(value=True)
    if window.start is not None:
        local = _earliest(window.start, zone)
        start = (
            pl.when(in_utc)
            .then(pl.lit(str(_local(window.start, UTC))))
            .when(column.str.len_bytes() == len("2026-01-31"))
            .then(pl.lit(str(local.date())))
            .otherwise(pl.lit(str(local)))
        )
        inside = inside & (value >= start)
    if window.end is not None:
        end = (
            pl.when(in_utc).then(pl.lit(str(_local(window.end, UTC)))).otherwise(pl.lit(str(_local(window.end, zone))))
        )
        inside = inside & (value < end)
    momentless = column.is_null() | ~column.str.contains(r"^.{4}-.{2}-.{2}") | column.str.starts_with("0000-00-00")
    return momentless | inside

"""A window on a watermark, as the WHERE clause that a database can compare.

Nothing may be lost between two adjacent windows, and reading a row twice is harmless. So a row whose watermark
says no moment (NULL, a zero date, infinity, text that is not ISO) is in every window; a column that holds
only days is read from the start of the window's first day; and where clocks go back within hours after a
window starts, a column that carries no zone is read from as much earlier as the clocks go back.
"""

from datetime import UTC, datetime, tzinfo

import sqlalchemy as sa

from crm_migration.extract.printing import AnyColumn, Kind
from crm_migration.extract.source import Window
from crm_migration.extract.text_watermark import earliest_time, local_time

Clause = sa.ColumnElement[bool]

ISO_DAY = "____-__-__%"
ZERO_DAY = "0000-00-00%"
UTC_ENDINGS = ("%Z", "%+00", "%+00:00")
FIRST_MOMENT = datetime(1, 1, 1)  # noqa: DTZ001 compared with columns that carry no zone


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
        start = _moment(window.start, kind, zone, dialect) if kind == "aware" else earliest_time(window.start, zone)
        inside.append(column >= _literal(_midnight(start) if kind == "day" else start))
    if window.end is not None:
        inside.append(column < _literal(_moment(window.end, kind, zone, dialect)))
    return sa.or_(_momentless(column, dialect), sa.and_(sa.true(), *inside))


def _moment(bound: datetime, kind: Kind, zone: tzinfo, dialect: str) -> datetime:
    if kind == "aware":
        # A MySQL session prints and compares its TIMESTAMP in the session's zone, which is UTC.
        return bound.astimezone(UTC) if dialect == "postgresql" else local_time(bound, UTC)
    return local_time(bound, zone)


def _literal(bound: datetime) -> sa.BindParameter[datetime]:
    return sa.literal(bound, sa.DateTime(timezone=bound.tzinfo is not None))


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
        local = earliest_time(window.start, zone)
        inside.append(
            value
            >= sa.case(
                (in_utc, str(local_time(window.start, UTC))),
                (sa.func.length(column) == len("2026-01-31"), str(local.date())),
                else_=str(local),
            )
        )
    if window.end is not None:
        in_zone = str(local_time(window.end, zone))
        inside.append(value < sa.case((in_utc, str(local_time(window.end, UTC))), else_=in_zone))
    momentless = sa.or_(column.is_(None), column.not_like(ISO_DAY), column.like(ZERO_DAY))
    return sa.or_(momentless, sa.and_(sa.true(), *inside))

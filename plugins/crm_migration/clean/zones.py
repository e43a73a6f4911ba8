"""Local times to UTC, by the IANA time zone database."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import polars as pl

_RULES_END = datetime(2099, 1, 1)  # noqa: DTZ001 a local time, compared with local times


def to_utc(naive: pl.Series, offset: pl.Series, zone: str) -> pl.Series:
    """Return the moments of local times: by their own `offset` in seconds if they have one, else in `zone`.

    PEP 495 with fold 0: of an hour that happens twice the first is meant; a time that a change of the clocks
    skips is read with the offset before the change, so 02:30 becomes 03:30. A moment outside the years 1 to
    9999 may be null.
    """
    local = naive.dt.replace_time_zone("UTC") if zone == "UTC" else _local(naive, zone)
    if offset.null_count() == len(offset):
        return local
    shift = pl.DataFrame({"seconds": offset}).select(pl.duration(seconds="seconds")).to_series()
    return (naive - shift).dt.replace_time_zone("UTC").zip_with(offset.is_not_null(), local)


def _local(naive: pl.Series, zone: str) -> pl.Series:
    zoned = naive.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    moments = zoned.dt.convert_time_zone("UTC")
    # What the clocks skipped is null, and the rules that Polars carries end in 2099.
    hard = (naive.is_not_null() & moments.is_null()) | (naive >= _RULES_END).fill_null(value=False)
    if not hard.any():
        return moments
    return moments.scatter(hard.arg_true(), _by_zoneinfo(naive.filter(hard), zone))


def _by_zoneinfo(naive: pl.Series, zone: str) -> pl.Series:
    kind = pl.Datetime("us", "UTC")
    distinct = naive.unique()
    moments = pl.Series([_moment(value, ZoneInfo(zone)) for value in distinct], dtype=kind)
    return naive.replace_strict(distinct, moments, return_dtype=kind)


def _moment(value: datetime, zone: ZoneInfo) -> datetime | None:
    try:
        return value.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return None

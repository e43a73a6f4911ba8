"""Local times to UTC, by the IANA time zone database."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from zoneinfo import ZoneInfo

import polars as pl

_RULES_END = datetime(2099, 1, 1)  # noqa: DTZ001 a local time, compared with local times


@dataclass(frozen=True)
class Clocks:
    """The zone of local times, and which moment is meant where its clocks are changed.

    `repeated` is about times that happen twice; of those that are skipped, `shift` takes the offset before the
    change (PEP 495), so 02:30 becomes 03:30.
    """

    zone: str
    repeated: Literal["first", "second", "invalid"] = "first"
    skipped: Literal["shift", "invalid"] = "shift"


_POLARS: dict[str, Literal["earliest", "latest", "null"]] = {"first": "earliest", "second": "latest", "invalid": "null"}


def to_utc(naive: pl.Series, offset: pl.Series, clocks: Clocks) -> pl.Series:
    """Return the moments of local times: by their own `offset` in seconds if they have one, else by `clocks`.

    Null where the clocks' rule takes no moment; a moment outside the years 1 to 9999 may be null as well.
    """
    local = naive.dt.replace_time_zone("UTC") if clocks.zone == "UTC" else _local(naive, clocks)
    if offset.null_count() == len(offset):
        return local
    shift = pl.DataFrame({"seconds": offset}).select(pl.duration(seconds="seconds")).to_series()
    return (naive - shift).dt.replace_time_zone("UTC").zip_with(offset.is_not_null(), local)


def _local(naive: pl.Series, clocks: Clocks) -> pl.Series:
    zoned = naive.dt.replace_time_zone(clocks.zone, ambiguous=_POLARS[clocks.repeated], non_existent="null")
    moments = zoned.dt.convert_time_zone("UTC")
    # What the clocks skipped or repeated may be null, and the rules that Polars carries end in 2099.
    hard = (naive.is_not_null() & moments.is_null()) | (naive >= _RULES_END).fill_null(value=False)
    if not hard.any():
        return moments
    return moments.scatter(hard.arg_true(), _by_zoneinfo(naive.filter(hard), clocks))


def _by_zoneinfo(naive: pl.Series, clocks: Clocks) -> pl.Series:
    kind = pl.Datetime("us", "UTC")
    distinct = naive.unique()
    moments = pl.Series([_moment(value, clocks) for value in distinct], dtype=kind)
    return naive.replace_strict(distinct, moments, return_dtype=kind)


def _moment(value: datetime, clocks: Clocks) -> datetime | None:
    local = value.replace(tzinfo=ZoneInfo(clocks.zone))
    try:
        first, second = (local.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    except OverflowError:
        return None
    if first == second:
        return first
    # The two readings of a skipped time lie the other way round than those of a repeated one.
    chosen = {"shift": first} if first > second else {"first": first, "second": second}
    return chosen.get(clocks.skipped if first > second else clocks.repeated)

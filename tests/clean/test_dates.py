"""Dates and moments: declared formats only, strict, and local times to UTC."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.errors import MappingFault
from tests.clean.columns import cleaned, context, one, spec

DATES = [
    ("2020-02-29", ["%Y-%m-%d"], date(2020, 2, 29)),
    ("01.02.2020", ["%d.%m.%Y"], date(2020, 2, 1)),
    ("1.2.2020", ["%d.%m.%Y"], date(2020, 2, 1)),
    ("01/02/2020", ["%d/%m/%Y"], date(2020, 2, 1)),
    ("01/02/2020", ["%m/%d/%Y"], date(2020, 1, 2)),
    ("13/02/2020", ["%m/%d/%Y", "%d/%m/%Y"], date(2020, 2, 13)),
    ("01/02/2020", ["%m/%d/%Y", "%d/%m/%Y"], date(2020, 1, 2)),
    ("20200201", ["%Y%m%d"], date(2020, 2, 1)),
    ("1 Feb 2020", ["%d %b %Y"], date(2020, 2, 1)),
    ("FEBRUARY 1, 2020", ["%B %d, %Y"], date(2020, 2, 1)),
    ("May 1, 2020", ["%B %d, %Y"], date(2020, 5, 1)),
    ("Sat 2020-02-01", ["%a %Y-%m-%d"], date(2020, 2, 1)),
    ("Saturday 2020-02-01", ["%A %Y-%m-%d"], date(2020, 2, 1)),
    ("01.02.20", ["%d.%m.%y"], date(2020, 2, 1)),
    ("01.02.99", ["%d.%m.%y"], date(1999, 2, 1)),
    ("2020-032", ["%Y-%j"], date(2020, 2, 1)),
    ("100% 2020-02-01", ["100%% %Y-%m-%d"], date(2020, 2, 1)),
    ("2020-02-01 23:59:59", ["%Y-%m-%d %H:%M:%S"], date(2020, 2, 1)),
    ("2020-02-01T23:59:59-08:00", ["iso"], date(2020, 2, 1)),
    ("2020-02-01", ["iso"], date(2020, 2, 1)),
    ("0001-01-01", ["%Y-%m-%d"], date(1, 1, 1)),
    ("9999-12-31", ["%Y-%m-%d"], date(9999, 12, 31)),
    ("1", ["excel_serial"], date(1900, 1, 1)),
    ("59", ["excel_serial"], date(1900, 2, 28)),
    ("61", ["excel_serial"], date(1900, 3, 1)),
    ("43862", ["excel_serial"], date(2020, 2, 1)),
    ("43862.75", ["excel_serial"], date(2020, 2, 1)),
    ("2958465", ["excel_serial"], date(9999, 12, 31)),
    ("0", ["epoch_seconds"], date(1970, 1, 1)),
]
CHINESE_DATES = [
    ("2024年5月1日", ["chinese"], date(2024, 5, 1)),
    ("2024年05月01日", ["chinese"], date(2024, 5, 1)),
    ("2024 年 5 月 1 号", ["chinese"], date(2024, 5, 1)),
    ("２０２４年１２月３１日", ["chinese"], date(2024, 12, 31)),
    ("二〇二四年五月一日", ["chinese"], date(2024, 5, 1)),
    ("二零二四年十二月三十一日", ["chinese"], date(2024, 12, 31)),
    ("民國113年5月1日", ["chinese"], date(2024, 5, 1)),
    ("民国113年5月1日", ["chinese"], date(2024, 5, 1)),
    ("中華民國一百一十三年五月一日", ["chinese"], date(2024, 5, 1)),
    ("民國元年1月1日", ["chinese"], date(1912, 1, 1)),
    ("民國113年5月1日", ["roc"], date(2024, 5, 1)),
    ("113年5月1日", ["roc"], date(2024, 5, 1)),
    ("113/05/01", ["roc"], date(2024, 5, 1)),
    ("99.5.1", ["roc"], date(2010, 5, 1)),
    ("113-5-1", ["roc"], date(2024, 5, 1)),
    ("1130501", ["roc"], date(2024, 5, 1)),
    ("890229", ["roc"], date(2000, 2, 29)),
    ("2024年5月1日", ["roc", "chinese"], date(2024, 5, 1)),
]


@pytest.mark.parametrize(("value", "formats", "expected"), CHINESE_DATES)
def test_chinese_date(value: str, formats: list[str], expected: date) -> None:
    assert one(spec("date", formats=formats), value) == expected


NOT_CHINESE_DATES = [
    ("113/05/01", ["chinese"]), ("2024年2月30日", ["chinese"]), ("24年5月1日", ["chinese"]),
    ("2024年13月1日", ["chinese"]), ("2024年5月", ["chinese"]), ("2024/05/01", ["roc"]), ("2024年5月1日", ["roc"]),
    ("112/02/29", ["roc"]), ("113/5-1", ["roc"]), ("0/1/1", ["chinese"]),
    ("0/1/1", ["roc"]), ("民國0年1月1日", ["chinese"]), ("2024年5月1日 上午15:00", ["chinese"]),
    ("十十月", ["chinese"]),
    ("民國113年5月1日", ["%Y-%m-%d"]), ("113/05/01", ["%Y/%m/%d"]), ("2024年5月1日 晚上12:00", ["chinese"]),
]  # fmt: skip


@pytest.mark.parametrize(("value", "formats"), NOT_CHINESE_DATES)
def test_not_a_chinese_date(value: str, formats: list[str]) -> None:
    assert one(spec("date", formats=formats), value) == ("date",)


@settings(deadline=None)
@given(st.dates(date(1912, 1, 1), date(2910, 12, 31)))
def test_a_year_of_the_republic_is_the_common_one_less_1911(day: date) -> None:
    packed = f"{day.year - 1911:03}{day:%m%d}"
    assert one(spec("date", formats=["roc"]), packed) == day
    assert one(spec("date", formats=["chinese"]), f"民國{day.year - 1911}年{day.month}月{day.day}日") == day
    assert one(spec("date", formats=["chinese"]), f"{day.year}年{day.month}月{day.day}日") == day


PIVOTS = [
    ("01.02.68", 68, 2068), ("01.02.69", 68, 1969), ("01.02.25", 24, 1925), ("01.02.24", 24, 2024),
    ("01.02.99", 99, 2099), ("01.02.00", 0, 2000), ("01.02.01", 0, 1901),
]  # fmt: skip


@pytest.mark.parametrize(("value", "pivot", "year"), PIVOTS)
def test_the_pivot_tells_the_century_of_a_two_digit_year(value: str, pivot: int, year: int) -> None:
    assert one(spec("date", formats=["%d.%m.%y"], pivot=pivot), value) == date(year, 2, 1)


def test_the_pivot_is_known_before_the_day_is_judged() -> None:
    assert one(spec("date", formats=["%a %d.%m.%y"], pivot=20), "Thu 01.02.34") == date(1934, 2, 1)
    assert one(spec("date", formats=["%d%m%y"], pivot=0), "290204") == date(1904, 2, 29)
    moment = datetime(1931, 2, 1, 10, 20, tzinfo=UTC)
    assert one(spec("datetime", formats=["%D %R"], pivot=30), "02/01/31 10:20") == moment


NOT_DATES = [
    ("31.02.2020", ["%d.%m.%Y"]), ("2019-02-29", ["%Y-%m-%d"]), ("2020-13-01", ["%Y-%m-%d"]),
    ("2020-00-01", ["%Y-%m-%d"]), ("2020-01-00", ["%Y-%m-%d"]), ("01.02.20", ["%d.%m.%Y"]),
    ("1.2.20200", ["%d.%m.%Y"]), ("01.02.2020", ["%d.%m.%y"]), ("2020-02-01 00:00:00", ["%Y-%m-%d"]),
    ("2020/02/01", ["%Y-%m-%d"]), ("2020-2-1x", ["%Y-%m-%d"]), ("0000-01-01", ["%Y-%m-%d"]),
    ("-0001-01-01", ["%Y-%m-%d"]), ("today", ["%Y-%m-%d"]), ("2020212", ["%Y%m%d"]),
    ("Sun 2020-02-01", ["%a %Y-%m-%d"]), ("13/13/2020", ["%m/%d/%Y", "%d/%m/%Y"]), ("2021-366", ["%Y-%j"]),
    ("0", ["excel_serial"]), ("60", ["excel_serial"]), ("60.5", ["excel_serial"]),
    ("2958466", ["excel_serial"]), ("-1", ["excel_serial"]), ("1e3", ["epoch_seconds"]),
    ("٢٠٢٠-٠٢-٠١", ["%Y-%m-%d"]), ("+2020-02-01", ["%Y-%m-%d"]), ("2020- 2-01", ["%Y-%m-%d"]),
    ("infinity", ["iso"]), ("0044-03-15 BC", ["iso"]),
]  # fmt: skip


@pytest.mark.parametrize(("value", "formats", "expected"), DATES)
def test_date(value: str, formats: list[str], expected: date) -> None:
    assert one(spec("date", formats=formats), value) == expected


@pytest.mark.parametrize(("value", "formats"), NOT_DATES)
def test_not_a_date(value: str, formats: list[str]) -> None:
    assert one(spec("date", formats=formats), value) == ("date",)


MOMENTS = [
    ("2020-02-01 10:20:30", ["iso"], "2020-02-01 10:20:30"),
    ("2020-02-01T10:20:30", ["iso"], "2020-02-01 10:20:30"),
    ("2020-02-01 10:20", ["iso"], "2020-02-01 10:20:00"),
    ("2020-02-01", ["iso"], "2020-02-01 00:00:00"),
    ("2020-02-01 10:20:30.5", ["iso"], "2020-02-01 10:20:30.500000"),
    ("2020-02-01 10:20:30,123456", ["iso"], "2020-02-01 10:20:30.123456"),
    ("2020-02-01 10:20:30.1234567", ["iso"], "2020-02-01 10:20:30.123456"),
    ("2020-02-01T10:20:30Z", ["iso"], "2020-02-01 10:20:30"),
    ("2020-02-01 10:20:30+00", ["iso"], "2020-02-01 10:20:30"),
    ("2020-02-01 10:20:30.25+05:30", ["iso"], "2020-02-01 04:50:30.250000"),
    ("2020-02-01 10:20:30-0800", ["iso"], "2020-02-01 18:20:30"),
    ("1800-01-01 00:00:00+00:09:21", ["iso"], "1799-12-31 23:50:39"),
    ("2020-02-01T10:20 -08:00", ["iso"], "2020-02-01 18:20:00"),
    ("01.02.2020 5:07", ["%d.%m.%Y %H:%M"], "2020-02-01 05:07:00"),
    ("02/01/2020 12:07:01 am", ["%m/%d/%Y %I:%M:%S %p"], "2020-02-01 00:07:01"),
    ("02/01/2020 12:07 PM", ["%m/%d/%Y %I:%M %p"], "2020-02-01 12:07:00"),
    ("20200201102030", ["%Y%m%d%H%M%S"], "2020-02-01 10:20:30"),
    ("01.02.2020", ["%d.%m.%Y"], "2020-02-01 00:00:00"),
    ("2020-02-01 10:20:30.123", ["%Y-%m-%d %H:%M:%S.%f"], "2020-02-01 10:20:30.123000"),
    ("2020-02-01 10:20:30 +0100", ["%F %T %z"], "2020-02-01 09:20:30"),
    ("2020-02-01 10:20:30Z", ["%F %T%z"], "2020-02-01 10:20:30"),
    ("43862.75", ["excel_serial"], "2020-02-01 18:00:00"),
    ("43862.041666666664", ["excel_serial"], "2020-02-01 01:00:00"),
    ("1580552430", ["epoch_seconds"], "2020-02-01 10:20:30"),
    ("1580552430.25", ["epoch_seconds"], "2020-02-01 10:20:30.250000"),
    ("-1", ["epoch_seconds"], "1969-12-31 23:59:59"),
    ("1580552430123", ["epoch_milliseconds"], "2020-02-01 10:20:30.123000"),
    ("0001-01-01 00:00:00", ["iso"], "0001-01-01 00:00:00"),
    ("2024年5月1日 14:30", ["chinese"], "2024-05-01 14:30:00"),
    ("2024年5月1日14时30分15秒", ["chinese"], "2024-05-01 14:30:15"),
    ("2024年5月1日 下午3点05分", ["chinese"], "2024-05-01 15:05:00"),
    ("2024年5月1日 上午12:30", ["chinese"], "2024-05-01 00:30:00"),
    ("2024/5/1 下午 12:30:00", ["chinese"], "2024-05-01 12:30:00"),
    ("民國113年5月1日 上午 9:30", ["chinese"], "2024-05-01 09:30:00"),
    ("113/05/01 09:30:00", ["roc"], "2024-05-01 09:30:00"),
    ("2024年5月1日 中午1:15", ["chinese"], "2024-05-01 13:15:00"),
    ("2024年5月1日 中午11:30", ["chinese"], "2024-05-01 11:30:00"),
    ("9999-12-31 23:59:59.999999", ["iso"], "9999-12-31 23:59:59.999999"),
]
NOT_MOMENTS = [
    ("2020-02-30 10:20:30", ["iso"]), ("2020-02-01 24:00:00", ["iso"]), ("2020-02-01 10:60:00", ["iso"]),
    ("2020-02-01 10:20:60", ["iso"]), ("2020-02-01 10", ["iso"]), ("2020-02-01T", ["iso"]),
    ("10:20:30", ["iso"]), ("2020-02-01 10:20:30+24:00", ["iso"]), ("2020-02-01 10:20:30 CET", ["iso"]),
    ("20200201T102030", ["iso"]), ("02/01/2020 13:07 PM", ["%m/%d/%Y %I:%M %p"]),
    ("2020-02-01 10:20:30", ["%F %T%z"]), ("2020-02-01", ["%F%z"]), ("0001-01-01 00:00:00+01:00", ["iso"]),
    ("9999-12-31 23:59:59-01:00", ["iso"]), ("10000-01-01 00:00:00", ["iso"]),
    ("999999999999999", ["epoch_seconds"]), ("0000-01-01 00:00:00", ["iso"]),
]  # fmt: skip


@pytest.mark.parametrize(("value", "formats", "expected"), MOMENTS)
def test_datetime(value: str, formats: list[str], expected: str) -> None:
    wanted = datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert one(spec("datetime", formats=formats), value) == wanted


@pytest.mark.parametrize(("value", "formats"), NOT_MOMENTS)
def test_not_a_datetime(value: str, formats: list[str]) -> None:
    assert one(spec("datetime", formats=formats), value) == ("datetime",)


def test_one_column_may_mix_all_iso_shapes() -> None:
    values = ["2020-02-01", "2020-02-01 10:20", "2020-02-01T10:20:30Z", "2020-02-01 10:20:30.5+01", None, "x"]
    result = cleaned(spec("datetime", on_invalid="null"), values)
    assert [value and value.isoformat() for value in result.values] == [
        "2020-02-01T00:00:00+00:00",
        "2020-02-01T10:20:00+00:00",
        "2020-02-01T10:20:30+00:00",
        "2020-02-01T09:20:30.500000+00:00",
        None,
        None,
    ]


ZEROS = [
    "0000-00-00",
    "0000-00-00 00:00:00",
    "0000-00-00T00:00:00Z",
    "00.00.0000",
    "00/00/0000",
    "0/0/0000",
    "00000000",
]


@pytest.mark.parametrize("kind", ["date", "datetime"])
@pytest.mark.parametrize("value", ZEROS)
def test_zero_dates_follow_their_own_rule(kind: str, value: str) -> None:
    emptied = cleaned(spec(kind), [value])
    assert (emptied.values[0], emptied.refused[0], emptied.found[0]) == (None, None, "zero_date")
    assert cleaned(spec(kind, zero_dates="reject", on_invalid="null"), [value]).refused[0] == kind
    assert cleaned(spec(kind, zero_dates="fail"), [value]).failed[0]
    assert not cleaned(spec(kind, on_invalid="fail"), [value]).failed[0]
    assert cleaned(spec(kind, required=True), [value]).refused[0] == "required"


def test_epoch_zero_is_no_zero_date() -> None:
    assert one(spec("datetime", formats=["epoch_seconds"]), "0") == datetime(1970, 1, 1, tzinfo=UTC)


CLOCKS = [
    ("Europe/Berlin", "2020-01-15 12:00:00", "2020-01-15T11:00:00"),
    ("Europe/Berlin", "2020-07-15 12:00:00", "2020-07-15T10:00:00"),
    ("Europe/Berlin", "2020-03-29 02:30:00", "2020-03-29T01:30:00"),  # skipped: read as 03:30 summer time
    ("Europe/Berlin", "2020-10-25 02:30:00", "2020-10-25T00:30:00"),  # twice: the first
    ("America/New_York", "2020-03-08 02:30:00", "2020-03-08T07:30:00"),
    ("Australia/Lord_Howe", "2020-10-04 02:15:00", "2020-10-03T15:45:00"),  # half an hour skipped
    ("Pacific/Apia", "2011-12-30 12:00:00", "2011-12-30T22:00:00"),  # a day skipped
    ("Asia/Kolkata", "2020-01-15 12:00:00", "2020-01-15T06:30:00"),
    ("America/New_York", "2150-07-01 12:00:00", "2150-07-01T16:00:00"),
    ("Asia/Shanghai", "9999-12-31 23:59:59", "9999-12-31T15:59:59"),
]


@pytest.mark.parametrize(("zone", "value", "expected"), CLOCKS)
def test_local_times_become_utc(zone: str, value: str, expected: str) -> None:
    wanted = datetime.fromisoformat(expected).replace(tzinfo=UTC)
    assert one(spec("datetime", timezone=zone), value) == wanted
    assert one(spec("datetime"), value, context(timezone=zone)) == wanted


@pytest.mark.parametrize(("zone", "value"), [("America/New_York", "9999-12-31 23:59:59"), ("Asia/Tokyo", "0001-01-01")])
def test_a_moment_outside_the_calendar_in_utc_is_invalid(zone: str, value: str) -> None:
    assert one(spec("datetime", timezone=zone), value) == ("datetime",)


RULES = [
    ("Europe/Berlin", "2020-10-25 02:30:00", {"repeated_times": "second"}, "2020-10-25T01:30:00"),
    ("Europe/Berlin", "2020-10-25 02:30:00", {"repeated_times": "invalid"}, None),
    ("Europe/Berlin", "2020-03-29 02:30:00", {"skipped_times": "invalid"}, None),
    ("Europe/Berlin", "2020-03-29 02:30:00", {"repeated_times": "second"}, "2020-03-29T01:30:00"),
    ("America/New_York", "2150-11-01 01:30:00", {"repeated_times": "second"}, "2150-11-01T06:30:00"),
    ("America/New_York", "2150-11-01 01:30:00", {"repeated_times": "invalid"}, None),
    ("America/New_York", "2150-03-08 02:30:00", {"skipped_times": "invalid"}, None),
    ("Europe/Berlin", "2020-06-01 12:00:00", {"repeated_times": "invalid"}, "2020-06-01T10:00:00"),
]


@pytest.mark.parametrize(("zone", "value", "rules", "expected"), RULES)
def test_changes_of_the_clocks_follow_the_mapping(zone: str, value: str, rules: dict, expected: str | None) -> None:
    wanted = datetime.fromisoformat(expected).replace(tzinfo=UTC) if expected else ("datetime",)
    assert one(spec("datetime", timezone=zone, **rules), value) == wanted


def test_a_time_with_an_offset_happens_once() -> None:
    field = spec("datetime", timezone="Europe/Berlin", repeated_times="invalid")
    assert one(field, "2020-10-25 02:30:00+01:00") == datetime(2020, 10, 25, 1, 30, tzinfo=UTC)


def test_an_offset_beats_the_zone() -> None:
    value = one(spec("datetime", timezone="Asia/Tokyo"), "2020-02-01 10:00:00+01:00")
    assert value == datetime(2020, 2, 1, 9, tzinfo=UTC)


ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Asia/Tehran",
    "Africa/Casablanca",
]


@settings(deadline=None)
@given(
    st.datetimes(datetime.fromisoformat("1902-01-01"), datetime.fromisoformat("2200-01-01")),
    st.sampled_from(ZONES),
)
def test_zones_agree_with_the_standard_library(local: datetime, zone: str) -> None:
    # Text cannot say which of two equal clock times is meant: the first one is.
    expected = local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    assert one(spec("datetime", timezone=zone), local.isoformat(" ")) == expected


LAYOUTS = [
    "%d.%m.%Y %H:%M:%S",
    "%Y%m%d%H%M%S",
    "%m/%d/%Y %I:%M:%S %p",
    "%d %b %Y %H:%M:%S",
    "%A %d %B %Y %T",
    "%Y-%j %T",
]


@settings(deadline=None)
@given(st.datetimes(datetime.fromisoformat("1000-01-01")), st.sampled_from(LAYOUTS))
def test_formats_agree_with_the_standard_library(moment: datetime, layout: str) -> None:
    moment = moment.replace(microsecond=0)
    assert one(spec("datetime", formats=[layout]), moment.strftime(layout)) == moment.replace(tzinfo=UTC)


@settings(deadline=None)
@given(st.dates(date(1900, 3, 1)), st.integers(0, 86_399_999))
def test_excel_serials_count_from_the_end_of_1899(day: date, millisecond: int) -> None:
    serial = (day - date(1899, 12, 30)).days + millisecond / 86_400_000
    expected = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(milliseconds=millisecond)
    assert one(spec("datetime", formats=["excel_serial"]), repr(serial)) == expected


@pytest.mark.parametrize("layout", ["%Q", "%H:%M", "%z %Y-%m-%d", "%Y-%m-%d %I:%M"])
def test_an_unusable_format_is_a_fault_of_the_mapping(layout: str) -> None:
    with pytest.raises(MappingFault, match="correct it in the mapping"):
        cleaned(spec("date", formats=[layout]), ["2020-02-01"])


def test_types() -> None:
    assert cleaned(spec("date"), [None]).values.dtype == pl.Date
    assert cleaned(spec("datetime"), [None]).values.dtype == pl.Datetime("us", "UTC")

"""Formats of dates and times."""

import re
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.clean.date_formats import parser
from crm_migration.mapping.moments import ambiguity, format_fault, read_moment, zone_fault

NAMED = "'iso', 'excel_serial', 'epoch_seconds', 'epoch_milliseconds', 'chinese', 'roc'"
KNOWN = "%Y %y %m %b %B %d %j %H %I %M %S %f %p %a %A %z"


@pytest.mark.parametrize(
    "pattern",
    [
        "%Y-%m-%d",
        "%d.%m.%y",
        "%Y%m%d",
        "%Y-%j",
        "%d %b %Y",
        "%A, %B %d, %Y",
        "%Y年%m月%d日",
        "%d/%m/%Y %I:%M %p",
        "%Y-%m-%dT%H:%M:%S.%f%z",
        "%F %T",
        "iso",
        "excel_serial",
        "epoch_seconds",
        "epoch_milliseconds",
        "%d.%m.%Y 100%%",
    ],
)
def test_a_format_that_says_a_day_is_accepted(pattern):
    assert format_fault(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (
            "yyyy-mm-dd",
            f"expected a format of % directives or one of {NAMED}, found 'yyyy-mm-dd' (did you mean '%Y-%m-%d'?)",
        ),
        (
            "DD.MM.YYYY hh:mm:ss",
            f"expected a format of % directives or one of {NAMED}, found 'DD.MM.YYYY hh:mm:ss' (did you mean "
            "'%d.%m.%Y %H:%M:%S'?)",
        ),
        ("excel", f"expected a format of % directives or one of {NAMED}, found 'excel'"),
        (
            "epoch_second",
            f"expected a format of % directives or one of {NAMED}, found 'epoch_second' (did "
            f"you mean 'epoch_seconds'?)",
        ),
        ("", f"expected a format of % directives or one of {NAMED}, found ''"),
        ("%Y-%m-%d ", "expected a format without blanks around it, found '%Y-%m-%d '"),
        ("%Y-%m-%e", f"expected one of {KNOWN}, found '%e'"),
        ("%Y-%m-%d%", f"expected one of {KNOWN}, found '%'"),
        ("%x", f"expected one of {KNOWN}, found '%x'"),
        ("%Y-%M-%d", "expected a month, found none in '%Y-%M-%d', where %M is the minute and %m the month"),
        ("%m-%d", "expected a year, found none in '%m-%d'"),
        ("%H:%M", "expected a year and a month and a day, found none in '%H:%M'"),
        (
            "%Y-%m-%d %H:%m",
            "expected each part of a date once, found the month twice in '%Y-%m-%d %H:%m', "
            "where %m is the month and %M the minute",
        ),
        ("%Y-%m-%d %y", "expected each part of a date once, found the year twice in '%Y-%m-%d %y'"),
        ("%Y-%m-%d %H", "expected an hour and a minute together, found them incomplete in '%Y-%m-%d %H'"),
        (
            "%Y-%m-%d %M:%S",
            "expected an hour and a minute together, found them incomplete in '%Y-%m-%d %M:%S'",
        ),
        ("%Y-%m-%d %I:%M", "expected %I and %p together, found only one of them in '%Y-%m-%d %I:%M'"),
        ("%Y-%m-%d %H:%M %p", "expected %I and %p together, found only one of them in '%Y-%m-%d %H:%M %p'"),
        ("%z %Y-%m-%d", "expected %z at the end, found it before it in '%z %Y-%m-%d'"),
        ("%Y-%m-%d %H:%M:%S,%f", "expected %f only in '%S.%f', found it elsewhere in '%Y-%m-%d %H:%M:%S,%f'"),
    ],
)
def test_a_format_that_does_not_is_refused(pattern, expected):
    assert format_fault(pattern) == expected


PIECES = [
    "%Y",
    "%y",
    "%m",
    "%d",
    "%H",
    "%I",
    "%p",
    "%M",
    "%S",
    ".%f",
    "%f",
    "%j",
    "%b",
    "%z",
    "%a",
    "%T",
    "%%",
    "-",
    " ",
    "/",
]


@settings(max_examples=300, deadline=None)
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=9), day=st.booleans())
def test_cleaning_reads_every_accepted_format_as_the_rules_do(pieces, day):
    pattern = ("%Y-%m-%d" if day else "") + "".join(pieces)
    if format_fault(pattern) is None:
        moment = datetime(2003, 11, 15, 16, 17, 18, tzinfo=UTC)
        text = re.sub(r"%(.)", lambda match: moment.strftime(match[0]), pattern.removesuffix("%z"))
        text += "+0200" if pattern.endswith("%z") else ""
        cleaned = parser(pattern)(pl.Series([text]))
        read = read_moment(text, [pattern])
        assert read is not None
        assert cleaned["naive"].to_list() == [read.replace(tzinfo=None)]
        assert cleaned["offset"].to_list() == [7200 if pattern.endswith("%z") else None]
        assert read.utcoffset() == timedelta(hours=2 if pattern.endswith("%z") else 0)


@pytest.mark.parametrize(
    ("first", "second", "example"),
    [
        ("%d/%m/%Y", "%m/%d/%Y", "05/04/2003"),
        ("%Y-%d-%m", "iso", "2003-05-04"),
        ("%d%m%y", "%y%m%d", "050403"),
        ("excel_serial", "epoch_seconds", "37716"),
        ("epoch_seconds", "epoch_milliseconds", "1049522828"),
        ("%Y%m%d", "epoch_seconds", "20030405"),
    ],
)
def test_two_formats_that_read_one_text_differently_are_found(first, second, example):
    assert ambiguity(first, second) == example
    assert ambiguity(second, first) is not None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("%d.%m.%Y", "%d.%m.%y"),
        ("%Y-%m-%d", "iso"),
        ("%d.%m.%Y", "%m/%d/%Y"),
        ("%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"),
        ("%d %b %Y", "%d %m %Y"),
        ("iso", "excel_serial"),
        ("(%d", "[%d"),
    ],
)
def test_formats_that_tell_themselves_apart_are_left_alone(first, second):
    assert ambiguity(first, second) is None


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "Asia/Shanghai", "America/Argentina/Buenos_Aires"])
def test_a_time_zone_of_the_database_is_accepted(name):
    assert zone_fault(name) is None


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("Asia/Shangai", " (did you mean 'Asia/Shanghai'?)"),
        ("europe/berlin", " (did you mean 'Europe/Berlin'?)"),
        ("Europe", ""),
        ("../../etc/passwd", ""),
        ("/etc/localtime", ""),
        ("", ""),
        ("a\0b", ""),
    ],
)
def test_other_names_are_refused(name, hint):
    found = zone_fault(name)
    assert found is not None
    assert found.startswith("expected an IANA time zone such as 'Europe/Berlin', found ")
    assert found.endswith(hint)

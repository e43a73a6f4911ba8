"""Stored values become exact text: numbers without noise, dates by their format, escapes decoded."""

# ruff: noqa: DTZ001 - a workbook's times carry no zone

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.extract.workbook.number_format import BUILT_IN, moment_of
from crm_migration.extract.workbook.refusal import CellError
from crm_migration.extract.workbook.values import (
    boolean_text,
    float_text,
    iso_text,
    moment_text,
    number_text,
    unescaped,
)


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("42", "42"),
        ("42.0", "42"),
        ("0", "0"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("007", "7"),
        ("0.1", "0.1"),
        ("0.10000000000000001", "0.1"),
        ("274.65999999999997", "274.65999999999997"),
        ("1234.50", "1234.5"),
        ("1E-05", "0.00001"),
        ("4.9171123456780E+12", "4917112345678"),
        ("1.2345678901234568E+16", "12345678901234568"),
        ("12345678901234567", "12345678901234567"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("1e300", "1E+300"),
        (" 5 ", "5"),
        (".5", "0.5"),
    ],
)
def test_numbers_are_the_shortest_decimal_of_what_is_stored(stored: str, text: str) -> None:
    assert number_text(stored) == text


@pytest.mark.parametrize("stored", ["", "abc", "NaN", "INF", "1e999", "1_000", "1,5", "0x10", "٣", "9" * 500])
def test_what_is_no_number_is_an_error_of_the_cell(stored: str) -> None:
    assert isinstance(number_text(stored), CellError)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_text_of_a_number_names_that_number(number: float) -> None:
    assert float(float_text(number)) == number
    assert float(number_text(repr(number))) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=2))
def test_amounts_of_up_to_15_digits_come_out_as_they_were_typed(amount: Decimal) -> None:
    assert Decimal(number_text(f"{float(amount):.17g}")) == amount


@pytest.mark.parametrize(
    ("code", "moment"),
    [
        ("General", None),
        ("0.00", None),
        ("0.00E+00", None),
        ("#,##0.00 [$€-407]", None),
        ('0 "days"', None),
        (r"0\d", None),
        ("[Red]0", None),
        ("@", None),
        ("yyyy-mm-dd", "date"),
        ("dd.mm.yyyy", "date"),
        ("mmm yy", "date"),
        ("mmmm", "date"),
        ('yyyy"年"m"月"d"日"', "date"),
        ("[$-409]d/m/yyyy;@", "date"),
        ("yyyy-mm-dd hh:mm", "datetime"),
        ("m/d/yy h:mm AM/PM", "datetime"),
        ("hh:mm:ss", "time"),
        ("mm:ss.0", "time"),
        ("h AM/PM", "time"),
        ("[h]:mm:ss", "duration"),
        ("[mm]:ss", "duration"),
        ('0;"yyyy"', None),
        ("General;yyyy", None),
    ],
)
def test_number_formats_say_what_a_number_shows(code: str, moment: str | None) -> None:
    assert moment_of(code) == moment


def test_built_in_formats_are_known() -> None:
    assert (BUILT_IN[14], BUILT_IN[22], BUILT_IN[21], BUILT_IN[46]) == ("date", "datetime", "time", "duration")
    assert not {0, 1, 2, 9, 10, 11, 37, 44, 48, 49} & set(BUILT_IN)


@pytest.mark.parametrize(
    ("stored", "moment", "epoch_1904", "text"),
    [
        ("1", "date", False, "1900-01-01"),
        ("59", "date", False, "1900-02-28"),
        ("60", "date", False, "1900-02-29"),
        ("61", "date", False, "1900-03-01"),
        ("45322", "date", False, "2024-01-31"),
        ("45322.43113425926", "datetime", False, "2024-01-31 10:20:50"),
        ("45322", "datetime", False, "2024-01-31 00:00:00"),
        ("45322.5", "date", False, "2024-01-31 12:00:00"),
        ("0", "date", True, "1904-01-01"),
        ("43860", "date", True, "2024-01-31"),
        ("0.4311342592592593", "time", False, "10:20:50"),
        ("0.43113425925", "time", False, "10:20:50"),
        ("0.431134270833333", "time", False, "10:20:50.001"),
        ("45322.5", "time", False, "2024-01-31 12:00:00"),
        ("1.5", "duration", False, "36:00:00"),
        ("-0.5", "duration", False, "-12:00:00"),
        ("0.5", "either", False, "12:00:00"),
        ("45322", "either", False, "2024-01-31"),
        ("2958465", "date", False, "9999-12-31"),
        ("2958466", "date", False, "2958466"),
        ("-1", "date", False, "-1"),
        ("45321.999999999", "datetime", False, "2024-01-31 00:00:00"),
    ],
)
def test_dates_and_times_follow_format_and_epoch(stored: str, moment: str, epoch_1904: bool, text: str) -> None:
    assert moment_text(stored, moment, epoch_1904=epoch_1904) == text  # type: ignore[arg-type]


@given(st.datetimes(datetime(1904, 1, 1), datetime(9999, 12, 31)), st.booleans())
def test_a_serial_number_gives_its_moment_back_to_the_millisecond(moment: datetime, epoch_1904: bool) -> None:
    exact = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    epoch = datetime(1904, 1, 1) if epoch_1904 else datetime(1899, 12, 30)
    serial = (exact - epoch) / timedelta(days=1)
    text = moment_text(repr(serial), "datetime", epoch_1904=epoch_1904)
    assert datetime.fromisoformat(text) == exact


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("2021-01-01T10:10:10", "2021-01-01 10:10:10"),
        ("2021-01-01T10:10:10.000", "2021-01-01 10:10:10"),
        ("2021-01-01T10:10:10.250Z", "2021-01-01 10:10:10.25Z"),
        ("2021-01-01", "2021-01-01"),
        ("T10:10:10", "10:10:10"),
    ],
)
def test_iso_dates_are_written_with_a_space(stored: str, text: str) -> None:
    assert iso_text(stored) == text


def test_an_iso_date_of_a_date_format_has_no_time() -> None:
    assert iso_text("2021-01-01T00:00:00", "date") == "2021-01-01"


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("ABC_x000D_\nDEF", "ABC\r\nDEF"),
        ("_x005F_x000D_", "_x000D_"),
        ("_xD83D__xDE00_", "😀"),
        ("_xD83D_", "_xD83D_"),
        ("_xD83D__x0041_", "_xD83D_A"),
        ("_x12_ _X0041_", "_x12_ _X0041_"),
    ],
)
def test_escapes_are_decoded_once(stored: str, text: str) -> None:
    assert unescaped(stored) == text


def test_booleans_are_words() -> None:
    assert [boolean_text(stored) for stored in ("1", "0", "true", "false")] == ["TRUE", "FALSE", "TRUE", "FALSE"]
    assert isinstance(boolean_text("2"), CellError)

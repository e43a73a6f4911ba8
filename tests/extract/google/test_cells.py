"""Cells come as exact text, whatever the spreadsheet's country and formats show."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.extract.google.cells import ERRORS, cell_text, is_beyond_exact, plain_number
from tests.google.cells import Cell, boolean, day, error, formula, moment, number, text

EXACT = [
    (Cell(), None),
    (text("0042"), "0042"),
    (text("TRUE"), "TRUE"),
    (text("  padded\n"), "  padded\n"),
    (text("'=1+1"), "'=1+1"),
    (formula(text(""), '=""'), None),
    (boolean(True), "TRUE"),
    (boolean(False), "FALSE"),
    (formula(number(3), "=1+2"), "3"),
    # Numbers: what is held, not what is shown.
    (number(0.1 + 0.2, "0,3"), "0.3"),
    (number(100.49999999999999, "100,5"), "100.5"),
    (number(1234.5678, "1.234,57", "#,##0.00"), "1234.5678"),
    (number(5, "€ 5,00", "[$€] #,##0.00", "CURRENCY"), "5"),
    (number(0.12, "12%", "0%", "PERCENT"), "0.12"),
    (number(0.0000001, "1,00E-07", "0.00E+00", "SCIENTIFIC"), "0.0000001"),
    (number(-0.0, "0"), "0"),
    (number(1e21, "1E+21"), "1000000000000000000000"),
    (number(123456789012345, "1,23457E+14"), "123456789012345"),
    (number(12345678901234568, "1,23457E+16"), "12345678901234568"),
    (number(8613800138000, "8,6138E+12"), "8613800138000"),
    (number(42, "42", "@", "TEXT"), "42"),
    # Codes: what is shown.
    (number(42, "0042", "0000"), "0042"),
    (number(123456, "123456", "0000"), "123456"),
    (number(0, "0000", "0000"), "0000"),
    (number(55123, "(000) 005-5123", "(000) 000-0000"), "(000) 005-5123"),
    (number(42, "K-0042", '"K-"0000'), "K-0042"),
    (number(42, "+49 0042", '"+49 "0000'), "+49 0042"),
    (number(42, "0042", "[Red]0000"), "0042"),
    # Formats that look like codes and are none, or whose text does not say the number.
    (number(0.5, "00.5", "00.0"), "0.5"),
    (number(5, "0,005", "0,000"), "5"),
    (number(4.2, "0004", "0000"), "4.2"),
    (number(-42, "-0042", "0000"), "-42"),
    (number(42, "", "0000"), "42"),
    (number(42, "####", "0000"), "42"),
    (number(5, "5 kg", '0" kg"'), "5"),
    # Dates and times.
    (day(date(2024, 2, 29)), "2024-02-29"),
    (day(date(1899, 12, 31)), "1899-12-31"),
    (day(date(1850, 1, 1)), "1850-01-01"),
    (day(date(9999, 12, 31)), "9999-12-31"),
    (day(date(2024, 3, 1), "März 24", "mmmm yy"), "2024-03-01"),
    (moment(datetime(2024, 3, 1, 12, 30)), "2024-03-01 12:30:00"),  # noqa: DTZ001
    (moment(datetime(2024, 3, 1)), "2024-03-01 00:00:00"),  # noqa: DTZ001
    (moment(datetime(2024, 3, 1, 23, 59, 59, 999000)), "2024-03-01 23:59:59.999"),  # noqa: DTZ001
    (number(45352.5, "01.03.2024", "dd.mm.yyyy", "DATE"), "2024-03-01 12:00:00"),
    (number(0.75, "18:00", "hh:mm", "TIME"), "18:00:00"),
    (number(45352.75, "18:00", "hh:mm", "TIME"), "2024-03-01 18:00:00"),
    (number(1.5, "36:00:00", "[h]:mm:ss", "TIME"), "36:00:00"),
    (number(-0.25, "-6:00:00", "[h]:mm:ss", "DATE_TIME"), "-06:00:00"),
    (number(8613800138000, "#####", "dd.mm.yyyy", "DATE"), "8613800138000"),
]


@pytest.mark.parametrize(("cell", "expected"), EXACT)
def test_cells_are_read_exactly(cell: Cell, expected: str | None) -> None:
    assert cell_text(cell.data()) == (expected, None)


@pytest.mark.parametrize(("kind", "shown"), [*ERRORS.items()])
def test_errors_are_told_by_the_name_that_people_see(kind: str, shown: str) -> None:
    assert cell_text(error(kind).data()) == (None, shown)
    if kind != "LOADING":
        assert error(kind).shown == shown


def test_an_error_of_an_unknown_kind_is_an_error() -> None:
    for value in ({"errorValue": {}}, {"errorValue": None}, {"errorValue": {"type": "SPILL"}}):
        assert cell_text({"effectiveValue": value}) == (None, "#ERROR!")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_written_in_full_and_close_to_the_last_digit(value: float) -> None:
    told = plain_number(value)
    assert "e" not in told.lower()
    assert told == "0" or not told.startswith("-0.0") or value < 0
    if abs(value) >= 1e15 and value.is_integer():
        assert float(told) == value
    else:
        assert abs(Decimal(told) - Decimal(value)) <= abs(Decimal(value)) * Decimal("5e-15")


@given(st.decimals(places=4, min_value=-(10**10), max_value=10**10))
def test_an_amount_that_somebody_typed_comes_back_as_it_was(amount: Decimal) -> None:
    assert Decimal(plain_number(float(amount))) == amount


@given(st.integers(0, 10**14), st.integers(2, 16))
def test_a_code_keeps_its_zeros(value: int, zeros: int) -> None:
    shown = str(value).zfill(zeros)
    assert cell_text(number(value, shown, "0" * zeros).data()) == (shown, None)


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31)))  # noqa: DTZ001
def test_a_moment_comes_back_to_the_millisecond(value: datetime) -> None:
    told, _ = cell_text(moment(value.replace(microsecond=value.microsecond // 1000 * 1000), "x").data())
    assert told is not None
    assert abs(datetime.fromisoformat(told) - value) <= timedelta(milliseconds=2)


@given(st.dates())
def test_a_day_comes_back(value: date) -> None:
    assert cell_text(day(value).data()) == (value.isoformat(), None)


def test_numbers_whose_last_digits_are_lost_are_seen() -> None:
    assert is_beyond_exact(number(12345678901234568).data())
    assert not is_beyond_exact(number(123456789012345).data())
    assert not is_beyond_exact(number(0.1234567890123456).data())
    assert not is_beyond_exact(text("12345678901234568").data())

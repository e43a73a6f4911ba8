"""Numbers: exact, in the declared notation only."""

from decimal import ROUND_HALF_EVEN, Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.clean.currency import _of_countries, currencies
from crm_migration.clean.fields import clean_field
from crm_migration.mapping.countries import COUNTRIES
from tests.clean.columns import cleaned, context, one, spec, table

INTEGERS = [
    ("42", {}, 42),
    ("-7", {}, -7),
    ("+7", {}, 7),
    ("7-", {}, -7),
    ("−7", {}, -7),
    ("- 7", {}, -7),
    ("007", {}, 7),
    ("1905000.0", {}, 1905000),
    ("5.", {}, 5),
    ("1,234,567", {"thousands": ","}, 1234567),
    ("12,34,567", {"thousands": ","}, 1234567),
    ("1.234.567", {"thousands": "."}, 1234567),
    ("1'234", {"thousands": "'"}, 1234),
    ("1’234", {"thousands": "'"}, 1234),
    ("1 234", {"thousands": " "}, 1234),
    ("1\u202f234", {"thousands": " "}, 1234),
    ("9223372036854775807", {}, 2**63 - 1),
    ("-9223372036854775808", {}, -(2**63)),
    ("10", {"minimum": 10, "maximum": 10}, 10),
    ("", {}, None),
]
NOT_INTEGERS = [
    ("1.5", {}), ("1e5", {}), ("0x1F", {}), ("1_000", {}), ("1,234", {}), ("12,34", {"thousands": ","}),
    ("1,2345", {"thousands": ","}), (",123", {"thousands": ","}), ("٣", {}), ("１", {}), ("--1", {}),
    ("+-1", {}), ("-1-", {}), ("1 2", {}), ("9223372036854775808", {}), ("9", {"minimum": 10}),
    ("11", {"maximum": 10}), ("25.0", {"thousands": "."}), ("1.5", {"thousands": "."}), ("NaN", {}),
    ("inf", {}), ("-", {}), (".", {}), ("5 €", {}),
]  # fmt: skip


@pytest.mark.parametrize(("value", "options", "expected"), INTEGERS)
def test_integer(value: str, options: dict, expected: int | None) -> None:
    assert one(spec("integer", **options), value) == expected


@pytest.mark.parametrize(("value", "options"), NOT_INTEGERS)
def test_not_an_integer(value: str, options: dict) -> None:
    assert one(spec("integer", **options), value) == ("integer",)


EUROPE = {"decimal_mark": ",", "thousands": "."}
DECIMALS = [
    ("12.5", {}, "12.50"),
    ("25000.0", {}, "25000.00"),
    ("1905000", {}, "1905000.00"),
    ("0.10000000", {}, "0.10"),
    (".5", {}, "0.50"),
    ("-.5", {}, "-0.50"),
    ("5.", {}, "5.00"),
    ("000000000000000000000000000000000000000000001.5", {}, "1.50"),
    ("-0", {}, "0.00"),
    ("12.5-", {}, "-12.50"),
    ("1.234,56", EUROPE, "1234.56"),
    ("1234,5", EUROPE, "1234.50"),
    ("1.234", EUROPE, "1234.00"),
    ("1,234.56", {"thousands": ","}, "1234.56"),
    ("1.005", {"rounding": "half_even"}, "1.00"),
    ("1.015", {"rounding": "half_even"}, "1.02"),
    ("-1.025", {"rounding": "half_even"}, "-1.02"),
    ("1.0050000000000000000000000000000000000000001", {"rounding": "half_even"}, "1.01"),
    ("999999999999.99", {}, "999999999999.99"),
    ("9" * 38, {"precision": 38, "scale": 0}, "9" * 38),
]
NOT_DECIMALS = [
    ("1.005", {}), ("1e5", {}), ("1E5", {}), ("1,5", {}), ("1.5", EUROPE), ("1.23,4", EUROPE),
    ("1,234,5", EUROPE), ("1000000000000", {}), ("999999999999.995", {"rounding": "half_even"}),
    ("12 34", {}), ("$5", {}), ("(5)", {}), ("1.2.3", {}), ("", {"default": "x"}), ("NaN", {}),
    ("Infinity", {}), (".", {}), ("1_0", {}), ("٣", {}),
]  # fmt: skip


@pytest.mark.parametrize(("value", "options", "expected"), DECIMALS)
def test_decimal(value: str, options: dict, expected: str) -> None:
    assert str(one(spec("decimal", **options), value)) == expected


@pytest.mark.parametrize(("value", "options"), NOT_DECIMALS)
def test_not_a_decimal(value: str, options: dict) -> None:
    assert one(spec("decimal", **options), value) == ("decimal",)


AMOUNTS = [
    ("$1,234.50", {"thousands": ","}, "1234.50"),
    ("1.234,50 €", EUROPE, "1234.50"),
    ("EUR 1.234,50", EUROPE, "1234.50"),
    ("1.234,50\u00a0EUR", EUROPE, "1234.50"),
    ("1 234,50 kr", {"decimal_mark": ","}, "1234.50"),
    ("1\u00a0234\u202f567,5", {"decimal_mark": ","}, "1234567.50"),
    ("US$ 5", {}, "5.00"),
    ("£0.99", {}, "0.99"),
    ("¥1,000", {"thousands": ","}, "1000.00"),
    ("1000元", {}, "1000.00"),
    ("-$5", {}, "-5.00"),
    ("$-5", {}, "-5.00"),
    ("- $ 5", {}, "-5.00"),
    ("5 € -", {}, "-5.00"),
    ("(12.50)", {}, "-12.50"),
    ("($12.50)", {}, "-12.50"),
    ("$(12.50)", {}, "-12.50"),
    ("(12.50) USD", {}, "-12.50"),
    ("(12.50 USD)", {}, "-12.50"),
    ("12.50-", {}, "-12.50"),
    ("−12.50", {}, "-12.50"),
    ("12,-", EUROPE, "12.00"),
    ("1.234,-- €", EUROPE, "1234.00"),
    ("€ 12,–", EUROPE, "12.00"),
    ("-12,—", EUROPE, "-12.00"),
    ("12-", EUROPE, "-12.00"),
    ("Fr. 1'234.-", {"thousands": "'"}, "1234.00"),
    ("CHF 1'234.50", {"thousands": "'"}, "1234.50"),
    ("25000.0", {}, "25000.00"),
    ("5 dollars", {}, "5.00"),
    ("12.50 US Dollar", {}, "12.50"),
    ("100 Euro", {}, "100.00"),
    ("人民币 1,000.00元", {"thousands": ","}, "1000.00"),
    ("R$ 1.234,50", EUROPE, "1234.50"),
    ("1 234,50 Kč", {"decimal_mark": ","}, "1234.50"),
    ("1 234,50 лв.", {"decimal_mark": ","}, "1234.50"),
    ("₹12,34,567.89", {"thousands": ","}, "1234567.89"),
    ("(1'234.50)", {"thousands": "'"}, "-1234.50"),
    ("1.5万", {}, "15000.00"),
    ("1.5 萬元", {}, "15000.00"),
    ("¥3亿", {}, "300000000.00"),
    ("-2,000万", {"thousands": ","}, "-20000000.00"),
    ("3亿2000万元", {}, "320000000.00"),
    ("2百万", {}, "2000000.00"),
    ("2千", {}, "2000.00"),
    ("1,5万", EUROPE, "15000.00"),
    ("(1.25万)", {}, "-12500.00"),
]


@pytest.mark.parametrize(("value", "options", "expected"), AMOUNTS)
def test_money(value: str, options: dict, expected: str) -> None:
    assert str(one(spec("money", **options), value)) == expected


@pytest.mark.parametrize(
    "value",
    [
        "abc",
        "EUR",
        "€",
        "5 apples",
        "5 k",
        "5k",
        "3万5",
        "1万2亿",
        "1,5万",
        "万",
        "1 2 3",
        "12 34",
        "(5",
        "5)",
        "(-5)",
        "((5))",
        "5%",
        "1e5",
        "$1.234",
    ],
)
def test_not_money(value: str) -> None:
    assert one(spec("money"), value) == ("decimal",)


def test_a_chain_of_multiples_is_read_in_one_look() -> None:
    assert one(spec("money"), "1 万" * 33 + "5") == ("decimal",)


@pytest.mark.parametrize("value", ["1百 2百", "5百 200", "1万万5"])
def test_numbers_beside_a_multiple_are_no_groups_of_one_number(value: str) -> None:
    assert one(spec("money"), value) == ("decimal",)


def test_a_sign_of_another_currency_is_refused() -> None:
    field = spec("money", currency="JPY", scale=0)
    result = cleaned(field, ["¥5", "5 円", "JPY 5", "5", "$5", "5 元", "5 EUR"])
    assert result.found.to_list() == [None] * 4 + ["other_currency"] * 3
    assert not result.flags


def test_a_sign_that_nothing_keeps_is_flagged() -> None:
    result = cleaned(spec("money"), ["$5", "5", "5 €", None])
    assert result.flags["currency_sign"].to_list() == [True, False, True, False]


CODES = [
    ("EUR", None, "EUR"), ("eur", None, "EUR"), ("€", None, "EUR"), ("Euro", None, "EUR"), ("欧元", None, "EUR"),
    ("€ 12,50", None, "EUR"), ("1.234,50 EUR", None, "EUR"), ("(12.50) USD", None, "USD"), ("US$ -5", None, "USD"),
    ("US Dollars", None, "USD"), ("美元", None, "USD"), ("Schweizer Franken", None, "CHF"),
    ("CHF 1'234.50", None, "CHF"),
    ("人民币", None, "CNY"), ("RMB", None, "CNY"), ("1.5万元", "CN", "CNY"), ("¥ 100", "CN", "CNY"),
    ("¥ 100", "JP", "JPY"), ("￥100", "JP", "JPY"), ("¥ 100", "DE", ("currency",)), ("¥ 100", None, ("currency",)),
    ("$5", "US", "USD"), ("$5", "CA", "CAD"), ("$5", "EC", "USD"), ("$5", "DE", ("currency",)), ("kr", "SE", "SEK"),
    ("kr", "NO", "NOK"), ("kr", None, ("currency",)), ("Rs.", "IN", "INR"), ("₹", None, "INR"), ("zł", None, "PLN"),
    ("R$", None, "BRL"), ("NT$", None, "TWD"), ("新台幣", None, "TWD"), ("港币", None, "HKD"), ("£", "GB", "GBP"),
    ("Deutsche Mark", None, "DEM"), ("XYZ", None, ("currency",)), ("12.50", "DE", None), ("", "DE", None),
]  # fmt: skip


@pytest.mark.parametrize(("value", "country", "expected"), CODES)
def test_currency(value: str, country: str | None, expected: object) -> None:
    assert one(spec("currency"), value, context(country)) == expected


def test_the_rows_country_and_the_mapping_tell_a_currency() -> None:
    frame = table(["$", "$", "¥", "5", None], country=["Canada", "Germany", "日本", None, None])
    field = spec("currency", country_from="country", values={"$": "USD", "¥": "CNY"}, default="EUR")
    assert clean_field(frame, field, context()).values.to_list() == ["USD", "USD", "CNY", "EUR", "EUR"]
    by_country = spec("currency", country_from="country", on_invalid="null")
    assert clean_field(frame, by_country, context()).values.to_list() == ["CAD", None, "JPY", None, None]


def test_every_country_has_its_currency() -> None:
    lacking = set(COUNTRIES) - set(_of_countries()) - {"AQ"}
    assert not lacking
    assert all(currencies(code.lower()) == {code} for code in _of_countries().values())


@settings(deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_rounding_is_that_of_decimal(number: Decimal) -> None:
    expected = number.quantize(Decimal("0.01"), ROUND_HALF_EVEN)
    assert one(spec("money", rounding="half_even"), f"{number:f}") == expected


@settings(deadline=None)
@given(st.integers(-(10**12) + 1, 10**12 - 1), st.integers(0, 99))
def test_europe_and_america_read_the_same_amount(whole: int, cents: int) -> None:
    american = f"{whole:,}.{cents:02d}"
    european = american.translate(str.maketrans(",.", ".,"))
    expected = Decimal(american.replace(",", ""))
    assert one(spec("money", thousands=","), american) == expected
    assert one(spec("money", **EUROPE), f"{european} €") == expected


def test_types() -> None:
    assert cleaned(spec("integer"), ["1"]).values.dtype == pl.Int64
    assert cleaned(spec("money", precision=18, scale=4), ["1"]).values.dtype == pl.Decimal(18, 4)

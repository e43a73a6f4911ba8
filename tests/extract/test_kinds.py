"""What a column of text holds is found from its values, batch by batch, and never guessed past what they show."""

import time

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.extract.kinds import Allowance, ColumnKind, KindGuess, guess
from crm_migration.mapping.moments import format_fault
from crm_migration.mapping.shape import kinds


def kind_of(*values: str | None) -> ColumnKind:
    return guess(pl.Series(values, dtype=pl.String))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["1", "20", "-3", "+4"], "integer"),
        (["1.5", "2", "-3.25"], "decimal"),
        (["$1,200.00", "$3.50", "$7"], "money"),
        (["1.200,00 €", "3,50 €", "12 €"], "money"),
        (["2024-01-31", "2024-02-01"], "date"),
        (["31.01.2024", "1.2.2024"], "date"),
        (["2024-01-31 10:20:30", "2024-02-01T10:20:30.5+02:00"], "datetime"),
        (["1/31/2024 3:05 PM", "2/1/2024 11:00 AM"], "datetime"),
        (["0", "1", "1"], "boolean"),
        (["Yes", "no", "YES"], "boolean"),
        (["ann@example.com", "bob@example.org"], "email"),
        (["+49 30 123456", "(212) 555-0100", "0044 20 7946 0000"], "phone"),
        (["https://example.com/a", "www.example.org", "shop.example.com"], "url"),
        (["open", "open", "closed", "closed"], "choice"),
        (["Ann", "Bob", "Eve"], "text"),
        (["007", "123", "456"], "text"),
        (["12345678901234567890", "2"], "text"),
        (["M", "N", "O"], "text"),
        ([None, "", "  "], "empty"),
    ],
)
def test_the_kind_is_the_one_that_the_values_have(values: list[str | None], kind: str) -> None:
    assert kind_of(*values).kind == kind


def test_every_kind_but_empty_is_a_kind_of_a_mapping() -> None:
    names = set(ColumnKind.__annotations__["kind"].__args__)
    assert names - {"empty"} <= set(kinds())


@pytest.mark.parametrize(
    ("values", "formats", "ambiguous"),
    [
        (["13/01/2024", "02/03/2024"], ("%d/%m/%Y",), False),
        (["01/13/2024", "02/03/2024"], ("%m/%d/%Y",), False),
        (["01/12/2024", "02/03/2024"], ("%d/%m/%Y",), True),
        (["01.12.2024", "02.03.2024"], ("%d.%m.%Y",), False),
        (["31.12.2024", "2024-12-31", "30.12.2024"], ("%d.%m.%Y", "%Y-%m-%d"), False),
        (["20241231", "20240101"], ("%Y%m%d",), False),
        (["31-Dec-24", "01-Jan-25"], ("%d-%b-%y",), False),
        (["0000-00-00", "2024-01-01"], ("%Y-%m-%d",), False),
    ],
)
def test_formats_of_dates_are_named_and_doubt_about_day_and_month_is_told(
    values: list[str], formats: tuple[str, ...], ambiguous: bool
) -> None:
    found = kind_of(*values)
    assert (found.kind, found.formats, found.ambiguous) == ("date", formats, ambiguous)
    assert [format_fault(pattern) for pattern in found.formats] == [None] * len(formats)


@pytest.mark.parametrize(
    ("values", "mark", "thousands", "scale", "ambiguous"),
    [
        (["1.50", "12.345"], ".", "", 3, False),
        (["1,5", "2,25"], ",", "", 2, False),
        (["1.234,50", "12,00", "1.000.000,00"], ",", ".", 1, False),
        (["1,234.50", "2,000"], ".", ",", 1, False),
        (["1 234,50", "7,00"], ",", " ", 1, False),
        (["1'234.50", "7.00"], ".", "'", 1, False),
        (["1,234", "2,500"], ".", ",", 0, True),
    ],
)
def test_notations_of_numbers_are_told_apart(
    values: list[str], mark: str, thousands: str, scale: int, ambiguous: bool
) -> None:
    found = kind_of(*values)
    assert found.kind in ("decimal", "integer")
    assert (found.decimal_mark, found.thousands, found.scale, found.ambiguous) == (mark, thousands, scale, ambiguous)


def test_a_few_bad_values_do_not_hide_the_kind_and_their_share_is_told() -> None:
    values = [f"2024-01-{1 + day % 28:02}" for day in range(98)] + ["soon", "never"]
    found = kind_of(*values)
    assert (found.kind, found.fitting) == ("date", 0.98)
    assert kind_of(*values[:90], *["soon"] * 10).kind != "date"


def test_distinct_values_length_nulls_and_uniqueness_are_exact() -> None:
    found = kind_of("a", "b ", None, "a", "", "line\nbreak")
    assert found.values == ("a", "b", "line\nbreak")
    assert (found.rows, found.filled, found.null_share, found.max_length) == (6, 4, pytest.approx(1 / 3), 10)
    assert (found.unique, found.multiline) == (False, True)
    assert kind_of(*map(str, range(51))).values is None
    assert kind_of(*map(str, range(51))).unique is True


def test_a_value_that_comes_again_in_a_later_batch_is_seen() -> None:
    found = KindGuess()
    for batch in (["a", "b"], ["c", "d"], ["e", "a"]):
        assert found.result().unique in (True, False)
        found.see(pl.Series(batch))
    assert found.result().unique is False


@given(st.lists(st.one_of(st.none(), st.text(max_size=12)), max_size=40), st.integers(1, 40))
def test_batches_make_no_difference_where_all_are_small(values: list[str | None], size: int) -> None:
    parts = KindGuess()
    for start in range(0, len(values), size):
        parts.see(pl.Series(values[start : start + size], dtype=pl.String))
    assert parts.result() == kind_of(*values)


def test_columns_that_share_an_allowance_remember_no_more_and_do_not_tell_what_they_cannot() -> None:
    allowance = Allowance(250)
    key, other, repeated = (KindGuess(allowance=allowance) for _ in range(3))
    for start in range(0, 200, 50):
        fresh = pl.Series(list(map(str, range(start, start + 50))))
        key.see(fresh)
        other.see(fresh)
        repeated.see(pl.Series(["same", "same"]))
        assert allowance.left >= 0
    assert (key.result().unique, other.result().unique, repeated.result().unique) == (True, None, False)
    assert allowance.left == 50


def test_long_values_are_not_listed() -> None:
    found = kind_of("a", "b" * 100_000, "a")
    assert (found.values, found.max_length, found.kind) == (None, 100_000, "text")


def test_a_hundred_thousand_rows_take_little_time() -> None:
    column = pl.Series([f"{number % 997}.{number % 89:02} name {number}" for number in range(100_000)])
    guess(column.head(2000))  # the expressions are compiled once
    started = time.process_time()
    guess(column)
    assert time.process_time() - started < 1.0  # 0.1 s on a quiet machine

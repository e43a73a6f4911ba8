"""Numbers, times and foreign text as people read them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.report import formats


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"), ("1204333.10", "1,204,333.10"), ("-1204333", "−1,204,333"), ("0.00", "0.00"),
        ("007", "007"), ("2026-01-01", "2026-01-01"), ("no rows", "no rows"), ("", ""),
        ("99999999999999999999999999999999.000001", "99,999,999,999,999,999,999,999,999,999,999.000001"),
    ],
)  # fmt: skip
def test_amounts(value: str | None, shown: str) -> None:
    assert formats.amount(value) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 10, "0%"), (10, 10, "100%"), (1, 3, "33.3%"), (999_999, 1_000_000, "99.9%"),
        (1, 1_000_000, "<0.1%"), (None, 5, "–"), (1, 0, "–"), (1, None, "–"), (15, 10, "150.0%"),
    ],
)  # fmt: skip
def test_shares_read_all_or_nothing_only_when_it_is(part: int | None, whole: int | None, shown: str) -> None:
    assert formats.share(part, whole) == shown


@pytest.mark.parametrize(
    ("value", "check", "shown"),
    [
        ("0.6667", "fill_rate", "66.67%"),
        ("1.0000", "fill_rate", "100%"),
        ("0.5", "sum", "0.5"),
        (None, "fill_rate", "–"),
    ],
)
def test_figures_of_checks(value: str | None, check: str, shown: str) -> None:
    assert formats.figure(value, check) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "–"),
        (0.421, "0.42 s"),
        (6.21, "6.2 s"),
        (107, "1 min 47 s"),
        (3600, "1 h 00 min"),
        (7384, "2 h 03 min"),
    ],
)
def test_durations(seconds: float | None, shown: str) -> None:
    assert formats.duration(seconds) == shown


def test_rates_are_only_given_where_something_was_measured() -> None:
    assert formats.rate(90_000, 1.5) == "60,000"
    assert formats.rate(0, 1.5) == formats.rate(10, 0) == "–"


def test_moments_are_utc() -> None:
    east = datetime(2026, 3, 1, 10, 0, 59, tzinfo=timezone(timedelta(hours=8)))
    assert formats.moment(east) == "2026-03-01 02:00:59 UTC"
    assert formats.moment(None) == "–"


def test_windows_in_words() -> None:
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    assert formats.window(None, None) == "everything"
    assert formats.window(start, None) == "from 2026-01-01 00:00:00 UTC"
    assert formats.window(None, end) == "up to 2026-01-02 00:00:00 UTC"
    assert formats.window(start, end) == "2026-01-01 00:00:00 UTC to 2026-01-02 00:00:00 UTC"


@given(st.text())
def test_visible_text_holds_no_control_character(text: str) -> None:
    shown = formats.visible(text)
    assert not set(shown) & {
        *map(chr, range(10)),
        *map(chr, range(11, 32)),
        *map(chr, range(127, 160)),
        "\u202e",
        "\ufeff",
    }
    if text.isascii() and text.isprintable():
        assert shown == text


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_bars_stay_inside_their_track(part: int, whole: int) -> None:
    drawn = formats.width(part, whole)
    assert 0 <= drawn <= 100
    assert (drawn == 0) == (part == 0)

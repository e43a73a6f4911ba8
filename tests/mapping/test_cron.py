"""Cron expressions of five fields."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.mapping.cron import cron_fault

croniter = pytest.importorskip("croniter").croniter


@pytest.mark.parametrize(
    "expression",
    [
        "* * * * *",
        "30 2 * * 1-5",
        "*/15 0-6/2 1,15 jan-mar,dec MON",
        "0 0 29 2 *",
        "0 0 31 2 1",
        "@daily",
        "5/10 * * * 7",
    ],
)
def test_what_can_come_is_accepted(expression):
    assert cron_fault(expression) is None


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("", "expected a cron expression of 5 fields, found 0"),
        ("0 2 * * * *", "expected a cron expression of 5 fields, found 6"),
        ("nightly", "expected a cron expression of 5 fields, found 1"),
        (
            "@nightly",
            "expected a cron expression or one of @hourly, @daily, @weekly, @monthly, @quarterly, @yearly",
        ),
        ("60 * * * *", "expected a minute from 0 to 59 in the cron expression"),
        ("0 24 * * *", "expected an hour from 0 to 23 in the cron expression"),
        ("0 0 0 * *", "expected a day of the month from 1 to 31 in the cron expression"),
        ("0 0 * 13 *", "expected a month from 1 to 12 in the cron expression"),
        ("0 0 * foo *", "expected a month from 1 to 12 in the cron expression"),
        ("0 0 * * 8", "expected a day of the week from 0 to 7 in the cron expression"),
        ("0 0 * * fri-mon", "expected a day of the week from 0 to 7 in the cron expression"),
        ("*/0 * * * *", "expected a minute from 0 to 59 in the cron expression"),
        ("5-1 * * * *", "expected a minute from 0 to 59 in the cron expression"),
        ("*-5 * * * *", "expected a minute from 0 to 59 in the cron expression"),
        ("1,,2 * * * *", "expected a minute from 0 to 59 in the cron expression"),
        ("0 0 31 2,4 *", "expected a day that the months have in the cron expression"),
    ],
)
def test_what_never_comes_is_refused(expression, expected):
    assert cron_fault(expression) == expected


FIELD = st.one_of(
    st.just("*"),
    st.integers(0, 61).map(str),
    st.tuples(st.integers(0, 31), st.integers(0, 31)).map(lambda pair: f"{pair[0]}-{pair[1]}"),
    st.integers(0, 40).map(lambda step: f"*/{step}"),
    st.sampled_from(["jan", "mon-fri", "1,2", "7", "sun", "L", "?", "x"]),
)


@settings(max_examples=150, deadline=None)
@given(fields=st.lists(FIELD, min_size=5, max_size=5))
def test_what_is_accepted_can_be_scheduled(fields):
    expression = " ".join(fields)
    if cron_fault(expression) is None:
        following = croniter(expression, datetime(2026, 1, 1, tzinfo=UTC)).get_next(datetime)
        assert following > datetime(2026, 1, 1, tzinfo=UTC)

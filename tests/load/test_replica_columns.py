"""A value has one text in a replica, however the CRM or a database prints it."""

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.load.replica.columns import ReplicaColumn, merged

NUMBER = ReplicaColumn("number", 14, 2)


def text(column: ReplicaColumn, value: str | None) -> str | None:
    return pl.select(column.text(pl.lit(value, pl.String))).item()


@given(
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12),
    st.integers(0, 4),
)
def test_a_number_has_one_text_and_keeps_its_value(number: Decimal, zeros: int) -> None:
    plain = text(NUMBER, f"{number:f}")
    assert plain is not None
    assert Decimal(plain) == number
    assert text(NUMBER, f"{number:f}{'0' * zeros}") == plain
    assert text(NUMBER, f"{number:e}") == plain
    assert text(NUMBER, plain) == plain


@pytest.mark.parametrize(
    ("kind", "printed", "expected"),
    [
        ("moment", "2026-01-31 10:00:00", "2026-01-31 10:00:00.000000"),
        ("moment", "2026-01-31T10:00:00.5+00:00", "2026-01-31 10:00:00.500000"),
        ("moment", "2026-01-31", "2026-01-31 00:00:00.000000"),
        ("date", "2026-01-31 00:00:00.000000", "2026-01-31"),
        ("truth", "True", "1"),
        ("truth", "f", "0"),
        ("whole", "100", "100"),
        ("number", "-0.00", "0"),
        ("text", " 1.50 ", " 1.50 "),
        ("text", None, None),
        ("number", None, None),
    ],
)  # fmt: skip
def test_other_values_have_one_text_too(kind: str, printed: str | None, expected: str | None) -> None:
    assert text(ReplicaColumn(kind), printed) == expected  # type: ignore[arg-type]


def test_a_field_that_two_mappings_take_for_different_kinds_is_text() -> None:
    date = ReplicaColumn("date")
    both = merged({"a": NUMBER, "b": date}, {"a": date, "c": date})
    assert both == {"a": ReplicaColumn("text"), "b": date, "c": date}
    assert merged(both, {"a": date}) == both

from datetime import UTC, date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.errors import OperatorNeeded
from crm_migration.match.records import from_json, to_json

KINDS = {
    "record": pl.String(),
    "d": pl.Date(),
    "t": pl.Datetime("us", "UTC"),
    "n": pl.Int64(),
    "m": pl.Decimal(38, 6),
    "b": pl.Boolean(),
}
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
ROWS = st.fixed_dictionaries(
    {
        "record": st.none() | TEXT,
        "d": st.none() | st.dates(date(1, 1, 1)),
        "t": st.none() | st.datetimes(datetime(1, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        "n": st.none() | st.integers(-(2**63), 2**63 - 1),
        "m": st.none() | st.decimals(-(10**30), 10**30, places=6),
        "b": st.none() | st.booleans(),
    }
)


@settings(deadline=None)
@given(st.lists(ROWS, max_size=5))
def test_a_record_comes_back_as_it_was(rows):
    frame = pl.DataFrame(rows, schema=KINDS)
    texts = frame.select(to_json(list(KINDS)))
    assert from_json(texts, KINDS).equals(frame)


def test_a_record_of_an_older_mapping_is_read_as_far_as_it_goes():
    old = pl.DataFrame({"record": ['{"n": "5", "gone": [1], "m": 1.5, "d": "soon"}']})
    assert from_json(old, KINDS).row(0, named=True) == {
        "record": None, "d": None, "t": None, "n": 5, "m": Decimal("1.5"), "b": None
    }  # fmt: skip


def test_a_broken_record_stops_the_run_without_showing_it():
    with pytest.raises(OperatorNeeded, match="restore the ledger's lineage") as caught:
        from_json(pl.DataFrame({"record": ["Jane Doe, secret"]}), KINDS)
    assert "Jane" not in str(caught.value)

"""How common values were is kept with the model: few new rows weigh as in the trained set, and no value is told."""

from dataclasses import replace

import duckdb
import polars as pl
import pytest

from crm_migration.match.engine import engine, put
from crm_migration.match.frequencies import HASH_DIGITS, MOST_COMMON, Frequencies, counted
from crm_migration.match.model import Model
from crm_migration.match.scoring import weigh
from tests.match.customers import customers, learned, table

KINDS = ("person", "company")


def pairs(features: pl.DataFrame, model: Model, rows: int) -> dict[tuple[str, str], float]:
    """Return the weight of each pair of `features`, matched against so many rows."""
    with engine() as connection:
        put(connection, "feature", iter([features.drop("identity")]))
        found = weigh(connection, model, [float(features.height * rows)]).above(-100)
    names = dict(features.select("unique_id", "identity").iter_rows())
    return {
        (names[one], names[other]): weight
        for one, other, weight in found.select("unique_id_l", "unique_id_r", "bare").iter_rows()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_few_new_rows_weigh_as_in_the_trained_set(kind):
    whole = table(kind, customers(kind))
    rows = whole.height
    kept, bare = learned(kind), replace(learned(kind), frequencies={})
    # A model without frequencies counts them where all rows are at hand.
    all_pairs = pairs(whole, bare, rows)
    chosen = [pair for pair in all_pairs if pair[0].startswith("a") and pair[1] == pair[0].replace("a", "b")][:40]
    assert len(chosen) == 40
    few = whole.filter(pl.col("identity").is_in([name for pair in chosen for name in pair]))
    apart, without = (
        [found[pair] - all_pairs[pair] for pair in chosen] for found in (pairs(few, kept, rows), pairs(few, bare, rows))
    )
    assert max(map(abs, apart)) < 4
    assert abs(sum(apart)) / len(chosen) < 1
    assert sum(map(abs, apart)) < sum(map(abs, without)) / 4


@pytest.mark.parametrize("kind", KINDS)
def test_the_file_is_small_and_tells_nobody_s_value(kind):
    model = learned(kind)
    assert set(model.frequencies) == set(model.common_columns)
    assert len(model.text().encode()) < 100_000
    features = table(kind, customers(kind))
    values = {
        value for name in ("email", "phone", "address", "name", "family") for value in features[name].drop_nulls()
    }
    assert values
    told = model.text().split("frequencies")[1]
    assert not [value for value in values if str(value) in told]


@pytest.fixture
def connection():
    with engine() as connection:
        yield connection


def of(connection: duckdb.DuckDBPyConnection, column: str, values: list[str], key: str = "k") -> Frequencies:
    put(connection, "feature", iter([pl.DataFrame({column: values}, schema={column: pl.String})]))
    found = counted(connection, [column], key)[column]
    connection.execute("DROP TABLE feature").fetchall()
    return found


def test_only_values_that_many_hold_are_kept_by_hash(connection):
    found = of(connection, "family", ["smith"] * 60 + ["rare"] * 9 + [f"one {number}" for number in range(200)])
    assert found.filled == 269
    assert list(found.common.values()) == [60]
    assert all(len(value) == HASH_DIGITS for value in found.common)
    assert found.rest == pytest.approx((200 + 81) / 209)


@pytest.mark.parametrize("column", ["email", "phone", "website", "address"])
def test_what_is_a_customer_s_own_is_not_kept_even_by_hash(connection, column):
    found = of(connection, column, ["shared"] * 60 + [f"one {number}" for number in range(200)])
    assert found.common == {}


def test_a_hash_is_another_one_in_another_model(connection):
    values = ["smith"] * 60 + [f"one {number}" for number in range(200)]
    one, other = (of(connection, "family", values, key) for key in ("k", "l"))
    assert set(one.common).isdisjoint(other.common)


def test_the_number_of_kept_values_is_bounded(connection):
    common = [f"v{number}" for number in range(MOST_COMMON + 50) for _ in range(60)]
    found = of(connection, "city", common + [f"one {number}" for number in range(90_000)])
    assert len(found.common) == MOST_COMMON
    assert Frequencies.of(found.plain()) == found
    assert len(str(found.plain())) < 100_000


def test_a_column_without_values_has_none(connection):
    found = of(connection, "city", [])
    assert (found.filled, found.common) == (0, {})
    assert Frequencies.of(found.plain()) == found

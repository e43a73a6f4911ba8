"""Scoring: the prior fits the pairs at hand, and what a shared roof explains weighs little."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.match.blocking import block
from crm_migration.match.engine import engine, put
from crm_migration.match.scoring import LEAST_PROBABILITY, estimate_prior, lowest_weight, score, weigh
from tests.match.customers import Row, customers, frame, learned, mapping, run, table

WEIGHTS = st.lists(st.floats(-40, 40), max_size=60)
HOUSEHOLD: list[Row] = [
    {"given_name": name, "family_name": "huber", "phone": "0891234567", "street": "Bergweg 4", "postal_code": "10111",
     "city": "Kiel", "birth_date": born, "email": f"{name}@x.example"}
    for name, born in (("anna", "1950-01-02"), ("otto", "1981-09-30"))
]  # fmt: skip
SHARED = ("street", "area", "phone")


@given(WEIGHTS, st.integers(0, 10**9))
def test_the_prior_lies_within_what_the_pairs_allow(weights, others):
    possible = len(weights) + others
    prior = estimate_prior(np.array(weights), possible)
    assert 0 < prior <= 0.5
    assert prior <= (len(weights) + 1) / (possible + 1)


@given(WEIGHTS.filter(len), st.floats(0, 30), st.integers(0, 10**6), st.data())
def test_the_prior_never_falls_where_a_pair_is_more_alike(weights, more, others, data):
    possible = len(weights) + others
    place = data.draw(st.integers(0, len(weights) - 1))
    raised = [weight + more * (at == place) for at, weight in enumerate(weights)]
    before, after = (estimate_prior(np.array(each), possible) for each in (weights, raised))
    assert after >= before * 0.99


def test_the_prior_is_the_share_of_pairs_that_are_clearly_one_customer():
    clear = np.array([30.0] * 99 + [-30.0] * 900)
    assert estimate_prior(clear, 1_000_000) == pytest.approx(100 / 1_000_001, rel=0.01)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with engine() as connection:
        yield connection


def weighed(connection: duckdb.DuckDBPyConnection, rows: list[Row]) -> dict[str, float]:
    """Return the weights of the one pair that `rows` make among other customers."""
    keyed = [{"_key": f"z{number}", **row} for number, row in enumerate(rows)]
    features = table("person", pl.concat([customers("person"), frame("person", keyed)]))
    put(connection, "feature", iter([features.drop("identity")]))
    numbers = features.filter(pl.col("identity").str.starts_with("z"))["unique_id"].to_list()
    found = weigh(connection, learned("person"), [1e5]).above(-100)
    pair = found.filter(pl.col("unique_id_l").is_in(numbers), pl.col("unique_id_r").is_in(numbers))
    return pair.row(0, named=True)


def parts(pair: dict[str, float], *names: str) -> float:
    return sum(pair.get(f"mw_{kind}{name}", 0.0) for name in names for kind in ("", "tf_adj_"))


def test_address_and_phone_say_little_of_two_people_of_unlike_names(connection):
    pair = weighed(connection, HOUSEHOLD)
    assert parts(pair, *SHARED) > 16, "by itself the address would outweigh a name"
    others = parts(pair, *learned("person").levels()) - parts(pair, *SHARED)
    assert pair["bare"] == pytest.approx(others + 8, abs=0.01)


def test_address_and_phone_count_in_full_where_the_names_are_alike(connection):
    anna, otto = HOUSEHOLD
    pair = weighed(connection, [anna, {**otto, "given_name": "ana"}])
    assert pair["bare"] == pytest.approx(parts(pair, *learned("person").levels()), abs=0.01)
    assert pair["bare"] > 0


def test_the_order_in_which_rows_arrive_changes_no_score(connection):
    features = table("person", customers("person").head(200))
    put(connection, "feature", iter([features.drop("identity")]))
    one = score(connection, learned("person"), [2e4])
    with engine() as other:
        put(other, "feature", iter([features.drop("identity").reverse()]))
        again = score(other, learned("person"), [2e4])
    assert one.pairs.height > 10
    assert again.pairs.equals(one.pairs)
    assert again.prior == pytest.approx(one.prior)


def test_a_model_that_was_saved_scores_as_when_it_was_trained(tmp_path: Path):
    rows, asked = customers("person"), mapping("person")
    saved = tmp_path / "customer.model.json"
    first = run(tmp_path / "one", rows, asked, model=saved, known=None)
    saved.write_text(first.tables["model"]["model"].item(), encoding="utf-8")
    again = run(tmp_path / "two", rows, asked, model=saved, known=None)
    told = [matched.golden.facts for matched in (first, again)]
    assert [facts.pop("model") for facts in told] == ["trained", "saved"]
    assert told[0] == told[1]
    assert told[0]["by_model"] > 50
    for step in ("members", "golden", "review", "evidence", "model"):
        assert again.tables[step].equals(first.tables[step]), step


def test_two_new_rows_against_many_known_ones_are_not_common_among_themselves(connection):
    twice = [HOUSEHOLD[0] | {"_key": key} for key in ("z0", "z1")]
    put(connection, "feature", iter([table("person", frame("person", twice)).drop("identity")]))
    without = replace(learned("person"), frequencies={})
    few = weigh(connection, without, possible=[2 * 1_000_000.0]).above(-100)
    assert few.height == 1
    assert few.select(pl.col("^mw_tf_adj_.*$").abs().sum()).sum_horizontal().item() == 0
    assert few["bare"].item() > 40


def test_a_value_that_many_hold_hides_no_pair_from_the_other_rules(connection):
    rows = customers("person").with_columns(pl.lit("0000000000").alias("phone"))
    without = table("person", rows.with_columns(pl.lit(None, pl.String).alias("phone")))
    put(connection, "feature", iter([table("person", rows).drop("identity")]))
    crowded = block(connection, "person")
    connection.execute("DROP TABLE feature").fetchall()
    put(connection, "feature", iter([without.drop("identity")]))
    assert crowded.pairs == block(connection, "person").pairs > 0


def test_of_many_pairs_those_that_are_left_out_change_neither_the_prior_nor_who_is_shown() -> None:
    chance = np.random.default_rng(7)
    weights = np.concatenate([chance.normal(22, 5, 40_000), chance.normal(-6, 6, 1_160_000)])
    possible = 2e11
    lowest = lowest_weight(len(weights), [possible])
    kept = weights[weights >= lowest]
    assert len(kept) < len(weights) / 3
    prior = estimate_prior(weights, possible)
    assert estimate_prior(kept, possible) == pytest.approx(prior, rel=1e-4)
    likeliest_left_out = weights[weights < lowest].max() + np.log2(prior / (1 - prior))
    assert 2**likeliest_left_out < LEAST_PROBABILITY / 10


def test_of_few_pairs_and_of_a_stream_that_makes_few_more_are_kept() -> None:
    assert lowest_weight(999_999, [1e12]) == lowest_weight(2_000_000, [1e6]) == -14.0
    assert -14.0 < lowest_weight(2_000_000, [1e12, 0.0, 1e10]) == lowest_weight(2_000_000, [1e10]) < 0

"""Training: the weights follow from the rows, whatever their order, and nothing is learned from too few."""

import polars as pl
import pytest

from crm_migration.match.training import LEAST_ROWS, shortcomings, train
from tests.match.customers import customers, frame, learned, table


@pytest.fixture(scope="module")
def persons() -> pl.DataFrame:
    return table("person", customers("person"))


def weights(kind: str) -> dict[str, dict[str, float]]:
    return {name: {label: weight for weight, label in told.items()} for name, told in learned(kind).levels().items()}


def test_the_order_of_rows_makes_no_difference(persons):
    shuffled = train("person", persons.sample(fraction=1, shuffle=True, seed=9))
    assert shuffled is not None
    assert shuffled.digest == learned("person").digest


@pytest.mark.parametrize("kind", ["person", "company"])
def test_likeness_speaks_for_one_customer_and_unlikeness_against(kind):
    found = weights(kind)
    assert set(found) >= {"email", "phone", "street", "area", {"person": "name", "company": "company"}[kind]}
    for levels in found.values():
        assert levels["same"] > 0 > levels["differs"]


def test_a_level_that_training_has_not_met_weighs_no_more_than_the_one_above():
    telephone = weights("person")["phone"]
    counted = customers("person")["phone"].drop_nulls().unique().to_list()
    near = [1 for one in counted for other in counted if sum(a != b for a, b in zip(one, other, strict=True)) == 1]
    assert not near, "no two phones differ in one digit: the level is not met"
    assert telephone["one digit"] <= telephone["same"]


@pytest.mark.parametrize("kind", ["person", "company"])
def test_each_level_of_a_comparison_has_a_weight_of_its_own(kind):
    told = {one["output_column_name"]: len(one["comparison_levels"]) - 1 for one in learned(kind).comparisons}
    assert {name: len(levels) for name, levels in learned(kind).levels().items()} == told


def test_a_household_does_not_teach_that_one_customer_has_two_names():
    couples = [
        {
            "_key": f"{side}{number:03}",
            "given_name": ("anna", "bert", "carl", "dora", "emil")[(number + side * 2) % 5],
            "family_name": f"family{chr(97 + number % 26)}{chr(97 + number // 26)}",
            "phone": f"0{100_000_000 + number * 7919}",
            "city": ("Bonn", "Essen", "Kiel")[number % 3],
        }
        for number in range(300)
        for side in (0, 1)
    ]
    model = train("person", table("person", frame("person", couples)))
    assert model is not None
    taught = {
        level["label_for_charts"]: level["m_probability"] for level in model.comparisons[0]["comparison_levels"][1:]
    }
    assert taught["family name only"] == 0.08
    assert taught["differs"] <= 0.05
    assert taught["given name only"] <= 0.08


def test_too_few_rows_teach_nothing(persons):
    few = persons.head(LEAST_ROWS - 1)
    assert train("person", few) is None
    assert shortcomings("person", few) == ["expected at least 500 rows, found 499"]


def test_fields_that_hardly_anybody_has_or_that_never_vary_teach_nothing(persons):
    only = ("given", "family", "name", "name_any_order", "sound")
    others = [name for name in persons.columns if name not in (*only, "unique_id", "identity", "cjk", "fresh")]
    bare = persons.with_columns(pl.lit(None, persons.schema[name]).alias(name) for name in others)
    bare = bare.with_columns(city=pl.lit("bonn"), email=pl.when(pl.col("unique_id") < 9).then("name"))
    assert train("person", bare) is None
    assert shortcomings("person", bare) == ["expected 2 comparisons with filled and varied fields, found: name"]


def test_rows_that_share_nothing_teach_nothing(persons):
    alone = persons.with_columns(
        pl.format("{}{}", pl.col(name), "unique_id").alias(name) for name in ("birth_date", "given", "email", "phone")
    )
    assert train("person", alone) is None
    (told,) = shortcomings("person", alone)
    assert "at least 20 pairs of rows that share one of (birth_date; given and family; email; phone)" in told

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations

import polars as pl
import pytest

from crm_migration.errors import MappingInvalid
from crm_migration.match.plan import check
from crm_migration.match.survivorship import consolidate
from tests.match.stage import frame, plan

DAY = [datetime(2024, 1, day, tzinfo=UTC) for day in range(1, 10)]


def survivor(rows: list[dict], fields: dict | None = None, **survivorship) -> dict:
    """Consolidate `rows` (with `_identity`) in every order and return the one record they make."""
    config = {"survivorship": {"recency": "modified", "fields": fields or {}, **survivorship}}
    members = frame(rows, first="_identity").with_columns(_golden=pl.lit("crm.contact:1"))
    found = [consolidate(plan(config), members[list(order)]) for order in permutations(range(len(rows)))]
    assert all(other.equals(found[0]) for other in found)
    return found[0].row(0, named=True)


OLD = {"_identity": "crm.contact:1", "city": "Bonn", "modified": DAY[0], "phone": "1", "notes": "x", "email": "a"}
NEW = {"_identity": "crm.contact:2", "city": "Köln", "modified": DAY[5], "phone": "2"}
MID = {"_identity": "crm.contact:3", "city": "Bonn", "modified": DAY[3]}


@pytest.mark.parametrize(
    ("strategy", "city"),
    [
        ("most_complete", "Bonn"),
        ("most_recent", "Köln"),
        ("oldest", "Bonn"),
        ("most_frequent", "Bonn"),
        ("survivor", "Bonn"),
        ("aggregate", "Köln; Bonn"),
        ("longest", "Köln"),
    ],
)
def test_each_strategy(strategy, city):
    assert survivor([OLD, NEW, MID], {"city": strategy})["city"] == city


@pytest.mark.parametrize("strategy", ["most_complete", "most_recent", "oldest", "longest", "most_frequent", "survivor"])
def test_blanks_never_win(strategy):
    blank, empty = {**OLD, "city": "  "}, {**NEW, "city": None}
    assert survivor([blank, empty, MID], {"city": strategy})["city"] == "Bonn"
    assert survivor([blank, empty], {"city": strategy})["city"] is None


def test_the_longest_text_wins_and_length_is_in_characters():
    rows = [{**OLD, "city": "ÄÖÜß"}, {**NEW, "city": "abcde"}]
    assert survivor(rows, {"city": "longest"})["city"] == "abcde"


def test_ties_go_to_the_most_recent_and_then_to_the_smallest_key():
    same = [{"_identity": f"crm.contact:{n}", "city": f"c{n}", "modified": DAY[1]} for n in (3, 2, 1)]
    for strategy in ("most_complete", "most_recent", "oldest", "longest", "most_frequent"):
        assert survivor(same, {"city": strategy})["city"] == "c1"
    later = {**same[0], "modified": DAY[2]}
    assert survivor([later, *same[1:]], {"city": "longest"})["city"] == "c3"
    undated = {"_identity": "crm.contact:0", "city": "c0"}
    assert survivor([undated, *same], {"city": "most_recent"})["city"] == "c1"
    assert survivor([undated, *same], {"city": "oldest"})["city"] == "c1"


def test_the_survivor_is_the_founder_even_when_another_row_knows_more():
    founder, fuller = {"_identity": "crm.contact:1", "city": "Bonn"}, {**NEW, "notes": "n", "email": "e"}
    assert survivor([founder, fuller], {"city": "survivor"})["city"] == "Bonn"
    assert survivor([founder, fuller], {"city": "most_complete"})["city"] == "Köln"


def test_the_strictest_flag_wins():
    def flag(*flags: bool | None) -> bool | None:
        rows = [{"_identity": f"crm.contact:{n}", "no_contact": value} for n, value in enumerate(flags)]
        return survivor(rows, {"no_contact": "strictest"})["no_contact"]

    assert flag(False, True, None) is True
    assert flag(False, None) is False
    assert flag(None, None) is None


def test_an_aggregate_keeps_whole_texts_within_the_length():
    rows = [
        {"_identity": "crm.contact:1", "notes": "twelve chars", "modified": DAY[3]},
        {"_identity": "crm.contact:2", "notes": "a bit longer", "modified": DAY[2]},
        {"_identity": "crm.contact:3", "notes": "short", "modified": DAY[1]},
        {"_identity": "crm.contact:4", "notes": "short", "modified": DAY[0]},
    ]
    assert survivor(rows, {"notes": "aggregate"})["notes"] == "twelve chars; short"


def test_the_external_id_is_always_the_founders():
    config = plan({"survivorship": {"default": "longest"}})
    target = config.entity.target.model_copy(update={"external_id": "phone"})
    changed = replace(config, entity=config.entity.model_copy(update={"target": target}))
    rows = [
        {"_identity": "crm.contact:1", "phone": "1", "city": "Bonn"},
        {"_identity": "crm.contact:2", "phone": "22222", "city": "Bergheim"},
    ]
    made = consolidate(changed, frame(rows, first="_identity").with_columns(_golden=pl.lit("crm.contact:1")))
    assert made.select("phone", "city").row(0) == ("1", "Bergheim")


def test_a_group_moves_as_one_blanks_and_all():
    rows = [
        {"_identity": "crm.contact:1", "city": "Bonn", "phone": "1", "email": "a", "modified": DAY[0]},
        {
            "_identity": "crm.contact:2",
            "city": "Köln",
            "notes": "n",
            "no_contact": True,
            "amount": Decimal(1),
            "modified": DAY[1],
        },
    ]
    record = survivor(rows, groups=[["city", "phone"]])
    assert (record["city"], record["phone"]) == ("Bonn", "1")
    record = survivor([rows[1], {**rows[0], "phone": None}], groups=[["city", "phone"]])
    assert (record["city"], record["phone"]) == ("Köln", None)


def test_exact_kinds_stay_exact():
    rows = [
        {"_identity": "crm.contact:1", "amount": Decimal("0.10")},
        {"_identity": "crm.contact:2", "amount": Decimal("123456789012.34")},
    ]
    assert survivor(rows, {"amount": "longest"})["amount"] == Decimal("123456789012.34")
    assert survivor([{**rows[0], "modified": DAY[8]}], {})["modified"] == DAY[8]


def test_another_sources_reference_never_wins():
    rows = [
        {"_identity": "other.contact:1", "account": "A1", "city": "Bonn", "modified": DAY[5], "phone": "1"},
        {"_identity": "crm.contact:2", "account": "A2", "modified": DAY[0]},
    ]
    record = survivor(rows, {"account": "most_recent"})
    assert (record["account"], record["city"]) == ("A2", "Bonn")
    assert survivor([rows[0], {**rows[1], "account": None}])["account"] is None


def test_many_records_at_once_do_not_mix():
    rows = frame([{"_identity": f"crm.contact:{n}", "city": f"c{n // 2}"} for n in range(200)], first="_identity")
    golden = pl.Series("_golden", [f"crm.contact:{n - n % 2}" for n in range(200)])
    made = consolidate(plan(), rows.with_columns(golden))
    assert made.height == 100
    assert set(made["_members"]) == {2}
    assert made.select(
        pl.col("city") == "c" + (pl.col("_golden").str.strip_prefix("crm.contact:").cast(pl.Int64) // 2).cast(pl.String)
    )["city"].all()


def test_a_match_that_cannot_work_is_refused_with_every_fault():
    config = {
        "keys": [{"name": "email", "fields": ["e_mail"], "similar": {"fields": ["nickname"]}}],
        "guards": {"given_name": "first_name"},
        "survivorship": {
            "fields": {"city": "strictest", "amount": "aggregate", "town": "oldest"},
            "recency": "changed",
        },
    }
    with pytest.raises(MappingInvalid) as caught:
        check(plan(config))
    text = str(caught.value)
    for name in ("e_mail", "nickname", "first_name", "town", "changed", "'strictest'", "'aggregate'"):
        assert name in text
    assert len(caught.value.problems) == 7

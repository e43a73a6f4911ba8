"""What holds for any rows, in any order, in any number of runs."""

import random
import tempfile
from itertools import combinations
from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.match.persons import given_names_differ
from tests.match.stage import Matched, mapping, run

GIVEN = {"Ann": "ann", "Anna": "anna", "Tom": "tom", "T.": "t", "Robert": "robert", "Bob": "bob", None: None}
PERSON = st.fixed_dictionaries(
    {
        "given_name": st.sampled_from(list(GIVEN)),
        "family_name": st.sampled_from(["Lee", "Li", "Ann", None]),
        "email": st.sampled_from(["a@x.org", "A@x.org", "b@x.org", "c@x.org", None, None]),
        "phone": st.sampled_from(["+1", "+2", "+3", None, None]),
        "city": st.sampled_from(["Bonn", "Köln", None]),
    }
)
ROWS = st.lists(PERSON, max_size=14).map(lambda rows: [{"_key": f"{n:02d}", **row} for n, row in enumerate(rows)])
GUARDS = {"guards": {"given_name": "given_name", "max_cluster": 5}}
QUICK = settings(max_examples=12, deadline=None)


def matched(rows: list[dict], known=None, **more) -> Matched:
    with tempfile.TemporaryDirectory() as root:
        return run(Path(root), rows, known, config=mapping(GUARDS), **more)


def accounted(done: Matched, rows: list[dict]) -> None:
    members, golden = done.tables["members"], done.tables["golden"]
    assert members["_key"].to_list() == [row["_key"] for row in rows]
    assert golden["_golden"].is_unique().all()
    assert set(golden["_golden"]) == set(members["_golden"])
    assert done.golden.facts["rows"] == len(rows)
    assert done.golden.facts["golden"] == golden.height
    assert done.golden.facts["merged"] == (~members["_master"]).sum()
    assert sum(done.golden.facts["by_key"].values()) == members["_merged_by"].drop_nulls().len()


@QUICK
@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_parts_changes_nothing(rows, rng: random.Random):
    once = matched(rows)
    shuffled = rng.sample(rows, len(rows))
    again = matched(shuffled, part_rows=rng.randint(1, 14))
    assert again.members == once.members
    assert again.tables["review"].equals(once.tables["review"])
    for step, order in (("golden", "_golden"), ("members", "_key"), ("lineage", "_key")):
        assert again.tables[step].sort(order).equals(once.tables[step].sort(order))
    accounted(once, rows)
    accounted(again, shuffled)


@QUICK
@given(ROWS)
def test_first_runs_found_clusters_that_no_guard_forbids(rows):
    done = matched(rows)
    given_of = {row["_key"]: GIVEN[row["given_name"]] for row in rows}
    family_of = {row["_key"]: (row["family_name"] or "").lower() for row in rows}
    for keys in done.clusters:
        assert done.members[min(keys)] == f"crm.contact:{min(keys)}"
        assert len(keys) <= 5
        for a, b in combinations(sorted(keys), 2):
            one, other = given_of[a], given_of[b]
            swapped = one == family_of[b] and other == family_of[a]
            assert not one or not other or swapped or not given_names_differ(one, other)
    values = (
        pl.DataFrame(rows, schema={"_key": pl.String(), "email": pl.String(), "phone": pl.String()}) if rows else None
    )
    for keys in done.merged:
        shared = [
            values.filter(pl.col("_key").is_in(keys))[field].str.to_lowercase().drop_nulls()
            for field in ("email", "phone")
        ]
        assert any(column.is_duplicated().any() for column in shared)


@QUICK
@given(ROWS)
def test_a_second_run_changes_nothing(rows):
    first = matched(rows)
    again = matched(rows, first.known([first.tables["golden"].drop("_key", "_members")]))
    assert again.members == first.members
    assert again.tables["golden"].sort("_golden").equals(first.tables["golden"].sort("_golden"))
    assert again.tables["review"].is_empty()


@QUICK
@given(ROWS, st.integers(0, 14))
def test_golden_ids_and_records_do_not_depend_on_what_comes_along(rows, cut):
    first = matched(rows[:cut])
    known = first.known([first.tables["golden"].drop("_key", "_members")])
    together, in_turn = matched(rows, known), matched(rows[cut:], known)
    accounted(together, rows)
    accounted(in_turn, rows[cut:])
    assert {key: together.members[key] for key in first.members} == first.members
    assert {key: together.members[key] for key in in_turn.members} == in_turn.members
    records = together.tables["golden"].join(in_turn.tables["golden"], on="_golden", how="semi")
    assert in_turn.tables["golden"].sort("_golden").equals(records.sort("_golden"))

"""What people decide: joined whatever guards say, apart whatever others say, and a contradiction is told."""

from itertools import permutations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.match import KnownRecords
from crm_migration.match.decisions import Groups, memory
from crm_migration.match.known import DECISIONS
from tests.match.stage import mapping, run

GUARDED = {"guards": {"given_name": "given_name"}}


def person(key, given_name, email=None, **more):
    return {"_key": key, "given_name": given_name, "family_name": "Lee", "email": email, **more}


def decided(*lines, known=None):
    """Return what is known with decisions (a, b, judgement) about rows of crm.contact, by key."""
    before = known or KnownRecords.nothing()
    golden = {f"crm.contact:{key}": golden for key, golden in before.crosswalk.select("source_key", "golden_id").rows()}
    rows = []
    for one, other, judgement in lines:
        a, b = sorted((f"crm.contact:{one}", f"crm.contact:{other}"))
        rows.append((a, b, judgement, golden.get(a), golden.get(b)))
    frame = pl.DataFrame(rows, schema=DECISIONS, orient="row")
    return KnownRecords(before.crosswalk, before.records, before.lineage, frame)


def test_the_last_judgement_of_a_pair_counts_in_whatever_order_it_is_read():
    history = [(1, "a", "b", "same"), (2, "a", "c", "same"), (3, "a", "b", "different")]
    for order in permutations(history):
        assert memory(order) == {("a", "b"): "different", ("a", "c"): "same"}


def test_rows_said_to_be_one_customer_are_merged_though_a_guard_objects_and_no_key_agrees(tmp_path):
    rows = [person("1", "Ann", "a@x.org"), person("2", "Zoe", "a@x.org"), person("3", "Tom", "t@x.org")]
    asked = run(tmp_path / "1", rows, config=mapping(GUARDED))
    assert asked.review == {("1", "2", "email", "given_name")}
    done = run(tmp_path / "2", rows, decided(("1", "2", "same"), ("2", "3", "same")), config=mapping(GUARDED))
    assert done.merged == {frozenset("123")}
    assert dict(done.tables["members"].select("_key", "_merged_by").rows()) == {
        "1": None,
        "2": "decision",
        "3": "decision",
    }
    assert done.review == set(), "what is decided is not asked again"


def test_rows_said_to_differ_stay_apart_even_where_a_third_connects_them(tmp_path):
    rows = [person("1", "Ann", "a@x.org"), person("2", "Ann", "a@x.org"), person("3", "Ann", "a@x.org")]
    done = run(tmp_path, rows, decided(("1", "2", "different")))
    assert {"1", "2"} not in [set(cluster) for cluster in done.clusters]
    assert sorted(map(len, done.clusters)) == [1, 2]
    assert ("1", "2") not in {(a, b) for a, b, *_ in done.review}


def test_different_wins_over_same_and_the_contradiction_is_told(tmp_path):
    rows = [person(key, name) for key, name in (("1", "Ann"), ("2", "Bob"), ("3", "Cy"))]
    done = run(tmp_path, rows, decided(("1", "2", "same"), ("2", "3", "same"), ("1", "3", "different")))
    assert done.merged == {frozenset("12")}
    assert done.review == {("2", "3", "decision", "contradiction")}


def test_a_pair_of_which_a_person_is_unsure_is_listed_apart(tmp_path):
    rows = [person("1", "Ann", "a@x.org"), person("2", "Zoe", "a@x.org")]
    done = run(tmp_path, rows, decided(("1", "2", "unsure")), config=mapping(GUARDED))
    assert done.tables["review"].select("_key_a", "_key_b", "judgement").rows() == [("1", "2", "unsure")]
    assert done.merged == set()


def test_a_row_leaves_its_record_and_the_founder_keeps_it(tmp_path):
    rows = [person(key, "Ann", "a@x.org") for key in "123"]
    first = run(tmp_path / "1", rows)
    known = decided(("1", "3", "different"), ("2", "3", "different"), known=first.known())
    done = run(tmp_path / "2", rows, known)
    assert done.clusters == {frozenset("12"), frozenset("3")}
    assert done.members["1"] == "crm.contact:1"
    moved = done.golden.facts["moved"]
    assert moved == 1
    again = run(tmp_path / "3", rows, decided(("1", "3", "different"), ("2", "3", "different"), known=done.known()))
    assert again.members == done.members
    assert again.golden.facts["moved"] == 0


def test_a_row_that_is_not_read_stays_until_it_is(tmp_path):
    rows = [person(key, "Ann", "a@x.org") for key in "12"]
    first = run(tmp_path / "1", rows)
    known = decided(("1", "2", "different"), known=first.known())
    waiting = run(tmp_path / "2", rows[:1], known)
    assert waiting.record("crm.contact:1")["_members"] == 2
    left = run(tmp_path / "3", rows[1:], known)
    assert left.members == {"2": "crm.contact:2"}
    assert left.record("crm.contact:1")["_members"] == 1, "the record is rebuilt though none of its rows was read"


def test_records_that_exist_join_under_the_smaller_name(tmp_path):
    rows = [person("1", "Ann"), person("2", "Bob"), person("3", "Bob")]
    first = run(tmp_path / "1", rows, decided(("2", "3", "same")))
    assert first.merged == {frozenset("23")}
    known = decided(("1", "3", "same"), ("2", "3", "same"), known=first.known())
    part = run(tmp_path / "2", [rows[1]], known)
    assert part.members == {"2": "crm.contact:2"}, "the founder waits for its other members"
    done = run(tmp_path / "3", rows, known)
    assert done.members == dict.fromkeys("123", "crm.contact:1")
    assert done.tables["golden"]["_golden"].to_list() == ["crm.contact:1"]


PAIRS = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=12)


@given(same=PAIRS, apart=PAIRS)
def test_no_group_ever_holds_two_that_are_to_stay_apart(same, apart):
    apart = [(a, b) for a, b in apart if a != b]
    groups = Groups(apart)
    for a, b in same:
        joined = groups.join(a, b)
        assert joined == (groups.root(a) == groups.root(b))
    assert all(groups.root(a) != groups.root(b) for a, b in apart)

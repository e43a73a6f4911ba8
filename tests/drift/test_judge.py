"""What judging and following promise for any source: memory settles, and a mapping stays whole without some fields."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.drift.change import Change, Columns
from crm_migration.drift.follow import absent_columns, followed
from crm_migration.drift.judge import Judgement, judge
from crm_migration.extract.source import Profile
from crm_migration.mapping.model import Mapping
from crm_migration.mapping.scope import Scope

KINDS = ("new_columns", "missing_columns", "changed_types", "reordered_columns")


def _mapping(drift: dict[str, str], **entity: Any) -> Mapping:
    described: dict[str, Any] = {
        "table": "people",
        "key": "id",
        "drift": drift,
        "target": {"object": "person", "external_id": "legacy_id"},
        "fields": {
            "legacy_id": {"from": "id", "kind": "text"},
            "first": {"from": "first", "kind": "name"},
            "email": {"from": "mail", "kind": "email"},
            "phone": {"from": "phone", "kind": "phone", "country_from": "country"},
            "boss": {"from": "boss", "kind": "reference", "to": "person", "null_together": ["email", "boss"]},
            "stage": {"from": "stage", "kind": "choice", "values": {"a": "A"}},
        },
    }
    return Mapping.model_validate(
        {
            "version": "1",
            "source": {"name": "old", "connection": "old"},
            "target": {"name": "new", "connection": "new"},
            "entities": {"person": described | entity},
        }
    )


def _judged(policy: str, offered: Columns, last: Columns | None, **values: set[str]) -> Judgement:
    mapping = _mapping(dict.fromkeys([*KINDS, "new_values"], policy))
    profile = Profile(
        dict.fromkeys((name for name, _ in offered), "text"), {name: kind for name, kind in offered if kind}, values
    )
    return judge(Scope(mapping, "person", mapping.entities["person"]), profile, last)


# The key must be there, else the run stops whatever the policy.
_columns = st.lists(
    st.tuples(
        st.sampled_from(["first", "mail", "phone", "stage", "x", "y", "z"]), st.sampled_from(["", "text", "integer"])
    ),
    unique_by=lambda column: column[0],
).map(lambda columns: [("id", "text"), *columns])


@given(_columns, _columns)
def test_what_evolved_is_remembered_so_that_nothing_is_new_the_next_time(before: Columns, now: Columns) -> None:
    seen = _judged("evolve", now, before).seen
    assert [name for name, _ in seen] == [name for name, _ in now]
    again = _judged("evolve", now, seen)
    assert again.seen == seen
    assert {change.kind for change in again.changes} <= {"missing_columns"}


@given(_columns, _columns)
def test_what_is_discarded_is_told_again_and_again_in_the_same_words(before: Columns, now: Columns) -> None:
    first = _judged("discard", now, before)
    assert dict(first.seen).keys() >= dict(before).keys()
    assert [name for name, _ in first.seen if name in dict(before)] == [name for name, _ in before]
    again = _judged("discard", now, first.seen)
    assert again.changes == first.changes
    assert _judged("discard", before, first.seen).changes == _judged("discard", before, before).changes


@given(_columns, _columns)
def test_a_frozen_run_stops_exactly_when_something_changed(before: Columns, now: Columns) -> None:
    changes = _judged("freeze", now, before).changes
    assert all(change.stops for change in changes)
    same_names = [name for name, _ in before] == [name for name, _ in now]
    same_kinds = all(not kind or not dict(before).get(name) or dict(before)[name] == kind for name, kind in now)
    read = {"id", "first", "mail", "phone", "country", "boss", "stage"}
    assert (not changes) == (same_names and same_kinds and read <= dict(now).keys())


def test_the_first_look_has_nothing_to_compare_with() -> None:
    offered = [(name, "text") for name in ("id", "first", "mail", "phone", "country", "boss", "stage", "more")]
    for policy in ("evolve", "freeze", "discard"):
        found = _judged(policy, offered, None)
        assert (found.changes, found.faults, found.seen) == ([], [], offered)


def _left_out(columns: tuple[str, ...], fields: tuple[str, ...]) -> Change:
    return Change("person", "missing_columns", "discard", columns, "", fields=fields)


MATCH: dict[str, Any] = {
    "keys": [
        {"name": "email", "fields": ["email"]},
        {"name": "phone", "fields": ["phone"], "similar": {"fields": ["first"]}},
    ],
    "guards": {"given_name": "first"},
    "survivorship": {
        "recency": "email",
        "fields": {"phone": "longest", "email": "longest"},
        "groups": [["email", "phone"]],
    },
}


def test_nothing_in_the_mapping_speaks_of_a_field_that_is_left_out() -> None:
    expected = [
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": name}} for name in ("email", "phone")
    ]
    mapping = _mapping({}, match=MATCH, expectations=expected)
    entity = followed(mapping, [_left_out(("mail",), ("email",))]).entities["person"]
    assert "email" not in entity.fields
    assert entity.source_columns == ["id", "first", "phone", "country", "boss", "stage"]
    assert entity.references["boss"].null_together == ["boss"]
    assert [one.kwargs for one in entity.expectations] == [{"column": "phone"}]
    assert entity.match is not None
    assert [key.name for key in entity.match.keys] == ["phone"]
    assert entity.match.survivorship.recency is None
    assert entity.match.survivorship.fields == {"phone": "longest"}
    assert entity.match.survivorship.groups == [["phone"]]
    assert mapping.entities["person"].fields.keys() >= {"email"}


@pytest.mark.parametrize("without", [("first",), ("email", "phone")])
def test_nothing_is_merged_without_its_guard_or_without_a_key(without: tuple[str, ...]) -> None:
    entity = followed(_mapping({}, match=MATCH), [_left_out(("x",), without)]).entities["person"]
    assert entity.match is not None
    assert entity.match.keys == []
    assert entity.match.guards.given_name not in without


def test_a_change_that_stops_the_run_changes_nothing_else() -> None:
    stopping = Change("person", "missing_columns", "discard", ("id",), "", fields=("legacy_id",), stops=True)
    mapping = _mapping({})
    assert followed(mapping, [stopping]) is mapping
    assert absent_columns([stopping]) == {}


def test_a_long_list_of_changes_is_cut_in_words() -> None:
    offered = [("id", "text"), *((f"column_{number}", "text") for number in range(30))]
    change = next(
        change for change in _judged("evolve", offered, [("id", "text")]).changes if change.kind == "new_columns"
    )
    assert len(change.columns) == 30
    assert change.found.endswith("'column_9' and 20 more")

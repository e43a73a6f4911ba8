"""Each kind of change under each policy does what the mapping says, before anything is loaded."""

import json
import logging
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crm_migration import pipeline
from crm_migration.errors import MappingFault, MappingInvalid, SchemaDrifted
from crm_migration.report.model import Report
from tests.drift.conftest import Loaded
from tests.drift.small import Place, Table

SOURCES = ("sqlite", "csv")
MEMORY = {
    "sqlite": [
        ("id", "text"), ("name", "text"), ("city", "text"), ("stage", "text"), ("size", "integer"), ("note", "text")
    ],
    "csv": [
        ("id", "integer"), ("name", "text"), ("city", "text"), ("stage", "text"), ("size", "integer"), ("note", "")
    ],
}  # fmt: skip
CHANGED: dict[str, Table] = {
    "new_columns": Table.first().with_columns("id", "name", "city", "stage", "size", "note", "fax"),
    "missing_columns": Table.first().with_columns("id", "name", "stage", "size"),
    "changed_types": Table(types=(), rows=Table.first().rows).with_values(size=["small", "large", "huge"]),
    "reordered_columns": Table.first().with_columns("id", "city", "name", "stage", "size", "note"),
    "new_values": Table.first().with_values(stage=["a", "W", "a"]),
}
FOUND = {
    "new_columns": ("fax",),
    "missing_columns": ("city", "note"),
    "changed_types": ("size",),
    "reordered_columns": ("city",),
    "new_values": ("stage",),
}


@dataclass(frozen=True)
class Expected:
    """What the second run leaves: the target's rows that are not as loaded first, and the ledger's memory."""

    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    done: str = ""
    memory: Any = None


def _emptied(column: str) -> dict[str, dict[str, Any]]:
    return {key: {column: None} for key in "123"}


def _without(*columns: str) -> Any:
    return lambda memory: [(name, kind) for name, kind in memory if name not in columns]


def _as_text(memory: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, "text" if name == "size" else kind) for name, kind in memory]


def _city_first(memory: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [memory[0], memory[2], memory[1], *memory[3:]]


SIZES = {"1": {"size": "small"}, "2": {"size": "large"}, "3": {"size": "huge"}}
GOES_ON = {
    ("new_columns", "evolve"): Expected(done="remembered", memory="fax"),
    ("new_columns", "discard"): Expected(done="not remembered"),
    ("missing_columns", "evolve"): Expected(
        _emptied("city"), "read as empty for 'city'", _without("city", "note")
    ),
    ("missing_columns", "discard"): Expected(done="left as they are in the target: 'city'"),
    ("changed_types", "evolve"): Expected(SIZES, "remembered", _as_text),
    ("changed_types", "discard"): Expected(done="left as they are in the target: 'size'"),
    ("reordered_columns", "evolve"): Expected(done="remembered", memory=_city_first),
    ("reordered_columns", "discard"): Expected(done="not remembered"),
    ("new_values", "evolve"): Expected({"2": {"stage": "W"}}, "taken over as they are"),
    ("new_values", "discard"): Expected({"2": {"stage": None}}, "read as empty"),
}  # fmt: skip


def _target(changes: dict[str, dict[str, Any]]) -> dict[str, tuple[Any, ...]]:
    """Return what the target holds after the second run: one name has changed, and what a policy lets through."""
    names = ("name", "city", "stage", "size")
    first = {
        "1": ("Anna", "Berlin", "Active", "41"),
        "2": ("Bob", "Paris", "Lost", "42"),
        "3": ("Cem", "Rome", "Active", "43"),
    }
    return {
        key: tuple((dict(zip(names, row, strict=True)) | changes.get(key, {})).values()) for key, row in first.items()
    }


def _memory(source: str, expected: Expected) -> list[tuple[str, str]]:
    if expected.memory == "fax":
        return [*MEMORY[source], ("fax", "text" if source == "sqlite" else "")]
    return list(expected.memory(MEMORY[source])) if expected.memory else MEMORY[source]


def _changed(place: Place, kind: str) -> None:
    """Let the source change in one way, and one name besides, so that the second run has something to load."""
    place.put(CHANGED[kind].with_values(name=["Anna", "Bob", "Cem"]))


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("kind", "policy"), GOES_ON, ids=[f"{kind}-{policy}" for kind, policy in GOES_ON])
def test_a_change_is_followed_or_left_out(
    loaded: Loaded, kind: str, policy: str, source: str, caplog: pytest.LogCaptureFixture
) -> None:
    place, expected = loaded(source), GOES_ON[kind, policy]
    _changed(place, kind)
    with caplog.at_level(logging.WARNING):
        made = place.run("second", {kind: policy})
    assert place.contacts() == _target(expected.rows)
    assert place.remembered() == _memory(source, expected)
    (change,) = made.changes
    assert [record.message for record in caplog.records if record.name == "crm_migration.preflight"] == [
        f"old: contact: {change.title}: {change.found} ({policy}): {change.done}"
    ]
    assert (change.entity, change.kind, change.policy, change.stops) == ("contact", kind, policy, False)
    assert change.columns == FOUND[kind]
    assert change.done == expected.done
    assert change.rows == (1 if (kind, policy) == ("new_values", "discard") else None)
    again = pipeline.examine(place.job("third", {kind: policy}))
    # What was remembered is told once; what was not, and what the mapping reads and does not find, every time.
    told_again = policy == "discard" or kind in ("missing_columns", "new_values")
    assert [change.kind for change in again.drift.changes] == ([kind] if told_again else [])
    assert again.problems == []


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("kind", CHANGED)
def test_a_frozen_change_stops_the_run_before_anything_is_written(loaded: Loaded, kind: str, source: str) -> None:
    place = loaded(source)
    _changed(place, kind)
    error, made = place.stopped("second", {kind: "freeze"})
    assert isinstance(error, SchemaDrifted)
    assert place.contacts()["1"] == ("Ann", "Berlin", "Active", "41")
    assert place.remembered() == MEMORY[source]
    (change,) = made.changes
    assert (change.kind, change.policy, change.stops) == (kind, "freeze", True)
    assert change.columns == FOUND[kind]
    written = json.loads((place.folder / "staging/old/second/_run/report/report.json").read_text(encoding="utf-8"))
    assert written["changes"][0]["columns"] == list(FOUND[kind])
    assert written["verdict"]["state"] == "red"


@pytest.mark.parametrize("source", SOURCES)
def test_a_field_that_was_left_out_is_mapped_again_when_its_column_is_back(loaded: Loaded, source: str) -> None:
    place = loaded(source)
    policies = {"missing_columns": "discard"}
    place.put(
        Table.first().with_columns("id", "name", "stage", "size", "note").with_values(name=["Anna", "Bob", "Cem"])
    )
    place.run("second", policies)
    place.put(Table.first().with_values(city=["Bonn", "Paris", "Rome"], name=["Anna", "Bob", "Cem"]))
    made = place.run("third", policies)
    assert place.contacts() == _target({"1": {"city": "Bonn"}})
    assert made.changes == ()


@pytest.mark.parametrize("source", SOURCES)
def test_a_record_with_nothing_new_is_unchanged_while_a_field_is_left_out(loaded: Loaded, source: str) -> None:
    place, policies = loaded(source), {"missing_columns": "discard"}
    narrow = Table.first().with_columns("id", "name", "stage", "size", "note")
    place.put(narrow)
    made = place.run("second", policies)
    assert [change.policy for change in made.changes] == ["discard"]
    assert _outcomes(made) == {"unchanged": 3}
    place.put(narrow.with_values(name=["Anna", "Bob", "Cem"]))
    assert _outcomes(place.run("third", policies)) == {"updated": 1, "unchanged": 2}
    assert _outcomes(place.run("fourth", policies)) == {"unchanged": 3}
    place.put(Table.first().with_values(name=["Anna", "Bob", "Cem"], city=["Berlin", "Lyon", "Rome"]))
    before = place.contacts()
    assert _outcomes(place.run("fifth", policies)) == {"updated": 1, "unchanged": 2}
    assert place.contacts() == _target({"2": {"city": "Lyon"}})
    assert _outcomes(place.run("sixth", policies)) == {"unchanged": 3}
    assert pipeline.undo(place.job("fifth", policies)).differing == []
    assert place.contacts() == before


def test_an_edit_of_a_field_that_was_left_out_meanwhile_outlives_its_return(loaded: Loaded) -> None:
    place, policies = loaded("csv"), {"missing_columns": "discard"}
    engine = sa.create_engine(place.target_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE contact SET city = 'Edited' WHERE legacy_id = '1'"))
    renamed = Table.first().with_values(name=["Anna", "Bob", "Cem"])
    place.put(renamed.with_columns("id", "name", "stage", "size", "note"))
    assert _outcomes(place.run("second", policies)) == {"updated": 1, "unchanged": 2}
    place.put(renamed)
    place.run("third", policies)
    assert place.contacts()["1"] == ("Anna", "Edited", "Active", "41")
    assert _outcomes(place.run("fourth", policies)) == {"unchanged": 3}


def _outcomes(made: Report) -> dict[str, int]:
    (entity,) = made.entities
    counted = entity.identity.counts
    assert counted is not None
    return {name: count for name, count in counted.as_dict().items() if count}


def test_a_postgresql_source_is_watched_by_its_declared_types(postgres_url: str, tmp_path: Path) -> None:
    place = Place(tmp_path, "postgresql", postgres_url).create()
    assert place.run("first").changes == ()
    types = (("size", "varchar(9)"),)
    columns = ("fax", "id", "stage", "name", "size")
    changed = Table(columns, types, Table.first().rows).with_values(stage=["a", "W", "a"], name=["Anna", "Bob", "Cem"])
    place.put(changed)
    frozen = dict.fromkeys(
        ("new_columns", "missing_columns", "changed_types", "reordered_columns", "new_values"), "freeze"
    )
    error, made = place.stopped("frozen", frozen)
    assert isinstance(error, SchemaDrifted)
    assert {change.kind for change in made.changes} == frozen.keys()
    assert "expected a column of contacts" in str(error)
    assert "'size' (integer, now character varying(9))" in str(error)

    discarded = place.run("discarded", dict.fromkeys(frozen, "discard"))
    assert {change.kind for change in discarded.changes} == frozen.keys()
    assert place.contacts() == _target({"2": {"stage": None}})
    assert [name for name, _ in place.remembered()] == ["id", "name", "city", "stage", "size", "note"]

    place.run("evolved", dict.fromkeys(frozen, "evolve"))
    assert {key: row[1] for key, row in place.contacts().items()} == {"1": None, "2": None, "3": None}
    assert place.contacts()["2"] == ("Bob", None, "W", "42")
    assert [name for name, _ in place.remembered()] == list(columns)


@pytest.mark.parametrize("policy", ["evolve", "discard"])
def test_records_of_json_are_watched_but_for_the_order_of_their_members(loaded: Loaded, policy: str) -> None:
    place = loaded("ndjson")
    changed = Table(("fax", "stage", "name", "id", "size"), (), Table.first().rows)
    place.put(changed.with_values(stage=["a", "W", "a"], size=["small", "large", "huge"], fax="123"))
    made = place.run("second", dict.fromkeys(CHANGED, policy))
    assert [change.kind for change in made.changes] == ["new_columns", "missing_columns", "changed_types", "new_values"]
    city, size, stage = ("Paris", "42", None) if policy == "discard" else (None, "large", "W")
    assert place.contacts()["2"] == ("Bob", city, stage, size)


NEEDED: list[tuple[str, dict[str, Any]]] = [
    ("id", {}),
    ("name", {}),
    ("note", {"watermark": "note"}),
    ("note", {"filters": [{"name": "gone", "column": "note", "equals": ["gone"]}]}),
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("policy", ["evolve", "discard"])
@pytest.mark.parametrize(("column", "entity"), NEEDED, ids=["key", "required", "watermark", "filter"])
def test_what_a_run_cannot_do_without_stops_it_whatever_the_policy(
    loaded: Loaded, column: str, entity: dict[str, Any], policy: str, source: str
) -> None:
    place = loaded(source)
    place.put(Table.first().with_columns(*(name for name in Table.first().columns if name != column)))
    error, made = place.stopped("second", {"missing_columns": policy}, **entity)
    assert isinstance(error, SchemaDrifted)
    assert f"found '{column}'" in str(error)
    assert "mapping.yaml:" in str(error)
    (change,) = made.changes
    assert change.stops
    assert "cannot do without" in change.done


def test_a_column_that_never_was_is_a_fault_of_the_mapping_and_no_drift(tmp_path: Path) -> None:
    place = Place(tmp_path, "sqlite").create()
    place.put(Table.first().with_columns("id", "name", "stage", "size"))
    error, made = place.stopped("first")
    assert type(error) is MappingInvalid
    assert "expected a column of contacts" in str(error)
    assert made.changes == ()


def test_the_tasks_of_a_run_follow_what_preflight_has_decided(loaded: Loaded) -> None:
    place = loaded("sqlite")
    place.put(CHANGED["missing_columns"].with_values(name=["Anna", "Bob", "Cem"], stage=["a", "W", "a"]))
    policies = {"missing_columns": "evolve", "new_values": "discard"}
    pipeline.preflight(place.job("second", policies))
    # Each task is a process of its own: it builds its job anew, and the source may have changed again.
    for step in (pipeline.extract_entity, pipeline.clean_entity, pipeline.match_entity):
        step(place.job("second", policies), "contact")
    for step in (pipeline.backup, pipeline.load_sample, pipeline.validate_sample):
        step(place.job("second", policies))
    pipeline.load_entity(place.job("second", policies), "contact")
    pipeline.validate_full(place.job("second", policies))
    assert place.contacts() == _target(_emptied("city") | {"2": {"city": None, "stage": None}})


def test_a_column_that_goes_between_preflight_and_extract_is_not_read_as_empty(loaded: Loaded) -> None:
    for source in SOURCES:
        place = loaded(source)
        policies = {"missing_columns": "evolve"}
        pipeline.preflight(place.job("second", policies))
        place.put(Table.first().with_columns("id", "name", "stage", "size", "note"))
        with pytest.raises(MappingFault, match="no column 'city'"):
            pipeline.extract_entity(place.job("second", policies), "contact")


def test_a_run_that_was_rolled_back_remembers_nothing(loaded: Loaded) -> None:
    place = loaded("sqlite")
    place.put(CHANGED["new_columns"])
    place.run("second")
    assert ("fax", "text") in place.remembered()
    pipeline.undo(place.job("second"))
    assert place.remembered() == MEMORY["sqlite"]


@pytest.mark.parametrize("policy", ["evolve", "discard"])
def test_a_run_without_a_column_can_be_rolled_back(loaded: Loaded, policy: str) -> None:
    place = loaded("sqlite")
    before = place.contacts()
    _changed(place, "missing_columns")
    place.run("second", {"missing_columns": policy})
    assert place.contacts() != before
    assert pipeline.undo(place.job("second", {"missing_columns": policy})).differing == []
    assert place.contacts() == before


def test_a_run_that_is_repeated_finds_the_same_changes_again(loaded: Loaded) -> None:
    place = loaded("sqlite")
    place.put(CHANGED["new_columns"])
    first, again = place.run("second"), place.run("second")
    assert [change.columns for change in first.changes] == [change.columns for change in again.changes] == [("fax",)]


def test_a_plan_tells_the_changes_and_remembers_nothing(loaded: Loaded) -> None:
    place = loaded("sqlite")
    place.put(CHANGED["new_columns"])
    job = place.job("planned")
    made, _, failed = pipeline.run_line(replace(job, options=replace(job.options, dry_run=True)), lambda _job: None)
    assert failed is None
    assert [change.kind for change in made.changes] == ["new_columns"]
    assert place.remembered() == MEMORY["sqlite"]


MANY = {"file": "*.csv", "key": "id"}


def test_a_column_that_only_one_of_several_files_lacks_is_judged_too(loaded: Loaded) -> None:
    place = loaded("csv")
    more = Table(("id", "name", "stage", "size"), (), Table.first().rows[:1]).with_values(id=["9"])
    place.put(more, "more.csv")
    error, _ = place.stopped("frozen", **MANY)
    assert "expected column 'city' in every file, found none in 'more.csv'" in str(error)
    place.run("evolved", {"missing_columns": "evolve"}, **MANY)
    assert place.contacts()["9"] == ("Ann", None, "Active", "41")
    assert place.contacts()["1"] == ("Ann", "Berlin", "Active", "41")
    place.put(more.with_columns("id", "stage", "size"), "more.csv")
    error, _ = place.stopped("needed", {"missing_columns": "evolve"}, **MANY)
    assert "expected column 'name' in every file, found none in 'more.csv'" in str(error)


def test_no_file_yet_is_no_change_and_does_not_forget(loaded: Loaded) -> None:
    place = loaded("csv")
    (place.folder / "files/contacts.csv").unlink()
    made = place.run("second", dict.fromkeys(("new_columns", "missing_columns"), "freeze"), **MANY)
    assert made.changes == ()
    assert place.remembered() == MEMORY["csv"]


def test_new_values_that_fold_into_known_ones_are_not_new(loaded: Loaded) -> None:
    place = loaded("sqlite")
    place.put(Table.first().with_values(stage=[" A ", "L", None]))
    assert place.run("second").changes == ()

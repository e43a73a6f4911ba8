"""A mixed table: a row is one entity's and filtered by name for the others; nobody's row is rejected, once."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.clean.clean import clean
from crm_migration.errors import MappingFault
from crm_migration.mapping.model import Mapping
from crm_migration.staging import RunFolder, TableWriter, has_table, open_table

WHEN: dict[str, Any] = {
    "account": [{"type": {"equals": ["ORG"]}}],
    "contact": [{"type": {"equals": ["PER"]}}, {"type": {"matches": ["P-*"]}, "lead": {"not_equals": ["1"]}}],
    "lead": [{"type": {"matches": ["P-*"]}, "lead": {"equals": ["1"]}}],
}


def mapping(when: dict[str, Any], **more: Any) -> Mapping:
    fields = {"legacy_id": {"kind": "text", "from": "id"}, "since": {"kind": "date", "from": "since", **more}}
    entities = {
        name: {
            "table": "parties", "key": "id", "when": rule, "fields": fields,
            "filters": [{"name": "gone", "column": "gone", "equals": ["1"]}],
            "target": {"object": name, "external_id": "legacy_id"},
        }
        for name, rule in when.items()
    }  # fmt: skip
    ends = {"source": {"name": "crm", "connection": "old"}, "target": {"name": "new", "connection": "new"}}
    return Mapping.model_validate({"version": "1", **ends, "entities": entities})


def split(root: Path, plan: Mapping, rows: list[dict[str, str | None]], part: int = 3) -> dict[str, dict[str, Any]]:
    """Clean every entity of `plan` from the same rows; return, by entity, each row's number and what became of it."""
    found: dict[str, dict[str, Any]] = {}
    folder = RunFolder(str(root), "crm", "run")
    for name, entity in plan.entities.items():
        with TableWriter(folder, name, "extract") as writer:
            for start in range(0, max(len(rows), 1), part):
                chunk = list(enumerate(rows, 1))[start : start + part]
                columns = {column: [row.get(column) for _, row in chunk] for column in entity.source_columns}
                numbers = pl.Series("_row", [number for number, _ in chunk], dtype=pl.Int64)
                strings = dict.fromkeys(columns, pl.String)
                writer.write(pl.DataFrame(columns, schema=strings).with_columns(numbers))
        clean(plan, name, folder, {})
        found[name] = states(folder, name)
    return found


def states(folder: RunFolder, entity: str) -> dict[str, Any]:
    told = [(row, "clean") for row in open_table(folder, entity, "clean").frame(["_row"])["_row"]]
    told += open_table(folder, entity, "filtered").frame(["_row", "filter"]).rows()
    told += open_table(folder, entity, "rejected").frame(["_row", "reason"]).rows()
    assert len(dict(told)) == len(told), "a row in two states"
    return {str(row): state for row, state in sorted(told)}


ROWS: list[dict[str, str | None]] = [
    {"id": "1", "type": " ORG "},
    {"id": "2", "type": "PER", "lead": "1"},
    {"id": "3", "type": "P-7", "lead": "1"},
    {"id": "4", "type": "P-7"},
    {"id": "5", "type": "org"},
    {"id": "6", "type": None, "gone": "1"},
    {"id": "7", "type": None},
]


def test_every_row_is_one_entitys_and_nobodys_row_is_rejected_once(tmp_path: Path) -> None:
    assert split(tmp_path, mapping(WHEN), ROWS) == {
        "account": {
            "1": "clean", "2": "classified_as_contact", "3": "classified_as_lead", "4": "classified_as_contact",
            "5": "unclassified", "6": "gone", "7": "unclassified",
        },
        "contact": {
            "1": "classified_as_account", "2": "clean", "3": "classified_as_lead", "4": "clean",
            "5": "unclassified", "6": "gone", "7": "unclassified",
        },
        "lead": {
            "1": "classified_as_account", "2": "classified_as_contact", "3": "clean", "4": "classified_as_contact",
            "5": "unclassified", "6": "gone", "7": "unclassified",
        },
    }  # fmt: skip
    folder = RunFolder(str(tmp_path), "crm", "run")
    assert [open_table(folder, name, "rejected").rows for name in WHEN] == [2, 0, 0]


def test_a_row_of_nobodys_says_what_to_do_and_not_what_it_holds(tmp_path: Path) -> None:
    split(tmp_path, mapping(WHEN), [{"id": "5", "type": "secret", "since": "never"}])
    folder = RunFolder(str(tmp_path), "crm", "run")
    (line,) = open_table(folder, "account", "rejected").frame().rows(named=True)
    assert (line["_key"], line["field"], line["reason"]) == ("5", "type, lead", "unclassified")
    assert line["message"] == (
        "when: expected columns 'type', 'lead' to hold what the rule of one of account, contact, lead takes, let a "
        "rule take such rows or a filter of each entity leave them out, or correct them at the source"
    )
    assert json.loads(line["raw"])["type"] == "secret"
    facts = open_table(folder, "account", "clean").facts
    assert (facts["rejected"], facts["invalid"]) == (1, {})


def test_a_row_of_nobodys_does_not_stop_the_run_by_its_values(tmp_path: Path) -> None:
    plan = mapping(WHEN, on_invalid="fail")
    assert split(tmp_path, plan, [{"id": "5", "type": "?", "since": "never"}])["account"] == {"1": "unclassified"}


def test_a_key_may_come_once_in_each_class(tmp_path: Path) -> None:
    """Accounts and contacts of one table often count from 1 each; a row of nobody's does not spoil a key either."""
    rows = [{"id": "1", "type": "ORG"}, {"id": "1", "type": "PER"}, {"id": "1", "type": "?"}, {"id": "1", "gone": "1"}]
    found = split(tmp_path, mapping(WHEN), rows, part=1)
    assert (found["account"]["1"], found["contact"]["2"], found["account"]["3"]) == ("clean", "clean", "unclassified")
    folder = RunFolder(str(tmp_path), "crm", "run")
    for name in WHEN:
        keys = [
            *open_table(folder, name, "clean").frame()["_key"],
            *open_table(folder, name, "filtered").frame()["_key"],
        ]
        keys += open_table(folder, name, "rejected").frame()["_key"].to_list()
        assert len(set(keys)) == 4, name


def test_two_rules_that_take_a_row_stop_the_run(tmp_path: Path) -> None:
    when = {"account": [{"customer": {"equals": ["1"]}}], "lead": [{"open": {"equals": ["1"]}}]}
    rows = [
        {"id": str(n), "customer": "1", "open": "1" if n > 2 else "0", "gone": "1" if n == 9 else "0"}
        for n in range(10)
    ]
    with pytest.raises(MappingFault) as caught:
        split(tmp_path, mapping(when), rows)
    assert str(caught.value) == (
        "source 'crm', table 'parties': expected each row to be one entity's, found 6 row(s) that the 'when' of both "
        "'account' and 'lead' takes, the first with the keys 3, 4, 5, 6, 7; let one of the two exclude the other by "
        "the columns 'customer', 'open'"
    )
    assert not has_table(RunFolder(str(tmp_path), "crm", "run"), "account", "clean")


@pytest.mark.parametrize("name", ["account", "lead"])
def test_each_of_the_two_entities_finds_the_fault(tmp_path: Path, name: str) -> None:
    when = {
        "account": [{"a": {"equals": ["1"]}}],
        "lead": [{"b": {"equals": ["1"]}}],
        "third": [{"c": {"is_null": False}}],
    }
    plan = mapping(when)
    only = plan.model_copy(update={"entities": {name: plan.entities[name]}})
    with pytest.raises(MappingFault, match="both 'account' and 'lead'"):
        split(tmp_path, only, [{"id": "1", "a": "1", "b": "1"}])


def test_a_row_that_an_entity_leaves_out_by_filter_is_not_its_row(tmp_path: Path) -> None:
    when = {"account": [{"a": {"equals": ["1"]}}], "lead": [{"b": {"equals": ["1"]}}]}
    found = split(tmp_path, mapping(when), [{"id": "1", "a": "1", "b": "1", "gone": "1"}])
    assert found == {"account": {"1": "gone"}, "lead": {"1": "gone"}}


VALUES = st.one_of(st.none(), st.sampled_from(["ORG", "PER", "P-1", "p-1", " ", "1", "0", "", "P-\n2"]))
TABLE = st.lists(
    st.fixed_dictionaries({"id": st.sampled_from("123456"), "type": VALUES, "lead": VALUES, "gone": VALUES})
)


@settings(max_examples=25)
@given(rows=TABLE, part=st.integers(1, 4))
def test_conservation(rows: list[dict[str, str | None]], part: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever the rows: in each entity each row has one state, and over all entities at most one wants it."""
    plan = mapping(WHEN)
    found = split(tmp_path_factory.mktemp("run"), plan, rows, part)
    numbers = {str(number) for number in range(1, len(rows) + 1)}
    for told in found.values():
        assert told.keys() == numbers
    for number in numbers:
        mine = [
            name
            for name in found
            if not (found[name][number].startswith("classified_as_") or found[name][number] in ("unclassified", "gone"))
        ]
        assert len(mine) <= 1
        told = {name: found[name][number] for name in found if name not in mine}
        if mine:
            assert set(told.values()) == {f"classified_as_{mine[0]}"}

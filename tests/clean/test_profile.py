"""What the report learns of each field: counted over parts, in bounded memory, values only where a field chooses."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.clean import profile
from crm_migration.clean.clean import clean
from crm_migration.clean.profile import ColumnProfile, Values
from crm_migration.staging import RunFolder, open_table
from tests.clean.entities import FIELDS, mapping, run, stage

STATUS = {"kind": "choice", "from": "status", "values": {"c": "Customer", "l": "Lead"}, "on_invalid": "null"}


def profiled(root: Path, rows: list[dict[str, str | None]], part: int = 2) -> dict[tuple[str, str], dict[str, Any]]:
    run(root, rows, mapping(fields={**FIELDS, "status": STATUS}), part)
    frame = open_table(RunFolder(str(root), "crm", "run"), "contact", "profile").frame()
    return {(line.pop("field"), line.pop("side")): line for line in frame.to_dicts()}


ROWS: list[dict[str, str | None]] = [
    {"id": "1", "name": " ANN LEE ", "mail": "a@b.example", "land": "Homeland", "status": "c", "amount": "1"},
    {"id": "2", "name": "Bo", "mail": "A@B.example", "land": "Österreich", "status": "C", "amount": "1.0"},
    {"id": "3", "name": "Cy", "mail": None, "land": "  ", "status": "x", "amount": "7"},
    {"id": "4", "name": "Di", "mail": "not one", "land": "AT", "status": "l", "amount": "7"},
    {"id": "5", "name": None, "mail": "e@e.example", "land": "DE", "status": "y", "amount": "7"},
]


def test_before_and_after(tmp_path: Path) -> None:
    """Row 4 is rejected and row 5 filtered: the one counts before, the other never."""
    found = profiled(tmp_path, ROWS)
    assert found["name", "before"] == {
        "rows": 4, "filled": 4, "distinct": 4, "more": False, "shortest": 2, "longest": 9, "top": [],
    }  # fmt: skip
    assert found["name", "after"] | {"top": []} == {
        "rows": 3, "filled": 3, "distinct": 3, "more": False, "shortest": 2, "longest": 7, "top": [],
    }  # fmt: skip
    assert (found["email", "before"]["filled"], found["email", "after"]["filled"]) == (3, 2)
    assert (found["amount", "before"]["distinct"], found["amount", "after"]["distinct"]) == (3, 2)
    assert found["amount", "after"]["longest"] is None
    assert ("origin", "before") not in found


def test_values_are_told_only_of_fields_that_choose(tmp_path: Path) -> None:
    found = profiled(tmp_path, ROWS)
    assert {name for (name, _), line in found.items() if line["top"]} == {"country", "status"}
    assert found["country", "before"]["top"] == [
        {"value": "AT", "rows": 1}, {"value": "Homeland", "rows": 1}, {"value": "Österreich", "rows": 1},
    ]  # fmt: skip
    assert found["country", "after"]["top"] == [{"value": "AT", "rows": 2}]
    assert found["status", "after"]["top"] == [{"value": "Customer", "rows": 2}]


def test_values_are_not_told_where_there_are_many() -> None:
    many = Values()
    many.add(pl.Series([str(n) for n in range(profile.VALUES_TOLD)]))
    assert len(many.told()) == profile.VALUES_TOLD
    many.add(pl.Series(["one more"]))
    assert many.told() == []


def test_choices_without_an_entry_are_kept_apart_and_never_in_the_data(tmp_path: Path) -> None:
    found = run(tmp_path, ROWS * 1, mapping(fields={**FIELDS, "status": STATUS}))
    table = open_table(RunFolder(str(tmp_path), "crm", "run"), "contact", "no_entry").frame()
    assert table.rows() == [("status", "x", 1)]
    assert found.clean["status"].to_list() == ["Customer", "Customer", None]


def test_nothing_of_it_is_in_what_tasks_hand_on(tmp_path: Path) -> None:
    """The facts of a step pass through XCom, which customers' data must not enter."""
    found = run(tmp_path, ROWS, mapping(fields={**FIELDS, "status": STATUS}))
    told = str(found.staged.reference())
    assert "Österreich" not in told
    assert "'x'" not in told


def test_beyond_the_limits_only_that_there_are_more_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profile, "DISTINCT_COUNTED", 10)
    monkeypatch.setattr(profile, "VALUES_HELD", 10)
    column = ColumnProfile(values=Values())
    for start in range(0, 60, 6):
        column.add(pl.Series([f"v{n}" for n in range(start, start + 6)]), 6)
    line = column.line("status", "before")
    assert (line["distinct"], line["more"], line["filled"], line["top"]) == (10, True, 60, [])
    assert len(column.hashes) == 0
    assert (len(column.values.counts), column.values.beyond) == (10, 50)


@settings(max_examples=40)
@given(
    values=st.lists(st.one_of(st.none(), st.text(max_size=4).filter(lambda text: "\x00" not in text))),
    cut=st.integers(1, 5),
)
def test_parts_add_up(values: list[str | None], cut: int) -> None:
    column = ColumnProfile()
    for start in range(0, len(values), cut):
        part = [value for value in values[start : start + cut] if value is not None]
        column.add(pl.Series(part, dtype=pl.String), len(values[start : start + cut]))
    filled = [value for value in values if value is not None]
    line = column.line("name", "after")
    assert (line["rows"], line["filled"], line["distinct"]) == (len(values), len(filled), len(set(filled)))
    lengths = [len(value) for value in filled]
    assert (line["shortest"], line["longest"]) == (min(lengths, default=None), max(lengths, default=None))


def test_an_entity_without_rows_has_a_profile(tmp_path: Path) -> None:
    folder = RunFolder(str(tmp_path), "crm", "run")
    stage(folder, mapping(), [])
    clean(mapping(), "contact", folder, {"owner_id": {}})
    table = open_table(folder, "contact", "profile").frame()
    assert table["rows"].sum() == 0
    assert open_table(folder, "contact", "no_entry").rows == 0

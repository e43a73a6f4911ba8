"""An error of each kind, planted in the target behind everybody's back, turns the run red and is named by its key."""

from datetime import date

import polars as pl
import pytest

from crm_migration.errors import ValidationFailed
from crm_migration.staging import TableWriter, open_table
from crm_migration.validate.checks import KEYS_KEPT, KEYS_LISTED, Check, Tally, raise_if_failed, stage
from tests.validate.line import Line, failed, mapping

SWAPPABLE = "UPDATE contacts SET born = '2001-02-03' WHERE id = 'c8'"
PLANTED = {
    "row missing": ("DELETE FROM note WHERE legacy_id = 'mail|n3'", ("note", "records_in_target", None), "mail|n3"),
    "row doubled": (
        "INSERT INTO account (legacy_id, name) VALUES ('a3', 'Third')", ("account", "external_id_once", "legacy_id"),
        "a3",
    ),
    "field changed": (
        "UPDATE contact SET last_name = 'Other' WHERE legacy_id = 'c2'",
        ("contact", "field_differs", "last_name"), "c2",
    ),
    "orphan": ("UPDATE note SET parent_id = '99' WHERE legacy_id = 'call|n1'",
               ("note", "reference_resolves", "parent_id"), "call|n1"),
    "wrong total of a currency": (
        "UPDATE contact SET amount = 7.06 WHERE legacy_id = 'c3'", ("contact", "field_differs", "amount"), "c3",
    ),
    "day and month swapped": (
        "UPDATE contact SET born = '2001-03-02' WHERE legacy_id = 'c8'", ("contact", "field_differs", "born"), "c8",
    ),
}  # fmt: skip


USED = {
    "search_by": ["last_name", "email", "phone"],
    "totals": [
        {"name": "pipeline by stage", "by": ["stage", "currency"], "sum": "amount"},
        {"name": "active by owner", "by": ["owner_id"], "where": {"active": ["true"]}},
    ],
}


def test_an_error_of_each_kind_is_named_by_its_key(line: Line) -> None:
    line.mapping = line.source.mapping = line.target.mapping = mapping(contact=USED)
    line.change_source(SWAPPABLE)
    line.run("one")
    assert failed(line.validate("one")) == {}
    line.change(*(statement for statement, _, _ in PLANTED.values()))
    staged = line.validate("one")
    found = failed(staged)
    assert {kind: found.get(place) for kind, (_, place, _) in PLANTED.items()} == {
        kind: [key] for kind, (_, _, key) in PLANTED.items()
    }
    assert found["contact", "found_by", "last_name"] == ["c2"]
    assert {name for _, name, field in found if field is None and name.startswith("figure")} == {
        "figure: pipeline by stage"
    }
    figure = staged.frame().filter(pl.col("name") == "figure: pipeline by stage").to_dicts()[0]
    assert figure["difference"] == "stage empty, currency …: 1 records, expected 1, amount 7.06, expected 7.05"
    assert ("contact", "sum EUR", "amount") in found
    assert ("contact", "sum USD", "amount") not in found
    with pytest.raises(ValidationFailed) as caught:
        raise_if_failed(staged)
    told = str(caught.value)
    assert {key for _, _, key in PLANTED.values() if f"source keys {key}" not in told} == set()
    listed = open_table(line.folder("one"), "_run", "full_failing").frame()
    named = set(listed.select("entity", "name", "field", "source_key").iter_rows())
    assert {(*place, key) for _, place, key in PLANTED.values()} - named == set()


def test_what_went_wrong_before_the_load_is_found_at_the_source(loaded: Line) -> None:
    loaded.change_source(SWAPPABLE)
    loaded.prepare("two")
    golden = open_table(loaded.folder("two"), "contact", "golden").frame()
    swapped = pl.when(pl.col("_key") == "c8").then(pl.lit(date(2001, 3, 2))).otherwise(pl.col("born"))
    with TableWriter(loaded.folder("two"), "contact", "golden") as writer:
        writer.write(golden.with_columns(swapped.alias("born")))
    loaded.load("two")
    found = failed(loaded.validate("two"))
    assert found == {
        ("contact", "drawn_against_source", None): [],
        ("contact", "drawn_against_source", "born"): ["c8"],
    }


def test_what_merging_does_to_totals_is_told_and_without_it_they_must_agree(loaded: Line) -> None:
    lines = loaded.validate("one").frame().filter(pl.col("name").str.starts_with("source_"))
    assert lines.filter(pl.col("status") == "fail").is_empty()
    sums = {row["name"]: (row["source_value"], row["target_value"]) for row in lines.to_dicts() if "sum" in row["name"]}
    assert sums["source_sum EUR"] == ("17.15", "17.15")
    assert sums["source_sum USD"] == ("5.20", "5.20")
    loaded.change("UPDATE contact SET amount = 8.05 WHERE legacy_id = 'c3'")
    told = loaded.validate("one").frame().filter(pl.col("name") == "source_sum EUR").to_dicts()[0]
    assert (told["status"], told["difference"]) == ("info", "1.00")
    clean = open_table(loaded.folder("one"), "contact", "clean").frame()
    with TableWriter(loaded.folder("one"), "contact", "clean") as writer:
        writer.write(clean.filter(~pl.col("_key").is_in(["c4", "c7"])))
    assert failed(loaded.validate("one"))["contact", "source_sum EUR", "amount"] == []


def test_a_line_names_twenty_keys_and_the_list_a_thousand(loaded: Line) -> None:
    tally = Tally()
    tally.add(pl.Series([f"k{number:04}" for number in range(900)]))
    tally.add(pl.Series([f"l{number:04}" for number in range(900)]))
    lines = [tally.judged(Check("accuracy", "contact", "fingerprint", "pass"))]
    stage(loaded.folder("many"), "full", lines, 0.0)
    (line,) = open_table(loaded.folder("many"), "_run", "full_checks").frame().to_dicts()
    assert (line["status"], line["failing"], len(line["failing_keys"])) == ("fail", 1800, KEYS_KEPT)
    assert open_table(loaded.folder("many"), "_run", "full_failing").rows == KEYS_LISTED

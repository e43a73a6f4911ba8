"""Samples, later runs, edits by the target's users, and validations that cannot run."""

import json
import re
from pathlib import Path

import fsspec
import polars as pl
import pytest

from crm_migration.errors import StagingMissing, TargetUnavailable, ValidationFailed
from crm_migration.load.target import SqlTarget
from crm_migration.staging import RunFolder, TableWriter, open_table
from crm_migration.validate.batches import READ_ONLY
from crm_migration.validate.checks import raise_if_failed
from crm_migration.validate.data_docs import build_data_docs
from crm_migration.validate.selection import Scope
from crm_migration.validate.validate import validate
from crm_migration.validate.validity import Suites, great_expectations
from tests.validate.line import Line, failed, mapping, picked


def write(line: Line, entity: str, step: str, frame: pl.DataFrame, run_id: str = "one") -> None:
    with TableWriter(line.folder(run_id), entity, step) as writer:
        writer.write(frame)


def test_a_later_run_of_few_records_tells_edits_and_losses_from_errors(line: Line) -> None:
    line.run("one")
    line.change(
        "UPDATE contact SET stage = 'Soon', amount = 99 WHERE legacy_id = 'c2'",
        "DELETE FROM contact WHERE legacy_id = 'c8'",
    )
    line.run("two")
    few = pl.col("_key") == "c2"
    for step in ("golden", "members"):
        write(line, "contact", step, open_table(line.folder("two"), "contact", step).frame().filter(few), "two")
    staged = line.validate("two")
    assert failed(staged) == {}
    assert picked(staged, "info")["contact", "edited_in_target", None] == ["c2"]
    read = staged.frame().filter((pl.col("entity") == "contact") & (pl.col("name") == "records_in_target"))
    assert read["source_value"].item() == "1"


def test_records_missing_in_a_later_run_fail_and_earlier_losses_are_told(loaded: Line) -> None:
    loaded.run("two")
    loaded.change("DELETE FROM contact WHERE legacy_id = 'c8'", "DELETE FROM contact WHERE legacy_id = 'c3'")
    golden = open_table(loaded.folder("two"), "contact", "golden").frame()
    write(loaded, "contact", "golden", golden.filter(pl.col("_key") != "c3"), "two")
    staged = loaded.validate("two")
    assert failed(staged)["contact", "records_in_target", None] == ["c8"]
    assert picked(staged, "info")["contact", "deleted_in_target", None] == ["c3"]


@pytest.mark.parametrize("loads", [1, 2])
def test_an_edit_that_the_load_left_standing_is_told_even_after_a_repeated_load(loaded: Line, loads: int) -> None:
    loaded.change("UPDATE contact SET last_name = 'Edited' WHERE legacy_id = 'c2'")
    loaded.change_source("UPDATE contacts SET name = 'Annette', stage = '1' WHERE id = 'c2'")
    loaded.prepare("two")
    loaded.back_up("two")
    for _ in range(loads):
        loaded.load("two")
    staged = loaded.validate("two")
    assert failed(staged) == {}
    assert picked(staged, "info")["contact", "edited_in_target", None] == ["c2"]
    loaded.change("UPDATE contact SET stage = 'Won' WHERE legacy_id = 'c2'")
    assert failed(loaded.validate("two"))["contact", "field_differs", "stage"] == ["c2"]


def test_records_that_the_mapping_only_inserts_keep_what_they_hold(loaded: Line) -> None:
    only = {"object": "contact", "external_id": "legacy_id", "write": "insert"}
    loaded.mapping = loaded.source.mapping = loaded.target.mapping = mapping(contact={"target": only})
    loaded.change_source("UPDATE contacts SET name = 'Changed', amount = '1000', born = '1900-01-01' WHERE id = 'c2'")
    loaded.run("two")
    staged = loaded.validate("two")
    assert failed(staged) == {}
    rows = staged.frame().filter((pl.col("entity") == "contact") & (pl.col("name") == "rows"))
    assert rows["target_value"].item() == "0"


def test_a_sample_is_judged_by_its_own_records(line: Line) -> None:
    line.prepare("one")
    line.load("one", "sample", size=0)
    staged = line.validate("one", "sample")
    assert failed(staged) == {}
    names = set(staged.frame()["name"])
    assert "rows_accounted_for" not in names
    golden = open_table(line.folder("one"), "contact", "sample").frame()
    write(line, "contact", "sample", golden.filter(pl.col("_golden") != "old.contact:c3"))
    line.change("DELETE FROM contact WHERE legacy_id = 'c3'", "UPDATE contact SET stage = 'won' WHERE legacy_id = 'c2'")
    found = failed(line.validate("one", "sample"))
    assert {name for entity, name, _ in found if entity == "contact"} == {
        "fingerprint", "field_differs", "drawn_against_source", "expect_column_values_to_be_in_set",
    }  # fmt: skip
    assert found["contact", "field_differs", "stage"] == ["c2"]


ACCEPTANCE = [
    {"name": "count", "sql": "SELECT count(*) FROM contact WHERE last_name NOT LIKE ':%%'", "equals": "4"},
    {"name": "too few", "sql": "SELECT id FROM contact", "at_least_rows": 5},
    {"name": "some", "sql": "SELECT id FROM contact WHERE stage IS NULL", "no_rows": True},
    {"name": "broken", "sql": "SELECT nothing FROM nowhere", "no_rows": True},
    {"name": "writes", "sql": "UPDATE contact SET stage = 'Lost'", "no_rows": True},
]


def test_acceptance_queries_are_asked_and_may_not_write(line: Line) -> None:
    line.mapping = mapping(contact={"acceptance": ACCEPTANCE})
    line.run("one")
    staged = line.validate("one")
    lines = {row["name"]: row for row in staged.frame().to_dicts() if row["validation"] == "acceptance"}
    assert {name: row["status"] for name, row in lines.items()} == {
        "count": "pass", "too few": "fail", "some": "fail", "broken": "fail", "writes": "fail",
    }  # fmt: skip
    assert (lines["too few"]["source_value"], lines["too few"]["target_value"]) == ("at least 5 rows", "4 rows")
    assert all(lines[name]["difference"].startswith("could not run: ") for name in ("broken", "writes"))
    assert failed(staged).keys() == {("contact", name, None) for name in lines if name != "count"}
    line.change("UPDATE contact SET note = 'the connection still writes'")


def test_on_a_sample_acceptance_counts_are_told_but_must_run(loaded: Line) -> None:
    loaded.mapping = mapping(contact={"acceptance": ACCEPTANCE})
    for entity in loaded.order:
        golden = open_table(loaded.folder("one"), entity, "golden").frame(["_golden"])
        write(loaded, entity, "sample", golden)
    status = dict(
        loaded.validate("one", "sample").frame().filter(pl.col("validation") == "acceptance")["name", "status"].rows()
    )
    assert status == {"count": "pass", "too few": "info", "some": "fail", "broken": "fail", "writes": "fail"}


def test_the_mappings_own_expectations_run_and_bad_ones_are_red(loaded: Line) -> None:
    own = [
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "email", "mostly": 0.5}},
        {"type": "expect_column_values_to_not_be_null", "kwargs": {"column": "phone"}},
        {"type": "expect_table_row_count_to_equal", "kwargs": {"value": 5}},
        {"type": "expect_column_values_to_be_nice", "kwargs": {"column": "email"}},
        {"type": "expect_column_values_to_be_in_set", "kwargs": {"column": "no_such_column", "value_set": ["a"]}},
        {"type": "expect_column_values_to_match_regex", "kwargs": {"column": "note", "regex": "(["}},
    ]
    loaded.change("UPDATE contact SET note = 'x'")
    loaded.mapping = mapping(contact={"expectations": own})
    staged = loaded.validate("one")
    assert {place: sorted(keys) for place, keys in failed(staged).items()} == {
        ("contact", "expect_column_values_to_not_be_null", "phone"): ["c2", "c3", "c8"],
        ("contact", "expect_table_row_count_to_equal", None): [],
        ("contact", "expect_column_values_to_be_nice", "email"): [],
        ("contact", "expect_column_values_to_be_in_set", "no_such_column"): [],
        ("contact", "expect_column_values_to_match_regex", "note"): [],
    }
    stopped = staged.frame().filter(pl.col("difference").str.starts_with("could not run"))
    assert sorted(stopped["field"]) == ["email", "no_such_column", "note"]
    with pytest.raises(
        ValidationFailed, match="no_such_column: validity: expect_column_values_to_be_in_set: could not run"
    ):
        raise_if_failed(staged)


def test_a_column_that_is_gone_is_red(loaded: Line) -> None:
    loaded.change("ALTER TABLE contact DROP COLUMN stage")
    loaded.target = SqlTarget(str(loaded.target.engine.url), loaded.mapping)
    staged = loaded.validate("one")
    assert ("contact", "read_back", None) in failed(staged)
    with pytest.raises(ValidationFailed, match=r"contact: completeness: read_back: could not run: .*stage"):
        raise_if_failed(staged)


def test_a_suite_that_stops_is_red_and_the_rest_is_told(loaded: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READ_ONLY, "sqlite", "NONSENSE")
    assert failed(loaded.validate("one")).keys() == {(entity, "suite", None) for entity in loaded.order}


def test_a_lost_target_is_tried_again_and_a_missing_step_is_said(loaded: Line, tmp_path: Path) -> None:
    with pytest.raises(StagingMissing, match="'golden'"):
        validate(loaded.mapping, loaded.folder("never"), loaded.target, "full", 9)
    away = SqlTarget("postgresql://nobody@127.0.0.1:9/none?connect_timeout=2", loaded.mapping)
    with pytest.raises(TargetUnavailable):
        validate(loaded.mapping, loaded.folder("one"), away, "full", 1)


def test_every_row_must_have_one_outcome(loaded: Line) -> None:
    outcome = open_table(loaded.folder("one"), "contact", "outcome").frame()
    clean = open_table(loaded.folder("one"), "contact", "clean").frame()
    gone, twice = pl.col("_key") == "c2", outcome.filter(pl.col("_key") == "c1")
    write(loaded, "contact", "outcome", pl.concat([outcome.filter(~gone), twice]))
    write(loaded, "contact", "clean", clean.filter(pl.col("_key") != "c3"))
    found = failed(loaded.validate("one"))
    assert found["contact", "rows_accounted_for", None] == ["c1", "c2", "c3"]
    assert found["contact", "rows_cleaned_once", None] == ["⟨row 3⟩"]


def test_rows_that_changed_at_the_source_are_told(loaded: Line) -> None:
    loaded.change_source("UPDATE contacts SET name = 'Other' WHERE id = 'c2'", "DELETE FROM contacts WHERE id = 'c3'")
    staged = loaded.validate("one")
    assert failed(staged) == {}
    assert sorted(picked(staged, "info")["contact", "changed_at_source", None]) == ["c2", "c3"]
    told = loaded.validate("one", live=False).frame()
    assert told.filter(pl.col("name") == "drawn_against_staged")["source_value"].to_list() == ["3", "3", "3"]


def test_results_and_docs_are_kept_without_values(loaded: Line) -> None:
    loaded.change("UPDATE contact SET email = 'Secret' WHERE legacy_id = 'c2'")
    loaded.validate("one")
    folder = Path(loaded.folder("one").table("_run", "gx"))
    kept = json.loads((folder / "full-contact.json").read_text())
    assert len(kept["result"]["results"]) == len(kept["suite"]["expectations"]) > 10
    wrong = [one for one in kept["result"]["results"] if not one["success"]]
    assert [one["expectation_config"]["kwargs"]["column"] for one in wrong] == ["email"]
    assert wrong[0]["result"]["unexpected_count"] == 1
    pages = list((folder / "docs-full").rglob("*.html"))
    assert (folder / "docs-full" / "index.html") in pages
    assert len(pages) == 7
    texts = [path.read_text() for path in [*pages, *folder.glob("*.json")]]
    links = {link for page in pages for link in re.findall(r'(?:href|src)="([^"#]+)', page.read_text())}
    marks = ("<script", "<iframe", 'rel="stylesheet" href="http')
    loaded_from = [path.read_text().count(mark) for path in pages for mark in marks]
    assert sum(loaded_from) == 0
    assert [link for link in links if link.startswith("/")] == []
    for page in pages:
        local = [link for link in re.findall(r'href="([^"#:]+)', page.read_text()) if link.endswith(".html")]
        assert [link for link in local if not (page.parent / link).exists()] == []
    assert not any("Secret" in text or "password" in text.lower() for text in texts)


def test_docs_are_built_on_object_storage_too(loaded: Line) -> None:
    suites = Suites(Scope(loaded.mapping, RunFolder("memory://docs", "old", "one"), loaded.target, "full", 1))
    suites.context = great_expectations().get_context(mode="ephemeral")
    index = build_data_docs(suites)
    assert index is not None
    assert index.startswith("memory://docs/")
    assert fsspec.filesystem("memory").exists(index.removeprefix("memory:/"))


def test_money_may_differ_by_the_tolerance_only(loaded: Line) -> None:
    loaded.change("UPDATE contact SET amount = 7.06 WHERE legacy_id = 'c3'")
    wide = loaded.mapping.model_copy(
        update={"tolerances": loaded.mapping.tolerances.model_copy(update={"sum_difference": 1})}
    )
    loaded.mapping = wide
    found = failed(loaded.validate("one"))
    assert ("contact", "sum EUR", "amount") not in found
    assert ("contact", "fingerprint", None) in found

"""The JSON report: its schema is kept, it says what the model says, and it is written in one move."""

import json
from pathlib import Path

import fsspec
import pytest
from jsonschema import Draft202012Validator

from crm_migration.errors import StagingMissing
from crm_migration.report.assemble import report
from crm_migration.report.model import Report
from crm_migration.report.read import read_report
from crm_migration.report.schema import SCHEMA_FILE, json_schema
from crm_migration.report.write import write_report
from crm_migration.staging import RunFolder
from tests.report.staged_run import Builder, facts, mapping


@pytest.fixture
def run(tmp_path: Path) -> Builder:
    return Builder(tmp_path, rows=300).everything()


def test_the_schema_is_the_one_that_is_kept() -> None:
    kept = SCHEMA_FILE.read_text(encoding="utf-8")
    assert json_schema() == kept, "the format changed: run `python -m crm_migration.report.schema` if on purpose"


def test_every_field_of_the_format_is_described_or_plain() -> None:
    schema = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    undescribed = [name for name, part in schema["$defs"].items() if not part.get("description")]
    assert undescribed == []


@pytest.mark.parametrize("reached", [True, False])
def test_a_report_keeps_to_its_schema(tmp_path: Path, reached: bool) -> None:
    run = Builder(tmp_path, rows=100).everything() if reached else Builder(tmp_path)
    made = report(mapping(), run.folder, facts(window_start=None, finished_at=None))
    Draft202012Validator(json.loads(json_schema())).validate(json.loads(made.model_dump_json()))


def test_both_files_are_written_and_read_back(run: Builder) -> None:
    made = report(mapping(), run.folder, facts())
    paths = write_report(made, run.folder)
    assert sorted(paths) == ["html", "json"]
    assert [Path(path).name for path in paths.values()] == ["report.html", "report.json"]
    assert Path(paths["html"]).parent == Path(run.folder.table("_run", "report"))
    again, found = read_report(run.folder)
    assert found == paths
    assert again == made


def test_writing_again_replaces_and_leaves_nothing_else(run: Builder) -> None:
    made = report(mapping(), run.folder, facts())
    write_report(made, run.folder)
    paths = write_report(report(mapping(), run.folder, facts(source="renamed")), run.folder)
    assert Report.model_validate_json(Path(paths["json"]).read_bytes()).facts.source == "renamed"
    assert sorted(path.name for path in Path(paths["json"]).parent.iterdir()) == [
        "report.html",
        "report.json",
    ]


def test_a_report_is_written_to_object_storage_too(run: Builder) -> None:
    made = report(mapping(), run.folder, facts())
    folder = RunFolder("memory://reports", "legacy_crm", "r1")
    paths = write_report(made, folder)
    with fsspec.open(paths["html"], "rb") as handle:
        assert handle.read().startswith(b"<!DOCTYPE html>")
    assert read_report(folder)[0] == made


def test_a_report_that_was_never_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(StagingMissing, match="legacy_crm/r9: no report at"):
        read_report(RunFolder(str(tmp_path), "legacy_crm", "r9"))


def test_the_same_tables_give_the_same_report(run: Builder) -> None:
    first, second = (report(mapping(), run.folder, facts()).model_dump_json() for _ in range(2))
    assert first == second

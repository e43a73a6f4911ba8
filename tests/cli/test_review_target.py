"""`crm-migration review-target`: what it says, and with which code it ends."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crm_migration.cli import app
from tests.end_to_end.small import Books, write_mapping


def test_it_tells_what_the_target_holds_and_ends_with_one_where_it_is_worse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = Books.make(tmp_path)
    for name, value in books.environment.items():
        monkeypatch.setenv(name, value)
    mapping = str(write_mapping(tmp_path / "old_books.yaml"))
    first = CliRunner().invoke(app, ["review-target", mapping])
    assert first.exit_code == 0, first.output
    assert "account: 1 records, 0 failures" in first.output
    assert "the first review; report: " in first.output
    books.change(books.target, "INSERT INTO contact (last_name, email) VALUES ('A', 'a@b.c'), ('A', 'A@b.c');")
    worse = CliRunner().invoke(app, ["review-target", mapping, "--json"])
    told = json.loads(worse.output.splitlines()[-1])
    assert (worse.exit_code, told["ok"], told["state"]) == (1, False, "worse")
    assert "contact: 1 new pairs of duplicates; the limit is 0.1%" in told["reasons"]
    assert Path(told["reports"]["html"]).is_file()


def test_a_folder_of_import_files_has_nothing_to_review(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books = Books.make(tmp_path)
    (tmp_path / "files").mkdir()
    folder = json.dumps({"conn_type": "fs", "extra": {"path": str(tmp_path / "files")}})
    for name, value in (books.environment | {"AIRFLOW_CONN_FILES": folder}).items():
        monkeypatch.setenv(name, value)
    target = "target: {name: new_books, connection: new_books}"
    files = "target: {name: new_books, kind: import_files, connection: files, ledger: new_books}"
    mapping = str(write_mapping(tmp_path / "old_books.yaml", [(target, files)]))
    said = CliRunner().invoke(app, ["review-target", mapping])
    assert said.exit_code == 0, said.output
    assert "nothing to review" in said.output
    assert not books.staging.exists()

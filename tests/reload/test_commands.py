"""`crm-migration rejected` and `crm-migration reload`, as a person and as a script call them."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from crm_migration.cli import app
from crm_migration.reload_commands import _harmless
from tests.end_to_end.small import Books, write_mapping
from tests.reload.firm import edit


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    made = Books.make(tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GX_ANALYTICS_ENABLED", "false")
    monkeypatch.setenv("COLUMNS", "200")
    return made


def call(*arguments: object, code: int = 0) -> str:
    """Return what a command prints; it ends with the expected exit code."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == code, result.output
    return result.output


def test_rejected_rows_are_listed_written_repaired_and_loaded(books: Books, tmp_path: Path) -> None:
    mapping = write_mapping(tmp_path / "old_books.yaml")
    call("run", mapping, "--run-id", "one")
    told = call("rejected", mapping, "one")
    assert "contact p4 (table 'people'): last_name: expected" in told
    assert "contact: 1 open" in told
    assert "nobody@x.example" not in told
    listed = json.loads(call("rejected", mapping, "one", "--json"))
    assert listed["settled"] == [{"entity": "contact", "rows": 1, "how": None, "run_id": None}]
    assert [(row["row"], row["reason"]) for row in listed["rows"]] == [("p4", "required")]
    assert "nobody@x.example" not in json.dumps(listed)

    book, table = tmp_path / "book.xlsx", tmp_path / "table.csv"
    assert "written: " in call("rejected", mapping, "one", "--out", book)
    call("rejected", mapping, "one", "--out", table, "--entity", "contact")
    with table.open(encoding="utf-8-sig", newline="") as file:
        (line,) = csv.DictReader(file)
    assert (line["row"], json.loads(line["values"])["mail"]) == ("p4", "nobody@x.example")
    assert "ends in .xlsx or .csv" in call("rejected", mapping, "one", "--out", tmp_path / "x.txt", code=2)
    assert "did you mean 'contact'" in call("rejected", mapping, "one", "--entity", "contct", code=2)
    assert "found none of this id" in call("rejected", mapping, "nothing", code=1)

    edit(book, {("p4", "last"): "Wu"}, sheet="contact")
    done = call("reload", mapping, "one", book, "--run-id", "fix")
    assert "contact: 1 reloaded by run fix" in done
    assert books.ask("SELECT last_name FROM contact WHERE legacy_id = 'p4'") == [("Wu",)]
    assert "there is nothing to load" in call("reload", mapping, "one", book, code=1)
    assert "choose another run id" in call("reload", mapping, "one", book, "--run-id", "fix", code=2).lower()
    assert "contact: 1 rejected, 1 reloaded by run fix." in call("report", mapping, "--run-id", "one")
    assert json.loads(call("rejected", mapping, "one", "--open", "--json"))["rows"] == []
    call("rollback", mapping, "--run-id", "fix")
    assert "contact: 1 open" in call("rejected", mapping, "one")
    assert books.ask("SELECT count(*) FROM contact WHERE legacy_id = 'p4'") == [(0,)]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "＝1"])
def test_no_cell_of_the_table_is_a_formula(text: str) -> None:
    assert _harmless(text) == f"'{text}"
    assert _harmless("x" + text) == "x" + text

"""The command line as a person and as a script call it: what is printed, what is touched, how it ends."""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import Result
from typer.testing import CliRunner

from crm_migration.cli import app
from crm_migration.errors import QuotaExhausted
from crm_migration.load.target import SqlTarget
from tests.end_to_end.small import FIRST_RUN, SECOND_RUN, Books, counts, write_mapping

ROOT = Path(__file__).parents[2]
SECRET = "s3cret-Pa55"
Call = Callable[..., Result]


@pytest.fixture
def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Books:
    made = Books.make(tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GX_ANALYTICS_ENABLED", "false")
    monkeypatch.setenv("COLUMNS", "200")
    return made


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    return write_mapping(tmp_path / "old_books.yaml")


@pytest.fixture
def call() -> Call:
    """Call the command; whatever ends it, it must be an exit code and not a traceback."""

    def invoke(*arguments: object, answer: str | None = None) -> Result:
        result = CliRunner().invoke(app, [str(argument) for argument in arguments], input=answer)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        assert "Traceback" not in result.output
        assert SECRET not in result.output
        return result

    return invoke


def spoken(result: Result) -> dict[str, Any]:
    """Return the one JSON document that stands on standard output."""
    return dict(json.loads(result.stdout))


def test_check_finds_nothing_to_say_about_a_good_mapping(books: Books, mapping: Path, call: Call) -> None:
    result = call("check", mapping)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "no faults, 2 entities" in result.stdout
    answer = spoken(call("check", mapping, "--json"))
    assert answer["ok"] is True
    assert re.fullmatch(r"[0-9a-f]{64}", answer["sha256"])


def test_check_names_every_fault_with_its_line(books: Books, tmp_path: Path, call: Call) -> None:
    changes = [("kind: email", "kind: e-mail"), ("to: account}\n    match", "to: acount}\n    match")]
    path = write_mapping(tmp_path / "broken.yaml", changes)
    result = call("check", path)
    assert (result.exit_code, result.stdout) == (2, "")
    lines = path.read_text().splitlines()
    wrong = [number for number, line in enumerate(lines, 1) if "e-mail" in line or "acount}" in line]
    assert [re.match(rf"{re.escape(str(path))}:(\d+):\d+: ", line)[1] for line in result.stderr.splitlines()] == [
        str(number) for number in wrong
    ]
    answer = spoken(found := call("check", path, "--json"))
    assert (found.exit_code, answer["ok"], answer["error"]) == (2, False, "MappingInvalid")
    assert answer["problems"] == result.stderr.splitlines()


def test_check_holds_the_mapping_against_source_and_target(books: Books, tmp_path: Path, call: Call) -> None:
    changes = [("{from: mail,", "{from: mial,"), ("object: account", "object: firm")]
    path = write_mapping(tmp_path / "old_books.yaml", changes)
    result = call("check", path)
    assert result.exit_code == 2
    assert "mial" in result.stderr
    assert "did you mean 'mail'" in result.stderr
    assert "firm" in result.stderr
    assert call("check", path, "--offline").exit_code == 0


def test_check_offline_needs_no_connection(mapping: Path, monkeypatch: pytest.MonkeyPatch, call: Call) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_OLD_BOOKS", raising=False)
    assert call("check", mapping, "--offline").exit_code == 0


@pytest.mark.parametrize("command", ["check", "plan", "run"])
def test_a_mapping_that_is_not_there_is_a_fault_of_the_call(tmp_path: Path, command: str, call: Call) -> None:
    result = call(command, tmp_path / "absent.yaml")
    assert result.exit_code == 2
    assert "absent.yaml:1:1: expected a mapping file" in result.stderr


@pytest.mark.parametrize(
    "command", [["check"], ["plan"], ["run"], ["report", "--run-id", "x"], ["rollback", "--run-id", "x"]]
)
def test_an_unknown_connection_names_the_variable_that_would_define_it(
    books: Books, mapping: Path, monkeypatch: pytest.MonkeyPatch, command: list[str], call: Call
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_NEW_BOOKS")
    result = call(*command, mapping)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "AIRFLOW_CONN_NEW_BOOKS" in result.stderr
    answer = spoken(call(*command, mapping, "--json"))
    assert (answer["ok"], answer["error"]) == (False, "ConnectionUnknown")


def test_plan_says_what_would_happen_and_touches_nothing(books: Books, mapping: Path, call: Call) -> None:
    before = books.source.read_bytes(), books.target.read_bytes()
    result = call("plan", mapping, "--json", "--run-id", "first")
    assert result.exit_code == 0
    planned = spoken(result)
    assert planned["verdict"]["state"] == "planned"
    assert counts(planned) == FIRST_RUN
    assert (books.source.read_bytes(), books.target.read_bytes()) == before
    assert books.tables() == {"account", "contact"}
    assert call("plan", mapping).exit_code == 0
    assert {file.name for file in books.target.parent.iterdir()} == {
        "old.sqlite", "new.sqlite", "staging", "old_books.yaml",
    }  # fmt: skip


def test_a_target_file_that_is_not_there_is_not_created(
    books: Books, mapping: Path, monkeypatch: pytest.MonkeyPatch, call: Call
) -> None:
    absent = books.target.with_name("absent.sqlite")
    monkeypatch.setenv("AIRFLOW_CONN_NEW_BOOKS", f"sqlite:///{absent}")
    for command in ("check", "plan", "run"):
        result = call(command, mapping)
        assert result.exit_code == 2
        assert f"new_books: expected an SQLite file at {absent}" in result.stderr
    assert not absent.exists()


def test_run_report_and_rollback_tell_one_story(books: Books, mapping: Path, call: Call) -> None:
    before = books.records()
    first = call("run", mapping, "--json", "--run-id", "first")
    assert first.exit_code == 0
    assert counts(spoken(first)) == FIRST_RUN
    assert [row[1:3] for row in books.records()["account"]] == [
        (None, "Here before"), ("f1", "Müller & Söhne"), ("f2", "北京华信科技"), ("f3", "Third"),
    ]  # fmt: skip
    books.change(books.source, "UPDATE firms SET name = 'Third again' WHERE id = 'f3'")
    second = call("run", mapping, "--run-id", "second")
    assert second.exit_code == 0
    assert "The migration is complete" in second.stdout
    assert re.search(r"report: \S+second/_run/report/report.html", second.stdout)
    assert "ephemeral docs site" not in second.stderr
    again = call("report", mapping, "--run-id", "second", "--json")
    assert (again.exit_code, counts(spoken(again))) == (0, SECOND_RUN | {"account": {"unchanged": 2, "updated": 1}})
    told, at_first = spoken(call("report", mapping, "--run-id", "first", "--json")), spoken(first)
    assert told.pop("settled")["lines"] == [{"entity": "contact", "rows": 1, "how": "superseded", "run_id": "second"}]
    assert at_first.pop("settled")["lines"] == [{"entity": "contact", "rows": 1, "how": None, "run_id": None}]
    assert told == at_first

    loaded = books.records()
    refused = call("rollback", mapping, "--run-id", "first")
    assert refused.exit_code == 1
    assert "roll back old_books/second first" in refused.stderr
    assert books.records() == loaded
    assert call("rollback", mapping, "--run-id", "second").exit_code == 0
    assert books.ask("SELECT name FROM account WHERE legacy_id = 'f3'") == [("Third",)]
    undone = call("rollback", mapping, "--run-id", "first", "--json")
    assert undone.exit_code == 0
    answer = spoken(undone)
    assert (answer["ok"], answer["differing"]) == (True, [])
    assert {entity: done["removed"] for entity, done in answer["entities"].items()} == {"account": 3, "contact": 2}
    assert books.records() == before
    assert spoken(call("report", mapping, "--run-id", "first", "--json"))["verdict"]["state"] == "rolled_back"
    twice = call("rollback", mapping, "--run-id", "first")
    assert (twice.exit_code, "rolled back already" in twice.stderr) == (1, True)


def test_rollback_keeps_what_a_person_wrote_unless_forced(books: Books, mapping: Path, call: Call) -> None:
    assert call("run", mapping, "--run-id", "first").exit_code == 0
    books.change(books.target, "UPDATE account SET name = 'Renamed by Ann' WHERE legacy_id = 'f2'")
    loaded = books.records()
    refused = call("rollback", mapping, "--run-id", "first")
    assert refused.exit_code == 1
    assert "account f2" in refused.stderr
    assert "Ann" not in refused.output
    assert books.records() == loaded
    forced = call("rollback", mapping, "--run-id", "first", "--force")
    assert forced.exit_code == 0
    assert "account: 3 removed, 0 restored" in forced.stdout
    assert "the target's content is what it was before the run" in forced.stdout
    assert [row[2] for row in books.records()["account"]] == ["Here before"]


def test_a_run_that_only_inserted_is_undone_without_its_staging(books: Books, mapping: Path, call: Call) -> None:
    before = books.records()
    assert call("run", mapping, "--run-id", "first").exit_code == 0
    shutil.rmtree(books.staging)
    assert call("rollback", mapping, "--run-id", "first").exit_code == 0
    assert books.records() == before


def test_two_runs_may_be_undone_in_the_order_in_which_undoing_is_allowed(
    books: Books, mapping: Path, call: Call
) -> None:
    assert call("run", mapping, "--run-id", "first").exit_code == 0
    assert call("run", mapping, "--run-id", "unchanged").exit_code == 0
    assert call("rollback", mapping, "--run-id", "first").exit_code == 0
    call("rollback", mapping, "--run-id", "unchanged")
    assert books.ask("SELECT source_key FROM crm_migration_crosswalk") == []


def test_the_id_of_a_run_that_is_over_is_refused_before_anything_happens(
    books: Books, mapping: Path, call: Call
) -> None:
    first = spoken(call("run", mapping, "--run-id", "first", "--json"))
    loaded = books.target.read_bytes()
    refused = call("run", mapping, "--run-id", "first")
    assert (refused.exit_code, refused.stdout) == (2, "")
    said = " ".join(refused.stderr.split())
    assert "run old_books/first: expected the id of a new run, found one that is complete" in said
    assert "Choose another run id" in said
    assert books.target.read_bytes() == loaded
    assert spoken(call("report", mapping, "--run-id", "first", "--json")) == first

    assert call("rollback", mapping, "--run-id", "first").exit_code == 0
    again = call("run", mapping, "--run-id", "first", "--json")
    assert (again.exit_code, "found one that has been rolled back" in spoken(again)["problems"][0]) == (2, True)
    assert [row[2] for row in books.records()["account"]] == ["Here before"]


def test_a_run_that_failed_is_taken_up_under_its_id(books: Books, tmp_path: Path, call: Call) -> None:
    strict = write_mapping(tmp_path / "strict.yaml", [("rejected_share: 0.5", "rejected_share: 0.1")])
    assert call("run", strict, "--run-id", "first").exit_code == 1
    mapping = write_mapping(tmp_path / "old_books.yaml")
    result = call("run", mapping, "--run-id", "first", "--json")
    assert (result.exit_code, counts(spoken(result))) == (0, FIRST_RUN)
    assert books.ask("SELECT status FROM crm_migration_run") == [("green",)]


def test_a_run_out_of_calls_says_when_and_how_it_goes_on(
    books: Books, mapping: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    midnight = datetime(2031, 5, 2, tzinfo=ZoneInfo("Asia/Shanghai"))

    def spent(*_arguments: object) -> None:
        raise QuotaExhausted("new: no calls are left today", midnight)

    with monkeypatch.context() as patch:
        patch.setattr(SqlTarget, "deliver", spent)
        result = call("run", mapping, "--run-id", "the first")
    assert result.exit_code == 3
    command = f"crm-migration run {mapping} --run-id 'the first'"
    assert f"go on from 2031-05-02 00:00 CST, with the same options: {command}" in result.stderr
    assert call("run", mapping, "--run-id", "the first").exit_code == 0
    assert counts(spoken(call("report", mapping, "--run-id", "the first", "--json"))) == FIRST_RUN


def test_a_sample_is_followed_by_the_rest_under_its_id(books: Books, mapping: Path, call: Call) -> None:
    sampled = call("run", mapping, "--run-id", "first", "--sample-only", "--sample-size", "1")
    assert sampled.exit_code == 0
    assert call("run", mapping, "--run-id", "first").exit_code == 0
    assert counts(spoken(call("report", mapping, "--run-id", "first", "--json"))) == FIRST_RUN


def test_report_and_rollback_of_a_run_that_never_was(books: Books, mapping: Path, call: Call) -> None:
    for command, words in (("report", "no report at"), ("rollback", "knows no run old_books/never")):
        result = call(command, mapping, "--run-id", "never")
        assert result.exit_code == 1
        assert words in result.stderr.replace("\n", " ")
    assert books.tables() == {"account", "contact"}


def test_a_run_over_tolerance_fails_with_its_reason_and_loads_nothing(books: Books, tmp_path: Path, call: Call) -> None:
    before = books.records()
    path = write_mapping(tmp_path / "strict.yaml", [("rejected_share: 0.5", "rejected_share: 0.1")])
    result = call("run", path, "--run-id", "first", "--json")
    assert result.exit_code == 1
    made = spoken(result)
    assert made["verdict"]["state"] == "red"
    (reason,) = [reason for reason in made["verdict"]["reasons"] if "tolerances.rejected_share" in reason]
    assert "contact: 1 of 5 rows rejected, last_name: required (1)" in reason
    assert books.records() == before
    assert books.ask("SELECT status FROM crm_migration_run") == [("red",)]
    assert spoken(call("report", path, "--run-id", "first", "--json")) == made


def test_a_fault_of_the_mapping_found_midway_ends_with_2(books: Books, tmp_path: Path, call: Call) -> None:
    path = write_mapping(tmp_path / "broken.yaml", [("object: account", "object: firm")])
    before = books.target.read_bytes()
    result = call("run", path, "--json")
    assert (result.exit_code, spoken(result)["error"]) == (2, "MappingInvalid")
    assert books.target.read_bytes() == before


def test_sample_only_stops_after_the_sample(books: Books, mapping: Path, call: Call) -> None:
    result = call("run", mapping, "--run-id", "first", "--sample-only", "--sample-size", "1", "--json")
    assert result.exit_code == 0
    made = spoken(result)
    assert made["verdict"]["state"] == "sample_only"
    assert books.ask("SELECT status FROM crm_migration_run") == [("sample_only",)]
    assert books.ask("SELECT count(*) FROM contact WHERE legacy_id IS NOT NULL")[0][0] >= 1
    assert books.ask("SELECT DISTINCT phase FROM crm_migration_load_batch") == [("sample",)]
    assert call("rollback", mapping, "--run-id", "first").exit_code == 0
    assert [row[2] for row in books.records()["account"]] == ["Here before"]


@pytest.mark.parametrize(("arguments", "answer"), [([], ""), (["--json"], None)], ids=["nobody there", "a script"])
def test_a_sample_that_nobody_approves_is_rolled_back(
    books: Books, tmp_path: Path, arguments: list[str], answer: str | None, call: Call
) -> None:
    path = write_mapping(tmp_path / "asks.yaml", [("approval: automatic", "approval: manual")])
    before = books.records()
    result = call("run", path, "--run-id", "first", *arguments, answer=answer)
    assert result.exit_code == 1
    assert books.records() == before
    made = spoken(call("report", path, "--run-id", "first", "--json"))
    assert made["verdict"]["state"] == "rolled_back"
    assert "not approved" in made["verdict"]["reasons"][0]


@pytest.mark.parametrize(("arguments", "answer"), [(["--approve", "--json"], None), ([], "y\n")])
def test_an_approved_sample_is_followed_by_the_rest(
    books: Books, tmp_path: Path, arguments: list[str], answer: str | None, call: Call
) -> None:
    path = write_mapping(tmp_path / "asks.yaml", [("approval: automatic", "approval: manual")])
    result = call("run", path, "--run-id", "first", *arguments, answer=answer)
    assert result.exit_code == 0
    assert counts(spoken(call("report", path, "--run-id", "first", "--json"))) == FIRST_RUN


def test_a_plan_knows_what_is_loaded_and_heeds_a_window_from_then_on(books: Books, mapping: Path, call: Call) -> None:
    window = ["--from", "2026-03-03", "--to", "2026-03-05T10:00:00"]
    first = spoken(call("plan", mapping, *window, "--json"))
    assert {entity["name"]: entity["identity"]["extracted"] for entity in first["entities"]} == {
        "account": 3, "contact": 4,
    }  # fmt: skip
    assert call("run", mapping).exit_code == 0
    loaded = books.target.read_bytes()
    assert counts(spoken(call("plan", mapping, "--json"))) == SECOND_RUN
    assert books.target.read_bytes() == loaded
    later = spoken(call("plan", mapping, *window, "--json"))
    assert {entity["name"]: entity["identity"]["extracted"] for entity in later["entities"]} == {
        "account": 3, "contact": 2,
    }  # fmt: skip


@pytest.mark.parametrize("kind", ["postgres", "mysql"])
@pytest.mark.parametrize("side", ["OLD", "NEW"])
def test_a_database_that_is_away_is_told_without_its_password(
    books: Books, mapping: Path, monkeypatch: pytest.MonkeyPatch, kind: str, side: str, call: Call
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv(f"AIRFLOW_CONN_{side}_BOOKS", f"{kind}://ann:{SECRET}@127.0.0.1:{port}/crm")
    commands = [["check"], ["plan"], ["run", "--json"], ["rollback", "--run-id", "x"]]
    for command in commands if side == "NEW" else commands[:3]:
        result = call(*command, mapping)
        assert result.exit_code == 1, result.output
        assert f"{side.lower()}_books" in result.output


def test_a_real_process_prints_one_document_and_no_password(books: Books, mapping: Path, tmp_path: Path) -> None:
    """Whatever libraries write past Python's own streams would show here."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "plugins"), "OTHER_PASSWORD": SECRET}
    command = [sys.executable, "-m", "crm_migration.cli", "run", str(mapping), "--json"]
    ran = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert counts(json.loads(ran.stdout)) == FIRST_RUN
    assert ran.stderr == ""

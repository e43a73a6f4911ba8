"""What people get to see of a change: on the command line, on the terminal, on the page, in the JSON file."""

import json
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from crm_migration.cli import app
from crm_migration.report.console import print_report
from crm_migration.report.page import render_html
from tests.drift.conftest import Loaded
from tests.drift.small import Place, Table

HOSTILE = "<b>fax</b>\x1b[31m"


def _call(place: Place, *arguments: str, monkeypatch: pytest.MonkeyPatch, **drift: str) -> Any:
    place.job("any", drift)
    monkeypatch.setenv("AIRFLOW_CONN_OLD", place.source_url)
    monkeypatch.setenv("AIRFLOW_CONN_NEW", place.target_url)
    monkeypatch.setenv("CRM_MIGRATION_STAGING", str(place.folder / "staging"))
    monkeypatch.setenv("COLUMNS", "200")
    return CliRunner().invoke(app, [arguments[0], str(place.folder / "mapping.yaml"), *arguments[1:]])


def test_check_tells_what_has_changed(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    place = loaded("sqlite")
    place.put(Table.first().with_columns(*Table.first().columns, "fax").with_values(stage=["a", "W", "a"]))
    result = _call(place, "check", monkeypatch=monkeypatch, new_values="discard")
    assert result.exit_code == 0, result.output
    assert "changed at the source: contact: new columns: 'fax' (evolve): remembered" in result.output
    assert "changed at the source: contact: new values: 'stage': 'W' (discard): read as empty" in result.output
    answer = json.loads(_call(place, "check", "--json", monkeypatch=monkeypatch, new_values="discard").stdout)
    assert len(answer["changes"]) == 2

    stopped = _call(place, "check", monkeypatch=monkeypatch, new_columns="freeze", new_values="evolve")
    assert stopped.exit_code == 2
    assert (
        "entities.contact.drift.new_columns: expected no new columns since the last load, found 'fax'" in stopped.stderr
    )
    assert place.remembered()[-1][0] == "note"


def test_a_plan_prints_what_has_changed(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    place = loaded("sqlite")
    place.put(Table.first().with_columns("id", "name", "stage", "size"))
    result = _call(place, "plan", monkeypatch=monkeypatch, missing_columns="discard")
    assert result.exit_code == 0, result.output
    assert "Changed at the source since the last load" in result.output
    assert "left as they are in the target: 'city'" in result.output


def test_a_report_shows_every_change_and_lets_no_name_act(loaded: Loaded, tmp_path: Path) -> None:
    place = loaded("csv")
    place.put(Table.first().with_columns(*Table.first().columns, HOSTILE).with_values(stage=["a", "W", "a"]))
    made = place.run("second", {"new_values": "discard"})
    page = render_html(made)
    assert "2 changed" in page
    assert "read as empty in 1 row" in page
    assert "&lt;b&gt;fax&lt;/b&gt;" in page
    assert "<b>fax" not in page
    with (tmp_path / "console.txt").open("w", encoding="utf-8") as file:
        print_report(made, Console(file=file, width=200))
    printed = (tmp_path / "console.txt").read_text(encoding="utf-8")
    assert "read as empty in 1 row" in printed
    assert "\x1b" not in printed
    written = json.loads((place.folder / "staging/old/second/_run/report/report.json").read_text(encoding="utf-8"))
    assert [change["kind"] for change in written["changes"]] == ["new_columns", "new_values"]
    assert written["changes"][1]["values"] == ["W"]


def test_a_report_without_a_change_says_so(loaded: Loaded) -> None:
    made = loaded("sqlite").run("second")
    assert made.changes == ()
    assert "Nothing that the mapping reads" in render_html(made)


MATCH: dict[str, Any] = {"keys": [{"name": "city", "fields": ["city"]}], "guards": {"given_name": "name"}}


@pytest.mark.parametrize("policy", ["evolve", "discard"])
def test_what_is_merged_stays_so_without_the_key(tmp_path: Path, policy: str) -> None:
    place = Place(tmp_path, "sqlite").create()
    twins = Table.first().with_values(name=["Ann", "Ann", "Cem"], city=["Berlin", "Berlin", "Rome"])
    place.put(twins)
    place.run("first", match=MATCH)
    assert len(place.contacts()) == 2
    before = place.contacts()
    place.put(twins.with_columns("id", "name", "stage", "size", "note"))
    place.run("second", {"missing_columns": policy}, match=MATCH)
    cities = {key: row[1] for key, row in place.contacts().items()}
    assert cities == {key: row[1] if policy == "discard" else None for key, row in before.items()}
    place.put(twins)
    place.run("third", {"missing_columns": policy}, match=MATCH)
    assert place.contacts() == before

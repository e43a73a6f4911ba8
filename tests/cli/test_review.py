"""The commands by which people decide, as a person types them, over one loaded source."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crm_migration.cli import app
from tests.load.two_sources import LEGACY, Scene

KEY = "{name: email, fields: [email], similar: {fields: [first_name, last_name], by: person}}"
DOUBLES = """
INSERT INTO people VALUES ('p4', 'Zoë', 'Lee', 'ann@x.example', '+49 1', 'Ulm', NULL, NULL, '0', NULL, NULL),
  ('p5', 'Bob', 'Ray', 'bob@x.example', NULL, 'Köln', NULL, NULL, '1', 'f2', NULL);
"""


@pytest.fixture
def scene(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    made = Scene.make(tmp_path / "scene", sqlite_url)
    guarded = LEGACY.replace(KEY, "{name: email, fields: [email]}")
    made.describe("legacy", guarded.replace("    match:\n", "    match:\n      guards: {given_name: first_name}\n"))
    made.change("legacy", DOUBLES)
    monkeypatch.setenv("AIRFLOW_CONN_LEGACY", f"sqlite:///{made.root / 'legacy.sqlite'}")
    monkeypatch.setenv("AIRFLOW_CONN_CRM", sqlite_url)
    monkeypatch.setenv("CRM_MIGRATION_STAGING", str(made.root / "staging"))
    return made


def call(scene: Scene, *words: str, code: int = 0) -> str:
    at = 2 if words[0] == "review" else 1
    done = CliRunner().invoke(app, [*words[:at], str(scene.root / "legacy.yaml"), *words[at:]])
    assert done.exit_code == code, done.output
    return done.output


def listed(scene: Scene, *options: str) -> list[dict[str, Any]]:
    return json.loads(call(scene, "review", "list", *options, "--json"))["pairs"]


def test_a_pair_is_listed_shown_and_accepted_and_a_row_taken_out_again(scene: Scene) -> None:
    assert scene.run("legacy", "one") == {"inserted": 4, "merged": 1}
    (pair,) = listed(scene)
    assert (pair["a"], pair["b"], pair["reason"]) == ("legacy.contact:p1", "legacy.contact:p4", "given_name")
    number = str(pair["number"])
    shown = call(scene, "review", "show", number)
    assert "Zoë" in shown
    assert "+49 1" in shown
    lines = json.loads(call(scene, "review", "show", number, "--json"))["pair"]["lines"]
    marks = {line["field"]: line["mark"] for line in lines}
    assert (marks["last_name"], marks["first_name"], marks["revenue"]) == ("equal", "different", "one side")
    assert "legacy_id" not in marks, "the external id always differs"

    call(scene, "review", "unsure", number)
    assert [pair["state"] for pair in listed(scene)] == ["unsure"]
    call(scene, "review", "accept", number, "--note", "called her", "--by", "ann")
    assert listed(scene) == []
    (pair,) = listed(scene, "--all")
    assert (pair["state"], pair["waits"]) == ("accepted", True)
    assert scene.run("legacy", "two")["merged"] == 2
    (pair,) = listed(scene, "--all")
    assert (pair["state"], pair["waits"]) == ("accepted", False)

    told = call(scene, "unmerge", "contact", "p5")
    assert "leaving: legacy.contact:p5" in told
    assert scene.run("legacy", "three") == {"merged": 1, "inserted": 1, "unchanged": 3}
    assert "expected p5 to share its record" in call(scene, "unmerge", "contact", "p5", code=2)


def test_what_cannot_be_decided_is_told(scene: Scene) -> None:
    assert "run the mapping first" in call(scene, "review", "list", code=1)
    scene.run("legacy", "one")
    assert "found 77" in call(scene, "review", "accept", "77", code=2)
    assert "expected an entity of the mapping" in call(scene, "unmerge", "nobody", "p1", code=2)

"""A CRM behind calls as a target: nothing is lost, doubled or beyond undoing, whatever becomes of a call."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from crm_migration import pipeline
from crm_migration.errors import QuotaExhausted
from crm_migration.job import Options
from crm_migration.load.replica.call_plan import CallPlan
from tests.load.record_crm import Killed
from tests.load.replica_scene import Scene, make, plain, striking


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Return a scene with its ledger in SQLite."""
    return make(tmp_path)


def test_a_run_loads_everything_and_a_repeat_writes_nothing(scene: Scene) -> None:
    assert scene.run("one") == {"inserted": 5}
    held = plain(scene.crm)
    assert held["AccountObj"]["f1"]["parent"] == "f3"
    assert held["AccountObj"]["f3"]["parent"] == "f1"
    lee = held["ContactObj"]["p1"]
    assert (lee["account"], lee["worth"], lee["born"]) == ("f1", "10.5", "1980-01-31")
    scene.crm.journal.clear()
    assert scene.load("two") == {"unchanged": 5}
    assert scene.crm.writes == 0


def test_only_what_changed_is_sent(scene: Scene) -> None:
    scene.load("one")
    scene.crm.journal.clear()
    scene.change("UPDATE people SET name = 'Leigh' WHERE id = 'p1'")
    assert scene.load("two") == {"updated": 1, "unchanged": 4}
    assert scene.crm.writes == scene.crm.journal["update"] == 1
    assert plain(scene.crm)["ContactObj"]["p1"]["last_name"] == "Leigh"


def test_an_edit_in_the_crm_survives_by_default(scene: Scene) -> None:
    scene.load("one")
    scene.crm.edit("ContactObj", "p1", last_name="Lee-Ray")
    scene.change("UPDATE people SET name = 'Leigh', mail = 'leigh@x.example' WHERE id = 'p1'")
    scene.load("two")
    lee = plain(scene.crm)["ContactObj"]["p1"]
    assert (lee["last_name"], lee["email"]) == ("Lee-Ray", "leigh@x.example")


def test_a_record_that_was_deleted_in_the_crm_is_not_made_again(scene: Scene) -> None:
    scene.load("one")
    scene.crm.delete("ContactObj", "p5")
    scene.change("UPDATE people SET name = 'Leigh' WHERE id = 'p5'")
    assert scene.load("two") == {"rejected": 1, "unchanged": 4}


def test_a_refused_record_is_rejected_with_the_crms_reason_and_the_others_load(scene: Scene) -> None:
    scene.change("UPDATE firms SET tier = 'lead' WHERE id = 'f2'")
    assert scene.load("one", "account") == {"inserted": 2, "rejected": 1}
    with scene.job("one") as job, job.target.engine.connect() as connection:
        lines = connection.execute(job.target.ledger.tables.rejected_row.select()).all()
    assert next((line.source_key, line.reason, line.message) for line in lines if line.step == "load") == (
        "f2", "refused_by_target", "tier takes no such option (code 32000)",
    )  # fmt: skip
    assert sorted(map(str, plain(scene.crm)["ContactObj"])) == ["p1", "p3", "p4", "p5"]


def test_a_refused_change_leaves_record_and_ledger_as_they_were(scene: Scene) -> None:
    scene.load("one")
    before = scene.crm.dump()
    scene.change("UPDATE firms SET tier = 'lead', name = 'Zwei' WHERE id = 'f2'")
    assert scene.load("two", "account") == {"unchanged": 2, "rejected": 1}
    assert scene.crm.dump() == before
    scene.change("UPDATE firms SET tier = 'gold' WHERE id = 'f2'")
    assert scene.load("three", "account") == {"unchanged": 2, "updated": 1}
    assert plain(scene.crm)["AccountObj"]["f2"]["name"] == "Zwei"


@pytest.mark.parametrize("lost", ["lost_before", "lost_after"])
def test_lost_answers_double_nothing(scene: Scene, lost: str) -> None:
    scene.crm.fault = lambda number, _name: lost if number % 5 == 0 else None
    assert scene.load("one") == {"inserted": 5}
    undisturbed = make(scene.root / "undisturbed")
    undisturbed.load("one")
    assert plain(scene.crm) == plain(undisturbed.crm)


def test_a_run_that_is_killed_and_repeated_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    undisturbed = make(tmp_path / "undisturbed")
    undisturbed.load("one")
    wanted, calls = plain(undisturbed.crm), undisturbed.crm.calls
    scene = make(tmp_path / "killed")
    # Each place once, in one run: after a kill, the calls that are repeated do not strike again.
    places = [("kill", 4), ("kill_after", 9), ("kill_after", 12), ("kill", 16), ("kill_after", 21), ("kill", 25)]
    assert scene.until_done("one", striking(places)) == len(places)
    assert calls > 20
    assert plain(scene.crm) == wanted
    assert scene.crm.made == sum(map(len, scene.crm.records.values()))


def test_what_a_killed_run_has_created_is_brought_up_to_date_by_the_next(scene: Scene) -> None:
    with scene.job("one") as job:
        pipeline.prepare_steps(job)
        scene.crm.fault = lambda _number, name: "kill_after" if name == "create" else None
        with pytest.raises(Killed):
            scene.carry_out(job)
    assert scene.crm.made == 1
    scene.crm.fault = lambda _number, _name: None
    scene.change("UPDATE firms SET name = name || ' & Sons'")
    assert scene.load("two", "account") == {"inserted": 3}
    assert plain(scene.crm)["AccountObj"]["f1"]["name"] == "One & Sons"
    scene.undo("two")
    assert all(not rows for rows in scene.crm.records.values())


def test_an_edit_beside_a_change_that_was_cut_off_stays_and_the_change_arrives(scene: Scene) -> None:
    scene.load("one")
    scene.change("UPDATE people SET name = 'Leigh' WHERE id = 'p1'")
    with scene.job("two") as job:
        pipeline.prepare_steps(job)
        scene.crm.fault = lambda _number, name: "kill" if name == "update" else None
        with pytest.raises(Killed):
            scene.carry_out(job)
    scene.crm.fault = lambda _number, _name: None
    scene.crm.edit("ContactObj", "p1", email="own@x.example")
    scene.load("two")
    lee = plain(scene.crm)["ContactObj"]["p1"]
    assert (lee["last_name"], lee["email"]) == ("Leigh", "own@x.example")


def test_a_spent_quota_stops_the_run_and_the_rest_follows(scene: Scene) -> None:
    scene.crm.fault = lambda _number, name: "quota" if name == "create" and scene.crm.journal["create"] > 4 else None
    with pytest.raises(QuotaExhausted):
        scene.load("one")
    made = scene.crm.made
    assert made == 4
    scene.crm.fault = lambda _number, _name: None
    scene.crm.journal.clear()
    scene.load("one")
    assert scene.crm.journal["create"] == 8 - made
    assert len(scene.crm.by_key("ContactObj")) == 5


def test_a_record_whose_row_comes_back_is_recovered_under_its_id(scene: Scene) -> None:
    scene.on_delete = "delete"
    scene.load("one")
    identity = scene.crm.by_key("ContactObj")["p2"]["_id"]
    scene.change("DELETE FROM people WHERE id = 'p2'")
    scene.load("two")
    scene.change("INSERT INTO people VALUES ('p2', 'Ray-Lee', NULL, NULL, NULL, NULL, '1', 'f2')")
    scene.load("three")
    back = scene.crm.by_key("ContactObj")["p2"]
    assert (back["_id"], back["last_name"]) == (identity, "Ray-Lee")
    assert scene.crm.made == 8


def test_a_plan_counts_the_calls_and_writes_nothing(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    with scene.job("plan") as job, caplog.at_level(logging.INFO, "crm_migration"):
        planned = replace(job, options=Options(dry_run=True))
        planned.__dict__["target"] = job.target
        pipeline.prepare_steps(planned)
        told = pipeline.plan(planned)["calls"]
    assert scene.crm.writes == 0
    assert f"crm: this run makes about {told}" in caplog.messages
    # Eight records, two of them once more for the circle of firms, looked at before; one page to read back; what
    # looking costs.
    assert told == f"{8 + 2 + 1 + 1 + 2 * 2 * (7 + 4)} calls, 1 min at 5/s"
    assert CallPlan(41_200, 5, 40_000).sentence == "41,200 calls, 2 h 17 min at 5/s, quota 40,000 a day, so 2 days"

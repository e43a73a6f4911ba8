"""Runs into a CRM that is spoken to by calls are undone, also after they were killed."""

from pathlib import Path

import pytest

from crm_migration import pipeline
from crm_migration.errors import ChangedSince
from crm_migration.staging import open_table
from tests.load.record_crm import Killed
from tests.load.replica_scene import Scene, make, plain, striking


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Return a scene with its ledger in SQLite."""
    return make(tmp_path)


def changed_run(scene: Scene) -> str:
    """Load once, let people work, and load a second run that changes, adds and deletes; return the dump between."""
    scene.on_delete = "delete"
    scene.load("one")
    scene.crm.edit("ContactObj", "p3", email="own@x.example")
    before = scene.crm.dump()
    scene.change("UPDATE people SET name = 'Leigh', worth = '11' WHERE id = 'p1'")
    scene.change("UPDATE firms SET mother = 'f2' WHERE id = 'f3'")
    scene.change("INSERT INTO firms VALUES ('f4', 'Four', 'tin', 'f5'), ('f5', 'Five', 'tin', 'f4')")
    scene.change("INSERT INTO people VALUES ('p6', 'New', NULL, NULL, NULL, NULL, NULL, 'f4')")
    scene.change("DELETE FROM people WHERE id = 'p2'")
    return before


def test_a_run_that_is_undone_leaves_the_crm_as_it_was(any_database_url: str, tmp_path: Path) -> None:
    scene = make(tmp_path / "scene", any_database_url)
    before = changed_run(scene)
    scene.load("two")
    assert sorted(map(str, plain(scene.crm)["ContactObj"])) == ["p1", "p3", "p4", "p5", "p6"]
    assert scene.crm.dump() != before
    assert scene.undo("two") == []
    assert scene.crm.dump() == before
    with pytest.raises(ChangedSince, match="contact p3"):
        scene.undo("one")
    scene.undo("one", force=True)
    assert all(not rows for rows in scene.crm.records.values())


def test_an_undo_that_is_killed_and_repeated_leaves_the_crm_as_it_was(scene: Scene) -> None:
    before = changed_run(scene)
    scene.load("two")
    start, killed = scene.crm.calls, 0
    scene.crm.fault = striking([("kill_after", start + at) for at in (3, 9, 15, 20)])
    for _ in range(5):
        try:
            scene.undo("two")
        except Killed:
            killed += 1
        else:
            break
    assert killed > 2
    assert scene.crm.dump() == before


@pytest.mark.parametrize("at", [9, 13, 17])
def test_a_run_that_was_killed_can_be_undone(scene: Scene, at: int) -> None:
    before = changed_run(scene)
    with scene.job("two") as job:
        pipeline.prepare_steps(job)
        scene.crm.fault = striking([("kill_after", scene.crm.calls + at)])
        with pytest.raises(Killed):
            scene.carry_out(job)
    scene.undo("two")
    assert scene.crm.dump() == before


def test_a_removal_that_the_crm_refuses_keeps_the_record(scene: Scene) -> None:
    scene.on_delete = "delete"
    scene.load("one")
    before = scene.crm.dump()
    scene.change("DELETE FROM people WHERE id = 'p2'")
    scene.crm.refuse_removals = True
    scene.load("two")
    assert scene.crm.dump() == before
    with scene.job("two") as job:
        lines = open_table(job.folder, "contact", "source_deletes").frame(["_key", "action", "reason"])
    assert lines.rows() == [("p2", "kept", "refused_by_target")]
    scene.crm.refuse_removals = False
    scene.load("three")
    assert sorted(map(str, plain(scene.crm)["ContactObj"])) == ["p1", "p3", "p4", "p5"]

"""The whole line with an entity in parts ends in the same records as in one piece, and a crash loses no part."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crm_migration import pipeline
from crm_migration.extract.extract import carry_out
from crm_migration.staging import has_table, open_table
from tests.load import source_deletes
from tests.load.two_sources import LEGACY, Scene
from tests.match.people import people

AT = "    table: people\n"
RECORDS = "SELECT legacy_id, first_name, last_name, email, phone, city FROM contact ORDER BY legacy_id"


def scene(root: Path, parts: int) -> Scene:
    """Return a migration of some hundred people, a fifth of them twice, two of them with one key."""
    made = Scene.make(root, f"sqlite:///{root / 'target.sqlite'}")
    made.describe("legacy", LEGACY.replace(AT, f"{AT}    parts: {parts}\n"))
    rows = people().select("_key", "given_name", "family_name", "email", "phone", "city").rows()
    with closing(sqlite3.connect(made.root / "legacy.sqlite")) as database, database:
        database.executemany("INSERT INTO people (id, first, last, mail, tel, town) VALUES (?, ?, ?, ?, ?, ?)", rows)
        database.execute("INSERT INTO people (id, first, last, mail) SELECT id, first, last, mail FROM people LIMIT 1")
    return made


def records(one: Scene) -> list[tuple[str | None, ...]]:
    with closing(sqlite3.connect(one.target_url.removeprefix("sqlite:///"))) as database:
        return database.execute(RECORDS).fetchall()


@pytest.fixture
def in_one(tmp_path: Path) -> tuple[dict[str, int], list[tuple[str | None, ...]]]:
    """The outcomes and the records of a run in one piece."""
    one = scene(tmp_path / "one", 1)
    return one.run("legacy", "first"), records(one)


def test_a_run_in_parts_loads_what_a_run_in_one_piece_does(in_one, tmp_path: Path) -> None:
    four = scene(tmp_path / "four", 4)
    outcome = four.run("legacy", "first")
    assert outcome["rejected"] >= 2
    assert (outcome, records(four)) == in_one
    assert four.run("legacy", "second")["unchanged"] == outcome["inserted"]


def test_tasks_of_their_own_stage_what_is_put_together(in_one, tmp_path: Path) -> None:
    three = scene(tmp_path / "three", 3)
    job = three.job("legacy", "first")
    try:
        pipeline.preflight(job)
        for entity in job.order:
            pipeline.extract_prepare(job, entity)
        rows = [pipeline.extract_part(job, "contact", number)["rows"] for number in (2, 0, 1)]
        # An attempt that died while it put the parts together; another may have put them together and died then.
        for _ in range(2):
            assert sum(rows) == pipeline.extract_entity(job, "contact")["rows"]
        pipeline.extract_entity(job, "account")
        cleaned = [pipeline.clean_part(job, "contact", number)["rows"] for number in (1, 2)]
        assert sum(cleaned) < pipeline.clean_entity(job, "contact")["rows"]
        pipeline.clean_entity(job, "account")
        assert not has_table(job.folder, "contact", "clean_1_of_3")
        for entity in job.order:
            pipeline.match_entity(job, entity)
        pipeline.load_steps(job, lambda _: None)
    finally:
        job.target.close()
    assert records(three) == in_one[1]


def test_what_the_parts_hold_is_what_the_whole_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    two = scene(tmp_path / "two", 2)
    job = two.job("legacy", "first")
    read: list[str] = []

    def told(source, order):
        read.append(order.step)
        return carry_out(source, order)

    monkeypatch.setattr("crm_migration.extract.parts.carry_out", told)
    try:
        pipeline.preflight(job)
        pipeline.extract_prepare(job, "contact")
        pipeline.extract_part(job, "contact", 1)
        whole = pipeline.extract_entity(job, "contact")
        assert read == ["extract_1_of_2", "extract_0_of_2"]
        keys = open_table(job.folder, "contact", "extract").frame()["id"]
        assert whole["rows"] == len(keys) == len(set(keys)) + 1
    finally:
        job.target.close()


def test_a_part_alone_can_be_read_again_after_the_whole(tmp_path: Path) -> None:
    two = scene(tmp_path / "two", 2)
    job = two.job("legacy", "first")
    try:
        pipeline.preflight(job)
        whole = pipeline.extract_entity(job, "contact")
        parts = [pipeline.extract_part(job, "contact", number)["rows"] for number in (1, 0)]
        assert sum(parts) == whole["rows"] == pipeline.extract_entity(job, "contact")["rows"]
    finally:
        job.target.close()


def test_rows_that_a_window_leaves_out_are_not_taken_for_gone(tmp_path: Path) -> None:
    key = "    key: id\n"
    made = source_deletes.Scene.make(tmp_path, f"sqlite:///{tmp_path / 'crm.sqlite'}", (key, f"{key}    parts: 3\n"))
    made.load("one", 1)
    made.source(
        "UPDATE people SET name = 'Rey', changed = '2026-01-02 10:00:00' WHERE id = 'p2';"
        "DELETE FROM people WHERE id = 'p4'; DELETE FROM firms WHERE id = 'f4'"
    )
    made.load("two", 2)
    assert made.accounts() == ["f1", "f2", "f3"]
    assert made.flagged() == ["p4"]

"""The whole line with a model that is scored in chunks ends in the same records as in one piece."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crm_migration import pipeline
from crm_migration.staging import open_table
from tests.load.two_sources import LEGACY, Scene
from tests.match.people import people

# What these tests share is dear: one process makes it, once.
pytestmark = pytest.mark.xdist_group("match-chunks")

KEYS = "        - {name: email, fields: [email], similar: {fields: [first_name, last_name], by: person}}\n"
MODEL = (
    "      model: {kind: person, chunks: CHUNKS, fields: "
    "{given_name: first_name, family_name: last_name, email: email, phone: phone, city: city}}\n"
)
RECORDS = "SELECT legacy_id, first_name, last_name, email, phone, city FROM contact ORDER BY legacy_id"


def scene(root: Path, chunks: int) -> Scene:
    """Return a migration of some hundred people, a fifth of them twice."""
    root.mkdir()
    made = Scene.make(root / "scene", f"sqlite:///{root / 'target.sqlite'}")
    made.describe("legacy", LEGACY.replace(KEYS, KEYS + MODEL.replace("CHUNKS", str(chunks))))
    rows = people().select("_key", "given_name", "family_name", "email", "phone", "city").rows()
    with closing(sqlite3.connect(made.root / "legacy.sqlite")) as database:
        database.executemany("INSERT INTO people (id, first, last, mail, tel, town) VALUES (?, ?, ?, ?, ?, ?)", rows)
        database.commit()
    return made


def records(one: Scene) -> list[tuple[str | None, ...]]:
    with closing(sqlite3.connect(one.target_url.removeprefix("sqlite:///"))) as database:
        return database.execute(RECORDS).fetchall()


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, int], list[tuple[str | None, ...]]]:
    """Return the outcomes and the records of a run in one piece."""
    one = scene(tmp_path_factory.mktemp("chunks") / "one", 1)
    return one.run("legacy", "first"), records(one)


def test_a_run_in_chunks_loads_what_a_run_in_one_piece_does(at_once, tmp_path: Path) -> None:
    three = scene(tmp_path / "three", 3)
    outcome = three.run("legacy", "first")
    assert outcome["merged"] > 50
    assert (outcome, records(three)) == at_once
    assert three.run("legacy", "second")["unchanged"] == outcome["inserted"]


def test_tasks_of_their_own_stage_what_the_match_reads(at_once, tmp_path: Path) -> None:
    two = scene(tmp_path / "two", 2)
    job = two.job("legacy", "first")
    try:
        pipeline.preflight(job)
        for entity in job.order:
            pipeline.extract_entity(job, entity)
            pipeline.clean_entity(job, entity)
        prepared = pipeline.match_prepare(job, "contact")
        chunks = [pipeline.match_chunk(job, "contact", number) for number in (1, 0)]
        for entity in job.order:
            told = pipeline.match_entity(job, entity)
            assert told["facts"]["rows"] > 0
        assert prepared["rows"] == open_table(job.folder, "contact", "clean").rows
        for number, chunk in zip((1, 0), chunks, strict=True):
            assert open_table(job.folder, "contact", f"chunk_{number}_of_2").sha256 == chunk["sha256"]
        pipeline.load_steps(job, lambda _: None)
    finally:
        job.target.close()
    assert records(two) == at_once[1]

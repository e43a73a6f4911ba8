"""One ledger that two sources have loaded, and the monitor over it; made once, since pages only read."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_migration import closing, pipeline
from crm_migration.connections import from_url
from crm_migration.job import Job
from tests.load.two_sources import LEGACY, Scene
from tests.web import served

KEY = "{name: email, fields: [email], similar: {fields: [first_name, last_name], by: person}}"
ROWS = """
INSERT INTO people VALUES ('p4', 'Zoë', 'Lee', 'ann@x.example', '+49 1', 'Ulm', NULL, NULL, '0', NULL, NULL),
  ('h1', '<script>alert(1)</script>', NULL, '=cmd|calc', '{long}', 'a\u202eb', NULL, NULL, '0', NULL, NULL),
  ('<b>h2', 'Ok', '<i>Ok', 'x@x.example', NULL, '\u202e\u05d0', NULL, NULL, '0', NULL, NULL);
"""


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with served.airflow(tmp_path_factory.mktemp("airflow")):
        yield


def loaded(root: Path, target: str) -> Scene:
    """Load both sources, with two rows that nobody would want on a page, a pair to decide and a merge."""
    scene = Scene.make(root, target)
    guarded = LEGACY.replace(KEY, "{name: email, fields: [email]}")
    scene.describe("legacy", guarded.replace("    match:\n", "    match:\n      guards: {given_name: first_name}\n"))
    scene.change("legacy", ROWS.replace("{long}", "9" * 10_000_000))
    scene.run("legacy", "one")
    _ask_about_sample(scene.job("legacy", "one"))
    _stop_after_load(scene.job("sheet", "first"))
    return scene


def _ask_about_sample(job: Job) -> None:
    """Stage what a person would have been shown before everything was loaded."""
    closing.describe_sample(job)
    job.target.close()


def _stop_after_load(job: Job) -> None:
    """Carry out a run that ends before it is checked, and is red."""
    try:
        pipeline.prepare_steps(job)
        for entity in job.order:
            pipeline.load_entity(job, entity)
        pipeline.link_references(job)
        pipeline.finish(job, ["stopped by a person"])
    finally:
        job.target.close()


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    root = tmp_path_factory.mktemp("scene")
    return loaded(root, f"sqlite:///{root / 'target.sqlite'}")


@pytest.fixture(scope="session")
def site(airflow: None, scene: Scene) -> served.Site:
    return served.site(scene.root, str(scene.root / "staging"), {"crm": from_url(scene.target_url)})

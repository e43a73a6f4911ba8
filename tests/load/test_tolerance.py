"""A run that is stopped because too many rows are rejected lists them, and the next run settles them."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_migration.errors import ToleranceExceeded
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.reader import read_mapping
from crm_migration.report.rejected_rows import RejectedOf
from crm_migration.staging import RunFolder
from tests.load.two_sources import LEGACY, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene.make(tmp_path / "scene", f"sqlite:///{tmp_path / 'target.sqlite'}")
    made.describe("legacy", LEGACY.replace("rejected_share: 0.5", "rejected_share: 0.1"))
    made.change("legacy", "UPDATE people SET last = NULL")
    return made


def listed(scene: Scene, run_id: str, *, only_open: bool = False) -> list[tuple[str, str, str | None]]:
    """Return key, reason and how it was closed, of every rejected contact of a run as the workbook has them."""
    mapping = read_mapping(scene.root / "legacy.yaml").mapping
    target = SqlTarget(scene.target_url, mapping)
    try:
        of = RejectedOf(mapping, target.ledger, RunFolder(str(scene.root / "staging"), "legacy", run_id))
        return sorted((row.key, row.reason, row.closed_how) for row in of.rows("contact", only_open=only_open))
    finally:
        target.close()


def keys(scene: Scene) -> list[str]:
    engine = sa.create_engine(f"sqlite:///{scene.root / 'legacy.sqlite'}")
    with engine.connect() as connection:
        found = sorted(str(key) for key in connection.scalars(sa.text("SELECT id FROM people")))
    engine.dispose()
    return found


def test_what_was_rejected_is_listed_although_nothing_was_loaded(scene: Scene) -> None:
    assert isinstance(scene.fail("legacy", "one"), ToleranceExceeded)
    assert listed(scene, "one") == [(key, "required", None) for key in keys(scene)] != []
    engine = sa.create_engine(scene.target_url)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM contact")) == 0
    engine.dispose()


def test_rows_that_are_repaired_at_the_source_are_closed_by_the_next_run(scene: Scene) -> None:
    scene.fail("legacy", "one")
    scene.change("legacy", "UPDATE people SET last = 'Repaired'")
    scene.run("legacy", "two")
    assert listed(scene, "one") == [(key, "required", "fixed_at_source") for key in keys(scene)]
    assert listed(scene, "one", only_open=True) == []


def test_a_second_run_that_is_stopped_lists_each_row_as_open_once(scene: Scene) -> None:
    scene.fail("legacy", "one")
    scene.fail("legacy", "two")
    assert len(listed(scene, "one", only_open=True) + listed(scene, "two", only_open=True)) == len(keys(scene))

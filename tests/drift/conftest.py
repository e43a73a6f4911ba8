"""Migrations that have loaded their source once; each test gets a copy, changes the source and loads again."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.drift.small import Place

Loaded = Callable[[str], Place]


@pytest.fixture(autouse=True)
def _no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave Great Expectations' pages out: rendering them takes ten times as long as the run."""
    monkeypatch.setattr("crm_migration.validate.validate.build_data_docs", lambda _suites: None)


@pytest.fixture(scope="session")
def _loaded_once(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    made: dict[str, Place] = {}

    def loaded(kind: str) -> Place:
        if kind not in made:
            made[kind] = Place(tmp_path_factory.mktemp(kind), kind).create()
            report = made[kind].run("first")
            assert not report.changes
        return made[kind]

    return loaded


@pytest.fixture
def loaded(_loaded_once: Loaded, tmp_path: Path) -> Loaded:
    """Return, by kind of source, a migration after its first load, for the test alone."""
    return lambda kind: _loaded_once(kind).moved(tmp_path / "place")

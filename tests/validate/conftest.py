"""A line on each database, and one that has been carried out once already."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.validate.line import Line


@pytest.fixture(autouse=True)
def _no_docs(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip the pages, which take half the time of a validation, in tests that do not look at them."""
    if "docs" not in request.node.name:
        monkeypatch.setattr("crm_migration.validate.validate.build_data_docs", lambda _: None)


@pytest.fixture
def line(any_database_url: str, tmp_path: Path) -> Iterator[Line]:
    """A line whose target is on each database in turn; nothing has run yet."""
    made = Line(tmp_path, any_database_url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of a line on SQLite after its first run."""
    folder = tmp_path_factory.mktemp("first")
    made = Line(folder, f"sqlite:///{folder / 'target.sqlite'}")
    made.run("one")
    made.close()
    return folder


@pytest.fixture
def loaded(first_run: Path, tmp_path: Path) -> Iterator[Line]:
    """A line on SQLite after its first run."""
    shutil.copytree(first_run, tmp_path, dirs_exist_ok=True)
    made = Line(tmp_path, f"sqlite:///{tmp_path / 'target.sqlite'}")
    yield made
    made.close()

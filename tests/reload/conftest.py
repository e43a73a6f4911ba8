"""The same small source with rejected rows, on each target that a test asks for."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.import_files.conftest import libreoffice
from tests.reload.firm import Firm

__all__ = ["libreoffice"]


@pytest.fixture(params=["sqlite", "postgres"])
def firm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Firm]:
    """A source, and a target on SQLite and on PostgreSQL in turn."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    with closing(Firm.make(tmp_path, url)) as made:
        yield made


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Firm]:
    """A source, and a target on SQLite."""
    with closing(Firm.make(tmp_path)) as made:
        yield made


@pytest.fixture(scope="session")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """A source whose run `one` has rejected five rows; nothing more is loaded from it."""
    with closing(Firm.make(tmp_path_factory.mktemp("ran"))) as made:
        made.run("one")
        yield made


@pytest.fixture
def after_one(ran: Firm, tmp_path: Path) -> Iterator[Firm]:
    """A copy of that source and its target, with the run `one` behind it; what it has staged is read where it lies."""
    copied = Path(shutil.copytree(ran.root, tmp_path / "copy"))
    urls = (f"sqlite:///{copied / name}" for name in ("old.sqlite", "new.sqlite"))
    with closing(Firm(copied, *urls)) as made:
        yield made

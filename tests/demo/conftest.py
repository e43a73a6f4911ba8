"""One small legacy CRM with its truth, written once for all tests that only read it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from demo import legacy
from demo.record import Truth

SMALL, SEED = 1000, 7


@dataclass(frozen=True)
class Written:
    """A legacy CRM in a database, and its truth."""

    url: str
    truth: Truth
    folder: Path


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A legacy CRM of 1000 contacts in SQLite; for reading only."""
    folder = tmp_path_factory.mktemp("small")
    url = f"sqlite:///{folder / 'legacy.sqlite'}"
    return Written(url, legacy.write(url, SMALL, SEED, folder / "truth"), folder / "truth")

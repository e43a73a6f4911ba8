"""Fixtures that every room's tests share: real databases, and the data sets kept outside the repository."""

import logging
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import settings

from tests import servers

# A busy machine is no reason to fail: examples are not timed.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# Whatever imports Airflow before a test has chosen a home for it gets one of this process's own: the default is shared.
_AIRFLOW_HOME = tempfile.TemporaryDirectory(prefix="crm-airflow-")
os.environ["AIRFLOW_HOME"] = _AIRFLOW_HOME.name

REQUIRE_SERVICES = "CRM_MIGRATION_REQUIRE_SERVICES"


def _unavailable(reason: str) -> NoReturn:
    """Skip the test, or fail it where the environment promises that every service is there."""
    if os.environ.get(REQUIRE_SERVICES) == "1":
        pytest.fail(f"{reason}, and {REQUIRE_SERVICES}=1 forbids to skip", pytrace=False)
    pytest.skip(reason)


def _running(server: AbstractContextManager[str]) -> Iterator[str]:
    try:
        url = server.__enter__()
    except servers.ServerMissing as missing:
        _unavailable(str(missing))
    try:
        yield url
    finally:
        server.__exit__(None, None, None)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let a test's id tell its group, by which `--dist loadgroup` keeps the tests of a group in one process.

    pytest-xdist 3.8 writes the id with the group where pytest 9.2 no longer looks for it: then no group is kept
    together, and each process makes the worlds of all groups.
    """
    for item in items:
        grouped = vars(item).get("_nodeid", "")
        if grouped.startswith(f"{item.nodeid}@"):
            # There is no public way to rename a test.
            item._id = type(item.id).parse(grouped)


@pytest.fixture(autouse=True)
def _product_log() -> Iterator[None]:
    """What a command of the test before set for the product's log is not heard in the next test."""
    logger = logging.getLogger("crm_migration")
    before = logger.level
    yield
    logger.setLevel(before)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """URL of an embedded PostgreSQL's maintenance database; one server per test process."""
    yield from _running(servers.embedded_postgres())


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[str]:
    """URL, without database, of a private MariaDB; one server per test process."""
    yield from _running(servers.private_mariadb())


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """SQLAlchemy URL of an empty PostgreSQL database, dropped after the test."""
    with servers.fresh_database(postgres_server) as url:
        yield url


@pytest.fixture
def mariadb_url(mariadb_server: str) -> Iterator[str]:
    """SQLAlchemy URL of an empty MariaDB database, dropped after the test."""
    with servers.fresh_database(mariadb_server) as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """SQLAlchemy URL of an empty SQLite file."""
    return f"sqlite:///{tmp_path / 'empty.sqlite'}"


@pytest.fixture(params=["postgres", "mariadb", "sqlite"])
def any_database_url(request: pytest.FixtureRequest) -> str:
    """SQLAlchemy URL of an empty database, on each engine in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of the data sets that lie beside the repository, not in it."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        _unavailable("the shared data sets are not beside the repository")
    return folder


@pytest.fixture(scope="session")
def suitecrm_url(mariadb_server: str, shared_data: Path) -> str:
    """URL of a MariaDB database that holds the SuiteCRM demo data; for reading only."""
    return servers.run_script(mariadb_server, "suitecrm", shared_data / "suitecrm/suitedemo_business_tables.sql")


@pytest.fixture(scope="session")
def npsp_url(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """URL of an SQLite file that holds the NPSP data set; for reading only."""
    file = tmp_path_factory.mktemp("npsp") / "npsp.sqlite"
    with closing(sqlite3.connect(file)) as database:
        database.executescript((shared_data / "npsp/1k.sql").read_text(encoding="utf-8"))
    return f"sqlite:///{file}"

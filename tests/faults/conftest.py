"""A runner and, by kind of target, the run that all faults are tried on; the table of results at the end."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests import servers
from tests.conftest import _unavailable
from tests.faults import points
from tests.faults.crew import Crew
from tests.faults.databases import Databases, OnFxiaoke, OnMariaDB, OnPostgres, OnSQLite
from tests.faults.days import make_sources
from tests.faults.own_servers import OwnServer, own_mariadb, own_postgres
from tests.faults.table import Result, render
from tests.faults.world import CrmWorld, World

SQL_KINDS = ("sqlite", "postgres", "mariadb")
KINDS = (*SQL_KINDS, "fxiaoke")
Note = Callable[[str, str, list[str]], None]


@pytest.fixture(scope="session")
def crew() -> Iterator[Crew]:
    """The runner of this test process."""
    made = Crew()
    yield made
    made.close()


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The source on three days, by the name of the run that reads it."""
    return make_sources(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="session")
def server_of() -> Iterator[Callable[[str], OwnServer]]:
    """The server of a kind that these tests kill and freeze."""
    running: dict[str, OwnServer] = {}
    with ExitStack() as stack:

        def made(kind: str) -> OwnServer:
            if kind not in running:
                try:
                    running[kind] = stack.enter_context({"postgres": own_postgres, "mariadb": own_mariadb}[kind]())
                except servers.ServerMissing as missing:
                    _unavailable(str(missing))
            return running[kind]

        yield made


@pytest.fixture(scope="session")
def databases_of(
    server_of: Callable[[str], OwnServer], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Databases]:
    """Where targets of a kind are made."""

    def made(kind: str) -> Databases:
        if kind in ("sqlite", "fxiaoke"):
            made_in = {"sqlite": OnSQLite, "fxiaoke": OnFxiaoke}[kind]
            return made_in(tmp_path_factory.mktemp(kind))
        server = server_of(kind).url
        return OnPostgres(server) if kind == "postgres" else OnMariaDB(server, tmp_path_factory.mktemp("dumps"))

    return made


@pytest.fixture(scope="session")
def world_of(
    databases_of: Callable[[str], Databases],
    sources: dict[str, str],
    crew: Crew,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], World]]:
    """Runs into a target of a kind, carried out once, saved before each step where a fault is tried."""
    worlds: dict[str, World] = {}
    with ExitStack() as stack:

        def made(kind: str) -> World:
            if kind not in worlds:
                folder = tmp_path_factory.mktemp(f"world-{kind}")
                chosen = CrmWorld if kind == "fxiaoke" else World
                world = worlds[kind] = chosen(databases_of(kind), sources, folder, crew)
                stack.callback(world.close)
                world.go(points.saved(kind))
            return worlds[kind]

        yield made


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Note:
    """Put a line into the table of results, and fail the test if something was violated."""

    def noted(what: str, kind: str, violations: list[str]) -> None:
        record_property("fault", [what, kind, sorted(set(violations))])
        assert not violations, f"{what} on {kind}: {sorted(set(violations))}"

    return noted


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print failpoint × target → ok or what was violated, and the totals."""
    reports = [
        report
        for some in terminalreporter.stats.values()
        for report in some
        if isinstance(report, pytest.TestReport) and report.when == "call"
    ]
    results = [Result.of(value) for report in reports for name, value in report.user_properties if name == "fault"]
    if results:
        terminalreporter.section("faults")
        terminalreporter.write_line(render(results))

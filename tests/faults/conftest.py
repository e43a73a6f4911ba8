"""A runner and, by kind of target, the run that all faults are tried on; the table of results at the end."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.faults import points
from tests.faults.crew import Crew
from tests.faults.databases import Databases, OnMariaDB, OnPostgres, OnSQLite
from tests.faults.days import make_sources
from tests.faults.table import Result, render
from tests.faults.world import World

KINDS = ("sqlite", "postgres", "mariadb")


@pytest.fixture(scope="session")
def crew() -> Iterator[Crew]:
    """The runner of this test process."""
    made = Crew()
    yield made
    made.close()


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The source on two days, by the name of the run that reads it."""
    return make_sources(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="session")
def databases_of(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Databases]:
    """Where targets of a kind are made."""

    def made(kind: str) -> Databases:
        if kind == "sqlite":
            return OnSQLite(tmp_path_factory.mktemp("sqlite"))
        server = str(request.getfixturevalue(f"{kind}_server"))
        return OnPostgres(server) if kind == "postgres" else OnMariaDB(server, tmp_path_factory.mktemp("dumps"))

    return made


@pytest.fixture(scope="session")
def world_of(
    databases_of: Callable[[str], Databases],
    sources: dict[str, str],
    crew: Crew,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Callable[[str], World]]:
    """The second run into a target of a kind, carried out once, saved before each step where a fault is tried."""
    worlds: dict[str, World] = {}
    with ExitStack() as stack:

        def made(kind: str) -> World:
            if kind not in worlds:
                folder = tmp_path_factory.mktemp(f"world-{kind}")
                world = worlds[kind] = World(databases_of(kind), sources, folder, crew)
                stack.callback(world.close)
                world.go({point.step for point in points.inner(kind)} | points.ALWAYS)
            return worlds[kind]

        yield made


@pytest.fixture
def note(record_property: Callable[[str, object], None]) -> Callable[[str, str, list[str]], None]:
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

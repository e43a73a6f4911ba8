"""The server of the target, or of the source, dies or stands still, or the line to it breaks, in the middle of work."""

import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_migration.staging import open_table
from tests.cases.circle import TABLES
from tests.faults import points
from tests.faults.conftest import Note
from tests.faults.crew import Crew, wait_until
from tests.faults.failpoints import Fault
from tests.faults.invariants import after_fault
from tests.faults.own_servers import OwnServer
from tests.faults.place import Place, Step
from tests.faults.points import LEDGER
from tests.faults.proxy import relayed
from tests.faults.test_failpoints import ended_as_told, loaded_on, repeated, taken_back
from tests.faults.world import LINE, UNDO, World

SERVERS = [pytest.param(kind, marks=pytest.mark.xdist_group(f"faults-{kind}")) for kind in ("postgres", "mariadb")]
IN_A_BATCH = f"{LEDGER}.check_fence"
"""All of a batch is written and its transaction still open."""

KILLED_IN: tuple[Step, ...] = (("load_entity", "contact"), ("link_references",), UNDO)
CUTS = 12 if points.FULL else 3


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("step", KILLED_IN if points.FULL else KILLED_IN[:1], ids=" ".join)
def test_a_server_that_is_killed_in_the_middle_of_a_batch_and_comes_back(
    kind: str,
    step: Step,
    world_of: Callable[[str], World],
    server_of: Callable[[str], OwnServer],
    crew: Crew,
    note: Note,
    tmp_path: Path,
) -> None:
    world, server = world_of(kind), server_of(kind)
    place, mark = world.copy(step), tmp_path / "mark"
    worker = crew.start(place.order(step, fault=Fault(IN_A_BATCH, action="sleep", seconds=1, mark=str(mark))))
    wait_until(mark.exists)
    server.kill()
    ended = worker.end()
    found = ended_as_told(ended, "close")
    found += ended_as_told(crew.carry_out(place.order(step)), "close")
    server.start()
    found += after_fault(place)
    if step == UNDO:
        found += taken_back(crew, place, world)
    else:
        found += loaded_on(crew, place, step, world)
    world.drop(place)
    note(f"{' '.join(step)}: server killed", kind, found)


@pytest.mark.parametrize("kind", SERVERS)
def test_a_server_that_stands_still_for_a_while_is_waited_for(
    kind: str,
    world_of: Callable[[str], World],
    server_of: Callable[[str], OwnServer],
    crew: Crew,
    note: Note,
    tmp_path: Path,
) -> None:
    world, server = world_of(kind), server_of(kind)
    step = ("load_entity", "contact")
    place, mark = world.copy(step), tmp_path / "mark"
    worker = crew.start(place.order(step, fault=Fault(IN_A_BATCH, action="sleep", seconds=0.5, mark=str(mark))))
    wait_until(mark.exists)
    with server.frozen():
        time.sleep(3)
        found = [] if worker.running() else ["false green: it ended while the server stood still"]
    ended = worker.end()
    found += [] if ended.well else [f"not waited for: {ended}"]
    found += loaded_on(crew, place, step, world) + repeated(crew, place)
    world.drop(place)
    note("load_entity contact: server frozen", kind, found)


def through_a_proxy(place: Place, server: OwnServer, port: int) -> Place:
    return replace(place, case=replace(place.case, target_url=server.through(place.case.target_url, port)))


@pytest.fixture(scope="session")
def relayed_bytes(
    world_of: Callable[[str], World], server_of: Callable[[str], OwnServer], crew: Crew
) -> Callable[[str, Step], dict[str, int]]:
    """How many bytes an undisturbed step sends up and down."""

    def counted(kind: str, step: Step) -> dict[str, int]:
        world, server = world_of(kind), server_of(kind)
        place = world.copy(step)
        with relayed(server.address) as proxy:
            ended = crew.carry_out(through_a_proxy(place, server, proxy.port).order(step))
        assert ended.well, str(ended)
        world.drop(place)
        return dict(proxy.relayed)

    return counted


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("way", ["up", "down"])
def test_a_line_that_is_cut_at_any_byte(
    kind: str,
    way: str,
    world_of: Callable[[str], World],
    server_of: Callable[[str], OwnServer],
    relayed_bytes: Callable[[str, Step], dict[str, int]],
    crew: Crew,
    note: Note,
) -> None:
    """The last cuts come where the commit was sent, or its answer is on the way."""
    world, server, step = world_of(kind), server_of(kind), ("load_entity", "contact")
    whole = relayed_bytes(kind, step)[way]
    place = world.copy(step)
    found, draw = [], random.Random(f"{kind} {way}")
    for cut in range(CUTS):
        at = int(whole * (cut + draw.random()) / CUTS)
        with relayed(server.address, (way, at)) as proxy:
            ended = crew.carry_out(through_a_proxy(place, server, proxy.port).order(step))
            if proxy.is_cut:
                found += [f"cut at {at} of {whole}: {fault}" for fault in ended_as_told(ended, "close")]
        found += after_fault(place)
    found += loaded_on(crew, place, step, world) + repeated(crew, place)
    found += taken_back(crew, place, world)
    world.drop(place)
    note(f"load_entity contact: line cut {CUTS} times ({way})", kind, found)


DOUBLINGS = 13
"""Of some fifty people: more than one batch of them."""


@pytest.mark.parametrize("kind", SERVERS)
def test_a_source_that_is_killed_while_it_is_read_is_read_anew(
    kind: str,
    world_of: Callable[[str], World],
    server_of: Callable[[str], OwnServer],
    crew: Crew,
    note: Note,
    tmp_path: Path,
) -> None:
    world, server = world_of("sqlite"), server_of(kind)
    place = world.copy(LINE[0])
    source = moved_source(place.case.source_url, world_of(kind).databases.create())
    place, mark = replace(place, case=replace(place.case, source_url=source)), tmp_path / "mark"
    found = [] if crew.carry_out(place.order(LINE[0])).well else ["preflight failed"]
    step = ("extract_entity", "contact")
    fault = Fault("crm_migration.staging.TableWriter.write", action="sleep", seconds=1, mark=str(mark))
    worker = crew.start(place.order(step, fault=fault))
    wait_until(mark.exists)
    server.kill()
    found += ended_as_told(worker.end(), "close")
    server.start()
    found += taken_up_from_source(crew, place, step)
    world.drop(place)
    world_of(kind).databases.drop(source)
    note("extract_entity contact: source killed", kind, found)


def moved_source(file_url: str, url: str) -> str:
    """Copy the source into a database, with so many people more that reading them takes a while; return its URL."""
    engine = sa.create_engine(url)
    with closing(sqlite3.connect(file_url.removeprefix("sqlite:///"))) as file, engine.begin() as connection:
        for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            found = file.execute(f"SELECT * FROM {name}")
            names = [column[0] for column in found.description]
            table = sa.Table(name, sa.MetaData(), *(sa.Column(column, sa.Text) for column in names))
            table.create(connection)
            texts = [[value if value is None else str(value) for value in row] for row in found]
            rows = [dict(zip(names, row, strict=True)) for row in texts]
            connection.execute(table.insert(), rows)
        others = ", ".join(column for column in TABLES["people"] if column != "id")
        for number in range(DOUBLINGS):
            more = f"SELECT concat(id, '-{number}'), {others} FROM people"
            connection.exec_driver_sql(f"INSERT INTO people (id, {others}) {more}")
    engine.dispose()
    return url


def taken_up_from_source(crew: Crew, place: Place, step: Step) -> list[str]:
    """Read once more, and compare the keys that were staged with those that were there."""
    ended = crew.carry_out(place.order(step))
    if not ended.well:
        return [f"cleared, but {ended}"]
    keys = open_table(place.folder, "contact", "extract").frame(["id"])["id"]
    engine = sa.create_engine(place.case.source_url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        there = connection.exec_driver_sql("SELECT count(*) FROM people").scalar()
    return [] if len(keys) == keys.n_unique() == there else ["conservation: not every row was read once"]

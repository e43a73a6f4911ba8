"""Two processes at one target: the same task twice, one that wakes up after its replacement, two sources."""

import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cases.line import Case
from tests.faults import points
from tests.faults.conftest import KINDS, SQL_KINDS, Note
from tests.faults.crew import Crew, Ended, wait_until
from tests.faults.failpoints import Fault
from tests.faults.invariants import after_fault, alike, one_to_one, run_status, told
from tests.faults.place import Place, Step
from tests.faults.points import LOAD
from tests.faults.test_failpoints import loaded_on, repeated
from tests.faults.world import CHANGES, LINE, World

CHOSEN = KINDS if points.FULL else SQL_KINDS
ALL = [pytest.param(kind, marks=pytest.mark.xdist_group(f"faults-{kind}")) for kind in CHOSEN]
STEP: Step = ("load_entity", "contact")
BETWEEN = f"{LOAD}.load.decide"
IN_A_BATCH = f"{LOAD}.write._write_crosswalk"


@pytest.mark.parametrize("kind", ALL)
def test_a_task_that_wakes_up_after_its_replacement_changes_nothing(
    kind: str, world_of: Callable[[str], World], crew: Crew, note: Note, tmp_path: Path
) -> None:
    world = world_of(kind)
    place, mark = world.copy(STEP), tmp_path / "mark"
    asleep = Fault(BETWEEN, "before", call=2, action="sleep", seconds=0.2, mark=str(mark))
    zombie = crew.start(place.order(STEP, fault=asleep))
    wait_until(mark.exists)
    zombie.send(signal.SIGSTOP)
    found = loaded_on(crew, place, STEP, world)
    before = told(place), place.content()
    zombie.send(signal.SIGCONT)
    ended = zombie.end()
    found += [] if "FencedOut" in ended.kinds else [f"not fenced out: {ended}"]
    after = told(place), place.content()
    found += alike(after[0], before[0], "changed by a zombie") + alike(after[1], before[1], "changed by a zombie")
    world.drop(place)
    note("load_entity contact: zombie wakes up between batches", kind, found)


@pytest.mark.parametrize("kind", ALL)
def test_a_task_that_stands_still_within_a_batch_does_not_hold_its_replacement_up_for_ever(
    kind: str, world_of: Callable[[str], World], crew: Crew, note: Note, tmp_path: Path
) -> None:
    """What it has locked is waited for a while; then the replacement says that it is to be tried again."""
    world = world_of(kind)
    place, mark = world.copy(STEP), tmp_path / "mark"
    zombie = crew.start(place.order(STEP, fault=Fault(IN_A_BATCH, action="sleep", seconds=0.2, mark=str(mark))))
    wait_until(mark.exists)
    zombie.send(signal.SIGSTOP)
    ended = crew.start(place.order(STEP)).end(150)
    found = [] if ended.well or "RetryLater" in ended.kinds else [f"held up: {ended}"]
    zombie.send(signal.SIGCONT)
    woken = zombie.end()
    found += [] if woken.well or {"FencedOut", "RetryLater"} & set(woken.kinds) else [f"woken up, but {woken}"]
    found += [] if not (woken.well and ended.well) else ["both were let write"]
    found += after_fault(place) + loaded_on(crew, place, STEP, world)
    world.drop(place)
    note("load_entity contact: replaced while it stands still within a batch", kind, found)


@pytest.mark.parametrize("kind", ALL)
def test_the_same_task_twice_at_once(kind: str, world_of: Callable[[str], World], crew: Crew, note: Note) -> None:
    world = world_of(kind)
    place = world.copy(STEP)
    both = [crew.start(place.order(STEP)) for _ in range(2)]
    ended = [worker.end() for worker in both]
    allowed = {"FencedOut", "RetryLater"}
    found = [f"ended badly: {one}" for one in ended if not (one.well or allowed & set(one.kinds))]
    found += after_fault(place) + loaded_on(crew, place, STEP, world)
    found += repeated(crew, place)
    world.drop(place)
    note("load_entity contact: twice at once", kind, found)


def other_source(place: Place) -> Place:
    """Return a run of another source, with the same rows, into the same target."""
    changes = [("name: circle, connection: circle", "name: ring, connection: ring"), *CHANGES]
    root = place.case.root / "ring"
    root.mkdir()
    case = Case.of("circle", place.case.source_url, place.case.target_url, root, changes)
    return replace(place, case=case, source="ring")


def until_green(crew: Crew, place: Place, first: Ended) -> list[str]:
    """Start a run again that had to give way; it must come to its end."""
    allowed = {"FencedOut", "RetryLater"}
    if not (first.well or allowed & set(first.kinds)):
        return [f"ended badly: {place.source}: {first}"]
    ended = first if first.well else crew.carry_out(place.order(("line",)))
    return [] if ended.well and ended.results == ("green",) else [f"started again, but {place.source}: {ended}"]


@pytest.mark.parametrize("kind", ALL[: len(SQL_KINDS)] if points.FULL else ALL[1:2])
def test_two_sources_into_one_target_at_the_same_time(
    kind: str, world_of: Callable[[str], World], crew: Crew, note: Note
) -> None:
    """They take turns at loading; whoever had to give way and is started again ends well."""
    world = world_of(kind)
    place = world.copy(LINE[0])
    other = other_source(place)
    workers = [crew.start(one.order(("line",))) for one in (place, other)]
    ended = [worker.end() for worker in workers]
    found = until_green(crew, place, ended[0]) + until_green(crew, other, ended[1])
    found += one_to_one(place) + after_fault(place)
    found += [f"{one.source} is {run_status(one)}" for one in (place, other) if run_status(one) != "green"]
    world.drop(place)
    note("two sources at once", kind, found)

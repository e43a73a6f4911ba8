"""A task that a fault has ended, at whatever point, and that is cleared: the run ends as an undisturbed one."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.faults import points
from tests.faults.conftest import KINDS, Note
from tests.faults.crew import Crew, Ended
from tests.faults.invariants import after_fault, alike, at_the_end, not_green, outcomes, records, told, writes
from tests.faults.place import CrmPlace, Place, Step
from tests.faults.points import Point
from tests.faults.world import LINE, RUNS, UNDO, World, remaining

REPEATED: tuple[Step, ...] = tuple(
    step for step in LINE if step[0] in ("load_entity", "link_references", "retire_records")
)
BETWEEN_TASKS = KINDS if points.FULL else KINDS[:1]
ROLLED_BACK = KINDS if points.FULL else KINDS[-1:]
CHECKS = ("validate_sample", "validate_full", "finish")
REPORTED = ("load_sample", "link_references", "validate_full")


def ended_as_told(ended: Ended, action: str, at: str = "") -> list[str]:
    """Return what is wrong with how a step ended that was disturbed by `action`, at a function if one is named.

    Connections that are closed while no transaction is open may never be missed: then the step ends well, and rightly;
    so it does where one call to a CRM was lost, which is made again, or looked for.
    """
    if action != "kill" and ".fxiaoke." in at and ended.well:
        return []
    missed = at and (not at.endswith(points.AT_COMMITS) or at.endswith(points.ALL_DONE))
    if action == "close" and missed and ended.well:
        return []
    if action == "kill":
        return [] if ended.killed == 9 else [f"the step was not killed: {ended}"]
    return [] if "RetryLater" in ended.kinds else [f"false green: {ended}" if ended.well else f"no retry: {ended}"]


def failed_report(crew: Crew, place: Place, step: Step) -> list[str]:
    """Return what is wrong with the report that is written after a failed step; it must be red without being told why.

    Where all is loaded and checked, what is left is the task's own failure, and the report is told of that.
    """
    if not (points.FULL or step[0] in REPORTED):
        return not_green(place)
    late = step[0] in ("validate_full", "finish")
    ended = crew.carry_out(place.order(("finish", ("failed",) if late else ())))
    # The run may not be registered, or its staging not begun: then there is no report, and that is no success either.
    return not_green(place) if not ended.well or ended.results == ("red",) else [f"false green: {ended.results}"]


def taken_up(crew: Crew, place: Place, step: Step) -> list[str]:
    """Carry the rest of the line out and return what is wrong with how it ends."""
    ended = crew.carry_out(place.order(*remaining(step)))
    return [] if ended.well and ended.results[-1] == "green" else [f"cleared, but {ended} {ended.results[-1:]}"]


def loaded_on(crew: Crew, place: Place, step: Step, world: World) -> list[str]:
    """Carry the rest of the line out, and compare; without the product's own checks, unless the step is one of them.

    The checks take longer than all the rest, and what they look at is asked from outside anyway; where all points are
    tried in a CRM, the run that follows makes them.
    """
    if (points.FULL and not isinstance(place, CrmPlace)) or step[0] in CHECKS:
        return taken_up(crew, place, step) + at_the_end(place, world.expected[place.run_id])
    ended = crew.carry_out(place.order(*(one for one in remaining(step) if one[0] not in CHECKS)))
    found = [] if ended.well else [f"cleared, but {ended}"]
    return found + [one for one in at_the_end(place, world.expected[place.run_id]) if not one.endswith(": status")]


def repeated(crew: Crew, place: Place) -> list[str]:
    """Load it all once more and return what that has changed."""
    before = told(place), place.content()
    ended = crew.carry_out(place.order(*REPEATED))
    found = [] if ended.well else [f"repeated, but {ended}"]
    after = told(place), place.content()
    return found + alike(after[0], before[0], "changed by a repetition") + alike(after[1], before[1], "rewritten")


def run_anew(crew: Crew, place: Place) -> list[str]:
    """Carry out another run over the same source; return what that has changed, and the calls that it has cost.

    A new record that the CRM refuses is tried again, by the sample and by the load.
    """
    before = place.content()
    calls = writes(place) + 2 * sum(line[3] == "refused_by_target" for line in outcomes(place)["account"])
    ended = crew.carry_out(replace(place, run_id="anew").order(("line",)))
    found = [] if ended.well and ended.results == ("green",) else [f"run anew, but {ended} {ended.results}"]
    found += alike(place.content(), before, "changed by a run of nothing new")
    return found + ([f"a run of nothing new has cost {writes(place) - calls} writes"] if writes(place) > calls else [])


def taken_back(crew: Crew, place: Place, world: World) -> list[str]:
    """Roll the run back and return what is not as it was before it."""
    ended = crew.carry_out(place.order(UNDO))
    found = [] if ended.well and ended.results == ([],) else [f"rolled back, but {ended} {ended.results}"]
    return found + alike(place.content(), world.before[place.run_id], "not restored")


def rolled_back_again(crew: Crew, place: Place, world: World) -> list[str]:
    """Start a rollback again that was disturbed, and return what is wrong with how it ends."""
    ended = crew.carry_out(place.order(UNDO))
    found = [] if ended.well or "rolled back already" in ended.message else [f"cleared, but {ended}"]
    return found + alike(place.content(), world.before[place.run_id], "not restored") + after_fault(place)


def all_taken_back(crew: Crew, place: Place, world: World) -> list[str]:
    """Roll the run back, then those before it, and return what each has not restored."""
    runs = RUNS[RUNS.index(place.run_id) :: -1]
    return [fault for run in runs for fault in taken_back(crew, replace(place, run_id=run), world)]


def params(chosen: Callable[[str], list[Point]]) -> list[Any]:
    """Return a parameter for each point and kind of target, those of one kind in one test process."""
    return [
        pytest.param(kind, point, id=f"{kind}-{point.name}", marks=pytest.mark.xdist_group(f"faults-{kind}"))
        for kind in KINDS
        for point in chosen(kind)
    ]


def of_the_line(kind: str) -> list[Point]:
    return [point for point in points.inner(kind) if point.step != UNDO]


def of_the_way_back(kind: str) -> list[Point]:
    return [point for point in points.inner(kind) if point.step == UNDO]


@pytest.mark.parametrize(("kind", "point"), params(of_the_line))
def test_a_task_that_is_disturbed_and_cleared_ends_as_an_undisturbed_one(
    kind: str, point: Point, world_of: Callable[[str], World], crew: Crew, note: Note, tmp_path: Path
) -> None:
    world = world_of(kind)
    place, mark = world.copy(point.step), tmp_path / "mark"
    ended = crew.carry_out(place.order(point.step, fault=replace(point.fault, mark=str(mark))))
    found = [] if mark.exists() else ["the step has not come to the point"]
    found += ended_as_told(ended, point.fault.action, point.fault.at)
    found += after_fault(place) + failed_report(crew, place, point.step)
    # Nobody clears a task that has ended well: what it had lost would stay lost.
    left = remaining(point.step)
    found += loaded_on(crew, place, left[1] if ended.well and len(left) > 1 else left[0], world)
    if points.FULL:
        again = run_anew if isinstance(place, CrmPlace) else repeated
        found += again(crew, place) + all_taken_back(crew, place, world)
    else:
        found += taken_back(crew, place, world)
    world.drop(place)
    note(point.name, kind, found)


@pytest.mark.parametrize(("kind", "point"), params(of_the_way_back))
def test_a_rollback_that_is_disturbed_and_cleared_restores_what_was_there_before(
    kind: str, point: Point, world_of: Callable[[str], World], crew: Crew, note: Note
) -> None:
    world = world_of(kind)
    place = world.copy(UNDO)
    found = ended_as_told(crew.carry_out(place.order(UNDO, fault=point.fault)), point.fault.action, point.fault.at)
    found += after_fault(place) + rolled_back_again(crew, place, world)
    world.drop(place)
    note(point.name, kind, found)


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.xdist_group(f"faults-{kind}")) for kind in BETWEEN_TASKS]
)
def test_a_run_that_is_killed_before_and_after_each_of_its_tasks_ends_as_an_undisturbed_one(
    kind: str, world_of: Callable[[str], World], crew: Crew, note: Note
) -> None:
    world = world_of(kind)
    place = world.copy(LINE[0])
    found = []
    for step in LINE:
        for point in [point for point in points.boundaries(kind) if point.step == step]:
            found += ended_as_told(crew.carry_out(place.order(step, fault=point.fault)), "kill") + after_fault(place)
            if step[0] != "finish":
                found += not_green(place)
        ended = crew.carry_out(place.order(step))
        found += [] if ended.well else [f"cleared, but {step}: {ended}"]
    found += at_the_end(place, world.expected[place.run_id]) + repeated(crew, place) + taken_back(crew, place, world)
    world.drop(place)
    note("killed before and after every task", kind, found)


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.xdist_group(f"faults-{kind}")) for kind in KINDS]
)
def test_the_undisturbed_run_holds_every_kind_of_outcome(kind: str, world_of: Callable[[str], World]) -> None:
    """Else what is compared with it would prove little."""
    world = world_of(kind)
    ended = {line[1] for name, rows in world.expected["two"].items() if name.startswith("outcomes") for line in rows}
    assert ended == {"inserted", "updated", "unchanged", "merged", "rejected", "filtered"}
    retired = [rows for name, rows in world.expected["two"].items() if name.startswith("retired")]
    assert {" 'deleted'", " 'kept'", " 'reinserted'"} <= {row.split(",")[1] for rows in retired for row in rows}
    if kind == "fxiaoke":
        assert any(name == "main_contact__c" for row in records(world.undisturbed)["account"] for name, _ in row)
    else:
        assert any(row[5] for row in records(world.undisturbed)["account"])


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.xdist_group(f"faults-{kind}")) for kind in ROLLED_BACK]
)
def test_runs_that_are_rolled_back_one_after_the_other_leave_the_target_as_each_found_it(
    kind: str, world_of: Callable[[str], World], crew: Crew, note: Note
) -> None:
    world = world_of(kind)
    place = world.copy(UNDO)
    found = run_anew(crew, place) + all_taken_back(crew, place, world)
    world.drop(place)
    note("run anew, and all runs rolled back", kind, found)

"""A first load into a CRM that is killed at any point; attempts that die while they look up what was sent before."""

from collections.abc import Callable

import pytest

from tests.faults import points
from tests.faults.conftest import Note
from tests.faults.crew import Crew
from tests.faults.failpoints import Fault
from tests.faults.invariants import after_fault
from tests.faults.points import SENDING, Point
from tests.faults.test_failpoints import (
    ended_as_told,
    failed_report,
    loaded_on,
    rolled_back_again,
    run_anew,
    taken_back,
)
from tests.faults.world import UNDO, World

pytestmark = pytest.mark.xdist_group("faults-fxiaoke")
SENT = Fault(f"{points.crm_points.API}.create", call=3)


@pytest.mark.parametrize("point", points.first_load(), ids=lambda point: point.name)
def test_a_first_load_that_is_killed_and_cleared_leaves_each_record_in_the_crm_once(
    point: Point, world_of: Callable[[str], World], crew: Crew, note: Note
) -> None:
    world = world_of("fxiaoke")
    place = world.copy(point.step, "zero")
    found = ended_as_told(crew.carry_out(place.order(point.step, fault=point.fault)), "kill") + after_fault(place)
    if point.step == UNDO:
        found += rolled_back_again(crew, place, world)
    else:
        found += failed_report(crew, place, point.step) + loaded_on(crew, place, point.step, world)
        found += run_anew(crew, place) if points.FULL else []
        found += taken_back(crew, place, world)
    world.drop(place)
    note(point.name, "fxiaoke", found)


@pytest.mark.parametrize("point", points.looked_up(), ids=lambda point: point.name)
def test_an_attempt_that_dies_while_it_looks_up_what_the_one_before_has_sent(
    point: Point, world_of: Callable[[str], World], crew: Crew, note: Note
) -> None:
    world = world_of("fxiaoke")
    place = world.copy(SENDING, "zero")
    found = ended_as_told(crew.carry_out(place.order(SENDING, fault=SENT)), "kill") + after_fault(place)
    found += ended_as_told(crew.carry_out(place.order(SENDING, fault=point.fault)), "kill") + after_fault(place)
    found += failed_report(crew, place, SENDING) + loaded_on(crew, place, SENDING, world)
    found += run_anew(crew, place) if points.FULL else []
    found += taken_back(crew, place, world)
    world.drop(place)
    note(point.name, "fxiaoke", found)

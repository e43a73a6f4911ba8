"""Calls to a CRM that go wrong, each in every way: at the first, the middle and the last one of its kind in a step."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.faults import points
from tests.faults.conftest import Note
from tests.faults.crew import Crew, Ended
from tests.faults.invariants import after_fault, not_green
from tests.faults.place import CrmPlace, Step
from tests.faults.test_failpoints import (
    all_taken_back,
    failed_report,
    loaded_on,
    rolled_back_again,
    run_anew,
    taken_back,
)
from tests.faults.world import UNDO, World
from tests.fxiaoke.faults import Fault

pytestmark = pytest.mark.xdist_group("faults-fxiaoke")

WAYS: dict[str, Fault] = {
    "answer lost": Fault("cut", performed=True),
    "connection closed before": Fault("cut"),
    "hangs after": Fault("hang", performed=True),
    "hangs before": Fault("hang"),
    "truncated JSON": Fault("truncated", performed=True),
    "answer breaks off": Fault("broken_off", performed=True),
    "gateway's page after": Fault("gateway", performed=True),
    "-1 after": Fault("code", performed=True, code=-1),
    "-1 before": Fault("code", code=-1),
    "-2 after": Fault("code", performed=True, code=-2),
    "-2 before": Fault("code", code=-2),
    "14001": Fault("code", code=14001),
    "30004": Fault("code", code=30004),
    "30002": Fault("code", code=30002),
    "token expired": Fault("expired_token"),
    "20016": Fault("code", code=20016),
}
SPENT = "30002"
"""The day's quota: the step ends, and goes on the next day."""
TOKENS = ("token expired", "20016")
"""Such a call is made again at once, and once only: one at a time, lest the second time be struck as well."""
HANG_SECONDS = 1.0


@dataclass(frozen=True)
class Spot:
    """An interface, as a step of a run calls it."""

    run: str
    step: Step
    verb: str

    @property
    def name(self) -> str:
        """Return what the table of results calls it."""
        return f"{' '.join(self.step)}: {self.verb}{points.FIRST if self.run == 'zero' else ''}"


SPOTS = (
    Spot("zero", points.DEALS, "create"),
    Spot("zero", ("link_references",), "update"),
    Spot("two", points.ACTS, "create"),
    Spot("two", points.ACTS, "update"),
    Spot("two", points.ACTS, "recover"),
    Spot("two", points.ACTS, "query"),
    Spot("two", ("retire_records",), "invalid"),
    Spot("two", UNDO, "update"),
    Spot("two", UNDO, "recover"),
    Spot("two", UNDO, "invalid"),
    Spot("two", UNDO, "delete"),
    Spot("two", UNDO, "query"),
)
EVERY = [(spot, way) for spot in SPOTS for way in WAYS]
CHOSEN = EVERY if points.FULL else [EVERY[at] for at in (0, 6 * len(WAYS) + 13)]


@pytest.fixture(scope="session")
def calls_of(world_of: Callable[[str], World], crew: Crew) -> Callable[[Spot], int]:
    """How often an undisturbed step calls an interface."""
    counted: dict[tuple[str, Step], Counter[str]] = {}

    def count(spot: Spot) -> int:
        if (spot.run, spot.step) not in counted:
            world = world_of("fxiaoke")
            place = world.copy(spot.step, spot.run)
            assert isinstance(place, CrmPlace)
            assert crew.carry_out(place.order(spot.step)).well
            paths = place.server.gate.counted.items()
            counted[spot.run, spot.step] = Counter({path.rpartition("/")[2]: calls for path, calls in paths})
            world.drop(place)
        return counted[spot.run, spot.step][spot.verb]

    return count


def as_expected(ended: Ended, way: str) -> list[str]:
    """Return what is wrong with how a step ended: nothing but a spent quota is more than it can get over by itself."""
    if way == SPENT:
        return [] if "QuotaExhausted" in ended.kinds else [f"false green or no word of the quota: {ended}"]
    return [] if ended.well else [f"not got over: {ended}"]


@pytest.mark.parametrize(("spot", "way"), CHOSEN, ids=lambda one: one.name if isinstance(one, Spot) else one)
def test_calls_that_go_wrong_leave_nothing_lost_or_doubled(
    spot: Spot, way: str, world_of: Callable[[str], World], calls_of: Callable[[Spot], int], crew: Crew, note: Note
) -> None:
    world, last = world_of("fxiaoke"), calls_of(spot)
    place = world.copy(spot.step, spot.run)
    assert isinstance(place, CrmPlace)
    assert last > 0
    numbers = struck_calls(way, last)
    fault = Fault(**{**asked_of(WAYS[way]), "interface": f"/{spot.verb}", "calls": numbers})
    place.server.faults.add(fault)
    chosen = {"threads": 1} if way in TOKENS else {"answer_seconds": HANG_SECONDS} if fault.how == "hang" else {}
    ended = crew.carry_out(place.order(spot.step, **chosen))
    found = as_expected(ended, way) + after_fault(place)
    for _ in numbers:
        if not ended.well:
            found += failed_report(crew, place, spot.step) if spot.step != UNDO else []
            ended = crew.carry_out(place.order(spot.step))
            found += [] if ended.well else as_expected(ended, way)
            found += after_fault(place)
    # Calls of a step that ends are made by the next attempt, and others beside them.
    struck = fault.struck > 0 if way == SPENT else fault.struck == len(numbers)
    found += [] if struck else [f"struck {fault.struck} calls of {len(numbers)}"]
    place.server.faults.clear()
    if spot.step == UNDO:
        found += rolled_back_again(crew, place, world)
    else:
        found += not_green(place) + loaded_on(crew, place, spot.step, world)
        found += run_anew(crew, place) if points.FULL else []
        found += all_taken_back(crew, place, world) if points.FULL else taken_back(crew, place, world)
    world.drop(place)
    note(f"{spot.name}: {way}", "fxiaoke", found)


def struck_calls(way: str, last: int) -> tuple[int, ...]:
    """Return the numbers of the first, the middle and the last call, of which the `last` is undisturbed."""
    chosen = dict.fromkeys((1, (last + 1) // 2, last))
    return tuple(number + (again if way in TOKENS else 0) for again, number in enumerate(chosen))


def asked_of(fault: Fault) -> dict[str, object]:
    """Return the form of a fault."""
    return {name: getattr(fault, name) for name in ("how", "performed", "code")}

"""A whole run that is killed at any moment and started again, as often as it takes."""

import random
import signal
import time
from collections.abc import Callable

import pytest

from tests.faults import points
from tests.faults.conftest import SQL_KINDS, Note
from tests.faults.crew import Crew
from tests.faults.invariants import after_fault, at_the_end, not_green
from tests.faults.place import CrmPlace, Place, Step
from tests.faults.test_failpoints import all_taken_back, repeated, run_anew, taken_back
from tests.faults.world import LINE, World

KILLS = 200 if points.FULL else 6
KILLS_A_RUN = 4 if points.FULL else 2
CRM_RUNS, CRM_KILLS = 10 if points.FULL else 1, 4
RUNS = [
    *((SQL_KINDS[number % len(SQL_KINDS)], number, KILLS_A_RUN) for number in range(KILLS // KILLS_A_RUN)),
    *(("fxiaoke", number, CRM_KILLS) for number in range(CRM_RUNS)),
]
SHARES = (1, 0.4, 0.1)
"""A run that no kill has hit, on a machine that is faster now than it was, is begun anew, with earlier kills."""
WHOLE: Step = ("line",)


@pytest.mark.parametrize(
    ("kind", "seed", "kills"),
    [pytest.param(*run, marks=pytest.mark.xdist_group(f"faults-{run[0]}")) for run in RUNS],
)
def test_a_run_that_is_killed_at_random_moments_and_started_again(
    kind: str, seed: int, kills: int, world_of: Callable[[str], World], crew: Crew, note: Note
) -> None:
    world = world_of(kind)
    for share in SHARES:
        place = world.copy(LINE[0])
        hits, found, moments = killed_at_random(crew, place, world, (seed, kills, share))
        if hits or found or share == SHARES[-1]:
            break
        world.drop(place)
    ended = crew.carry_out(place.order(WHOLE))
    found += [] if ended.well and ended.results == ("green",) else [f"started again, but {ended} {ended.results}"]
    found += at_the_end(place, world.expected["two"])
    found += taken_up_and_back(crew, place, world) if points.FULL else []
    world.drop(place)
    found += [] if hits else ["no kill has hit a run"]
    found += [f"killed after {', '.join(f'{moment:.3f} s' for moment in moments)}"] if found else []
    note(f"whole run: killed at random, {hits} of {kills} kills hit it, seed {seed}", kind, found)


def killed_at_random(
    crew: Crew, place: Place, world: World, chosen: tuple[int, int, float]
) -> tuple[int, list[str], list[float]]:
    """Start a run and kill it, again and again; return how many kills hit it, what they violated, and when they came.

    The moments lie within a share of what the undisturbed run took. A run that was over before its kill has shown how
    long it takes: the next moments lie within that.
    """
    seed, kills, share = chosen
    draw, lifetime = random.Random(seed), world.lifetime * share
    hits, found, moments = 0, list[str](), list[float]()
    for _ in range(kills):
        moments.append(draw.uniform(0, lifetime))
        begun, worker = time.monotonic(), crew.start(place.order(WHOLE))
        worker.waits(moments[-1])
        worker.send(signal.SIGKILL)
        ended = worker.end()
        found += after_fault(place)
        if ended.killed:
            hits += 1
            # What was killed after its last word has a right to it, if all is as it says.
            found += at_the_end(place, world.expected["two"]) if not_green(place) else []
        else:
            lifetime = min(lifetime, time.monotonic() - begun)
            found += [] if ended.well else [f"started again, but {ended}"]
    return hits, found, moments


def taken_up_and_back(crew: Crew, place: Place, world: World) -> list[str]:
    """Load once more, which must change nothing, and roll back."""
    if isinstance(place, CrmPlace):
        return run_anew(crew, place) + all_taken_back(crew, place, world)
    return repeated(crew, place) + taken_back(crew, place, world)

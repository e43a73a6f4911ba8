"""A whole run that is killed at any moment and started again, as often as it takes."""

import random
import signal
import time
from collections.abc import Callable

import pytest

from tests.faults import points
from tests.faults.conftest import KINDS, Note
from tests.faults.crew import Crew
from tests.faults.invariants import after_fault, at_the_end, not_green
from tests.faults.place import Step
from tests.faults.test_failpoints import repeated, taken_back
from tests.faults.world import LINE, World

KILLS = 200 if points.FULL else 6
KILLS_A_RUN = 4 if points.FULL else 2
RUNS = [(KINDS[number % len(KINDS)], number) for number in range(KILLS // KILLS_A_RUN)]
WHOLE: Step = ("line",)


@pytest.mark.parametrize(
    ("kind", "seed"),
    [pytest.param(kind, seed, marks=pytest.mark.xdist_group(f"faults-{kind}")) for kind, seed in RUNS],
)
def test_a_run_that_is_killed_at_random_moments_and_started_again(
    kind: str, seed: int, world_of: Callable[[str], World], crew: Crew, note: Note
) -> None:
    world, draw = world_of(kind), random.Random(seed)
    place, found, moments = world.copy(LINE[0]), [], []
    for _ in range(KILLS_A_RUN):
        moments.append(draw.uniform(0, world.lifetime))
        worker = crew.start(place.order(WHOLE))
        time.sleep(moments[-1])
        worker.send(signal.SIGKILL)
        ended = worker.end()
        found += after_fault(place)
        if ended.killed:
            # What was killed after its last word has a right to it, if all is as it says.
            found += at_the_end(place, world.expected) if not_green(place) else []
        elif not ended.well:
            found.append(f"started again, but {ended}")
    ended = crew.carry_out(place.order(WHOLE))
    found += [] if ended.well and ended.results == ("green",) else [f"started again, but {ended} {ended.results}"]
    found += at_the_end(place, world.expected)
    found += repeated(crew, place) + taken_back(crew, place, world) if points.FULL else []
    world.drop(place)
    found += [f"killed after {', '.join(f'{moment:.3f} s' for moment in moments)}"] if found else []
    note(f"whole run: killed {KILLS_A_RUN} times at random, seed {seed}", kind, found)

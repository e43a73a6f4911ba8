"""Entities in parts, killed wherever a part or the whole is staged: cleared, the line ends as undisturbed."""

from pathlib import Path
from typing import Any

import pytest

from crm_migration.staging import RunFolder, open_table
from tests.end_to_end.test_parts import records, scene
from tests.faults.conftest import Note
from tests.faults.crew import Crew
from tests.faults.failpoints import Fault
from tests.faults.place import Step
from tests.faults.points import FULL, PUBLISHED, STAGING, Point
from tests.load.two_sources import Scene

# The records of the undisturbed run are made once, by one process.
pytestmark = pytest.mark.xdist_group("faults-parts")

PARTS = 3
BOUNDED = 5
"""Each time so many points, one is tried in a bounded run."""
CUT = ("extract_prepare", *(("extract_part", number) for number in range(PARTS)), "extract_entity")
CLEANED = (*(("clean_part", number) for number in range(PARTS)), "clean_entity", "match_entity")
DROPPED = "crm_migration.staging.drop_table"
INNER: dict[str, tuple[str, ...]] = {
    "extract_prepare": (f"before {PUBLISHED}", f"after {PUBLISHED}"),
    "extract_part": (f"after {STAGING}.write", f"before {PUBLISHED}", f"after {PUBLISHED}"),
    "extract_entity": (f"before {PUBLISHED}", f"after {PUBLISHED}", f"after {DROPPED}", f"after {DROPPED} 3"),
    "clean_part": (f"before {PUBLISHED} 4", f"after {PUBLISHED} 4"),
    "clean_entity": (
        f"after {STAGING}.take_over 4",
        f"before {PUBLISHED} 6",
        f"after {PUBLISHED} 6",
        f"after {DROPPED} 2",
    ),
}


def _step(told: Any) -> Step:
    name, *number = told if isinstance(told, tuple) else (told,)
    return (name, "contact", *number)


ACCOUNT: tuple[Step, ...] = tuple((step, "account") for step in ("extract_entity", "clean_entity", "match_entity"))
PREPARED: tuple[Step, ...] = (("preflight",), *ACCOUNT, *map(_step, (*CUT, *CLEANED)))
LOADED: tuple[Step, ...] = (
    ("backup",),
    ("load_sample",),
    ("validate_sample",),
    ("load_entity", "account"),
    ("load_entity", "contact"),
    ("link_references",),
    ("validate_full",),
    ("finish", ()),
)


def points() -> list[Point]:
    """Return every point, a choice of them in a bounded run; of mapped steps, in the part in the middle."""
    found = []
    for step in PREPARED:
        if step[2:] in ((), (1,)) and step[1:2] == ("contact",):
            for text in INNER.get(step[0], ()):
                when, at, *call = text.split()
                found.append(Point(step, Fault(at, when, int(call[0]) if call else 1)))
    return found if FULL else found[::BOUNDED]


def order(one: Scene, *steps: Step, fault: Fault | None = None) -> dict[str, Any]:
    job = {
        "mapping": str(one.root / "legacy.yaml"),
        "run_id": "one",
        "staging": str(one.root / "staging"),
        "source": f"sqlite:///{one.root / 'legacy.sqlite'}",
        "target": one.target_url,
    }
    asked = {"job": job, "steps": [list(step) for step in steps], "fault": fault.as_dict() if fault else None}
    return {"batch_rows": 50_000, "dialect": "sqlite", **asked}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str | None, ...]]:
    one = scene(tmp_path_factory.mktemp("undisturbed"), 1)
    one.run("legacy", "one")
    return records(one)


@pytest.mark.parametrize("point", points(), ids=lambda point: point.name)
def test_a_task_that_is_killed_and_cleared_loses_no_part(
    point: Point, undisturbed: list[tuple[str | None, ...]], tmp_path: Path, crew: Crew, note: Note
) -> None:
    one = scene(tmp_path / "one", PARTS)
    at = PREPARED.index(point.step)
    assert crew.carry_out(order(one, *PREPARED[:at])).well
    killed = crew.carry_out(order(one, point.step, fault=point.fault))
    found = [] if killed.killed else [f"not killed, but {killed}"]
    ended = crew.carry_out(order(one, *PREPARED[at:], *LOADED))
    found += [] if ended.well and ended.results[-1] == "green" else [f"cleared, but {ended} {ended.results[-1:]}"]
    found += [] if records(one) == undisturbed else ["unlike the undisturbed run"]
    note(point.name, "sqlite", found)


def test_the_same_part_twice_at_once_is_staged_whole(tmp_path: Path, crew: Crew) -> None:
    one = scene(tmp_path / "one", PARTS)
    at = PREPARED.index(("extract_part", "contact", 1))
    assert crew.carry_out(order(one, *PREPARED[:at])).well
    both = [crew.start(order(one, PREPARED[at])) for _ in range(2)]
    assert all(worker.end().well for worker in both)
    folder = RunFolder(str(one.root / "staging"), "legacy", "one")
    staged = open_table(folder, "contact", f"extract_1_of_{PARTS}")
    assert sum(frame.height for frame in staged.frames()) == staged.rows > 0
    assert crew.carry_out(order(one, *PREPARED[at + 1 :])).well

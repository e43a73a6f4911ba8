"""Staging on a disk that is full: the task says so, and what to do; no table is there by half."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import Note
from tests.faults.crew import Crew, Ended
from tests.faults.invariants import after_fault
from tests.faults.place import Step
from tests.faults.test_failpoints import loaded_on
from tests.faults.world import World

pytestmark = pytest.mark.xdist_group("faults-sqlite")

STEPS: tuple[Step, ...] = (("extract_entity", "contact"), ("backup",), ("load_entity", "contact"))


def as_told(ended: Ended, folder: Path) -> list[str]:
    """Return what is wrong with how a step ended that found no room in `folder`."""
    if "StagingFull" not in ended.kinds:
        return [f"false green: {ended}" if ended.well else f"no word of the full disk: {ended}"]
    named = str(folder) in ended.message and "CRM_MIGRATION_STAGING" in ended.message
    return [] if named else [f"names neither folder nor what to do: {ended}"]


def half_tables(folder: Path, before: set[Path]) -> list[str]:
    """Name files that a table without a manifest of its own has left."""
    left = {*folder.rglob("*part-*"), *folder.rglob(".manifest*")} - before
    return [f"half: {file.name} is left" for file in left]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        pytest.skip("no file system may be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize("step", STEPS, ids=" ".join)
def test_a_task_that_finds_no_room_on_the_disk_says_so_and_goes_on_when_there_is_some(
    step: Step, small_disk: Path, world_of: Callable[[str], World], crew: Crew, note: Note
) -> None:
    world = world_of("sqlite")
    place = world.copy(step)
    staging = place.case.root / "staging"
    moved = small_disk / "staging"
    shutil.move(staging, moved)
    staging.symlink_to(moved)
    filler = small_disk / "filler"
    with filler.open("wb", buffering=0) as some:
        try:
            while some.write(b"x" * 4096):
                pass
        except OSError:
            before = set(moved.rglob("*"))
    found = as_told(crew.carry_out(place.order(step)), staging) + half_tables(moved, before)
    found += after_fault(place)
    filler.unlink()
    found += loaded_on(crew, place, step, world)
    staging.unlink()
    world.drop(place)
    note(f"{' '.join(step)}: disk full", "sqlite", found)


@pytest.mark.parametrize("step", STEPS[:2], ids=" ".join)
def test_a_task_that_may_write_no_large_file_says_so(
    step: Step, world_of: Callable[[str], World], crew: Crew, note: Note
) -> None:
    world = world_of("sqlite")
    place = world.copy(step)
    staging = place.case.root / "staging"
    before = set(staging.rglob("*"))
    found = as_told(crew.carry_out(place.order(step, file_bytes=700)), staging) + half_tables(staging, before)
    found += loaded_on(crew, place, step, world)
    world.drop(place)
    note(f"{' '.join(step)}: file too large", "sqlite", found)

"""A target as an earlier run has left it, and a second run into it that can be taken up at any of its steps."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cases import target
from tests.cases.line import Case
from tests.faults.crew import Crew, Ended
from tests.faults.databases import Databases
from tests.faults.invariants import told
from tests.faults.place import Place, Step

ORDER = ("account", "contact", "opportunity", "activity")
LINE: tuple[Step, ...] = (
    ("preflight",),
    *((step, entity) for entity in ORDER for step in ("extract_entity", "clean_entity", "match_entity")),
    ("backup",),
    ("load_sample",),
    ("validate_sample",),
    *(("load_entity", entity) for entity in ORDER),
    ("link_references",),
    ("retire_records",),
    ("validate_full",),
    ("finish", ()),
)
UNDO: Step = ("undo",)
"""Not of the line: a run is taken back after it."""

DELETES = "external_id: legacy_id, on_source_delete: delete}"
CHANGES = [
    ("tolerances: {rejected_share: 1.0}", "tolerances: {rejected_share: 1.0, deleted_share: 1.0}"),
    *((f"{{object: {name}, external_id: legacy_id}}", f"{{object: {name}, {DELETES}") for name in ORDER),
]


@dataclass(frozen=True)
class Saved:
    """A target and a staging folder at one moment."""

    database: str
    staging: Path


def remaining(step: Step) -> tuple[Step, ...]:
    """Return the line from `step` on."""
    return LINE[LINE.index(step) :]


class World:
    """The second run into a target of one kind, undisturbed, with what it found and left saved by step."""

    def __init__(self, databases: Databases, sources: dict[str, str], folder: Path, crew: Crew) -> None:
        self.databases, self.sources, self.folder, self.crew = databases, sources, folder, crew
        self.copies = 0
        self.saved: dict[Step, Saved] = {}
        self.first = self._place(databases.create(), "one", folder / "undisturbed")
        target.create(self.first.case.target_url, [])
        begun = time.monotonic()
        self._must(self.first, ("line",))
        self.lifetime = time.monotonic() - begun
        self.before = self.first.case.content()
        self.expected: dict[str, Any] = {}
        self.undisturbed = Place(self._case(self.first.case.target_url, "two", self.first.case.root), "two")

    def _case(self, url: str, day: str, root: Path) -> Case:
        root.mkdir(parents=True, exist_ok=True)
        return Case.of("circle", self.sources[day], url, root, CHANGES)

    def _place(self, url: str, run_id: str, root: Path) -> Place:
        return Place(self._case(url, run_id, root), run_id)

    def _must(self, place: Place, *steps: Step) -> Ended:
        ended = self.crew.carry_out(place.order(*steps))
        assert ended.well, f"{steps}: {ended}"
        return ended

    def go(self, wanted: set[Step]) -> None:
        """Carry the second run to its end, saving what there is before each of the `wanted` steps."""
        waiting: list[Step] = []
        for step in LINE:
            if step in wanted:
                if waiting:
                    self._must(self.undisturbed, *waiting)
                waiting, self.saved[step] = [], self._save()
            waiting.append(step)
        assert self._must(self.undisturbed, *waiting).results[-1] == "green"
        self.saved[UNDO] = self._save()
        self.expected = told(self.undisturbed)

    def _save(self) -> Saved:
        staging = self.folder / f"saved-{len(self.saved)}"
        shutil.copytree(self.first.case.root / "staging", staging, ignore=shutil.ignore_patterns("gx"))
        return Saved(self.databases.save(self.first.case.target_url), staging)

    def copy(self, step: Step) -> Place:
        """Return the second run as it stands before `step`, with a target and a staging folder of its own."""
        self.copies += 1
        root, saved = self.folder / f"copy-{self.copies}", self.saved[step]
        place = self._place(self.databases.copy(saved.database), "two", root)
        shutil.copytree(saved.staging, root / "staging")
        here, there = f"{root}/staging".encode(), f"{self.first.case.root}/staging".encode()
        for manifest in (root / "staging").rglob("*.json"):
            manifest.write_bytes(manifest.read_bytes().replace(there, here))
        return place

    def drop(self, place: Place) -> None:
        """Let a copy go."""
        self.databases.drop(place.case.target_url)
        shutil.rmtree(place.case.root)

    def close(self) -> None:
        """Drop the database of the undisturbed run."""
        self.databases.drop(self.first.case.target_url)

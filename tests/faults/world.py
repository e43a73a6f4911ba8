"""Three runs into one target, of which the first and the third can be taken up at any of their steps."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crm_migration.mapping.reader import read_mapping
from tests.cases import target
from tests.cases.line import Case
from tests.faults.crew import Crew, Ended
from tests.faults.databases import Databases, OnFxiaoke
from tests.faults.invariants import told
from tests.faults.place import CrmPlace, Place, Step

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
RUNS = ("zero", "one", "two")
"""A first load, a run after which some rows are away, and the run that most faults are tried on."""

DELETES = "external_id: legacy_id, on_source_delete: delete}"
CHANGES = [
    ("tolerances: {rejected_share: 1.0}", "tolerances: {rejected_share: 1.0, deleted_share: 1.0}"),
    *((f"{{object: {name}, external_id: legacy_id}}", f"{{object: {name}, {DELETES}") for name in ORDER),
]
Saves = dict[str, set[Step]]
"""By run, the steps before which all that there is is saved."""


@dataclass(frozen=True)
class Saved:
    """A target and a staging folder at one moment."""

    database: str
    staging: Path


def remaining(step: Step) -> tuple[Step, ...]:
    """Return the line from `step` on."""
    return LINE[LINE.index(step) :]


class World:
    """Runs into a target of one kind, undisturbed, with what they found and left saved by step."""

    def __init__(self, databases: Databases, sources: dict[str, str], folder: Path, crew: Crew) -> None:
        self.databases, self.sources, self.folder, self.crew = databases, sources, folder, crew
        self.url, self.root = databases.create(), folder / "undisturbed"
        self.copies, self.lifetime = 0, 0.0
        self.saved: dict[tuple[str, Step], Saved] = {}
        self.before: dict[str, dict[str, Any]] = {}
        self.expected: dict[str, dict[str, Any]] = {}
        self.undisturbed = self.place(self.url, "two", self.root)
        self.prepare()

    def prepare(self) -> None:
        """Make the target's own tables."""
        target.create(self.url, [])

    def place(self, url: str, run: str, root: Path) -> Place:
        """Return a run into the target at `url`, staged below `root`."""
        root.mkdir(parents=True, exist_ok=True)
        return Place(Case.of("circle", self.sources[run], url, root, CHANGES), run)

    def _must(self, place: Place, *steps: Step) -> Ended:
        ended = self.crew.carry_out(place.order(*steps))
        assert ended.well, f"{steps}: {ended}"
        return ended

    def go(self, wanted: Saves) -> None:
        """Carry the runs to their end, saving what there is before the wanted steps of each."""
        for run in RUNS:
            place = self.place(self.url, run, self.root)
            self.before[run] = place.content()
            if run in wanted:
                self._walk(place, wanted[run])
            else:
                begun = time.monotonic()
                self._must(place, ("line",))
                self.lifetime = time.monotonic() - begun
            self.expected[run] = told(place)

    def _walk(self, place: Place, wanted: set[Step]) -> None:
        waiting: list[Step] = []
        for step in LINE:
            if step in wanted:
                if waiting:
                    self._must(place, *waiting)
                waiting, self.saved[place.run_id, step] = [], self._save()
            waiting.append(step)
        assert self._must(place, *waiting).results[-1] == "green"
        self.saved[place.run_id, UNDO] = self._save()

    def _save(self) -> Saved:
        staging = self.folder / f"saved-{len(self.saved)}"
        ignored = shutil.ignore_patterns("gx")
        shutil.copytree(self.root / "staging", staging, ignore=ignored) if (self.root / "staging").exists() else None
        return Saved(self.databases.save(self.url), staging)

    def copy(self, step: Step, run: str = RUNS[-1]) -> Place:
        """Return a run as it stands before `step`, with a target and a staging folder of its own."""
        self.copies += 1
        root, saved = self.folder / f"copy-{self.copies}", self.saved[run, step]
        place = self.place(self.databases.copy(saved.database), run, root)
        if saved.staging.exists():
            shutil.copytree(saved.staging, root / "staging")
        here, there = f"{root}/staging".encode(), f"{self.root}/staging".encode()
        for manifest in (root / "staging").rglob("*.json"):
            manifest.write_bytes(manifest.read_bytes().replace(there, here))
        return place

    def drop(self, place: Place) -> None:
        """Let a copy go."""
        self.databases.drop(place.case.target_url)
        shutil.rmtree(place.case.root)

    def close(self) -> None:
        """Drop the database of the undisturbed runs."""
        self.databases.drop(self.url)


class CrmWorld(World):
    """Runs into stand-ins of a CRM."""

    databases: OnFxiaoke

    def prepare(self) -> None:
        """Nothing is to be made: a CRM has its objects, and the ledger is made by the runs."""

    def place(self, url: str, run: str, root: Path) -> Place:
        """Return a run into the CRM whose ledger is at `url`, staged below `root`."""
        root.mkdir(parents=True, exist_ok=True)
        mapping = Path(shutil.copy(Path(__file__).with_name("fxiaoke.yaml"), root))
        case = Case(read_mapping(mapping), self.sources[run], url, root)
        return CrmPlace(case, run, server=self.databases.servers[url])

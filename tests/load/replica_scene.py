"""A CRM in memory that is spoken to by calls, and a migration into it."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from crm_migration import pipeline
from crm_migration.connections import from_url
from crm_migration.job import Job
from crm_migration.load.replica.target import ReplicaTarget
from crm_migration.mapping.reader import read_mapping
from crm_migration.staging import open_table
from tests.load.record_crm import Fault, Killed, MemoryCrm

MAPPING = """\
version: "1"
source: {name: legacy, connection: legacy}
target: {name: crm, kind: fxiaoke, connection: crm, ledger: ledger}
tolerances: {rejected_share: 0.5, deleted_share: 1}
sample: {minimum: 1, maximum: 2, share: 0.01}
entities:
  account:
    table: firms
    key: id
    target: {object: AccountObj, id: _id, external_id: legacy_key__c}
    fields:
      legacy_key__c: {from: id, kind: text, required: true, max_length: 60}
      name: {from: name, kind: text, required: true, max_length: 60}
      tier: {from: tier, kind: text, max_length: 10}
      parent: {from: mother, kind: reference, to: account, on_missing_parent: "null"}
  contact:
    table: people
    key: id
    target: {object: ContactObj, id: _id, external_id: legacy_key__c, on_source_delete: ON_DELETE}
    fields:
      legacy_key__c: {from: id, kind: text, required: true, max_length: 60}
      last_name: {from: name, kind: text, required: true, max_length: 60}
      email: {from: mail, kind: email}
      worth: {from: worth, kind: money}
      born: {from: born, kind: date}
      seen: {from: seen, kind: datetime}
      quiet: {from: quiet, kind: boolean}
      account: {from: firm, kind: reference, to: account}
"""


ROWS = """
CREATE TABLE firms (id TEXT, name TEXT, tier TEXT, mother TEXT);
CREATE TABLE people (id TEXT, name TEXT, mail TEXT, worth TEXT, born TEXT, seen TEXT, quiet TEXT, firm TEXT);
INSERT INTO firms VALUES ('f1', 'One', 'gold', 'f3'), ('f2', 'Two', 'tin', NULL), ('f3', 'Three', NULL, 'f1');
INSERT INTO people VALUES
  ('p1', 'Lee', 'ann@x.example', '10.50', '1980-01-31', '2026-01-31 10:00:00', '0', 'f1'),
  ('p2', 'Ray', NULL, NULL, NULL, NULL, '1', 'f2'),
  ('p3', 'Low', 'cy@x.example', '7', NULL, NULL, NULL, NULL),
  ('p4', 'May', 'di@x.example', '12345678901.25', NULL, NULL, NULL, 'f3'),
  ('p5', 'Fay', NULL, NULL, NULL, NULL, NULL, 'f1');
"""


@dataclass
class Scene:
    """A legacy database, a CRM in memory, a ledger, and a folder for mapping and staging."""

    root: Path
    ledger_url: str
    crm: MemoryCrm = field(default_factory=MemoryCrm)
    on_delete: str = "keep"
    mapping: str = MAPPING
    doubt: float = 0.2

    def change(self, script: str) -> None:
        """Run a script on the legacy database."""
        with closing(sqlite3.connect(self.root / "legacy.sqlite")) as database:
            database.executescript(script)

    @contextmanager
    def job(self, run_id: str) -> Iterator[Job]:
        """Lend a run whose target is the CRM in memory."""
        path = self.root / "legacy.yaml"
        path.write_text(self.mapping.replace("ON_DELETE", self.on_delete), encoding="utf-8")
        origin = from_url(f"sqlite:///{self.root / 'legacy.sqlite'}")
        job = Job(read_mapping(path), run_id, str(self.root / "staging"), origin, self.ledger_url)
        target = ReplicaTarget(self.ledger_url, job.mapping, self.crm)
        target.settle_seconds, target.doubt_seconds = 0, self.doubt
        job.__dict__["target"] = target
        try:
            yield job
        finally:
            target.close()

    def run(self, run_id: str, entity: str = "contact") -> dict[str, int]:
        """Carry out a run, which must be green; return the rows of `entity` by outcome."""
        with self.job(run_id) as job:
            made, _, failed = pipeline.run_line(job, _nobody)
            assert failed is None, failed
            assert made.verdict.state == "green", made.verdict.reasons
            return dict(Counter(open_table(job.folder, entity, "outcome").frame(["outcome"])["outcome"].to_list()))

    def load(self, run_id: str, entity: str = "contact") -> dict[str, int]:
        """Carry out a run but for its sample, its validation and its report; return the rows of `entity` by outcome."""
        with self.job(run_id) as job:
            pipeline.prepare_steps(job)
            self.carry_out(job)
            return dict(Counter(open_table(job.folder, entity, "outcome").frame(["outcome"])["outcome"].to_list()))

    def carry_out(self, job: Job) -> None:
        """Do all that a run does once it is staged."""
        for step in self.steps(job):
            step()

    def steps(self, job: Job) -> list[Callable[[], object]]:
        """Return what a run does once it is staged."""
        loads = [partial(pipeline.load_entity, job, name) for name in job.order]
        last = [partial(pipeline.retire_records, job)] if job.retires else []
        return [partial(pipeline.backup, job), *loads, partial(pipeline.link_references, job), *last]

    def undo(self, run_id: str, force: bool = False) -> list[str] | None:
        """Roll a run back and return which objects are not as before."""
        with self.job(run_id) as job:
            return pipeline.undo(job, force).differing

    def until_done(self, run_id: str, fault: Fault) -> int:
        """Carry out a run under faults, each killed step anew in another process; return how often it was killed."""
        with self.job(run_id) as job:
            pipeline.prepare_steps(job)
            places = range(len(self.steps(job)))
        self.crm.fault = fault
        killed = 0
        for place in places:
            while not self._step(run_id, place):
                killed += 1
        self.crm.fault = lambda _number, _name: None
        return killed

    def _step(self, run_id: str, place: int) -> bool:
        with self.job(run_id) as job:
            try:
                self.steps(job)[place]()
            except Killed:
                return False
        return True


def _nobody(_job: Job) -> None:
    raise AssertionError("nobody is to be asked")


def make(root: Path, ledger_url: str | None = None) -> Scene:
    """Return a scene with its legacy database and an empty ledger."""
    root.mkdir(parents=True, exist_ok=True)
    if ledger_url is None:
        (root / "ledger.sqlite").touch()
        ledger_url = f"sqlite:///{root / 'ledger.sqlite'}"
    scene = Scene(root, ledger_url)
    scene.change(ROWS)
    return scene


def plain(crm: MemoryCrm) -> dict[str, dict[str, dict[str, str | None]]]:
    """Return what the CRM holds, by source key, references by the key of what they point at."""
    keys = {i: row["legacy_key__c"] for rows in crm.records.values() for i, row in rows.items()}
    return {
        name: {
            str(key): {
                field: keys.get(value, value) if value else value
                for field, value in row.items()
                if field not in ("_id", "last_modified_time")
            }
            for key, row in crm.by_key(name).items()
        }
        for name in crm.records
    }


def striking(places: list[tuple[str, int]]) -> Fault:
    """Return faults that strike at these calls, once each."""
    at = {number: kind for kind, number in places}
    return lambda number, _name: at.get(number)

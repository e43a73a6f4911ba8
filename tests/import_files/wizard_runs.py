"""Whole runs whose target is a folder of import files, and a person at the wizard."""

import csv
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from crm_migration import pipeline
from crm_migration.connections import ConnectionFields, from_url
from crm_migration.errors import MigrationError
from crm_migration.job import Job, Options
from crm_migration.ledger.lease import lease
from crm_migration.load.import_files.manifest import Manifest, read_manifest
from crm_migration.load.import_files.reading import read_import_file
from crm_migration.load.import_files.target import ImportFilesTarget
from crm_migration.load.import_files.which_files import Said
from crm_migration.mapping.reader import read_mapping
from crm_migration.staging import open_table

MAPPING = """\
version: "1"
source: {name: legacy, connection: legacy}
target:
  name: wizard
  kind: import_files
  connection: folder
  ledger: ledger
  import_files:
    FORMAT
    objects:
      Account: {title: Companies, labels: {legacy_key: Legacy key, name: Company}}
tolerances: {rejected_share: 0.5, deleted_share: 1}
sample: {minimum: 1, maximum: 2, share: 0.01}
entities:
  account:
    table: firms
    key: id
    target: {object: Account, external_id: legacy_key, on_source_delete: ON_DELETE}
    fields:
      legacy_key: {from: id, kind: text, required: true, max_length: 60}
      name: {from: name, kind: text, required: true, max_length: 60}
      parent: {from: mother, kind: reference, to: account, on_missing_parent: "null"}
  contact:
    table: people
    key: id
    target: {object: Contact, external_id: legacy_key}
    fields:
      legacy_key: {from: id, kind: text, required: true, max_length: 60}
      last_name: {from: name, kind: text, required: true, max_length: 60}
      worth: {from: worth, kind: money}
      born: {from: born, kind: date}
      seen: {from: seen, kind: datetime}
      quiet: {from: quiet, kind: boolean}
      account: {from: firm, kind: reference, to: account}
"""
ROWS = """
CREATE TABLE firms (id TEXT, name TEXT, mother TEXT);
CREATE TABLE people (id TEXT, name TEXT, worth TEXT, born TEXT, seen TEXT, quiet TEXT, firm TEXT);
INSERT INTO firms VALUES ('f1', 'One', 'f3'), ('f2', '=Two', NULL), ('f3', 'Three', 'f1'), ('f4', 'Four', NULL);
INSERT INTO people VALUES
  ('p1', 'Lee', '10.50', '1980-01-31', '2026-01-31 10:00:00', '0', 'f1'),
  ('p2', 'Ray', NULL, NULL, NULL, '1', 'f2'),
  ('p3', '李', '12345678901.25', NULL, NULL, NULL, NULL),
  ('p4', 'May', '7', NULL, NULL, NULL, 'f3');
"""
Records = dict[str, dict[str, str | None]]


@dataclass
class Wizard:
    """A legacy database, a folder of import files, and the ledger beside it."""

    root: Path
    ledger_url: str
    form: str = "format: csv"
    on_delete: str = "keep"
    jobs: list[Job] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the legacy database, the folder, and a ledger's file, where they are not there."""
        if (self.root / "out").is_dir():
            return
        (self.root / "out").mkdir(parents=True)
        file = sa.make_url(self.ledger_url).database
        if self.ledger_url.startswith("sqlite"):
            Path(str(file)).touch()
        self.change(ROWS)

    def copy(self, root: Path) -> "Wizard":
        """Return the same with a ledger, a source and files of its own."""
        shutil.copytree(self.root, root)
        return Wizard(root, f"sqlite:///{root / 'ledger.sqlite'}", self.form, self.on_delete)

    def change(self, script: str) -> None:
        """Run a script on the legacy database."""
        with closing(sqlite3.connect(self.root / "legacy.sqlite")) as database:
            database.executescript(script)

    def job(self, run_id: str, mapping: str = MAPPING, options: Options | None = None) -> Job:
        """Return a run."""
        path = self.root / "legacy.yaml"
        path.write_text(mapping.replace("ON_DELETE", self.on_delete).replace("FORMAT", self.form), encoding="utf-8")
        folder = ConnectionFields("folder", "fs", extra={"path": str(self.root / "out")})
        origin = from_url(f"sqlite:///{self.root / 'legacy.sqlite'}")
        staging = str(self.root / "staging")
        job = Job(read_mapping(path), run_id, staging, origin, self.ledger_url, None, options or Options(), folder)
        self.jobs.append(job)
        return job

    def close(self) -> None:
        """Close the connections of all jobs."""
        for job in self.jobs:
            if "target" in job.__dict__:
                job.target.close()

    def run(self, run_id: str, entity: str = "contact") -> dict[str, int]:
        """Carry out a run, which must be green; return the rows of `entity` by outcome."""
        job = self.job(run_id)
        made, _, failed = pipeline.run_line(job, _nobody)
        assert failed is None, failed
        assert made.verdict.state == "green", made.verdict.reasons
        return dict(Counter(open_table(job.folder, entity, "outcome").frame(["outcome"])["outcome"].to_list()))

    def load(self, run_id: str, entity: str = "contact", mapping: str = MAPPING) -> dict[str, int]:
        """Carry out a run but for its validations and its report; return the rows of `entity` by outcome."""
        job = self.job(run_id, mapping)
        pipeline.prepare_steps(job)
        pipeline.backup(job)
        for name in job.order:
            pipeline.load_entity(job, name)
        self.last_steps(job)
        return dict(Counter(open_table(job.folder, entity, "outcome").frame(["outcome"])["outcome"].to_list()))

    def load_after_sample(self, run_id: str, mapping: str = MAPPING) -> None:
        """Carry out a run with its sample but for its validations."""
        job = self.job(run_id, mapping)
        pipeline.prepare_steps(job)
        pipeline.backup(job)
        pipeline.load_sample(job)
        with lease(job.target.ledger, f"legacy/{run_id}", "test") as token:
            job.target.hand_over(job.load_job(), job.folder, "sample", token)
        for name in job.order:
            pipeline.load_entity(job, name)
        self.last_steps(job)

    def last_steps(self, job: Job) -> None:
        """Do what follows the loads of a run, the files among it."""
        pipeline.link_references(job)
        if job.retires:
            pipeline.retire_records(job)

    def content(self, run_id: str) -> dict[str, bytes]:
        """Return every file of a run's full load, by name."""
        return {path.name: path.read_bytes() for path in self.place(run_id, "full").iterdir()}

    def place(self, run_id: str, phase: str) -> Path:
        """Return the folder of a run's files."""
        return self.root / "out" / "legacy" / run_id / phase

    def manifest(self, run_id: str, phase: str) -> Manifest:
        """Return what was written."""
        return read_manifest(self.place(run_id, phase))

    def actions(self, run_id: str) -> set[tuple[str, str, str]]:
        """Return object, action and external id of all that a run has handed over."""
        found = set()
        for phase in ("sample", "full"):
            for target_object, action, records in self.imports(run_id, phase) if self.has(run_id, phase) else []:
                found |= {(target_object, action, key) for key in records}
        return found

    def has(self, run_id: str, phase: str) -> bool:
        """Return whether a run has handed over anything in a phase."""
        return self.place(run_id, phase).is_dir()

    def imports(self, run_id: str, phase: str) -> list[tuple[str, str, Records]]:
        """Return object, action and records of each file, in the order of import, as our reader reads them."""
        target = self.job("reading").target
        assert isinstance(target, ImportFilesTarget)
        found = []
        for one in self.manifest(run_id, phase).files:
            frame = read_import_file(self.place(run_id, phase) / one.file, target.layout(one.object), one.action)
            found.append((one.object, one.action, {row["legacy_key"]: row for row in frame.iter_rows(named=True)}))
        return found

    def imported(self, *run_ids: str) -> dict[str, Records]:
        """Return what a CRM holds that has imported the files of these runs, by object."""
        held: dict[str, Records] = {}
        for run_id in run_ids:
            for phase in ("sample", "full"):
                for target_object, action, records in self.imports(run_id, phase) if self.has(run_id, phase) else []:
                    mine = held.setdefault(target_object, {})
                    for key, row in records.items():
                        assert (key in mine) == (action == "update"), (target_object, action, key)
                        for name in ("parent", "account"):
                            assert row.get(name) is None or row[name] in held["Account"], (key, name)
                        mine[key] = row
        return held

    def result(self, name: str, label: str, lines: dict[str, tuple[str, str]]) -> Path:
        """Write a result file: the CRM's id and the reason of a refusal by external id."""
        path = self.root / name
        with path.open("w", encoding="utf-8", newline="") as handle:
            table = csv.writer(handle)
            table.writerow((label, "sf__Id", "sf__Error"))
            table.writerows((key, *told) for key, told in lines.items())
        return path

    def results(self, run_id: str, *files: Path, said: Said | None = None) -> dict[str, dict[str, int]]:
        """Read result files."""
        return pipeline.results(self.job(run_id), files, said or Said())

    def undo(self, run_id: str) -> list[str] | None:
        """Roll a run back and return which objects are not as before."""
        return pipeline.undo(self.job(run_id)).differing

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Ask the ledger's database."""
        engine = sa.create_engine(self.ledger_url)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(sa.text(query))]
        engine.dispose()
        return found


def _nobody(_job: Job) -> None:
    raise MigrationError("nobody is to be asked")

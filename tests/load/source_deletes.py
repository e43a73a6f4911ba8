"""A legacy database whose rows go away, and the CRM that its accounts and contacts were loaded into."""

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from crm_migration import pipeline
from crm_migration.connections import from_url
from crm_migration.extract.source import Window
from crm_migration.job import Job, Options
from crm_migration.load.backup import content_hashes
from crm_migration.load.rollback import Undone
from crm_migration.mapping.reader import read_mapping
from crm_migration.report.model import Report
from crm_migration.staging import open_table

OBJECTS = ["account", "contact"]
MAPPING = """\
version: "1"
source: {name: old, connection: old}
target: {name: crm, connection: crm}
tolerances: {rejected_share: 0.5, deleted_share: 0.5}
entities:
  account:
    table: firms
    key: id
    watermark: changed
    lag: 2h
    filters: [{name: closed, column: closed, equals: ["1"]}]
    target: {object: account, external_id: legacy_id, on_source_delete: delete}
    fields:
      legacy_id: {from: id, kind: text, required: true, max_length: 64}
      name: {from: name, kind: text, required: true, max_length: 60}
      parent_id: {from: parent, kind: reference, to: account, on_missing_parent: "null"}
      main_contact_id: {from: main, kind: reference, to: contact, on_missing_parent: "null"}
  contact:
    table: people
    key: id
    watermark: changed
    target: {object: contact, external_id: legacy_id, on_source_delete: flag, deleted_flag: gone}
    fields:
      legacy_id: {from: id, kind: text, required: true, max_length: 64}
      last_name: {from: name, kind: text, required: true, max_length: 60}
      email: {from: mail, kind: email}
      account_id: {from: firm, kind: reference, to: account, on_missing_parent: "null"}
    match: {keys: [{name: email, fields: [email]}]}
"""
ROWS = """
CREATE TABLE firms (id TEXT, name TEXT, parent TEXT, main TEXT, closed TEXT, changed TEXT);
CREATE TABLE people (id TEXT, name TEXT, mail TEXT, firm TEXT, changed TEXT);
INSERT INTO firms VALUES
  ('f1', 'One', NULL, 'p1', '0', '2026-01-01 08:00:00'), ('f2', 'Two', 'f3', 'p2', '0', '2026-01-01 08:00:00'),
  ('f3', 'Three', 'f2', NULL, '0', '2026-01-01 08:00:00'), ('f4', 'Four', NULL, NULL, '0', '2026-01-01 08:00:00');
INSERT INTO people VALUES
  ('p1', 'Lee', 'lee@x.example', 'f1', '2026-01-01 08:00:00'),
  ('p2', 'Ray', 'ray@x.example', 'f2', '2026-01-01 08:00:00'),
  ('p3', 'Lee', 'lee@x.example', 'f1', '2026-01-01 08:00:00'), ('p4', 'Low', NULL, NULL, '2026-01-01 08:00:00');
"""
BOTH_DELETED = ("on_source_delete: flag, deleted_flag: gone", "on_source_delete: delete")
_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _make_target(url: str, *, foreign_keys: bool) -> None:
    metadata = sa.MetaData()

    def pointer(name: str, to: str) -> sa.Column[int]:
        keys = [sa.ForeignKey(to, use_alter=name == "main_contact_id" and not url.startswith("sqlite"))]
        return sa.Column(name, _ID, *(keys if foreign_keys else ()))

    sa.Table(
        "account", metadata, sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("legacy_id", sa.String(64), unique=True), sa.Column("name", sa.String(60), nullable=False),
        pointer("parent_id", "account.id"), pointer("main_contact_id", "contact.id"),
        sa.Column("logo", sa.LargeBinary), sa.Column("seen", sa.DateTime), sa.Column("vip", sa.Boolean),
        sa.Column("memo", sa.Text), sa.Column("fee", sa.Numeric(10, 2)),
    )  # fmt: skip
    sa.Table(
        "contact", metadata, sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("legacy_id", sa.String(64), unique=True), sa.Column("last_name", sa.String(60), nullable=False),
        sa.Column("email", sa.String(254)), pointer("account_id", "account.id"),
        sa.Column("gone", sa.Boolean, nullable=False, server_default=sa.false()),
    )  # fmt: skip
    sa.Table(
        "invoice", metadata, sa.Column("id", _ID, sa.Identity(), primary_key=True),
        sa.Column("account_id", _ID, sa.ForeignKey("account.id", ondelete="CASCADE")),
    )  # fmt: skip
    engine = sa.create_engine(url)
    metadata.create_all(engine)
    engine.dispose()


@dataclass
class Scene:
    """One source in a file, one target, a mapping and staging."""

    root: Path
    url: str

    @classmethod
    def make(cls, root: Path, url: str, *changes: tuple[str, str], foreign_keys: bool = True) -> "Scene":
        """Create the source, the target and the mapping, with texts of it replaced."""
        made = cls(root, url)
        _make_target(url, foreign_keys=foreign_keys)
        made.source(ROWS)
        made.describe(*changes)
        return made

    def describe(self, *changes: tuple[str, str]) -> None:
        """Write the mapping, with texts of it replaced."""
        text = MAPPING
        for old, new in changes:
            assert old in text, old
            text = text.replace(old, new)
        (self.root / "old.yaml").write_text(text, encoding="utf-8")

    def source(self, script: str) -> None:
        """Run a script on the source."""
        with closing(sqlite3.connect(self.root / "old.sqlite")) as database:
            database.executescript(script)

    def edit(self, *statements: str) -> None:
        """Change the target as one of its users would."""
        engine = sa.create_engine(self.url)
        with engine.begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement))
        engine.dispose()

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Ask the target from outside."""
        engine = sa.create_engine(self.url)
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(sa.text(query))]
        engine.dispose()
        return found

    def accounts(self) -> list[str]:
        """Return the external ids of the accounts in the target."""
        return [str(key) for (key,) in self.ask("SELECT legacy_id FROM account ORDER BY legacy_id")]

    def flagged(self) -> list[str]:
        """Return the external ids of the contacts that are flagged."""
        return [str(key) for key, gone in self.ask("SELECT legacy_id, gone FROM contact ORDER BY legacy_id") if gone]

    def job(self, run_id: str, day: int | None = None, *, dry_run: bool = False) -> Job:
        """Return a run, over everything or over the window of one day of January."""
        loaded, origin = read_mapping(self.root / "old.yaml"), from_url(f"sqlite:///{self.root / 'old.sqlite'}")
        window = Window(datetime(2026, 1, day, tzinfo=UTC), datetime(2026, 1, day + 1, tzinfo=UTC)) if day else None
        options = Options(dry_run=dry_run)
        return Job(loaded, run_id, str(self.root / "staging"), origin, self.url, window, options)

    def load(self, run_id: str, day: int | None = None) -> Report:
        """Carry out a run without sample and validation, and call it green."""
        job = self.job(run_id, day)
        try:
            pipeline.prepare_steps(job)
            pipeline.backup(job)
            for entity in job.order:
                pipeline.load_entity(job, entity)
            pipeline.link_references(job)
            pipeline.retire_records(job)
            made, _ = pipeline.finish(job, [])
            for entity in job.order:
                window = pipeline.window_of(job, entity) or Window()
                stream = job.load_job().stream_no(entity)
                job.target.ledger.write_watermark(job.run_no, stream, (window.start, window.end))
            job.target.ledger.update_run(job.run_no, status="green")
            return made
        finally:
            job.target.close()

    def run(self, run_id: str, day: int | None = None) -> Report:
        """Carry out the whole line, which must be green."""
        job = self.job(run_id, day)
        try:
            made, _, failed = pipeline.run_line(job, _nobody)
        finally:
            job.target.close()
        assert failed is None, failed
        assert made.verdict.state == "green", made.verdict.reasons
        assert all(one.identity.holds for one in made.entities)
        return made

    def done(self, run_id: str, entity: str, step: str = "source_deletes") -> dict[str, str]:
        """Return what became of records whose rows went or came back, by key: the action, or why it was kept."""
        frame = open_table(self.job(run_id).folder, entity, step).frame()
        return {key: reason or action for key, action, reason in frame.select("_key", "action", "reason").iter_rows()}

    def outcomes(self, run_id: str, entity: str) -> dict[str, int]:
        """Return the rows of an entity by outcome."""
        return dict(Counter(open_table(self.job(run_id).folder, entity, "outcome").frame(["outcome"])["outcome"]))

    def undo(self, run_id: str) -> Undone:
        """Roll a run back."""
        job = self.job(run_id)
        try:
            return pipeline.undo(job)
        finally:
            job.target.close()

    def content(self) -> dict[str, str]:
        """Return the hash of each of the target's tables."""
        job = self.job("content")
        try:
            return content_hashes(job.target, OBJECTS)
        finally:
            job.target.close()


def _nobody(_job: Job) -> None:
    raise AssertionError("nobody is to be asked")

"""A source whose notes and attachments belong to accounts and contacts, and a target that takes them."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from crm_migration import pipeline
from crm_migration.connections import from_url
from crm_migration.job import Job
from crm_migration.mapping.reader import read_mapping
from crm_migration.report.model import Report
from crm_migration.staging import open_table

MAPPING = """\
version: "1"
source: {{name: old, connection: old}}
target: {{name: crm, connection: crm}}
sample: {{minimum: 1}}
tolerances: {{rejected_share: 1.0, deleted_share: 1.0}}
entities:
  account:
    table: accounts
    key: id
    target: {{object: account, external_id: legacy_id}}
    fields:
      legacy_id: {{from: id, kind: text, required: true, max_length: 64}}
      name: {{from: name, kind: text, required: true, max_length: 60}}
  contact:
    table: contacts
    key: id
    target: {{object: contact, external_id: legacy_id}}
    fields:
      legacy_id: {{from: id, kind: text, required: true, max_length: 64}}
      name: {{from: name, kind: text, required: true, max_length: 60}}
  note:
    table: notes
    key: id
    target: {{object: note, external_id: legacy_id}}
    fields:
      legacy_id: {{from: id, kind: text, required: true, max_length: 64}}
      body: {{from: body, kind: text, multiline: true}}
      account_id: {{from: about, kind: reference, type_from: about_type, types: {{Accounts: account}}}}
      contact_id: {{from: about, kind: reference, type_from: about_type, types: {{Contacts: contact}}}}
  document:
    table: documents
    key: id
    target: {{object: attachment, external_id: legacy_id, on_source_delete: {gone}}}
    fields:
      legacy_id: {{from: id, kind: text, required: true, max_length: 64}}
      file_name: {{from: name, kind: text, max_length: 200}}
      content: {{from: path, kind: file, of: path, connection: {folder}, on_invalid: {on_invalid}}}
      account_id: {{from: account, kind: reference, to: account, on_missing_parent: "null"}}
  picture:
    table: pictures
    key: id
    target: {{object: picture, external_id: legacy_id}}
    fields:
      legacy_id: {{from: id, kind: text, required: true, max_length: 64}}
      content: {{from: content, kind: file, of: bytes, required: true, max_bytes: {most}}}
"""
SOURCE = """
CREATE TABLE accounts (id TEXT PRIMARY KEY, name TEXT);
CREATE TABLE contacts (id TEXT PRIMARY KEY, name TEXT);
CREATE TABLE notes (id TEXT PRIMARY KEY, body TEXT, about_type TEXT, about TEXT);
CREATE TABLE documents (id TEXT PRIMARY KEY, name TEXT, path TEXT, account TEXT);
CREATE TABLE pictures (id TEXT PRIMARY KEY, content BLOB);
INSERT INTO accounts VALUES ('a1', 'Müller'), ('a2', 'Third');
INSERT INTO contacts VALUES ('c1', 'Li');
INSERT INTO notes VALUES ('n1', 'first line' || char(10) || '第二行', 'Accounts', 'a1'), ('n2', 'of a contact', 'Contacts', 'c1');
"""  # noqa: E501


@dataclass
class Filing:
    """Source, folder of files and target; what a run does is asked from outside."""

    root: Path
    target_url: str
    gone: str = "keep"
    on_invalid: str = "reject"
    most: int = 1 << 20
    runs: dict[str, Job] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make the source, the folder and the target's tables."""
        self.folder.mkdir(parents=True)
        with closing(sqlite3.connect(self.root / "old.sqlite")) as database:
            database.executescript(SOURCE)
        make_target(self.target_url)
        self.write_mapping()

    @property
    def folder(self) -> Path:
        """Return the folder that paths lead into."""
        return self.root / "upload"

    def write_mapping(self) -> None:
        """Write the mapping as this filing has it."""
        text = MAPPING.format(folder=self.folder, gone=self.gone, on_invalid=self.on_invalid, most=self.most)
        (self.root / "old.yaml").write_text(text, encoding="utf-8")

    def change(self, statement: str, *values: Any) -> None:
        """Change the source."""
        with closing(sqlite3.connect(self.root / "old.sqlite")) as database, database:
            database.execute(statement, values)

    def document(self, key: str, content: bytes | None, path: str | None = None) -> None:
        """Put a document's row, and its file where it has a content."""
        place = path if path is not None else f"2024/{key}.bin"
        if content is not None:
            (self.folder / place).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / place).write_bytes(content)
        self.change("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, 'a1')", key, f"{key}.bin", place)

    def picture(self, key: str, content: bytes | str | None) -> None:
        """Put a picture's row."""
        self.change("INSERT OR REPLACE INTO pictures VALUES (?, ?)", key, content)

    def job(self, run_id: str) -> Job:
        """Return a run."""
        loaded = read_mapping(self.root / "old.yaml")
        source = from_url(f"sqlite:///{self.root / 'old.sqlite'}")
        return self.runs.setdefault(run_id, Job(loaded, run_id, str(self.root / "staging"), source, self.target_url))

    def run(self, run_id: str) -> Report:
        """Carry out a whole run, which must be green."""
        made, _, failed = pipeline.run_line(self.job(run_id), approve=lambda _job: None)
        assert failed is None, failed
        assert made.verdict.state != "red"
        return made

    def load(self, run_id: str) -> None:
        """Carry out a run without its validations, which take most of the time."""
        job = self.job(run_id)
        pipeline.prepare_steps(job)
        pipeline.backup(job)
        for entity in job.order:
            pipeline.load_entity(job, entity)
        pipeline.link_references(job)
        if job.retires:
            pipeline.retire_records(job)

    def undo(self, run_id: str) -> list[str] | None:
        """Roll a run back; return the objects that are not as before."""
        return pipeline.undo(self.job(run_id)).differing

    def outcomes(self, run_id: str, entity: str) -> dict[str, str]:
        """Return what became of each row, with the reason where it was rejected."""
        frame = open_table(self.job(run_id).folder, entity, "outcome").frame()
        lines = frame.select("_key", "outcome", "reason").iter_rows()
        return {key: f"{outcome}: {reason}" if reason else outcome for key, outcome, reason in lines}

    def held(self, table: str) -> dict[str, bytes | None]:
        """Return the content of each record in the target, by its source's key."""
        engine = sa.create_engine(self.target_url)
        with engine.connect() as connection:
            rows = connection.execute(sa.text(f"SELECT legacy_id, content FROM {table}"))
            found = {key: None if content is None else bytes(content) for key, content in rows}
        engine.dispose()
        return found

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the target."""
        engine = sa.create_engine(self.target_url)
        with engine.begin() as connection:
            result = connection.execute(sa.text(statement))
            found = [tuple(row) for row in result] if result.returns_rows else []
        engine.dispose()
        return found

    def close(self) -> None:
        """Close what the runs have opened."""
        for job in self.runs.values():
            job.target.close()


def make_target(url: str) -> None:
    """Create the target's tables."""
    engine = sa.create_engine(url)
    metadata = sa.MetaData()
    blob = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql")

    def table(name: str, *columns: sa.Column[Any]) -> None:
        key = sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True)
        sa.Table(name, metadata, key, sa.Column("legacy_id", sa.String(64), unique=True), *columns)

    table("account", sa.Column("name", sa.String(60), nullable=False))
    table("contact", sa.Column("name", sa.String(60), nullable=False))
    table(
        "note",
        sa.Column("body", sa.Text),
        sa.Column("account_id", sa.ForeignKey("account.id")),
        sa.Column("contact_id", sa.ForeignKey("contact.id")),
    )
    table(
        "attachment",
        sa.Column("file_name", sa.String(200)),
        sa.Column("content", blob),
        sa.Column("account_id", sa.ForeignKey("account.id")),
    )
    table("picture", sa.Column("content", blob, nullable=False))
    metadata.create_all(engine)
    engine.dispose()

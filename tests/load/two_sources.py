"""A legacy database and a short sheet that feed one target, and the whole line over both."""

import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crm_migration import pipeline
from crm_migration.connections import from_url
from crm_migration.errors import MigrationError
from crm_migration.job import Job
from crm_migration.load.backup import content_hashes
from crm_migration.load.rollback import Undone
from crm_migration.mapping.reader import read_mapping
from crm_migration.staging import open_table

OBJECTS = ["account", "contact"]
LEGACY = """\
version: "1"
description: The legacy database, many fields.
source: {name: legacy, connection: legacy}
target: {name: crm, connection: crm}
schedule: "0 2 * * *"
start_date: "2026-01-01"
owner: sales-ops
tags: [two]
tolerances: {rejected_share: 0.5}
entities:
  account:
    table: firms
    key: id
    target: {object: account, external_id: legacy_id}
    fields:
      legacy_id: {from: id, kind: text, required: true, max_length: 64}
      name: {from: name, kind: text, required: true, max_length: 60}
  contact:
    table: people
    key: id
    target: {object: contact, external_id: legacy_id}
    fields:
      legacy_id: {from: id, kind: text, required: true, max_length: 64}
      first_name: {from: first, kind: name, max_length: 60}
      last_name: {from: last, kind: name, required: true, max_length: 60}
      email: {from: mail, kind: email}
      phone: {from: tel, kind: text, max_length: 40}
      city: {from: town, kind: text, max_length: 60}
      born: {from: born, kind: date}
      revenue: {from: worth, kind: money}
      opted_out: {from: quiet, kind: boolean}
      account_id: {from: firm, kind: reference, to: account}
      referred_by: {from: friend, kind: reference, to: contact, on_missing_parent: "null"}
    match:
      keys:
        - {name: email, fields: [email], similar: {fields: [first_name, last_name], by: person}}
      survivorship: {fields: {opted_out: strictest}}
"""
SHEET = """\
version: "1"
description: A short sheet.
source: {name: sheet, connection: sheet}
target: {name: crm, connection: crm}
schedule: "0 3 * * *"
start_date: "2026-01-01"
owner: sales-ops
tags: [two]
tolerances: {rejected_share: 0.5}
entities:
  contact:
    table: drop_list
    key: nr
    target: {object: contact, external_id: legacy_id}
    fields:
      legacy_id: {from: nr, kind: text, required: true, max_length: 64}
      first_name: {from: given, kind: name, max_length: 60}
      last_name: {from: family, kind: name, required: true, max_length: 60}
      email: {from: address, kind: email}
      phone: {from: mobile, kind: text, max_length: 40}
      title: {from: job, kind: text, max_length: 60}
      opted_out: {from: stop, kind: boolean}
    match:
      keys:
        - {name: email, fields: [email], similar: {fields: [first_name, last_name], by: person}}
      survivorship: {fields: {phone: longest, opted_out: strictest}}
"""
LEGACY_ROWS = """
CREATE TABLE firms (id TEXT, name TEXT);
CREATE TABLE people (id TEXT, first TEXT, last TEXT, mail TEXT, tel TEXT, town TEXT, born TEXT, worth TEXT,
  quiet TEXT, firm TEXT, friend TEXT);
INSERT INTO firms VALUES ('f1', 'One'), ('f2', 'Two');
INSERT INTO people VALUES
  ('p1', 'Ann', 'Lee', 'ann@x.example', '123', 'Bonn', '1980-01-31', '10.50', '0', 'f1', 'p3'),
  ('p2', 'Bob', 'Ray', 'bob@x.example', NULL, 'Köln', NULL, NULL, '1', 'f2', NULL),
  ('p3', 'Cy', 'Low', 'cy@x.example', '789', NULL, NULL, '7', '0', NULL, 'p1');
"""
SHEET_ROWS = """
CREATE TABLE drop_list (nr TEXT, given TEXT, family TEXT, address TEXT, mobile TEXT, job TEXT, stop TEXT);
INSERT INTO drop_list VALUES
  ('s1', 'Anne', 'Lee', 'ann@x.example', '1234567', 'Boss', '1'),
  ('s2', 'Bob', 'Ray', 'bob@x.example', '555', NULL, NULL),
  ('s9', 'New', 'Face', 'new@x.example', NULL, 'Clerk', '0');
"""
_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _make_target(url: str) -> None:
    metadata = sa.MetaData()
    key = {"primary_key": True}
    sa.Table(
        "account", metadata, sa.Column("id", _ID, sa.Identity(), **key),
        sa.Column("legacy_id", sa.String(64), unique=True), sa.Column("name", sa.String(60), nullable=False),
    )  # fmt: skip
    sa.Table(
        "contact", metadata, sa.Column("id", _ID, sa.Identity(), **key),
        sa.Column("legacy_id", sa.String(64), unique=True),
        sa.Column("first_name", sa.String(60)), sa.Column("last_name", sa.String(60), nullable=False),
        sa.Column("email", sa.String(254)), sa.Column("phone", sa.String(40)), sa.Column("city", sa.String(60)),
        sa.Column("born", sa.Date), sa.Column("revenue", sa.Numeric(14, 2)), sa.Column("opted_out", sa.Boolean),
        sa.Column("title", sa.String(60)), sa.Column("account_id", sa.ForeignKey("account.id")),
        sa.Column("referred_by", sa.ForeignKey("contact.id")),
    )  # fmt: skip
    engine = sa.create_engine(url)
    metadata.create_all(engine)
    engine.dispose()


@dataclass(frozen=True)
class Scene:
    """Two sources in files, one target, and a folder for mappings and staging."""

    root: Path
    target_url: str

    @classmethod
    def make(cls, root: Path, target_url: str) -> "Scene":
        """Create the sources, the target and the mappings."""
        root.mkdir(parents=True, exist_ok=True)
        made = cls(root, target_url)
        _make_target(target_url)
        made.change("legacy", LEGACY_ROWS)
        made.change("sheet", SHEET_ROWS)
        made.describe("legacy", LEGACY)
        made.describe("sheet", SHEET)
        return made

    def describe(self, source: str, mapping: str) -> None:
        """Write the mapping of a source."""
        (self.root / f"{source}.yaml").write_text(mapping, encoding="utf-8")

    def change(self, source: str, script: str) -> None:
        """Run a script on a source."""
        with closing(sqlite3.connect(self.root / f"{source}.sqlite")) as database:
            database.executescript(script)

    def edit(self, statement: str) -> None:
        """Change the target as one of its users would."""
        engine = sa.create_engine(self.target_url)
        with engine.begin() as connection:
            connection.execute(sa.text(statement))
        engine.dispose()

    def job(self, source: str, run_id: str) -> Job:
        """Return a run."""
        loaded = read_mapping(self.root / f"{source}.yaml")
        origin = from_url(f"sqlite:///{self.root / f'{source}.sqlite'}")
        return Job(loaded, run_id, str(self.root / "staging"), origin, self.target_url)

    def run(self, source: str, run_id: str, entity: str = "contact") -> dict[str, int]:
        """Carry out a run, which must be green; return the rows of `entity` by outcome."""
        job = self.job(source, run_id)
        try:
            made, _, failed = pipeline.run_line(job, _nobody)
        finally:
            job.target.close()
        assert failed is None, failed
        assert made.verdict.state == "green", made.verdict.reasons
        assert all(one.identity.holds for one in made.entities)
        return dict(Counter(open_table(job.folder, entity, "outcome").frame(["outcome"])["outcome"].to_list()))

    def fail(self, source: str, run_id: str) -> MigrationError | None:
        """Carry out a run and return what stopped it."""
        job = self.job(source, run_id)
        try:
            return pipeline.run_line(job, _nobody)[2]
        finally:
            job.target.close()

    def told(self, source: str, run_id: str, name: str) -> list[str]:
        """Return the keys that the validation of a run names in its lines `name`."""
        checks = open_table(self.job(source, run_id).folder, "_run", "full_checks").frame()
        return sorted(key for row in checks.to_dicts() if row["name"] == name for key in row["failing_keys"])

    def undo(self, source: str, run_id: str, force: bool = False) -> Undone:
        """Roll a run back."""
        job = self.job(source, run_id)
        try:
            return pipeline.undo(job, force)
        finally:
            job.target.close()

    def content(self) -> dict[str, str]:
        """Return the hash of each of the target's tables."""
        job = self.job("legacy", "content")
        try:
            return content_hashes(job.target, OBJECTS)
        finally:
            job.target.close()

    def contact(self, email: str) -> dict[str, Any]:
        """Return the one contact of that address, its amounts, dates and flags as text."""
        engine = sa.create_engine(self.target_url)
        statement = sa.text(
            "SELECT c.*, a.legacy_id AS firm, f.legacy_id AS friend FROM contact c "
            "LEFT JOIN account a ON a.id = c.account_id LEFT JOIN contact f ON f.id = c.referred_by "
            "WHERE c.email = :email"
        )
        with engine.connect() as connection:
            (row,) = connection.execute(statement, {"email": email}).mappings().all()
        engine.dispose()
        return {name: value for name, value in row.items() if name not in ("id", "account_id", "referred_by")}

    def why(self) -> dict[str, str | None]:
        """Return through what each row of a merged record joined it, by source key; of founders nothing."""
        engine = sa.create_engine(self.target_url)
        with engine.connect() as connection:
            lines = connection.execute(sa.text("SELECT source_key, merged_by FROM crm_migration_lineage")).all()
        engine.dispose()
        return {row.source_key: row.merged_by for row in lines}

    def count(self) -> int:
        """Return how many contacts the target holds."""
        engine = sa.create_engine(self.target_url)
        with engine.connect() as connection:
            found = connection.execute(sa.text("SELECT count(*) FROM contact")).scalar_one()
        engine.dispose()
        return int(found)


def _nobody(_job: Job) -> None:
    raise AssertionError("nobody is to be asked")

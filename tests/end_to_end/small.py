"""A migration that ends in every outcome and fits on a page: two SQLite files and one mapping."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAPPING = """\
version: "1"
description: The old books into the new ones.
source: {name: old_books, connection: old_books}
target: {name: new_books, connection: new_books}
schedule: "0 2 * * *"
start_date: "2026-01-01"
owner: sales-ops
tags: [books]
approval: automatic
tolerances: {rejected_share: 0.5}
entities:
  contact:
    table: people
    key: id
    watermark: changed
    filters:
      - {name: gone, column: gone, equals: ["1"]}
    target: {object: contact, external_id: legacy_id}
    fields:
      legacy_id: {from: id, kind: text, required: true}
      last_name: {from: last, kind: name, required: true, max_length: 40}
      email: {from: mail, kind: email}
      account_id: {from: firm, kind: reference, to: account}
    match:
      keys:
        - {name: email, fields: [email]}
  account:
    table: firms
    key: id
    target: {object: account, external_id: legacy_id}
    fields:
      legacy_id: {from: id, kind: text, required: true}
      name: {from: name, kind: name, required: true, max_length: 40}
      parent_id: {from: parent, kind: reference, to: account, on_missing_parent: "null"}
    acceptance:
      - {name: no account is called Nemo, sql: SELECT id FROM account WHERE name = 'Nemo', no_rows: true}
"""
SOURCE = """
CREATE TABLE firms (id TEXT, name TEXT, parent TEXT);
CREATE TABLE people (id TEXT, last TEXT, mail TEXT, firm TEXT, gone TEXT, changed TEXT);
INSERT INTO firms VALUES ('f1', 'Müller & Söhne', NULL), ('f2', '北京华信科技', 'f1'), ('f3', 'Third', 'nowhere');
INSERT INTO people VALUES
  ('p1', 'Li', 'li@one.example', 'f1', '0', '2026-03-01 10:00:00'),
  ('p2', 'O''Neil', 'ann@two.example', 'f2', '0', '2026-03-02 10:00:00'),
  ('p3', 'Li', 'li@one.example', 'f1', '0', '2026-03-03 10:00:00'),
  ('p4', NULL, 'nobody@x.example', 'f1', '0', '2026-03-04 10:00:00'),
  ('p5', 'Gone', NULL, NULL, '1', '2026-03-05 10:00:00');
"""
TARGET = """
CREATE TABLE account (id INTEGER PRIMARY KEY, legacy_id TEXT UNIQUE, name TEXT NOT NULL,
  parent_id INTEGER REFERENCES account, note TEXT);
CREATE TABLE contact (id INTEGER PRIMARY KEY, legacy_id TEXT UNIQUE, last_name TEXT NOT NULL, email TEXT,
  account_id INTEGER REFERENCES account);
INSERT INTO account (legacy_id, name, note) VALUES (NULL, 'Here before', 'kept');
"""
FIRST_RUN = {
    "account": {"inserted": 3},
    "contact": {"inserted": 2, "merged": 1, "rejected": 1, "filtered": 1},
}
SECOND_RUN = {
    "account": {"unchanged": 3},
    "contact": {"unchanged": 2, "merged": 1, "rejected": 1, "filtered": 1},
}


@dataclass(frozen=True)
class Books:
    """The two databases of one test, each in a file of its own."""

    source: Path
    target: Path
    staging: Path

    @classmethod
    def make(cls, folder: Path) -> "Books":
        """Create source and target in `folder`."""
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(folder / "old.sqlite", folder / "new.sqlite", folder / "staging")
        made.change(made.source, SOURCE)
        made.change(made.target, TARGET)
        return made

    @property
    def environment(self) -> dict[str, str]:
        """Return connections and staging as tasks and the command line find them."""
        return {
            "AIRFLOW_CONN_OLD_BOOKS": f"sqlite:///{self.source}",
            "AIRFLOW_CONN_NEW_BOOKS": f"sqlite:///{self.target}",
            "CRM_MIGRATION_STAGING": str(self.staging),
        }

    def change(self, file: Path, script: str) -> None:
        """Run a script on one of the files behind everybody's back."""
        with closing(sqlite3.connect(file)) as database:
            database.executescript(script)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the target from outside."""
        with closing(sqlite3.connect(self.target)) as database:
            return database.execute(query).fetchall()

    def records(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row of the target's own tables."""
        return {table: self.ask(f"SELECT * FROM {table} ORDER BY id") for table in ("account", "contact")}

    def tables(self) -> set[str]:
        """Return the names of the target's tables, the ledger's among them."""
        return {name for (name,) in self.ask("SELECT name FROM sqlite_master WHERE type = 'table'")}


def write_mapping(path: Path, changes: Iterable[tuple[str, str]] = ()) -> Path:
    """Write the mapping, with texts replaced, and return its path."""
    text = MAPPING
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def counts(report: dict[str, Any]) -> dict[str, dict[str, int]]:
    """Return rows by outcome, by entity, from a report's JSON."""
    found = {}
    for entity in report["entities"]:
        counted = entity["identity"]["counts"] or {}
        found[entity["name"]] = {outcome: rows for outcome, rows in counted.items() if rows}
    return found

"""A small migration whose source can change between runs: one entity, from a database's table or from a file."""

import csv
import json
import shutil
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import yaml

from crm_migration import pipeline
from crm_migration.connections import ConnectionFields, from_url
from crm_migration.errors import MigrationError
from crm_migration.job import Job
from crm_migration.mapping.reader import read_mapping
from crm_migration.report.model import Report

FIELDS: dict[str, Any] = {
    "legacy_id": {"from": "id", "kind": "text"},
    "name": {"from": "name", "kind": "text", "required": True},
    "city": {"from": "city", "kind": "text"},
    "stage": {"from": "stage", "kind": "choice", "values": {"a": "Active", "l": "Lost"}},
    "size": {"from": "size", "kind": "text"},
}
FILES = {"csv": "contacts.csv", "ndjson": "contacts.ndjson"}
COLUMNS = ("id", "name", "city", "stage", "size", "note")


@dataclass(frozen=True)
class Table:
    """What the source holds: columns in order, the types of those that are no text, rows by column."""

    columns: tuple[str, ...] = COLUMNS
    types: tuple[tuple[str, str], ...] = (("size", "INTEGER"),)
    rows: tuple[tuple[tuple[str, Any], ...], ...] = ()

    @classmethod
    def first(cls) -> "Table":
        """Return what the first load finds."""
        lines = [
            ("1", "Ann", "Berlin", "a", 41, "x"),
            ("2", "Bob", "Paris", "l", 42, "y"),
            ("3", "Cem", "Rome", "a", 43, "z"),
        ]
        return cls(rows=tuple(tuple(zip(COLUMNS, line, strict=True)) for line in lines))

    def with_values(self, **values: Iterable[Any]) -> "Table":
        """Return the table with the values of some columns replaced, row by row."""
        rows = [dict(row) for row in self.rows]
        for column, column_values in values.items():
            for row, value in zip(rows, column_values, strict=True):
                row[column] = value
        return replace(self, rows=tuple(tuple(row.items()) for row in rows))

    def with_columns(self, *columns: str) -> "Table":
        """Return the table with these columns, in this order."""
        return replace(self, columns=columns)


@dataclass(frozen=True)
class Place:
    """The folder of one migration: its mapping, its source of some kind, its target, its staging."""

    folder: Path
    kind: str
    url: str = ""

    @property
    def target_url(self) -> str:
        """Return where the target is."""
        return f"sqlite:///{self.folder / 'target.sqlite'}"

    @property
    def source_url(self) -> str:
        """Return where the source is, for a database."""
        return self.url or f"sqlite:///{self.folder / 'source.sqlite'}"

    def create(self) -> "Place":
        """Make the target and the mapping, and let the source hold what the first load finds."""
        with _engine(self.target_url).begin() as connection:
            columns = "legacy_id TEXT UNIQUE, name TEXT NOT NULL, city TEXT, stage TEXT, size TEXT, email TEXT"
            connection.execute(sa.text(f"CREATE TABLE contact (id INTEGER PRIMARY KEY, {columns})"))
        (self.folder / "files").mkdir()
        self.put(Table.first())
        return self

    def moved(self, folder: Path) -> "Place":
        """Return a copy of everything, for one test to spoil."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        return replace(self, folder=folder)

    def put(self, table: Table, file: str | None = None) -> None:
        """Let the source hold this, in place of what it held."""
        if self.kind in FILES:
            path = self.folder / "files" / (file or FILES[self.kind])
            (_write_csv if self.kind == "csv" else _write_ndjson)(path, table)
            return
        types = dict(table.types)
        columns = ", ".join(f"{column} {types.get(column, 'TEXT')}" for column in table.columns)
        with _engine(self.source_url).begin() as connection:
            connection.execute(sa.text("DROP TABLE IF EXISTS contacts"))
            connection.execute(sa.text(f"CREATE TABLE contacts ({columns})"))
            names = ", ".join(f":{column}" for column in table.columns)
            for row in table.rows:
                connection.execute(
                    sa.text(f"INSERT INTO contacts VALUES ({names})"),
                    {name: dict(row).get(name) for name in table.columns},
                )

    def job(self, run_id: str, drift: dict[str, str] | None = None, **entity: Any) -> Job:
        """Return a run under some policies, with some keys of the entity replaced."""
        source: dict[str, Any] = {"name": "old", "connection": "old"}
        described: dict[str, Any] = {
            "key": "id", "drift": drift or {}, "target": {"object": "contact", "external_id": "legacy_id"},
            "fields": FIELDS,
        } | entity  # fmt: skip
        connection = from_url(self.source_url)
        if self.kind in FILES:
            source |= {"kind": "files", "settle_seconds": 0}
            described = {"file": FILES[self.kind]} | described
            connection = ConnectionFields(
                conn_id="old", conn_type="fs", extra={"path": str(self.folder / "files")}
            )  # fmt: skip
        else:
            described["table"] = "contacts"
        mapping = {
            "version": "1", "source": source, "target": {"name": "new", "connection": "new"},
            "tolerances": {"rejected_share": 1.0}, "entities": {"contact": described},
        }  # fmt: skip
        path = self.folder / "mapping.yaml"
        path.write_text(yaml.safe_dump(mapping, sort_keys=False), encoding="utf-8")
        return Job(read_mapping(path), run_id, str(self.folder / "staging"), connection, self.target_url)

    def run(self, run_id: str, drift: dict[str, str] | None = None, **entity: Any) -> Report:
        """Carry out a whole run, which must be green."""
        job = self.job(run_id, drift, **entity)
        try:
            made, _, failed = pipeline.run_line(job, _nobody)
        finally:
            job.target.close()
        assert failed is None, f"{failed}\n{made.verdict.reasons}"
        assert made.verdict.state == "green", made.verdict.reasons
        return made

    def stopped(self, run_id: str, drift: dict[str, str] | None = None, **entity: Any) -> tuple[MigrationError, Report]:
        """Carry out a run that preflight must stop; return why, and the report that is written of it."""
        job = self.job(run_id, drift, **entity)
        before = self.everything()
        try:
            pipeline.run_line(job, _nobody)
        except MigrationError as error:
            made, _ = pipeline.finish(job, [str(error)])
            assert self.everything() == before
            assert not (self.folder / "staging/old" / run_id / "contact").exists()
            return error, made
        finally:
            job.target.close()
        raise AssertionError("expected preflight to stop the run")

    def contacts(self) -> dict[str, tuple[Any, ...]]:
        """Return what the target holds: name, city, stage and size by the source's key."""
        rows = _ask(self.target_url, "SELECT legacy_id, name, city, stage, size FROM contact ORDER BY 1")
        return {row[0]: tuple(row[1:]) for row in rows}

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return the rows of every table of the target, the ledger's among them."""
        names = [row[0] for row in _ask(self.target_url, "SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: _ask(self.target_url, f'SELECT * FROM "{name}"') for name in names}

    def remembered(self) -> list[tuple[str, str]]:
        """Return what the next run compares with."""
        job = self.job("next")
        try:
            return job.target.ledger.source_schema("old", "next").get("contact", [])
        finally:
            job.target.close()


def _nobody(_job: Job) -> None:
    raise AssertionError("nobody is to be asked")


def _engine(url: str) -> sa.Engine:
    return sa.create_engine(url, poolclass=sa.NullPool)


def _ask(url: str, query: str) -> list[tuple[Any, ...]]:
    with _engine(url).connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def _write_csv(path: Path, table: Table) -> None:
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(table.columns)
        writer.writerows([[dict(row).get(column) for column in table.columns] for row in table.rows])


def _write_ndjson(path: Path, table: Table) -> None:
    rows = [{column: dict(row)[column] for column in table.columns if column in dict(row)} for row in table.rows]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

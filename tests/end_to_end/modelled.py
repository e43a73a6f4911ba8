"""Two sources that know many of the same persons and companies, matched by saved models alone."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import sqlalchemy as sa
import yaml

from crm_migration import pipeline
from crm_migration.connections import from_url
from crm_migration.job import Job
from crm_migration.load.reviews import Pair, review_pairs
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.reader import read_mapping
from crm_migration.match.model import model_path
from crm_migration.staging import open_table
from tests.match.customers import FIELDS, PERSON, customers, learned, mapping

OBJECTS = {"contact": "person", "account": "company"}
SOURCES = ("books", "sheet")
Values = tuple[str | None, ...]


@dataclass(frozen=True)
class Scene:
    """Two sources in files, one target, a saved model beside each mapping."""

    root: Path

    @classmethod
    def make(cls, root: Path, rows: dict[str, dict[str, pl.DataFrame]]) -> "Scene":
        """Create target, mappings, models and the sources' `rows`: by source, by entity."""
        root.mkdir(parents=True, exist_ok=True)
        made = cls(root)
        made._make_target()
        for source in SOURCES:
            described = yaml.safe_dump(_mapping(source), sort_keys=False)
            (root / f"{source}.yaml").write_text(described, encoding="utf-8")
            for entity, kind in OBJECTS.items():
                learned(kind).write(model_path(root / f"{source}.yaml", entity))
                made.write(source, entity, rows[source][entity])
        return made

    def _make_target(self) -> None:
        with closing(sqlite3.connect(self.root / "target.sqlite")) as database:
            for entity, kind in OBJECTS.items():
                columns = ", ".join(f"{name} TEXT" for name in FIELDS[kind])
                database.execute(f"CREATE TABLE {entity} (id INTEGER PRIMARY KEY, legacy_id TEXT UNIQUE, {columns})")

    def write(self, source: str, entity: str, rows: pl.DataFrame) -> None:
        """Add rows to a source."""
        with closing(sqlite3.connect(self.root / f"{source}.sqlite")) as database:
            columns = ", ".join(f"{name} TEXT" for name in rows.columns)
            database.execute(f"CREATE TABLE IF NOT EXISTS {entity} ({columns})")
            marks = ", ".join("?" for _ in rows.columns)
            database.executemany(f"INSERT INTO {entity} VALUES ({marks})", rows.rows())
            database.commit()

    @property
    def target_url(self) -> str:
        """Return where the target is."""
        return f"sqlite:///{self.root / 'target.sqlite'}"

    def _job(self, source: str, run_id: str) -> Job:
        origin = from_url(f"sqlite:///{self.root / f'{source}.sqlite'}")
        loaded = read_mapping(self.root / f"{source}.yaml")
        return Job(loaded, run_id, str(self.root / "staging"), origin, self.target_url)

    def run(self, source: str, run_id: str) -> dict[str, Any]:
        """Carry out a run, which must be green; return the facts of its match of contacts."""
        job = self._job(source, run_id)
        try:
            made, _, failed = pipeline.run_line(job, lambda _job: None)
        finally:
            job.target.close()
        assert failed is None, failed
        assert made.verdict.state == "green", made.verdict.reasons
        return open_table(job.folder, "contact", "golden").facts

    def advice(self, name: str) -> list[str]:
        """Return what a check of the mapping file `name` advises."""
        origin = from_url(f"sqlite:///{self.root / 'sheet.sqlite'}")
        job = Job(read_mapping(self.root / name), "check", str(self.root / "staging"), origin, self.target_url)
        try:
            found = pipeline.examine(job)
        finally:
            job.target.close()
        assert found.problems == []
        return found.advice

    def ask(self, source: str, question: Callable[[SqlTarget], Any]) -> Any:
        """Return what a function of the review commands finds, or does, in the target."""
        job = self._job(source, "decisions")
        try:
            return question(job.target)
        finally:
            job.target.close()

    def open_pairs(self) -> list[Pair]:
        """Return the pairs of contacts that wait for a person."""
        found: list[Pair] = self.ask("books", lambda target: review_pairs(target, "contact"))
        return [pair for pair in found if pair.state == "open"]

    def clusters(self, entity: str) -> dict[frozenset[str], Values]:
        """Return the record, without its ids, that each group of rows (`source:key`) has become."""
        kind = OBJECTS[entity]
        fields = ", ".join(f"t.{name}" for name in FIELDS[kind])
        statement = (
            f"SELECT c.target_id, s.source || ':' || c.source_key, {fields} FROM crm_migration_crosswalk c "
            "JOIN crm_migration_stream s ON s.stream_no = c.stream_no "
            f"LEFT JOIN {entity} t ON t.id = c.target_id WHERE s.object = '{entity}'"
        )
        engine = sa.create_engine(self.target_url)
        with engine.connect() as connection:
            lines = [tuple(row) for row in connection.execute(sa.text(statement))]
            count = connection.execute(sa.text(f"SELECT count(*) FROM {entity}")).scalar_one()
        engine.dispose()
        rows: dict[str, set[str]] = {}
        for target_id, identity, *_ in lines:
            rows.setdefault(target_id, set()).add(identity)
        assert len(rows) == count, "every record of the target is somebody's"
        values = {target_id: tuple(told) for target_id, _, *told in lines}
        return {frozenset(members): values[target_id] for target_id, members in rows.items()}

    def together(self, *rows: str) -> bool:
        """Return whether these rows (`source:key`) are one contact."""
        return any(set(rows) <= members for members in self.clusters("contact"))


def _mapping(source: str) -> dict[str, Any]:
    described: dict[str, Any] = mapping("person").model_dump(mode="json", by_alias=True, exclude_unset=True)
    described["source"] = {"name": source, "connection": source}
    described["target"] = {"name": "crm", "connection": "crm"}
    described |= {"start_date": "2026-01-01", "owner": "sales-ops", "schedule": None}
    described["entities"] = {entity: _entity(entity, kind) for entity, kind in OBJECTS.items()}
    return described


def _entity(entity: str, kind: str) -> dict[str, Any]:
    told: dict[str, Any] = mapping(kind).model_dump(mode="json", by_alias=True, exclude_unset=True)
    told = told["entities"]["customer"]
    fields = {"legacy_id": {"from": "_key", "kind": "text", "required": True}, **told["fields"]}
    target = {"object": entity, "external_id": "legacy_id"}
    return told | {"table": entity, "key": "_key", "target": target, "fields": fields}


def halves(count: int, share: float, seed: int = 5) -> dict[str, dict[str, pl.DataFrame]]:
    """Return rows of `count` persons and companies, of which `share` of the rows are in the first source."""
    draw = Random(seed)
    rows: dict[str, dict[str, pl.DataFrame]] = {source: {} for source in SOURCES}
    for entity, kind in OBJECTS.items():
        every = customers(kind, count, seed)
        first = pl.Series([draw.random() < share for _ in range(every.height)])
        rows["books"][entity], rows["sheet"][entity] = every.filter(first), every.filter(~first)
    return rows


def person(key: str, **values: str) -> pl.DataFrame:
    """Return the row of a person."""
    return pl.DataFrame([{"_key": key, **values}], schema=dict.fromkeys(("_key", *PERSON), pl.String))

"""The whole line between a real source and a real target, and the target asked from outside."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crm_migration import pipeline
from crm_migration.connections import from_url
from crm_migration.job import Job
from crm_migration.load.backup import content_hashes
from crm_migration.mapping.loaded import LoadedMapping
from crm_migration.mapping.reader import read_mapping
from crm_migration.report.model import Report
from crm_migration.staging import open_table
from tests.cases import target

HERE = Path(__file__).parent


def refuse(_job: Job) -> None:
    """Stand in for the person whom these mappings never ask."""
    raise AssertionError("nobody is to be asked")


@dataclass(frozen=True)
class Case:
    """A mapping of this folder, read for one target, with the source, the target and a folder for staging."""

    loaded: LoadedMapping
    source_url: str
    target_url: str
    root: Path

    @classmethod
    def of(
        cls, name: str, source_url: str, target_url: str, root: Path, changes: Iterable[tuple[str, str]] = ()
    ) -> "Case":
        """Write the mapping `name` for the target's dialect, with texts replaced, and read it."""
        text = (HERE / f"{name}.yaml").read_text(encoding="utf-8")
        if not target_url.startswith("postgresql"):
            changes = [("  schema: crm\n", ""), ("crm.", ""), *changes]
        for old, new in changes:
            assert old in text or old == "crm.", old
            text = text.replace(old, new)
        path = root / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return cls(read_mapping(path), source_url, target_url, root)

    def job(self, run_id: str) -> Job:
        """Return the run."""
        return Job(self.loaded, run_id, str(self.root / "staging"), from_url(self.source_url), self.target_url)

    def run(self, run_id: str) -> Report:
        """Carry out a whole run, which must be green."""
        job = self.job(run_id)
        try:
            made, _, failed = pipeline.run_line(job, refuse)
        finally:
            job.target.close()
        assert failed is None, f"{failed}\n{made.verdict.reasons}"
        assert made.verdict.state == "green"
        return made

    @staticmethod
    def load(job: Job) -> None:
        """Carry out the steps of a full load: no backup, no sample, no validation."""
        pipeline.prepare_steps(job)
        for entity in job.order:
            pipeline.load_entity(job, entity)
        pipeline.link_references(job)

    def content(self) -> dict[str, str]:
        """Return the hash of each of the target's tables."""
        job = self.job("content")
        try:
            return content_hashes(job.target, target.OBJECTS)
        finally:
            job.target.close()

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Ask the target from outside; tables are named with `crm.`."""
        if not self.target_url.startswith("postgresql"):
            query = query.replace("crm.", "")
        return ask(self.target_url, query)


def ask(url: str, query: str) -> list[tuple[Any, ...]]:
    """Return what a database answers to plain SQL."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(sa.text(query))]


def counts(made: Report) -> dict[str, dict[str, int]]:
    """Return rows by outcome, by entity, after making sure that each entity's identity holds."""
    found = {}
    for entity in made.entities:
        assert entity.identity.holds, entity.name
        assert entity.identity.counts is not None
        assert entity.identity.counts.total == entity.identity.extracted
        found[entity.name] = {name: rows for name, rows in entity.identity.counts.as_dict().items() if rows}
    return found


def outcomes(job: Job, entity: str) -> list[dict[str, Any]]:
    """Return what became of each row of `entity`."""
    return open_table(job.folder, entity, "outcome").frame().to_dicts()

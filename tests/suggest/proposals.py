"""Asks for a proposal and checks it, as a person would who takes it over as it stands."""

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from crm_migration import preflight
from crm_migration.connections import ConnectionFields
from crm_migration.job import Job
from crm_migration.mapping.loaded import LoadedMapping
from crm_migration.mapping.model import Mapping
from crm_migration.mapping.reader import read_mapping
from crm_migration.suggest.database import DatabaseTables
from crm_migration.suggest.suggest import SuggestSettings, describe_target, suggest


@dataclass(frozen=True)
class Proposed:
    """The text, and the mapping that it is."""

    text: str
    loaded: LoadedMapping

    @property
    def mapping(self) -> Mapping:
        return self.loaded.mapping

    @classmethod
    def of(cls, text: str, folder: Path) -> "Proposed":
        path = folder / "proposed.yaml"
        path.write_text(text, encoding="utf-8")
        return cls(text, read_mapping(path))

    def faults(self, source: ConnectionFields, target_url: str, folder: Path) -> list[str]:
        """Return what `check` finds, against the live source and target too."""
        job = Job(self.loaded, "check", str(folder / "staging"), source, target_url)
        try:
            return preflight.check(job)
        finally:
            job.target.close()

    def rows(self, source: ConnectionFields, folder: Path) -> dict[str, int]:
        """Return how many rows each entity has at the source: a join must not make more of them."""
        job = Job(self.loaded, "count", str(folder / "staging"), source, "sqlite://")
        return {entity: job.source.count(entity) or 0 for entity in self.mapping.entities}


def from_database(url: str, target_url: str, folder: Path, **settings: object) -> Proposed:
    """Propose a mapping for a database and check it; the target's schema is that of PostgreSQL's `crm`."""
    schema = "crm" if target_url.startswith("postgresql") else None
    chosen = SuggestSettings("old_crm", "old_crm", "target_crm", target_schema=schema, **settings)
    source = DatabaseTables(url)
    proposed = Proposed.of(suggest(source, describe_target(target_url, schema), chosen), folder)
    source.close()
    assert proposed.faults(connection(url), target_url, folder) == []
    return proposed


def connection(url: str) -> ConnectionFields:
    """Return a database's URL as a connection."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return ConnectionFields("old_crm", "sqlite", host=parsed.database)
    host = parsed.host or str(parsed.query.get("unix_socket") or parsed.query.get("host") or "")
    login, password = parsed.username, parsed.password
    return ConnectionFields("old_crm", parsed.get_backend_name(), host, login, password, parsed.port, parsed.database)

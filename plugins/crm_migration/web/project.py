"""The sources of this project: their mappings, the ledgers of their targets, and where their runs are staged."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

import sqlalchemy as sa

from crm_migration.connections import ConnectionFields, database_url
from crm_migration.errors import MigrationError, OperatorNeeded, TargetUnavailable
from crm_migration.extract.dialect import engine_for
from crm_migration.ledger.ledger import Ledger
from crm_migration.load.open_target import open_target
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.loaded import LoadedMapping
from crm_migration.mapping.reader import read_mapping
from crm_migration.staging import RunFolder

STATEMENT_SECONDS = 20
Connect = Callable[[str], ConnectionFields]


@lru_cache(maxsize=64)
def _ledger(url: str) -> Ledger:
    """Return a ledger whose connections are kept for further requests."""
    engine = engine_for(url)
    if engine.dialect.name == "postgresql":

        @sa.event.listens_for(engine, "connect")
        def _limit(connection: object, _record: object) -> None:
            cursor = connection.cursor()  # type: ignore[attr-defined]
            cursor.execute(f"SET statement_timeout = '{STATEMENT_SECONDS}s'")
            cursor.close()
            connection.commit()  # type: ignore[attr-defined]

    return Ledger(engine)


@lru_cache(maxsize=64)
def _read(path: Path, _changed: tuple[int, int]) -> LoadedMapping:
    return read_mapping(path)


_TARGETS: dict[tuple[Path, str, str], SqlTarget] = {}
"""Targets with their connections and what is known of their tables, by mapping, its hash and the database's URL."""


def _sql_target(loaded: LoadedMapping, url: str) -> SqlTarget:
    """Return a database as a target, kept for further requests."""
    key = (loaded.path, loaded.sha256, url)
    found = _TARGETS.get(key)
    if found is None:
        for old in [known for known in _TARGETS if known[0] == loaded.path]:
            _TARGETS.pop(old).close()
        found = _TARGETS[key] = open_target(loaded.mapping, url)
    return found


@dataclass(frozen=True)
class Origin:
    """A data source of the project: its DAG, its mapping, and the way to its target's ledger."""

    dag_id: str
    loaded: LoadedMapping
    staging: str
    connect: Connect = field(repr=False)

    @property
    def name(self) -> str:
        """Return the source's name, as the ledger knows it."""
        return self.loaded.mapping.source.name

    @property
    def objects(self) -> list[str]:
        """Return the objects of the target that the source is loaded into, each once."""
        return list(dict.fromkeys(entity.target.object for entity in self.loaded.mapping.entities.values()))

    def folder(self, run_id: str) -> RunFolder:
        """Return where a run has staged its tables."""
        return RunFolder(self.staging, self.name, run_id)

    @cached_property
    def _url(self) -> str:
        target = self.loaded.mapping.target
        return database_url(self.connect(target.ledger or target.connection))

    def ledger(self) -> Ledger:
        """Return the ledger of the source's target, which has just answered.

        Raises:
            ConnectionUnknown: Airflow knows no connection of the mapping's name.
            OperatorNeeded: no run has made the ledger yet.
            TargetUnavailable: its database does not answer.
        """
        found = _ledger(self._url)
        file = found.engine.url.database
        missing = found.engine.dialect.name == "sqlite" and not (file and Path(file).is_file())
        if missing or not self._answers(found):
            raise OperatorNeeded(
                f"{self.loaded.mapping.target.name}: expected a ledger, found none; the first run of a mapping makes it"
            )
        return found

    def _answers(self, ledger: Ledger) -> bool:
        with asking(self.loaded.mapping.target.name):
            try:
                return ledger.exists()
            except sa.exc.DBAPIError as error:
                if not error.connection_invalidated:
                    raise
            # The database was restarted since the last request; the pool has forgotten its connections now.
            return ledger.exists()

    @contextmanager
    def target(self) -> Iterator[SqlTarget]:
        """Give the target itself, for what the ledger alone does not hold.

        Raises:
            MigrationError: a connection is not as the mapping needs it.
        """
        target = self.loaded.mapping.target
        if target.kind == "sql":
            with asking(target.name):
                yield _sql_target(self.loaded, self._url)
            return
        beside = self.connect(target.connection) if target.ledger else None
        opened = open_target(self.loaded.mapping, self._url, beside)
        try:
            with asking(target.name):
                yield opened
        finally:
            opened.close()


@contextmanager
def asking(target: str) -> Iterator[None]:
    """Tell what a database's driver raises inside the block without what it was asked.

    Raises:
        TargetUnavailable: the database did not answer as expected.
    """
    try:
        yield
    except sa.exc.DBAPIError as error:
        raise TargetUnavailable(
            f"{target}: expected an answer of the ledger's database, found {type(error.orig).__name__}; look whether "
            "it is there, and whether a run of this version has brought the ledger up to date"
        ) from None


@dataclass(frozen=True)
class Project:
    """The mappings of a folder, read again when a file changes."""

    mappings: Path
    staging: str
    connect: Connect = field(repr=False)

    def dag_ids(self) -> list[str]:
        """Return the DAGs that migrate a source, in order of their names."""
        return sorted(path.stem for path in self.mappings.glob("*.yaml"))

    def origin(self, dag_id: str) -> Origin | None:
        """Return the source of a DAG; None where the DAG migrates none.

        Raises:
            MappingInvalid: the mapping has faults.
        """
        path = {found.stem: found for found in self.mappings.glob("*.yaml")}.get(dag_id)
        if path is None:
            return None
        told = path.stat()
        return Origin(dag_id, _read(path, (told.st_mtime_ns, told.st_size)), self.staging, self.connect)

    def sources(self, dag_ids: set[str]) -> dict[str, str]:
        """Return the DAGs of those sources, by the source's name, that are among `dag_ids`."""
        found = {}
        for dag_id in self.dag_ids():
            try:
                origin = self.origin(dag_id)
            except MigrationError:
                # Its own page tells what is wrong with it.
                continue
            if origin is not None and dag_id in dag_ids:
                found[origin.name] = dag_id
        return found

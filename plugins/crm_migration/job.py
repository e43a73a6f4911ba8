"""One run of one mapping: what every step of the line needs to know, and nothing that is a secret in print."""

import json
import time
from collections.abc import Iterator
from collections.abc import Mapping as Table
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import psycopg
import pymysql
import sqlalchemy as sa

from crm_migration.connections import ConnectionFields
from crm_migration.drift.follow import absent_columns, followed
from crm_migration.drift.staged import Drift, read_drift, write_drift
from crm_migration.extract.corrected import CorrectedRows
from crm_migration.extract.file_folder import Folders
from crm_migration.extract.open_source import open_source
from crm_migration.extract.source import Source, Window
from crm_migration.load.decide import LoadJob
from crm_migration.load.open_target import open_target
from crm_migration.load.references import References
from crm_migration.load.rollback import Undo
from crm_migration.load.target import SqlTarget, classify
from crm_migration.mapping.loaded import LoadedMapping
from crm_migration.mapping.model import Mapping
from crm_migration.mapping.order import deferred, load_order
from crm_migration.staging import RunFolder, file_system, replace_file, safe_name

RUN = "_run"


@dataclass(frozen=True)
class Options:
    """What a person may ask of a run."""

    sample_only: bool = False
    full_refresh: bool = False
    dry_run: bool = False
    sample_size: int | None = None

    @property
    def mode(self) -> str:
        """Return the run's mode as reports call it."""
        return "dry_run" if self.dry_run else "sample_only" if self.sample_only else "full"


@dataclass(frozen=True)
class Reload:
    """What a run loads instead of its source: rejected rows of the run `run_id`, corrected in a workbook.

    `file` is the name of one that was uploaded, or a path or URL.
    """

    run_id: str
    file: str


@dataclass(frozen=True)
class Job:
    """A run: mapping, connections, staging and options.

    `reload` is set where it loads corrected rows instead of the source's.

    `target_url` is the database that holds the ledger: the target's own, or the one beside a CRM that is none, which
    `target_connection` is for. `file_connections` are those of the folders of files that fields name, by their ids.
    """

    loaded: LoadedMapping
    run_id: str
    staging: str
    source_connection: ConnectionFields = field(repr=False)
    target_url: str = field(repr=False)
    interval: Window | None = None
    options: Options = Options()
    target_connection: ConnectionFields | None = field(default=None, repr=False)
    file_connections: Table[str, ConnectionFields] = field(default_factory=dict, repr=False)
    reload: Reload | None = None

    @cached_property
    def drift(self) -> Drift:
        """Return what preflight has found to have changed at the source, and what this run makes of it."""
        return read_drift(self.folder)

    @cached_property
    def mapping(self) -> Mapping:
        """Return the mapping as this run follows it: without the fields that a change of the source leaves out.

        Where corrected rows are loaded, the rows that are not among them are not gone.
        """
        mapping = followed(self.loaded.mapping, self.drift.changes)
        return mapping if self.reload is None else without_deletions(mapping)

    @property
    def folder(self) -> RunFolder:
        """Return where this run stages its tables."""
        return RunFolder(self.staging, self.loaded.mapping.source.name, self.run_id)

    def decide(self, drift: Drift) -> None:
        """Stage what becomes of the changes at the source; from here on every task of the run follows it."""
        write_drift(self.folder, drift)
        for name in ("drift", "mapping", "source", "order", "deferred"):
            self.__dict__.pop(name, None)
        self.target.mapping = self.mapping

    @cached_property
    def window(self) -> Window | None:
        """Return the widest window that the run reads of any entity with a watermark, None for everything."""
        if self.interval is None:
            return None
        entities = self.mapping.entities
        cut = [entity for entity in entities if entities[entity].watermark] or list(entities)
        starts = [window.start for window in map(self.window_of, cut) if window]
        return Window(None if None in starts else min(start for start in starts if start), self.interval.end)

    def window_of(self, entity: str) -> Window | None:
        """Return the window to read of `entity`, None for everything.

        It is the run's interval, begun earlier where windows before it have not been loaded, from the very start as
        long as none has: so every run leaves the target complete up to its end, whichever windows failed, were left
        out or come later, and in any order.
        """
        if self.interval is None or self.interval.start is None:
            return self.interval
        reached = self._loaded_until.get(entity)
        return Window(min(self.interval.start, reached) if reached else None, self.interval.end)

    @cached_property
    def _loaded_until(self) -> dict[str, datetime]:
        return self.target.ledger.loaded_until(self.mapping.source.name, self.run_id)

    @cached_property
    def order(self) -> list[str]:
        """Return the entities, parents first."""
        return load_order(self.mapping)

    @cached_property
    def deferred(self) -> dict[str, list[str]]:
        """Return the references that the second pass sets, by entity."""
        return deferred(self.mapping)

    @property
    def retires(self) -> bool:
        """Return whether rows that are gone from the source mean anything for the target."""
        return any(entity.target.on_source_delete != "keep" for entity in self.mapping.entities.values())

    @property
    def folders(self) -> Folders:
        """Return the folders that paths of files lead into."""
        return Folders(self.mapping.source, self.source_connection, self.file_connections)

    @cached_property
    def source(self) -> Source:
        """Return the source; its documents that the last load has read already are known to it."""
        if self.reload is not None:
            return CorrectedRows(self.mapping, self.folder)
        absent = absent_columns(self.drift.changes)
        return open_source(self.mapping, self.source_connection, self.folder, self._document_versions, absent)

    @property
    def undecided_source(self) -> Source:
        """Return the source as the mapping's file describes it, whatever an earlier attempt has decided."""
        if self.reload is not None:
            return CorrectedRows(self.loaded.mapping, self.folder)
        return open_source(self.loaded.mapping, self.source_connection, self.folder, self._document_versions)

    def _document_versions(self, entity: str) -> dict[str, str]:
        return self.target.ledger.document_versions(self.mapping.source.name, entity, self.loaded.sha256)

    @cached_property
    def target(self) -> SqlTarget:
        """Return the target.

        Raises:
            MappingFault: it is an SQLite file that is not there; connecting would create it, empty.
        """
        return open_target(self.mapping, self.target_url, self.target_connection)

    @cached_property
    def run_no(self) -> int:
        """Return the run's number in the ledger; 0 before preflight has registered it."""
        if not self.target.ledger.exists():
            return 0
        row = self.target.ledger.find_run(self.mapping.source.name, self.run_id)
        return row.run_no if row else 0

    def load_job(self, planned: bool = False) -> LoadJob:
        """Return what the load room needs; `planned` counts parents that are staged as loaded."""
        references = References(self.target, self.folder, assume_staged=planned)
        return LoadJob(self.target, references, self.run_no, self.mapping.source.name, self.deferred)

    def undo(self) -> Undo:
        """Return what the rollback of this run needs."""
        return Undo(self.target, self.folder, self.run_no, self.order, self.deferred)


def without_deletions(mapping: Mapping) -> Mapping:
    """Return the mapping of a run that does not read its source, and learns nothing of what is gone there."""
    entities = {
        name: entity.model_copy(update={"target": entity.target.model_copy(update={"on_source_delete": "keep"})})
        for name, entity in mapping.entities.items()
    }
    return mapping.model_copy(update={"entities": entities})


@contextmanager
def asking_target(job: Job) -> Iterator[None]:
    """Turn what the target's driver raises inside the block into an error of this package.

    Raises:
        TargetUnavailable: the target did not answer, is busy, or the connection broke.
        MappingFault: a table, a column or a privilege is missing.
    """
    try:
        yield
    except (sa.exc.DBAPIError, psycopg.Error, pymysql.MySQLError) as error:
        raise classify(error, job.mapping.target.name) from None


@contextmanager
def timed(job: Job, step: str, entity: str | None = None) -> Iterator[dict[str, Any]]:
    """Time a step and stage the figure; the block sets `rows`."""
    figures: dict[str, Any] = {"step": step, "entity": entity, "rows": 0}
    started = time.monotonic()
    with asking_target(job):
        yield figures
    figures["seconds"] = round(time.monotonic() - started, 3)
    table = job.folder.table(RUN, "timings")
    filesystem, path = file_system(table)
    filesystem.makedirs(path, exist_ok=True)
    told = json.dumps(figures | {"finished": datetime.now().astimezone().isoformat()})
    replace_file(f"{table}/{safe_name(f'{step}-{entity or RUN}')}.json", told)


def timings(job: Job) -> list[dict[str, Any]]:
    """Return the timed steps of this run in the order they finished."""
    filesystem, path = file_system(job.folder.table(RUN, "timings"))
    if not filesystem.exists(path):
        return []
    found = []
    for name in filesystem.ls(path, detail=False):
        if not str(name).endswith(".json"):
            continue
        with filesystem.open(name, "r") as handle:
            found.append(json.load(handle))
    return sorted(found, key=lambda figures: str(figures["finished"]))

"""A copy of all the objects that a mapping writes to, beside the before-images of its runs; both end by age.

A backup lies at `<staging>/_backup_of_<target>.<source>/<name>/<object>/content`, as compressed Parquet of the
columns' exact texts; what it holds is written last (`_run/backup`), so that a backup without it is none.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import polars as pl
import sqlalchemy as sa

from crm_migration.errors import BackupUnreadable, MappingFault
from crm_migration.extract.dialect import read_alone, text_select
from crm_migration.extract.staged_files import StagedFiles
from crm_migration.ledger.ledger import now
from crm_migration.load.backup import verify
from crm_migration.load.giving_way import STEP as JOINED_STEP
from crm_migration.load.joined import REPOINTED_STEP
from crm_migration.load.replica.brought_back import STEP as BROUGHT_BACK
from crm_migration.load.retire import IMAGES, LINES
from crm_migration.load.target import SqlTarget
from crm_migration.staging import RunFolder, TableWriter, file_system, has_table, latest_run, open_table, safe_name

CONTENT, WHOLE, STEP = "content", "_run", "backup"
HELD: Final = {"object": pl.String, "rows": pl.Int64, "sha256": pl.String}
OF_A_RUN = ("backup", "backup_crosswalk", "backup_lineage", IMAGES, LINES, JOINED_STEP, REPOINTED_STEP, BROUGHT_BACK)
"""What is staged for nothing but a rollback, beside the run's files."""
BACKUP_DAYS = "CRM_MIGRATION_BACKUP_DAYS"
PART_ROWS = 25_000
"""Whoever reads a backup holds a part of all of a target's columns at a time, which may be many."""


@dataclass(frozen=True)
class FullBackup:
    """A backup that was read back: where it lies, and the rows of each object in it."""

    folder: RunFolder
    rows: dict[str, int]


def _source(target: SqlTarget) -> str:
    # Mappings of other sources write other objects of the same target.
    return f"_backup_of_{target.mapping.target.name}.{target.mapping.source.name}"


def back_up_all(target: SqlTarget, root: str) -> FullBackup:
    """Copy all objects of the mapping as one moment shows them, and read the copy back.

    Raises:
        BackupUnreadable: what was written does not read back as it was.
    """
    folder = RunFolder(root, _source(target), f"{now():%Y-%m-%dT%H-%M-%S.%f}")
    objects = sorted({entity.target.object for entity in target.mapping.entities.values()})
    target.refresh()
    held = []
    with _one_moment(target) as connection:
        for name in objects:
            with TableWriter(folder, name, CONTENT) as writer:
                for frame in _content(connection, target.table(name)):
                    writer.write(frame)
                    # Not kept while the next one is fetched.
                    del frame
                staged = writer.finish()
            held.append((name, staged.rows, staged.sha256))
    with TableWriter(folder, WHOLE, STEP) as writer:
        writer.write(pl.DataFrame(held, schema=HELD, orient="row"))
    return _read_back(folder)


def _content(connection: sa.Connection, table: sa.Table) -> Iterator[pl.DataFrame]:
    columns, order = [column.name for column in table.columns], list(table.primary_key.columns)
    asked, names = text_select(table, columns, order=order)
    return read_alone(connection, replace(asked, batch_rows=PART_ROWS), names)


@contextmanager
def _one_moment(target: SqlTarget) -> Iterator[sa.Connection]:
    with target.engine.connect() as connection:
        if target.dialect == "sqlite":
            connection.exec_driver_sql("BEGIN")
        else:
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def verify_latest(target: SqlTarget, root: str) -> FullBackup:
    """Read the latest backup back.

    Raises:
        BackupUnreadable: there is none, or it is not as it was written.
    """
    folder = latest_run(root, _source(target), WHOLE, STEP)
    if folder is None:
        raise BackupUnreadable(
            f"{target.mapping.target.name}: expected a full backup of what {target.mapping.source.name} writes, found "
            "none below the staging folder; make one: crm-migration backup"
        )
    return _read_back(folder)


def _read_back(folder: RunFolder) -> FullBackup:
    held = open_table(folder, WHOLE, STEP).frame()
    for name, rows, sha256 in held.iter_rows():
        staged = open_table(folder, name, CONTENT)
        verify(staged, name)
        if (staged.rows, staged.sha256) != (rows, sha256):
            raise BackupUnreadable(f"{name}: the backup at {staged.path} is not the one that was taken; make another")
    return FullBackup(folder, dict(held.select("object", "rows").iter_rows()))


def retention() -> timedelta | None:
    """Return how long backups are kept, `CRM_MIGRATION_BACKUP_DAYS`; None, where it is not set, for ever.

    Raises:
        MappingFault: it is no number of days.
    """
    told = os.environ.get(BACKUP_DAYS)
    if not told:
        return None
    try:
        days = float(told)
    except ValueError:
        days = 0.0
    if not days > 0:
        raise MappingFault(f"{BACKUP_DAYS}: expected a number of days above 0, found {told!r}; correct the setting")
    return timedelta(days=days)


def expire(target: SqlTarget, root: str, kept: timedelta) -> int:
    """Delete full backups, and before-images and staged files of finished runs, that are older; return how many.

    Files are not counted.

    The latest full backup stays, however old. A run whose before-images are gone can no longer be rolled back.
    """
    return _expire_full(target, root, now() - kept) + _expire_images(target, root, now() - kept)


def _expire_full(target: SqlTarget, root: str, before: datetime) -> int:
    latest = latest_run(root, _source(target), WHOLE, STEP)
    if latest is None:
        return 0
    filesystem, path = file_system(f"{root.rstrip('/')}/{safe_name(_source(target))}")
    names = [str(found).rstrip("/").rsplit("/", 1)[-1] for found in filesystem.ls(path, detail=False)]
    # A backup's name is the moment it was taken, in a form that sorts.
    old = [name for name in names if name != latest.run_id and name < f"{before:%Y-%m-%dT%H-%M-%S.%f}"]
    for name in old:
        filesystem.rm(f"{path}/{name}", recursive=True)
    return len(old)


def _expire_images(target: SqlTarget, root: str, before: datetime) -> int:
    if not target.ledger.exists():
        return 0
    run, stream, backup = target.ledger.tables.run, target.ledger.tables.stream, target.ledger.tables.backup
    chosen = (
        sa.select(run.c.source, run.c.run_id, stream.c.entity)
        .join(backup, backup.c.run_no == run.c.run_no)
        .join(stream, stream.c.stream_no == backup.c.stream_no)
        .where(run.c.finished_at < before)
    )
    with target.engine.connect() as connection:
        found = [(RunFolder(root, source, run_id), entity) for source, run_id, entity in connection.execute(chosen)]
    old = [(folder, entity) for folder, entity in found if has_table(folder, entity, STEP)]
    for folder, entity in old:
        for step in OF_A_RUN:
            _drop(folder.table(entity, step))
    for folder in {folder for folder, _ in found}:
        _drop(StagedFiles(folder).path)
    return len(old)


def _drop(folder: str) -> None:
    filesystem, path = file_system(folder)
    if filesystem.exists(path):
        filesystem.rm(path, recursive=True)

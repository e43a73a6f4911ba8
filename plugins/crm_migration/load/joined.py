"""Records that existed and were joined with another by a person's decision: what is left of the one that gave way.

Its rows have moved (`moved`); nobody feeds it any longer. What refers to it is pointed at the record that stays, then
it is deleted, or flagged where the target flags. Its image was taken with the backup; which rows were repointed is
staged before they are, so that a rollback finds both.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from crm_migration.load.decide import LoadJob
from crm_migration.load.file_columns import FileRows
from crm_migration.load.giving_way import JOINED, STEP
from crm_migration.load.pointers import Pointer, pointers
from crm_migration.load.put_back import insert_images, set_flags
from crm_migration.load.target import RowsRefused, SqlTarget
from crm_migration.staging import RunFolder, TableWriter, has_table, open_table

logger = logging.getLogger(__name__)

REPOINTED_STEP = "repointed"
REPOINTED = {
    "child": pl.String(),
    "column": pl.String(),
    "by_id": pl.String(),
    "was": pl.String(),
    "is": pl.String(),
}


def retire_joined(job: LoadJob, folder: RunFolder, order: list[str], token: int) -> int:
    """Take the records that gave way out of the target, children first; return how many went.

    One that the target refuses to let go stays, and the log says so. Repeating it changes nothing.

    Raises:
        TargetUnavailable: the target was lost.
        FencedOut: a newer attempt of this load is running.
    """
    count = 0
    for entity in reversed(order):
        if not has_table(folder, entity, STEP):
            continue
        for golden, identity, key in open_table(folder, entity, STEP).frame().select(list(JOINED)).iter_rows():
            try:
                count += _retire(job, folder, entity, (identity, key), token)
            except RowsRefused as refused:
                logger.warning("%s: %s gave way to another record, but stays: %s", entity, golden, refused.reason)
    return count


def _retire(job: LoadJob, folder: RunFolder, entity: str, record: tuple[str, str], token: int) -> bool:
    identity = record[0]
    spec = job.target.mapping.entities[entity].target
    table = job.target.table(spec.object)
    with job.target.transaction() as connection:
        successor = _successor(connection, job, entity, record)
        if successor is None:
            return False
        _repoint(connection, job.target, (folder, entity), (identity, successor))
        mine = table.c[spec.id] == _as_key(table.c[spec.id], identity)
        gone = table.delete() if spec.deleted_flag is None else table.update().values({spec.deleted_flag: True})
        done = connection.execute(gone.where(mine)).rowcount
        job.target.ledger.check_fence(connection, token)
    return bool(done)


def _successor(connection: sa.Connection, job: LoadJob, entity: str, record: tuple[str, str]) -> str | None:
    """Return the target id of the record that the founding row has moved to; None where anybody still feeds the old."""
    identity, key = record
    crosswalk, stream = job.target.ledger.tables.crosswalk, job.target.ledger.tables.stream
    of_object = sa.select(stream.c.stream_no).where(
        stream.c.object == job.target.mapping.entities[entity].target.object
    )
    feeding = sa.select(crosswalk.c.source_key).where(
        crosswalk.c.target_id == identity, crosswalk.c.stream_no.in_(of_object)
    )
    if connection.scalar(feeding.limit(1)) is not None:
        return None
    mine = sa.and_(crosswalk.c.stream_no == job.stream_no(entity), crosswalk.c.source_key == key)
    found = connection.scalar(sa.select(crosswalk.c.target_id).where(mine))
    return None if found is None else str(found)


def _repoint(connection: sa.Connection, target: SqlTarget, place: tuple[RunFolder, str], ids: tuple[str, str]) -> None:
    folder, entity = place
    parent = target.mapping.entities[entity].target.object
    found = [
        line
        for pointer in pointers(connection, target, {parent})
        for line in _referring(connection, target, pointer, ids)
    ]
    earlier = open_table(folder, entity, REPOINTED_STEP).frame() if has_table(folder, entity, REPOINTED_STEP) else None
    lines = pl.DataFrame(found, schema=REPOINTED, orient="row")
    with TableWriter(folder, entity, REPOINTED_STEP) as writer:
        writer.write(lines if earlier is None else pl.concat([earlier, lines]))
    _point(connection, target, lines, "is")


def _referring(
    connection: sa.Connection, target: SqlTarget, pointer: Pointer, ids: tuple[str, str]
) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the rows (see `REPOINTED`) that refer to the first of `ids`, and are to refer to the second."""
    child = target.table(pointer.child)
    key = child.c[target.primary_key(pointer.child)]
    column = child.c[pointer.column]
    chosen = sa.select(key).where(column == _as_key(column, ids[0]))
    if pointer.types:
        chosen = chosen.where(child.c[pointer.types[0]].in_(pointer.types[1]))
    for by_id in connection.scalars(chosen):
        yield pointer.child, pointer.column, str(by_id), *ids


def _point(connection: sa.Connection, target: SqlTarget, lines: pl.DataFrame, to: str) -> None:
    """Set the references of `lines` to what their column `to` says, where they hold the other."""
    other = "was" if to == "is" else "is"
    for name, column_name, by_id, old, new in lines.select("child", "column", "by_id", other, to).iter_rows():
        child = target.table(name)
        key, column = child.c[target.primary_key(name)], child.c[column_name]
        mine = sa.and_(key == _as_key(key, by_id), column == _as_key(column, old))
        connection.execute(child.update().where(mine).values({column_name: _as_key(column, new)}))


def _as_key(column: sa.Column[object], text: str) -> object:
    return int(text) if isinstance(column.type, sa.Integer) else text


@dataclass(frozen=True)
class PutBack:
    """Where the images of a run lie, and which references are set when every record is there."""

    folder: RunFolder
    order: list[str]
    deferred: dict[str, list[str]]


def put_back_joined(connection: sa.Connection, target: SqlTarget, run: PutBack) -> None:
    """Insert again, under their ids, the records that gave way in a run, and point back what had referred to them."""
    entities = [entity for entity in run.order if has_table(run.folder, entity, STEP)]
    later = []
    for entity in entities:
        spec = target.mapping.entities[entity].target
        ids = open_table(run.folder, entity, STEP).frame()["target_id"]
        found = [frame.filter(pl.col("target_id").is_in(ids.implode())) for frame in _images(run.folder, entity)]
        images = pl.concat(found)
        there = target.read_ids(connection, spec.object, [], images["target_id"])["target_id"].implode()
        set_flags(connection, target, entity, images.filter(pl.col("target_id").is_in(there)))
        lost = images.filter(~pl.col("target_id").is_in(there))
        later.append(insert_images(FileRows(connection, target, spec.object, run.folder), entity, lost, run.deferred))
    for set_references in later:
        set_references()
    for entity in entities:
        if has_table(run.folder, entity, REPOINTED_STEP):
            _point(connection, target, open_table(run.folder, entity, REPOINTED_STEP).frame(), "was")


def _images(folder: RunFolder, entity: str) -> Iterator[pl.DataFrame]:
    yield from open_table(folder, entity, "backup").frames()

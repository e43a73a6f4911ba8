"""Before-images of everything that a load is going to change, read back before the load may start."""

import hashlib
import json
import logging

import polars as pl
import sqlalchemy as sa

from crm_migration.errors import BackupUnreadable
from crm_migration.ledger.ledger import now
from crm_migration.load.bulk import drop_keys, key_table
from crm_migration.load.decide import LoadJob, decide
from crm_migration.load.file_columns import FileRows
from crm_migration.load.giving_way import STEP as JOINED_STEP
from crm_migration.load.giving_way import give_way
from crm_migration.load.lines import CROSSWALK_COLUMNS
from crm_migration.load.target import BATCH_ROWS, SqlTarget
from crm_migration.staging import RunFolder, Staged, TableWriter, has_table, open_table

logger = logging.getLogger(__name__)

LINEAGE_COLUMNS = {
    "stream_no": pl.Int64,
    "source_key": pl.String,
    "golden_id": pl.String,
    "merged_by": pl.String,
    "record": pl.String,
}


def back_up(job: LoadJob, folder: RunFolder, entity: str) -> Staged:
    """Stage the target rows of `entity` that this run may change, and the ledger lines that go with them.

    `job.references` must assume staged parents (the load has not begun). A run that is taken up again after
    its load began keeps the images it took before, and adds those of records that it will change only now.

    Raises:
        BackupUnreadable: what was written could not be read back as it was.
    """
    again = has_table(folder, entity, "backup") and job.target.ledger.has_batches(job.run_no)
    target_object = job.target.mapping.entities[entity].target.object
    columns = [column.name for column in job.target.table(target_object).columns if column.computed is None]
    with (
        TableWriter(folder, entity, "backup") as images,
        TableWriter(folder, entity, "backup_crosswalk") as crosswalk,
        TableWriter(folder, entity, "backup_lineage") as lineage,
    ):
        images.write(pl.DataFrame(schema={"target_id": pl.String, **dict.fromkeys(columns, pl.String)}))
        crosswalk.write(pl.DataFrame(schema=CROSSWALK_COLUMNS))
        lineage.write(pl.DataFrame(schema=LINEAGE_COLUMNS))
        taken = [_copy(folder, entity, writer) for writer in (images, crosswalk, lineage)] if again else []
        known = taken[0]["target_id"].implode() if taken else pl.Series([[]], dtype=pl.List(pl.String))
        for part in open_table(folder, entity, "golden").frames():
            for piece in part.iter_slices(BATCH_ROWS):
                with job.target.transaction() as connection:
                    ids = _touched(connection, job, entity, piece)
                    ids = ids.filter(~ids.is_in(known))
                    if ids.is_empty():
                        continue
                    images.write(FileRows(connection, job.target, target_object, folder).images(columns, ids))
                    lines, merged = _ledger_lines(connection, job, target_object, ids)
                crosswalk.write(lines)
                lineage.write(merged)
        joined = _joined(job, folder, (entity, columns), known)
        for writer, frame in zip((images, crosswalk, lineage), joined, strict=True):
            writer.write(frame)
        staged = images.finish()
    verify(staged, entity)
    _record(job, entity, staged)
    return staged


def _joined(
    job: LoadJob, folder: RunFolder, place: tuple[str, list[str]], known: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Stage which records give way to others; return their images, and their lines of crosswalk and lineage."""
    entity, columns = place
    target_object = job.target.mapping.entities[entity].target.object
    earlier = open_table(folder, entity, JOINED_STEP).frame() if has_table(folder, entity, JOINED_STEP) else None
    with job.target.transaction() as connection:
        found = give_way(connection, job, entity)
        ids = found["target_id"].filter(~found["target_id"].is_in(known))
        images = FileRows(connection, job.target, target_object, folder).images(columns, ids)
        lines, merged = _ledger_lines(connection, job, target_object, ids)
    if earlier is not None or not found.is_empty():
        with TableWriter(folder, entity, JOINED_STEP) as writer:
            both = found if earlier is None else pl.concat([earlier, found])
            writer.write(both.unique("target_id", keep="first", maintain_order=True))
    return images, lines, merged


def _copy(folder: RunFolder, entity: str, writer: TableWriter) -> pl.DataFrame:
    """Take over what an earlier attempt of this step wrote to the same table, and return it."""
    frame = open_table(folder, entity, writer.step).frame()
    writer.write(frame)
    return frame


def _touched(connection: sa.Connection, job: LoadJob, entity: str, piece: pl.DataFrame) -> pl.Series:
    decided = decide(connection, job, entity, piece).frame
    earlier = pl.col("inserted_run").is_null() | (pl.col("inserted_run") != job.run_no)
    known = pl.col("target_id").is_not_null() & pl.col("_action").is_in(["update", "note", "keep"])
    merged = (pl.col("_members") > 1) | pl.col("_golden").is_in(job.moved(entity).former.implode())
    return decided.filter(known & earlier & ((pl.col("_action") == "update") | merged))["target_id"].unique()


def _ledger_lines(connection: sa.Connection, job: LoadJob, target_object: str, ids: pl.Series) -> list[pl.DataFrame]:
    """Return the crosswalk lines of the records `ids`, and the lineage lines of the same rows."""
    tables = job.target.ledger.tables
    crosswalk, stream, lineage = tables.crosswalk, tables.stream, tables.lineage
    wanted = key_table(connection, pl.DataFrame({"target_id": ids}))
    lines = (
        sa.select(crosswalk)
        .join(stream, stream.c.stream_no == crosswalk.c.stream_no)
        .join(wanted, wanted.c.target_id == crosswalk.c.target_id)
        .where(stream.c.object == target_object)
    )
    keys = lines.subquery()
    same = sa.and_(lineage.c.stream_no == keys.c.stream_no, lineage.c.source_key == keys.c.source_key)
    merged = sa.select(lineage).join(keys, same)
    found = [
        pl.DataFrame([tuple(row) for row in connection.execute(query)], schema=schema, orient="row")
        for query, schema in ((lines, CROSSWALK_COLUMNS), (merged, LINEAGE_COLUMNS))
    ]
    drop_keys(connection, wanted)
    return found


def verify(staged: Staged, entity: str) -> None:
    """Read a staged table of before-images back.

    Raises:
        BackupUnreadable: it is not as it was written.
    """
    digest = hashlib.sha256()
    for checksum in staged.checksums():
        digest.update(checksum)
    # What is not what was written need not be Parquet: it is not opened.
    as_written = digest.hexdigest() == staged.sha256
    rows = sum(frame.height for frame in staged.frames()) if as_written else 0
    if rows != staged.rows or not as_written:
        raise BackupUnreadable(
            f"{entity}: the backup at {staged.path} reads back {rows} of {staged.rows} rows or another hash; "
            "nothing was loaded. Check the staging storage and clear the backup task"
        )


def _record(job: LoadJob, entity: str, staged: Staged) -> None:
    table, stream = job.target.ledger.tables.backup, job.stream_no(entity)
    mine = sa.and_(table.c.run_no == job.run_no, table.c.stream_no == stream)
    with job.target.engine.begin() as connection:
        connection.execute(table.delete().where(mine))
        connection.execute(
            table.insert().values(
                run_no=job.run_no,
                stream_no=stream,
                path=staged.path,
                rows=staged.rows,
                sha256=staged.sha256,
                created_at=now(),
            )
        )


def content_hashes(target: SqlTarget, objects: list[str]) -> dict[str, str]:
    """Return a hash per target object over all its rows and columns, in the order of its primary key."""
    return {name: _content_hash(target, name) for name in objects}


def _content_hash(target: SqlTarget, target_object: str) -> str:
    digest = hashlib.sha256()
    table = target.table(target_object)
    columns = [column.name for column in table.columns]
    digest.update(json.dumps(columns).encode())
    for frame in target.read(target_object, columns, ordered=True):
        digest.update(frame.write_csv(include_header=False, quote_style="non_numeric").encode())
    return digest.hexdigest()

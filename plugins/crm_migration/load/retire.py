"""Flags and deletes the records whose rows are gone from the source: images first, then one transaction for all."""

import logging
from collections.abc import Mapping

import polars as pl
import sqlalchemy as sa

from crm_migration.ledger.lease import lease
from crm_migration.ledger.ledger import now
from crm_migration.load.backup import verify
from crm_migration.load.bulk import typed_table, update_rows
from crm_migration.load.decide import LoadJob
from crm_migration.load.fates import KEPT, RECORDS, UNFLAGGED, Fates, deleting, fates, refuse_many
from crm_migration.load.file_columns import FileRows
from crm_migration.load.lines import CROSSWALK_COLUMNS, LINE_KEY, lines_of
from crm_migration.load.retired import DELETED, FLAGGED
from crm_migration.load.target import RowsRefused, classify
from crm_migration.staging import RunFolder, Staged, TableWriter, has_table, open_table

logger = logging.getLogger(__name__)

IMAGES, LINES, STEP, PLAN = "retiring", "retiring_crosswalk", "source_deletes", "source_deletes_plan"
PHASE, REINSERTED = "retire", "reinserted"
SPLIT = 8
MESSAGES = {
    "edited_in_target": "its rows are gone from the source, but the record was edited in the target since the last "
    "load; delete it there, or set on_target_change: overwrite",
    "changed_since_backup": "its rows are gone from the source, but the record was changed while this run was under "
    "way; the next run looks at it again",
    "referred_to_in_target": "its rows are gone from the source, but other records of the target refer to it; delete "
    "or repoint those, and the next run deletes it",
    "refused_by_target": "its rows are gone from the source, but the target refused to delete the record",
}


def back_up_retiring(job: LoadJob, folder: RunFolder, order: list[str]) -> dict[str, Staged]:
    """Stage before-images of the records that this run is going to flag, unflag, delete or insert again, by entity.

    Only what has an image is touched later. A run that is taken up again keeps the images it took before.

    Raises:
        ToleranceExceeded: more rows are gone than the mapping tolerates.
        BackupUnreadable: what was written could not be read back as it was.
    """
    found = fates(job, folder)
    refuse_many(job, found)
    return {entity: _back_up(job, folder, entity, found) for entity in order if entity in found.records}


def _back_up(job: LoadJob, folder: RunFolder, entity: str, found: Fates) -> Staged:
    target_object = job.target.mapping.entities[entity].target.object
    columns = [column.name for column in job.target.table(target_object).columns if column.computed is None]
    again = has_table(folder, entity, LINES) and job.target.ledger.has_batches(job.run_no)
    wanted = found.pending(entity, DELETED, FLAGGED, UNFLAGGED)["_golden"]
    with job.target.transaction() as connection:
        lines = lines_of(connection, job.target, pl.concat([wanted, _deleted_members(connection, job, entity)]))
        earlier = open_table(folder, entity, LINES).frame() if again else pl.DataFrame(schema=CROSSWALK_COLUMNS)
        lines = lines.filter(~pl.col("golden_id").is_in(earlier["golden_id"].implode()))
        rows = FileRows(connection, job.target, target_object, folder)
        images = rows.images(columns, lines["target_id"].unique())
    with TableWriter(folder, entity, IMAGES) as writer:
        for frame in open_table(folder, entity, IMAGES).frames() if again else ():
            writer.write(frame)
        writer.write(images)
        staged = writer.finish()
    with TableWriter(folder, entity, LINES) as writer:
        writer.write(pl.concat([earlier, lines]))
    verify(staged, entity)
    verify(open_table(folder, entity, LINES), entity)
    return staged


def _deleted_members(connection: sa.Connection, job: LoadJob, entity: str) -> pl.Series:
    """Return the golden ids of deleted records that rows of this run's extract belong to."""
    crosswalk, stream = job.target.ledger.tables.crosswalk, job.target.ledger.tables.stream
    chosen = (
        sa.select(crosswalk.c.golden_id)
        .join(stream, stream.c.stream_no == crosswalk.c.stream_no)
        .where(stream.c.object == job.target.mapping.entities[entity].target.object, crosswalk.c.retired == DELETED)
        .distinct()
    )
    deleted = pl.Series("_golden", list(connection.scalars(chosen)), dtype=pl.String)
    folder = job.references.folder
    members = [pl.Series("_golden", [], pl.String)]
    if len(deleted) and has_table(folder, entity, "members"):
        for frame in open_table(folder, entity, "members").frames(["_golden"]):
            members.append(frame["_golden"].filter(frame["_golden"].is_in(deleted.implode())))
    return pl.concat(members).unique()


def plan_retiring(job: LoadJob, folder: RunFolder, order: list[str]) -> None:
    """Stage, per entity, what `retire` would do; the target is only read.

    Raises:
        ToleranceExceeded: more rows are gone than the mapping tolerates; what would be is staged all the same.
    """
    found = fates(job, folder)
    for entity in order:
        if entity in found.records:
            _stage(folder, entity, PLAN, found)
    refuse_many(job, found)


class _Refused(Exception):
    """The target refused to delete these records, by object."""

    def __init__(self, ids: Mapping[str, pl.Series]) -> None:
        self.ids = ids
        super().__init__()


def retire(job: LoadJob, folder: RunFolder, order: list[str], holder: str) -> dict[str, Staged]:
    """Flag and delete the records whose rows are all gone, clear flags of those that have one again; stage the lines.

    All of it, and what the ledger remembers of it, is one transaction; a record that the target refuses to delete is
    kept, and the rest goes on. Repeating it changes nothing.

    Raises:
        TargetUnavailable: the target was lost; nothing was changed.
        FencedOut: a newer attempt of this load is running.
    """
    run = f"{folder.source}/{folder.run_id}"
    with lease(job.target.ledger, run, f"{holder} {run}/source deletes") as token:
        return _retire(job, folder, order, token)


def _retire(job: LoadJob, folder: RunFolder, order: list[str], token: int) -> dict[str, Staged]:
    job.target.begin(token, job.run_no)
    found = _with_images(job, folder, fates(job, folder))
    done = False
    while not done:
        try:
            _carry_out(job, order, found, token)
            done = True
        except _Refused as refused:
            found = _without(job, found, refused.ids)
    if refused_later := job.target.deliver(token, job.run_no):
        found = _without(job, found, refused_later)
        with job.target.transaction() as connection:
            for entity in found.records:
                _note_kept(connection, job, entity, found)
    with job.target.transaction() as connection:
        found = Fates(found.departed, {name: _with_back(connection, job, name, found) for name in found.records})
    return {entity: _stage(folder, entity, STEP, found) for entity in order if entity in found.records}


def _with_back(connection: sa.Connection, job: LoadJob, entity: str, found: Fates) -> pl.DataFrame:
    """Return an entity's records with those that this run, at whichever attempt, has unflagged or inserted again."""
    lines = found.records[entity]
    before = open_table(job.references.folder, entity, LINES).frame().drop_nulls("retired")
    after = lines_of(connection, job.target, before["golden_id"].unique())
    still = after.drop_nulls("retired")["golden_id"].implode()
    back = before.filter(~pl.col("golden_id").is_in(still)).unique("golden_id", keep="first", maintain_order=True)
    told = back.select(
        pl.col("source_key").alias("_key"),
        pl.col("golden_id").alias("_golden"),
        "target_id",
        pl.when(pl.col("retired") == FLAGGED).then(pl.lit(UNFLAGGED)).otherwise(pl.lit(REINSERTED)).alias("action"),
        pl.lit(None, pl.String).alias("reason"),
        pl.lit(value=True).alias("_done"),
    )
    return pl.concat([lines.filter(pl.col("action") != UNFLAGGED), told])


def _without(job: LoadJob, found: Fates, ids: Mapping[str, pl.Series]) -> Fates:
    for entity in found.records:
        refused = ids.get(job.target.mapping.entities[entity].target.object)
        if refused is not None:
            lines = found.pending(entity, DELETED).filter(pl.col("target_id").is_in(refused.implode()))
            found = found.with_kept(entity, lines["_golden"], "refused_by_target")
    return found


def _with_images(job: LoadJob, folder: RunFolder, found: Fates) -> Fates:
    """Keep the records that have no before-image, or that are no longer what theirs shows."""
    for entity in found.records:
        pending = found.pending(entity, DELETED, FLAGGED, UNFLAGGED)
        if not pending.is_empty():
            found = found.with_kept(entity, _unlike_image(job, folder, entity, pending), "changed_since_backup")
    return found


def _unlike_image(job: LoadJob, folder: RunFolder, entity: str, pending: pl.DataFrame) -> pl.Series:
    target_object = job.target.mapping.entities[entity].target.object
    wanted = pending["target_id"].implode()
    images = pl.concat(
        frame.filter(pl.col("target_id").is_in(wanted)) for frame in open_table(folder, entity, IMAGES).frames()
    )
    columns = [column for column in images.columns if column != "target_id"]
    with job.target.transaction() as connection:
        present = job.target.read_ids(connection, target_object, columns, pending["target_id"])
    alike = present.join(images, on=["target_id", *columns], how="semi", nulls_equal=True)["target_id"].implode()
    imaged = pl.col("target_id").is_in(images["target_id"].implode())
    same = imaged & ((pl.col("action") != DELETED) | pl.col("target_id").is_in(alike))
    return pending.filter(~same)["_golden"]


def _carry_out(job: LoadJob, order: list[str], found: Fates, token: int) -> None:
    with job.target.transaction() as connection:
        for entity in found.records:
            _note_kept(connection, job, entity, found)
            _note_gone(connection, job, entity, found)
            _set_flags(connection, job, entity, found)
        _unlink(connection, job, found)
        _delete_all(connection, job, order, found)
        for entity in found.records:
            _mark(connection, job, entity, found)
        job.target.ledger.check_fence(connection, token)


def _note_kept(connection: sa.Connection, job: LoadJob, entity: str, found: Fates) -> None:
    """Replace this run's lines on records that were not deleted among the rejected rows of the ledger."""
    table, stream = job.target.ledger.tables.rejected_row, job.stream_no(entity)
    mine = sa.and_(table.c.run_no == job.run_no, table.c.stream_no == stream, table.c.step == PHASE)
    connection.execute(table.delete().where(mine))
    lines = [
        {
            "run_no": job.run_no,
            "stream_no": stream,
            "source_key": key,
            "step": PHASE,
            "reason": reason,
            "message": MESSAGES[reason],
        }
        for key, reason in found.pending(entity, KEPT).select("_key", "reason").iter_rows()
    ]
    if lines:
        connection.execute(table.insert(), lines)


def _note_gone(connection: sa.Connection, job: LoadJob, entity: str, found: Fates) -> None:
    """Remember which rows are gone from the source, and forget it of those that are back."""
    rows = found.departed[entity]
    lines = pl.concat(
        some.select(
            pl.lit(job.stream_no(entity)).alias("stream_no"), "source_key", pl.lit(run, pl.Int64).alias("gone_run")
        )
        for some, run in ((rows.fresh, job.run_no), (rows.back, None))
    )
    if not lines.is_empty():
        update_rows(connection, job.target.ledger.tables.crosswalk, ["stream_no", "source_key"], lines)


def _set_flags(connection: sa.Connection, job: LoadJob, entity: str, found: Fates) -> None:
    spec = job.target.mapping.entities[entity].target
    if spec.deleted_flag is None:
        return
    lines = found.pending(entity, FLAGGED, UNFLAGGED).select(
        pl.col("target_id").alias(spec.id),
        pl.when(pl.col("action") == FLAGGED).then(pl.lit("1")).otherwise(pl.lit("0")).alias(spec.deleted_flag),
    )
    if not lines.is_empty():
        update_rows(connection, job.target.table(spec.object), [spec.id], lines)


def _unlink(connection: sa.Connection, job: LoadJob, found: Fates) -> None:
    """Empty the second pass's references of the records to delete, so that they can go in any order."""
    for target_object, ids in deleting(job, found).items():
        fields = {
            name
            for entity, names in job.deferred.items()
            if job.target.mapping.entities[entity].target.object == target_object
            for name in names
        }
        if fields and not ids.is_empty():
            key = job.target.primary_key(target_object)
            empty = [pl.lit(None, pl.String).alias(name) for name in sorted(fields)]
            rows = pl.DataFrame({key: ids}).select(key, *empty)
            update_rows(connection, job.target.table(target_object), [key], rows)


def _delete_all(connection: sa.Connection, job: LoadJob, order: list[str], found: Fates) -> None:
    """Delete the records, children first.

    Raises:
        _Refused: the target refused some; the others are not to be deleted without looking at these again.
    """
    ids = deleting(job, found)
    objects = dict.fromkeys(job.target.mapping.entities[entity].target.object for entity in reversed(order))
    refused = {name: _delete(connection, job, name, ids[name]) for name in objects if name in ids}
    if any(len(some) for some in refused.values()):
        raise _Refused(refused)


def _delete(connection: sa.Connection, job: LoadJob, target_object: str, ids: pl.Series) -> pl.Series:
    """Delete records and return those that the target refused to."""
    if ids.is_empty():
        return ids
    try:
        with connection.begin_nested():
            _delete_listed(connection, job, target_object, ids)
        return ids.clear()
    except sa.exc.DBAPIError as error:
        meaning = classify(error, job.target.mapping.target.name)
        if not isinstance(meaning, RowsRefused):
            raise
    if len(ids) == 1:
        return ids
    size = max(1, -(-len(ids) // SPLIT))
    pieces = [ids.slice(start, size) for start in range(0, len(ids), size)]
    return pl.concat(_delete(connection, job, target_object, piece) for piece in pieces)


def _delete_listed(connection: sa.Connection, job: LoadJob, target_object: str, ids: pl.Series) -> None:
    table = job.target.table(target_object)
    key = table.c[job.target.primary_key(target_object)]
    listed = typed_table(connection, table, [key.name], pl.DataFrame({key.name: ids}))
    if job.target.dialect == "sqlite":
        connection.execute(table.delete().where(key.in_(sa.select(listed.c[key.name]))))
    else:
        # Here the list leads to the records; a search in it would be made for each record of the table.
        connection.execute(table.delete().where(key == listed.c[key.name]))


def _mark(connection: sa.Connection, job: LoadJob, entity: str, found: Fates) -> None:
    """Let the crosswalk know what was done to the records, and the ledger that the run has written."""
    done = found.pending(entity, DELETED, FLAGGED, UNFLAGGED)
    if done.is_empty():
        return
    states = done.select(
        pl.col("_golden").alias("golden_id"), pl.when(pl.col("action") != UNFLAGGED).then("action").alias("retired")
    )
    lines = lines_of(connection, job.target, done["_golden"]).drop("retired").join(states, on="golden_id")
    marked = lines.select(*LINE_KEY, "retired", pl.lit(job.run_no).alias("changed_run"))
    update_rows(connection, job.target.ledger.tables.crosswalk, LINE_KEY, marked)
    connection.execute(
        job.target.ledger.tables.load_batch.insert().values(
            run_no=job.run_no,
            stream_no=job.stream_no(entity),
            phase=PHASE,
            state="confirmed",
            inserted=0,
            updated=done.height,
            committed_at=now(),
        )
    )


def _stage(folder: RunFolder, entity: str, step: str, found: Fates) -> Staged:
    lines, rows = found.records[entity], found.departed[entity]
    columns = [name for name in RECORDS if not name.startswith("_done")]
    counts = dict(lines["action"].value_counts().sort("action").iter_rows())
    logger.info("%s: rows gone from the source: %s; records: %s", entity, rows.fresh.height, counts or "none")
    with TableWriter(folder, entity, step) as writer:
        writer.write(lines.select(columns))
        return writer.finish(records=counts, rows_gone=rows.fresh.height, known=rows.known, unread=rows.unread)

"""The way back: a run's inserts removed, its updates restored, its lines in the ledger undone, in one commit."""

import logging
from dataclasses import dataclass, field
from itertools import product

import numpy as np
import polars as pl
import sqlalchemy as sa

from crm_migration.errors import BackupUnreadable, ChangedSince
from crm_migration.extract.staged_files import StagedFileMissing, StagedFiles
from crm_migration.ledger.lease import lease
from crm_migration.ledger.ledger import now
from crm_migration.ledger.rejected import reopen
from crm_migration.load.backup import content_hashes
from crm_migration.load.bulk import drop_keys, insert_rows, key_table
from crm_migration.load.file_columns import FileNotStaged, FileRows
from crm_migration.load.fingerprint import canonical_from_target, fingerprints, hashes, unpack
from crm_migration.load.joined import PutBack, put_back_joined
from crm_migration.load.put_back import (
    forget_missed,
    put_back,
    refuse_without_images,
    remove_revived,
    restore_lines,
    retirements,
)
from crm_migration.load.retire import IMAGES
from crm_migration.load.retired import still_there
from crm_migration.load.target import RowsRefused, SqlTarget
from crm_migration.staging import RunFolder, has_table, open_table

logger = logging.getLogger(__name__)

LISTED = 20
PIECE = 50_000


@dataclass(frozen=True)
class Undo:
    """What is to be undone: a run, its entities in load order, and the fields its second pass may have set."""

    target: SqlTarget
    folder: RunFolder
    run_no: int
    order: list[str]
    deferred: dict[str, list[str]]
    numbers: dict[str, int] = field(default_factory=dict)

    def stream_no(self, entity: str) -> int:
        """Return the ledger's number of the entity's stream; asked once: a large undo locks SQLite's readers out."""
        if entity not in self.numbers:
            target_object = self.target.mapping.entities[entity].target.object
            self.numbers[entity] = self.target.ledger.stream_no(self.folder.source, entity, target_object)
        return self.numbers[entity]


@dataclass(frozen=True)
class Undone:
    """What a rollback did: per entity the records `removed` and `restored`, and whether the target is as before.

    `differing` names the objects whose content differs from the hash taken before the load: others wrote to them
    in the meantime. None where no hash was taken.
    """

    counts: dict[str, dict[str, int]]
    differing: list[str] | None


def roll_back(undo: Undo, force: bool = False) -> Undone:
    """Undo the run.

    With `force`, edits that people made in the run's records since are overwritten; without, they are listed
    and nothing is done.

    Raises:
        ChangedSince: a later run, or a person, has changed records of this run.
        BackupUnreadable: the before-images of the run, or files that they name, are gone.
    """
    run = f"{undo.folder.source}/{undo.folder.run_id}"
    with lease(undo.target.ledger, run, f"rollback {run}") as token:
        return _roll_back(undo, force, token)


def _roll_back(undo: Undo, force: bool, token: int) -> Undone:
    undo.target.undo_of(undo.folder)
    undo.target.undoing(undo.run_no, token)
    row = undo.target.ledger.find_run(undo.folder.source, undo.folder.run_id)
    if row is not None and row.status == "rolled_back":
        # An attempt before has undone it in ledger and replica, and did not get to the end in the target.
        undo.target.undone(token)
        return Undone({entity: {"removed": 0, "restored": 0} for entity in undo.order}, _differing(undo))
    _refuse_later_runs(undo)
    edited = _edited_since(undo)
    if edited and not force:
        raise ChangedSince(
            f"{len(edited)} record(s) of run {undo.folder.run_id} were edited in the target since: "
            f"{', '.join(edited[:LISTED])}. Undo would lose these edits; repeat with force to do it all the same"
        )
    try:
        counts = _undo_all(undo, force, token)
    except (FileNotStaged, StagedFileMissing):
        raise BackupUnreadable(
            f"run {undo.folder.run_id}: expected each file of its before-images below {StagedFiles(undo.folder).path}, "
            "found one gone or changed; nothing was changed. Bring the staged files back from a backup, then repeat"
        ) from None
    except RowsRefused as refused:
        raise ChangedSince(
            f"run {undo.folder.run_id} cannot be undone while other records need what it loaded: {refused.reason}. "
            "Remove or repoint those records, then repeat; nothing was changed"
        ) from None
    undo.target.undone(token)
    return Undone(counts, _differing(undo))


def _undo_all(undo: Undo, force: bool, token: int) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    with undo.target.transaction() as connection:
        for entity in reversed(undo.order):
            _unlink(connection, undo, entity)
        refuse_without_images(connection, undo.target, (undo.folder, undo.run_no), undo.order)
        retired = retirements(connection, undo.target, undo.folder, undo.order)
        returned = put_back(connection, undo.target, undo.folder, retired, undo.deferred)
        put_back_joined(connection, undo.target, PutBack(undo.folder, undo.order, undo.deferred))
        # Before-images of what the run then left alone may be older than what the target holds by now.
        wrote = _written_entities(connection, undo)
        for entity in reversed(undo.order):
            restored = _restore(connection, undo, entity, force) if entity in wrote else 0
            counts[entity] = {"restored": restored + returned.get(entity, 0)}
        for entity in reversed(undo.order):
            counts[entity]["removed"] = _remove(connection, undo, entity)
        for entity, removed in remove_revived(connection, undo.target, retired).items():
            counts[entity]["removed"] += removed
        for entity in undo.order:
            if entity in wrote:
                _undo_ledger(connection, undo, entity)
        restore_lines(connection, undo.target, retired)
        forget_missed(connection, undo.target, list(map(undo.stream_no, undo.order)), undo.run_no)
        _close(connection, undo)
        undo.target.ledger.check_fence(connection, token)
    return counts


def _written_entities(connection: sa.Connection, undo: Undo) -> set[str]:
    """Return the entities of which the run has committed a batch."""
    batch = undo.target.ledger.tables.load_batch
    chosen = sa.select(batch.c.stream_no).where(batch.c.run_no == undo.run_no).distinct()
    streams = set(connection.scalars(chosen))
    return {entity for entity in undo.order if undo.stream_no(entity) in streams}


def _refuse_later_runs(undo: Undo) -> None:
    tables = undo.target.ledger.tables
    batch, stream, run = tables.load_batch, tables.stream, tables.run
    objects = {undo.target.mapping.entities[entity].target.object for entity in undo.order}
    first = sa.select(sa.func.min(batch.c.batch_no)).where(batch.c.run_no == undo.run_no).scalar_subquery()
    later = (
        sa.select(run.c.source, run.c.run_id)
        .join(batch, batch.c.run_no == run.c.run_no)
        .join(stream, stream.c.stream_no == batch.c.stream_no)
        .where(batch.c.run_no != undo.run_no, batch.c.batch_no > first, stream.c.object.in_(objects))
        .distinct()
    )
    with undo.target.engine.connect() as connection:
        found = [f"{source}/{run_id}" for source, run_id in connection.execute(later)]
    if found:
        raise ChangedSince(f"later runs have written to the same records; roll back {', '.join(sorted(found))} first")


def _edited_since(undo: Undo) -> list[str]:
    """Return `entity key` of every record of this run that no longer is what the run left."""
    edited: list[str] = []
    for entity in undo.order:
        target_object = undo.target.mapping.entities[entity].target.object
        touched = pl.col("target_id").is_in(undo.target.touched(target_object, _created(undo, entity)).implode())
        for piece in _written(undo, entity).iter_slices(PIECE):
            keys = [*_edited(undo, entity, piece), *piece.filter(touched)["source_key"]]
            edited += [f"{entity} {key}" for key in dict.fromkeys(keys)]
    return edited


def _written(undo: Undo, entity: str) -> pl.DataFrame:
    """Return `source_key`, `target_id` and `fingerprint` of the records that the run inserted or changed."""
    crosswalk, stream = undo.target.ledger.tables.crosswalk, undo.target.ledger.tables.stream
    target_object = undo.target.mapping.entities[entity].target.object
    inserted = sa.and_(crosswalk.c.inserted_run == undo.run_no, crosswalk.c.stream_no == undo.stream_no(entity))
    # What the run changed may have been founded by another stream, of this source or of another.
    of_object = sa.select(stream.c.stream_no).where(stream.c.object == target_object)
    changed = sa.and_(crosswalk.c.changed_run == undo.run_no, crosswalk.c.stream_no.in_(of_object))
    chosen = sa.select(crosswalk.c.source_key, crosswalk.c.target_id, crosswalk.c.fingerprint).where(
        sa.or_(inserted, changed), crosswalk.c.fingerprint.is_not(None), still_there(crosswalk)
    )
    schema = {"source_key": pl.String, "target_id": pl.String, "fingerprint": pl.Binary}
    with undo.target.engine.connect() as connection:
        return pl.DataFrame([tuple(row) for row in connection.execute(chosen)], schema=schema, orient="row")


def _edited(undo: Undo, entity: str, lines: pl.DataFrame) -> pl.Series:
    """Return the keys of `lines` whose record is gone, or holds a field that neither the run nor its backup explains.

    A field that the load left to an edit made before the run is as the backup has it.
    """
    spec = undo.target.mapping.entities[entity]
    with undo.target.engine.begin() as connection:
        read = undo.target.read_ids(connection, spec.target.object, list(spec.fields), lines["target_id"])
    current = canonical_from_target(read, spec)
    current = current.with_columns(fingerprints(current, spec).alias("_now"))
    both = lines.join(current, on="target_id", how="left", maintain_order="left")
    both = both.filter(pl.col("_now").is_null() | (pl.col("_now") != pl.col("fingerprint")))
    images = _images(undo, entity, both["target_id"])
    before = both.select("target_id").join(images, on="target_id", how="left", maintain_order="left")
    now_hashes, was = hashes(both, spec), hashes(before, spec)
    meant, comparable = unpack(both["fingerprint"], spec, undo.target.ledger.layouts())
    had_image = both["target_id"].is_in(images["target_id"].implode()).to_numpy()
    explained = had_image[:, None] & (now_hashes == was)
    wrong = np.asarray((comparable & (now_hashes != meant) & ~explained).any(axis=1))
    return both["source_key"].filter(pl.Series(wrong) | both["_now"].is_null())


def _images(undo: Undo, entity: str, ids: pl.Series) -> pl.DataFrame:
    """Return the before-images of these records, fields as canonical text.

    Another entity that feeds the same object may have been the one that changed a record, and took its image.
    """
    spec, entities = undo.target.mapping.entities[entity], undo.target.mapping.entities
    found = [pl.DataFrame(schema={"target_id": pl.String, **dict.fromkeys(spec.fields, pl.String)})]
    for name, step in product(undo.order, ("backup", IMAGES)):
        if entities[name].target.object == spec.target.object and has_table(undo.folder, name, step):
            for frame in open_table(undo.folder, name, step).frames(["target_id", *spec.fields]):
                found.append(frame.filter(pl.col("target_id").is_in(ids.implode())))
    return canonical_from_target(pl.concat(found).unique("target_id", keep="any"), spec)


def _created(undo: Undo, entity: str) -> sa.Select[tuple[str]]:
    crosswalk = undo.target.ledger.tables.crosswalk
    return sa.select(crosswalk.c.target_id).where(
        crosswalk.c.stream_no == undo.stream_no(entity), crosswalk.c.inserted_run == undo.run_no, crosswalk.c.created
    )


def _created_rows(undo: Undo, entity: str) -> sa.ColumnElement[bool]:
    spec = undo.target.mapping.entities[entity].target
    key = undo.target.table(spec.object).c[spec.id]
    crosswalk = undo.target.ledger.tables.crosswalk
    return sa.cast(key, _text_of(undo, crosswalk)).in_(_created(undo, entity))


def _text_of(undo: Undo, crosswalk: sa.Table) -> sa.types.TypeEngine[str]:
    return sa.CHAR(100) if undo.target.dialect == "mysql" else crosswalk.c.target_id.type


def _unlink(connection: sa.Connection, undo: Undo, entity: str) -> None:
    """Empty the second pass's references of the rows to remove, so that they can go in any order."""
    fields = undo.deferred.get(entity, [])
    if fields:
        table = undo.target.table(undo.target.mapping.entities[entity].target.object)
        emptied = dict.fromkeys(fields, None)
        connection.execute(table.update().where(_created_rows(undo, entity)).values(emptied))


def _restore(connection: sa.Connection, undo: Undo, entity: str, whole: bool) -> int:
    """Write the before-images back: the mapping's fields, or with `whole` every column.

    A column that no load writes may have been edited by a person since; only `force` undoes that.
    """
    if not has_table(undo.folder, entity, "backup"):
        if undo.target.ledger.has_backup(undo.run_no, undo.stream_no(entity)):
            raise BackupUnreadable(f"{entity}: the before-images of run {undo.folder.run_id} are gone from staging")
        return 0
    fields = undo.target.mapping.entities[entity].fields
    spec = undo.target.mapping.entities[entity].target
    restored = 0
    for images in open_table(undo.folder, entity, "backup").frames():
        if not images.is_empty():
            rows = images.drop(spec.id).rename({"target_id": spec.id})
            rows = rows if whole else rows.select(spec.id, *(name for name in fields if name != spec.id))
            restored += FileRows(connection, undo.target, spec.object, undo.folder).update(rows, spec.id)
    return restored


def _remove(connection: sa.Connection, undo: Undo, entity: str) -> int:
    spec = undo.target.mapping.entities[entity].target
    table = undo.target.table(spec.object)
    undo.target.purging(connection, spec.object, _created(undo, entity))
    return int(connection.execute(table.delete().where(_created_rows(undo, entity))).rowcount)


def _undo_ledger(connection: sa.Connection, undo: Undo, entity: str) -> None:
    tables, stream = undo.target.ledger.tables, undo.stream_no(entity)
    crosswalk, lineage = tables.crosswalk, tables.lineage
    new = sa.and_(crosswalk.c.stream_no == stream, crosswalk.c.inserted_run == undo.run_no)
    new_keys = sa.select(crosswalk.c.source_key).where(new)
    connection.execute(lineage.delete().where(lineage.c.stream_no == stream, lineage.c.source_key.in_(new_keys)))
    connection.execute(crosswalk.delete().where(new))
    if not has_table(undo.folder, entity, "backup_crosswalk"):
        return
    for name, table in (("backup_crosswalk", crosswalk), ("backup_lineage", lineage)):
        images = [frame for frame in open_table(undo.folder, entity, name).frames() if not frame.is_empty()]
        for frame in images:
            if table is crosswalk:
                _delete_lines(connection, lineage, frame)
                _delete_lines(connection, crosswalk, frame)
            insert_rows(connection, table, frame)


def _delete_lines(connection: sa.Connection, table: sa.Table, lines: pl.DataFrame) -> None:
    for (stream,), some in lines.group_by("stream_no"):
        wanted = key_table(connection, some.select("source_key"))
        keys = table.c.source_key.in_(sa.select(wanted.c.source_key))
        connection.execute(table.delete().where(table.c.stream_no == stream, keys))
        drop_keys(connection, wanted)


def _close(connection: sa.Connection, undo: Undo) -> None:
    tables = undo.target.ledger.tables
    for table in (tables.load_batch, tables.watermark):
        connection.execute(table.delete().where(table.c.run_no == undo.run_no))
    reopen(connection, tables, undo.run_no)
    proposed = tables.match_review
    connection.execute(proposed.delete().where(proposed.c.first_run == undo.run_no))
    values = {"status": "rolled_back", "finished_at": now()}
    connection.execute(tables.run.update().where(tables.run.c.run_no == undo.run_no).values(**values))


def _differing(undo: Undo) -> list[str] | None:
    row = undo.target.ledger.find_run(undo.folder.source, undo.folder.run_id)
    before = row.content_sha256 if row else None
    if before is None:
        return None
    after = content_hashes(undo.target, sorted(before))
    return [name for name in sorted(before) if before[name] != after[name]]

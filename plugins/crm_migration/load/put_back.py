"""The way back of what a run did to records whose rows were gone: deleted ones return under their ids, flags too."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from crm_migration.errors import BackupUnreadable
from crm_migration.load.bulk import insert_rows, update_rows
from crm_migration.load.file_columns import FileRows
from crm_migration.load.lines import LINE_KEY, lines_of
from crm_migration.load.retire import IMAGES, LINES
from crm_migration.load.retired import DELETED, FLAGGED, texts_of
from crm_migration.load.target import SqlTarget
from crm_migration.staging import RunFolder, has_table, open_table

CHANGES = {"golden_id": pl.String, "target_id": pl.String, "was": pl.String, "is": pl.String}


@dataclass(frozen=True)
class Retirements:
    """What one run did to one entity's records: a line a record (`CHANGES`), and the crosswalk's lines before it."""

    entity: str
    changes: pl.DataFrame
    lines: pl.DataFrame

    def ids(self, was: str | None, became: str | None) -> pl.Series:
        """Return the target ids of records that went from one state to another."""
        return self.changes.filter(pl.col("was").eq_missing(was) & pl.col("is").eq_missing(became))["target_id"]


def retirements(connection: sa.Connection, target: SqlTarget, folder: RunFolder, order: list[str]) -> list[Retirements]:
    """Return what the run staged in `folder` flagged, unflagged, deleted and inserted again, parents first.

    Raises:
        BackupUnreadable: the before-images of a record that the run retired are gone from staging.
    """
    found = []
    for entity in order:
        if has_table(folder, entity, LINES):
            before = open_table(folder, entity, LINES).frame()
            after = lines_of(connection, target, before["golden_id"].unique())
            was, now = _states(before), _states(after)
            both = was.join(now, on="golden_id", suffix="_now").filter(
                pl.col("retired").ne_missing(pl.col("retired_now"))
            )
            changes = both.select(
                "golden_id",
                pl.col("target_id_now").alias("target_id"),
                pl.col("retired").alias("was"),
                pl.col("retired_now").alias("is"),
            )
            found.append(Retirements(entity, changes, before))
    return found


def refuse_without_images(
    connection: sa.Connection, target: SqlTarget, run: tuple[RunFolder, int], order: list[str]
) -> None:
    """Stop where the ledger knows of records that the run retired and their images are gone.

    Raises:
        BackupUnreadable: naming the entity.
    """
    crosswalk, streams = target.ledger.tables.crosswalk, target.ledger.streams()
    folder, run_no = run
    for entity in order:
        stream = streams.get(f"{folder.source}.{entity}", 0)
        mine = sa.and_(
            crosswalk.c.stream_no == stream, crosswalk.c.changed_run == run_no, crosswalk.c.retired.is_not(None)
        )
        some = sa.select(crosswalk.c.golden_id).where(mine, crosswalk.c.gone_run == run_no).limit(1)
        if connection.scalar(some) is not None and not _imaged(target, folder, entity):
            raise BackupUnreadable(
                f"{entity}: the before-images of records that run {folder.run_id} flagged or deleted are gone from "
                "staging; nothing was changed"
            )


def _imaged(target: SqlTarget, folder: RunFolder, entity: str) -> bool:
    """Say whether images are there, in the name of any entity that writes the same object."""
    entities = target.mapping.entities
    same = [name for name, spec in entities.items() if spec.target.object == entities[entity].target.object]
    return any(has_table(folder, name, LINES) for name in same)


def _states(lines: pl.DataFrame) -> pl.DataFrame:
    """Return `golden_id`, `target_id` and `retired` of each record."""
    master = pl.col("fingerprint").is_not_null()
    return lines.group_by("golden_id", maintain_order=True).agg(
        pl.col("target_id").sort_by(~master).first(), pl.col("retired").drop_nulls().first()
    )


def put_back(
    connection: sa.Connection,
    target: SqlTarget,
    folder: RunFolder,
    found: list[Retirements],
    deferred: dict[str, list[str]],
) -> dict[str, int]:
    """Insert deleted records again, under their ids, and set flags as they were; return how many, by entity.

    References that may point at records which come later are set when all are there.
    """
    counts, later = {}, []
    for one in found:
        images = _images(folder, one.entity, one.ids(None, DELETED))
        rows = FileRows(connection, target, target.mapping.entities[one.entity].target.object, folder)
        later.append(insert_images(rows, one.entity, images, deferred))
        counts[one.entity] = images.height + _restore_flags(connection, target, folder, one)
    for set_references in later:
        set_references()
    return counts


def insert_images(
    rows: FileRows, entity: str, images: pl.DataFrame, deferred: dict[str, list[str]]
) -> Callable[[], None]:
    """Insert records as their images have them; return what sets their references, to be called when all are there."""
    connection, target = rows.connection, rows.target
    spec = target.mapping.entities[entity].target
    fields = _deferred_of(target, spec.object, deferred)
    table = target.table(spec.object)
    if not images.is_empty():
        empty = images.with_columns(pl.lit(None, pl.String).alias(name) for name in fields)
        for piece in rows.pieces(empty.drop("target_id")):
            insert_rows(connection, texts_of(table), _as_stored(table, piece))

    def set_references() -> None:
        if fields and not images.is_empty():
            update_rows(connection, table, [spec.id], images.select(spec.id, *fields))

    return set_references


def _restore_flags(connection: sa.Connection, target: SqlTarget, folder: RunFolder, one: Retirements) -> int:
    ids = pl.concat([one.ids(None, FLAGGED), one.ids(FLAGGED, None)])
    return 0 if ids.is_empty() else set_flags(connection, target, one.entity, _images(folder, one.entity, ids))


def set_flags(connection: sa.Connection, target: SqlTarget, entity: str, images: pl.DataFrame) -> int:
    """Set the flag of records that are there as their images have it; return how many that were."""
    spec = target.mapping.entities[entity].target
    if spec.deleted_flag is None or images.is_empty():
        return 0
    rows = images.select(pl.col("target_id").alias(spec.id), _truth(spec.deleted_flag))
    return update_rows(connection, target.table(spec.object), [spec.id], rows)


def _truth(name: str) -> pl.Expr:
    text = pl.col(name).str.to_lowercase()
    return text.replace({"true": "1", "false": "0", "t": "1", "f": "0"}).alias(name)


def _deferred_of(target: SqlTarget, target_object: str, deferred: dict[str, list[str]]) -> list[str]:
    entities = target.mapping.entities
    lists = [names for name, names in deferred.items() if entities[name].target.object == target_object]
    return sorted({name for names in lists for name in names})


def _images(folder: RunFolder, entity: str, ids: pl.Series) -> pl.DataFrame:
    frames = open_table(folder, entity, IMAGES).frames()
    return pl.concat(frame.filter(pl.col("target_id").is_in(ids.implode())) for frame in frames)


def _as_stored(table: sa.Table, images: pl.DataFrame) -> pl.DataFrame:
    """Return images with the columns of bytes, which are printed as hex, as bytes; flags as numbers."""
    stored = []
    for name in images.columns:
        kind = table.c[name].type.as_generic(allow_nulltype=True)
        if isinstance(kind, sa.LargeBinary) and images[name].dtype == pl.String:
            stored.append(pl.col(name).str.decode("hex"))
        elif isinstance(kind, sa.Boolean):
            stored.append(_truth(name))
        else:
            stored.append(pl.col(name))
    return images.select(stored)


def remove_revived(connection: sa.Connection, target: SqlTarget, found: list[Retirements]) -> dict[str, int]:
    """Delete what the run inserted again, and has not been removed yet; return how many, by entity."""
    counts = {}
    for one in reversed(found):
        spec = target.mapping.entities[one.entity].target
        revived = one.ids(DELETED, None)
        lines = lines_of(connection, target, one.changes["golden_id"]).filter("created")
        created = revived.filter(revived.is_in(lines["target_id"].implode()))
        counts[one.entity] = 0
        if not created.is_empty():
            key = target.table(spec.object).c[spec.id]
            texts = created.to_list()
            statement = key.table.delete().where(sa.cast(key, _text(target)).in_(texts))
            counts[one.entity] = int(connection.execute(statement).rowcount)
    return counts


def _text(target: SqlTarget) -> sa.types.TypeEngine[str]:
    return sa.CHAR(100) if target.dialect == "mysql" else sa.Text()


def restore_lines(connection: sa.Connection, target: SqlTarget, found: list[Retirements]) -> None:
    """Put the crosswalk's lines of what the run retired, or inserted again, back as they were."""
    crosswalk = target.ledger.tables.crosswalk
    for one in found:
        lines = one.lines.filter(pl.col("golden_id").is_in(one.changes["golden_id"].implode()))
        present = lines_of(connection, target, one.changes["golden_id"])
        here = lines.join(present, on=LINE_KEY, how="semi")
        if not here.is_empty():
            update_rows(connection, crosswalk, LINE_KEY, here)
        lost = lines.join(present, on=LINE_KEY, how="anti")
        if not lost.is_empty():
            insert_rows(connection, crosswalk, lost)


def forget_missed(connection: sa.Connection, target: SqlTarget, streams: list[int], run_no: int) -> None:
    """Forget which rows of these streams the run found gone."""
    crosswalk = target.ledger.tables.crosswalk
    missed = sa.and_(crosswalk.c.stream_no.in_(streams), crosswalk.c.gone_run == run_no)
    connection.execute(crosswalk.update().where(missed).values(gone_run=None))

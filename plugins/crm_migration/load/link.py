"""The second pass: references that could not be set before both records existed."""

import logging
from typing import Literal

import polars as pl
import sqlalchemy as sa

from crm_migration.ledger.ledger import now
from crm_migration.load.accounts import patched
from crm_migration.load.bulk import update_rows
from crm_migration.load.decide import LoadJob, masters
from crm_migration.load.fingerprint import covered, hashes, unpack
from crm_migration.load.write import renew_fingerprints
from crm_migration.mapping.model import Entity
from crm_migration.staging import RunFolder, open_table

logger = logging.getLogger(__name__)


def link(job: LoadJob, folder: RunFolder, entity_name: str, phase: Literal["sample", "full"], token: int) -> int:
    """Set the deferred references of `entity_name` that waited when their records were loaded; return how many changed.

    A reference whose parent was refused by the target in the meantime stays empty. Repeating it changes nothing.

    Raises:
        StagingMissing: the load of this phase did not finish.
    """
    fields = job.deferred.get(entity_name, [])
    if not fields:
        return 0
    job = job.fresh()
    staged = open_table(folder, entity_name, f"{phase}_pending").frames()
    waiting = pl.concat([pl.DataFrame(schema={"_golden": pl.String}), *staged])["_golden"].implode()
    changed = 0
    for part in open_table(folder, entity_name, "golden").frames(["_golden", *fields]):
        wanting = part.filter(pl.col("_golden").is_in(waiting))
        if not wanting.is_empty():
            changed += _link_part(job, entity_name, wanting, phase, token)
    logger.info("%s: %s records linked in the second pass", entity_name, changed)
    return changed


def _link_part(job: LoadJob, entity_name: str, part: pl.DataFrame, phase: str, token: int) -> int:
    entity = job.target.mapping.entities[entity_name]
    fields = job.deferred[entity_name]
    with job.target.transaction() as connection:
        resolved = _resolve(connection, job, entity, part, fields)
        state = masters(connection, job.target, resolved["_golden"]).filter(pl.col("target_id").is_not_null())
        rows = resolved.join(state, on="_golden", how="inner", maintain_order="left")
        if entity.target.write == "insert":
            rows = rows.filter(pl.col("inserted_run") == job.run_no)
        changes = _changes(job, entity_name, rows)
        if changes.is_empty():
            return 0
        key = entity.target.id
        held = job.target.read_ids(connection, entity.target.object, fields, changes["target_id"])
        for name in fields:
            one = changes.filter(pl.col(f"_set_{name}")).select(pl.col("target_id").alias(key), name)
            if entity.target.on_target_change != "overwrite":
                # What is no longer empty was set by a person in the meantime.
                empty = held.filter(pl.col(name).is_null())["target_id"].implode()
                one = one.filter(pl.col(key).is_in(empty))
            if not one.is_empty():
                update_rows(connection, job.target.table(entity.target.object), [key], one)
        renew_fingerprints(connection, job, changes)
        _note_batch(connection, job, entity_name, phase, changes.height)
        job.target.ledger.check_fence(connection, token)
    return changes.height


def _resolve(
    connection: sa.Connection, job: LoadJob, entity: Entity, part: pl.DataFrame, fields: list[str]
) -> pl.DataFrame:
    only = entity.model_copy(update={"fields": {name: entity.fields[name] for name in fields}})
    return job.references.resolve(connection, part, only, fields).frame


def _changes(job: LoadJob, entity_name: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows to change with `_set_<field>` flags and their renewed `_fingerprint`."""
    entity, fields = job.target.mapping.entities[entity_name], job.deferred[entity_name]
    layouts = job.target.ledger.layouts()
    stored, comparable = unpack(rows["fingerprint"], entity, layouts)
    names = list(entity.fields)
    blank = rows.with_columns(pl.lit(None, pl.String).alias(name) for name in names if name not in rows.columns)
    wanted = hashes(blank, entity)
    places = {name: names.index(name) for name in fields}
    flags = {name: comparable[:, at] & (stored[:, at] == 0) & (wanted[:, at] != 0) for name, at in places.items()}
    changes = {covered(entity)[at]: (flags[name], wanted[:, at]) for name, at in places.items()}
    return rows.with_columns(
        patched(rows["fingerprint"], layouts, job.stream(entity_name), changes),
        *(pl.Series(f"_set_{name}", flag) for name, flag in flags.items()),
    ).filter(pl.any_horizontal(f"_set_{name}" for name in fields))


def _note_batch(connection: sa.Connection, job: LoadJob, entity_name: str, phase: str, changed: int) -> None:
    connection.execute(
        job.target.ledger.tables.load_batch.insert().values(
            run_no=job.run_no,
            stream_no=job.stream_no(entity_name),
            phase="link" if phase == "full" else "sample",
            state="confirmed",
            inserted=0,
            updated=changed,
            committed_at=now(),
        )
    )

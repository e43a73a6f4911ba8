"""Writing the records of a batch so that a row which the target refuses costs the others nothing.

Within the batch's transaction, what was refused is undone to a savepoint and halved until refused records stand alone;
what went in stays. One refused record of n costs at most 2 log2(n) + 1 further attempts.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from crm_migration.load.bulk import update_rows
from crm_migration.load.decide import LoadJob
from crm_migration.load.refusal import RowsRefused, attempt
from crm_migration.load.retired import insert_again
from crm_migration.mapping.model import Entity


@dataclass(frozen=True)
class Refusal:
    """A golden record that the target refused, with the target's reason."""

    golden: str
    reason: str


@dataclass(frozen=True)
class Writing:
    """An open transaction in which records of one entity are written."""

    connection: sa.Connection
    job: LoadJob
    entity: Entity


def halves(records: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield both halves of two or more records."""
    yield from records.iter_slices(-(-records.height // 2))


def written_of(writing: Writing, records: pl.DataFrame, doomed: bool = False) -> tuple[pl.DataFrame, list[Refusal]]:
    """Insert and update `records` as their `_action` says.

    Returns those that went in, with their `target_id`, and the refusals. `doomed`: the records are known to hold one
    that is refused, so that there is no use in trying several at once.

    Raises:
        TargetUnavailable, MappingFault: the transaction is lost.
    """
    if records.is_empty():
        return records, []
    if not doomed or records.height == 1:
        try:
            with attempt(writing.connection, writing.job.target.mapping.target.name):
                return _write(writing, records), []
        except RowsRefused as refused:
            if records.height == 1:
                return records.clear(), [Refusal(records["_golden"].item(), refused.reason)]
    first, second = halves(records)
    written, refusals = written_of(writing, first)
    rest, more = written_of(writing, second, doomed=not refusals)
    return pl.concat([written, rest]), refusals + more


def _write(writing: Writing, records: pl.DataFrame) -> pl.DataFrame:
    inserts = records.filter(pl.col("_action") == "insert")
    updates = records.filter(pl.col("_action") == "update")
    inserts = _insert(writing, inserts)
    _update(writing, updates)
    return pl.concat([inserts, updates])


def _insert(writing: Writing, records: pl.DataFrame) -> pl.DataFrame:
    if records.is_empty():
        return records
    connection, target, entity = writing.connection, writing.job.target, writing.entity
    target_object, fields = entity.target.object, list(entity.fields)
    known = records.filter(pl.col("_former").is_not_null())
    again = known["_former"].clear()
    if not known.is_empty():
        again = insert_again(connection, target, target_object, known.select("_former", *fields))
    back = pl.col("_former").is_in(again.implode()).fill_null(value=False)
    fresh = records.filter(~back)
    ids = target.insert(connection, target_object, fresh.select(fields), entity.target.external_id)
    numbered = fresh.with_columns(pl.Series("target_id", ids, dtype=pl.String))
    return pl.concat([numbered, records.filter(back).with_columns(pl.col("_former").alias("target_id"))])


def _update(writing: Writing, records: pl.DataFrame) -> None:
    if records.is_empty():
        return
    key = writing.entity.target.id
    rows = records.select(pl.col("target_id").alias(key), *(name for name in writing.entity.fields if name != key))
    update_rows(writing.connection, writing.job.target.table(writing.entity.target.object), [key], rows)

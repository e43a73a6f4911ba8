"""Records that a run has deleted because their rows were gone from the source, when a row of theirs comes back.

Such a record keeps its lines in the crosswalk, and so its ids. To a load it is as good as unknown: it is inserted
again, under its former id where that is still free, or taken over where a person has made it anew.
"""

import polars as pl
import sqlalchemy as sa

from crm_migration.load.bulk import insert_rows, update_rows
from crm_migration.load.lines import LINE_KEY, lines_of
from crm_migration.load.target import SqlTarget

FLAGGED, DELETED = "flagged", "deleted"


def still_there(crosswalk: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition that a line's record was not deleted by a run."""
    return sa.or_(crosswalk.c.retired.is_(None), crosswalk.c.retired != DELETED)


def without_deleted(state: pl.DataFrame) -> pl.DataFrame:
    """Return the crosswalk's state of records with `_former`, the id of a deleted one, in place of its `target_id`."""
    deleted = (pl.col("retired") == DELETED).fill_null(value=False)
    return state.with_columns(
        pl.when(deleted).then("target_id").alias("_former"),
        pl.when(~deleted).then("target_id").alias("target_id"),
        pl.when(~deleted).then("fingerprint").alias("fingerprint"),
    ).drop("retired")


def insert_again(connection: sa.Connection, target: SqlTarget, target_object: str, records: pl.DataFrame) -> pl.Series:
    """Insert those of `records` (`_former`, and the target's columns) whose former id is free; return these ids."""
    key = target.primary_key(target_object)
    taken = target.read_ids(connection, target_object, [], records["_former"])["target_id"]
    back = target.returnable(connection, target_object, records["_former"])
    free = records.filter(~pl.col("_former").is_in(taken.implode()) & pl.col("_former").is_in(back.implode()))
    if not free.is_empty():
        rows = free.with_columns(pl.col("_former").alias(key)).drop("_former")
        insert_rows(connection, texts_of(target.table(target_object)), rows)
    return free["_former"]


def revive(connection: sa.Connection, target: SqlTarget, run_no: int, lines: pl.DataFrame) -> None:
    """Let the crosswalk know of deleted records that are in the target again.

    `lines` has a line a record: `stream_no`, `source_key` of its founding row, `golden_id`, `target_id`, `fingerprint`,
    `created` and `inserted_run`.
    """
    if lines.is_empty():
        return
    founding = lines.select(
        "stream_no",
        "source_key",
        "fingerprint",
        "created",
        "inserted_run",
        pl.lit(run_no).alias("changed_run"),
    )
    crosswalk = target.ledger.tables.crosswalk
    update_rows(connection, crosswalk, LINE_KEY, founding)
    new = lines.select("golden_id", "target_id", pl.lit(None, pl.String).alias("retired"))
    every = lines_of(connection, target, lines["golden_id"]).select(*LINE_KEY, "golden_id")
    update_rows(connection, crosswalk, LINE_KEY, every.join(new, on="golden_id").drop("golden_id"))


def texts_of(table: sa.Table) -> sa.Table:
    """Return `table` with every column as text, so that texts are bound as they are."""
    columns = [sa.Column(column.name, sa.Text) for column in table.columns]
    return sa.Table(table.name, sa.MetaData(), *columns, schema=table.schema)

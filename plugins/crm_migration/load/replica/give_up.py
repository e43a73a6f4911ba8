"""What the CRM refused to take: replica and crosswalk go back to what is known to be there."""

import logging
from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from crm_migration.load.bulk import drop_keys, insert_rows, key_table, update_rows
from crm_migration.load.replica.deliver import Undelivered, delete_rows
from crm_migration.load.replica.tables import STATE, THERE, ObjectTables
from crm_migration.load.retired import DELETED, FLAGGED, texts_of

if TYPE_CHECKING:
    from crm_migration.load.replica.target import ReplicaTarget

logger = logging.getLogger(__name__)

LINE = ["stream_no", "source_key"]


def give_up(target: "ReplicaTarget", refused: Iterable[Undelivered], run_no: int, token: int) -> None:
    """Let the replica hold what the CRM does, and the crosswalk know what it knew before, of refused records.

    Lines that run `run_no` drew for records which it had found in the CRM go. Nothing is given up of what was not
    deleted for ever: that is tried again.

    Raises:
        FencedOut: a newer attempt has taken over; nothing was changed.
    """
    ordered = sorted(refused, key=lambda one: (one.target_object, one.what))
    for one in ordered:
        logger.warning("%s: the CRM did not take a %s: %s", one.target_object, one.what, one.reason)
    with target.transaction() as connection:
        target.ledger.check_fence(connection, token)
        kept = [one for one in ordered if one.what != "purge"]
        for (name, what), some in groupby(kept, key=lambda one: (one.target_object, one.what)):
            group = list(some)
            tables = target.tables(name)
            ids = pl.Series(tables.identity, [one.target_id for one in group], pl.String).unique()
            _restore(connection, tables, ids)
            if what == "change":
                _forget_new_lines(connection, target, ids, run_no)
                _restore_lines(connection, target, ids)
            _restore_states(connection, target, group)


def _restore(connection: sa.Connection, tables: ObjectTables, ids: pl.Series) -> None:
    held = tables.read(connection, tables.confirmed, ids)
    there = held.filter(pl.col(STATE) == THERE).select(tables.identity, *tables.fields)
    delete_rows(connection, tables.present, tables.identity, ids)
    insert_rows(connection, texts_of(tables.present), there)


def _restore_lines(connection: sa.Connection, target: "ReplicaTarget", ids: pl.Series) -> None:
    """Put back the lines of the crosswalk that were changed with these records."""
    change = target.ledger.tables.api_change
    keys = key_table(connection, pl.DataFrame({"wanted": ids}))
    chosen = sa.select(change).where(change.c.target_id.in_(sa.select(keys.c.wanted)))
    schema = {"stream_no": pl.Int64, "source_key": pl.String, "target_id": pl.String}
    schema |= {"fingerprint": pl.Binary, "changed_run": pl.Int64}
    lines = pl.DataFrame([tuple(row) for row in connection.execute(chosen)], schema=schema, orient="row")
    if not lines.is_empty():
        update_rows(connection, target.ledger.tables.crosswalk, LINE, lines.drop("target_id"))
        connection.execute(change.delete().where(change.c.target_id.in_(sa.select(keys.c.wanted))))
    drop_keys(connection, keys)


def _forget_new_lines(connection: sa.Connection, target: "ReplicaTarget", ids: pl.Series, run_no: int) -> None:
    """Forget the rows that a run joined to these records, but for those that founded records of its own."""
    crosswalk, lineage = target.ledger.tables.crosswalk, target.ledger.tables.lineage
    keys = key_table(connection, pl.DataFrame({"wanted": ids}))
    mine = sa.and_(
        crosswalk.c.target_id.in_(sa.select(keys.c.wanted)),
        crosswalk.c.inserted_run == run_no,
        ~crosswalk.c.created,
    )
    for stream_no, source_key in connection.execute(
        sa.select(crosswalk.c.stream_no, crosswalk.c.source_key).where(mine)
    ):
        for table in (lineage, crosswalk):
            line = sa.and_(table.c.stream_no == stream_no, table.c.source_key == source_key)
            connection.execute(table.delete().where(line))
    drop_keys(connection, keys)


def _restore_states(connection: sa.Connection, target: "ReplicaTarget", group: list[Undelivered]) -> None:
    """Take back what the crosswalk says of records that were to be removed, or flagged."""
    crosswalk, stream = target.ledger.tables.crosswalk, target.ledger.tables.stream
    of_object = sa.select(stream.c.stream_no).where(stream.c.object == group[0].target_object)
    flags = target.flags(group[0].target_object)
    for one in group:
        state = DELETED if one.what == "removal" else FLAGGED if flags & set(one.fields) else None
        if state is not None:
            mine = sa.and_(
                crosswalk.c.target_id == one.target_id,
                crosswalk.c.stream_no.in_(of_object),
                crosswalk.c.retired == state,
            )
            connection.execute(crosswalk.update().where(mine).values(retired=None))

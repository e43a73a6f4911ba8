"""Inserting rows whose primary keys the target draws, and telling which it has drawn."""

import polars as pl
import sqlalchemy as sa

from crm_migration.load.bulk import insert_rows
from crm_migration.load.literals import insert_literals
from crm_migration.load.load_data import load_data

INTERLEAVED = 2


def insert_numbered(
    connection: sa.Connection, table: sa.Table, key: sa.Column[object], rows: pl.DataFrame
) -> list[str] | None:
    """Insert `rows`; return their keys in order, None where the target does not say which they are.

    MySQL and MariaDB number the rows of one INSERT without a gap, in order, and tell the first number; of a LOAD DATA
    they do so unless numbers are drawn without a lock (`innodb_autoinc_lock_mode` 2).
    """
    if rows.is_empty():
        return []
    if connection.dialect.name != "mysql" or key.autoincrement is not True:
        insert_rows(connection, table, rows)
        return None
    given = _given(connection, table, rows)
    step = int(connection.exec_driver_sql("SELECT @@auto_increment_increment").scalar() or 1)
    keys: list[str] = []
    for first, count in given:
        last = first + (count - 1) * step
        there = sa.select(sa.func.count()).select_from(key.table).where(key.between(first, last))
        # A trigger may have numbered them otherwise.
        if first == 0 or connection.scalar(there) != count:
            return None
        keys += pl.int_range(first, last + 1, step, dtype=pl.UInt64, eager=True).cast(pl.String).to_list()
    return keys


def _given(connection: sa.Connection, table: sa.Table, rows: pl.DataFrame) -> list[tuple[int, int]]:
    """Insert `rows`; return as `insert_literals` does."""
    locked = int(connection.exec_driver_sql("SELECT @@innodb_autoinc_lock_mode").scalar() or 0) < INTERLEAVED
    if locked and load_data(connection, table, rows):
        return [(int(connection.exec_driver_sql("SELECT LAST_INSERT_ID()").scalar() or 0), rows.height)]
    return insert_literals(connection, table, rows)

"""The rows that a suite judges: one SELECT on one connection, with the records of the selection beside it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import polars as pl
import pymysql
import sqlalchemy as sa

from crm_migration.clean.types import polars_type
from crm_migration.load.bulk import insert_rows, typed_table
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.fields import File
from crm_migration.mapping.model import Entity, TextBase
from crm_migration.validate.accuracy import ReadBack
from crm_migration.validate.loaded import target_ids
from crm_migration.validate.suites import LENGTH_PREFIX

READ_ONLY = {
    "postgresql": "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "mysql": "SET SESSION TRANSACTION READ ONLY",
    "sqlite": "PRAGMA query_only = ON",
}


@dataclass(frozen=True)
class Batch:
    """A SELECT over the target's rows that are to be judged, and the raw connection that can run it."""

    query: str
    connection: Any
    drivername: str


@contextmanager
def batch_of(found: ReadBack) -> Iterator[Batch]:
    """Yield the rows of the selection that the load answers for, on a read-only connection of its own.

    The whole table where every row of it is such a row, else those that a temporary table lists.
    """
    target, entity = found.selection.scope.target, found.entity
    listed = None
    with _lone_connection(target) as (raw, engine):
        if found.aside.any() or int(found.present.sum()) != target.count(entity.target.object):
            listed = _listed(engine, target, found)
        with engine.connect() as connection:
            connection.exec_driver_sql(READ_ONLY[target.dialect])
            connection.commit()
        yield Batch(_query(target, entity, listed), raw, target.engine.url.drivername)


@contextmanager
def whole_table(target: SqlTarget, entity: Entity) -> Iterator[Batch]:
    """Yield every row of the entity's table, whoever made it, on a read-only connection of its own."""
    with _lone_connection(target) as (raw, engine):
        with engine.connect() as connection:
            connection.exec_driver_sql(READ_ONLY[target.dialect])
            connection.commit()
        yield Batch(_query(target, entity, None), raw, target.engine.url.drivername)


@contextmanager
def _lone_connection(target: SqlTarget) -> Iterator[tuple[Any, sa.Engine]]:
    """Yield a connection outside the target's pool, raw and as an engine: temporary tables belong to a connection."""
    borrowed = target.engine.raw_connection()
    raw: Any = borrowed.dbapi_connection
    borrowed.detach()
    engine = sa.create_engine(
        f"{target.engine.url.drivername}://", creator=lambda: raw, poolclass=sa.StaticPool, hide_parameters=True
    )
    try:
        yield raw, engine
    finally:
        # Whoever was handed the connection may have closed it; only PyMySQL minds a second time.
        with suppress(pymysql.MySQLError):
            raw.close()


def _listed(engine: sa.Engine, target: SqlTarget, found: ReadBack) -> sa.Table:
    """Return a temporary table, filled with the primary keys of the records to judge."""
    key = target.table(found.entity.target.object).c[found.entity.target.id]
    with engine.begin() as connection:
        listed = typed_table(connection, key.table, [key.name], pl.DataFrame(schema={key.name: pl.String}))
        as_text = sa.Table(listed.name, sa.MetaData(), sa.Column(key.name, sa.Text))
        for frame in target_ids(found.selection):
            at = found.selection.positions(frame["_golden"])
            judged = (at >= 0) & found.present[at] & ~found.aside[at]
            insert_rows(
                connection, as_text, frame.filter(pl.Series(judged)).select(pl.col("_target_id").alias(key.name))
            )
    return listed


def _query(target: SqlTarget, entity: Entity, listed: sa.Table | None) -> str:
    table = target.table(entity.target.object)
    chosen = sa.select(*_columns(target, entity, table)).select_from(table)
    if listed is not None:
        chosen = chosen.where(table.c[entity.target.id].in_(sa.select(*listed.columns)))
    # Great Expectations reads the text as a statement with `:name` parameters and doubles `%` itself.
    dialect: Any = type(target.engine.dialect)
    return str(chosen.compile(dialect=dialect(paramstyle="named"))).replace(":", "\\:")


def _columns(target: SqlTarget, entity: Entity, table: sa.Table) -> Iterator[sa.ColumnElement[Any]]:
    for column in table.columns:
        spec = entity.fields.get(column.name)
        if spec is None or not isinstance(polars_type(spec), pl.String):
            yield column
            continue
        if isinstance(spec, File):
            yield target.printed(entity.target.object, column.name)
            continue
        yield _text(column, target.dialect).label(column.name)
        if target.dialect == "mysql" and isinstance(spec, TextBase):
            yield sa.func.char_length(column).label(LENGTH_PREFIX + column.name)


def _text(column: sa.Column[Any], dialect: str) -> sa.ColumnElement[Any]:
    """Return the column as text that is compared byte for byte, whatever the column's type and collation."""
    if dialect == "mysql":
        return sa.collate(sa.func.convert(column.op("USING")(sa.literal_column("utf8mb4"))), "utf8mb4_bin")
    plain = isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum)
    return column if plain else sa.cast(column, sa.Text)

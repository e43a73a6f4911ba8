"""Reads any supported database back as exact text, and opens engines for it.

What "exact" means for a database stands at the top of its module: postgresql, mysql, sqlite, other_database.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from typing import Final

import polars as pl
import sqlalchemy as sa
from pymysql.constants import CLIENT

from crm_migration.errors import MappingFault
from crm_migration.extract.mysql import MySQL
from crm_migration.extract.other_database import OtherDatabase
from crm_migration.extract.postgresql import PostgreSQL
from crm_migration.extract.printing import (
    AnyColumn,
    Dialect,
    Frames,
    TextSelect,
    plain_select,
    quoted_column,
    regroup,
)
from crm_migration.extract.source import BATCH_ROWS
from crm_migration.extract.sqlite import SQLite

DRIVERS: Final = {
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "sqlite": "sqlite",
    "mssql": "mssql+pymssql",
    "oracle": "oracle+oracledb",
}
DIALECTS: Final[dict[str, Dialect]] = {
    "postgresql": PostgreSQL(),
    "mysql": MySQL(),
    "mariadb": MySQL(),
    "sqlite": SQLite(),
    "mssql": OtherDatabase(),
    "oracle": OtherDatabase(),
}
CONNECT_SECONDS = "15"
TIMEOUTS: Final = {
    "postgresql": "connect_timeout",
    "mysql": "connect_timeout",
    "mariadb": "connect_timeout",
    "mssql": "login_timeout",
}
ENCODING: Final = {
    "postgresql": {"client_encoding": "utf8"},
    "mysql": {"charset": "utf8mb4"},
    "mariadb": {"charset": "utf8mb4"},
}


def engine_for(url: str, *, load_data: bool = False) -> sa.Engine:
    """Return an engine for `url` with the driver that this package uses, whose errors show no row values.

    With `load_data`, a MySQL or MariaDB server may be sent rows as if they were a file (`load.load_data`).

    Raises:
        MappingFault: the URL cannot be read, or names a database that is not supported.
    """
    try:
        parsed = sa.make_url(url)
        kind = parsed.get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        # Not chained: the URL that SQLAlchemy would quote holds a password.
        raise MappingFault("expected a database URL such as postgresql://user@host/name; edit the connection") from None
    if kind not in DRIVERS:
        raise MappingFault(
            f"expected a {', '.join(sorted(DRIVERS))} database, found {kind!r}; name another connection in the mapping"
        )
    defaults = {TIMEOUTS[kind]: CONNECT_SECONDS} if kind in TIMEOUTS else {}
    # SQLAlchemy adds a flag of its own to this one.
    flags = {"client_flag": str(CLIENT.LOCAL_FILES)} if load_data and DRIVERS[kind].startswith("mysql") else {}
    full = parsed.set(drivername=DRIVERS[kind]).update_query_dict(
        {**defaults, **parsed.query, **ENCODING.get(kind, {}), **flags}
    )
    try:
        return sa.create_engine(full, hide_parameters=True)
    except ModuleNotFoundError as missing:
        raise MappingFault(
            f"expected the driver {missing.name} for a {kind} database, found none; install it beside crm-migration"
        ) from None


def dialect_of(connection: sa.Connection) -> Dialect:
    """Return how the connection's database is asked for text."""
    return DIALECTS[connection.dialect.name]


def read_text(
    bind: sa.Engine | sa.Connection,
    source: sa.FromClause,
    columns: Sequence[str | AnyColumn],
    where: sa.ColumnElement[bool] | None = None,
    order: Sequence[AnyColumn] | None = None,
) -> Iterator[pl.DataFrame]:
    """Yield `columns` of the chosen rows of a table or join as exact text, at most BATCH_ROWS rows a frame.

    Columns are named as given (`label` an expression to name it). At least one frame is yielded, empty when no
    row is found. One statement reads one snapshot. A connection is read inside its transaction and must not be
    used for anything else before the iterator is exhausted or closed; an engine lends connections of its own.

    Raises:
        sqlalchemy.exc.DBAPIError, psycopg.Error, pymysql.MySQLError: the database failed; nothing is hidden
            or repeated. For the caller to classify.
    """
    asked, names = text_select(source, columns, where, order)
    if isinstance(bind, sa.Connection):
        yield from _read(bind, asked, names)
        return
    with bind.connect() as connection:
        yield from read_alone(connection, asked, names)


def text_select(
    source: sa.FromClause,
    columns: Sequence[str | AnyColumn],
    where: sa.ColumnElement[bool] | None = None,
    order: Sequence[AnyColumn] | None = None,
) -> tuple[TextSelect, list[str]]:
    """Return what `read_text` asks for, and the names of its columns; `read_alone` takes it with other settings."""
    heavy = any(_may_be_heavy(source.c.get(one) if isinstance(one, str) else one) for one in columns)
    chosen = tuple(_element(source, column) for column in columns)
    names = [column if isinstance(column, str) else column.name for column in columns]
    return TextSelect(source, chosen, (), where, tuple(order or ()), BATCH_ROWS, heavy), names


def read_alone(connection: sa.Connection, asked: TextSelect, names: Sequence[str]) -> Iterator[pl.DataFrame]:
    """Yield what is asked for through a connection that serves nothing else.

    Closing the iterator early drops the connection instead of reading the rest of the answer.
    """
    with closing(_read(connection, asked, names)) as frames:
        try:
            # Not `yield from`, which would close the inner iterator, and so read the rest, first.
            for frame in frames:
                yield frame
                # A frame may be large: it is not kept while the next one is fetched.
                del frame
        except GeneratorExit:
            connection.invalidate()
            raise


def _read(connection: sa.Connection, asked: TextSelect, names: Sequence[str]) -> Frames:
    dialect = dialect_of(connection)
    with dialect.session(connection):
        if not asked.kinds:
            select = plain_select(asked.source, asked.columns, asked.where)
            asked = replace(asked, kinds=dialect.kinds(connection, select))
        with closing(dialect.frames(connection, asked)) as frames:
            yield from regroup(frames, names, asked.batch_rows, asked.frame_bytes)


def _may_be_heavy(column: AnyColumn | None) -> bool:
    """Return whether a column holds bytes of any length."""
    kind = None if column is None else column.type
    return isinstance(kind, sa.LargeBinary) and kind.length is None


def _element(source: sa.FromClause, column: str | AnyColumn) -> AnyColumn:
    """Return the column without the Python type that SQLAlchemy may have reflected for it."""
    if not isinstance(column, str):
        named = column.element if isinstance(column, sa.Label) else column
    elif isinstance(source, sa.Table):
        named = source.c[column]
    else:
        named = quoted_column(column)
    return sa.type_coerce(named, sa.types.NULLTYPE)

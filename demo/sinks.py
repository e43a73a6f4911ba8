"""Where the generated rows go: PostgreSQL by COPY, MariaDB by LOAD DATA, SQLite by prepared inserts."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl
import pymysql
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, sqlite

from demo.schema import METADATA

if TYPE_CHECKING:
    import psycopg

_NULL = "NULL"
_LOCAL_INFILE_REFUSED = {1148, 2068, 3948, 4166}


class Sink(Protocol):
    """Takes rows for the legacy CRM's tables."""

    def write(self, table: str, rows: pl.DataFrame) -> None:
        """Append the rows to the table."""

    def commit(self) -> None:
        """Make all rows durable."""


def _csv(rows: pl.DataFrame) -> str:
    """Return CSV in which every text is quoted, so that a bare NULL is a null and an empty text is not."""
    return rows.write_csv(include_header=False, null_value=_NULL, quote_style="non_numeric")


def _names(rows: pl.DataFrame, quote: str) -> str:
    return ", ".join(f"{quote}{name}{quote}" for name in rows.columns)


def _insert_command(table: str, dialect: sa.Dialect) -> str:
    """Return the INSERT of one row, a place for each of the table's columns in their order."""
    return str(sa.insert(METADATA.tables[table]).compile(dialect=dialect))


def _in_order(table: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with the columns in the table's order."""
    return rows.select(METADATA.tables[table].columns.keys())


class _PostgreSQL:
    def __init__(self, connection: "psycopg.Connection[Any]") -> None:
        self._connection = connection

    def write(self, table: str, rows: pl.DataFrame) -> None:
        command = f"COPY \"{table}\" ({_names(rows, chr(34))}) FROM STDIN (FORMAT csv, NULL '{_NULL}')"
        with self._connection.cursor() as cursor, cursor.copy(command.encode()) as copy:
            copy.write(_csv(rows))

    def commit(self) -> None:
        self._connection.commit()


class _MariaDB:
    def __init__(self, connection: "pymysql.connections.Connection[Any]") -> None:
        self._connection = connection
        self._load = self._load_file
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION sql_mode = 'STRICT_ALL_TABLES', unique_checks = 0, foreign_key_checks = 0")

    def write(self, table: str, rows: pl.DataFrame) -> None:
        try:
            self._load(table, rows)
        except pymysql.err.MySQLError as refused:
            if self._load == self._insert or refused.args[0] not in _LOCAL_INFILE_REFUSED:
                raise
            self._load = self._insert
            self._load(table, rows)
        self._connection.commit()

    def _load_file(self, table: str, rows: pl.DataFrame) -> None:
        with tempfile.NamedTemporaryFile("w", encoding="utf-8", newline="", suffix=".csv") as file:
            file.write(_csv(rows))
            file.flush()
            with self._connection.cursor() as cursor:
                cursor.execute(
                    f"LOAD DATA LOCAL INFILE '{file.name}' INTO TABLE `{table}` CHARACTER SET utf8mb4"
                    " FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY ''"
                    f" LINES TERMINATED BY '\\n' ({_names(rows, '`')})"
                )
                cursor.execute("SHOW WARNINGS")
                if warning := cursor.fetchone():
                    raise RuntimeError(f"{table}: the server changed a value: {warning}")

    def _insert(self, table: str, rows: pl.DataFrame) -> None:
        with self._connection.cursor() as cursor:
            command = _insert_command(table, mysql.dialect(paramstyle="format"))
            cursor.executemany(command, _in_order(table, rows).rows())

    def commit(self) -> None:
        self._connection.commit()


class _SQLite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._connection.execute("PRAGMA synchronous = OFF")

    def write(self, table: str, rows: pl.DataFrame) -> None:
        command = _insert_command(table, sqlite.dialect())
        self._connection.executemany(command, _in_order(table, rows).iter_rows())

    def commit(self) -> None:
        self._connection.commit()


_SINKS: dict[str, tuple[str, dict[str, Any], Any]] = {
    "postgresql": ("postgresql+psycopg", {}, _PostgreSQL),
    "mysql": ("mysql+pymysql", {"local_infile": True}, _MariaDB),
    "mariadb": ("mariadb+pymysql", {"local_infile": True}, _MariaDB),
    "sqlite": ("sqlite+pysqlite", {}, _SQLite),
}


def connect(url: str) -> sa.Engine:
    """Return an engine on the database, with the driver that this package writes through.

    Raises:
        ValueError: the URL names no database that the demo can write.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() not in _SINKS:
        raise ValueError(f"URL: expected one of {sorted(_SINKS)}, found {parsed.get_backend_name()!r}")
    driver, options, _ = _SINKS[parsed.get_backend_name()]
    return sa.create_engine(parsed.set(drivername=driver), connect_args=options, poolclass=sa.NullPool)


@contextmanager
def opened(url: str) -> Iterator[Sink]:
    """Create the legacy CRM's tables, yield a sink for their rows, then commit and build the indexes.

    Raises:
        ValueError: a table of that name exists already; nothing has been changed.
    """
    engine = connect(url)
    taken = sorted(set(sa.inspect(engine).get_table_names()) & set(METADATA.tables))
    if taken:
        raise ValueError(f"{engine.url!r}: expected a database without the legacy CRM's tables, found {taken}")
    with engine.begin() as changes:
        for table in METADATA.sorted_tables:
            changes.execute(sa.schema.CreateTable(table))
    with closing(engine.raw_connection()) as connection:
        sink: Sink = _SINKS[engine.url.get_backend_name()][2](connection.driver_connection)
        yield sink
        sink.commit()
    with engine.begin() as changes:
        for index in (index for table in METADATA.sorted_tables for index in table.indexes):
            changes.execute(sa.schema.CreateIndex(index))
    engine.dispose()

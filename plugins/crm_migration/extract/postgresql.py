"""PostgreSQL as a source of exact text.

Every column is printed by its own type's output function, booleans as `true` and `false`, bytea as lower-case hex;
char(n) loses its padding, which SQL does not count as part of the value. The session's TimeZone is UTC and DateStyle
ISO: a `timestamp with time zone` prints with its offset (`2026-03-01 08:30:00+00`), a `timestamp` without one, as
stored. Reals print with the fewest digits that read back as the same number.

Rows arrive through COPY … TO STDOUT; one statement reads one snapshot.
"""

import uuid
from collections.abc import Generator
from contextlib import AbstractContextManager, closing
from typing import Any, Final

import psycopg
import sqlalchemy as sa

from crm_migration.extract.postgresql_copy import copy_out
from crm_migration.extract.printing import (
    AnyColumn,
    AnyResult,
    AnySelect,
    Frames,
    Kind,
    TextSelect,
    description,
    holding,
    named_rows,
)

SETTINGS = {
    "TimeZone": "UTC",
    "DateStyle": "ISO, MDY",
    "IntervalStyle": "postgres",
    "extra_float_digits": "1",
    "client_encoding": "UTF8",
}
KINDS: Final[dict[int, Kind]] = {
    16: "boolean",
    17: "bytes",
    **dict.fromkeys((18, 19, 25, 1042, 1043), "text"),
    **dict.fromkeys((20, 21, 23, 26, 700, 701, 1700), "number"),
    1082: "day",
    1114: "naive",
    1184: "aware",
}
"""Kind by type oid, as listed in PostgreSQL's pg_type.dat; a domain is described by its base type."""

COLUMNS = sa.text(
    "SELECT attname, format_type(atttypid, atttypmod) FROM pg_catalog.pg_attribute"
    " WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)


class PostgreSQL:
    """Prints columns of a PostgreSQL database."""

    def session(self, connection: sa.Connection) -> AbstractContextManager[None]:
        """Have the session print in UTC, ISO and full digits."""
        return holding(connection, SETTINGS, "current_setting('{name}')", "SELECT set_config('{name}', :value, false)")

    def protect(self, connection: sa.Connection) -> None:
        """Forbid this connection to write."""
        connection.execute(sa.text("SET TRANSACTION READ ONLY"))

    def kinds(self, connection: sa.Connection, select: AnySelect) -> tuple[Kind, ...]:
        """Return the kind of each selected column, by its type."""
        with connection.execute(select.limit(0)) as result:
            return tuple(KINDS.get(column[1], "other") for column in description(result))

    def names(self, connection: sa.Connection, table: str, schema: str | None) -> dict[str, str]:
        """Return the columns of the table, view or foreign table with their types."""
        # Not the dialect's quoting: it doubles % signs, and here the name travels as a value.
        name = ".".join('"' + part.replace('"', '""') + '"' for part in (schema, table) if part)
        return {str(column): str(kind) for column, kind in connection.execute(COLUMNS, {"name": name})}

    def offered(self, result: AnyResult) -> dict[str, str]:
        """Return the query's columns with their types."""
        return {column[0]: getattr(column, "type_display", "") for column in description(result)}

    def frames(self, connection: sa.Connection, select: TextSelect) -> Frames:
        """Yield the selected rows as text."""
        if select.naming:
            with closing(_rows(connection, select)) as rows:
                yield from named_rows(rows, select)
            return
        printed = [_printed(column, kind) for column, kind in zip(select.columns, select.kinds, strict=True)]
        statement = select.statement(printed)
        driver = connection.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise TypeError("expected a connection over psycopg 3; make its engine with engine_for")
        text = _literal(connection, driver, statement)
        yield from copy_out(driver, text, len(printed), select.chunk_rows, select.frame_bytes)


def _rows(connection: sa.Connection, select: TextSelect) -> Generator[tuple[Any, ...], None, None]:
    """Yield the rows one by one through a cursor of the server, the columns to be named as bytes."""
    printed = [
        column if at in select.naming else sa.cast(_printed(column, kind), sa.Text)
        for at, (column, kind) in enumerate(zip(select.columns, select.kinds, strict=True))
    ]
    driver = connection.connection.driver_connection
    if not isinstance(driver, psycopg.Connection):
        raise TypeError("expected a connection over psycopg 3; make its engine with engine_for")
    with driver.cursor(name=f"crm_files_{uuid.uuid4().hex[:10]}") as cursor:
        cursor.execute(_literal(connection, driver, select.statement(printed)).encode(), binary=True)
        while (row := cursor.fetchone()) is not None:
            yield row
            del row


def _printed(column: AnyColumn, kind: Kind) -> AnyColumn:
    if kind == "bytes":
        return sa.func.encode(column, sa.literal_column("'hex'"))
    if kind in ("boolean", "text"):
        return sa.cast(column, sa.Text)
    return sa.type_coerce(column, sa.types.NULLTYPE)


def _literal(connection: sa.Connection, driver: "psycopg.Connection[Any]", statement: AnySelect) -> str:
    """Return the statement with its values quoted by the driver: COPY takes no parameters of its own."""
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    with psycopg.ClientCursor(driver) as cursor:
        return cursor.mogrify(str(compiled), compiled.params)

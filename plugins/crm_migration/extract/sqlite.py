"""SQLite as a source of exact text.

SQLite types values, not columns: each value is printed by its own type. Text is taken as it is, integers and
NULL as SQLite prints them, blobs as lower-case hex. SQLite 3 prints reals with 15 digits, which changes them,
so reals are printed with the fewest digits that read back as the same real. SQLite keeps no time zone and no
moments: dates are whatever text or number the application stored.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from crm_migration.extract.printing import (
    AnyColumn,
    AnyResult,
    AnySelect,
    Frames,
    Kind,
    TextSelect,
    named_rows,
    stream,
    text_schema,
)

PRINT_REAL = "crm_print_real"


class SQLite:
    """Prints columns of an SQLite database."""

    @contextmanager
    def session(self, connection: sa.Connection) -> Iterator[None]:
        """Lend the connection a function that prints a real exactly."""
        driver: Any = connection.connection.driver_connection
        driver.create_function(PRINT_REAL, 1, repr, deterministic=True)
        yield

    def protect(self, connection: sa.Connection) -> None:
        """Forbid this connection to write."""
        connection.execute(sa.text("PRAGMA query_only = ON"))

    def kinds(self, connection: sa.Connection, select: AnySelect) -> tuple[Kind, ...]:
        """Return `text` for every column: what a value is, only the value knows."""
        connection.execute(select.limit(0)).close()
        return tuple("text" for _ in select.selected_columns)

    def names(self, connection: sa.Connection, table: str, schema: str | None) -> dict[str, str]:
        """Return the table's columns with the types written in its CREATE TABLE."""
        info = sa.func.pragma_table_xinfo(table, schema or "main").table_valued("name", "type")
        found = connection.execute(sa.select(info.c.name, info.c.type))
        return {str(name): str(kind).lower() for name, kind in found}

    def offered(self, result: AnyResult) -> dict[str, str]:
        """Return the query's columns; SQLite tells no types of them."""
        return dict.fromkeys(result.keys(), "")

    def frames(self, connection: sa.Connection, select: TextSelect) -> Frames:
        """Yield the selected rows as text."""
        if select.naming:
            yield from named_rows(_rows(connection, select), select)
            return
        statement = select.statement([_printed(column) for column in select.columns])
        yield from stream(connection, statement, text_schema(len(select.columns)), select.fetched_rows)


def _rows(connection: sa.Connection, select: TextSelect) -> Iterator[tuple[Any, ...]]:
    """Yield the rows one by one, the columns to be named as bytes."""
    printed = [column if at in select.naming else _printed(column) for at, column in enumerate(select.columns)]
    with connection.execute(select.statement(printed)) as result:
        while (row := result.fetchone()) is not None:
            yield tuple(row)
            del row


def _printed(column: AnyColumn) -> AnyColumn:
    kind = sa.func.typeof(column)
    return sa.case(
        (kind == "blob", sa.func.lower(sa.func.hex(column))),
        (kind == "real", getattr(sa.func, PRINT_REAL)(column)),
        else_=sa.cast(column, sa.Text),
    )

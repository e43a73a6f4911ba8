"""Databases whose driver hands out Python values: Microsoft SQL Server (pymssql) and Oracle (python-oracledb, thin).

Each value is printed by its Python type: Decimal and int in full digits, float with the fewest digits that read back
as the same one, moments as ISO, bytes as lower-case hex, booleans as 1 and 0. A moment with a zone is asked for in UTC
and printed with +00. What these databases answer has not been run against a server in this project's tests; the
printing, the streaming and the SQL have.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time
from typing import Any, Final

import polars as pl
import sqlalchemy as sa

from crm_migration.extract.printing import (
    AnyColumn,
    AnyResult,
    AnySelect,
    Frames,
    Kind,
    TextSelect,
    description,
    named,
    text_schema,
)

MSSQL_CODES: Final[dict[int, Kind]] = {1: "text", 2: "bytes", 3: "number", 4: "naive", 5: "number"}
"""Type codes of pymssql: STRING, BINARY, NUMBER, DATETIME, DECIMAL."""
ORACLE_CODES: Final[dict[str, Kind]] = {
    "DB_TYPE_TIMESTAMP_TZ": "aware",
    "DB_TYPE_TIMESTAMP_LTZ": "aware",
    "DB_TYPE_TIMESTAMP": "naive",
    "DB_TYPE_DATE": "naive",
    "DB_TYPE_NUMBER": "number",
    "DB_TYPE_RAW": "bytes",
    "DB_TYPE_BLOB": "bytes",
}
READ_ONLY: Final = {"oracle": "SET TRANSACTION READ ONLY"}


class OtherDatabase:
    """Prints columns of a database by way of its driver's Python values."""

    @contextmanager
    def session(self, connection: sa.Connection) -> Iterator[None]:  # noqa: ARG002 the same for every dialect
        """Change nothing: what is printed does not hang on the session."""
        yield

    def protect(self, connection: sa.Connection) -> None:
        """Forbid the connection to write where the database can; SQL Server cannot: use a login that may only read."""
        if connection.dialect.name in READ_ONLY:
            connection.execute(sa.text(READ_ONLY[connection.dialect.name]))

    def kinds(self, connection: sa.Connection, select: AnySelect) -> tuple[Kind, ...]:
        """Return the kind of each column as far as the driver tells."""
        with connection.execute(select.where(sa.false())) as result:
            return tuple(_kind(column[1]) for column in description(result))

    def names(self, connection: sa.Connection, table: str, schema: str | None) -> dict[str, str]:
        """Return the table's columns with their declared types."""
        with suppress(sa.exc.NoSuchTableError):
            found = sa.inspect(connection).get_columns(table, schema)
            return {str(column["name"]): str(column["type"]).lower() for column in found}
        return {}

    def offered(self, result: AnyResult) -> dict[str, str]:
        """Return the query's columns; the drivers tell kinds of them, not types."""
        return dict.fromkeys(result.keys(), "")

    def frames(self, connection: sa.Connection, select: TextSelect) -> Frames:
        """Yield the selected rows as text."""
        printed = [_asked(column, kind, connection.dialect.name) for column, kind in _kinds(select)]
        zoned = [kind == "aware" for _column, kind in _kinds(select)]
        options = {"stream_results": True, "max_row_buffer": select.fetched_rows}
        with connection.execute(select.statement(printed), execution_options=options) as result:
            for part in result.partitions(select.fetched_rows):
                rows = [tuple(map(_text, named(row, select), zoned)) for row in part]
                yield pl.DataFrame(rows, schema=text_schema(len(printed)), orient="row")


def _kinds(select: TextSelect) -> list[tuple[AnyColumn, Kind]]:
    return list(zip(select.columns, select.kinds, strict=True))


def _kind(code: Any) -> Kind:
    if isinstance(code, int):
        return MSSQL_CODES.get(code, "other")
    return ORACLE_CODES.get(getattr(code, "name", ""), "text")


def _asked(column: AnyColumn, kind: Kind, dialect: str) -> AnyColumn:
    """Return a column as the database is asked for it: moments with a zone in UTC."""
    if kind == "aware" and dialect == "oracle":
        return sa.func.sys_extract_utc(column)
    return column


def _text(value: Any, zoned: bool) -> str | None:
    """Return a driver's value as exact text."""
    for kind, printed in PRINTERS.items():
        if isinstance(value, kind):
            text = printed(value)
            return f"{text}+00" if zoned and isinstance(value, datetime) and value.tzinfo is None else text
    return None if value is None else str(value)


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat(" ")
    return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(' ')}+00"


PRINTERS: Final[dict[type, Callable[[Any], str]]] = {
    str: str,
    bool: lambda value: "1" if value else "0",
    float: repr,
    datetime: _moment,
    date: date.isoformat,
    time: time.isoformat,
    bytes: bytes.hex,
}

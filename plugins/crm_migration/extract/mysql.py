"""MySQL and MariaDB as a source of exact text.

Text columns arrive as they are, in utf8mb4; numbers, dates and the rest as CAST(… AS CHAR) prints them: zero
dates as `0000-00-00`, tinyint(1) as 0 and 1, decimals and doubles in full. Where that is not exact or not
text: FLOAT, which prints six digits, gets the fewest digits that read back as the same number; BIT prints as
a whole number; binary columns arrive as bytes and become lower-case hex here, because HEX() gives NULL
beyond max_allowed_packet.

The session's zone is UTC. A TIMESTAMP, which MySQL stores in UTC, prints with its offset
(`2026-03-01 08:30:00+00:00`), so that nobody can take it for a time in the source's zone; a DATETIME carries
no zone and prints as stored.

Rows come through PyMySQL's unbuffered cursor, decoded by mysql_packets; one statement reads one snapshot.
"""

import struct
from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from decimal import Decimal
from typing import Any, Final

import polars as pl
import pymysql
import sqlalchemy as sa
from pymysql.constants import CR, FIELD_TYPE

from crm_migration.extract.mysql_packets import PacketCursor, frames_of
from crm_migration.extract.printing import (
    AnyColumn,
    AnyResult,
    AnySelect,
    Frames,
    Kind,
    TextSelect,
    description,
    holding,
    named_column,
)

SETTINGS: Final[dict[str, str | int]] = {
    "time_zone": "+00:00",
    "group_concat_max_len": 1024 * 1024 * 1024,
    "net_write_timeout": 600,
}
"""UTC; GROUP_CONCAT would cut at 1,024 bytes without an error; a writer may pause while a part is stored."""

NUMBERS = ("DECIMAL", "NEWDECIMAL", "TINY", "SHORT", "LONG", "LONGLONG", "INT24", "DOUBLE", "YEAR")
STRINGS = ("VARCHAR", "VAR_STRING", "STRING", "ENUM", "SET", "TINY_BLOB", "BLOB", "MEDIUM_BLOB", "LONG_BLOB")
KINDS: Final[dict[int, Kind]] = {
    **dict.fromkeys((getattr(FIELD_TYPE, name) for name in NUMBERS), "number"),
    **dict.fromkeys((getattr(FIELD_TYPE, name) for name in STRINGS), "text"),
    **dict.fromkeys((FIELD_TYPE.DATE, FIELD_TYPE.NEWDATE), "day"),
    FIELD_TYPE.DATETIME: "naive",
    FIELD_TYPE.TIMESTAMP: "aware",
    FIELD_TYPE.FLOAT: "single",
    FIELD_TYPE.BIT: "bits",
    FIELD_TYPE.GEOMETRY: "shape",
}
TYPE_NAMES = {code: name.lower() for name, code in vars(FIELD_TYPE).items() if name.isupper()}

COLUMNS = sa.text(
    "SELECT column_name, column_type FROM information_schema.columns"
    " WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :name ORDER BY ordinal_position"
)


class MySQL:
    """Prints columns of a MySQL or MariaDB database."""

    def session(self, connection: sa.Connection) -> AbstractContextManager[None]:
        """Have the session print in UTC, and keep long answers whole."""
        return holding(connection, SETTINGS, "@@SESSION.{name}", "SET SESSION {name} = :value")

    def protect(self, connection: sa.Connection) -> None:
        """Forbid this connection to write."""
        connection.execute(sa.text("SET SESSION TRANSACTION READ ONLY"))

    def kinds(self, connection: sa.Connection, select: AnySelect) -> tuple[Kind, ...]:
        """Return the kind of each selected column, by its type and, for strings, whether it has a character set."""
        with closing(PacketCursor(_driver(connection))) as cursor:
            cursor.execute(*_spoken(connection, select.limit(0)))
            return tuple(
                "bytes" if is_binary and KINDS.get(code) == "text" else KINDS.get(code, "other")
                for code, is_binary in cursor.types()
            )

    def names(self, connection: sa.Connection, table: str, schema: str | None) -> dict[str, str]:
        """Return the columns of the table or view with their types."""
        found = connection.execute(COLUMNS, {"schema": schema, "name": table})
        return {str(name): str(kind) for name, kind in found}

    def offered(self, result: AnyResult) -> dict[str, str]:
        """Return the query's columns with their types, without lengths."""
        return {str(name): TYPE_NAMES.get(code, "") for name, code, *_ in description(result)}

    def frames(self, connection: sa.Connection, select: TextSelect) -> Frames:
        """Yield the selected rows as text."""
        printed = [_printed(column, kind) for column, kind in zip(select.columns, select.kinds, strict=True)]
        statement = select.statement(printed)
        binary = [kind == "bytes" for kind in select.kinds]
        with closing(_rows(connection, statement, binary, select.chunk_rows)) as found:
            for frame in found:
                yield _finished(_named(frame, select) if select.naming else frame, select.kinds)
                del frame


def _named(frame: pl.DataFrame, select: TextSelect) -> pl.DataFrame:
    """Return a frame with files named, in memory of its own: its other columns would keep the bytes they came with."""
    frame = frame.with_columns(named_column(frame[f"c{at}"], name) for at, name in select.naming.items())
    return pl.DataFrame(frame.rows(), schema=frame.schema, orient="row")


def _rows(connection: sa.Connection, statement: AnySelect, binary: Sequence[bool], rows: int) -> Frames:
    with closing(PacketCursor(_driver(connection))) as cursor:
        try:
            cursor.execute(*_spoken(connection, statement))
            yield from frames_of(cursor.unread(), binary, rows)
        except pymysql.err.OperationalError as failure:
            if failure.args[0] == CR.CR_SERVER_LOST:
                connection.invalidate()
            raise


def _driver(connection: sa.Connection) -> "pymysql.Connection[Any]":
    driver = connection.connection.driver_connection
    if not isinstance(driver, pymysql.Connection):
        raise TypeError("expected a connection over PyMySQL; make its engine with engine_for")
    return driver


def _spoken(connection: sa.Connection, statement: AnySelect) -> tuple[str, dict[str, Any]]:
    """Return the statement as the driver takes it, with its parameters."""
    compiled = statement.compile(dialect=connection.dialect, compile_kwargs={"render_postcompile": True})
    return str(compiled), dict(compiled.params)


def _printed(column: AnyColumn, kind: Kind) -> AnyColumn:
    text: AnyColumn = sa.cast(column, sa.CHAR)
    if kind in ("text", "bytes"):
        return sa.type_coerce(column, sa.types.NULLTYPE)
    if kind == "single":
        return sa.cast(column + sa.literal_column("0e0"), sa.CHAR)
    if kind == "bits":
        return sa.cast(column + sa.literal_column("0"), sa.CHAR)
    if kind == "shape":
        return sa.func.lower(sa.func.hex(column))
    return text


def _finished(frame: pl.DataFrame, kinds: Sequence[Kind]) -> pl.DataFrame:
    finished: list[pl.Expr] = []
    for name, kind in zip(frame.columns, kinds, strict=True):
        if kind == "bytes" and frame.schema[name] == pl.Binary:
            finished.append(pl.col(name).bin.encode("hex"))
        elif kind == "aware":
            zero = pl.col(name).str.starts_with("0000-00-00")
            finished.append(pl.when(zero).then(name).otherwise(pl.col(name) + "+00:00").alias(name))
        elif kind == "single":
            finished.append(pl.lit(pl.Series(name, map(_single, frame[name]), dtype=pl.String)))
    return frame.with_columns(finished)


def _single(text: str | None) -> str | None:
    """Return a number of single precision, printed as a double, with the fewest digits that still tell it."""
    if text is None:
        return None
    exact = struct.pack("f", float(text))
    tries = (f"{float(text):.{digits}g}" for digits in range(6, 10))
    return format(Decimal(next(short for short in tries if struct.pack("f", float(short)) == exact)), "f")

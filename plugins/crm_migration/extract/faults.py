"""What a database's error means to the person who must act, without the values that it may quote."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import polars as pl
import psycopg
import pyarrow as pa
import pymysql
import sqlalchemy as sa

from crm_migration.errors import MappingFault, MigrationError, SourceUnavailable, SourceUnreadable

RETRY = "the task can be repeated as it is"

POSTGRES_AWAY: Final = ("08", "40", "53", "55", "57", "58")
"""SQLSTATE classes: connection, rollback, resources, object state, operator intervention, system."""
POSTGRES_EDIT: Final = ("0A", "25006", "26", "28", "34", "3D", "3F", "42")
"""SQLSTATE classes: unsupported, unknown names, authorization, unknown database or schema, syntax or access; and 25006,
a write in a session that may only read."""
REFUSED_LOGIN: Final = re.compile(r"authentication failed|no pg_hba|does not exist|no password supplied|not permitted")

MYSQL_AWAY: Final = (
    1040,
    1053,
    1077,
    1203,
    1205,
    1213,
    1226,
    1317,
    1927,
    1969,
    2002,
    2003,
    2006,
    2013,
    2055,
    3024,
    4031,
)
MYSQL_EDIT: Final = (
    1044, 1045, 1046, 1049, 1052, 1054, 1060, 1064, 1065, 1103, 1109, 1142, 1143, 1146, 1166, 1227, 1248, 1305,
    1356, 1370, 1449, 1698, 1792, 2054, 2059,
)  # fmt: skip
"""Error numbers as listed in MariaDB's and MySQL's error references."""


@contextmanager
def classified(label: str) -> Iterator[None]:
    """Turn what a driver raises inside the block into an error of this package; `label` names the place.

    Raises:
        SourceUnavailable: no connection, or it broke.
        MappingFault: a table, column, privilege or login is missing, or the query cannot run.
        SourceUnreadable: the source holds what cannot be read.
    """
    try:
        yield
    except (
        sa.exc.DBAPIError,
        psycopg.Error,
        pymysql.MySQLError,
        pl.exceptions.PolarsError,
        pa.ArrowInvalid,
    ) as error:
        # Not chained: the driver's own message may quote a row.
        raise _meaning(error, label) from None


def _meaning(error: Exception, label: str) -> MigrationError:
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(original, psycopg.Error):
        return _from_postgres(original, label)
    if isinstance(original, pymysql.MySQLError):
        return _from_mysql(original, label)
    if isinstance(original, pl.exceptions.PolarsError | pa.ArrowInvalid):
        return SourceUnreadable(f"{label}: expected text in UTF-8, found other bytes; repair them at the source")
    if isinstance(original, sqlite3.Error):
        return _from_sqlite(str(original), label)
    return _from_other(error, label)


def _from_postgres(error: psycopg.Error, label: str) -> MigrationError:
    state, text = error.sqlstate, _one_line(error.diag.message_primary or "")
    if state is None and REFUSED_LOGIN.search(str(error)):
        return MappingFault(f"{label}: PostgreSQL refused the login or knows no such database; edit the connection")
    if state is None or state.startswith(POSTGRES_AWAY):
        return SourceUnavailable(f"{label}: PostgreSQL is away or busy (SQLSTATE {state or 'none'}); {RETRY}")
    if state.startswith(POSTGRES_EDIT):
        return MappingFault(f"{label}: {text} (SQLSTATE {state}); edit the mapping or grant SELECT")
    return SourceUnreadable(
        f"{label}: PostgreSQL cannot compute or decode a value (SQLSTATE {state}); repair it at the source"
        " or exclude it in the query"
    )


def _from_mysql(error: pymysql.MySQLError, label: str) -> MigrationError:
    code = error.args[0] if error.args and isinstance(error.args[0], int) else 0
    text = _one_line(str(error.args[-1]) if error.args else "")
    if code in MYSQL_EDIT:
        return MappingFault(f"{label}: {text} (error {code}); edit the mapping or the connection, or grant SELECT")
    if code in MYSQL_AWAY or isinstance(error, pymysql.err.OperationalError | pymysql.err.InterfaceError):
        return SourceUnavailable(f"{label}: the database is away or busy (error {code}); {RETRY}")
    return SourceUnreadable(
        f"{label}: the database cannot compute or decode a value (error {code}); repair it at the source"
        " or exclude it in the query"
    )


def _from_sqlite(text: str, label: str) -> MigrationError:
    if "decode to UTF-8" in text:
        column = re.search(r"column '([^']*)'", text)
        place = f" in column {column[1]}" if column else ""
        return SourceUnreadable(f"{label}: expected text in UTF-8, found other bytes{place}; repair them at the source")
    if "malformed" in text or "not a database" in text:
        return SourceUnreadable(f"{label}: the file is damaged or no SQLite database; restore it from a good copy")
    if re.search(r"locked|disk I/O|unable to open", text):
        return SourceUnavailable(f"{label}: the SQLite file cannot be opened or is locked; {RETRY}")
    return MappingFault(f"{label}: {_one_line(text)}; edit the mapping")


def _from_other(error: Exception, label: str) -> MigrationError:
    """Tell by SQLAlchemy's class of the error; the driver's own words stay out, they may quote a row."""
    name = type(getattr(error, "orig", error)).__name__
    if isinstance(error, sa.exc.OperationalError | sa.exc.InterfaceError):
        return SourceUnavailable(f"{label}: the database is away or busy ({name}); {RETRY}")
    if isinstance(error, sa.exc.DataError):
        return SourceUnreadable(f"{label}: the database cannot compute a value ({name}); exclude it in the query")
    return MappingFault(f"{label}: the database refused the statement ({name}); edit the mapping, or grant SELECT")


def _one_line(text: str) -> str:
    return " ".join(text.split())

"""Why a target's database says no: to a row, for now, or to the whole mapping; without the values it may quote."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
import pymysql
import sqlalchemy as sa

from crm_migration.errors import MappingFault, MigrationError, TargetUnavailable

DRIVER_ERRORS: Final = (sa.exc.DBAPIError, psycopg.Error, pymysql.MySQLError)


class RowsRefused(MigrationError):
    """The target refused a batch because of at least one row in it; `reason` is the target's own, without values."""

    def __init__(self, reason: str) -> None:
        """Keep the reason apart from the message."""
        self.reason = reason
        super().__init__(reason)


class TransactionEnded(RowsRefused):
    """A row was refused in a way that took back the whole transaction, as SQLite's RAISE(ROLLBACK) does."""


@contextmanager
def attempt(connection: sa.Connection, target: str) -> Iterator[None]:
    """Try what the block writes: a row of it that is refused undoes the block, not the transaction around it.

    Raises:
        RowsRefused: a value or a constraint was refused; the transaction goes on as before the block.
        TransactionEnded: it was refused so that nothing can go on in this transaction.
        TargetUnavailable, MappingFault: the transaction is lost.
    """
    _begin(connection)
    savepoint = connection.begin_nested()
    try:
        yield
        if connection.dialect.name == "postgresql":
            # What a constraint says only at the commit would refuse the whole batch there.
            connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
    except RowsRefused:
        savepoint.rollback()
        raise
    except DRIVER_ERRORS as error:
        meaning = classify(error, target)
        if isinstance(meaning, RowsRefused):
            if _has_none(connection):
                raise TransactionEnded(meaning.reason) from None
            savepoint.rollback()
        raise meaning from None
    savepoint.commit()


def _begin(connection: sa.Connection) -> None:
    """Begin SQLite's transaction, which its driver puts off: the first savepoint would be taken for all of it."""
    if _has_none(connection):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _has_none(connection: sa.Connection) -> bool:
    """Return whether SQLite has no transaction open: it has not begun one yet, or has taken it back."""
    return connection.dialect.name == "sqlite" and not getattr(
        connection.connection.driver_connection, "in_transaction", True
    )


TRIGGER_MYSQL = 1644
RAISED_MYSQL = "45"
"""The class of states for what a trigger's author raises."""
REFUSED_MYSQL = {
    1048: "a required column is empty",
    1062: "a unique value is already taken",
    1264: "a number is out of range",
    1265: "a value does not fit its column's type",
    1292: "a date or number is not valid",
    1364: "a required column is empty",
    1366: "a value does not fit its column's type or character set",
    1406: "a text is too long for its column",
    1451: "a foreign key forbids it",
    1452: "a foreign key points at no record",
    TRIGGER_MYSQL: "a trigger refused it",
    1118: "a record is too large for its table",
    1526: "no partition of the table takes it",
    1690: "a number is out of range",
    3140: "a text is no valid JSON",
    4025: "a check constraint refused it",
    3819: "a check constraint refused it",
}
LOST_MYSQL = {1040, 1053, 1205, 1213, 2002, 2003, 2006, 2013, 2055}
PLACE_MYSQL = (
    ("column", re.compile(r".*column (?:.*\.)?['`]([^'`]+)['`] at row \d+$", re.DOTALL)),
    ("column", re.compile(r"^(?:Column|Field) '([^'`]+)' (?:cannot be null|doesn't have a default value)$")),
    ("constraint", re.compile(r".*for key '([^']+)'$", re.DOTALL)),
    ("constraint", re.compile(r"^CONSTRAINT `([^`]+)` failed for ")),
    ("constraint", re.compile(r"^Cannot add or update a child row: .* CONSTRAINT `([^`]+)` FOREIGN KEY ", re.DOTALL)),
)


def classify(error: Exception, target: str) -> MigrationError:
    """Return what a database error means for the load, without the values it may quote."""
    original = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(original, psycopg.Error):
        return _from_postgres(original, target)
    if isinstance(original, pymysql.MySQLError):
        return _from_mysql(original, target)
    text = str(original)
    if isinstance(error, sa.exc.IntegrityError | sa.exc.DataError):
        return RowsRefused(text)
    if "locked" in text or "disk I/O" in text:
        return TargetUnavailable(f"{target}: {text}; the task will try again")
    return MappingFault(f"{target}: {text}; check the mapping against the target's tables")


def _from_postgres(error: psycopg.Error, target: str) -> MigrationError:
    state = error.sqlstate or "08000"
    detail = error.diag
    place = " ".join(
        f"{word} {name}"
        for word, name in (("column", detail.column_name), ("constraint", detail.constraint_name))
        if name
    )
    reason = POSTGRES_REASONS.get(state) or (detail.message_primary if state == "P0001" else None)
    if state[:2] in ("22", "23", "44", "P0") or state in POSTGRES_REASONS or _is_own(state):
        return RowsRefused(f"{reason or 'refused with SQLSTATE ' + state}{' (' + place + ')' if place else ''}")
    if state[:2] in ("08", "40", "53", "57", "55") or state in TIMED_OUT:
        return TargetUnavailable(f"{target}: connection lost or busy (SQLSTATE {state}); the task will try again")
    said = f"{detail.message_primary} " if state[:2] in ABOUT_SCHEMA else "the target answered "
    return MappingFault(f"{target}: {said}(SQLSTATE {state}); check mapping and privileges")


def _is_own(state: str) -> bool:
    """Say whether a state is a trigger author's: of the classes that SQL leaves free and PostgreSQL has not taken."""
    return state[0] in FREE_CLASSES and state[:2] not in TAKEN_CLASSES


FREE_CLASSES = "56789IJKLMNOPQRSTUVWXYZ"
TAKEN_CLASSES = ("53", "54", "55", "57", "58", "72", "P0", "XX")
ABOUT_SCHEMA = ("0A", "28", "3D", "3F", "42")
"""Classes of errors whose message names objects and privileges, never a row's values."""

TIMED_OUT = ("25P03", "25P04")
"""A session of ours that held a transaction open for too long, having been frozen; PostgreSQL has ended it."""

POSTGRES_REASONS = {
    "22001": "a text is too long for its column",
    "22003": "a number is out of range",
    "22007": "a date is not valid",
    "22008": "a date is out of range",
    "22P02": "a value does not fit its column's type",
    "22021": "a character is not valid in the target's encoding",
    "23502": "a required column is empty",
    "23503": "a foreign key points at no record",
    "23505": "a unique value is already taken",
    "23514": "a check constraint refused it",
    "23P01": "an exclusion constraint refused it",
    "54000": "a value is too large for an index or a limit of the target",
    "44000": "the view that is written to does not show such a record",
}


def _from_mysql(error: pymysql.MySQLError, target: str) -> MigrationError:
    code = int(error.args[0]) if error.args and isinstance(error.args[0], int) else 0
    if code in LOST_MYSQL or code == 0:
        return TargetUnavailable(f"{target}: connection lost or busy (error {code}); the task will try again")
    raised = str(getattr(error, "sqlstate", None) or "").startswith(RAISED_MYSQL)
    if code in REFUSED_MYSQL or raised or isinstance(error, pymysql.err.DataError | pymysql.err.IntegrityError):
        said = str(error.args[1]) if len(error.args) > 1 else ""
        reason = REFUSED_MYSQL.get(code, "a trigger refused it" if raised else "refused")
        # A trigger's words are its author's, as they are where PostgreSQL raises them.
        own = f": {said}" if code == TRIGGER_MYSQL and said else ""
        return RowsRefused(f"{reason}{own}{_place_mysql(said)} (error {code})")
    return MappingFault(f"{target}: the target answered error {code}; check mapping and privileges")


def _place_mysql(said: str) -> str:
    """Return the name of the column or constraint that the message ends with, and nothing else: it quotes values."""
    for word, pattern in PLACE_MYSQL:
        if found := pattern.match(said):
            return f" ({word} {found.group(1)})"
    return ""

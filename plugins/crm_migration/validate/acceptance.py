"""Acceptance: the queries a user of the target would run, and whether they give what the mapping says."""

import time
from collections.abc import Iterator

import psycopg
import pymysql
import sqlalchemy as sa

from crm_migration.errors import TargetUnavailable
from crm_migration.load.target import SqlTarget, classify
from crm_migration.mapping.model import Acceptance
from crm_migration.validate.checks import Check, could_not_run
from crm_migration.validate.selection import Scope

READ_ONLY = {
    "postgresql": ("SET TRANSACTION READ ONLY", None),
    "mysql": ("SET TRANSACTION READ ONLY", None),
    "sqlite": ("PRAGMA query_only = ON", "PRAGMA query_only = OFF"),
}


def acceptance_checks(scope: Scope, entity: str) -> Iterator[Check]:
    """Yield one line per acceptance query of the entity.

    On a sample, a query whose answer depends on all rows being there is told, not judged; it must still run.
    """
    for query in scope.entity(entity).acceptance:
        started = time.monotonic()
        check = Check(
            "acceptance", entity, query.name, "pass", source_value=_expected(query), engine="acceptance",
            seconds=0.0,
        )  # fmt: skip
        yield _timed(_asked(scope, query, check), started)


def _timed(check: Check, started: float) -> Check:
    return Check(**{**vars(check), "seconds": round(time.monotonic() - started, 4)})


def _asked(scope: Scope, query: Acceptance, check: Check) -> Check:
    try:
        holds, found = _answer(scope.target, query)
    except (sa.exc.SQLAlchemyError, psycopg.Error, pymysql.MySQLError) as error:
        meaning = classify(error, scope.mapping.target.name)
        if isinstance(meaning, TargetUnavailable):
            raise meaning from None
        return could_not_run(check, str(meaning))
    judged = scope.phase == "full" or query.no_rows is not None
    status = "pass" if holds else "fail" if judged else "info"
    return Check(**{**vars(check), "status": status, "target_value": found})


def _expected(query: Acceptance) -> str:
    if query.equals is not None:
        return query.equals
    if query.no_rows is not None:
        return "no rows" if query.no_rows else "rows"
    return f"at least {query.at_least_rows} rows"


def _answer(target: SqlTarget, query: Acceptance) -> tuple[bool, str]:
    """Return whether the answer is the expected one, and the answer in short."""
    before, after = READ_ONLY[target.dialect]
    # The query is the mapping author's own; without this a `%` in it would be read as a placeholder.
    with target.engine.connect().execution_options(no_parameters=True) as connection:
        connection.exec_driver_sql(before)
        try:
            return _judge(connection.exec_driver_sql(query.sql), query)
        finally:
            connection.rollback()
            if after is not None:
                connection.exec_driver_sql(after)


def _judge(result: sa.CursorResult[tuple[object, ...]], query: Acceptance) -> tuple[bool, str]:
    if query.equals is not None:
        row = result.first()
        value = None if row is None else _text(row[0])
        return value == query.equals, "no rows" if value is None else value
    wanted = max(query.at_least_rows or 0, 1)
    found = len(result.fetchmany(wanted))
    result.close()
    if query.no_rows is not None:
        return (found == 0) == query.no_rows, "no rows" if found == 0 else "rows"
    return found >= (query.at_least_rows or 0), f"at least {found} rows" if found == wanted else f"{found} rows"


def _text(value: object) -> str:
    """Return a value as the mapping writes it: booleans in lower case, nothing as an empty text."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)

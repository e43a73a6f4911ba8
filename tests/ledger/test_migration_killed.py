"""An upgrade of the control tables that was killed, wherever it was, is repeated; two at once wait for each other."""

import sqlite3
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from crm_migration.ledger import Ledger
from crm_migration.load.target import SqlTarget
from tests.ledger.test_ledger import test_the_migrations_make_the_tables_that_the_code_names as compare
from tests.load.small import make_target, mapping


class Killed(Exception):
    """The process ends here."""


def change_by_change(engine: sa.Engine, seen: Callable[[], None]) -> None:
    """Call `seen` after each statement that changes the shape of a table."""

    @sa.event.listens_for(engine, "after_cursor_execute")
    def _look(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.lstrip().startswith(("CREATE", "ALTER")) and "alembic_version" not in statement:
            seen()


def ledger_at(url: str) -> Ledger:
    make_target(url).dispose()
    return SqlTarget(url, mapping()).ledger


def test_an_upgrade_that_is_killed_after_every_single_change_ends_whole(mariadb_url: str) -> None:
    ledger = ledger_at(mariadb_url)
    kills: list[int] = []

    def kill() -> None:
        kills.append(1)
        raise Killed

    change_by_change(ledger.engine, kill)
    while True:
        before = len(kills)
        assert before < 100
        try:
            ledger.migrate()
        except Killed:
            continue
        assert len(kills) == before
        break
    assert len(kills) > len(ledger.tables.metadata.tables)
    compare(ledger)
    ledger.engine.dispose()


def test_on_sqlite_an_upgrade_is_one_transaction_that_others_wait_for(sqlite_url: str) -> None:
    ledger = ledger_at(sqlite_url)
    there = sa.inspect(ledger.engine).get_table_names()
    waited: list[str] = []

    def another_upgrades() -> None:
        with (
            sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0) as other,
            pytest.raises(sqlite3.OperationalError, match="locked"),
        ):
            other.execute("BEGIN IMMEDIATE")
        waited.append("waited")
        if len(waited) == 16:
            raise Killed

    change_by_change(ledger.engine, another_upgrades)
    with pytest.raises(Killed):
        ledger.migrate()
    assert sa.inspect(ledger.engine).get_table_names() == there
    ledger.migrate()
    assert len(waited) > 32
    compare(ledger)
    ledger.engine.dispose()

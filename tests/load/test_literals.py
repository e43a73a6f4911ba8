"""Rows travel to MariaDB as the text of statements: whatever a value holds, it arrives as it is, and says nothing."""

from collections.abc import Iterator

import polars as pl
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migration.load.bulk import insert_rows
from crm_migration.load.literals import STATEMENT_BYTES, insert_literals
from crm_migration.load.refusal import RowsRefused
from crm_migration.load.target import SqlTarget
from tests.load.small import mapping

NASTY = [
    "", "'", "''", "\\", "\\'", "'; DROP TABLE t; --", "\\\\'", "%s %(x)s", "a\0b", "\n\r\t\x1a\b", '"', "NULL", "`",
    "北京", "\U0001f600", "\u202e", "/*! 1 */", "\\%", "\\_", " trailing ", "\\N",
]  # fmt: skip
texts = st.one_of(st.sampled_from(NASTY), st.text(st.characters(codec="utf-8"), max_size=40))
rows = st.lists(st.tuples(st.none() | texts, st.none() | st.binary(max_size=20)), min_size=1, max_size=30)


@pytest.fixture(scope="module")
def engine(mariadb_server: str) -> Iterator[sa.Engine]:
    from tests import servers

    with servers.fresh_database(mariadb_server) as url:
        target = SqlTarget(url, mapping())
        with target.engine.begin() as connection:
            connection.exec_driver_sql("CREATE TABLE t (n INT AUTO_INCREMENT PRIMARY KEY, a LONGTEXT, b LONGBLOB)")
        yield target.engine
        target.close()


def table() -> sa.Table:
    return sa.Table("t", sa.MetaData(), sa.Column("n", sa.Integer), sa.Column("a", sa.Text), sa.Column("b", sa.Text))


def there_and_back(engine: sa.Engine, lines: list[tuple[str | None, bytes | None]], mode: str | None = None) -> None:
    frame = pl.DataFrame(lines, schema={"a": pl.String, "b": pl.Binary}, orient="row")
    with engine.connect() as connection:
        if mode:
            connection.exec_driver_sql(f"SET sql_mode = CONCAT(@@sql_mode, ',{mode}')")
        insert_rows(connection, table(), frame)
        back = connection.exec_driver_sql("SELECT a, b FROM t ORDER BY n").all()
        assert [tuple(row) for row in back] == lines
        connection.rollback()
        connection.invalidate()


@given(rows)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_and_any_bytes_arrive_as_they_are(engine: sa.Engine, lines: list) -> None:
    there_and_back(engine, lines)


@pytest.mark.parametrize("mode", ["NO_BACKSLASH_ESCAPES", "ANSI_QUOTES"])
def test_so_they_do_where_the_session_reads_texts_otherwise(engine: sa.Engine, mode: str) -> None:
    there_and_back(engine, [(text, text.encode()) for text in NASTY], mode)


def test_statements_stay_small_and_the_numbers_they_drew_are_told(engine: sa.Engine) -> None:
    long = "x" * (STATEMENT_BYTES // 4)
    frame = pl.DataFrame({"a": [long] * 10 + ["y" * (STATEMENT_BYTES * 2), "z"]})
    with engine.connect() as connection:
        given = insert_literals(connection, table(), frame)
        assert len(given) > 3
        assert sum(count for _, count in given) == frame.height
        numbers = [first + at for first, count in given for at in range(count)]
        assert connection.exec_driver_sql("SELECT n FROM t ORDER BY n").scalars().all() == numbers
        connection.rollback()


def test_what_does_not_fit_is_refused_not_cut(mariadb_url: str) -> None:
    target = SqlTarget(mariadb_url, mapping())
    with target.engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (n INT AUTO_INCREMENT PRIMARY KEY, a VARCHAR(3), b TINYINT)")
    for line, reason in (({"a": "long"}, "too long"), ({"b": "300"}, "out of range"), ({"b": "x"}, "does not fit")):
        with pytest.raises(RowsRefused, match=reason), target.transaction() as connection:
            insert_rows(connection, table(), pl.DataFrame(line))
    target.close()

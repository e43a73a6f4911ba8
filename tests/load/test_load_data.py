"""Rows sent to MariaDB as a file that there is not: they arrive as they are, or none does and INSERT is asked."""

from collections.abc import Callable, Iterator
from contextlib import closing

import polars as pl
import pymysql
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from crm_migration.extract.dialect import engine_for
from crm_migration.load.bulk import insert_rows
from crm_migration.load.load_data import FEW, load_data
from crm_migration.load.numbered import insert_numbered
from crm_migration.load.refusal import RowsRefused
from crm_migration.load.target import SqlTarget
from tests import servers
from tests.load.small import mapping
from tests.load.test_literals import NASTY, rows

Fill = Callable[[int, object], pl.DataFrame]


@pytest.fixture(scope="module")
def engine(mariadb_server: str) -> Iterator[sa.Engine]:
    with servers.fresh_database(mariadb_server) as url:
        target = SqlTarget(url, mapping())
        yield target.engine
        target.close()


@pytest.fixture
def made(engine: sa.Engine) -> Iterator[Callable[..., sa.Table]]:
    """Makes the table `t` of the columns it is given, and whatever else is said after it."""

    def make(columns: str, *more: str) -> sa.Table:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE IF EXISTS t")
            connection.exec_driver_sql(f"CREATE TABLE t ({columns})")
            for statement in more:
                connection.exec_driver_sql(statement)
        return sa.Table("t", sa.MetaData(), *(sa.Column(name, sa.Text) for name in ("n", "a", "b", "c")))

    yield make
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS t")


def many(**columns: object) -> pl.DataFrame:
    """Return enough rows for one statement; a value that is no list is repeated."""
    return pl.DataFrame({"n": [str(n) for n in range(FEW)]}).with_columns(
        pl.Series(name, value) if isinstance(value, list) else pl.lit(value).alias(name)
        for name, value in columns.items()
    )


@pytest.fixture(scope="module")
def texts(engine: sa.Engine) -> sa.Table:
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE texts (n INT AUTO_INCREMENT PRIMARY KEY, a LONGTEXT, b LONGBLOB)")
    return sa.Table(
        "texts", sa.MetaData(), sa.Column("n", sa.Integer), sa.Column("a", sa.Text), sa.Column("b", sa.Text)
    )


def there_and_back(engine: sa.Engine, texts: sa.Table, lines: list[tuple[str | None, bytes | None]], mode: str) -> None:
    frame = pl.DataFrame(lines * FEW, schema={"a": pl.String, "b": pl.Binary}, orient="row").head(max(FEW, len(lines)))
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SET sql_mode = CONCAT(@@sql_mode, ',{mode}')")
        assert load_data(connection, texts, frame)
        back = connection.exec_driver_sql("SELECT a, b FROM texts ORDER BY n").all()
        assert [tuple(row) for row in back] == frame.rows()
        connection.rollback()
        connection.invalidate()


@given(rows)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_and_any_bytes_arrive_as_they_are(engine: sa.Engine, texts: sa.Table, lines: list) -> None:
    there_and_back(engine, texts, lines, "STRICT_TRANS_TABLES")


@pytest.mark.parametrize("mode", ["NO_BACKSLASH_ESCAPES", "ANSI_QUOTES"])
def test_so_they_do_where_the_session_reads_texts_otherwise(engine: sa.Engine, texts: sa.Table, mode: str) -> None:
    there_and_back(engine, texts, [(text, text.encode()) for text in NASTY], mode)


SPOILT = {
    "too long": ("n INT PRIMARY KEY, a VARCHAR(3)", [], many(a=["abc"] * (FEW - 1) + ["long"])),
    "no number": ("n INT PRIMARY KEY, a INT", [], many(a=["1"] * (FEW - 1) + ["x"])),
    "an empty number": ("n INT PRIMARY KEY, a INT", [], many(a=["1"] * (FEW - 1) + [""])),
    "an empty date": ("n INT PRIMARY KEY, a DATE", [], many(a=["2020-02-29"] * (FEW - 1) + [""])),
    "no such day": ("n INT PRIMARY KEY, a DATE", [], many(a=["2020-02-29"] * (FEW - 1) + ["2021-02-29"])),
    "twice": ("n INT PRIMARY KEY, a VARCHAR(9) UNIQUE", [], many(a=[str(n) for n in range(FEW - 1)] + ["7"])),
    "empty": ("n INT PRIMARY KEY, a INT NOT NULL", [], many(a=["1"] * (FEW - 1) + [None])),
    "out of range": ("n INT PRIMARY KEY, a TINYINT", [], many(a=["1"] * (FEW - 1) + ["300"])),
    "against a check": ("n INT PRIMARY KEY, a INT CHECK (a < 5)", [], many(a=["1"] * (FEW - 1) + ["7"])),
    "no such label": ("n INT PRIMARY KEY, a ENUM('x', 'y')", [], many(a=["x"] * (FEW - 1) + ["z"])),
    "without parent": (
        "n INT PRIMARY KEY, a INT, FOREIGN KEY (a) REFERENCES t (n)",
        [],
        many(a=[None] * (FEW - 1) + ["-5"]),
    ),
    "refused by a trigger": (
        "n INT PRIMARY KEY, a VARCHAR(9)",
        ["CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW IF NEW.a = 'no' THEN SIGNAL SQLSTATE '45000'; END IF"],
        many(a=["yes"] * (FEW - 1) + ["no"]),
    ),
    "spoilt by a trigger": (
        "n INT PRIMARY KEY, a VARCHAR(3)",
        ["CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW IF NEW.n = 7 THEN SET NEW.a = 'long'; END IF"],
        many(a="abc"),
    ),
    "noted by a trigger twice": (
        "n INT PRIMARY KEY, a VARCHAR(3)",
        [
            "CREATE OR REPLACE TABLE note (k INT PRIMARY KEY)",
            "CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW INSERT INTO note VALUES (NEW.n DIV 2)",
        ],
        many(a="abc"),
    ),
}


@pytest.mark.parametrize("case", SPOILT)
def test_one_row_that_would_not_be_there_as_it_is_keeps_all_out(
    engine: sa.Engine, made: Callable[..., sa.Table], case: str
) -> None:
    columns, more, frame = SPOILT[case]
    table = made(columns, *more)
    with engine.connect() as connection:
        assert not load_data(connection, table, frame)
        # Within this transaction INSERT says what is wrong; the next one may be in bulk again.
        assert not load_data(connection, table, frame.head(FEW - 1).extend(frame.head(1)))
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM t").scalar() == 0
        connection.rollback()
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM t").scalar() == 0
        connection.invalidate()


@pytest.mark.parametrize("case", SPOILT)
def test_insert_says_what_is_wrong_with_it(engine: sa.Engine, made: Callable[..., sa.Table], case: str) -> None:
    columns, more, frame = SPOILT[case]
    table, target = made(columns, *more), SqlTarget(engine.url.render_as_string(hide_password=False), mapping())
    with pytest.raises(RowsRefused), target.transaction() as connection:
        insert_rows(connection, table, frame)
    target.close()


def test_truth_values_go_into_columns_of_bits_and_of_numbers(engine: sa.Engine, made: Callable[..., sa.Table]) -> None:
    table = made("n INT PRIMARY KEY, a BIT(8), b TINYINT, c BOOLEAN")
    with engine.connect() as connection:
        assert load_data(connection, table, many(a=True, b=False, c=[None] * (FEW - 1) + [True]))
        found = connection.exec_driver_sql("SELECT DISTINCT a + 0, b, c FROM t ORDER BY c").all()
        assert [tuple(row) for row in found] == [(1, 0, None), (1, 0, 1)]
        connection.rollback()


def test_long_texts_are_sent_in_packets_that_any_server_takes(engine: sa.Engine, made: Callable[..., sa.Table]) -> None:
    table, url = made("n INT PRIMARY KEY, a LONGTEXT"), engine.url.render_as_string(hide_password=False)
    with engine.connect() as connection:
        before = connection.exec_driver_sql("SELECT @@max_allowed_packet").scalar()
        connection.exec_driver_sql(f"SET GLOBAL max_allowed_packet = {1 << 20}")
    target = SqlTarget(url, mapping())
    try:
        with target.engine.connect() as connection:
            assert load_data(connection, table, many(a=["x"] + ["文" * 20_000] * (FEW - 1)))
            told = connection.exec_driver_sql("SELECT COUNT(*), SUM(CHAR_LENGTH(a)) FROM t").one()
            assert tuple(map(int, told)) == (FEW, 20_000 * (FEW - 1) + 1)
    finally:
        target.close()
        with engine.connect() as connection:
            connection.exec_driver_sql(f"SET GLOBAL max_allowed_packet = {before}")


def test_the_numbers_that_the_target_draws_are_told(engine: sa.Engine, made: Callable[..., sa.Table]) -> None:
    table = made("n INT AUTO_INCREMENT PRIMARY KEY, a INT", "INSERT INTO t (a) VALUES (1), (2), (3)")
    key = sa.Table("t", sa.MetaData(), sa.Column("n", sa.Integer, primary_key=True, autoincrement=True)).c["n"]
    with engine.connect() as connection:
        for start in (0, FEW):
            frame = many().select(pl.col("n").cast(pl.Int64).add(start).cast(pl.String).alias("a"))
            drawn = insert_numbered(connection, table, key, frame)
            told = connection.execute(sa.select(key, sa.literal_column("a")).where(key.in_(drawn))).all()
            assert {(str(n), str(a)) for n, a in told} == set(zip(drawn, frame["a"], strict=True))
        connection.rollback()


def test_a_server_that_takes_no_part_gets_the_rows_by_insert(engine: sa.Engine, made: Callable[..., sa.Table]) -> None:
    table = made("n INT PRIMARY KEY, a VARCHAR(3)")
    with engine.connect() as connection:
        connection.exec_driver_sql("SET GLOBAL local_infile = 0")
        try:
            for _ in range(2):
                insert_rows(connection, table, many(a="abc"))
                assert connection.exec_driver_sql("SELECT COUNT(*) FROM t").scalar() == FEW
                connection.rollback()
        finally:
            connection.exec_driver_sql("SET GLOBAL local_infile = 1")
            connection.invalidate()


def test_no_file_is_sent_to_a_server_that_asks_for_one(engine: sa.Engine, made: Callable[..., sa.Table]) -> None:
    """As a target it may be sent rows; whatever else it asks for, and from a source at all, it does not get."""
    made("n VARCHAR(99) PRIMARY KEY")
    asking = "LOAD DATA LOCAL INFILE '/etc/hostname' INTO TABLE t"
    source = engine_for(engine.url.render_as_string(hide_password=False))
    for each in (engine, source):
        alone = each.raw_connection()
        driver = alone.driver_connection
        alone.detach()
        with pytest.raises((RuntimeError, pymysql.MySQLError)), closing(driver.cursor()) as cursor:
            cursor.execute(asking)
        driver._force_close()
    source.dispose()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM t").scalar() == 0


def test_a_table_whose_triggers_the_account_may_not_see_is_left_to_insert(
    engine: sa.Engine, made: Callable[..., sa.Table]
) -> None:
    table, url = made("n INT PRIMARY KEY"), engine.url
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE OR REPLACE USER blind@'%%' IDENTIFIED BY 'x'")
        connection.exec_driver_sql(f"GRANT SELECT, INSERT, CREATE TEMPORARY TABLES ON {url.database}.* TO blind@'%%'")
    blind = engine_for(url.set(username="blind", password="x").render_as_string(hide_password=False), load_data=True)
    for granted in (False, True):
        with blind.connect() as connection:
            assert load_data(connection, table, many()) is granted
        with engine.begin() as connection:
            connection.exec_driver_sql(f"GRANT TRIGGER ON {url.database}.* TO blind@'%%'")
    blind.dispose()
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP USER blind@'%%'")

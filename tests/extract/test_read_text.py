"""`read_text`: tables of a target read back, on a connection or an engine of the caller."""

from collections.abc import Iterator

import polars as pl
import pytest
import sqlalchemy as sa

from crm_migration.errors import MappingFault
from crm_migration.extract import printing
from crm_migration.extract.dialect import engine_for, read_text

THINGS = sa.Table(
    "things",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50)),
    sa.Column("amount", sa.Numeric(20, 4)),
    sa.Column("choice", sa.Enum("a", "b", name="choice")),
    sa.Column("raw", sa.LargeBinary(20)),
)
OWNERS = sa.Table("owners", sa.MetaData(), sa.Column("thing_id", sa.Integer), sa.Column("login", sa.String(20)))
NAMES = ["it's", "back\\slash", "50 % %s", ":name", "a\nb", "ß"]


@pytest.fixture
def engine(any_database_url: str) -> Iterator[sa.Engine]:
    made = engine_for(any_database_url)
    with made.begin() as connection:
        THINGS.create(connection)
        OWNERS.create(connection)
        values = [
            {"id": at, "name": name, "amount": at, "choice": "a", "raw": b"\xff"} for at, name in enumerate(NAMES, 1)
        ]
        connection.execute(THINGS.insert(), values)
        connection.execute(OWNERS.insert().values(thing_id=2, login="jo"))
    yield made
    made.dispose()


def read(bind: sa.Engine | sa.Connection, *columns: str | sa.ColumnElement, **how: object) -> list[tuple[object, ...]]:
    """Return the rows of `things` as text."""
    return pl.concat(read_text(bind, THINGS, columns, **how)).rows()


@pytest.mark.parametrize("name", NAMES)
def test_values_in_a_condition_are_bound(engine: sa.Engine, name: str) -> None:
    assert read(engine, "name", where=THINGS.c.name.in_([name, "other"])) == [(name,)]
    assert read(engine, "name", where=THINGS.c.name == name) == [(name,)]


def test_rows_come_in_order_and_expressions_under_their_label(engine: sa.Engine) -> None:
    found = pl.concat(
        read_text(engine, THINGS, [THINGS.c.id.label("key"), "choice", "raw"], order=[THINGS.c.id.desc()])
    )
    assert found.columns == ["key", "choice", "raw"]
    assert found.rows()[:2] == [("6", "a", "ff"), ("5", "a", "ff")]


def test_a_join_is_read(engine: sa.Engine) -> None:
    joined = THINGS.join(OWNERS, OWNERS.c.thing_id == THINGS.c.id)
    assert pl.concat(read_text(engine, joined, [THINGS.c.name, OWNERS.c.login])).rows() == [("back\\slash", "jo")]


def test_no_rows_give_one_frame_with_the_columns(engine: sa.Engine) -> None:
    frames = list(read_text(engine, THINGS, ["id", "name"], where=THINGS.c.id > 99))
    assert [frame.shape for frame in frames] == [(0, 2)]
    assert dict(frames[0].schema) == {"id": pl.String, "name": pl.String}


def test_a_connection_is_read_inside_its_transaction(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        connection.execute(THINGS.insert().values(id=99, name="mine"))
        assert read(connection, "name", where=THINGS.c.id == 99) == [("mine",)]
        connection.rollback()
        assert read(connection, "name", where=THINGS.c.id == 99) == []


def test_a_connection_lives_on_after_a_read_was_given_up(engine: sa.Engine, monkeypatch) -> None:
    monkeypatch.setattr(printing, "FRAME_BYTES", 2**20)
    with engine.begin() as connection:
        bulk = [{"id": at, "name": "x" * 50} for at in range(100, 20_100)]
        connection.execute(THINGS.insert(), bulk)
        reading = read_text(connection, THINGS, [THINGS.c.name.label(f"n{at}") for at in range(20)])
        next(reading)
        reading.close()
        assert connection.scalar(sa.select(sa.func.count()).select_from(THINGS)) == 20_006
        assert len(read(connection, "id")) == 20_006
    assert len(read(engine, "id")) == 20_006


@pytest.mark.parametrize(
    ("engine_name", "put", "show"),
    [
        ("postgres", "SET TIME ZONE 'Asia/Tokyo'", "SHOW TimeZone"),
        ("mariadb", "SET time_zone = 'SYSTEM'", "SELECT @@time_zone"),
    ],
)
def test_the_callers_session_settings_come_back(request, engine_name: str, put: str, show: str) -> None:
    made = engine_for(str(request.getfixturevalue(f"{engine_name}_url")))
    with made.begin() as connection:
        OWNERS.create(connection)
        connection.execute(sa.text(put))
        before = connection.scalar(sa.text(show))
        assert pl.concat(read_text(connection, OWNERS, ["login"])).height == 0
        assert connection.scalar(sa.text(show)) == before != "UTC"
    made.dispose()


def test_a_failure_leaves_the_connection_to_its_caller(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        with pytest.raises(sa.exc.DBAPIError if engine.dialect.name == "sqlite" else Exception, match="nope"):
            list(read_text(connection, sa.table("nope"), ["id"]))
        connection.rollback()
        assert len(read(connection, "id")) == len(NAMES)


def test_an_engine_names_no_row_values_and_speaks_utf8(any_database_url: str) -> None:
    made = engine_for(any_database_url)
    assert made.hide_parameters
    assert made.dialect.driver in ("psycopg", "pymysql", "pysqlite")
    made.dispose()
    known = "mariadb, mssql, mysql, oracle, postgresql, sqlite"
    with pytest.raises(MappingFault, match=f"expected a {known} database, found 'firebird'"):
        engine_for("firebird://u@h/d")

"""Each database keeps the promises of a source."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.mysql import LONGTEXT

from crm_migration.extract.database import DatabaseSource
from crm_migration.extract.source import Source
from tests.contract.source import SECRET, Plant, Row, SourceContract, WindowContract, mapping

UTC_SESSION = {"postgresql": "SET TIME ZONE 'UTC'", "mysql": "SET time_zone = '+00:00'"}


def planted(url: str, rows: list[Row], changed: sa.types.TypeEngine[object]) -> Source:
    """Create the table with one type of watermark, fill it, and return its source."""
    engine = sa.create_engine(url)
    text = sa.Text().with_variant(LONGTEXT(), "mysql")
    columns = [sa.Column("id", sa.String(40)), sa.Column("name", text), sa.Column("changed", changed)]
    table = sa.Table("things", sa.MetaData(), *columns)
    with engine.begin() as connection:
        if engine.dialect.name != "sqlite":
            connection.execute(sa.text(UTC_SESSION[engine.dialect.name]))
        table.drop(connection, checkfirst=True)
        table.create(connection)
        values = sa.insert(sa.table("things", *(sa.column(column.name) for column in columns)))
        if rows:
            moments = sa.bindparam("changed", type_=sa.types.NULLTYPE)
            connection.execute(values.values(id=sa.bindparam("id"), name=sa.bindparam("name"), changed=moments), rows)
    engine.dispose()
    return DatabaseSource(url, mapping())


class TestPostgreSQL(SourceContract):
    @pytest.fixture
    def plant(self, postgres_url: str) -> Plant:
        return lambda rows: planted(postgres_url, rows, sa.DateTime())

    @pytest.fixture
    def away(self) -> Source:
        url = sa.URL.create("postgresql", "u", SECRET, "127.0.0.1", 1, "db")
        return DatabaseSource(url.render_as_string(hide_password=False), mapping())


class TestPostgreSQLWatermarks(WindowContract):
    @pytest.fixture(params=[sa.DateTime(timezone=True), sa.Text()], ids=["aware", "text"])
    def plant(self, request, postgres_url: str) -> Plant:
        return lambda rows: planted(postgres_url, rows, request.param)


class TestMariaDB(SourceContract):
    @pytest.fixture
    def plant(self, mariadb_url: str) -> Plant:
        return lambda rows: planted(mariadb_url, rows, sa.DateTime())

    @pytest.fixture
    def away(self) -> Source:
        url = sa.URL.create("mysql", "u", SECRET, "127.0.0.1", 1, "db")
        return DatabaseSource(url.render_as_string(hide_password=False), mapping())


class TestMariaDBWatermarks(WindowContract):
    @pytest.fixture(params=[sa.TIMESTAMP(), sa.String(30)], ids=["aware", "text"])
    def plant(self, request, mariadb_url: str) -> Plant:
        return lambda rows: planted(mariadb_url, rows, request.param)


class TestSQLite(SourceContract):
    @pytest.fixture
    def plant(self, sqlite_url: str) -> Plant:
        return lambda rows: planted(sqlite_url, rows, sa.Text())

    @pytest.fixture
    def away(self, tmp_path: Path) -> Iterator[Source]:
        file = tmp_path / "locked.sqlite"
        with closing(sqlite3.connect(file)) as other:
            other.executescript("CREATE TABLE things (id, name, changed); PRAGMA locking_mode = EXCLUSIVE")
            other.execute("BEGIN EXCLUSIVE")
            yield DatabaseSource(f"sqlite:///{file}?timeout=0", mapping())

"""Databases whose driver hands out Python values: printing, streaming and SQL, on what runs here."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from types import SimpleNamespace

import polars as pl
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql, oracle

from crm_migration.connections import ConnectionFields, database_url
from crm_migration.errors import MappingFault, SourceUnavailable, SourceUnreadable
from crm_migration.extract import dialect
from crm_migration.extract.dialect import engine_for
from crm_migration.extract.faults import classified
from crm_migration.extract.other_database import OtherDatabase, _asked, _kind, _text
from crm_migration.extract.printing import TextSelect, quoted_column
from crm_migration.extract.source import Source
from tests.contract.source import Plant, Row, SourceContract
from tests.extract.test_contract import TestSQLite, planted

CEST = timezone(timedelta(hours=2))


class TestThroughPythonValues(SourceContract):
    """The contract on SQLite, read by the way of these databases: all but what only SQLite's own driver knows."""

    @pytest.fixture(autouse=True)
    def _other_way(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(dialect.DIALECTS, "sqlite", OtherDatabase())

    @pytest.fixture
    def plant(self, sqlite_url: str) -> Plant:
        def plant_text(rows: list[Row]) -> Source:
            return planted(sqlite_url, rows, sa.Text())

        return plant_text

    away = TestSQLite.away


@pytest.mark.parametrize(
    ("value", "zoned", "expected"),
    [
        (None, False, None),
        ("007", False, "007"),
        ("", False, ""),
        (12345678901234567890123456789, False, "12345678901234567890123456789"),
        (Decimal("1.10"), False, "1.10"),
        (0.1, False, "0.1"),
        (True, False, "1"),
        (b"\x00\xff", False, "00ff"),
        (date(2026, 1, 31), False, "2026-01-31"),
        (time(10, 20, 30), False, "10:20:30"),
        (datetime.fromisoformat("2026-01-31 10:20:30"), False, "2026-01-31 10:20:30"),
        (datetime.fromisoformat("2026-01-31 10:20:30.005"), False, "2026-01-31 10:20:30.005000"),
        (datetime.fromisoformat("2026-01-31 10:20:30"), True, "2026-01-31 10:20:30+00"),
        (datetime(2026, 7, 31, 10, 20, 30, tzinfo=CEST), True, "2026-07-31 08:20:30+00"),
        (datetime(2026, 7, 31, 10, 20, 30, tzinfo=UTC), False, "2026-07-31 10:20:30+00"),
    ],
)
def test_values_are_printed_exactly(value: object, zoned: bool, expected: str | None) -> None:
    assert _text(value, zoned) == expected


def test_kinds_come_from_the_drivers_codes() -> None:
    assert [_kind(code) for code in (1, 2, 3, 4, 5, 99)] == ["text", "bytes", "number", "naive", "number", "other"]
    names = ("DB_TYPE_TIMESTAMP_TZ", "DB_TYPE_DATE", "DB_TYPE_NUMBER", "DB_TYPE_VARCHAR")
    assert [_kind(SimpleNamespace(name=name)) for name in names] == ["aware", "naive", "number", "text"]


def test_the_sql_is_what_each_database_understands() -> None:
    column = quoted_column("Changed At")
    select = TextSelect(sa.table(sa.quoted_name("Things", quote=True), schema="crm"), (column,), ("aware",))
    asked = [_asked(column, "aware", name) for name in ("oracle", "mssql")]
    written = [
        str(select.statement([one]).compile(dialect=spoken))
        for one, spoken in zip(asked, (oracle.dialect(), mssql.dialect()), strict=True)
    ]
    assert " ".join(written[0].split()) == 'SELECT sys_extract_utc("Changed At") AS c0 FROM crm."Things"'
    assert " ".join(written[1].split()) == "SELECT [Changed At] AS c0 FROM crm.[Things]"


@pytest.mark.parametrize(
    ("conn_type", "url"),
    [("mssql", "mssql+pymssql://ann:p%40ss@db/crm"), ("oracle", "oracle+oracledb://ann:p%40ss@db?service_name=crm")],
)
def test_connections_name_the_driver_and_a_missing_one_is_told(conn_type: str, url: str) -> None:
    extra = {"service_name": "crm"} if conn_type == "oracle" else {}
    schema = None if conn_type == "oracle" else "crm"
    fields = ConnectionFields("old", conn_type, "db", "ann", "p@ss", schema=schema, extra=extra)
    assert sa.make_url(database_url(fields)) == sa.make_url(url)
    with pytest.raises(MappingFault, match="install it beside crm-migration") as told:
        engine_for(database_url(fields))
    assert "p@ss" not in str(told.value)


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (sa.exc.OperationalError, SourceUnavailable),
        (sa.exc.InterfaceError, SourceUnavailable),
        (sa.exc.DataError, SourceUnreadable),
        (sa.exc.ProgrammingError, MappingFault),
    ],
)
def test_errors_are_told_by_what_to_do_without_the_drivers_words(raised: type, expected: type) -> None:
    class DriverError(Exception):
        pass

    with pytest.raises(expected, match="old: thing: the database") as told, classified("old: thing"):
        raise raised("SELECT 1", {}, DriverError("row of Ann Secret"))
    assert "Secret" not in str(told.value)


def test_frames_hold_at_most_what_is_asked_for(sqlite_url: str) -> None:
    engine = sa.create_engine(sqlite_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a INTEGER)")
        connection.exec_driver_sql("INSERT INTO t SELECT value FROM json_each('[1,2,3,4,5]')")
        asked = TextSelect(sa.table("t"), (quoted_column("a"),), ("text",), batch_rows=2)
        frames = list(OtherDatabase().frames(connection, asked))
    engine.dispose()
    assert [frame.height for frame in frames] == [2, 2, 1]
    assert pl.concat(frames)["c0"].to_list() == list("12345")

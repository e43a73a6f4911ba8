"""Rows found and changed by a batch of keys, whatever the keys look like and whatever the key's type is."""

from collections.abc import Iterator
from itertools import product

import polars as pl
import pytest
import sqlalchemy as sa

from crm_migration.extract.dialect import engine_for, read_text
from crm_migration.ledger.tables import exact_text
from crm_migration.load.bulk import update_rows
from crm_migration.load.by_keys import rows_by_keys

ODD = ["plain", " ", "NULL", 'a"b', "a\\b", "a\\", '"', "{x,y}", "it's", "北京", "tab\tin", "line\nin", "%s", ":x"]
JOINS = "SELECT current_setting('enable_hashjoin'), current_setting('enable_mergejoin')"


@pytest.fixture
def engine(any_database_url: str) -> Iterator[sa.Engine]:
    made = engine_for(any_database_url)
    yield made
    made.dispose()


def table(name: str, *columns: sa.Column[object]) -> sa.Table:
    return sa.Table(name, sa.MetaData(), *columns, sa.Column("said", sa.String(20)))


def found(
    connection: sa.Connection, some: sa.Table, fixed: dict[str, int], key: str, keys: list[str | None]
) -> list[str]:
    wanted = pl.Series("wanted", keys, dtype=pl.String)
    with rows_by_keys(connection, some, fixed, key, wanted) as (rows, mine):
        return sorted(pl.concat(read_text(connection, rows, [some.c[key]], where=mine))[key])


def test_rows_are_found_by_texts_of_any_look_within_what_is_fixed(engine: sa.Engine) -> None:
    lines = table(
        "lines",
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source_key", exact_text(40), primary_key=True),
    )
    with engine.begin() as connection:
        lines.create(connection)
        both = [{"stream_no": number, "source_key": key} for number in (1, 2) for key in [*ODD, "other"]]
        connection.execute(lines.insert(), [*both, {"stream_no": 2, "source_key": "second"}])
        wanted = [*ODD, "second", "unknown", None]
        assert found(connection, lines, {"stream_no": 1}, "source_key", wanted) == sorted(ODD)
        assert found(connection, lines, {"stream_no": 2}, "source_key", wanted) == sorted([*ODD, "second"])
        assert found(connection, lines, {"stream_no": 1}, "source_key", []) == []


def test_rows_are_found_by_keys_of_any_type_with_an_index_or_without(engine: sa.Engine) -> None:
    kinds = ("BIGINT", "INTEGER", "VARCHAR(9)", "CHAR(9)", "NUMERIC(9)")
    for number, (kind, rule) in enumerate(product(kinds, ("PRIMARY KEY", "UNIQUE", "NOT NULL"))):
        with engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE TABLE records_{number} (id {kind} {rule}, said VARCHAR(20))")
            connection.exec_driver_sql(f"INSERT INTO records_{number} (id) VALUES (1), (2), (123456789)")
            records = sa.Table(f"records_{number}", sa.MetaData(), autoload_with=connection)
            keys = found(connection, records, {}, "id", ["2", "3", "123456789"])
            assert [key.strip() for key in keys] == ["123456789", "2"], (kind, rule)


def test_an_update_by_primary_key_changes_the_rows_that_are_there(engine: sa.Engine) -> None:
    records = table("records", sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False))
    new = pl.DataFrame({"id": ["2", "4"], "said": ["two", "four"]})
    with engine.begin() as connection:
        records.create(connection)
        connection.execute(records.insert(), [{"id": number} for number in range(1, 4)])
        assert update_rows(connection, records, ["id"], new) == 1
        assert connection.execute(sa.select(records).order_by("id")).all() == [(1, None), (2, "two"), (3, None)]


def test_an_update_leaves_the_planner_as_it_was_whether_it_is_refused_or_not(postgres_url: str) -> None:
    records = table("records", sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False))
    engine = engine_for(postgres_url)
    with engine.begin() as connection:
        records.create(connection)
        connection.exec_driver_sql("INSERT INTO records VALUES (1, '')")
        connection.exec_driver_sql("ALTER TABLE records ADD CHECK (said <> 'refused')")
        before = connection.exec_driver_sql(JOINS).one()
        assert update_rows(connection, records, ["id"], pl.DataFrame({"id": ["1"], "said": ["taken"]})) == 1
        assert connection.exec_driver_sql(JOINS).one() == before
        savepoint = connection.begin_nested()
        with pytest.raises(sa.exc.IntegrityError):
            update_rows(connection, records, ["id"], pl.DataFrame({"id": ["1"], "said": ["refused"]}))
        savepoint.rollback()
        assert connection.exec_driver_sql(JOINS).one() == before
    engine.dispose()

"""Rows found and changed by a batch of keys, whatever the keys look like and whatever the key's type is."""

from collections.abc import Iterator
from itertools import product

import polars as pl
import pytest
import sqlalchemy as sa

from crm_migration.extract.dialect import engine_for, read_text
from crm_migration.ledger.tables import exact_text, ledger_tables
from crm_migration.load.bulk import insert_rows, update_rows
from crm_migration.load.by_keys import lines_by_keys, rows_by_keys

ODD = ["plain", " ", "NULL", 'a"b', "a\\b", "a\\", '"', "{x,y}", "it's", "北京", "tab\tin", "line\nin", "%s", ":x"]
PLANNER = "SELECT name, setting FROM pg_settings WHERE name LIKE 'enable%%' ORDER BY name"


@pytest.fixture
def engine(any_database_url: str) -> Iterator[sa.Engine]:
    made = engine_for(any_database_url)
    yield made
    made.dispose()


def table(name: str, *columns: sa.Column[object]) -> sa.Table:
    return sa.Table(name, sa.MetaData(), *columns, sa.Column("said", sa.String(20)))


def found(connection: sa.Connection, some: sa.Table, stream_no: int | None, keys: list[str | None]) -> list[str]:
    wanted, key = pl.Series("wanted", keys, dtype=pl.String), "id" if stream_no is None else "source_key"
    asked = (
        rows_by_keys(connection, some, key, wanted)
        if stream_no is None
        else lines_by_keys(connection, some, stream_no, wanted)
    )
    with asked as (rows, mine):
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
        assert found(connection, lines, 1, wanted) == sorted(ODD)
        assert found(connection, lines, 2, wanted) == sorted([*ODD, "second"])
        assert found(connection, lines, 1, []) == []


def test_the_ledgers_lines_are_looked_up_in_its_index(engine: sa.Engine) -> None:
    """To go through all lines for each key of a batch, or the other way round, would take hours."""
    crosswalk = ledger_tables(engine.dialect.name).crosswalk.to_metadata(sa.MetaData(), schema=None)
    with engine.begin() as connection:
        crosswalk.create(connection)
        keys = pl.Series("source_key", [f"k{number}" for number in range(2_000)])
        same = {"stream_no": 1, "target_id": "1", "created": True, "inserted_run": 1}
        lines = keys.to_frame().with_columns(pl.lit(value).alias(name) for name, value in same.items())
        insert_rows(connection, crosswalk, lines.with_columns(pl.col("source_key").alias("golden_id")))
        with lines_by_keys(connection, crosswalk, 1, keys.head(1_000)) as (rows, mine):
            word = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
            asked = sa.select(crosswalk.c.target_id).select_from(rows).where(mine)
            plan = connection.exec_driver_sql(
                f"{word} {asked.compile(connection, compile_kwargs={'literal_binds': True})}"
            )
            steps = [" ".join(map(str, step)) for step in plan]
    way = {"postgresql": "crosswalk_pkey", "mysql": "eq_ref PRIMARY", "sqlite": "sqlite_autoindex"}[engine.dialect.name]
    assert any(way in step for step in steps), steps


def test_rows_are_found_by_keys_of_any_type_with_an_index_or_without(engine: sa.Engine) -> None:
    kinds = ("BIGINT", "INTEGER", "VARCHAR(9)", "CHAR(9)", "NUMERIC(9)")
    for number, (kind, rule) in enumerate(product(kinds, ("PRIMARY KEY", "UNIQUE", "NOT NULL"))):
        with engine.begin() as connection:
            connection.exec_driver_sql(f"CREATE TABLE records_{number} (id {kind} {rule}, said VARCHAR(20))")
            connection.exec_driver_sql(f"INSERT INTO records_{number} (id) VALUES (1), (2), (123456789)")
            records = sa.Table(f"records_{number}", sa.MetaData(), autoload_with=connection)
            keys = found(connection, records, None, ["2", "3", "123456789"])
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
        before = connection.exec_driver_sql(PLANNER).all()
        assert update_rows(connection, records, ["id"], pl.DataFrame({"id": ["1"], "said": ["taken"]})) == 1
        assert connection.exec_driver_sql(PLANNER).all() == before
        savepoint = connection.begin_nested()
        with pytest.raises(sa.exc.IntegrityError):
            update_rows(connection, records, ["id"], pl.DataFrame({"id": ["1"], "said": ["refused"]}))
        savepoint.rollback()
        assert connection.exec_driver_sql(PLANNER).all() == before
    engine.dispose()

"""PostgreSQL prints every type exactly."""

import pytest
import sqlalchemy as sa

from crm_migration.errors import MappingFault, SourceUnreadable
from tests.extract.databases import connected, over, row, rows, run

VALUES = {
    "numeric(38,10)": ("-1234567890123456789012345678.0123456789", "-1234567890123456789012345678.0123456789"),
    "numeric": ("0.10000000000000000000000000000000000000000001", "0.10000000000000000000000000000000000000000001"),
    "double precision": ("0.30000000000000004", "0.30000000000000004"),
    "float8": ("5e-324", "5e-324"),
    "real": ("0.1", "0.1"),
    "bigint": ("-9223372036854775808", "-9223372036854775808"),
    "boolean": ("yes", "true"),
    "bytea": (r"\x00FFa0", "00ffa0"),
    "date": ("0044-03-15 BC", "0044-03-15 BC"),
    "timestamp": ("2026-03-29 02:30:00.000001", "2026-03-29 02:30:00.000001"),
    "timestamptz": ("2026-03-01 10:00:00+02", "2026-03-01 08:00:00+00"),
    "timestamptz(3)": ("infinity", "infinity"),
    "interval": ("1 year 2 days 03:04:05.6", "1 year 2 days 03:04:05.6"),
    "time": ("23:59:59.999999", "23:59:59.999999"),
    "char(5)": ("ab", "ab"),
    "varchar(5)": ("ab   ", "ab   "),
    "uuid": ("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "json": ('{"a":  1, "a": 2}', '{"a":  1, "a": 2}'),
    "jsonb": ('{"b": 1.50}', '{"b": 1.50}'),
    "text[]": ('{"a,b",NULL,"\\"q\\""}', '{"a,b",NULL,"\\"q\\""}'),
    "inet": ("::1", "::1"),
    "bit(4)": ("1010", "1010"),
    "int4range": ("[1,5]", "[1,6)"),
}


@pytest.fixture
def things(postgres_url: str) -> str:
    columns = ", ".join(f"c{at} {kind}" for at, kind in enumerate(VALUES))
    literals = ", ".join("'" + written.replace("'", "''") + "'" for written, _ in VALUES.values())
    run(
        postgres_url,
        f"CREATE TABLE things (id int, {columns})",
        f"INSERT INTO things VALUES (1, {literals})",
        "INSERT INTO things VALUES (2)",
    )
    return postgres_url


def test_every_type_prints_exactly(things: str) -> None:
    source = over(things, [f"c{at}" for at in range(len(VALUES))])
    assert list(row(source).values()) == [printed for _, printed in VALUES.values()]
    assert set(row(source, 1).values()) == {None}


def test_describe_tells_the_declared_types(things: str) -> None:
    described = over(things).describe("thing")
    assert described["c0"] == "numeric(38,10)"
    assert described["c10"] == "timestamp with time zone"
    assert described["c15"] == "character varying(5)"


def test_the_servers_own_settings_do_not_show(things: str) -> None:
    with connected(things) as connection:
        name = connection.exec_driver_sql("SELECT current_database()").scalar_one()
    for setting in (
        "timezone = 'Asia/Kathmandu'",
        "datestyle = 'German'",
        "extra_float_digits = -5",
        "bytea_output = escape",
    ):
        run(things, f"ALTER DATABASE {name} SET {setting}")
    test_every_type_prints_exactly(things)


def test_a_domain_prints_as_its_base_type(postgres_url: str) -> None:
    run(postgres_url, "CREATE DOMAIN blob AS bytea", "CREATE TABLE things (id int, name blob)")
    run(postgres_url, r"INSERT INTO things VALUES (1, '\xbeef')")
    assert row(over(postgres_url)) == {"name": "beef"}


def test_a_byte_order_mark_at_the_very_start_is_data(postgres_url: str) -> None:
    run(postgres_url, "CREATE TABLE things (id text, name text)", "INSERT INTO things VALUES ('\ufeff1', '\ufeff')")
    assert rows(over(postgres_url)).rows() == [("\ufeff1", "\ufeff")]


def test_a_long_row_arrives_whole(postgres_url: str) -> None:
    run(postgres_url, "CREATE TABLE things (id int, name text)")
    run(
        postgres_url,
        "INSERT INTO things SELECT n, repeat(chr(9) || '€\\' || chr(10), 300000) FROM generate_series(1, 2) n",
    )
    assert rows(over(postgres_url))["name"].to_list() == ["\t€\\\n" * 300_000] * 2


def test_columns_may_be_called_anything(postgres_url: str) -> None:
    names = ["select", "Name", "name", 'a"b', "per%cent", ":colon", "läng", "x" * 63, "c0", "a b", "$1"]
    listed = ", ".join('"' + name.replace('"', '""') + '" text' for name in names)
    values = ", ".join(f"'v{at}'" for at in range(len(names)))
    with connected(postgres_url) as connection:
        driver = connection.connection.driver_connection
        driver.execute(f'CREATE TABLE "Odd %s Table" (id int, {listed})')
        driver.execute(f'INSERT INTO "Odd %s Table" VALUES (1, {values})')
        driver.commit()
    source = over(postgres_url, names, table="Odd %s Table")
    assert row(source) == {name: f"v{at}" for at, name in enumerate(names)}


def test_a_schema_is_honoured(postgres_url: str) -> None:
    run(
        postgres_url,
        "CREATE SCHEMA old",
        "CREATE TABLE old.things (id int, name text)",
        "CREATE TABLE things (id int, name text)",
    )
    run(postgres_url, "INSERT INTO old.things VALUES (1, 'old')", "INSERT INTO things VALUES (1, 'new')")
    source = over(postgres_url)
    inner = source.mapping.source.model_copy(update={"db_schema": "old"})
    source.mapping = source.mapping.model_copy(update={"source": inner})
    assert row(source) == {"name": "old"}


def test_a_missing_privilege_is_named(postgres_url: str, postgres_server: str) -> None:
    run(
        postgres_url,
        "CREATE TABLE things (id int, name text, secret text)",
        "DROP ROLE IF EXISTS reader",
        "CREATE ROLE reader LOGIN",
    )
    url = sa.make_url(postgres_url).set(username="reader").render_as_string(hide_password=False)
    try:
        with pytest.raises(
            MappingFault, match=r"old: thing: table 'things': permission denied for table things.*grant SELECT"
        ):
            rows(over(url))
        run(postgres_url, "GRANT SELECT (id, name) ON things TO reader")
        assert rows(over(url)).columns == ["id", "name"]
    finally:
        run(postgres_url, "DROP OWNED BY reader", "DROP ROLE reader")


def test_a_value_that_cannot_be_computed_is_not_shown(postgres_url: str) -> None:
    query = "SELECT id, (name || '')::int AS name FROM things"
    run(postgres_url, "CREATE TABLE things (id int, name text)", "INSERT INTO things VALUES (1, 'Jane Roe')")
    with pytest.raises(SourceUnreadable, match="SQLSTATE 22P02") as caught:
        rows(over(postgres_url, table=None, query=query))
    assert "Jane" not in f"{caught.value}{caught.value.__cause__}"


def test_text_that_is_not_utf8_is_told_without_showing_it(postgres_server: str) -> None:
    with connected(postgres_server) as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql("DROP DATABASE IF EXISTS bytes")
        connection.exec_driver_sql("CREATE DATABASE bytes ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    url = sa.make_url(postgres_server).set(database="bytes").render_as_string(hide_password=False)
    encoded = f"{url}&client_encoding=utf8"
    run(encoded, "CREATE TABLE things (id int, name text)")
    run(encoded, r"INSERT INTO things VALUES (1, 'Jane'), (2, E'Jane \xff')")
    with pytest.raises(
        SourceUnreadable, match=r"cannot compute or decode a value .SQLSTATE 22021.; repair it at the source"
    ) as caught:
        rows(over(url))
    assert "Jane" not in f"{caught.value}{caught.value.__cause__}"


def test_a_read_cannot_write(postgres_url: str) -> None:
    run(postgres_url, "CREATE SEQUENCE ids")
    with pytest.raises(MappingFault, match="edit the mapping"):
        rows(over(postgres_url, table=None, query="SELECT nextval('ids') AS id, 'x' AS name"))

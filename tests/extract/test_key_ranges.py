"""Ranges of keys: whatever the keys are, each row is in one range, and none is far larger than the others."""

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.extract.database import DatabaseSource
from tests.contract.source import ENTITY, mapping
from tests.extract.databases import run

KEYS = st.one_of(
    st.none(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(max_size=4).filter(lambda text: "\x00" not in text and text.isprintable()),
    st.binary(max_size=4),
)


def shares(url: str, parts: int) -> list[list[str]]:
    """Return the names of the rows in each range of `things`."""
    source = DatabaseSource(url, mapping(watermark=None))
    told = source.divide(ENTITY, None, parts)
    return [pl.concat(source.share(one).read(ENTITY))["name"].to_list() for one in told]


@settings(max_examples=80, deadline=None)
@given(keys=st.lists(KEYS, max_size=40), parts=st.integers(2, 9), declared=st.sampled_from(["", "TEXT", "INTEGER"]))
def test_any_values_of_sqlite_are_in_one_range_each(keys: list[object], parts: int, declared: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "source.sqlite"
        with closing(sqlite3.connect(file)) as database, database:
            database.execute(f"CREATE TABLE things (id {declared}, name TEXT)")
            database.executemany("INSERT INTO things VALUES (?, ?)", [(key, f"n{at}") for at, key in enumerate(keys)])
        found = shares(f"sqlite:///{file}", parts)
    assert len(found) == parts
    assert sorted(name for share in found for name in share) == sorted(f"n{at}" for at in range(len(keys)))


POSTGRES = {
    "bigint": "SELECT 3000000000 + n",
    "numeric": "SELECT CASE WHEN n = 7 THEN 'NaN'::numeric ELSE n / 3.0 END",
    "double precision": "SELECT CASE WHEN n = 7 THEN 'NaN'::float8 WHEN n = 8 THEN 'Infinity' ELSE n / 3.0 END",
    "uuid": "SELECT md5(n::text)::uuid",
    "timestamptz": "SELECT timestamptz '2026-01-01' + n * interval '1 hour'",
    "date": "SELECT date '2026-01-01' + n",
    "bytea": "SELECT decode(md5(n::text), 'hex')",
    "boolean": "SELECT mod(n, 2) = 0",
    "char(8)": "SELECT n::text",
    "text": "SELECT CASE mod(n, 3) WHEN 0 THEN 'É' WHEN 1 THEN 'e' ELSE '-E' END || n",
}
EVEN = set(POSTGRES) - {"boolean"}


@pytest.mark.parametrize("declared", POSTGRES)
def test_keys_of_every_type_of_postgresql(postgres_url: str, declared: str) -> None:
    rows = f"{POSTGRES[declared]}, 'n' || n FROM generate_series(1, 120) AS s(n)"
    run(
        postgres_url,
        "DROP TABLE IF EXISTS things",
        f"CREATE TABLE things (id {declared}, name text)",
        f"INSERT INTO things {rows}",
        "INSERT INTO things VALUES (NULL, 'n0')",
    )
    found = shares(postgres_url, 4)
    assert sorted(name for share in found for name in share) == sorted(f"n{n}" for n in range(121))
    if declared in EVEN:
        assert max(map(len, found)) <= 33


MARIADB = {
    "bigint unsigned": "18446744073709551000 + seq",
    "varchar(20) COLLATE utf8mb4_general_ci": "CONCAT(IF(MOD(seq, 2), 'ä', 'A'), seq)",
    "decimal(20,4)": "seq / 7",
    "double": "seq / 7",
    "datetime": "TIMESTAMPADD(HOUR, seq, '2026-01-01')",
    "varbinary(20)": "UNHEX(MD5(seq))",
}


@pytest.mark.parametrize("declared", MARIADB)
def test_keys_of_every_type_of_mariadb(mariadb_url: str, declared: str) -> None:
    run(
        mariadb_url,
        "DROP TABLE IF EXISTS things",
        f"CREATE TABLE things (id {declared}, name varchar(20)) DEFAULT CHARSET=utf8mb4",
        f"INSERT INTO things SELECT {MARIADB[declared]}, CONCAT('n', seq) FROM seq_1_to_120",
        "INSERT INTO things VALUES (NULL, 'n0')",
    )
    found = shares(mariadb_url, 4)
    assert sorted(name for share in found for name in share) == sorted(f"n{n}" for n in range(121))
    assert max(map(len, found)) <= 33

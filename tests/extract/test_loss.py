"""Reads that break, stop early, or are larger than memory."""

import logging
import time

import psutil
import pytest

from crm_migration.errors import SourceUnavailable
from crm_migration.extract.database import DatabaseSource
from tests.contract.source import ENTITY
from tests.extract.databases import connected, over, run

BIG = {
    "postgresql": "SELECT n AS id, repeat('x', 2000) AS name FROM generate_series(1, {rows}) n",
    "mysql": "SELECT seq AS id, repeat('x', 2000) AS name FROM seq_1_to_{rows}",
    "sqlite": "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {rows})"
    " SELECT n AS id, replace(hex(zeroblob(1000)), '00', 'xx') AS name FROM s",
}
ENDLESS = {
    "postgres": "SELECT a AS id, repeat('x', 2000) AS name"
    " FROM generate_series(1, 2000) a, generate_series(1, 20000) b",
    "mariadb": "SELECT seq AS id, repeat('x', 2000) AS name FROM seq_1_to_40000000",
}
KILL = {
    "postgresql": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid()",
    "mysql": "SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()",
}


def big(url: str, rows: int) -> DatabaseSource:
    """Return a source of `rows` rows of two kilobytes that the server makes up."""
    backend = url.split(":", maxsplit=1)[0].split("+", maxsplit=1)[0]
    if backend == "sqlite":
        run(url, "CREATE TABLE IF NOT EXISTS things (id)")
    return over(url, table=None, query=BIG[backend].format(rows=rows))


def test_memory_is_bounded_by_the_frame(any_database_url: str) -> None:
    reading = big(any_database_url, 80_000).read(ENTITY, None, batch_rows=5_000)
    process, rows = psutil.Process(), next(reading).height
    before = most = process.memory_info().rss
    for frame in reading:
        rows += frame.height
        most = max(most, process.memory_info().rss)
    assert rows == 80_000
    assert most - before < 70 * 2**20, "160 MB went through; far less may stay"


def kill_readers(url: str) -> None:
    """End every other session of the database."""
    with connected(url) as connection:
        backend = connection.dialect.name
        found = connection.exec_driver_sql(KILL[backend]).scalars().all()
        assert found
        if backend == "mysql":
            for session in found:
                connection.exec_driver_sql(f"KILL {session}")


@pytest.mark.parametrize("engine", ["postgres", "mariadb"])
def test_a_lost_connection_is_told_and_nothing_is_taken_for_whole(request, engine: str, caplog) -> None:
    url = str(request.getfixturevalue(f"{engine}_url"))
    reading = big(url, 200_000).read(ENTITY, None, batch_rows=1_000)
    next(reading)
    kill_readers(url)
    with caplog.at_level(logging.WARNING), pytest.raises(SourceUnavailable, match=r"old: thing: query: .*away or busy"):
        list(reading)
    assert caplog.text == ""


def test_a_cancelled_query_is_not_taken_for_whole(mariadb_url: str) -> None:
    reading = big(mariadb_url, 200_000).read(ENTITY, None, batch_rows=1_000)
    next(reading)
    with connected(mariadb_url) as connection:
        for session in connection.exec_driver_sql(KILL["mysql"]).scalars().all():
            connection.exec_driver_sql(f"KILL QUERY {session}")
    with pytest.raises(SourceUnavailable, match="error 1317"):
        list(reading)


@pytest.mark.parametrize("engine", ["postgres", "mariadb"])
def test_a_read_that_is_given_up_ends_its_session(request, engine: str) -> None:
    url = str(request.getfixturevalue(f"{engine}_url"))
    reading = over(url, table=None, query=ENDLESS[engine]).read(ENTITY, None, batch_rows=1_000)
    next(reading)
    begun = time.monotonic()
    reading.close()
    assert time.monotonic() - begun < 20, "80 GB were not waited for"
    with connected(url) as connection:
        found = connection.exec_driver_sql(KILL[connection.dialect.name].replace("pg_terminate_backend(pid)", "pid"))
        assert len(found.all()) <= 1, "at most a session that is ending"


def test_one_read_shows_one_moment(postgres_url: str) -> None:
    run(postgres_url, "CREATE TABLE things (id int, name text)")
    run(postgres_url, "INSERT INTO things SELECT n, repeat('x', 1000) FROM generate_series(1, 30000) n")
    reading = over(postgres_url).read(ENTITY, None, batch_rows=1_000)
    first = next(reading)
    run(postgres_url, "UPDATE things SET name = 'changed'", "INSERT INTO things VALUES (0, 'new')")
    later = [name for frame in reading for name in frame["name"]]
    assert len(later) + first.height == 30_000
    assert "changed" not in later

"""SQLite prints each value by its own type."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.errors import MappingFault, SourceUnreadable
from tests.extract.databases import over, rows, run

VALUES = [
    ("NULL", None), ("''", ""), ("'0042'", "0042"), ("42", "42"), ("-9223372036854775808", "-9223372036854775808"),
    ("0.1", "0.1"), ("1.0", "1.0"), ("0.30000000000000004", "0.30000000000000004"), ("5e-324", "5e-324"),
    ("x'00FF'", "00ff"), ("x''", ""), ("'a' || char(0) || 'b'", "a\0b"), ("'0000-00-00'", "0000-00-00"), ("true", "1"),
]  # fmt: skip


def test_each_value_prints_by_its_own_type(sqlite_url: str) -> None:
    run(sqlite_url, "CREATE TABLE things (id, name)")
    run(sqlite_url, *(f"INSERT INTO things VALUES ({at + 100}, {value})" for at, (value, _) in enumerate(VALUES)))
    assert rows(over(sqlite_url))["name"].to_list() == [printed for _, printed in VALUES]


@settings(max_examples=10)
@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=50))
def test_reals_read_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, reals: list[float]) -> None:
    file = tmp_path_factory.mktemp("reals") / "r.sqlite"
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("CREATE TABLE things (id INTEGER, name REAL)")
        database.executemany("INSERT INTO things VALUES (?, ?)", [(at + 1000, real) for at, real in enumerate(reals)])
    printed = rows(over(f"sqlite:///{file}"))["name"].to_list()
    assert [float(text) for text in printed] == reals


def test_a_missing_file_is_not_created(tmp_path: Path) -> None:
    with pytest.raises(MappingFault, match=r"expected an SQLite file at .*none\.sqlite; edit the connection"):
        rows(over(f"sqlite:///{tmp_path / 'none.sqlite'}"))
    assert list(tmp_path.iterdir()) == []


def test_text_that_is_not_utf8_names_the_column_only(sqlite_url: str) -> None:
    run(sqlite_url, "CREATE TABLE things (id, name)", "INSERT INTO things VALUES (1, CAST(x'4A616E65FF' AS TEXT))")
    with pytest.raises(SourceUnreadable, match="expected text in UTF-8, found other bytes") as caught:
        rows(over(sqlite_url))
    assert "Jane" not in f"{caught.value}{caught.value.__cause__}"


def test_a_file_that_is_no_database_is_unreadable(tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").write_text("this is no database, but it is long enough to look like one" * 20)
    with pytest.raises(SourceUnreadable, match="no SQLite database"):
        rows(over(f"sqlite:///{tmp_path / 'x.sqlite'}"))

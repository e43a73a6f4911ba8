"""MariaDB prints every type exactly, and its packets decode however they arrive."""

import struct
from collections.abc import Iterator

import polars as pl
import pyarrow as pa
import pymysql
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from crm_migration.errors import MappingFault
from crm_migration.extract.mysql_packets import frames_of
from tests.contract.source import ENTITY
from tests.extract.databases import over, row, rows, run

VALUES = {
    "decimal(38,10)": ("-1234567890123456789012345678.0123456789", "-1234567890123456789012345678.0123456789"),
    "double": ("0.30000000000000004", "0.30000000000000004"),
    "double unsigned": ("5e-324", "5e-324"),
    "float": ("0.1", "0.1"),
    "float unsigned": ("16777216", "16777216"),
    "float(12,2)": ("-1234567.5", "-1234567.5"),
    "bigint unsigned": ("18446744073709551615", "18446744073709551615"),
    "tinyint(1)": ("1", "1"),
    "int(6) zerofill": ("42", "000042"),
    "date": ("'0000-00-00'", "0000-00-00"),
    "date null": ("'2020-00-00'", "2020-00-00"),
    "datetime": ("'0000-00-00 00:00:00'", "0000-00-00 00:00:00"),
    "datetime(6)": ("'2026-03-29 02:30:00.000001'", "2026-03-29 02:30:00.000001"),
    "timestamp null": ("'2026-03-01 10:00:00'", "2026-03-01 08:00:00+00:00"),
    "timestamp(3) null": ("'0000-00-00 00:00:00'", "0000-00-00 00:00:00.000"),
    "time(2)": ("'-838:59:59'", "-838:59:59.00"),
    "year": ("2026", "2026"),
    "bit(1)": ("b'1'", "1"),
    "bit(64)": ("b'1000000000000000000000000000000000000000000000000000000000000001'", "9223372036854775809"),
    "binary(4)": ("x'00FF'", "00ff0000"),
    "varbinary(9)": ("x''", ""),
    "longblob": ("x'C3A4'", "c3a4"),
    "longtext": ("'a\\0b'", "a\0b"),
    "varchar(9) character set latin1": ("'ä€'", "ä€"),
    "varchar(9) collate utf8mb4_bin": ("'😀'", "😀"),
    "char(9)": ("'ab  '", "ab"),
    "enum('a','ß')": ("'ß'", "ß"),
    "set('x','y')": ("'y,x'", "x,y"),
    "json": ("'{\"a\":  1}'", '{"a":  1}'),
    "uuid": ("'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
    "inet6": ("'::1'", "::1"),
    "point": ("point(1, 2)", "00000000" + struct.pack("<BIdd", 1, 1, 1, 2).hex()),
}


@pytest.fixture
def things(mariadb_url: str) -> Iterator[str]:
    columns = ", ".join(f"c{at} {kind}" for at, kind in enumerate(VALUES))
    literals = ", ".join(written for written, _ in VALUES.values())
    nulls = ", ".join(["NULL"] * len(VALUES))
    run(
        mariadb_url,
        "SET time_zone = '+02:00'",
        f"CREATE TABLE things (id int, {columns})",
        f"INSERT INTO things VALUES (1, {literals}), (2, {nulls})",
        "SET GLOBAL time_zone = '+05:45'",
    )
    yield mariadb_url
    run(mariadb_url, "SET GLOBAL time_zone = '+00:00'")


def test_every_type_prints_exactly(things: str) -> None:
    source = over(things, [f"c{at}" for at in range(len(VALUES))])
    assert list(row(source).values()) == [printed for _, printed in VALUES.values()]
    assert set(row(source, 1).values()) == {None}


def test_types_of_a_query_are_found_as_well(things: str) -> None:
    query = (
        "SELECT id, c21 AS raw, concat(c21) AS joined, c3 + 0 AS sum, max(c13) AS latest, c17 FROM things WHERE id = 1"
    )
    source = over(things, ["raw", "joined", "sum", "latest", "c17"], table=None, query=query)
    assert row(source) == {
        "raw": "c3a4", "joined": "c3a4", "sum": "0.10000000149011612", "c17": "1",
        "latest": "2026-03-01 08:00:00+00:00",
    }  # fmt: skip


def test_describe_tells_the_declared_types(things: str) -> None:
    described = over(things).describe("thing")
    assert described["c0"] == "decimal(38,10)"
    assert described["c7"] == "tinyint(1)"
    assert described["c26"] == "enum('a','ß')"


@pytest.mark.parametrize("length", [250, 251, 65_535, 65_536, 16_777_207, 34_000_000])
def test_every_length_arrives_whole(mariadb_url: str, length: int) -> None:
    run(mariadb_url, "CREATE TABLE things (id int, name longtext, more longblob)")
    run(mariadb_url, f"INSERT INTO things VALUES (1, repeat('x', {length}), x'00'), (2, 'ß', repeat('y', {length}))")
    read = rows(over(mariadb_url, ["name", "more"]))
    assert read["name"].to_list() == ["x" * length, "ß"]
    assert read["more"].to_list() == ["00", "79" * length]


def test_a_long_group_concat_is_not_cut(mariadb_url: str) -> None:
    run(mariadb_url, "SET GLOBAL group_concat_max_len = 1024")
    query = "SELECT 1 AS id, group_concat(seq) AS name FROM seq_1_to_5000"
    assert row(over(mariadb_url, table=None, query=query))["name"] == ",".join(map(str, range(1, 5001)))


def test_columns_may_be_called_anything(mariadb_url: str) -> None:
    names = ["select", "Name", "a`b", "per%cent", ":colon", "läng", "x" * 64, "c0", "a b", "%(x)s"]
    listed = ", ".join("`" + name.replace("`", "``") + "` text" for name in names).replace("%", "%%")
    run(mariadb_url, f"CREATE TABLE `odd %%s table` (id int, {listed})")
    run(
        mariadb_url, "INSERT INTO `odd %%s table` VALUES (1, " + ", ".join(f"'v{at}'" for at in range(len(names))) + ")"
    )
    source = over(mariadb_url, names, table="odd %s table")
    assert row(source) == {name: f"v{at}" for at, name in enumerate(names)}


def test_rows_are_found_again_by_exactly_their_key(mariadb_url: str) -> None:
    run(mariadb_url, "CREATE TABLE things (id binary(4), name varchar(9))")
    run(mariadb_url, "INSERT INTO things VALUES (x'00FF00FF', 'a'), (x'00FF00FE', 'a'), (x'00FF00FF', 'A')")
    source = over(mariadb_url, key=["id", "name"])
    keys = rows(source).filter(pl.col("id") == "00ff00ff", pl.col("name") == "a").select("id", "name")
    assert source.read_keys(ENTITY, keys).rows() == [("00ff00ff", "a")]


def test_a_missing_privilege_is_named(mariadb_url: str) -> None:
    run(mariadb_url, "CREATE TABLE things (id int, name text)", "CREATE OR REPLACE USER reader IDENTIFIED BY 'p'")
    url = sa.make_url(mariadb_url).set(username="reader", password="p")
    try:
        with pytest.raises(MappingFault, match="old: thing: table 'things': Access denied for user 'reader'"):
            rows(over(url.render_as_string(hide_password=False)))
        run(mariadb_url, f"GRANT SELECT (id) ON {url.database}.things TO reader")
        with pytest.raises(MappingFault, match="no column 'name'"):
            rows(over(url.render_as_string(hide_password=False)))
    finally:
        run(mariadb_url, "DROP USER reader")


def test_a_read_cannot_write(mariadb_url: str) -> None:
    run(mariadb_url, "CREATE SEQUENCE ids")
    with pytest.raises(MappingFault, match="READ ONLY"):
        rows(over(mariadb_url, table=None, query="SELECT nextval(ids) AS id, 'x' AS name"))


class Pieces:
    """A stream whose bytes arrive in pieces of the given sizes, again and again."""

    def __init__(self, data: bytes, sizes: list[int]) -> None:
        self.data, self.sizes, self.turn = data, sizes, 0

    def read1(self, size: int, /) -> bytes:
        take = self.sizes[self.turn % len(self.sizes)]
        self.turn += 1
        piece, self.data = self.data[:take], self.data[take:]
        return piece


def packets(table: list[tuple[bytes | None, ...]], last: bytes = b"\xfe\x00\x00\x02\x00") -> bytes:
    """Return the rows as MySQL sends them, and the packet that ends them."""
    payloads = [b"".join(map(field, values)) for values in table]
    return b"".join(len(load).to_bytes(3, "little") + b"\x07" + load for load in [*payloads, last])


def field(value: bytes | None) -> bytes:
    """Return one value as MySQL sends it."""
    if value is None:
        return b"\xfb"
    size = len(value)
    return (bytes([size]) if size < 251 else b"\xfc" + size.to_bytes(2, "little")) + value


VALUE = st.one_of(
    st.none(), st.binary(max_size=14), st.sampled_from([b"z" * 12, b"z" * 13, b"z" * 250, b"z" * 251, b"z" * 700])
)


@given(st.lists(st.tuples(VALUE, VALUE), max_size=30), st.lists(st.integers(1, 40), min_size=1), st.integers(1, 7))
def test_rows_decode_wherever_the_stream_is_cut(table, sizes, most) -> None:
    frames = list(frames_of(Pieces(packets(table), sizes), [True, True], most))
    assert [values for frame in frames for values in frame.iter_rows()] == table
    assert all(0 < frame.height <= most for frame in frames)


def test_an_error_after_rows_is_raised() -> None:
    broken = packets([(b"1",)], b"\xff" + struct.pack("<H", 1317) + b"#70100interrupted")
    with pytest.raises(pymysql.err.OperationalError, match="interrupted"):
        list(frames_of(Pieces(broken, [7]), [False], 10))


def test_a_stream_that_stops_is_a_lost_connection() -> None:
    with pytest.raises(pymysql.err.OperationalError, match="Lost connection"):
        list(frames_of(Pieces(packets([(b"1",), (b"2",)])[:-3], [5]), [False], 10))


def test_text_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(pa.ArrowInvalid, match="UTF8"):
        list(frames_of(Pieces(packets([(b"\xff\xfe",)]), [5]), [False], 10))

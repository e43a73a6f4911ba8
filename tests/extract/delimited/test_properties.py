"""Whatever the file: each row once, exactly, and the same however the file is cut into blocks."""

import codecs
import csv
import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.delimited.blocks import BlockReader
from crm_migration.extract.delimited.dialect import Dialect
from crm_migration.extract.delimited.layout import Layout, RowMaker
from crm_migration.extract.delimited.records import Scanner
from crm_migration.extract.delimited.stream import decoded
from crm_migration.mapping.reading import DelimitedOptions
from tests.extract.delimited.reading import opened, read

ONE_FOLDER = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
LETTERS = "ab\\'\" ,;\t|#é世\U0001f600\n\r\ufeff"
CELL = st.text(LETTERS, max_size=6)
# Nearly a delimited file: marks in every order, bytes that are no text.
MARKS = [b",", b",", b"\n", b"\n", b"\r\n", b"\r", b'"', b'"', b'""', b"\\", b" "]
ODD = [b"\xff", b"\0", b"\x1a", b"\x1f", b"\xef\xbb\xbf", b"\xed\xa0\x80", "é".encode(), "世".encode()]
TEXT = [b"a", b"b1", b"id,n\n", b"x,y\n", b"a,b,c\n"]
PIECES = st.lists(st.sampled_from([*MARKS, *ODD, *TEXT]), max_size=40).map(b"".join)
DIALECTS = st.sampled_from(
    [
        Dialect(),
        Dialect(quote=""),
        Dialect(escape="\\"),
        Dialect(quote="", escape="\\"),
        Dialect(delimiter=""),
        Dialect(delimiter=" "),
        Dialect(delimiter="\\", escape=""),
        Dialect(delimiter="b1"),
        Dialect(comment="a"),
        Dialect(record_separator="b1"),
        Dialect(record_separator="\\", quote=""),
    ]
)


@ONE_FOLDER
@given(
    rows=st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=8)),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    quote=st.sampled_from(['"', "'"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONE]),
    escape=st.booleans(),
    ends=st.sampled_from(["\n", "\r\n", "\r"]),
    block_bytes=st.sampled_from([1, 3, 16, 1 << 20]),
)
def test_what_csv_writes_is_read_back(
    tmp_path: Path, rows, delimiter, quote, quoting, escape, ends, block_bytes
) -> None:
    escape = escape or quoting == csv.QUOTE_NONE
    if ends != "\r\n" and quoting != csv.QUOTE_ALL:
        # The writer leaves the line ends that it does not use itself without a mark.
        rows = [[cell.replace("\n" if ends == "\r" else "\r", "") for cell in row] for row in rows]
    text, expected = _written(
        rows,
        {
            "delimiter": delimiter,
            "quotechar": quote,
            "quoting": quoting,
            "escapechar": "\\" if escape else None,
            "doublequote": not escape,
            "lineterminator": ends,
        },
    )
    path = tmp_path / "input.csv"
    path.write_bytes(codecs.BOM_UTF8 + text.encode())
    width = len(rows[0]) if rows else 1
    names = [f"c{number}" for number in range(width)]
    options = DelimitedOptions(
        encoding="utf-8",
        delimiter=delimiter,
        quote=quote,
        escape="\\" if escape else "",
        header_row=0,
        columns=names,
    )

    found = read(path, options, block_bytes=block_bytes)

    assert found.rejected == []
    assert [tuple(value or "" for value in row) for row in found.kept] == [row for _, row in expected]
    assert found.lines == [line for line, _ in expected]


def _written(rows, how) -> tuple[str, list[tuple[int, tuple[str, ...]]]]:
    """Return the file, and each row that is not blank with the line it starts on."""
    out, expected = io.StringIO(newline=""), []
    writer = csv.writer(out, **how)
    for row in rows:
        if row == [""] and how["quoting"] == csv.QUOTE_NONE:
            continue
        before = out.tell()
        line = 1 + len(re.findall(r"\r\n|\r|\n", out.getvalue()))
        writer.writerow(row)
        written = out.getvalue()[before:].removesuffix(how["lineterminator"])
        if written.strip(how["delimiter"]):
            expected.append((line, tuple(row)))
    return out.getvalue(), expected


@given(content=PIECES, dialect=DIALECTS, width=st.integers(1, 3), block=st.integers(1, 9), header=st.booleans())
def test_the_fast_path_reads_what_the_careful_one_reads(content, dialect, width, block, header) -> None:
    columns = tuple(f"c{number}" for number in range(width))
    layout = Layout(dialect, "utf-8", columns, header=("x", "y") if header and width == 2 else None)
    rows = RowMaker(layout, columns)
    records = Scanner(dialect).scan(decoded(content, final=True))
    expected = [row for record in records if (row := rows.row(record)) is not None]

    for size in (block, 1 << 20):
        pieces = [content[start : start + size] for start in range(0, len(content), size)]
        blocks = [(piece, number == len(pieces) - 1) for number, piece in enumerate(pieces)]
        frames = list(BlockReader(layout, columns).read(blocks))
        assert [row for frame in frames for row in frame.rows()] == expected


@given(content=PIECES, dialect=DIALECTS, block=st.integers(1, 9))
def test_every_line_with_content_is_in_a_row(content, dialect, block) -> None:
    """What is kept and rejected, put together, leaves nothing out: rows begin on lines in order, up to the last."""
    if dialect.comment or dialect.record_separator:
        dialect = replace(dialect, comment=None, record_separator=None)
    layout = Layout(dialect, "utf-8", ("c0", "c1"))
    frames = list(BlockReader(layout, ("c0", "c1")).read([(content, True)]))
    starts = [line for frame in frames for line in frame["_at"]]
    lines = re.split(rb"\r\n|\r|\n", content)
    filled = {number for number, line in enumerate(lines, 1) if line.strip(b" \t\x1a" + dialect.delimiter.encode())}

    assert starts == sorted(set(starts))
    assert set(starts) <= set(range(1, len(lines) + 1))
    assert not filled or min(starts, default=len(lines) + 1) <= min(filled)


@ONE_FOLDER
@given(content=st.one_of(st.binary(max_size=200), PIECES), block_bytes=st.integers(1, 20))
def test_any_bytes_are_read_or_refused_and_the_same_in_any_blocks(tmp_path: Path, content, block_bytes) -> None:
    path = tmp_path / "input.csv"
    path.write_bytes(content)
    try:
        whole = read(path)
    except SourceUnreadable as refusal:
        with pytest.raises(SourceUnreadable, match=re.escape(str(refusal))):
            opened(path)
        return

    assert whole.everything == read(path, block_bytes=block_bytes).everything
    assert whole.everything == read(path, batch_rows=2).everything


@given(content=PIECES, most=st.integers(8, 40), block=st.integers(1, 9), dialect=DIALECTS)
def test_rows_that_are_too_long_are_passed_over_the_same_in_any_blocks(content, most, block, dialect) -> None:
    columns = ("c0", "c1")
    layout = Layout(dialect, "utf-8", columns, most_record=most)

    def rows_of(size: int) -> list[tuple[object, ...]]:
        pieces = [content[start : start + size] for start in range(0, len(content), size)]
        blocks = [(piece, number == len(pieces) - 1) for number, piece in enumerate(pieces)]
        frames = BlockReader(layout, columns).read(blocks)
        return [row for frame in frames for row in frame.rows()]

    assert rows_of(block) == rows_of(1 << 20)

r"""Reads what COPY … TO STDOUT sends, as frames of text.

psycopg hands COPY's rows to Python one call each; reading them from libpq directly takes half the time. The
text format is parsed by polars: a tab or line break inside a value arrives escaped, so the fields split
cleanly, and NULL (`\N`) differs from the text `\N`, which arrives as `\\N`.
"""

import selectors
from collections.abc import Iterator
from typing import Any

import polars as pl
import psycopg
from psycopg import errors, pq

from crm_migration.extract.printing import Frames

CHUNK_BYTES = 16 * 1024 * 1024
ESCAPES = {r"\\": "\\", r"\b": "\b", r"\f": "\f", r"\n": "\n", r"\r": "\r", r"\t": "\t", r"\v": "\v"}
"""The escapes that COPY TO writes (PostgreSQL documentation, COPY, Text Format)."""


def copy_out(driver: "psycopg.Connection[Any]", statement: str, width: int, rows: int, size: int) -> Frames:
    """Yield the rows of a SELECT of `width` text columns, in frames of at most `rows` rows and about `size` bytes.

    Closing the iterator early reads the rest of the answer and forgets it, so that the connection and its
    transaction stay usable.

    Raises:
        psycopg.Error: the statement failed, or the connection was lost.
    """
    server = driver.pgconn
    _send(server, f"COPY ({statement}) TO STDOUT".encode())
    _expect(_result(server), pq.ExecStatus.COPY_OUT)
    try:
        for lines in _lines(server, rows, min(size, CHUNK_BYTES)):
            yield _parsed(b"".join(lines), width)
        _expect(_result(server), pq.ExecStatus.COMMAND_OK)
    finally:
        _forget_rest(server)


def _send(server: pq.abc.PGconn, statement: bytes) -> None:
    server.send_query(statement)
    while server.flush():
        if _wait(server, selectors.EVENT_READ | selectors.EVENT_WRITE) & selectors.EVENT_READ:
            server.consume_input()


def _wait(server: pq.abc.PGconn, events: int) -> int:
    with selectors.DefaultSelector() as selector:
        selector.register(server.socket, events)
        return selector.select()[0][1]


def _result(server: pq.abc.PGconn) -> pq.abc.PGresult | None:
    while server.is_busy():
        _wait(server, selectors.EVENT_READ)
        server.consume_input()
    return server.get_result()


def _expect(result: pq.abc.PGresult | None, status: pq.ExecStatus) -> None:
    if result is None:
        raise psycopg.OperationalError("the server ended the answer early")
    if result.status != status:
        raise errors.error_from_result(result)


def _lines(server: pq.abc.PGconn, rows: int, most_bytes: int) -> Iterator[list[bytes]]:
    lines: list[bytes] = []
    size = 0
    while True:
        length, line = server.get_copy_data(1)
        if length > 0:
            lines.append(bytes(line))
            size += length
            if len(lines) >= rows or size >= most_bytes:
                yield lines
                lines, size = [], 0
        elif length == 0:
            _wait(server, selectors.EVENT_READ)
            server.consume_input()
        else:
            break
    if lines:
        yield lines


def _forget_rest(server: pq.abc.PGconn) -> None:
    while server.status == pq.ConnStatus.OK and (result := _result(server)) is not None:
        if result.status == pq.ExecStatus.COPY_OUT:
            for _ in _lines(server, CHUNK_BYTES, CHUNK_BYTES):
                continue


def _parsed(data: bytes, width: int) -> pl.DataFrame:
    # A header of our own comes first: a byte order mark at the start of a value would else be taken for the file's.
    header = "\t".join(f"c{position}" for position in range(width)).encode()
    frame = pl.read_csv(
        header + b"\n" + data,
        separator="\t",
        quote_char=None,
        null_values=r"\N",
        empty_string_is_null=False,
        infer_schema=False,
    )
    escaped = frame.select(pl.all().str.contains("\\", literal=True).any()).row(0)
    names = [name for name, found in zip(frame.columns, escaped, strict=True) if found]
    return frame.with_columns(pl.col(names).str.replace_many(ESCAPES))

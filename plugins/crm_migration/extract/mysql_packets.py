"""Reads the rows of an unbuffered MySQL query column by column, without a Python object per value.

PyMySQL builds each value in Python: seven times slower than a compiled driver. connectorx is compiled, but its
`arrow_stream` reads ahead without limit when the consumer is slower, holds the interpreter while it waits, and
cannot see the caller's transaction. Here PyMySQL sends the query, and the row packets (MySQL documentation,
"Text Resultset") are taken from its socket in chunks. All rows of a chunk are decoded together: one pass of
numpy per column finds where the values stand, and Arrow's string views point at them, so no text is copied.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pymysql
from pymysql.constants import CR
from pymysql.cursors import SSCursor

from crm_migration.extract.printing import Frames

CHUNK_BYTES = 4 * 1024 * 1024
READ_BYTES = 1024 * 1024

HEADER_BYTES = 4
SPLIT_PACKET = 0xFFFFFF
"""A packet of this length is continued in the next one."""
NULL, LONGER_LENGTHS = 0xFB, ((0xFC, 2), (0xFD, 3), (0xFE, 8))
"""First byte of a value: NULL, or how many bytes its length takes; less than these is the length itself."""
END, END_BYTES, ERROR = 0xFE, 9, 0xFF

BINARY_CHARSET = 63

INLINE = 12
"""Bytes of a value that an Arrow view holds in itself (Arrow Columnar Format, "Variable-size Binary View")."""
INLINE_MASKS: Final = np.where(np.arange(INLINE)[None, :] < np.arange(INLINE + 1)[:, None], 255, 0).astype(np.uint8)

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


class PacketStream(Protocol):
    """The buffered socket under a MySQL connection."""

    def read1(self, size: int, /) -> bytes:
        """Return what has arrived, at most `size` bytes; empty when the other side hung up."""
        ...


class PacketCursor(SSCursor):
    """An unbuffered cursor that shows what the protocol says, and leaves its rows to `frames_of`.

    PyMySQL has no public way to them: `_result`, `fields` and `_rfile` are its own names.
    """

    def types(self) -> list[tuple[int, bool]]:
        """Return the type code of each column, and whether it holds bytes: BLOB and TEXT share one code."""
        fields = vars(self)["_result"].fields
        return [(field.type_code, field.charsetnr == BINARY_CHARSET) for field in fields]

    def unread(self) -> PacketStream:
        """Return the stream on which the rows wait; whoever takes it must read them to their end."""
        vars(self)["_result"].unbuffered_active = False
        stream: PacketStream = vars(self.connection)["_rfile"]
        return stream


def frames_of(stream: PacketStream, binary: Sequence[bool], rows: int) -> Frames:
    """Yield the rows that a running query sends, in frames of at most `rows` rows, up to its end.

    Columns are called c0, c1, … and are String, or Binary where `binary` says so.

    Raises:
        pymysql.MySQLError: the server ended the query with an error, or the connection was lost.
        pyarrow.ArrowInvalid: a text is not UTF-8.
    """
    chunks = _chunks(stream)
    try:
        for chunk, starts in chunks:
            for first in range(0, len(starts), rows):
                yield _decoded(chunk, np.array(starts[first : first + rows], dtype=np.int64), binary)
    finally:
        # MySQL cannot be told to stop: what is left of the answer stands before the next one.
        with suppress(pymysql.MySQLError):
            for _ in chunks:
                continue


def _chunks(stream: PacketStream) -> Iterator[tuple[bytearray, list[int]]]:
    """Yield buffers of whole row packets with the place where each row starts."""
    rest = b""
    while True:
        chunk = bytearray(rest)
        starts, end = _filled(stream, chunk)
        last = starts[-1]
        finished = end == len(chunk) and _closes(chunk, last, end)
        rest = bytes(memoryview(chunk)[end:])
        # Room for loads of fixed width at the very end.
        chunk += bytes(INLINE)
        yield chunk, starts[:-1] if finished else starts
        if finished:
            return


def _filled(stream: PacketStream, chunk: bytearray) -> tuple[list[int], int]:
    """Read into `chunk` until it is full or the answer ends; return where its rows start and the last one ends."""
    starts: list[int] = []
    end = 0
    while True:
        data = _received(stream)
        chunk += data
        end = _scan(chunk, end, starts)
        full = len(chunk) >= CHUNK_BYTES and starts
        if full or (starts and end == len(chunk) and _closes(chunk, starts[-1], end)):
            return starts, end


def _received(stream: PacketStream) -> bytes:
    try:
        data = stream.read1(READ_BYTES)
    except (OSError, ValueError):  # ValueError: the stream has been closed on this side
        data = b""
    if not data:
        raise pymysql.err.OperationalError(CR.CR_SERVER_LOST, "Lost connection during query")
    return data


def _scan(chunk: bytearray, place: int, starts: list[int]) -> int:
    """Append the starts of the whole packets from `place` on; return where the last of them ends."""
    size = len(chunk)
    while place + HEADER_BYTES <= size:
        length = chunk[place] | chunk[place + 1] << 8 | chunk[place + 2] << 16
        end = place + HEADER_BYTES + length
        if length == SPLIT_PACKET:
            end = _joined(chunk, place)
            size = len(chunk)
        if not place < end <= size:
            break
        starts.append(place + HEADER_BYTES)
        place = end
    return place


def _joined(chunk: bytearray, place: int) -> int:
    """Remove the headers inside a row that takes several packets; return its end, 0 while it is incomplete."""
    headers: list[int] = []
    length = SPLIT_PACKET
    end = place + HEADER_BYTES + length
    while length == SPLIT_PACKET:
        if end + HEADER_BYTES > len(chunk):
            return 0
        headers.append(end)
        length = int.from_bytes(chunk[end : end + 3], "little")
        end += HEADER_BYTES + length
    if end > len(chunk):
        return 0
    for header in reversed(headers):
        del chunk[header : header + HEADER_BYTES]
    return end - HEADER_BYTES * len(headers)


def _closes(chunk: bytearray, start: int, end: int) -> bool:
    """Return whether the packet ends the answer.

    Raises:
        pymysql.MySQLError: it says that the query failed.
    """
    if chunk[start] == ERROR:
        pymysql.err.raise_mysql_exception(bytes(chunk[start:end]))
    return chunk[start] == END and end - start < END_BYTES


def _decoded(chunk: bytearray, places: Places, binary: Sequence[bool]) -> pl.DataFrame:
    """Return the rows that start at `places`."""
    data = np.frombuffer(chunk, dtype=np.uint8)
    windows: npt.NDArray[np.void] = np.ndarray((len(chunk) - INLINE + 1,), f"V{INLINE}", chunk, strides=(1,))
    shared = pa.py_buffer(chunk)
    columns = []
    for is_binary in binary:
        begins, lengths, present = _measured(data, places)
        views = pa.py_buffer(_views(windows, begins, lengths))
        validity = None if present is None else pa.py_buffer(np.packbits(present, bitorder="little"))
        kind = pa.binary_view() if is_binary else pa.string_view()
        column = pa.Array.from_buffers(kind, len(places), [validity, views, shared])
        column.validate(full=True)
        columns.append(column)
        places = begins + lengths
    frame = pl.from_arrow(pa.RecordBatch.from_arrays(columns, [f"c{at}" for at in range(len(columns))]))
    return frame if isinstance(frame, pl.DataFrame) else frame.to_frame()


def _measured(data: Bytes, places: Places) -> tuple[Places, Places, npt.NDArray[np.bool_] | None]:
    """Return where the values at `places` begin, how long they are, and which are not NULL (None: all)."""
    codes = data[places]
    begins = places + 1
    lengths = codes.astype(np.int64)
    if not len(codes) or codes.max() < NULL:
        return begins, lengths, None
    present = codes != NULL
    lengths[~present] = 0
    for code, width in LONGER_LENGTHS:
        rows = np.flatnonzero(codes == code)
        if len(rows):
            digits = data[begins[rows, None] + np.arange(width)].astype(np.int64)
            lengths[rows] = (digits << (8 * np.arange(width))).sum(axis=1)
            begins[rows] += width
    return begins, lengths, present


def _views(windows: npt.NDArray[np.void], begins: Places, lengths: Places) -> npt.NDArray[np.int32]:
    """Return one Arrow view per value: length, then the value itself or its start and place in buffer 0."""
    views = np.empty((len(begins), 4), dtype=np.int32)
    views[:, 0] = lengths
    heads = windows[begins].view(np.uint8).reshape(-1, INLINE) & INLINE_MASKS[np.minimum(lengths, INLINE)]
    views[:, 1:] = heads.view(np.int32)
    outside = lengths > INLINE
    views[outside, 2] = 0
    views[outside, 3] = begins[outside]
    return views

"""From blocks of bytes to frames of rows: the fast path where it is sure, the careful one where it is not."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import polars as pl

from crm_migration.extract.delimited.layout import Layout, Row, RowMaker
from crm_migration.extract.delimited.overlong import Overlong
from crm_migration.extract.delimited.records import Scanner
from crm_migration.extract.delimited.stream import decoded
from crm_migration.extract.delimited.strict import Part, StrictReader
from crm_migration.extract.document import READ_META

_LEAST_CAREFUL = 64 << 10
_MOST_CAREFUL = 512 << 10
_LEAST_LOOK, _LOOK_GROWS = 256 << 10, 4
"""After a doubt, so much of the text is looked at for the next one; each time without one, so many times as much."""
_CELL_BYTES = 16
"""What a value takes in memory besides its letters, an empty one too."""


class BlockReader:
    """Reads the rows of one document from its text as UTF-8; no row depends on how the text is cut into blocks.

    `given` is how many bytes of text the rows stand in that were yielded so far.
    """

    def __init__(self, layout: Layout, wanted: Sequence[str]) -> None:
        self.given = 0
        self._layout = layout
        self._schema: dict[str, type[pl.DataType]] = {**dict.fromkeys(wanted, pl.String), **READ_META}
        self._strict = StrictReader(layout, wanted) if layout.dialect.plain else None
        self._rows = RowMaker(layout, wanted)
        self._scanner = Scanner(layout.dialect)
        self._careful_bytes = _LEAST_CAREFUL
        self._look = sys.maxsize
        self._overlong: Overlong | None = None

    def read(self, blocks: Iterable[tuple[bytes, bool]]) -> Iterator[pl.DataFrame]:
        """Yield frames of rows in their order; `blocks` begin with the first row.

        While one part of the text is parsed, the next one is cut.
        """
        with ThreadPoolExecutor(max_workers=1) as pool:
            pending: list[tuple[int, Future[pl.DataFrame]]] = []
            for part in self._parts(blocks):
                pending.append((part.used, pool.submit(part.rows)))
                if len(pending) > 1:
                    yield self._given(*pending.pop(0))
            while pending:
                yield self._given(*pending.pop(0))

    def _given(self, used: int, rows: Future[pl.DataFrame]) -> pl.DataFrame:
        frame = rows.result()
        self.given += used
        return frame

    def _parts(self, blocks: Iterable[tuple[bytes, bool]]) -> Iterator[Part]:
        line, rest = self._layout.line, b""
        for block, final in blocks:
            text, at = rest + block, 0
            while at < len(text):
                end = min(at + self._look, len(text))
                part = self._part(text[at:end], line, final and end == len(text))
                if part is not None:
                    at, line = at + part.used, line + part.lines
                    yield part
                elif end == len(text):
                    break
                else:
                    self._look = sys.maxsize
            rest = text[at:]

    def _part(self, text: bytes, line: int, final: bool) -> Part | None:
        if self._overlong is not None:
            return self._pass_over(self._overlong, text, line, final)
        part = self._strict.read(text, line, final=final) if self._strict else None
        if part is not None:
            self._careful_bytes = _LEAST_CAREFUL
            self._look = min(self._look * _LOOK_GROWS, sys.maxsize)
            return part
        most = self._layout.most_record
        for size in (min(self._careful_bytes, most), most):
            part = self._careful(text[:size], line, final and len(text) <= size)
            if part is not None:
                self._careful_bytes, self._look = min(self._careful_bytes * 2, _MOST_CAREFUL), _LEAST_LOOK
                return part
        if len(text) < most:
            return None
        self._overlong = Overlong(self._scanner, line)
        return self._pass_over(self._overlong, text, line, final)

    def _careful(self, piece: bytes, line: int, final: bool) -> Part | None:
        """Return the rows of a piece of text read letter by letter, or None if it holds no whole record."""
        text = decoded(piece, final)
        scan = self._scanner.scan(text, line, final)
        rows = [row for record in scan if (row := self._rows.row(record)) is not None]
        if not scan.used:
            return None
        used = len(text[: scan.used].encode("utf-8", "surrogateescape"))
        return Part(partial(self._frame, rows), used, scan.line - line)

    def _pass_over(self, overlong: Overlong, text: bytes, line: int, final: bool) -> Part | None:
        """Return, as rejected rows, the lines of a record that is too long, as far as they are there."""
        passed = overlong.take(decoded(text, final), line, final)
        if overlong.over:
            self._overlong = None
        if not passed.used:
            return None
        rows = [self._rows.rejected(at, raw, "too_long", overlong.message) for at, raw in passed.lines if raw.strip()]
        used = len(passed.text.encode("utf-8", "surrogateescape"))
        return Part(partial(self._frame, rows), used, passed.line_ends)

    def _frame(self, rows: list[Row]) -> pl.DataFrame:
        return pl.DataFrame(rows, schema=self._schema, orient="row")


def regroup(
    frames: Iterable[pl.DataFrame], batch_rows: int, most_bytes: int, given: Callable[[], int]
) -> Iterator[pl.DataFrame]:
    """Yield the rows in frames of at most `batch_rows`, holding back no more than about `most_bytes` of memory.

    `given` tells how many bytes of text the frames so far stood in, which is sooner asked than measured.
    """
    waiting: list[pl.DataFrame] = []
    rows, before = 0, 0
    for frame in frames:
        if frame.is_empty():
            continue
        waiting.append(frame)
        rows += frame.height
        if rows >= batch_rows or given() - before + rows * frame.width * _CELL_BYTES >= most_bytes:
            yield from _sliced(waiting, batch_rows)
            waiting, rows, before = [], 0, given()
    yield from _sliced(waiting, batch_rows)


def _sliced(frames: list[pl.DataFrame], batch_rows: int) -> Iterator[pl.DataFrame]:
    if frames:
        yield from (frames[0] if len(frames) == 1 else pl.concat(frames)).iter_slices(batch_rows)


def without_last(frames: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """Yield all rows but the last `rows` of them."""
    held = pl.DataFrame()
    for frame in frames:
        held = pl.concat([held, frame]) if held.height else frame
        if held.height > rows:
            yield held.head(held.height - rows)
            held = held.tail(rows)

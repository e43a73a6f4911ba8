"""The fast path: whole blocks of bytes, cut by where their marks stand and parsed by pyarrow.

It takes what is beyond doubt and leaves the rest: it stops before the first quotation mark that is out of place, and
hands over single records that have a fault.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import islice

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pc
from numpy.typing import NDArray

from crm_migration.extract.delimited.layout import Layout, RowMaker
from crm_migration.extract.delimited.records import Scanner
from crm_migration.extract.delimited.stream import decoded, is_utf8
from crm_migration.extract.document import AT, READ_META

_LF, _CR = 10, 13
_NEUTRAL = ord("x")
# The careful path must see a letter after a CR to be sure that the record ends there.
_LOOK_AHEAD = 8
_ONE_COLUMN = "\x1f"
_MOST_ODD = 0.2
_SOME_ROWS = 50_000
_FIRST_BEYOND_ASCII = 0x80
# What Python strips; polars strips less by itself.
_BLANKS = "".join(letter for letter in map(chr, range(0x3001)) if letter.isspace())
_BOM = b"\xef\xbb\xbf"

Positions = NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """The first `used` bytes of a block, in which `lines` lines end; `rows` reads them, in any thread."""

    rows: Callable[[], pl.DataFrame]
    used: int
    lines: int


@dataclass(frozen=True)
class _Cut:
    """Where the records of a block stand: each from `starts` to before `ends`, on line `lines` of the block.

    Those that are `blank` hold nothing but the separators of a row.
    """

    starts: Positions
    ends: Positions
    lines: Positions
    used: int
    lines_used: int
    blank: NDArray[np.bool_]


class StrictReader:
    """Reads blocks of one document."""

    def __init__(self, layout: Layout, wanted: Sequence[str]) -> None:
        self._layout, self._wanted = layout, list(wanted)
        self._rows = RowMaker(layout, wanted)
        self._scanner = Scanner(layout.dialect)
        self._marks = _Marks(layout.dialect.delimiter or _ONE_COLUMN, layout.dialect.quote, layout.dialect.escape)

    def read(self, block: bytes, line: int, *, final: bool) -> Part | None:
        """Return the rows at the start of a block that begins with a record on line `line`; None if none is sure."""
        if self._is_strange(block, final):
            return None
        cut = _cut(block, self._marks, final, self._layout.most_record)
        if cut is None:
            return None
        return Part(partial(self._frame, block[: cut.used], cut, line), cut.used, cut.lines_used)

    def _is_strange(self, block: bytes, final: bool) -> bool:
        """Return whether pyarrow would take the block otherwise."""
        escape = self._layout.dialect.escape.encode()
        if escape and ((final and escape in block) or escape + b"\n" in block or escape + b"\r" in block):
            return True
        return not self._layout.dialect.delimiter and _ONE_COLUMN.encode() in block

    def _frame(self, block: bytes, cut: _Cut, line: int) -> pl.DataFrame:
        cut = replace(cut, blank=_blank_rows(block, cut, self._marks, len(self._layout.columns)))
        odd = self._invalid(block, cut)
        frame = self._joined(block, cut, line, odd)
        if frame is None:
            ragged = _ragged(block, cut, self._marks, len(self._layout.columns))
            frame = self._joined(block, cut, line, odd | ragged)
        return self._carefully(block, line) if frame is None else frame

    def _invalid(self, block: bytes, cut: _Cut) -> NDArray[np.bool_]:
        """Return which records hold a NUL byte, bytes that are no UTF-8, or an escape mark in vain."""
        seen = np.frombuffer(block, np.uint8)
        wrong = [self._literal_escapes(seen)]
        if b"\0" in block:
            wrong.append(np.flatnonzero(seen == 0))
        if not is_utf8(block):
            wrong.append(_undecodable(block, seen, cut))
        odd = np.zeros(len(cut.starts), dtype=np.bool_)
        odd[np.searchsorted(cut.starts, np.concatenate(wrong), side="right") - 1] = True
        return odd

    def _literal_escapes(self, seen: NDArray[np.uint8]) -> Positions:
        """Return the places of letters that follow an escape mark in vain: pyarrow would drop the mark."""
        if self._marks.escape is None:
            return np.empty(0, np.int64)
        escaped = _escaped(seen, self._marks)
        marks = np.frombuffer(self._layout.dialect.escapable.encode(), np.uint8)
        return escaped[~np.isin(seen[escaped], marks)]

    def _joined(self, block: bytes, cut: _Cut, line: int, odd: NDArray[np.bool_]) -> pl.DataFrame | None:
        """Return the rows of the sure records, and those of the odd ones, each read for itself, in their order.

        None: pyarrow does not see the records that the marks show, or too few of them are sure.
        """
        sure = (cut.ends > cut.starts) & ~(odd | cut.blank)
        too_odd = odd.sum() > len(odd) * _MOST_ODD + 1
        good = None if too_odd else self._parse(_kept(block, cut, odd | cut.blank), int(sure.sum()))
        if good is None:
            return None
        frame = self._with_meta(good, cut.lines[sure] + line)
        repeats = self._header_repeats(good)
        if repeats.any():
            odd = odd.copy()
            odd[np.flatnonzero(sure)[repeats]] = True
            frame = frame.filter(~pl.Series(repeats))
        if odd.any():
            frame = pl.concat([frame, self._one_by_one(block, cut, line, np.flatnonzero(odd))]).sort(AT)
        return frame

    def _with_meta(self, good: pl.DataFrame, lines: Positions) -> pl.DataFrame:
        """Return the wanted columns of sure records, and where they stand."""
        nothing = [pl.lit(None, kind).alias(name) for name, kind in READ_META.items()]
        values = [
            pl.lit(None, pl.String).alias(name) if place is None else pl.col(f"c{place}").alias(name)
            for name, place in zip(self._wanted, self._rows.places, strict=True)
        ]
        at = pl.Series(AT, lines, dtype=pl.Int64)
        return good.select(*values, *(at if column.meta.output_name() == AT else column for column in nothing))

    def _one_by_one(self, block: bytes, cut: _Cut, line: int, places: Positions) -> pl.DataFrame:
        rows = []
        for place in places.tolist():
            text = block[cut.starts[place] : cut.ends[place]].decode("utf-8", "surrogateescape")
            for record in self._scanner.scan(text, line + int(cut.lines[place])):
                row = self._rows.row(record)
                if row is not None:
                    rows.append(row)
        return pl.DataFrame(rows, schema=self._schema, orient="row")

    def _carefully(self, block: bytes, line: int) -> pl.DataFrame:
        """Return the rows of a block of whole records, read letter by letter."""
        records = self._scanner.scan(decoded(block, final=True), line)
        rows = (row for record in records if (row := self._rows.row(record)) is not None)
        parts = [pl.DataFrame(schema=self._schema)]
        while some := list(islice(rows, _SOME_ROWS)):
            parts.append(pl.DataFrame(some, schema=self._schema, orient="row"))
        return pl.concat(parts)

    @cached_property
    def _schema(self) -> dict[str, type[pl.DataType]]:
        return {**dict.fromkeys(self._wanted, pl.String), **READ_META}

    @cached_property
    def _probe(self) -> int | None:
        """Return a column in which a repeated header shows."""
        header = self._layout.header
        if header is None or len(header) <= 1:
            return None
        return next((place for place, name in enumerate(header) if name), None)

    def _header_repeats(self, good: pl.DataFrame) -> NDArray[np.bool_]:
        header = self._layout.header
        if self._probe is None or header is None or good.is_empty():
            return np.zeros(good.height, dtype=np.bool_)
        name, values = header[self._probe], good[f"c{self._probe}"]
        if not values.str.contains(name, literal=True).any():
            return np.zeros(good.height, dtype=np.bool_)
        return (values.str.strip_chars(_BLANKS) == name).fill_null(False).to_numpy()

    @cached_property
    def _options(self) -> tuple[pc.ParseOptions, pc.ConvertOptions]:
        dialect, width = self._layout.dialect, len(self._layout.columns)
        needed = sorted({place for place in (*self._rows.places, self._probe) if place is not None}) or [0]
        parse = pc.ParseOptions(
            delimiter=dialect.delimiter or _ONE_COLUMN,
            quote_char=dialect.quote or False,
            escape_char=dialect.escape or False,
            newlines_in_values=False,  # There is one block, so none is cut within a value.
        )
        convert = pc.ConvertOptions(
            column_types={f"c{place}": pa.string() for place in range(width)},
            include_columns=[f"c{place}" for place in needed],
            check_utf8=False,  # The whole block was checked, which is faster.
            strings_can_be_null=True,
            null_values=[""],
            quoted_strings_can_be_null=False,
        )
        return parse, convert

    def _parse(self, text: bytes, rows: int) -> pl.DataFrame | None:
        """Return the fields of `rows` records, or None if pyarrow sees another number of records or of fields."""
        parse, convert = self._options
        if not rows:
            return pl.DataFrame(schema=dict.fromkeys(convert.include_columns, pl.String))
        if text.startswith(_BOM):
            return None
        if not text.endswith((b"\n", b"\r")):
            # Without it, pyarrow takes an empty last field for a quoted one if the field before it is.
            text += b"\n"
        names = [f"c{place}" for place in range(len(self._layout.columns))]
        read = pc.ReadOptions(column_names=names, block_size=len(text) + 1, use_threads=False)
        try:
            table = pc.read_csv(pa.BufferReader(text), read, parse, convert)
        except pa.ArrowInvalid:
            return None
        if table.num_rows != rows:
            return None
        frame = pl.from_arrow(table)
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 (a table never becomes a series)
        return frame


class _Marks:
    """The bytes that mean something in a dialect."""

    def __init__(self, delimiter: str, quote: str, escape: str) -> None:
        self.delimiter = ord(delimiter)
        self.quote = ord(quote) if quote else None
        self.escape = ord(escape) if escape else None


def _cut(block: bytes, marks: _Marks, final: bool, most: int) -> _Cut | None:
    """Return the records up to the first doubt: a mark out of place, an end that is not there yet, too long a one."""
    seen = _neutral(block, marks)
    quotes = np.flatnonzero(seen == marks.quote) if marks.quote is not None else np.empty(0, np.int64)
    line_ends = _line_ends(block, seen, final)
    if final and not (len(line_ends) and line_ends[-1] == len(block) - 1):
        line_ends = np.append(line_ends, len(block))
    doubt = _first_out_of_place(seen, quotes, marks, final)
    outside = np.searchsorted(quotes, line_ends) % 2 == 0
    outside &= line_ends <= (len(block) if doubt is None else doubt)
    numbers = np.flatnonzero(outside)
    ends = line_ends[numbers]
    starts = np.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
    long = np.flatnonzero(ends - starts >= most - _LOOK_AHEAD)
    if len(long):
        numbers, ends, starts = numbers[: long[0]], ends[: long[0]], starts[: long[0]]
    if not len(ends):
        return None
    lines = np.concatenate([[0], numbers[:-1] + 1])
    used = min(int(ends[-1]) + 1, len(block))
    before = _before_returns(block, seen, starts, ends)
    return _Cut(starts, before, lines, used, int(numbers[-1]) + 1, np.zeros(len(ends), dtype=np.bool_))


def _before_returns(block: bytes, seen: NDArray[np.uint8], starts: Positions, ends: Positions) -> Positions:
    """Return where records end that end at an LF: before it, or before the CR that stands there."""
    if b"\r" not in block:
        return ends
    after_return = (
        (ends > starts)
        & (seen[np.minimum(ends, len(block)) - 1] == _CR)
        & (seen[np.minimum(ends, len(block) - 1)] == _LF)
    )
    before: Positions = ends - after_return
    return before


def _neutral(block: bytes, marks: _Marks) -> NDArray[np.uint8]:
    """Return the bytes, with a letter in place of each one whose meaning an escape mark takes away."""
    seen = np.frombuffer(block, np.uint8)
    if marks.escape is None or bytes([marks.escape]) not in block:
        return seen
    taken = _escaped(seen, marks)
    seen = seen.copy()
    seen[taken] = _NEUTRAL
    return seen


def _escaped(seen: NDArray[np.uint8], marks: _Marks) -> Positions:
    """Return where the bytes stand that follow an escape mark; in a run of marks, each second one is escaped."""
    places = np.flatnonzero(seen == marks.escape)
    first = np.concatenate([[True], np.diff(places) > 1])[: len(places)]
    run = np.flatnonzero(first)[np.cumsum(first) - 1]
    taken: Positions = places[(np.arange(len(places)) - run) % 2 == 0] + 1
    return taken[taken < len(seen)]


def _line_ends(block: bytes, seen: NDArray[np.uint8], final: bool) -> Positions:
    """Return where lines end: at each LF, and at each CR that none follows; a CR at the very end is not sure yet."""
    feeds = np.flatnonzero(seen == _LF)
    if b"\r" not in block:
        return feeds
    if block.count(b"\r") == np.count_nonzero(seen[np.maximum(feeds - 1, 0)] == _CR):
        return feeds
    returns = np.flatnonzero(seen == _CR)
    if not final:
        returns = returns[returns < len(seen) - 1]
    alone = returns[seen[np.minimum(returns + 1, len(seen) - 1)] != _LF]
    return np.sort(np.concatenate([feeds, alone])) if len(alone) else feeds


def _first_out_of_place(seen: NDArray[np.uint8], quotes: Positions, marks: _Marks, final: bool) -> int | None:
    """Return where the first quotation mark stands that neither opens a field, nor closes one, nor is doubled."""
    if not len(quotes):
        return None
    around = np.zeros(256, dtype=np.bool_)
    around[[marks.delimiter, _LF, _CR]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    starts_field = around[seen[np.maximum(opening - 1, 0)]] | (opening == 0)
    starts_field[1:] |= opening[1:] == closing[: len(opening) - 1] + 1
    last = len(seen) - 1
    ends_field = around[seen[np.minimum(closing + 1, last)]] | (closing == last)
    following = opening[1:]
    ends_field[: len(following)] |= closing[: len(following)] + 1 == following
    wrong = [found[0] for found in (opening[~starts_field], closing[~ends_field]) if len(found)]
    if final and len(quotes) % 2:
        wrong.append(quotes[-1])
    return int(min(wrong)) if wrong else None


def _blank_rows(block: bytes, cut: _Cut, marks: _Marks, width: int) -> NDArray[np.bool_]:
    """Return which records consist of separators only: as many as the columns need."""
    lengths = cut.ends - cut.starts
    odd = np.zeros(len(lengths), dtype=np.bool_)
    if width > 1:
        nothing = bytes([marks.delimiter]) * (width - 1)
        candidates = np.flatnonzero(lengths == width - 1)
        odd[[place for place in candidates if block.startswith(nothing, int(cut.starts[place]))]] = True
    return odd


def _ragged(block: bytes, cut: _Cut, marks: _Marks, width: int) -> NDArray[np.bool_]:
    """Return which records have another number of fields."""
    seen = _neutral(block, marks)
    separators = seen == marks.delimiter
    if marks.quote is not None:
        separators &= np.bitwise_xor.accumulate(seen == marks.quote) == 0
    places = np.flatnonzero(separators)
    found = np.searchsorted(places, cut.ends) - np.searchsorted(places, cut.starts)
    ragged: NDArray[np.bool_] = (found != width - 1) & (cut.ends > cut.starts)
    return ragged


def _undecodable(block: bytes, seen: NDArray[np.uint8], cut: _Cut) -> Positions:
    """Return where the records begin that hold bytes that are no UTF-8."""
    beyond_ascii = np.flatnonzero(seen >= _FIRST_BEYOND_ASCII)
    records = np.unique(np.searchsorted(cut.starts, beyond_ascii, side="right") - 1)
    wrong = [place for place in records.tolist() if not is_utf8(block[cut.starts[place] : cut.ends[place]])]
    return cut.starts[wrong]


def _kept(block: bytes, cut: _Cut, odd: NDArray[np.bool_]) -> bytes:
    """Return the block without the odd records."""
    if not odd.any():
        return block
    edges = np.append(cut.starts, cut.used)
    changes = np.flatnonzero(np.diff(np.concatenate([[1], odd.astype(np.int8), [1]])))
    return b"".join(block[edges[start] : edges[end]] for start, end in zip(changes[0::2], changes[1::2], strict=True))

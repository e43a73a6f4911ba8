"""Numbers written out by pattern, whole columns at a time.

A pattern is text in which each `#` is one digit of the row's number, the last `#` its lowest: `0049 ###`
writes 151 as `0049 151`. The patterns of one set may differ row by row.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from demo.draws import Index

Bytes = npt.NDArray[np.uint8]
_POWERS = 10 ** np.arange(19, dtype=np.int64)


def text_column(letters: Bytes) -> pl.Series:
    """Return one string a row of `letters` (UTF-8, one row of bytes each); zero bytes are left out."""
    kept = letters != 0
    ends = np.cumsum(kept.sum(axis=1), dtype=np.int64)
    offsets = np.concatenate(([np.int64(0)], ends))
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(letters[kept]))]
    return pl.Series(pa.Array.from_buffers(pa.large_string(), len(letters), buffers))


class Patterns:
    """A set of patterns, compiled."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Compile `patterns`; each may hold up to 19 digits."""
        encoded = [pattern.encode() for pattern in patterns]
        width = max(map(len, encoded))
        self._letters = np.zeros((len(encoded), width), dtype=np.uint8)
        self._power = np.full((len(encoded), width), -1, dtype=np.int8)
        for row, pattern in enumerate(encoded):
            self._letters[row, : len(pattern)] = np.frombuffer(pattern, dtype=np.uint8)
            digits = [at for at, letter in enumerate(pattern) if letter == ord("#")]
            self._power[row, digits] = range(len(digits) - 1, -1, -1)

    def render(self, which: Index | int, numbers: Index) -> pl.Series:
        """Return each row's number in the row's pattern, as text."""
        chosen = np.broadcast_to(np.asarray(which), numbers.shape)
        power = self._power[chosen]
        digits = (numbers[:, None] // _POWERS[power]) % 10
        letters = np.where(power >= 0, digits.astype(np.uint8) + ord("0"), self._letters[chosen])
        return text_column(letters.astype(np.uint8))


_TEMPLATE = np.frombuffer(b"########-####-4###-a###-############", dtype=np.uint8)
_HEX = np.frombuffer(b"0123456789abcdef", dtype=np.uint8)


def uuid_column(first: npt.NDArray[np.uint64], second: npt.NDArray[np.uint64]) -> pl.Series:
    """Return UUID text built from 128 bits a row, the leading hex digits being those of `first`."""
    both = np.stack([first, second], axis=1).astype(">u8").view(np.uint8).reshape(len(first), 16)
    nibbles = np.stack([_HEX[both >> 4], _HEX[both & 15]], axis=2).reshape(len(first), 32)
    letters = np.tile(_TEMPLATE, (len(first), 1))
    letters[:, ord("#") == _TEMPLATE] = nibbles[:, :30]
    return text_column(letters)

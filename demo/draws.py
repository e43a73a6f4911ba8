"""Random draws that need no memory: each value is a hash of (seed, purpose, row number).

Any part of the data can therefore be computed again, in any order, from the row numbers alone: that is what
lets tables of millions of rows refer to each other while only one chunk is in memory.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Index = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]

_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31, _S33 = (np.uint64(bits) for bits in (27, 30, 31, 33))


@lru_cache(maxsize=4096)
def _salt(seed: int, purpose: str) -> np.uint64:
    digest = hashlib.blake2b(f"{seed}:{purpose}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


@dataclass(frozen=True)
class Draws:
    """Reproducible random values by purpose and row; two purposes are independent of each other."""

    seed: int

    def bits(self, purpose: str, rows: Index) -> Words:
        """Return 64 random bits a row (SplitMix64)."""
        mixed = (rows.astype(np.uint64) + np.uint64(1)) * _STEP + _salt(self.seed, purpose)
        mixed = (mixed ^ (mixed >> _S30)) * _MIX_1
        mixed = (mixed ^ (mixed >> _S27)) * _MIX_2
        return mixed ^ (mixed >> _S31)

    def below(self, purpose: str, rows: Index, limit: int | Index) -> Index:
        """Return integers in [0, limit); `limit` is one number or one a row, at most 2**31."""
        high = (self.bits(purpose, rows) >> _S33).astype(np.int64)
        return (high * limit) >> 31

    def share(self, purpose: str, rows: Index) -> npt.NDArray[np.float64]:
        """Return numbers in [0, 1)."""
        return (self.bits(purpose, rows) >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def chance(self, purpose: str, rows: Index, probability: float) -> Mask:
        """Return True for about that share of the rows."""
        return self.share(purpose, rows) < probability

    def pick(self, purpose: str, rows: Index, weights: Sequence[float]) -> Index:
        """Return positions in `weights`, each as often as its weight says."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        found: Index = np.searchsorted(edges[:-1], self.share(purpose, rows) * edges[-1], side="right")
        return found.astype(np.int64)

"""Values that no target can take, planted where a row's fate says so."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from demo.columns import any_of, assembled, gather, joined
from demo.draws import Draws, Index
from demo.fates import Fate

_BLANKS = ("", None, "   ")
_FILLER = "an endless name that someone pasted here, " * 8


def spoiled_names(draws: Draws, names: pl.Series, fate: Index, slots: Index) -> pl.Series:
    """Return names, blank or null where `fate` is REQUIRED, over 300 characters long where it is LENGTH."""
    missing, endless = (np.flatnonzero(fate == reason) for reason in (Fate.REQUIRED, Fate.LENGTH))
    kept = np.flatnonzero((fate != Fate.REQUIRED) & (fate != Fate.LENGTH))
    blanks = gather(_BLANKS, draws.below("missing", slots[missing], len(_BLANKS)))
    long_names = joined(names.gather(pl.Series(endless)), " ", _FILLER)
    return assembled(len(names), [(kept, names.gather(pl.Series(kept))), (missing, blanks), (endless, long_names)])


def spoiled(draws: Draws, values: pl.Series, bad: Sequence[str], where: tuple[Index, Index]) -> pl.Series:
    """Return values, replaced by one of `bad` at the rows `where[0]`, drawn by the slots `where[1]`."""
    rows, slots = where
    keep = np.ones(len(values), dtype=np.bool_)
    keep[rows] = False
    kept = np.flatnonzero(keep)
    return assembled(
        len(values), [(kept, values.gather(pl.Series(kept))), (rows, any_of(draws, "bad", slots[rows], bad))]
    )

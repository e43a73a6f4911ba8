"""Whole columns out of word lists, and columns put together from parts."""

from collections.abc import Sequence

import numpy as np
import polars as pl

from demo.draws import Draws, Index, Mask


def gather(words: Sequence[str | None] | pl.Series, which: Index) -> pl.Series:
    """Return one word a row."""
    series = words if isinstance(words, pl.Series) else pl.Series(list(words), dtype=pl.String)
    return series.gather(pl.Series(which))


def any_of(draws: Draws, purpose: str, rows: Index, words: Sequence[str]) -> pl.Series:
    """Return words drawn evenly."""
    return gather(words, draws.below(purpose, rows, len(words)))


def only(values: pl.Series, kept: Mask) -> pl.Series:
    """Return the values, null where `kept` is False."""
    return pl.select(pl.when(pl.Series(kept)).then(values)).to_series()


def either(first: pl.Series, where: Mask, other: pl.Series | str) -> pl.Series:
    """Return `first` where `where` is True, `other` elsewhere."""
    return pl.select(pl.when(pl.Series(where)).then(first).otherwise(pl.lit(other))).to_series()


def joined(*parts: pl.Series | str) -> pl.Series:
    """Return the parts of each row written one after the other; null where one of them is."""
    return pl.select(pl.concat_str([pl.lit(part) for part in parts])).to_series()


def assembled(length: int, parts: Sequence[tuple[Index, pl.Series]]) -> pl.Series:
    """Return a text column of `length` rows whose values come from (rows, values) parts; null elsewhere."""
    order = np.zeros(length, dtype=np.int64)
    start = 1
    for rows, _ in parts:
        order[rows] = np.arange(start, start + len(rows))
        start += len(rows)
    pool = pl.concat([pl.Series([None], dtype=pl.String), *(values.cast(pl.String) for _, values in parts)])
    return pool.gather(pl.Series(order))


class Lists:
    """Several word lists in one column, one list a group."""

    def __init__(self, lists: Sequence[Sequence[str]]) -> None:
        """Join the lists; their order is the group's number."""
        self.words = pl.Series([word for words in lists for word in words], dtype=pl.String)
        self.count = np.array([len(words) for words in lists], dtype=np.int64)
        self.start = np.concatenate(([0], np.cumsum(self.count)[:-1])).astype(np.int64)

    def pick(self, draws: Draws, purpose: str, rows: Index, group: Index) -> Index:
        """Return positions in `words`, drawn evenly from each row's group."""
        return self.start[group] + draws.below(purpose, rows, self.count[group])

    def text(self, which: Index) -> pl.Series:
        """Return the words at these positions."""
        return self.words.gather(pl.Series(which))

"""Draws of a seed: the same seed gives the same data, whatever the version of Python."""

import random
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Chances(random.Random):
    """A stream of draws, all of them made from `random()` alone."""

    def chance(self, share: float) -> bool:
        """Return True for about that share of the calls."""
        return self.random() < share

    def one_of(self, items: Sequence[Item]) -> Item:
        """Return one of the items, each as likely."""
        return items[int(self.random() * len(items))]

    def number(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return low + int(self.random() * (high - low + 1))

    def digits(self, count: int) -> str:
        """Return so many digits."""
        return str(int(self.random() * 10**count)).zfill(count) if count else ""


class Weighted(Generic[Item]):
    """Items of which each is drawn as often as its weight says."""

    def __init__(self, items: Sequence[Item], weights: Sequence[float]) -> None:
        """Keep the items with their cumulated weights."""
        self.items = items
        self._edges = list(accumulate(weights))

    def draw(self, chances: Chances) -> Item:
        """Return one item."""
        return self.items[min(bisect(self._edges, chances.random() * self._edges[-1]), len(self.items) - 1)]


def mixed(shares: dict[Item, float]) -> Weighted[Item]:
    """Return the items of a table of shares."""
    return Weighted(list(shares), list(shares.values()))


def ranked(items: Sequence[Item], steepness: float = 0.8, start: float = 3.0) -> Weighted[Item]:
    """Return items, the most frequent first, as rare as their rank makes them (Zipf, Mandelbrot)."""
    return Weighted(items, [(rank + start) ** -steepness for rank in range(len(items))])

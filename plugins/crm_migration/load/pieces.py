"""In which order, and how many at a time, the golden records of an entity are loaded.

Parents come before their children among the records of one entity, so that references are set as records are
written; what remains (circles, long chains, parents of the same batch) the second pass sets.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from crm_migration.load.decide import LoadJob
from crm_migration.staging import RunFolder, Staged, open_table, own_texts

WAVES = 3
"""So often the records are gone through at most: hierarchies have few levels, and most records are on the first."""


@dataclass(frozen=True)
class Pieces:
    """The golden records to load.

    Attributes:
        golden: all there are.
        chosen: the golden ids of those to load, None for all.
        first: the golden ids of those that come before all others, in this order. A row leaves a record only after
            that has been rebuilt without it: whoever is interrupted begins there again.
        waves: a number for each record in the order of `golden`: parents have lower ones; None where order is free.
    """

    golden: Staged
    chosen: pl.Series | None
    first: pl.Series
    waves: pl.Series | None = None

    @classmethod
    def of(cls, job: LoadJob, folder: RunFolder, entity: str, chosen: pl.Series | None) -> "Pieces":
        """Return what is to be loaded of `entity`; raises `StagingMissing` where match did not finish."""
        golden, first = open_table(folder, entity, "golden"), job.moved(entity).first
        rows = job.target.rows_at_a_time(job.target.mapping.entities[entity].target.object)
        in_turn = chosen is None and golden.rows > rows
        return cls(golden, chosen, first, waves(job, folder, entity) if in_turn else None)

    @property
    def rows(self) -> int:
        """Return how many records they are."""
        return self.golden.rows if self.chosen is None else len(self.chosen)

    def at_most(self, rows: int) -> Iterator[pl.DataFrame]:
        """Yield the records, so many at a time."""
        before = pl.DataFrame({"_golden": self.first})
        if len(self.first):
            found = pl.concat(part.join(before, on="_golden", how="semi") for part in self._chosen())
            ordered = before.join(found, on="_golden", how="inner", maintain_order="left")
            yield from _slices(ordered.select(found.columns), rows)
        for part in self._in_turn(rows):
            rest = part.join(before, on="_golden", how="anti", maintain_order="left") if len(self.first) else part
            yield from _slices(rest, rows)

    def _in_turn(self, rows: int) -> Iterator[pl.DataFrame]:
        if self.waves is None:
            yield from self._chosen()
            return
        yield from self._wave(self.waves, 0)
        for number in range(1, int(str(self.waves.max())) + 1):
            yield from filled(map(own_texts, self._wave(self.waves, number)), rows)

    def _wave(self, waves: pl.Series, number: int) -> Iterator[pl.DataFrame]:
        start = 0
        for part in self.golden.frames():
            yield part.filter(waves.slice(start, part.height) == number)
            start += part.height

    def _chosen(self) -> Iterator[pl.DataFrame]:
        for part in self.golden.frames():
            yield part if self.chosen is None else part.filter(pl.col("_golden").is_in(self.chosen.implode()))


def waves(job: LoadJob, folder: RunFolder, entity: str) -> pl.Series | None:
    """Return the number of the wave of each golden record, None where no reference leads to the entity itself.

    Records are told apart by hashes: what two of them share costs a reference its place, not its value.
    """
    references = job.target.mapping.entities[entity].references
    names = [name for name in job.deferred.get(entity, []) if entity in references[name].entities]
    if not names:
        return None
    numbers, edges = _numbered(folder, entity, names)
    found = np.zeros(numbers.height, dtype=np.uint8)
    if not edges.is_empty():
        child, parent = _ends(folder, entity, numbers, edges)
        for _ in range(WAVES - 1):
            np.maximum.at(found, child, np.minimum(found[parent] + 1, WAVES - 1).astype(np.uint8))
    return pl.Series(found) if found.any() else None


def _numbered(folder: RunFolder, entity: str, names: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the hashes of all golden ids in their order, and of the keys of the parents that records name."""
    numbers, edges = [pl.DataFrame(schema={"golden": pl.UInt64})], [pl.DataFrame(schema=_EDGE)]
    start, prefix = 0, f"{entity}|"
    for part in open_table(folder, entity, "golden").frames(["_golden", *names]):
        numbers.append(part.select(pl.col("_golden").hash().alias("golden")))
        rows = pl.int_range(start, start + part.height, dtype=pl.Int64, eager=True).alias("child")
        for name in names:
            key = part[name].str.strip_prefix(prefix).hash().alias("key")
            edges.append(pl.DataFrame([rows, key]).filter(part[name].is_not_null()))
        start += part.height
    return pl.concat(numbers).with_row_index("number"), pl.concat(edges)


_EDGE = {"child": pl.Int64, "key": pl.UInt64}
_Rows = npt.NDArray[np.int64]


def _ends(folder: RunFolder, entity: str, numbers: pl.DataFrame, edges: pl.DataFrame) -> tuple[_Rows, _Rows]:
    """Return, reference by reference, the positions of the record that refers and of the one that it refers to."""
    wanted = edges["key"].unique().implode()
    known = [
        frame.select(pl.col("_key").hash().alias("key"), pl.col("_golden").hash().alias("golden")).filter(
            pl.col("key").is_in(wanted)
        )
        for frame in open_table(folder, entity, "members").frames(["_key", "_golden"])
    ]
    parents = pl.concat(known).unique("key").join(numbers, on="golden", how="inner")
    both = edges.join(parents, on="key", how="inner").filter(pl.col("child") != pl.col("number"))
    return both["child"].to_numpy(), both["number"].cast(pl.Int64).to_numpy()


def filled(frames: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    """Yield the rows of `frames` in frames of at least so many, but for the last one."""
    held: list[pl.DataFrame] = []
    for frame in frames:
        held.append(frame)
        if sum(one.height for one in held) >= rows:
            yield pl.concat(held)
            held = []
    if held:
        yield pl.concat(held)


def _slices(records: pl.DataFrame, rows: int) -> Iterator[pl.DataFrame]:
    """Yield so many records at a time, fewer where they stand for more rows than that: all of these are held."""
    for piece in records.iter_slices(rows):
        turns = -(-int(piece["_members"].sum()) // rows)
        yield from piece.iter_slices(-(-piece.height // max(turns, 1)))

"""Which golden records a validation expects in the target: the sample's, or all of the run's."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Entity, Mapping
from crm_migration.staging import RunFolder, has_table, open_table
from crm_migration.validate.checks import Phase

DRAWN = 200
# What looking at rows holds in memory beside the rows themselves grows with the rows looked at at a time.
SLICE_ROWS = 10_000

Hashes = npt.NDArray[np.uint64]
Positions = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Scope:
    """One validation: of which run, against which target, and how much of it."""

    mapping: Mapping
    folder: RunFolder
    target: SqlTarget
    phase: Phase
    run_no: int

    def entity(self, name: str) -> Entity:
        """Return the entity of that name."""
        return self.mapping.entities[name]


@dataclass(frozen=True)
class Selection:
    """The golden records of one entity that must be in the target, known by the hash of their id.

    `drawn` (`_golden`, `_key`) are a random few of them that came from one row each.

    Eight bytes a record instead of its id: what is held in memory stays small at any size. Two ids share a hash with a
    probability of about one in a million at five million records; then one of them is reported as listed twice.
    """

    scope: Scope
    entity: str
    hashes: Hashes
    listed_twice: tuple[str, ...]
    streams: tuple[str, ...]
    drawn: pl.DataFrame

    @property
    def rows(self) -> int:
        """Return how many golden records are expected."""
        return len(self.hashes)

    def positions(self, golden: pl.Series) -> Positions:
        """Return the place of each golden id among the expected ones, -1 where it is not expected."""
        if not self.rows:
            return np.full(len(golden), -1)
        wanted = hashed(golden)
        at = np.searchsorted(self.hashes, wanted)
        at[at == self.rows] = 0
        return np.where(self.hashes[at] == wanted, at, -1)

    def parts(self, columns: list[str] | None = None) -> Iterator[pl.DataFrame]:
        """Yield the expected golden records, some at a time, with their `_at` (position)."""
        for part in open_table(self.scope.folder, self.entity, "golden").frames(columns):
            for piece in part.iter_slices(SLICE_ROWS):
                yield _placed(piece, self.positions(piece["_golden"]))
                del piece
            # A part and what was taken from it would be in memory beside the next one.
            del part


def _placed(piece: pl.DataFrame, positions: Positions) -> pl.DataFrame:
    return piece.with_columns(pl.Series("_at", positions)).filter(pl.col("_at") >= 0)


def hashed(values: pl.Series) -> Hashes:
    """Return 64-bit hashes, the same for the same text throughout this process."""
    return values.hash(seed=0).to_numpy()


def select(scope: Scope, entity: str) -> Selection:
    """Return the golden records of `entity` that the load was to bring into the target.

    The sample's, or all that the run touched, without those that the load rejected.
    """
    rejected = _rejected(scope, entity)
    chosen = _sampled(scope, entity) if scope.phase == "sample" else None
    golden = open_table(scope.folder, entity, "golden")
    hashes, rows = np.empty(golden.rows, np.uint64), 0
    streams: set[str] = set()
    drawn = pl.DataFrame(schema={"_golden": pl.String, "_key": pl.String})
    for part in golden.frames(["_golden", "_key", "_members"]):
        kept = part.filter(~pl.col("_golden").is_in(rejected.implode()))
        if chosen is not None:
            kept = kept.filter(pl.col("_golden").is_in(chosen.implode()))
        hashes[rows : rows + kept.height] = hashed(kept["_golden"])
        rows += kept.height
        streams.update(stream_of(kept["_golden"]).unique())
        drawn = _drawn(pl.concat([drawn, kept.filter(pl.col("_members") == 1).select(drawn.columns)]), scope.run_no)
        del part, kept
    ordered = hashes[:rows]
    ordered.sort()
    twice = repeated(ordered)
    found = np.unique(ordered) if len(twice) else ordered
    return Selection(scope, entity, found, _named(scope, entity, twice), tuple(sorted(streams)), drawn)


def repeated(ordered: Hashes) -> Hashes:
    """Return the values that a sorted array holds more than once."""
    return np.unique(ordered[1:][ordered[1:] == ordered[:-1]])


def _drawn(candidates: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return a random draw of records that came from one row; the same seed draws the same records."""
    return apart(candidates.bottom_k(DRAWN, by=pl.col("_golden").hash(seed)))


def apart(few: pl.DataFrame) -> pl.DataFrame:
    """Return a copy that stands alone: rows taken out of a frame keep all of its texts in memory."""
    return pl.DataFrame(few.rows(), schema=few.schema, orient="row")


def only(frames: Iterable[pl.DataFrame], where: pl.Expr) -> pl.DataFrame:
    """Return the few rows of `frames` for which `where` holds; one frame is in memory at a time."""
    found = []
    for part in frames:
        found.append(apart(part.filter(where)))
        del part
    return pl.concat(found)


def stream_of(golden: pl.Series) -> pl.Series:
    """Return the `source.entity` part of golden ids."""
    return golden.str.split_exact(":", 1).struct.field("field_0")


def _named(scope: Scope, entity: str, wanted: Hashes) -> tuple[str, ...]:
    if not len(wanted):
        return ()
    parts = open_table(scope.folder, entity, "golden").frames(["_golden", "_key"])
    return tuple(key for part in parts for key in part.filter(np.isin(hashed(part["_golden"]), wanted))["_key"])


def _rejected(scope: Scope, entity: str) -> pl.Series:
    """Return the golden ids of the rows that the load rejected; few, by the mapping's tolerance."""
    step = "sample_outcome" if scope.phase == "sample" else "outcome"
    found = [pl.Series("_key", [], pl.String)]
    if has_table(scope.folder, entity, step):
        refused = (pl.col("outcome") == "rejected") & (pl.col("step") == "load")
        parts = open_table(scope.folder, entity, step).frames(["_key", "outcome", "step"])
        found += [part.filter(refused)["_key"] for part in parts]
    keys = pl.concat(found)
    goldens = [pl.Series("_golden", [], pl.String)]
    if len(keys):
        parts = open_table(scope.folder, entity, "members").frames(["_key", "_golden"])
        goldens += [part.filter(pl.col("_key").is_in(keys.implode()))["_golden"] for part in parts]
    return pl.concat(goldens).unique()


def _sampled(scope: Scope, entity: str) -> pl.Series:
    return open_table(scope.folder, entity, "sample").frame(["_golden"])["_golden"]

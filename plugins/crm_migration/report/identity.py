"""Is every extracted row accounted for, exactly once? Answered by row and by key, never by counts alone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from crm_migration.mapping.model import Entity
from crm_migration.report.model import EXAMPLES, OUTCOMES, Identity, KeyList, Outcome, OutcomeCounts
from crm_migration.report.tables import EntityTables, Frames, read

# Keys compared at a time: bounds the memory of the check, whatever the size of the run.
BUCKET = 1_000_000


@dataclass
class Tally:
    """Counts how often something was found, and keeps its first examples in order."""

    count: int = 0
    found: list[Any] = field(default_factory=list)

    def add(self, ids: pl.Series) -> None:
        """Count every value of `ids`."""
        self.count += ids.len()
        self.found = sorted([*self.found, *ids.sort().head(EXAMPLES).to_list()])[:EXAMPLES]

    @property
    def keys(self) -> KeyList:
        """Return the tally as part of a report."""
        return KeyList(count=self.count, keys=tuple(map(str, self.found)))


@dataclass
class Differences:
    """How the ids that were found differ from those that were expected."""

    missing: Tally = field(default_factory=Tally)
    doubled: Tally = field(default_factory=Tally)
    unexpected: Tally = field(default_factory=Tally)
    contradicted: Tally = field(default_factory=Tally)


def compare(expected: Frames, found: Frames, rows: int) -> Differences:
    """Compare two streams of frames with the columns `id` and `state` as sets of ids.

    A `state` that an expected id carries must be the one it was found with.
    """
    differences = Differences()
    buckets = max(1, -(-rows // BUCKET))
    for bucket in range(buckets):
        _compare_bucket(_bucket(expected, bucket, buckets), _bucket(found, bucket, buckets), differences)
    return differences


def _bucket(frames: Frames, bucket: int, buckets: int) -> pl.DataFrame:
    chosen = [frame if buckets == 1 else frame.filter(pl.col("id").hash(0) % buckets == bucket) for frame in frames()]
    return pl.concat(chosen) if chosen else pl.DataFrame(schema={"id": pl.String, "state": pl.String})


def _compare_bucket(expected: pl.DataFrame, found: pl.DataFrame, differences: Differences) -> None:
    if expected.is_empty() or found.is_empty():
        differences.missing.add(expected["id"])
        differences.unexpected.add(found["id"])
        return
    # Nearly every bucket is whole: put in one order, its ids are equal line by line, which no join beats.
    expected, found = expected.sort(pl.col("id").hash(0)), found.sort(pl.col("id").hash(0))
    if _same_once(expected["id"], found["id"]):
        both = expected.with_columns(state_found=found["state"])
    else:
        differences.missing.add(expected.join(found, on="id", how="anti")["id"])
        differences.unexpected.add(found.join(expected, on="id", how="anti")["id"])
        differences.doubled.add(found.filter(pl.col("id").is_duplicated())["id"].unique())
        both = expected.join(found, on="id", suffix="_found")
    decided = pl.col("state").is_not_null() & pl.col("state").ne_missing(pl.col("state_found"))
    differences.contradicted.add(both.filter(decided)["id"].unique())


def _same_once(expected: pl.Series, found: pl.Series) -> bool:
    """Return whether two sorted columns hold the same ids, each once."""
    return expected.equals(found) and not (found == found.shift()).any()


def _cleaned(tables: EntityTables, column: str) -> Iterator[pl.DataFrame]:
    states = {"clean": None, "rejected": "rejected", "filtered": "filtered"}
    for name, state in states.items():
        for frame in read(getattr(tables, name), [column]):
            yield frame.select(id=pl.col(column), state=pl.lit(state, pl.String))


def _extracted(tables: EntityTables) -> Iterator[pl.DataFrame]:
    for frame in read(tables.extract, ["_row"]):
        yield frame.select(id=pl.col("_row"), state=pl.lit(None, pl.String))


def _outcomes(tables: EntityTables) -> Iterator[pl.DataFrame]:
    for frame in read(tables.outcome, ["_key", "outcome"]):
        yield frame.select(id=pl.col("_key"), state=pl.col("outcome"))


def identity(tables: EntityTables, spec: Entity) -> Identity:
    """Return the identity of one entity: every row once, from extract through clean to its outcome."""
    if tables.extract is None:
        return Identity()
    rows = tables.extract.rows
    by_row = by_key = Differences()
    if tables.clean is not None:
        by_row = compare(lambda: _extracted(tables), lambda: _cleaned(tables, "_row"), rows)
        if tables.outcome is not None:
            by_key = compare(lambda: _cleaned(tables, "_key"), lambda: _outcomes(tables), rows)
    counts, examples = _count(tables)
    parts = {
        "missing": _joined(_keys_of(tables, spec, by_row.missing), by_key.missing.keys),
        "doubled": _joined(_keys_of(tables, spec, by_row.doubled), by_key.doubled.keys),
        "unexpected": _joined(_rows_named(by_row.unexpected), by_key.unexpected.keys),
        "contradicted": by_key.contradicted.keys,
    }
    faults = sum(part.count for part in parts.values())
    checked = tables.clean is not None and counts is not None
    holds = (faults == 0 and counts is not None and counts.total == rows) if checked or faults else None
    return Identity(extracted=rows, counts=counts, examples=examples, holds=holds, **parts)


def _count(tables: EntityTables) -> tuple[OutcomeCounts | None, dict[Outcome, tuple[str, ...]]]:
    if tables.outcome is None:
        return None, {}
    counts: dict[Outcome, int] = dict.fromkeys(OUTCOMES, 0)
    examples: dict[Outcome, list[str]] = {outcome: [] for outcome in OUTCOMES}
    for frame in read(tables.outcome, ["_key", "outcome"]):
        grouped = frame.group_by("outcome").agg(pl.len().alias("rows"), pl.col("_key").head(EXAMPLES))
        for outcome, rows, keys in grouped.filter(pl.col("outcome").is_in(OUTCOMES)).iter_rows():
            counts[outcome] += rows
            examples[outcome] += keys[: EXAMPLES - len(examples[outcome])]
    return OutcomeCounts(**counts), {outcome: tuple(keys) for outcome, keys in examples.items() if keys}


def _keys_of(tables: EntityTables, spec: Entity, tally: Tally) -> KeyList:
    """Return rows as source keys, read from the extract: cleaning gave these rows none, or two."""
    if not tally.count:
        return KeyList()
    names = {row: f"⟨row {row}⟩" for row in tally.found}
    for frame in read(tables.extract, ["_row", *spec.key_columns]):
        for row, *parts in frame.filter(pl.col("_row").is_in(tally.found)).iter_rows():
            if all(parts):
                names[row] = "|".join(parts)
    return KeyList(count=tally.count, keys=tuple(names[row] for row in tally.found))


def _rows_named(tally: Tally) -> KeyList:
    return KeyList(count=tally.count, keys=tuple(f"⟨row {row}⟩" for row in tally.found))


def _joined(first: KeyList, second: KeyList) -> KeyList:
    return KeyList(count=first.count + second.count, keys=(*first.keys, *second.keys)[:EXAMPLES])

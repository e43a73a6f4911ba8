"""Whether a migration of the demo's legacy CRM met its truth."""

from collections.abc import Collection, Iterator
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from demo import plan as planned
from demo import record, target, truth_links
from demo.plan import Plan

ENTITIES = tuple(planned.ENTITIES.values())
WRITTEN = ("inserted", "updated", "unchanged")
OUTCOMES = (*WRITTEN, "merged", "rejected", "filtered")
REASONS = {
    "required": ["required"],
    "length": ["length"],
    "date": ["date"],
    "decimal": ["decimal"],
    "choice": ["choice", "required"],
    "missing_parent": ["missing_parent"],
}
"""The truth's reasons and the reason codes that fit them. An unknown code in a required choice may also be
emptied (`on_invalid: null`), after which the value is missing."""
_EXAMPLES = 3


def verify(truth_dir: Path, target_url: str, outcomes: pl.DataFrame, others: Collection[str] = ()) -> list[str]:
    """Return what a migration did otherwise than the truth says, as sentences; none where all is right.

    Args:
        truth_dir: the folder that `legacy.write` filled.
        target_url: the target CRM, as `target.create` made it, after the migration.
        outcomes: a line for each row of the seven entities, with entity, source_key, outcome, golden_id (null
            for rejected and filtered rows) and reason (null but for rejected rows), all text.
        others: keys of the rows that other sources have brought into the same target.
    """
    plan = record.load(truth_dir).plan
    lines = outcomes.select("entity", "source_key", "outcome", "golden_id", "reason").cast(pl.String)
    truth = {name: _by_entity(record.table_of(truth_dir, name)) for name in record.FILES}
    return [
        *_accounted(lines, _keys(plan)),
        *_filtered(lines, truth["filtered"]),
        *_rejected(lines, truth["rejected"]),
        *_clusters(lines, truth["clusters"]),
        *_traps(lines, truth["traps"]),
        *_merges(lines, pl.concat([truth["clusters"], truth["hard_clusters"]])),
        *_survivors(lines),
        *_target_rows(lines, target_url, others),
        *truth_links.violations(plan, target_url, lines),
    ]


def told(what: str, rows: pl.DataFrame) -> Iterator[str]:
    """Yield one sentence an entity about rows (entity, source_key) of which `what` is true."""
    for (entity,), part in rows.sort("entity", "source_key").group_by("entity", maintain_order=True):
        keys = part["source_key"].head(_EXAMPLES).to_list()
        yield f"{entity}: {part.height} row(s) {what}, such as {', '.join(map(str, keys))}"


def _by_entity(rows: pl.DataFrame) -> pl.DataFrame:
    """Return truth's rows with the entity in place of the legacy table, `key` as `source_key`."""
    named = rows.with_columns(pl.col("table").replace_strict(planned.ENTITIES, return_dtype=pl.String))
    return named.rename({"table": "entity", "key": "source_key"}, strict=False)


def _keys(plan: Plan) -> pl.DataFrame:
    parts = [
        pl.DataFrame({"source_key": plan.keys(table, slots)}).with_columns(entity=pl.lit(entity))
        for table, entity in planned.ENTITIES.items()
        for slots in record.chunks(plan.rows[table])
    ]
    return pl.concat(parts).select("entity", "source_key")


def _accounted(lines: pl.DataFrame, keys: pl.DataFrame) -> Iterator[str]:
    row = ["entity", "source_key"]
    outcome, golden = pl.col("outcome"), pl.col("golden_id")
    yield from told("have no outcome", keys.join(lines, on=row, how="anti"))
    yield from told("have an outcome and are not in the source", lines.join(keys, on=row, how="anti"))
    yield from told("have several outcomes", lines.filter(pl.struct(row).is_duplicated()))
    unknown = lines.filter(~outcome.is_in(OUTCOMES).fill_null(value=False))
    yield from told(f"have an outcome other than {', '.join(OUTCOMES)}", unknown)
    alive = outcome.is_in([*WRITTEN, "merged"])
    yield from told("were migrated and have no golden id", lines.filter(alive & golden.is_null()))


def _filtered(lines: pl.DataFrame, truth: pl.DataFrame) -> Iterator[str]:
    row, found = ["entity", "source_key"], lines.filter(pl.col("outcome") == "filtered")
    yield from told("should be filtered and are not", truth.join(found, on=row, how="anti"))
    yield from told("should not be filtered and are", found.join(truth, on=row, how="anti"))


def _rejected(lines: pl.DataFrame, truth: pl.DataFrame) -> Iterator[str]:
    row, found = ["entity", "source_key"], lines.filter(pl.col("outcome") == "rejected")
    for (reason,), expected in truth.group_by("reason", maintain_order=True):
        missed = expected.join(found, on=row, how="anti")
        yield from told(f"should be rejected ({reason}) and are not", missed)
    for (reason,), surplus in found.join(truth, on=row, how="anti").group_by("reason", maintain_order=True):
        yield from told(f"should not be rejected and are ({reason})", surplus)
    both = truth.join(found, on=row, suffix="_found")
    for (reason, other), rows in both.group_by("reason", "reason_found", maintain_order=True):
        if other not in REASONS[str(reason)]:
            yield from told(f"should be rejected for '{reason}' and are for '{other}'", rows)


def _clusters(lines: pl.DataFrame, truth: pl.DataFrame) -> Iterator[str]:
    members = truth.join(lines, on=["entity", "source_key"], how="left")
    golden = members.group_by("entity", "cluster").agg(
        pl.col("golden_id").n_unique().alias("golden"), pl.col("golden_id").null_count().alias("none")
    )
    broken = golden.filter((pl.col("golden") > 1) | (pl.col("none") > 0)).rename({"cluster": "source_key"})
    yield from told("lead a duplicate cluster that did not become one record", broken)


def _traps(lines: pl.DataFrame, truth: pl.DataFrame) -> Iterator[str]:
    ids = lines.select("entity", "source_key", "golden_id")
    left = truth.rename({"key_a": "source_key"}).join(ids, on=["entity", "source_key"])
    both = left.join(ids.rename({"source_key": "key_b"}), on=["entity", "key_b"], suffix="_b")
    for (kind,), rows in both.filter(pl.col("golden_id") == pl.col("golden_id_b")).group_by("kind"):
        yield from told(f"were merged with a look-alike ({kind})", rows)


def _merges(lines: pl.DataFrame, clusters: pl.DataFrame) -> Iterator[str]:
    alive = lines.filter(pl.col("golden_id").is_not_null())
    named = alive.join(clusters, on=["entity", "source_key"], how="left")
    named = named.with_columns(pl.coalesce("cluster", "source_key").alias("cluster"))
    mixed = pl.col("cluster").n_unique().over("entity", "golden_id") > 1
    yield from told("were merged with somebody who is not a duplicate", named.filter(mixed))


def _survivors(lines: pl.DataFrame) -> Iterator[str]:
    alive = lines.filter(pl.col("golden_id").is_not_null() & pl.col("outcome").is_in([*WRITTEN, "merged"]))
    counted = alive.with_columns(pl.col("outcome").is_in(WRITTEN).sum().over("entity", "golden_id").alias("survivors"))
    yield from told("share a golden id of which no row survived", counted.filter(pl.col("survivors") == 0))
    yield from told("share a golden id of which several rows survived", counted.filter(pl.col("survivors") > 1))


def _target_rows(lines: pl.DataFrame, target_url: str, others: Collection[str]) -> Iterator[str]:
    """Compare golden records: a merged record may carry the key of any of its rows."""
    row, record_of = ["entity", "source_key"], ["entity", "golden_id"]
    known = lines.filter(pl.col("golden_id").is_not_null())
    mine = ~pl.col("source_key").is_in(list(others))
    found = _found(target_url).filter(mine).join(known, on=row, how="left")
    written = known.filter(pl.col("outcome").is_in(WRITTEN))
    yield from told("were written and are not in the target", written.join(found, on=record_of, how="anti"))
    yield from told("are in the target and were not written", found.filter(pl.col("golden_id").is_null()))
    again = found.drop_nulls("golden_id").filter(pl.struct(record_of).is_duplicated())
    yield from told("are in the target more than once", again)


def _found(target_url: str) -> pl.DataFrame:
    """Return entity and source_key of the target's records."""
    engine = target.engine_for(target_url)
    parts = []
    with engine.connect() as connection:
        for entity in ENTITIES:
            table = target.METADATA.tables[f"{target.SCHEMA}.{entity}"]
            keys = connection.scalars(sa.select(table.c.legacy_id)).all()
            named = pl.DataFrame({"source_key": keys}, schema={"source_key": pl.String})
            parts.append(named.with_columns(entity=pl.lit(entity)))
    engine.dispose()
    return pl.concat(parts)

"""One batch, one transaction: target rows, crosswalk, lineage and the batch's own line, or nothing at all."""

import logging
from dataclasses import dataclass, replace

import polars as pl
import sqlalchemy as sa

from crm_migration.ledger.ledger import now
from crm_migration.load.bulk import drop_keys, insert_rows, key_table, update_rows
from crm_migration.load.decide import LoadJob
from crm_migration.load.isolate import Refusal, Writing, drawn_for, halves, written_of
from crm_migration.load.moved import forget_alone, forget_lines
from crm_migration.load.refusal import RowsRefused
from crm_migration.load.retired import revive

__all__ = ["Batch", "Refusal", "renew_fingerprints", "write_batch"]

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """Golden records to insert or update, and the rows of the source that stand behind them.

    `records` are decided records; `rows` are their member rows (`_key`, `_golden`, `_master`, `_merged_by`)
    that the crosswalk must hold; `lineage` are the cleaned rows of merged members (`_source`, `_key`, `_golden`,
    `record`). The target holds the fields `same` already in every record to update: they are not set again, so that
    triggers on these columns, and whoever edits one of them in this moment, are left alone.
    """

    entity: str
    phase: str
    records: pl.DataFrame
    rows: pl.DataFrame
    lineage: pl.DataFrame
    same: frozenset[str] = frozenset()

    def of(self, records: pl.DataFrame) -> "Batch":
        """Return the part of this batch that belongs to `records`."""
        golden = records["_golden"].implode()
        return replace(
            self,
            records=records,
            rows=self.rows.filter(pl.col("_golden").is_in(golden)),
            lineage=self.lineage.filter(pl.col("_golden").is_in(golden)),
        )


def write_batch(job: LoadJob, batch: Batch, token: int) -> tuple[pl.DataFrame, list[Refusal]]:
    """Commit the batch without what the target refuses.

    Returns the committed records with their `target_id`, and the refusals.
    """
    try:
        return _commit(job, batch, token)
    except RowsRefused as refused:
        # Refused at the commit, by the ledger, or with the transaction: no part of the batch was tried on its own.
        if batch.records.height == 1:
            return batch.records.clear(), [Refusal(batch.records["_golden"].item(), refused.reason)]
    written, refusals = [], []
    for half in halves(batch.records):
        done, failed = write_batch(job, batch.of(half), token)
        written.append(done)
        refusals += failed
    return pl.concat(written), refusals


def _commit(job: LoadJob, batch: Batch, token: int) -> tuple[pl.DataFrame, list[Refusal]]:
    stream = job.stream_no(batch.entity)
    with job.target.transaction() as connection:
        entity = job.target.mapping.entities[batch.entity]
        writing = Writing(connection, job, entity, drawn_for(connection, job, entity, batch.records), batch.same)
        kept, refusals = written_of(writing, batch.records.filter(pl.col("_action").is_in(["insert", "update"])))
        written = pl.concat([kept, batch.records.filter(pl.col("_action").is_in(["keep", "note"]))])
        # A batch of which nothing was taken leaves no line: it would stand in the way of undoing an earlier run.
        if not written.is_empty():
            _remember(connection, job, (stream, batch.of(written) if refusals else batch), written)
        job.target.ledger.check_fence(connection, token)
    return written, refusals


def _remember(connection: sa.Connection, job: LoadJob, place: tuple[int, Batch], written: pl.DataFrame) -> None:
    """Write the ledger's lines of what the target has taken, and the batch's own."""
    stream, batch = place
    _write_crosswalk(connection, job, place, written)
    _write_lineage(connection, job, stream, batch)
    batches = job.target.ledger.tables.load_batch
    connection.execute(
        batches.insert().values(
            run_no=job.run_no,
            stream_no=stream,
            phase=batch.phase,
            state="confirmed",
            inserted=written.filter(pl.col("_action") == "insert").height,
            updated=written.filter(pl.col("_action") == "update").height,
            committed_at=now(),
        )
    )


def _write_crosswalk(connection: sa.Connection, job: LoadJob, place: tuple[int, Batch], written: pl.DataFrame) -> None:
    """Insert the lines of new rows, and renew the fingerprint of known masters."""
    stream, batch = place
    crosswalk = job.target.ledger.tables.crosswalk
    states = written.select("_golden", "target_id", "_fingerprint", "inserted_run", "_action")
    lines = batch.rows.join(states, on="_golden", how="inner", maintain_order="left")
    moved = job.moved(batch.entity).of(batch.records["_golden"])
    known_master = pl.col("_master") & pl.col("inserted_run").is_not_null()
    fresh = lines.filter(~known_master).select(
        pl.lit(stream).alias("stream_no"),
        pl.col("_key").alias("source_key"),
        pl.col("_golden").alias("golden_id"),
        "target_id",
        pl.when("_master").then(pl.col("_fingerprint")).otherwise(None).alias("fingerprint"),
        (pl.col("_master") & (pl.col("_action") == "insert")).alias("created"),
        pl.lit(job.run_no).alias("inserted_run"),
    )
    # New lines of rows that the crosswalk knows already: of losers, and of rows that come from another record.
    renewed = ~known_master & (~pl.col("_master") | pl.col("_key").is_in(moved["_key"].implode()))
    forget_lines(connection, crosswalk, stream, lines.filter(renewed)["_key"])
    insert_rows(connection, crosswalk, fresh)
    known = written.filter(pl.col("inserted_run").is_not_null())
    renew_fingerprints(connection, job, known.filter(pl.col("_action") == "update"))
    renew_fingerprints(connection, job, known.filter(pl.col("_action") == "note"), changed=False)
    _revive(connection, job, written.filter(pl.col("_former").is_not_null()))


def _revive(connection: sa.Connection, job: LoadJob, records: pl.DataFrame) -> None:
    # A record that this very run deleted, before it was taken up again, was there before the run.
    before = (pl.col("changed_run") == job.run_no).fill_null(value=False)
    lines = _founding_lines(connection, job, records).select(
        "stream_no",
        "source_key",
        pl.col("_golden").alias("golden_id"),
        "target_id",
        pl.col("_fingerprint").alias("fingerprint"),
        pl.when(before).then("created").otherwise(pl.col("_action") == "insert").alias("created"),
        pl.when(before).then("inserted_run").otherwise(job.run_no).alias("inserted_run"),
    )
    revive(connection, job.target, job.run_no, lines)


def renew_fingerprints(connection: sa.Connection, job: LoadJob, renewed: pl.DataFrame, *, changed: bool = True) -> None:
    """Store the new `_fingerprint` of known golden records and, if `changed`, name this run as what changed them."""
    if renewed.is_empty():
        return
    crosswalk = job.target.ledger.tables.crosswalk
    lines = _founding_lines(connection, job, renewed).select(
        "stream_no",
        "source_key",
        pl.col("_fingerprint").alias("fingerprint"),
        *([pl.lit(job.run_no).alias("changed_run")] if changed else []),
    )
    if changed:
        job.target.changing(connection, lines)
    update_rows(connection, crosswalk, ["stream_no", "source_key"], lines)


def _founding_lines(connection: sa.Connection, job: LoadJob, records: pl.DataFrame) -> pl.DataFrame:
    """Return `records` with `stream_no` and `source_key` of the rows that founded them."""
    streams = job.target.ledger.streams_on(connection)
    split = records["_golden"].str.split_exact(":", 1).struct.rename_fields(["stream", "key"]).struct.unnest()
    return records.with_columns(
        split["stream"].replace_strict(streams, return_dtype=pl.Int64).alias("stream_no"),
        records["_golden"].str.strip_prefix(split["stream"]).str.slice(1).alias("source_key"),
    )


def _write_lineage(connection: sa.Connection, job: LoadJob, stream: int, batch: Batch) -> None:
    table, streams = job.target.ledger.tables.lineage, job.target.ledger.streams_on(connection)
    moved = job.moved(batch.entity).of(batch.records["_golden"])
    forget_lines(connection, table, stream, moved["_key"])
    forget_alone(connection, table, moved)
    for (source,), brought in batch.lineage.group_by("_source", maintain_order=True):
        number = streams[str(source)]
        lines = _explained(connection, table, number, brought)
        forget_lines(connection, table, number, lines["_key"])
        insert_rows(
            connection,
            table,
            lines.select(
                pl.lit(number).alias("stream_no"),
                pl.col("_key").alias("source_key"),
                pl.col("_golden").alias("golden_id"),
                pl.col("_merged_by").alias("merged_by"),
                "record",
            ),
        )


def _explained(connection: sa.Connection, table: sa.Table, stream: int, lines: pl.DataFrame) -> pl.DataFrame:
    """Return `lines` with what an earlier run has said of why a row was merged, where this one only changes it."""
    wanted = key_table(connection, lines.select(pl.col("_key").alias("source_key")))
    same = sa.and_(table.c.stream_no == stream, table.c.source_key == wanted.c.source_key)
    chosen = sa.select(table.c.source_key, table.c.golden_id, table.c.merged_by).join(wanted, same)
    said = [tuple(row) for row in connection.execute(chosen.where(table.c.merged_by.is_not(None)))]
    drop_keys(connection, wanted)
    before = pl.DataFrame(said, schema=dict.fromkeys(["_key", "_golden", "_before"], pl.String), orient="row")
    joined = lines.join(before, on=["_key", "_golden"], how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("_merged_by", "_before").alias("_merged_by"))

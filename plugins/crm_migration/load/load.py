"""The load room: golden records become records of the target, batch by batch."""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import polars as pl
import sqlalchemy as sa

from crm_migration.ledger.lease import lease
from crm_migration.ledger.progress import note_progress, started
from crm_migration.load.bulk import drop_keys, key_table
from crm_migration.load.decide import Decision, LoadJob, decide
from crm_migration.load.fingerprint import covered, layout
from crm_migration.load.lineage import StagedLineage
from crm_migration.load.moved import Moved
from crm_migration.load.pieces import Pieces
from crm_migration.load.progress import Progress
from crm_migration.load.target import classify
from crm_migration.load.write import Batch, Refusal, write_batch
from crm_migration.staging import RunFolder, Staged, TableWriter, open_table, own_texts

logger = logging.getLogger(__name__)

LEDGER_KEY = 255
OUTCOME_SCHEMA = {
    "_key": pl.String,
    "outcome": pl.String,
    "_golden": pl.String,
    "target_id": pl.String,
    "reason": pl.String,
    "step": pl.String,
}
MESSAGES = {
    "missing_parent": "the record it refers to is neither in the target nor in this load; load the parent, or set "
    "on_missing_parent: null",
    "not_in_target": "write mode is 'update' and the target holds no such record",
    "exists_in_target": "the target already holds this external id, and another row, or nobody's load, put it there",
    "edited_in_target": "the record was edited in the target since the last load and on_target_change is 'reject'",
    "deleted_in_target": "the record was deleted in the target since the last load; restore it, or filter the row",
    "refused_by_target": "the target refused the record",
    "survivor_rejected": "the record that this row was merged into was rejected",
}


@dataclass
class Merged:
    """Golden records with more than one row, or whose master row is not in this extract; a small share of all."""

    members: pl.DataFrame
    lineage: StagedLineage
    golden: pl.Series

    @classmethod
    def read(cls, folder: RunFolder, entity: str, chosen: pl.Series | None = None) -> "Merged":
        """Read the members of merged records, of those `chosen` if there is a choice, from what match staged.

        Records that rows leave count among them.
        """
        left = Moved.read(folder, entity).former.alias("_golden")
        staged = open_table(folder, entity, "members")
        losers = [own_texts(frame.filter(~pl.col("_master"))) for frame in staged.frames(["_golden", "_master"])]
        golden = pl.concat([left, *(frame["_golden"] for frame in losers)]).unique()
        golden = golden if chosen is None else golden.filter(golden.is_in(chosen.implode()))
        wanted = pl.col("_golden").is_in(golden.implode())
        kept = [own_texts(frame.filter(wanted)) for frame in staged.frames()]
        members = pl.concat(kept) if kept else pl.DataFrame(schema=dict.fromkeys(["_key", "_golden"], pl.String))
        return cls(members, StagedLineage(folder, entity, members), golden)


def load(
    job: LoadJob, folder: RunFolder, entity: str, phase: Literal["sample", "full"], holder: str = "load"
) -> Staged:
    """Load the golden records of `entity` and return the staged outcomes.

    `sample` loads the chosen sample and stages `sample_outcome`; `full` loads everything, keeps what the sample
    loaded, and stages `outcome`: one line per extracted row. Repeating it, after a crash or not, ends in the
    same target and the same outcomes.

    Raises:
        TargetUnavailable: the target was lost; the batches before stay, the current one left nothing. Or another run
            loads into it all the time that may be waited.
        FencedOut: a newer attempt of this load is running.
    """
    run, name = f"{folder.source}/{folder.run_id}", f"{holder} {folder.source}/{folder.run_id}/{entity}/{phase}"
    spec = job.target.mapping.entities[entity]
    job.target.ledger.remember_layout(layout(spec), covered(spec))
    with lease(job.target.ledger, run, name) as token:
        return _load(job.fresh(entity), folder, (entity, phase, token))


def _load(job: LoadJob, folder: RunFolder, place: tuple[str, str, int]) -> Staged:
    entity, phase, token = place
    job.target.begin(token, job.run_no)
    spec = job.target.mapping.entities[entity].target
    chosen = _selection(folder, entity, phase)
    merged, pieces = Merged.read(folder, entity, chosen), Pieces.of(job, folder, entity, chosen)
    progress = Progress(started(job.stream_no(entity), phase, pieces.rows))
    note_progress(job.target.ledger, job.run_no, progress.kept, token)
    step = "outcome" if phase == "full" else "sample_outcome"
    with (
        TableWriter(folder, entity, step) as writer,
        TableWriter(folder, entity, f"{phase}_kept") as kept,
        TableWriter(folder, entity, f"{phase}_apart") as apart,
        TableWriter(folder, entity, f"{phase}_pending") as pending,
    ):
        merged_outcomes = []
        for piece in pieces.at_most(job.target.rows_at_a_time(spec.object)):
            done, decision = _load_piece(job, place, piece, merged, progress)
            pending.write(decision.frame.filter("_pending").select("_golden"))
            kept.write(decision.kept)
            apart.write(decision.apart.to_frame())
            single = ~pl.col("_golden").is_in(merged.golden.implode())
            writer.write(single_outcomes(done.filter(single)))
            merged_outcomes.append(own_texts(done.filter(~single)))
            progress.note(job.target.ledger, (job.run_no, entity), token)
        _refuse_late(job, token)
        finish_outcomes(writer, merged, merged_outcomes)
        if phase == "full":
            earlier_outcomes(writer, folder, entity)
            list_rejected(job, folder, entity, progress)
        return writer.finish(**_facts(progress))


def _refuse_late(job: LoadJob, token: int) -> None:
    """Stop an attempt that found nothing left to write because a newer one has done it: its outcomes are not to stay.

    Raises:
        FencedOut: a newer attempt of this load is running, or has ended.
    """
    with job.target.transaction() as connection:
        job.target.ledger.check_fence(connection, token)


def _selection(folder: RunFolder, entity: str, phase: str) -> pl.Series | None:
    if phase == "full":
        return None
    return open_table(folder, entity, "sample").frame(["_golden"])["_golden"]


def _load_piece(
    job: LoadJob, place: tuple[str, str, int], piece: pl.DataFrame, merged: Merged, progress: Progress
) -> tuple[pl.DataFrame, Decision]:
    """Decide and write one slice of golden records; return them with their final outcome."""
    entity, phase, token = place
    with job.target.transaction() as connection:
        decision = decide(connection, job, entity, piece)
        joined = _newly_merged(connection, job, entity, decision.frame, merged)
    for number, fields in decision.layouts.items():
        job.target.ledger.remember_layout(number, fields)
    frame = decision.frame
    writing = frame.filter(
        pl.col("_action").is_in(["insert", "update", "note"])
        | ((pl.col("_action") == "keep") & pl.col("_golden").is_in(joined.implode()))
        | ((pl.col("_action") == "keep") & pl.col("_golden").is_in(job.moved(entity).first.implode()))
    )
    refusals: list[Refusal] = []
    if not writing.is_empty():
        beside = _rows_of(writing, merged), merged.lineage.of(writing["_golden"])
        batch = Batch(entity, phase, writing, *beside, decision.same)
        batch, refusals = job.target.prepared(job, batch, token)
        written, more = (batch.records, []) if batch.records.is_empty() else write_batch(job, batch, token)
        refusals += more + job.target.delivered(job, batch, written, token)
        frame = _with_ids(frame, written)
        progress.batches += 1
    frame = _with_refusals(frame, refusals)
    progress.outcomes.update(dict(frame["_outcome"].value_counts().iter_rows()))
    progress.emptied.update(decision.emptied)
    _note_rejected(progress, frame, {refusal.golden: refusal.reason for refusal in refusals})
    return frame.select("_golden", "_key", "_outcome", "target_id", "_reason"), decision


def _rows_of(records: pl.DataFrame, merged: Merged) -> pl.DataFrame:
    single = records.filter(~pl.col("_golden").is_in(merged.golden.implode())).select(
        "_key", "_golden", pl.lit(value=True).alias("_master")
    )
    several = merged.members.filter(pl.col("_golden").is_in(records["_golden"].implode()))
    return pl.concat([single, several.select(single.columns)])


def _newly_merged(
    connection: sa.Connection, job: LoadJob, entity: str, frame: pl.DataFrame, merged: Merged
) -> pl.Series:
    """Return golden ids, unchanged themselves, that rows unknown to the crosswalk were merged into."""
    unchanged = frame.filter(pl.col("_action") == "keep")["_golden"]
    rows = merged.members.filter(pl.col("_golden").is_in(unchanged.implode()))
    if rows.is_empty():
        return pl.Series("_golden", [], pl.String)
    crosswalk = job.target.ledger.tables.crosswalk
    wanted = key_table(connection, rows.select(pl.col("_key").alias("source_key")))
    chosen = sa.select(crosswalk.c.source_key).join(wanted, wanted.c.source_key == crosswalk.c.source_key)
    known = connection.scalars(chosen.where(crosswalk.c.stream_no == job.stream_no(entity))).all()
    drop_keys(connection, wanted)
    return rows.filter(~pl.col("_key").is_in(list(known)))["_golden"].unique()


def _with_ids(frame: pl.DataFrame, written: pl.DataFrame) -> pl.DataFrame:
    ids = written.select("_golden", pl.col("target_id").alias("_new_id"))
    joined = frame.join(ids, on="_golden", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce("_new_id", "target_id").alias("target_id")).drop("_new_id")


def _with_refusals(frame: pl.DataFrame, refusals: list[Refusal]) -> pl.DataFrame:
    if not refusals:
        return frame
    refused = pl.col("_golden").is_in([refusal.golden for refusal in refusals])
    return frame.with_columns(
        pl.when(refused).then(pl.lit("rejected")).otherwise(pl.col("_outcome")).alias("_outcome"),
        pl.when(refused).then(pl.lit("refused_by_target")).otherwise(pl.col("_reason")).alias("_reason"),
    )


def _note_rejected(progress: Progress, frame: pl.DataFrame, answers: dict[str, str]) -> None:
    rejected = frame.filter(pl.col("_outcome") == "rejected")
    for golden, reason, missing in rejected.select("_golden", "_reason", "_missing").iter_rows():
        progress.reasons[reason] += 1
        message = answers.get(golden) or MESSAGES[reason]
        progress.rejected.append({"_golden": golden, "reason": reason, "field": missing, "message": message})


def single_outcomes(done: pl.DataFrame) -> pl.DataFrame:
    """Return the outcome lines of records that stand for one row each."""
    rejected = pl.col("_outcome") == "rejected"
    return done.select(
        "_key",
        pl.col("_outcome").alias("outcome"),
        pl.when(~rejected).then("_golden").alias("_golden"),
        pl.when(~rejected).then("target_id").alias("target_id"),
        pl.col("_reason").alias("reason"),
        pl.lit("load").alias("step"),
    )


def finish_outcomes(writer: TableWriter, merged: Merged, outcomes: list[pl.DataFrame]) -> None:
    """Write the outcomes of rows of merged records: the master's own, `merged` for the others."""
    writer.write(pl.DataFrame(schema=OUTCOME_SCHEMA))
    if not outcomes:
        return
    joined = merged.members.join(pl.concat(outcomes).drop("_key"), on="_golden", how="inner")
    rejected, master = pl.col("_outcome") == "rejected", pl.col("_master")
    reason = pl.when(rejected & ~master).then(pl.lit("survivor_rejected")).otherwise(pl.col("_reason"))
    writer.write(
        joined.select(
            "_key",
            pl.when(rejected | master).then(pl.col("_outcome")).otherwise(pl.lit("merged")).alias("outcome"),
            pl.when(~rejected).then("_golden").alias("_golden"),
            pl.when(~rejected).then("target_id").alias("target_id"),
            reason.alias("reason"),
            pl.lit("load").alias("step"),
        )
    )


def earlier_outcomes(writer: TableWriter, folder: RunFolder, entity: str) -> None:
    """Write the outcomes of rows that clean rejected or filtered."""
    none = pl.lit(None, pl.String)
    for frame in open_table(folder, entity, "rejected").frames():
        writer.write(_earlier(frame, "rejected", pl.col("reason")))
    for frame in open_table(folder, entity, "filtered").frames():
        writer.write(_earlier(frame, "filtered", none))


def _earlier(frame: pl.DataFrame, outcome: str, reason: pl.Expr) -> pl.DataFrame:
    none = pl.lit(None, pl.String)
    return frame.select(
        "_key",
        pl.lit(outcome).alias("outcome"),
        none.alias("_golden"),
        none.alias("target_id"),
        reason.alias("reason"),
        pl.lit("clean").alias("step"),
    )


def list_rejected(job: LoadJob, folder: RunFolder, entity: str, progress: Progress | None = None) -> None:
    """List in the ledger the rows of `entity` that cleaning has rejected, and those that the load has, if it was.

    Raises:
        TargetUnavailable: the ledger's database was lost; what it listed before stays.
    """
    lines = _rejected_lines(folder, entity, progress)
    try:
        job.target.ledger.write_rejected(job.run_no, job.stream_no(entity), lines)
    except sa.exc.DBAPIError as error:
        raise classify(error, job.target.mapping.target.name) from None


def _ledger_key(key: str) -> str:
    """Return the key as the ledger's column holds it: a longer one cut, and told apart by its hash."""
    if len(key) <= LEDGER_KEY:
        return key
    return f"{key[: LEDGER_KEY - 65]}…{hashlib.sha256(key.encode()).hexdigest()}"


def _rejected_lines(folder: RunFolder, entity: str, progress: Progress | None) -> Iterator[dict[str, str | None]]:
    for frame in open_table(folder, entity, "rejected").frames():
        for key, name, reason, message, raw in frame.select("_key", "field", "reason", "message", "raw").iter_rows():
            yield {
                "source_key": _ledger_key(key),
                "step": "clean",
                "field": name,
                "reason": reason,
                "message": message,
                "raw": raw,
            }
    of_golden = {line["_golden"]: line for line in progress.rejected} if progress else {}
    if not of_golden:
        return
    wanted = list(of_golden)
    for frame in open_table(folder, entity, "members").frames():
        hit = frame.filter(pl.col("_golden").is_in(wanted))
        for key, golden, master in hit.select("_key", "_golden", "_master").iter_rows():
            line = of_golden[golden]
            reason = line["reason"] if master else "survivor_rejected"
            message = line["message"] if master else MESSAGES["survivor_rejected"]
            yield {
                "source_key": _ledger_key(key),
                "step": "load",
                "field": line["field"],
                "reason": reason,
                "message": message,
                "raw": None,
            }


def _facts(progress: Progress) -> dict[str, object]:
    return {
        "records": dict(progress.outcomes),
        "refused": dict(progress.reasons),
        "emptied_references": dict(progress.emptied),
        "batches": progress.batches,
        "seconds": round(progress.seconds, 3),
    }

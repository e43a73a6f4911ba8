"""The line, step by step: each function is one task of the DAG and one call of the command line.

Every step reads and writes staged tables and the ledger, so it may be repeated alone; it returns a small plain
reference (paths, counts, hashes), never rows.
"""

import json
import logging
from collections.abc import Callable
from typing import Any, Literal

from crm_migration.clean.classification import rows_of_others
from crm_migration.closing import (
    finish,
    reconcile,
    remember_documents,
    remember_window,
    reprint,
    results,
    settle,
    undo,
)
from crm_migration.drift.follow import left_out
from crm_migration.errors import (
    MigrationError,
    OperatorNeeded,
    SampleRejected,
    ToleranceExceeded,
    ValidationFailed,
)
from crm_migration.extract.source import Window
from crm_migration.job import Job, asking_target, timed
from crm_migration.ledger.lease import lease
from crm_migration.load.backup import back_up, content_hashes
from crm_migration.load.joined import retire_joined
from crm_migration.load.link import link
from crm_migration.load.load import list_rejected, load
from crm_migration.load.plan import plan_entity
from crm_migration.load.retire import back_up_retiring, plan_retiring, retire
from crm_migration.load.reviews import remember_review
from crm_migration.load.sample import choose_sample
from crm_migration.load.unlinked import note_unlinked
from crm_migration.preflight import Findings, check, check_mapping, examine, preflight, refuse_finished
from crm_migration.preparing import (
    clean_entity,
    clean_part,
    extract_entity,
    extract_part,
    extract_prepare,
    match_chunk,
    match_entity,
    match_prepare,
    window_of,
)
from crm_migration.report.model import Report
from crm_migration.staging import open_table
from crm_migration.validate.validate import raise_if_failed, validate

__all__ = [
    "Findings",
    "backup",
    "check",
    "check_mapping",
    "clean_entity",
    "clean_part",
    "examine",
    "extract_entity",
    "extract_part",
    "extract_prepare",
    "finish",
    "link_references",
    "load_entity",
    "load_sample",
    "load_steps",
    "match_chunk",
    "match_entity",
    "match_prepare",
    "plan",
    "preflight",
    "prepare_steps",
    "refuse_excess",
    "refuse_finished",
    "reprint",
    "results",
    "retire_records",
    "run_line",
    "undo",
    "validate_full",
    "validate_sample",
]

logger = logging.getLogger(__name__)


Phase = Literal["sample", "full"]


def plan(job: Job) -> dict[str, Any]:
    """Stage, per entity, what a load would do (`plan`); the target is read, never written."""
    load_job = job.load_job(planned=True)
    with timed(job, "plan") as figures:
        for entity in job.order:
            figures["rows"] += plan_entity(load_job, job.folder, entity).rows
        plan_retiring(load_job, job.folder, job.order)
        calls = job.target.plan_calls(job.load_job(planned=True), job.folder, job.order)
    return {"rows": figures["rows"], "calls": calls}


def backup(job: Job) -> dict[str, Any]:
    """Stage before-images of all that the load will touch, and hash the target's content as it is."""
    refuse_excess(job)
    with timed(job, "backup") as figures:
        job.target.refresh()
        load_job = job.load_job(planned=True)
        retiring = back_up_retiring(load_job, job.folder, job.order)
        touched = {entity: back_up(load_job, job.folder, entity).rows for entity in job.order}
        if not job.target.ledger.has_batches(job.run_no):
            objects = sorted({entity.target.object for entity in job.mapping.entities.values()})
            hashes = content_hashes(job.target, objects)
            job.target.ledger.update_run(job.run_no, content_sha256=json.dumps(hashes))
        job.target.plan_calls(job.load_job(planned=True), job.folder, job.order)
        figures["rows"] = sum(touched.values()) + sum(staged.rows for staged in retiring.values())
    return {"before_images": touched}


def refuse_excess(job: Job) -> None:
    """Stop before anything is written when cleaning rejected more than the mapping tolerates.

    The rejected rows are listed in the ledger, so that they can be looked at. Of corrected rows any share may still be
    wrong.

    Raises:
        ToleranceExceeded: naming the entities, the shares and the most frequent reasons.
    """
    if job.reload is not None:
        return
    limit, over = job.mapping.tolerances.rejected_share, []
    for entity in job.order:
        others = rows_of_others(open_table(job.folder, entity, "clean").facts["filters"])
        extracted = open_table(job.folder, entity, "extract").rows - others
        rejected = open_table(job.folder, entity, "rejected")
        if extracted and rejected.rows / extracted > limit:
            reasons = rejected.frame(["field", "reason"]).group_by("field", "reason").len().sort("len", descending=True)
            first = reasons.head(3).iter_rows()
            listed = ", ".join(f"{field or 'row'}: {reason} ({count})" for field, reason, count in first)
            over.append(f"{entity}: {rejected.rows} of {extracted} rows rejected, {listed}")
    if over:
        for entity in job.order:
            list_rejected(job.load_job(), job.folder, entity)
        raise ToleranceExceeded(
            f"more than {limit:.1%} of the rows were rejected; nothing was loaded. {'; '.join(over)}. "
            "Repair the rows, or raise tolerances.rejected_share knowingly"
        )


def load_sample(job: Job) -> dict[str, Any]:
    """Choose the sample, load it in reference order and link it."""
    with timed(job, "load_sample") as figures:
        options = job.options
        chosen = choose_sample(job.mapping, job.folder, job.order, options.sample_size, seed=job.run_no)
        load_job = job.load_job()
        for entity in job.order:
            load(load_job, job.folder, entity, "sample")
        _link(job, "sample")
        figures["rows"] = sum(staged.rows for staged in chosen.values())
    return {"records": {entity: staged.rows for entity, staged in chosen.items()}}


def validate_sample(job: Job) -> dict[str, Any]:
    """Check the sample as it now stands in the target; a sample that does not pass is rolled back.

    Raises:
        SampleRejected: naming the failed checks; the target is as it was before.
    """
    with timed(job, "validate_sample") as figures:
        staged = validate(job.mapping, job.folder, job.target, "sample", job.run_no, job.source)
        figures["rows"] = staged.rows
        reconcile(job, "sample")
    try:
        raise_if_failed(staged)
    except OperatorNeeded as failed:
        undone = undo(job, force=True)
        state = "the target is as it was before" if not undone.differing else f"{undone.differing} differ from before"
        raise SampleRejected(f"{failed}\nThe sample has been rolled back; {state}.") from None
    _hand_over(job, "sample")
    return staged.reference()


def load_entity(job: Job, entity: str) -> dict[str, Any]:
    """Load all of `entity`; what the sample loaded stays."""
    with timed(job, "load", entity) as figures:
        staged = load(job.load_job(), job.folder, entity, "full")
        remember_review(job.target, job.folder, entity, job.run_no)
        figures["rows"] = sum(staged.facts["records"].values())
    return staged.reference()


def link_references(job: Job) -> dict[str, Any]:
    """Set the self- and circular references, now that every record is there."""
    with timed(job, "link") as figures:
        linked = _link(job, "full")
        figures["rows"] = sum(linked.values())
        if not job.retires:
            _hand_over(job, "full")
    return {"linked": linked}


def _link(job: Job, phase: Phase) -> dict[str, int]:
    load_job = job.load_job()
    run = f"{job.folder.source}/{job.run_id}"
    with lease(job.target.ledger, run, f"link {run}") as token:
        job.target.begin(token, load_job.run_no)
        linked = {
            entity: link(load_job, job.folder, entity, phase, token) for entity in job.order if job.deferred.get(entity)
        }
        retire_joined(load_job, job.folder, job.order, token)
        job.target.deliver(token, load_job.run_no)
        note_unlinked(load_job, job.folder, job.order, phase, token)
    return linked


def _hand_over(job: Job, phase: Phase) -> None:
    """Write what the run has done as files, where the target is a folder of import files."""
    if not job.target.hands_over:
        return
    run = f"{job.folder.source}/{job.run_id}"
    with asking_target(job), lease(job.target.ledger, run, f"hand over {run}/{phase}") as token:
        job.target.hand_over(job.load_job(), job.folder, phase, token)


def retire_records(job: Job) -> dict[str, Any]:
    """Flag or delete the records whose rows are gone from the source, where the mapping says so."""
    with timed(job, "source_deletes") as figures:
        done = retire(job.load_job(), job.folder, job.order, "retire")
        figures["rows"] = sum(staged.rows for staged in done.values())
        _hand_over(job, "full")
    return {"records": {entity: staged.facts["records"] for entity, staged in done.items()}}


def validate_full(job: Job) -> dict[str, Any]:
    """Check everything that the run loaded, and record windows and reconciliation in the ledger.

    Raises:
        ValidationFailed: naming the failed checks; the run is red and can be rolled back.
    """
    with timed(job, "validate_full") as figures:
        staged = validate(job.mapping, job.folder, job.target, "full", job.run_no, job.source)
        figures["rows"] = staged.rows
        reconcile(job, "full")
    with asking_target(job):
        raise_if_failed(staged)
        if job.reload is None:
            _remember(job)
        settle(job, frozenset(entity for entity in job.order if window_of(job, entity) is None))
    return staged.reference()


def _remember(job: Job) -> None:
    """Record in the ledger what of the source is loaded now, and how the source looked."""
    for entity in job.order:
        window = window_of(job, entity) or Window(None, None)
        stream = job.target.ledger.stream_no(
            job.mapping.source.name, entity, job.mapping.entities[entity].target.object
        )
        partly = bool(left_out(change for change in job.drift.changes if change.entity == entity))
        remember_window(job, stream, window, partly=partly)
        if columns := job.drift.seen.get(entity):
            job.target.ledger.write_source_schema(job.run_no, stream, columns)
        remember_documents(job, entity, stream, partly=partly)


def prepare_steps(job: Job) -> None:
    """Run preflight, then extract, clean and match of every entity."""
    preflight(job)
    _stage(job)


def _stage(job: Job) -> None:
    for entity in job.order:
        extract_entity(job, entity)
        clean_entity(job, entity)
        match_entity(job, entity)


def load_steps(job: Job, approve: Callable[[Job], None]) -> None:
    """Back up, load and check the sample, ask where the mapping says so, then load and check everything."""
    backup(job)
    load_sample(job)
    validate_sample(job)
    if job.options.sample_only:
        return
    if job.mapping.approval == "manual":
        approve(job)
    for entity in job.order:
        load_entity(job, entity)
    link_references(job)
    if job.retires:
        retire_records(job)
    validate_full(job)


def run_line(job: Job, approve: Callable[[Job], None]) -> tuple[Report, dict[str, str], MigrationError | None]:
    """Run the whole line in this process; return the report, where it lies, and what stopped the run, if anything.

    Raises:
        MigrationError: preflight found that the run must not start; nothing was read, no report is written.
    """
    preflight(job)
    failed: MigrationError | None = None
    try:
        _stage(job)
        if job.options.dry_run:
            plan(job)
        else:
            load_steps(job, approve)
    except MigrationError as error:
        logger.error("%s", error)
        failed = error
    made, written = finish(job, [str(failed)] if failed else [])
    if failed is None and made.verdict.state == "red":
        failed = ValidationFailed("not every row is accounted for; see the report")
    return made, written, failed

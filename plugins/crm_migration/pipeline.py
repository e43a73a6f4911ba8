"""The line, step by step: each function is one task of the DAG and one call of the command line.

Every step reads and writes staged tables and the ledger, so it may be repeated alone; it returns a small plain
reference (paths, counts, hashes), never rows.
"""

import json
import logging
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import polars as pl
import sqlalchemy as sa

from crm_migration.clean.clean import clean
from crm_migration.errors import (
    MappingFault,
    MappingInvalid,
    MigrationError,
    OperatorNeeded,
    SampleRejected,
    ToleranceExceeded,
    ValidationFailed,
)
from crm_migration.extract.extract import extract
from crm_migration.extract.source import Window
from crm_migration.job import RUN, Job, timed, timings
from crm_migration.ledger.ledger import now
from crm_migration.load.backup import back_up, content_hashes
from crm_migration.load.known import known_records
from crm_migration.load.link import link
from crm_migration.load.load import load
from crm_migration.load.plan import plan_entity
from crm_migration.load.rollback import Undone, roll_back
from crm_migration.load.sample import choose_sample
from crm_migration.mapping.check import check_live, check_static
from crm_migration.mapping.live import target_objects
from crm_migration.mapping.loaded import LoadedMapping
from crm_migration.mapping.model import Choice, Owner
from crm_migration.match.room import match
from crm_migration.report.assemble import report
from crm_migration.report.model import BackupFact, Report, RunFacts, StepTiming
from crm_migration.report.read import read_report
from crm_migration.report.write import write_report
from crm_migration.staging import TableWriter, has_table, open_table
from crm_migration.validate.validate import raise_if_failed, validate

logger = logging.getLogger(__name__)

Phase = Literal["sample", "full"]
LEAST_FREE_BYTES = 512 * 1024 * 1024


def check_mapping(loaded: LoadedMapping) -> list[str]:
    """Return every fault that the mapping shows by itself."""
    return check_static(loaded)


def check(job: Job) -> list[str]:
    """Return every fault of the mapping, against the live source and target too."""
    problems = check_mapping(job.loaded)
    if problems:
        return problems
    columns: dict[str, dict[str, str]] = {}
    values: dict[str, dict[str, set[str]]] = {}
    for name, entity in job.mapping.entities.items():
        try:
            columns[name] = job.source.describe(name)
        except MappingFault as fault:
            problems.append(str(fault))
            continue
        values[name] = {
            field: job.source.distinct(name, spec.columns[0])
            for field, spec in entity.fields.items()
            if isinstance(spec, Choice) and len(spec.columns) == 1 and spec.columns[0] in columns[name]
        }
    there = set(job.target.objects())
    tables = {name: job.target.describe(name) for name in sorted(target_objects(job.mapping) & there)}
    return problems + check_live(job.loaded, columns, tables, values)


def preflight(job: Job) -> dict[str, Any]:
    """Check mapping, source, target and disk; register the run; stage the lookups of owners.

    Raises:
        MappingInvalid: with every fault found.
        OperatorNeeded: the disk is nearly full.
    """
    with timed(job, "preflight") as figures:
        problems = check(job)
        if problems:
            raise MappingInvalid(problems)
        _check_disk(job)
        if not job.options.dry_run:
            job.target.ledger.migrate()
            job.target.ledger.begin_run(job.mapping.source.name, job.run_id, _run_values(job))
        _stage_lookups(job)
        figures["rows"] = len(job.order)
    return {"run_id": job.run_id, "mapping_sha256": job.loaded.sha256, "entities": job.order}


def _run_values(job: Job) -> dict[str, Any]:
    window = job.window or Window(None, None)
    return {
        "mapping_sha256": job.loaded.sha256,
        "window_start": window.start,
        "window_end": window.end,
    }


def _check_disk(job: Job) -> None:
    if "://" in job.staging:
        return
    folder = Path(job.staging)
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise OperatorNeeded(
            f"staging {folder}: {free // 2**20} MiB free, expected at least {LEAST_FREE_BYTES // 2**20} MiB; "
            "free some space, or point CRM_MIGRATION_STAGING elsewhere"
        )


def _stage_lookups(job: Job) -> None:
    """Stage, per owner field, the target's users by their natural key."""
    for name, entity in job.mapping.entities.items():
        owners = {field: spec for field, spec in entity.fields.items() if isinstance(spec, Owner)}
        with TableWriter(job.folder, name, "lookups") as writer:
            writer.write(pl.DataFrame(schema={"field": pl.String, "key": pl.String, "id": pl.String}))
            for field, spec in owners.items():
                found = job.target.lookup(spec.object, spec.by, spec.id)
                rows = {"field": [field] * len(found), "key": list(found), "id": list(found.values())}
                writer.write(pl.DataFrame(rows, schema={"field": pl.String, "key": pl.String, "id": pl.String}))


def _lookups(job: Job, entity: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {
        field: {} for field, spec in job.mapping.entities[entity].fields.items() if isinstance(spec, Owner)
    }
    for field, key, identity in open_table(job.folder, entity, "lookups").frame().iter_rows():
        found[field][key] = identity
    return found


def extract_entity(job: Job, entity: str) -> dict[str, Any]:
    """Stage the rows of `entity` as the source prints them."""
    with timed(job, "extract", entity) as figures:
        window = job.window if job.mapping.entities[entity].watermark else None
        staged = extract(job.source, job.mapping, entity, job.folder, window)
        figures["rows"] = staged.rows
    return staged.reference()


def clean_entity(job: Job, entity: str) -> dict[str, Any]:
    """Stage the cleaned, the rejected and the filtered rows of `entity`."""
    with timed(job, "clean", entity) as figures:
        staged = clean(job.mapping, entity, job.folder, _lookups(job, entity))
        figures["rows"] = open_table(job.folder, entity, "extract").rows
    return staged.reference()


def match_entity(job: Job, entity: str) -> dict[str, Any]:
    """Stage the golden records of `entity`."""
    with timed(job, "match", entity) as figures:
        staged = match(job.mapping, entity, job.folder, known_records(job.target, job.mapping, entity))
        figures["rows"] = open_table(job.folder, entity, "clean").rows
    return staged.reference()


def plan(job: Job) -> dict[str, Any]:
    """Stage, per entity, what a load would do (`plan`); the target is read, never written."""
    load_job = job.load_job(planned=True)
    with timed(job, "plan") as figures:
        for entity in job.order:
            figures["rows"] += plan_entity(load_job, job.folder, entity).rows
    return {"rows": figures["rows"]}


def backup(job: Job) -> dict[str, Any]:
    """Stage before-images of all that the load will touch, and hash the target's content as it is."""
    refuse_excess(job)
    with timed(job, "backup") as figures:
        load_job = job.load_job(planned=True)
        touched = {entity: back_up(load_job, job.folder, entity).rows for entity in job.order}
        if not job.target.ledger.has_batches(job.run_no):
            objects = sorted({entity.target.object for entity in job.mapping.entities.values()})
            hashes = content_hashes(job.target, objects)
            job.target.ledger.update_run(job.run_no, content_sha256=json.dumps(hashes))
        figures["rows"] = sum(touched.values())
    return {"before_images": touched}


def refuse_excess(job: Job) -> None:
    """Stop before anything is written when cleaning rejected more than the mapping tolerates.

    Raises:
        ToleranceExceeded: naming the entities, the shares and the most frequent reasons.
    """
    limit, over = job.mapping.tolerances.rejected_share, []
    for entity in job.order:
        extracted = open_table(job.folder, entity, "extract").rows
        rejected = open_table(job.folder, entity, "rejected")
        if extracted and rejected.rows / extracted > limit:
            reasons = rejected.frame(["field", "reason"]).group_by("field", "reason").len().sort("len", descending=True)
            listed = ", ".join(f"{field}: {reason} ({count})" for field, reason, count in reasons.head(3).iter_rows())
            over.append(f"{entity}: {rejected.rows} of {extracted} rows rejected, {listed}")
    if over:
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
        _reconcile(job, "sample")
    try:
        raise_if_failed(staged)
    except OperatorNeeded as failed:
        undone = undo(job, force=True)
        state = "the target is as it was before" if not undone.differing else f"{undone.differing} differ from before"
        raise SampleRejected(f"{failed}\nThe sample has been rolled back; {state}.") from None
    return staged.reference()


def load_entity(job: Job, entity: str) -> dict[str, Any]:
    """Load all of `entity`; what the sample loaded stays."""
    with timed(job, "load", entity) as figures:
        staged = load(job.load_job(), job.folder, entity, "full")
        figures["rows"] = sum(staged.facts["records"].values())
    return staged.reference()


def link_references(job: Job) -> dict[str, Any]:
    """Set the self- and circular references, now that every record is there."""
    with timed(job, "link") as figures:
        linked = _link(job, "full")
        figures["rows"] = sum(linked.values())
    return {"linked": linked}


def _link(job: Job, phase: Phase) -> dict[str, int]:
    load_job = job.load_job()
    token = job.target.ledger.take_fence(f"link {job.run_id}")
    return {
        entity: link(load_job, job.folder, entity, phase, token) for entity in job.order if job.deferred.get(entity)
    }


def validate_full(job: Job) -> dict[str, Any]:
    """Check everything that the run loaded, and record windows and reconciliation in the ledger.

    Raises:
        ValidationFailed: naming the failed checks; the run is red and can be rolled back.
    """
    with timed(job, "validate_full") as figures:
        staged = validate(job.mapping, job.folder, job.target, "full", job.run_no, job.source)
        figures["rows"] = staged.rows
        _reconcile(job, "full")
    raise_if_failed(staged)
    window = job.window or Window(None, None)
    for entity in job.order:
        stream = job.target.ledger.stream_no(
            job.mapping.source.name, entity, job.mapping.entities[entity].target.object
        )
        job.target.ledger.write_watermark(job.run_no, stream, (window.start, window.end))
    return staged.reference()


RECONCILED = (
    "validation",
    "entity",
    "field",
    "name",
    "source_value",
    "target_value",
    "difference",
    "tolerance",
    "status",
)


def _reconcile(job: Job, phase: Phase) -> None:
    checks = open_table(job.folder, RUN, f"{phase}_checks").frame(list(RECONCILED))
    job.target.ledger.write_reconciliation(job.run_no, phase, checks.to_dicts())


def finish(job: Job, problems: list[str]) -> tuple[Report, dict[str, str]]:
    """Write the run's report and its last line in the ledger; return the report and where it lies."""
    facts = _run_facts(job, problems)
    made = report(job.mapping, job.folder, facts)
    written = write_report(made, job.folder)
    if job.run_no and not job.options.dry_run and facts.status != "rolled_back":
        job.target.ledger.update_run(
            job.run_no, status=facts.status, finished_at=now(), summary=json.dumps(_outcomes(job))
        )
    return made, written


def _run_facts(job: Job, problems: list[str]) -> RunFacts:
    steps = [StepTiming(t["step"], t["entity"], t["rows"], t["seconds"]) for t in timings(job)]
    window = job.window or Window(None, None)
    return RunFacts(
        run_id=job.run_id,
        source=job.mapping.source.name,
        target=job.mapping.target.name,
        mapping_sha256=job.loaded.sha256,
        mapping_path=job.loaded.path.name,
        window_start=window.start,
        window_end=window.end,
        status=_status(job, problems),
        started_at=_started(job),
        finished_at=now(),
        mode=job.options.mode,  # type: ignore[arg-type]
        steps=steps,
        problems=problems,
        backups=_backups(job),
        undo_command=f"crm-migration rollback {job.loaded.path} --run-id {job.run_id}" if job.run_no else None,
    )


def _status(job: Job, problems: list[str]) -> Literal["green", "red", "rolled_back", "planned", "sample_only"]:
    row = job.target.ledger.find_run(job.mapping.source.name, job.run_id) if job.run_no else None
    if row is not None and row.status == "rolled_back":
        return "rolled_back"
    if problems:
        return "red"
    if job.options.dry_run:
        return "planned"
    return "sample_only" if job.options.sample_only else "green"


def _started(job: Job) -> datetime:
    run = job.target.ledger.tables.run
    if job.run_no:
        with job.target.engine.connect() as connection:
            started = connection.scalar(sa.select(run.c.started_at).where(run.c.run_no == job.run_no))
        if isinstance(started, datetime):
            return started if started.tzinfo else started.replace(tzinfo=now().tzinfo)
    return now()


def _backups(job: Job) -> list[BackupFact]:
    facts = []
    for entity in job.order:
        if has_table(job.folder, entity, "backup"):
            staged = open_table(job.folder, entity, "backup")
            facts.append(BackupFact(entity, staged.path, staged.rows, staged.sha256))
    return facts


def _outcomes(job: Job) -> dict[str, dict[str, int]]:
    """Return rows by outcome, by entity, of the entities whose load was reached."""
    counts = {}
    for entity in job.order:
        if has_table(job.folder, entity, "outcome"):
            outcomes = open_table(job.folder, entity, "outcome").frame(["outcome"])
            counts[entity] = dict(outcomes["outcome"].value_counts().sort("outcome").iter_rows())
    return counts


def undo(job: Job, force: bool = False) -> Undone:
    """Roll the run back.

    Raises:
        OperatorNeeded: the ledger does not know the run, or it is rolled back already.
        ChangedSince: a later run or a person has changed its records.
    """
    name = f"{job.mapping.source.name}/{job.run_id}"
    row = job.target.ledger.find_run(job.mapping.source.name, job.run_id) if job.run_no else None
    if row is None:
        raise OperatorNeeded(f"the ledger of {job.mapping.target.name} knows no run {name}")
    if row.status == "rolled_back":
        raise OperatorNeeded(f"run {name} is rolled back already; nothing to do")
    return roll_back(job.undo(), force)


def prepare_steps(job: Job) -> None:
    """Run preflight, then extract, clean and match of every entity."""
    preflight(job)
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
    validate_full(job)


def run_line(job: Job, approve: Callable[[Job], None]) -> tuple[Report, dict[str, str], MigrationError | None]:
    """Run the whole line in this process; return the report, where it lies, and what stopped the run, if anything.

    Raises:
        MappingFault: the mapping or a connection is wrong; nothing was read.
    """
    failed: MigrationError | None = None
    try:
        prepare_steps(job)
        if job.options.dry_run:
            plan(job)
        else:
            load_steps(job, approve)
    except MappingInvalid:
        raise
    except MigrationError as error:
        logger.error("%s", error)
        failed = error
    made, written = finish(job, [str(failed)] if failed else [])
    if failed is None and made.verdict.state == "red":
        failed = ValidationFailed("not every row is accounted for; see the report")
    return made, written, failed


def reprint(job: Job) -> tuple[Report, dict[str, str]]:
    """Return the report of a finished run as it was written.

    Raises:
        OperatorNeeded: the run wrote no report, or its staging is gone.
    """
    return read_report(job.folder)

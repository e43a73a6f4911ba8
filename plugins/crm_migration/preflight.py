"""Before a run: every fault of the mapping, of source, target and disk, and what has changed at the source.

Nothing is staged or written yet but the decisions that the rest of the run follows.
"""

import logging
import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from crm_migration.drift.find import find_drift, judged_values, readable_columns
from crm_migration.drift.follow import followed
from crm_migration.drift.staged import Drift
from crm_migration.errors import MappingFault, MappingInvalid, OperatorNeeded, SchemaDrifted
from crm_migration.extract.landing import Landing
from crm_migration.extract.source import Profile, Window
from crm_migration.job import Job, asking_target, timed
from crm_migration.ledger.ledger import RunRow
from crm_migration.load.known import untrained
from crm_migration.mapping.check import check_live, check_static
from crm_migration.mapping.live import target_objects
from crm_migration.mapping.loaded import LoadedMapping
from crm_migration.mapping.model import Choice, Owner
from crm_migration.reload.corrections import reloaded_no, stage_corrections
from crm_migration.staging import TableWriter

logger = logging.getLogger(__name__)

LEAST_FREE_BYTES = 512 * 1024 * 1024
FINISHED = frozenset({"green", "rolled_back"})
"""What the ledger calls runs that are over, for good or undone."""


def check_mapping(loaded: LoadedMapping) -> list[str]:
    """Return every fault that the mapping shows by itself."""
    return check_static(loaded)


@dataclass(frozen=True)
class Findings:
    """What a look at source and target tells: faults and advice, one a line, and what the source has changed since."""

    problems: list[str]
    drift: Drift = field(default_factory=Drift)
    advice: list[str] = field(default_factory=list)


def check(job: Job) -> list[str]:
    """Return every fault of the mapping, against the live source and target too."""
    return examine(job).problems


def examine(job: Job) -> Findings:
    """Return every fault of the mapping, against the live source and target too, and the changes of the source.

    Raises:
        SourceUnavailable, SourceUnreadable, TargetUnavailable: source or target cannot be asked.
    """
    problems = check_mapping(job.loaded)
    if problems:
        return Findings(problems)
    profiles, problems = _profiles(job)
    mapping = job.loaded.mapping
    with asking_target(job):
        last = job.target.ledger.source_schema(mapping.source.name, job.run_id)
        there = set(job.target.objects())
        tables = {name: job.target.describe(name) for name in sorted(target_objects(mapping) & there)}
        advice = untrained(job.target, job.loaded)
    # Corrected rows tell nothing of how the source has changed since: they are read as their run has read them.
    drift, faults = find_drift(mapping, profiles, last) if job.reload is None else (job.drift, [])
    as_followed = replace(job.loaded, mapping=followed(mapping, drift.changes))
    values = judged_values(as_followed.mapping, profiles)
    problems += check_live(as_followed, readable_columns(profiles, drift), tables, values)
    return Findings([*problems, *job.loaded.problems(faults)], drift, advice)


def _profiles(job: Job) -> tuple[dict[str, Profile], list[str]]:
    """Return what the source offers, by entity, and the faults of those that it does not offer at all."""
    source = job.undecided_source
    profiles: dict[str, Profile] = {}
    problems = []
    for name, entity in job.loaded.mapping.entities.items():
        choices = [spec for spec in entity.fields.values() if isinstance(spec, Choice) and len(spec.columns) == 1]
        try:
            profiles[name] = source.profile(name, sorted({spec.columns[0] for spec in choices}))
        except MappingFault as fault:
            problems.append(str(fault))
    return profiles, problems


def preflight(job: Job) -> dict[str, Any]:
    """Check mapping, source, target and disk; register the run; stage the lookups of owners.

    Raises:
        MappingInvalid: with every fault found.
        SchemaDrifted: the same, some of them being changes of the source that the mapping does not let pass.
        MappingFault: a plan was asked for under the id of a run that has been loaded.
        OperatorNeeded: the disk is nearly full.
    """
    with timed(job, "preflight") as figures:
        if job.options.dry_run and job.run_no:
            raise MappingFault(
                f"run {job.run_id} has been loaded; a plan would replace its staging: choose another run id"
            )
        if job.target.ledger.exists():
            # A plan reads the ledger too, and knows it in this version's shape only.
            job.target.ledger.migrate()
        _forget_fetched(job)
        if job.reload is not None:
            stage_corrections(job)
        findings = examine(job)
        _tell(job, findings)
        if findings.problems:
            stopped = any(change.stops for change in findings.drift.changes)
            raise (SchemaDrifted if stopped else MappingInvalid)(findings.problems)
        _check_disk(job)
        if not job.options.dry_run:
            job.target.ledger.migrate()
            job.target.ledger.begin_run(job.mapping.source.name, job.run_id, _run_values(job))
        job.target.refresh()
        _stage_lookups(job)
        figures["rows"] = len(job.order)
    return {"run_id": job.run_id, "mapping_sha256": job.loaded.sha256, "entities": job.order}


def refuse_finished(job: Job) -> None:
    """Refuse the id of a run that is over; one that broke off, failed or stopped after its sample may be taken up.

    Two runs under one id could not be told apart: neither could be undone, and the second would report what the first
    one has loaded.

    Raises:
        MappingFault: the ledger knows a run of this id that was loaded to its end, or rolled back.
        TargetUnavailable: the ledger did not answer.
    """
    with asking_target(job):
        run = _known_run(job)
    if run is not None and run.status in FINISHED:
        found = "has been rolled back" if run.status == "rolled_back" else "is complete"
        raise MappingFault(
            f"run {job.loaded.mapping.source.name}/{job.run_id}: expected the id of a new run, found one that {found}; "
            "nothing was read or written. Choose another run id, or none"
        )


def _known_run(job: Job) -> RunRow | None:
    # The job's own `run_no` is asked for once, and this run is not registered yet.
    ledger = job.target.ledger
    return ledger.find_run(job.loaded.mapping.source.name, job.run_id) if ledger.exists() else None


def _forget_fetched(job: Job) -> None:
    """Let a repeated preflight judge the source as it is now; a run that has loaded in part keeps what it reads."""
    run = _known_run(job)
    if run is None or not job.target.ledger.has_batches(run.run_no):
        Landing(job.folder).clear()


def _tell(job: Job, findings: Findings) -> None:
    """Say what has changed, and stage it: later tasks follow it, and the report shows it even of a stopped run."""
    for sentence in (*(change.sentence for change in findings.drift.changes), *findings.advice):
        logger.warning("%s: %s", job.loaded.mapping.source.name, sentence)
    job.decide(findings.drift)


def _run_values(job: Job) -> dict[str, Any]:
    window = job.window or Window(None, None)
    values = {
        "mapping_sha256": job.loaded.sha256,
        "window_start": window.start,
        "window_end": window.end,
    }
    return values if job.reload is None else {**values, "reload_of": reloaded_no(job)}


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

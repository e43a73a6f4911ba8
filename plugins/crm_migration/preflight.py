"""Before a run: every fault of the mapping, of source, target and disk; nothing is read or written yet."""

import shutil
from pathlib import Path
from typing import Any

import polars as pl

from crm_migration.errors import (
    MappingFault,
    MappingInvalid,
    OperatorNeeded,
)
from crm_migration.extract.source import Window
from crm_migration.job import Job, asking_target, timed
from crm_migration.mapping.check import check_live, check_static
from crm_migration.mapping.live import target_objects
from crm_migration.mapping.loaded import LoadedMapping
from crm_migration.mapping.model import Choice, Owner
from crm_migration.staging import TableWriter

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
        chosen = {
            field: spec.columns[0]
            for field, spec in entity.fields.items()
            if isinstance(spec, Choice) and len(spec.columns) == 1 and spec.columns[0] in columns[name]
        }
        found = job.source.distinct(name, sorted(set(chosen.values())))
        values[name] = {field: found[column] for field, column in chosen.items()}
    with asking_target(job):
        there = set(job.target.objects())
        tables = {name: job.target.describe(name) for name in sorted(target_objects(job.mapping) & there)}
    return problems + check_live(job.loaded, columns, tables, values)


def preflight(job: Job) -> dict[str, Any]:
    """Check mapping, source, target and disk; register the run; stage the lookups of owners.

    Raises:
        MappingInvalid: with every fault found.
        MappingFault: a plan was asked for under the id of a run that has been loaded.
        OperatorNeeded: the disk is nearly full.
    """
    with timed(job, "preflight") as figures:
        if job.options.dry_run and job.run_no:
            raise MappingFault(
                f"run {job.run_id} has been loaded; a plan would replace its staging: choose another run id"
            )
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

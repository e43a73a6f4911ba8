"""The dry run: what a load would do to each row, decided by the same code, written nowhere but to staging."""

from dataclasses import replace

import polars as pl

from crm_migration.load.decide import STATE_SCHEMA, LoadJob, decide
from crm_migration.load.load import (
    OUTCOME_SCHEMA,
    Merged,
    earlier_outcomes,
    finish_outcomes,
    single_outcomes,
)
from crm_migration.load.references import ID_SCHEMA
from crm_migration.load.target import BATCH_ROWS
from crm_migration.staging import RunFolder, Staged, TableWriter, open_table


def plan_entity(job: LoadJob, folder: RunFolder, entity: str) -> Staged:
    """Stage `plan` (columns as `outcome`) for `entity`; the target is only read.

    A parent that this run would reject itself still counts as found; the load may therefore reject a few more.
    """
    job = without_ledger(job)
    merged = Merged.read(folder, entity)
    several = []
    with TableWriter(folder, entity, "plan") as writer:
        writer.write(pl.DataFrame(schema=OUTCOME_SCHEMA))
        for part in open_table(folder, entity, "golden").frames():
            for piece in part.iter_slices(BATCH_ROWS):
                with job.target.transaction() as connection:
                    decided = decide(connection, job, entity, piece).frame
                done = decided.select("_golden", "_key", "_outcome", "target_id", "_reason")
                single = ~pl.col("_golden").is_in(merged.golden.implode())
                writer.write(single_outcomes(done.filter(single)))
                several.append(done.filter(~single))
        finish_outcomes(writer, merged, several)
        earlier_outcomes(writer, folder, entity)
        return writer.finish()


def without_ledger(job: LoadJob) -> LoadJob:
    """Return the job, to plan with; for a target without a ledger, one in which nothing was loaded yet."""
    if job.target.ledger.exists():
        return job
    for name, entity in job.target.mapping.entities.items():
        target_object = entity.target.object
        job.known[target_object] = pl.DataFrame(schema=STATE_SCHEMA)
        job.outsiders[target_object] = job.target.count(target_object) > 0
        job.references.remember(name, pl.DataFrame(schema=ID_SCHEMA))
    return replace(job, has_ledger=False)

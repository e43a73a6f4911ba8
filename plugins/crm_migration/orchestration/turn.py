"""Runs of one source take turns: a backfill starts several at once, whatever the DAG's `max_active_runs` says.

Two runs that match rows at the same time would not know of each other's, and load one customer twice.
"""

import logging
import os
from typing import TYPE_CHECKING

from airflow.sdk import get_current_context

if TYPE_CHECKING:
    from crm_migration.job import Job

logger = logging.getLogger(__name__)

TURN_SECONDS = float(os.environ.get("CRM_MIGRATION_TURN_SECONDS", "30"))


def has_turn(job: "Job") -> bool:
    """Return whether the run may go on: it has its source's turn, or needs none, being a plan or the first ever."""
    from crm_migration.job import asking_target

    instance = get_current_context()["task_instance"]

    def active(run_id: str) -> bool:
        return int(instance.get_dr_count(dag_id=instance.dag_id, run_ids=[run_id], states=["running"])) > 0

    with asking_target(job):
        ledger = job.target.ledger
        if job.options.dry_run or not ledger.exists():
            return True
        has = ledger.take_turn(job.mapping.source.name, job.run_id, active)
    if not has:
        logger.info("another run of %s is under way; looking again in %s s", job.mapping.source.name, TURN_SECONDS)
    return has

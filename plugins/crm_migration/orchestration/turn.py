"""Runs into one target take turns, whichever source they read.

Two runs that match rows at the same time would not know of each other's, and load one customer twice. Nor does a
backfill keep to the DAG's `max_active_runs`: it starts several at once.
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
    """Return whether the run may go on: it has its target's turn, or needs none, being a plan or the first ever."""
    from crm_migration.job import asking_target

    instance = get_current_context()["task_instance"]

    def active(run: str) -> bool:
        dag_id, _, run_id = run.partition("/")
        return int(instance.get_dr_count(dag_id=dag_id, run_ids=[run_id], states=["running"])) > 0

    with asking_target(job):
        ledger = job.target.ledger
        if job.options.dry_run or not ledger.exists():
            return True
        has = ledger.take_turn(f"{instance.dag_id}/{job.run_id}", active)
    if not has:
        logger.info("another run into %s is under way; looking again in %s s", job.mapping.target.name, TURN_SECONDS)
    return has

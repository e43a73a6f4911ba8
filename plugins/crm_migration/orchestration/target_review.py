"""The DAG that reviews the targets from time to time: what they hold, what has become worse, and a backup."""

from pathlib import Path
from typing import Any

from airflow.sdk import DAG, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from crm_migration.orchestration.notify import message_of, tell
from crm_migration.orchestration.operation import mapping_paths, operation
from crm_migration.orchestration.retry import POLICY, RETRIES, put_off_without_calls


@task(retries=RETRIES, retry_policy=POLICY, map_index_template="{{ mapping_name }}")
def review_one(path: str) -> dict[str, Any]:
    """Review what the target holds of one mapping's objects; red where it is worse than the time before."""
    from crm_migration.job import asking_target
    from crm_migration.orchestration.context import make_job
    from crm_migration.report.target_review import raise_if_worse, review_target
    from crm_migration.validate.target_review.review import nothing_to_review

    context: Any = get_current_context()
    context["mapping_name"] = Path(path).stem
    job = make_job(path)
    if reason := nothing_to_review(job.target):
        raise AirflowSkipException(reason)
    with asking_target(job), put_off_without_calls():
        review, written = review_target(job.target, job.staging, job.run_id)
    if review.state in ("worse", "red"):
        told = message_of(job.mapping, "target_worse", context, reasons=len(review.reasons))
        tell(job.mapping, told, context)
    raise_if_worse(review, written["html"])
    return {"state": review.state, "backup": review.backup, "expired": review.expired, **written}


def review_dag(dag_file: str, doc: str | None, schedule: str) -> DAG:
    """Return the DAG that reviews the targets of all mappings, each in a task of its own, one after the other."""
    with operation(dag_file, doc, schedule=schedule, max_active_tasks=1) as made:
        review_one.expand(path=list(mapping_paths(dag_file).values()))
    return made

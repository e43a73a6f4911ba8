"""The person who is asked whether everything may be loaded, in Airflow's own approval page."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import task
from airflow.sdk.exceptions import AirflowSkipException

from crm_migration.mapping.loaded import LoadedMapping
from crm_migration.orchestration import tasks
from crm_migration.orchestration.context import make_job, note_problem, noted
from crm_migration.orchestration.notify import sample_waiting
from crm_migration.orchestration.retry import POLICY, RETRIES

MONITOR = "crm/sample"
UNITS = {"m": "minutes", "h": "hours", "d": "days"}


@task(retries=RETRIES, retry_policy=POLICY)
def describe_sample(path: str) -> dict[str, Any]:
    """Stage what a person is shown before everything is loaded; values of records stay in staging."""
    from crm_migration import closing

    with noted(path) as job:
        if job.options.sample_only:
            raise AirflowSkipException("sample only")
        return closing.describe_sample(job)


class ApproveSample(ApprovalOperator):
    """Shows what the task before it has staged, waits for an answer, and keeps who gave it."""

    def __init__(self, *, path: str, **settings: Any) -> None:
        """Ask about the sample of the mapping at `path`."""
        super().__init__(**settings)
        self.path = path

    def execute(self, context: Any) -> Any:
        """Ask; the words are read only now, after Airflow has filled its templates: data is no template."""
        from crm_migration.report.sample_page import read_question

        with noted(self.path) as job:
            self.body = f"{read_question(job.folder)}\n\n[The sample in the monitor]({monitor_page(context)})"
        return super().execute(context)

    def execute_complete(self, context: Any, event: dict[str, Any]) -> Any:
        """Keep the answer, then go on or fail as it says."""
        if "error" not in event:
            self._note(event)
        return super().execute_complete(context, event)

    def _note(self, event: dict[str, Any]) -> None:
        from crm_migration.closing import note_answer
        from crm_migration.report.approval import Approval

        who = event.get("responded_by_user")
        said = Approval(
            answer="approved" if event["chosen_options"] == [self.APPROVE] else "rejected",
            by=who["name"] if who else None,
            at=event["responded_at"],
        )
        job = make_job(self.path)
        note_answer(job, said)
        note_problem(job, self.task_id, None if said.answer == "approved" else f"the sample was {said.told}")


def monitor_page(context: Any) -> str:
    """Return the address of the monitor's page about the sample of the run that the context names."""
    from airflow.sdk.configuration import conf

    base = str(conf.get("api", "base_url", fallback="")).rstrip("/")
    names = (context["dag_run"].dag_id, context["dag_run"].run_id)
    return "/".join([base, MONITOR, *(quote(name, safe="") for name in names)])


def approval(loaded: LoadedMapping, pool: str) -> list[Any]:
    """Return the tasks that show the sample, ask, and roll it back where the answer is no; the first to the last."""
    mapping, path = loaded.mapping, str(loaded.path)
    limit = waited(mapping.approval_timeout)
    described = describe_sample(path)
    asked = ApproveSample(
        task_id="approve_sample",
        path=path,
        subject=f"{mapping.source.name}: load everything?",
        body="The sample's results are shown once it has been loaded and checked.",
        fail_on_reject=True,
        retries=0,
        execution_timeout=None,  # the DAG's own would end the wait as a refusal
        response_timeout=limit,
        defaults=(ApprovalOperator.APPROVE if mapping.on_timeout == "approve" else ApprovalOperator.REJECT)
        if limit
        else None,
        pre_execute=tasks.skip_sample_only,
        notifiers=sample_waiting(mapping, path),
    )
    undone = tasks.undo_sample.override(trigger_rule="all_failed", pool=pool)(path)
    described >> asked >> undone
    return [described, undone, asked]


def waited(limit: str | None) -> timedelta | None:
    """Return a time such as `24h`; None for no limit."""
    return timedelta(**{UNITS[limit[-1]]: int(limit[:-1])}) if limit else None

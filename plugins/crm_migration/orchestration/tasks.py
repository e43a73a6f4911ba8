"""Task bodies: one call of the pipeline each; heavy imports happen inside."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseSensorOperator, PokeReturnValue, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from crm_migration.orchestration.context import noted, problems
from crm_migration.orchestration.measures import announce, measure, rejected_rows
from crm_migration.orchestration.notify import after_run
from crm_migration.orchestration.retry import POLICY, RETRIES, put_off_without_calls
from crm_migration.orchestration.turn import TURN_SECONDS, has_turn

if TYPE_CHECKING:
    from crm_migration.job import Job

Place = str | dict[str, str]
"""The path of a migration's mapping; of a reload all paths by name, one of which the form of the run names."""


@contextmanager
def at_work(place: Place) -> Iterator["Job"]:
    """Yield the task's job: the migration of a mapping, or the reload of what the form names.

    The reason of a failure is left where the report finds it.
    """
    if isinstance(place, str):
        with noted(place) as job:
            yield job
        return
    from crm_migration.job import Options, Reload

    params = get_current_context()["params"]
    with noted(place[params["mapping"]]) as job:
        asked = Reload(str(params["run_id"]), str(params["file"]))
        yield replace(job, interval=None, options=Options(), reload=asked)


class Preflight(BaseSensorOperator):
    """Waits until no other run into this target is under way, then checks the run and registers it."""

    def __init__(self, *, place: Place, **settings: Any) -> None:
        """Work on the mapping, or on one of the mappings, at `place`."""
        super().__init__(**settings)
        self.place = place

    def poke(self, context: Any) -> PokeReturnValue:  # noqa: ARG002 as Airflow calls it
        """Check mapping, source or workbook, target and disk, and register the run, if it has its target's turn."""
        from crm_migration import pipeline

        with at_work(self.place) as job:
            if not has_turn(job):
                return PokeReturnValue(is_done=False)
            checked = pipeline.preflight(job)
            # Asked again: the first run into a target has made the ledger, and with it the turns, only now.
            return PokeReturnValue(is_done=has_turn(job), xcom_value=checked)


def preflight(place: Place) -> Preflight:
    """Return the task that every run begins with; while it waits it takes no worker."""
    return Preflight(
        task_id="preflight",
        place=place,
        mode="reschedule",
        poke_interval=TURN_SECONDS,
        retries=RETRIES,
        retry_policy=POLICY,
    )


@task(retries=RETRIES, retry_policy=POLICY)
def extract(path: str, entity: str) -> dict[str, Any]:
    """Stage the source's rows."""
    from crm_migration import pipeline

    with noted(path) as job:
        return pipeline.extract_entity(job, entity)


@task(retries=RETRIES, retry_policy=POLICY)
def extract_prepare(path: str, entity: str) -> dict[str, Any]:
    """Stage what each part of an extract reads."""
    from crm_migration import pipeline

    with noted(path) as job:
        return pipeline.extract_prepare(job, entity)


@task(retries=RETRIES, retry_policy=POLICY)
def extract_part(path: str, entity: str, number: int) -> dict[str, Any]:
    """Stage one part of an extract; the parts are spread over workers."""
    from crm_migration import pipeline

    with noted(path) as job:
        return pipeline.extract_part(job, entity, number)


@task(retries=RETRIES, retry_policy=POLICY)
def clean_part(path: str, entity: str, number: int) -> dict[str, Any]:
    """Clean one part of an extract; the parts are spread over workers."""
    from crm_migration import pipeline

    with noted(path) as job:
        return pipeline.clean_part(job, entity, number)


@task(retries=RETRIES, retry_policy=POLICY)
def clean(path: str, entity: str) -> dict[str, Any]:
    """Clean, reject and filter rows."""
    from crm_migration import pipeline

    with noted(path) as job:
        return pipeline.clean_entity(job, entity)


@task(retries=RETRIES, retry_policy=POLICY)
def match(path: str, entity: str) -> dict[str, Any]:
    """Merge duplicate rows into golden records."""
    from crm_migration import pipeline

    with noted(path) as job:
        return pipeline.match_entity(job, entity)


@task(retries=RETRIES, retry_policy=POLICY)
def match_prepare(path: str, entity: str) -> dict[str, Any]:
    """Stage the features that the chunks of a match score."""
    from crm_migration import pipeline

    with noted(path) as job:
        return pipeline.match_prepare(job, entity)


@task(retries=RETRIES, retry_policy=POLICY)
def match_chunk(path: str, entity: str, number: int) -> dict[str, Any]:
    """Score one chunk of a match; the chunks are spread over workers."""
    from crm_migration import pipeline

    with noted(path) as job:
        return pipeline.match_chunk(job, entity, number)


@task(retries=RETRIES, retry_policy=POLICY)
def plan(path: str) -> dict[str, Any]:
    """Dry run only: decide what a load would do."""
    from crm_migration import pipeline

    with noted(path) as job:
        if not job.options.dry_run:
            raise AirflowSkipException("not a dry run")
        return pipeline.plan(job)


@task(retries=RETRIES, retry_policy=POLICY)
def backup(place: Place) -> dict[str, Any]:
    """Take before-images of all that the load will touch."""
    from crm_migration import pipeline

    with at_work(place) as job:
        if job.options.dry_run:
            raise AirflowSkipException("dry run: the target is left alone")
        return pipeline.backup(job)


@task(retries=RETRIES, retry_policy=POLICY)
def load_sample(place: Place) -> dict[str, Any]:
    """Choose and load the sample."""
    from crm_migration import pipeline

    with at_work(place) as job:
        return pipeline.load_sample(job)


@task(retries=RETRIES, retry_policy=POLICY)
def validate_sample(place: Place) -> dict[str, Any]:
    """Check the sample in the target; roll it back when it does not pass."""
    from crm_migration import pipeline

    with at_work(place) as job:
        return pipeline.validate_sample(job)


def skip_sample_only(context: Any) -> None:
    """Skip the task that asks a person where nothing would follow the answer.

    Raises:
        AirflowSkipException: the run stops after the sample.
    """
    if context["params"].get("sample_only"):
        raise AirflowSkipException("sample only")


@task(retries=0)
def undo_sample(path: str) -> dict[str, Any]:
    """Roll back a sample that a person refused."""
    from crm_migration import pipeline

    with noted(path) as job:
        if _states(get_current_context(), job).get("approve_sample") != "failed":
            raise AirflowSkipException("nobody was asked: a task before failed")
        return {"entities": pipeline.undo(job).counts}


@task(retries=RETRIES, retry_policy=POLICY)
def load(path: str, entity: str) -> dict[str, Any]:
    """Load everything; what the sample loaded stays."""
    from crm_migration import pipeline

    with noted(path) as job:
        if job.options.sample_only:
            raise AirflowSkipException("sample only")
        return pipeline.load_entity(job, entity)


@task(retries=RETRIES, retry_policy=POLICY)
def link(path: str) -> dict[str, Any]:
    """Set self- and circular references."""
    from crm_migration import pipeline

    with noted(path) as job:
        return pipeline.link_references(job)


@task(retries=RETRIES, retry_policy=POLICY)
def source_deletes(path: str) -> dict[str, Any]:
    """Flag or delete the records whose rows are gone from the source."""
    from crm_migration import pipeline

    with noted(path) as job:
        return pipeline.retire_records(job)


@task(retries=RETRIES, retry_policy=POLICY)
def validate_full(place: Place) -> dict[str, Any]:
    """Check everything in the target against what was meant and against the source."""
    from crm_migration import pipeline

    with at_work(place) as job:
        return pipeline.validate_full(job)


@task(trigger_rule="all_done", retries=RETRIES, retry_policy=POLICY)
def report(place: Place) -> dict[str, Any]:
    """Write the report; red unless every step before it went well and every row is accounted for."""
    from crm_migration import pipeline
    from crm_migration.errors import ValidationFailed

    with at_work(place) as job:
        context = get_current_context()
        found = problems(job) + unexplained(context, job)
        made, written = pipeline.finish(job, found)
        measure(made)
        if not job.options.dry_run:
            # How the source has changed was told by the run that has read it.
            changes = 0 if job.reload else len(job.drift.changes)
            after_run(job.loaded.mapping, rejected_rows(made), changes, context)
        if found or made.verdict.state == "red":
            raise ValidationFailed(f"run {job.run_id} is red; see {written['html']}\n" + "\n".join(found))
        announce(job.loaded.mapping, made, context)
        return written


def _states(context: Any, job: Any) -> dict[str, str]:
    """Return the state of every task of this run."""
    instance = context["task_instance"]
    states: dict[str, dict[str, str]] = instance.get_task_states(dag_id=instance.dag_id, run_ids=[job.run_id])
    return states.get(job.run_id, {})


def unexplained(context: Any, job: Any) -> list[str]:
    """Return the tasks that failed without leaving a reason, such as one that was killed."""
    explained = {problem.split(":", 1)[0] for problem in problems(job)}
    failed = [task_id for task_id, state in _states(context, job).items() if state == "failed"]
    return [f"{task_id}: failed; see its log" for task_id in sorted(failed) if task_id not in explained]


@task(retries=0)
def roll_back(paths: dict[str, str]) -> dict[str, Any]:
    """Undo the run that the form names, and write its report again."""
    from crm_migration import pipeline
    from crm_migration.orchestration.context import make_job

    params = get_current_context()["params"]
    job = make_job(paths[params["mapping"]], run_id=str(params["run_id"]))
    with put_off_without_calls():
        undone = pipeline.undo(job, force=bool(params["force"]))
    _made, written = pipeline.finish(job, [])
    return {"entities": undone.counts, "differing": undone.differing, **written}


@task(retries=RETRIES, retry_policy=POLICY)
def back_up_target(path: str) -> dict[str, Any]:
    """Copy every object that one mapping writes to, read the copy back, and delete backups that are too old."""
    from crm_migration.job import asking_target
    from crm_migration.load.full_backup import back_up_all, expire, retention
    from crm_migration.orchestration.context import make_job

    job, kept = make_job(path), retention()
    with asking_target(job), put_off_without_calls():
        done = back_up_all(job.target, job.staging)
        expired = expire(job.target, job.staging, kept) if kept else 0
    return {"backup": done.folder.run_id, "rows": done.rows, "expired": expired}

"""The DAG that loads corrected rows of one run of one mapping, chosen in a form.

The mapping is known only when it runs, so each step is one task for all entities; the target's turn and the ledger's
lease keep it apart from other runs, and where all mappings have one target its pool does, too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from airflow.sdk import DAG, BaseSensorOperator, Param, PokeReturnValue, chain, get_current_context, task

from crm_migration.orchestration.context import noted, problems
from crm_migration.orchestration.dag import pool_of
from crm_migration.orchestration.measures import measure
from crm_migration.orchestration.operation import mapping_choice, mapping_paths, operation
from crm_migration.orchestration.retry import POLICY, RETRIES
from crm_migration.orchestration.tasks import unexplained
from crm_migration.orchestration.turn import TURN_SECONDS, has_turn

if TYPE_CHECKING:
    from crm_migration.job import Job

Paths = dict[str, str]


@contextmanager
def reloading(paths: Paths) -> Iterator["Job"]:
    """Yield the job that loads what the form names; the reason of a failure is left where the report finds it."""
    from crm_migration.job import Options, Reload

    params = get_current_context()["params"]
    with noted(paths[params["mapping"]]) as job:
        asked = Reload(str(params["run_id"]), str(params["file"]))
        yield replace(job, interval=None, options=Options(), reload=asked)


class ReloadPreflight(BaseSensorOperator):
    """Waits until no other run into this target is under way, then checks and stages the corrected rows."""

    def __init__(self, *, paths: Paths, **settings: Any) -> None:
        """Know the mappings by name."""
        super().__init__(**settings)
        self.paths = paths

    def poke(self, context: Any) -> PokeReturnValue:  # noqa: ARG002 as Airflow calls it
        """Stage the rows of the workbook and register the run, if it has its target's turn."""
        from crm_migration import pipeline

        with reloading(self.paths) as job:
            if not has_turn(job):
                return PokeReturnValue(is_done=False)
            return PokeReturnValue(is_done=True, xcom_value=pipeline.preflight(job))


@task(retries=RETRIES, retry_policy=POLICY)
def prepare(paths: Paths) -> dict[str, int]:
    """Clean and match the corrected rows; return their number by entity."""
    from crm_migration import pipeline

    rows = {}
    with reloading(paths) as job:
        for entity in job.order:
            rows[entity] = int(pipeline.extract_entity(job, entity)["rows"])
            pipeline.clean_entity(job, entity)
            pipeline.match_entity(job, entity)
    return rows


@task(retries=RETRIES, retry_policy=POLICY)
def backup(paths: Paths) -> dict[str, Any]:
    """Take before-images of all that the load will touch."""
    from crm_migration import pipeline

    with reloading(paths) as job:
        return pipeline.backup(job)


@task(retries=RETRIES, retry_policy=POLICY)
def load_sample(paths: Paths) -> dict[str, Any]:
    """Choose and load the sample."""
    from crm_migration import pipeline

    with reloading(paths) as job:
        return pipeline.load_sample(job)


@task(retries=RETRIES, retry_policy=POLICY)
def validate_sample(paths: Paths) -> dict[str, Any]:
    """Check the sample in the target; roll it back when it does not pass."""
    from crm_migration import pipeline

    with reloading(paths) as job:
        return pipeline.validate_sample(job)


@task(retries=RETRIES, retry_policy=POLICY)
def load(paths: Paths) -> dict[str, Any]:
    """Load all corrected rows in reference order, and set self- and circular references."""
    from crm_migration import pipeline

    with reloading(paths) as job:
        loaded = {entity: pipeline.load_entity(job, entity)["facts"]["records"] for entity in job.order}
        pipeline.link_references(job)
    return loaded


@task(retries=RETRIES, retry_policy=POLICY)
def validate_full(paths: Paths) -> dict[str, Any]:
    """Check what was loaded, and close the rows of the original run that are in the target now."""
    from crm_migration import pipeline

    with reloading(paths) as job:
        return pipeline.validate_full(job)


@task(trigger_rule="all_done", retries=RETRIES, retry_policy=POLICY)
def report(paths: Paths) -> dict[str, Any]:
    """Write the report of this run, and that of the original one again; red unless every step before went well."""
    from crm_migration import pipeline
    from crm_migration.errors import ValidationFailed

    with reloading(paths) as job:
        found = [*problems(job), *unexplained(get_current_context(), job)]
        made, written = pipeline.finish(job, found)
        measure(made)
        if found or made.verdict.state == "red":
            raise ValidationFailed(f"run {job.run_id} is red; see {written['html']}\n" + "\n".join(found))
        return written


def reload_dag(dag_file: str, doc: str | None) -> DAG:
    """Return the DAG that loads the rows of an edited workbook."""
    paths = mapping_paths(dag_file)
    params = {
        "mapping": mapping_choice(list(paths)),
        "run_id": Param("", type="string", minLength=1, title="Run", description="The run that rejected the rows."),
        "file": Param(
            "", type="string", minLength=1, title="Workbook", description="Name of the upload, or a path or URL."
        ),
    }
    with operation(dag_file, doc, params=params) as made:
        _wire(paths)
    return made


def _wire(paths: Paths) -> None:
    ready = ReloadPreflight(
        task_id="preflight",
        paths=paths,
        mode="reschedule",
        poke_interval=TURN_SECONDS,
        retries=RETRIES,
        retry_policy=POLICY,
    )
    pool = _pool(paths)
    writing = [step.override(**pool)(paths) for step in (backup, load_sample, validate_sample, load, validate_full)]
    chain(ready, prepare(paths), *writing, report(paths))


def _pool(paths: Paths) -> dict[str, str]:
    """Return the pool of the one target that all mappings have; none where they differ, or a mapping is broken."""
    targets = {_target(Path(path)) for path in paths.values()}
    named = targets.pop() if len(targets) == 1 else None
    return {"pool": pool_of(named)} if named else {}


def _target(path: Path) -> str | None:
    """Return the name of a mapping's target, None where it cannot be told: its own DAG shows what is wrong."""
    try:
        name = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["target"]["name"]
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError, KeyError):
        return None
    return name if isinstance(name, str) else None

"""A mapping becomes a DAG: one group of tasks per entity, then one line through the target."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, Asset, AssetWatcher, CronDataIntervalTimetable, Param, TaskGroup, chain

from crm_migration.mapping.loaded import LoadedMapping
from crm_migration.mapping.model import ON_ARRIVAL, Entity
from crm_migration.mapping.order import load_order
from crm_migration.mapping.reader import read_mapping
from crm_migration.orchestration import tasks
from crm_migration.orchestration.measures import loaded_alias, sources
from crm_migration.orchestration.notify import callbacks, deadline_of
from crm_migration.orchestration.operation import MAPPINGS, mapping_choice, mapping_paths, operation


def pool_of(target: str) -> str:
    """Return the name of the Airflow pool in which the loads of all sources into `target` take turns."""
    return f"crm_target_{target}"


def migration_dag(dag_file: str, doc: str | None) -> DAG:
    """Return the DAG of the mapping that bears the DAG file's name.

    Raises:
        MappingInvalid: shown by Airflow as this file's import error, with every fault on its line.
    """
    home = Path(dag_file).resolve().parents[1]
    loaded = read_mapping(home / MAPPINGS / f"{Path(dag_file).stem}.yaml")
    mapping = loaded.mapping
    with DAG(
        dag_id=Path(dag_file).stem,
        description=mapping.description or f"Migration of {mapping.source.name} into {mapping.target.name}",
        doc_md=f"{doc or ''}\n\nMapping `{loaded.path.name}`, sha256 `{loaded.sha256}`.",
        schedule=_schedule(loaded),
        start_date=datetime.combine(mapping.first_day, datetime.min.time(), tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        tags=sorted({*mapping.tags, "crm-migration", mapping.target.name}),
        default_args={"owner": mapping.owner, "execution_timeout": timedelta(hours=12)}
        | callbacks(mapping, str(loaded.path)),
        deadline=deadline_of(mapping, str(loaded.path)),
        params=_params(),
        render_template_as_native_obj=False,
    ) as made:
        _wire(loaded)
    return made


def _schedule(loaded: LoadedMapping) -> CronDataIntervalTimetable | Asset | None:
    """Return the mapping's schedule: a cron expression's, or the files that start a run when they arrive.

    Where `CRM_MIGRATION_SCHEDULES=off` (demo, rehearsal) no clock starts a run.
    """
    mapping = loaded.mapping
    if mapping.schedule == ON_ARRIVAL:
        from crm_migration.orchestration.arrival import FilesArrived

        watcher = AssetWatcher(name=f"{mapping.source.name}_arrival", trigger=FilesArrived(str(loaded.path)))
        return Asset(f"{mapping.source.name}_files", watchers=[watcher])
    if mapping.schedule is None or os.environ.get("CRM_MIGRATION_SCHEDULES") == "off":
        return None
    return CronDataIntervalTimetable(mapping.schedule, timezone=mapping.source.timezone)


def _params() -> dict[str, Any]:
    return {
        "dry_run": Param(False, type="boolean", title="Dry run", description="Plan only; the target is left alone."),
        "sample_only": Param(False, type="boolean", title="Sample only", description="Stop after the sample passed."),
        "full_refresh": Param(
            False, type="boolean", title="Full refresh", description="Read everything, whatever the data interval."
        ),
        "sample_size": Param(
            None, type=["null", "integer"], minimum=1, title="Sample size", description="Root records per entity."
        ),
    }


def _wire(loaded: LoadedMapping) -> None:
    path, mapping = str(loaded.path), loaded.mapping
    order = load_order(mapping)
    pool = pool_of(mapping.target.name)
    ready = tasks.preflight(path)
    matched = []
    for entity in order:
        with TaskGroup(entity, tooltip=f"Extract, clean and match {entity}"):
            matched.append(_prepared(path, entity, mapping.entities[entity], ready))
    planned = tasks.plan(path)
    saved = tasks.backup.override(pool=pool)(path)
    sampled = tasks.load_sample.override(pool=pool)(path)
    checked = tasks.validate_sample.override(pool=pool)(path)
    gate = _approval(loaded, checked) if mapping.approval == "manual" else [checked]
    loads = []
    with TaskGroup("load", tooltip="Load in reference order"):
        for entity in order:
            loads.append(tasks.load.override(task_id=entity, pool=pool)(path, entity))
    linked = tasks.link.override(pool=pool)(path)
    validated = tasks.validate_full.override(pool=pool)(path)
    done = tasks.report.override(inlets=sources(mapping), outlets=[loaded_alias(mapping)])(path)
    matched >> planned
    matched >> saved
    chain(saved, sampled, checked)
    chain(gate[-1], *loads, linked, *_retiring(loaded), validated, done)
    [planned, *gate] >> done


def _prepared(path: str, entity: str, spec: Entity, ready: Any) -> Any:
    """Return the last of the tasks that make golden records of an entity, the heavy ones in parts where it says so."""
    extracted, cleaned, golden = tasks.extract(path, entity), tasks.clean(path, entity), tasks.match(path, entity)
    reading, cleaning, scoring = [], [], []
    if spec.parts > 1:
        reading = [tasks.extract_prepare(path, entity), _mapped(tasks.extract_part, path, entity, spec.parts)]
        cleaning = [_mapped(tasks.clean_part, path, entity, spec.parts)]
    if spec.chunks > 1:
        scoring = [tasks.match_prepare(path, entity), _mapped(tasks.match_chunk, path, entity, spec.chunks)]
    chain(ready, *reading, extracted, *cleaning, cleaned, *scoring, golden)
    return golden


def _mapped(body: Any, path: str, entity: str, parts: int) -> Any:
    return body.partial(path=path, entity=entity).expand(number=list(range(parts)))


def _retiring(loaded: LoadedMapping) -> list[Any]:
    """Return the task that follows deletions at the source, where the mapping asks for it."""
    mapping = loaded.mapping
    if all(entity.target.on_source_delete == "keep" for entity in mapping.entities.values()):
        return []
    return [tasks.source_deletes.override(pool=pool_of(mapping.target.name))(str(loaded.path))]


def _approval(loaded: LoadedMapping, checked: Any) -> list[Any]:
    # Airflow's approvals are not imported for migrations that ask nobody: each file is parsed over and over.
    from crm_migration.orchestration.approval import approval

    described, undone, asked = approval(loaded, pool_of(loaded.mapping.target.name))
    checked >> described
    return [described, undone, asked]


def rollback_dag(dag_file: str, doc: str | None) -> DAG:
    """Return the DAG that undoes one run of one mapping, chosen in a form."""
    paths = mapping_paths(dag_file)
    params = {
        "mapping": mapping_choice(list(paths)),
        "run_id": Param("", type="string", minLength=1, title="Run", description="Run id as the grid shows it."),
        "force": Param(False, type="boolean", title="Force", description="Undo edits that people made since, too."),
    }
    with operation(dag_file, doc, params=params) as made:
        tasks.roll_back(paths)
    return made


def backup_dag(dag_file: str, doc: str | None, schedule: str) -> DAG:
    """Return the DAG that copies the targets of all mappings, each in a task of its own."""
    with operation(dag_file, doc, schedule=schedule) as made:
        tasks.back_up_target.expand(path=list(mapping_paths(dag_file).values()))
    return made

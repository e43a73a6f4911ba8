"""From a running task to the job it works on; Airflow's connections become database URLs here."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import Connection, get_current_context
from airflow.sdk.exceptions import AirflowNotFoundException

from crm_migration.connections import ConnectionFields, database_url
from crm_migration.errors import ConnectionUnknown, MigrationError
from crm_migration.mapping.files import file_connections
from crm_migration.mapping.reader import read_mapping
from crm_migration.orchestration.retry import put_off_without_calls

if TYPE_CHECKING:
    from crm_migration.job import Job


def airflow_connection(conn_id: str) -> ConnectionFields:
    """Return the parts of an Airflow connection.

    Raises:
        ConnectionUnknown: Airflow has no such connection.
    """
    try:
        return _fields(conn_id, Connection.get(conn_id))
    except AirflowNotFoundException as missing:
        raise _unknown(conn_id) from missing


async def airflow_connection_async(conn_id: str) -> ConnectionFields:
    """Return what `airflow_connection` does, where the triggerer asks; raises the same."""
    try:
        return _fields(conn_id, await Connection.async_get(conn_id))
    except AirflowNotFoundException as missing:
        raise _unknown(conn_id) from missing


def _unknown(conn_id: str) -> ConnectionUnknown:
    return ConnectionUnknown(f"connection {conn_id!r} is not defined in Airflow; add it under Admin → Connections")


def _fields(conn_id: str, found: Any) -> ConnectionFields:
    return ConnectionFields(
        conn_id=conn_id,
        conn_type=found.conn_type,
        host=found.host,
        login=found.login,
        password=found.password,
        port=found.port,
        schema=found.schema,
        extra=found.extra_dejson or {},
    )


def staging_root() -> str:
    """Return where runs stage their tables: `CRM_MIGRATION_STAGING`, else a folder in Airflow's home."""
    home = os.environ.get("AIRFLOW_HOME", str(Path.home() / "airflow"))
    return os.environ.get("CRM_MIGRATION_STAGING") or f"{home}/staging"


def make_job(mapping_path: str, run_id: str | None = None) -> "Job":
    """Return the job of the running task, or of another run of the same mapping."""
    from crm_migration.extract.source import Window
    from crm_migration.job import Job, Options

    context = get_current_context()
    loaded = read_mapping(Path(mapping_path))
    params: dict[str, Any] = dict(context["params"])
    bounds, target = _window(context), loaded.mapping.target
    return Job(
        loaded=loaded,
        run_id=run_id or context["dag_run"].run_id,
        staging=staging_root(),
        source_connection=airflow_connection(loaded.mapping.source.connection),
        target_url=database_url(airflow_connection(target.ledger or target.connection)),
        target_connection=airflow_connection(target.connection) if target.ledger else None,
        file_connections={name: airflow_connection(name) for name in file_connections(loaded.mapping)},
        interval=Window(*bounds) if bounds else None,
        options=Options(
            sample_only=bool(params.get("sample_only")),
            full_refresh=bool(params.get("full_refresh")),
            dry_run=bool(params.get("dry_run")),
            sample_size=params.get("sample_size"),
        ),
    )


def _window(context: Any) -> tuple[datetime | None, datetime | None] | None:
    """Return the data interval of a scheduled or backfilled run; a run started by hand reads everything.

    A run that files have started reads what has changed since the last load: an interval open on both sides.
    """
    run_type = context["dag_run"].run_type
    if run_type == "manual" or context["params"].get("full_refresh"):
        return None
    if run_type == "asset_triggered":
        return None, None
    start, end = context.get("data_interval_start"), context.get("data_interval_end")
    return (start, end) if start != end else None


@contextmanager
def noted(mapping_path: str) -> Iterator["Job"]:
    """Yield the task's job, and leave the reason of a failure where the report finds it.

    Raises:
        AirflowRescheduleException: the CRM takes no more calls today; the task goes on when it does.
    """
    job = make_job(mapping_path)
    task_id = _task_name(get_current_context()["task_instance"])
    note_problem(job, task_id, None)
    try:
        from crm_migration.orchestration.notify import telling_of_quota

        with put_off_without_calls(), telling_of_quota(job.loaded.mapping):
            yield job
    except MigrationError as error:
        note_problem(job, task_id, str(error))
        raise


def _task_name(instance: Any) -> str:
    """Return a task's id, that of a mapped one with its number, as Airflow names it among a run's states."""
    mapped = instance.map_index is not None and instance.map_index >= 0
    return f"{instance.task_id}_{instance.map_index}" if mapped else str(instance.task_id)


def note_problem(job: "Job", task_id: str, message: str | None) -> None:
    """Keep, or with None forget, why a task failed."""
    from crm_migration.staging import file_system, safe_name

    filesystem, path = file_system(job.folder.table("_run", "problems"))
    name = f"{path}/{safe_name(task_id)}.json"
    if message is None:
        if filesystem.exists(name):
            filesystem.rm(name)
        return
    filesystem.makedirs(path, exist_ok=True)
    with filesystem.open(name, "w") as handle:
        json.dump({"task": task_id, "message": message}, handle)


def problems(job: "Job") -> list[str]:
    """Return why tasks of this run failed."""
    from crm_migration.staging import file_system

    filesystem, path = file_system(job.folder.table("_run", "problems"))
    if not filesystem.exists(path):
        return []
    found = []
    for name in sorted(filesystem.ls(path, detail=False)):
        with filesystem.open(name, "r") as handle:
            note = json.load(handle)
        found.append(f"{note['task']}: {note['message']}")
    return found

"""Who asks, and what they may see: the one file that imports the internals of Airflow's API server.

Airflow protects none of a plugin's routes by itself. Each of ours names `SIGNED_IN`, `MAY_READ` or `MAY_ACT`; the
last two read `dag_id` from the path.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.core_api.security import GetUserDep, get_user, requires_access_dag
from airflow.configuration import conf
from airflow.models.connection import Connection
from airflow.models.dag import DagModel
from airflow.models.dagrun import DagRun
from airflow.models.taskinstance import TaskInstance
from airflow.sdk.exceptions import AirflowNotFoundException
from airflow.utils.session import create_session
from fastapi import Depends
from sqlalchemy import select

from crm_migration.connections import ConnectionFields
from crm_migration.errors import ConnectionUnknown

Visitor = GetUserDep
"""The signed-in user, as a parameter of a route."""

SIGNED_IN = Depends(get_user)
MAY_READ = Depends(requires_access_dag("GET"))
MAY_ACT = Depends(requires_access_dag("POST", DagAccessEntity.RUN))
"""Deciding pairs and handing in repaired rows ask for the right to start runs of the DAG."""


def name_of(user: Any) -> str:
    """Return the name by which a user is known to Airflow."""
    return str(user.get_name())


def readable(user: Any, dag_ids: Iterable[str]) -> set[str]:
    """Return those of the DAGs that the user may see."""
    return _permitted(user, dag_ids, "GET", None)


def startable(user: Any, dag_ids: Iterable[str]) -> set[str]:
    """Return those of the DAGs of which the user may start runs."""
    return _permitted(user, dag_ids, "POST", DagAccessEntity.RUN)


def _permitted(
    user: Any, dag_ids: Iterable[str], method: Literal["GET", "POST"], entity: DagAccessEntity | None
) -> set[str]:
    wanted = list(dag_ids)
    teams = DagModel.get_dag_id_to_team_name_mapping(wanted) if wanted else {}
    manager = get_auth_manager()
    return {
        dag_id
        for dag_id in wanted
        if manager.is_authorized_dag(
            method=method,
            access_entity=entity,
            details=DagDetails(id=dag_id, team_name=teams.get(dag_id)),
            user=user,
        )
    }


@dataclass(frozen=True)
class Plan:
    """When a DAG runs next, if ever."""

    paused: bool
    next_run: datetime | None


def plans(dag_ids: Iterable[str]) -> dict[str, Plan]:
    """Return when each of the DAGs that Airflow knows runs next."""
    columns = (DagModel.dag_id, DagModel.is_paused, DagModel.next_dagrun_create_after)
    with create_session() as session:
        rows = session.execute(select(*columns).where(DagModel.dag_id.in_(list(dag_ids)))).all()
    return {dag_id: Plan(bool(paused), None if paused else due) for dag_id, paused, due in rows}


@dataclass(frozen=True)
class Activity:
    """What Airflow knows of a run: its state and logical date, and its tasks that failed, are under way or wait."""

    state: str
    logical_date: datetime | None
    failed: tuple[str, ...]
    running: tuple[str, ...]
    awaiting: tuple[str, ...]
    done: int
    tasks: int


def activity(dag_id: str, run_id: str) -> Activity | None:
    """Return what Airflow knows of a run; None where it knows no such run."""
    asked = select(DagRun.state, DagRun.logical_date).where(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
    tasks = select(TaskInstance.task_id, TaskInstance.state).where(
        TaskInstance.dag_id == dag_id, TaskInstance.run_id == run_id
    )
    with create_session() as session:
        found = session.execute(asked).first()
        if found is None:
            return None
        states = [
            (task_id, str(state or "")) for task_id, state in session.execute(tasks.order_by(TaskInstance.task_id))
        ]
    ended = sum(state in ("success", "skipped", "failed", "upstream_failed", "removed") for _, state in states)
    named = (_in(states, "failed"), _in(states, "running", "up_for_retry"), _in(states, "awaiting_input"))
    return Activity(str(found[0]), found[1], *named, done=ended, tasks=len(states))


def _in(tasks: list[tuple[str, str]], *states: str) -> tuple[str, ...]:
    return tuple(task_id for task_id, state in tasks if state in states)


def connection(conn_id: str) -> ConnectionFields:
    """Return the parts of a connection, from Airflow's secrets, its environment or its database.

    Raises:
        ConnectionUnknown: Airflow has no such connection.
    """
    try:
        found = Connection.get_connection_from_secrets(conn_id)
    except AirflowNotFoundException as missing:
        raise ConnectionUnknown(
            f"connection {conn_id!r} is not defined in Airflow; add it under Admin → Connections"
        ) from missing
    parts = (found.conn_type or "", found.host, found.login, found.password, found.port, found.schema)
    return ConnectionFields(conn_id, *parts, extra=found.extra_dejson or {})


def own_hosts() -> set[str]:
    """Return the host, with its port, under which Airflow says that it is reached; none where it does not say."""
    host = urlsplit(conf.get("api", "base_url", fallback="")).netloc.lower()
    return {host} if host else set()


def secret() -> str:
    """Return the key by which this Airflow signs what it hands to browsers."""
    return str(conf.get("api", "secret_key"))


def staging_root() -> str:
    """Return where runs stage their tables, as their tasks find it."""
    home = os.environ.get("AIRFLOW_HOME", str(Path.home() / "airflow"))
    return os.environ.get("CRM_MIGRATION_STAGING") or f"{home}/staging"

"""DAG runs without a scheduler, in a process of its own: `dag.test()` on an Airflow whose home is temporary.

What `dag.test()` leaves out: pools (tasks run one after the other, whatever their pool), schedules (every run is a
manual one) and processes of their own for tasks. Trigger rules, skips, retries, params, XCom and the person who is
asked are Airflow's own.
"""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ANSWER_SECONDS = 240


@dataclass(frozen=True)
class Ran:
    """How a DAG run ended, all that its tasks handed to each other, and the assets it gave events, with their extra."""

    run_id: str
    state: str
    tasks: dict[str, str]
    handed_on: str
    events: dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """A DAG run to make: the form's values, the environment of its tasks, and what the person who is asked says."""

    dag_id: str
    conf: dict[str, Any]
    environment: dict[str, str]
    answer: str | None = None


def start(settings: dict[str, str]) -> None:
    """Set up this process's Airflow; nothing may have imported it before."""
    os.environ.update(settings)
    from airflow.utils.db import initdb

    initdb()


def run(wanted: Wanted) -> Ran:
    """Make the DAG run and wait for its end."""
    from airflow.dag_processing.dagbag import DagBag

    dag = DagBag(Path(os.environ["AIRFLOW__CORE__DAGS_FOLDER"]) / f"{wanted.dag_id}.py").dags[wanted.dag_id]
    with _environment(wanted.environment), _person(wanted):
        made = dag.test(run_conf=wanted.conf, logical_date=datetime.now(UTC))
    tasks = {instance.task_id: str(instance.state) for instance in made.get_task_instances()}
    return Ran(made.run_id, str(made.state), tasks, _handed_on(made.run_id), _events(made.run_id))


def _handed_on(run_id: str) -> str:
    """Return what Airflow's database keeps of the run: what tasks handed on, and what a person was shown."""
    from airflow.models.hitl import HITLDetail
    from airflow.models.taskinstance import TaskInstance
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session

    with create_session() as session:
        values = [str(value) for (value,) in session.query(XComModel.value).filter_by(run_id=run_id)]
        shown = session.query(HITLDetail.body).join(TaskInstance, TaskInstance.id == HITLDetail.ti_id)
        return "\n".join([*values, *(str(body) for (body,) in shown.filter(TaskInstance.run_id == run_id))])


def _events(run_id: str) -> dict[str, Any]:
    from airflow.models.asset import AssetEvent
    from airflow.utils.session import create_session

    with create_session() as session:
        return {event.uri: event.extra for event in session.query(AssetEvent).filter_by(source_run_id=run_id)}


@contextmanager
def _environment(values: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _person(wanted: Wanted) -> Iterator[None]:
    """Have somebody answer, through the function behind the REST API, as soon as the run asks."""
    if wanted.answer is None:
        yield
        return
    person = threading.Thread(target=_answer, args=(wanted.dag_id, wanted.answer), daemon=True)
    person.start()
    yield
    person.join(ANSWER_SECONDS)


def _answer(dag_id: str, answer: str) -> None:
    from airflow.api_fastapi.core_api.datamodels.hitl import UpdateHITLDetailPayload
    from airflow.api_fastapi.core_api.routes.public.hitl import update_hitl_detail
    from airflow.models.taskinstance import TaskInstance
    from airflow.utils.session import create_session

    deadline = time.monotonic() + ANSWER_SECONDS
    while time.monotonic() < deadline:
        with create_session() as session:
            asking = session.query(TaskInstance).filter_by(dag_id=dag_id, state="awaiting_input").first()
            if asking is not None:
                payload = UpdateHITLDetailPayload(chosen_options=[answer], params_input={})
                update_hitl_detail(dag_id, asking.run_id, asking.task_id, payload, _Ann(), session)
                return
        time.sleep(0.2)


class _Ann:
    """The person who answers."""

    def get_id(self) -> str:
        return "ann"

    def get_name(self) -> str:
        return "Ann"

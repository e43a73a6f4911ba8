"""A task whose CRM takes no more calls today is put off until it does: it neither fails nor spends a try."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from crm_migration import errors
from crm_migration.staging import RunFolder

TOMORROW = datetime.now(UTC) + timedelta(hours=7)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def job(airflow_home, monkeypatch: pytest.MonkeyPatch, tmp_path) -> Any:
    from crm_migration.orchestration import context, notify, tasks

    mapping = SimpleNamespace(
        notify=[], source=SimpleNamespace(name="old"), target=SimpleNamespace(name="new"), owner="somebody"
    )
    made = SimpleNamespace(
        folder=RunFolder(str(tmp_path), "old", "one"),
        options=SimpleNamespace(sample_only=False),
        loaded=SimpleNamespace(mapping=mapping),
    )
    instance = SimpleNamespace(dag_id="old", run_id="one", task_id="load.account", map_index=-1)
    running = {"task_instance": instance, "params": {"mapping": "old", "run_id": "one", "force": False}}
    monkeypatch.setattr(context, "make_job", lambda *_arguments, **_more: made)
    for module in (context, notify, tasks):
        monkeypatch.setattr(module, "get_current_context", lambda: running)
    return made


def ending(monkeypatch: pytest.MonkeyPatch, step: str, until: datetime) -> None:
    def spent(*_arguments: object, **_more: object) -> None:
        raise errors.QuotaExhausted("new: no calls are left today", until)

    monkeypatch.setattr(f"crm_migration.pipeline.{step}", spent)


@pytest.mark.parametrize(
    ("task", "step", "arguments"),
    [
        ("load", "load_entity", ("m.yaml", "account")),
        ("link", "link_references", ("m.yaml",)),
        ("roll_back", "undo", ({"old": "m"},)),
    ],
)
def test_it_goes_on_when_the_crm_takes_calls_again(job, monkeypatch, task: str, step: str, arguments: tuple) -> None:
    from airflow.sdk.exceptions import AirflowRescheduleException

    from crm_migration.orchestration import tasks
    from crm_migration.orchestration.context import problems

    ending(monkeypatch, step, TOMORROW)
    with pytest.raises(AirflowRescheduleException) as put_off:
        getattr(tasks, task).function(*arguments)
    # Not before the CRM's own clock has passed midnight, and not much later.
    assert TOMORROW + timedelta(minutes=1) <= put_off.value.reschedule_date <= TOMORROW + timedelta(minutes=5)
    assert problems(job) == []


def test_a_moment_that_is_past_does_not_bring_it_back_at_once(job, monkeypatch) -> None:
    from airflow.sdk.exceptions import AirflowRescheduleException

    from crm_migration.orchestration import tasks

    ending(monkeypatch, "load_entity", LONG_AGO)
    with pytest.raises(AirflowRescheduleException) as put_off:
        tasks.load.function("m.yaml", "account")
    assert put_off.value.reschedule_date > datetime.now(UTC) + timedelta(minutes=1)


def test_other_errors_are_left_to_the_retries(job, monkeypatch) -> None:
    from crm_migration.orchestration import tasks
    from crm_migration.orchestration.context import problems

    def away(*_arguments: object) -> None:
        raise errors.TargetUnavailable("new: away")

    monkeypatch.setattr("crm_migration.pipeline.load_entity", away)
    with pytest.raises(errors.TargetUnavailable):
        tasks.load.function("m.yaml", "account")
    assert problems(job) == ["load.account: new: away"]

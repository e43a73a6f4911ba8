"""Tells people, by Airflow's notifiers, what has become of a run: the mapping's `notify` says whom, of what, and how.

A notice holds counts, names and a link, never a customer's value; nor does it hold the text of an error, which names
rows by their keys. A notice that cannot be delivered is logged and ends nothing.
"""

import html
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from airflow.sdk import get_current_context
from airflow.sdk.bases.notifier import BaseNotifier
from airflow.sdk.definitions.callback import AsyncCallback
from airflow.sdk.definitions.deadline import DeadlineAlert, DeadlineReference
from airflow.sdk.exceptions import AirflowException, AirflowRuntimeError

from crm_migration.errors import (
    MappingFault,
    MigrationError,
    QuotaExhausted,
    SampleRejected,
    SchemaDrifted,
    ValidationFailed,
)
from crm_migration.mapping.model import Mapping, Notice
from crm_migration.mapping.notify import Event
from crm_migration.mapping.reader import read_mapping
from crm_migration.orchestration.context import staging_root
from crm_migration.orchestration.webhook import WebhookNotifier

logger = logging.getLogger(__name__)

SECONDS = {"m": 60, "h": 3600, "d": 86400}
TITLES: dict[Event, str] = {
    "sample_waiting": "a sample waits for approval",
    "rejected": "rows were rejected",
    "validation_failed": "the validation failed",
    "drift": "the source has changed",
    "quota": "the target takes no more calls for now",
    "deadline": "the run is not over in time",
    "failed": "the run has failed",
    "target_worse": "the target has become worse",
}
# What keeps a notice from being delivered: the other side, as its notifier tells, a connection, or Airflow's own side.
UNDELIVERED = (MigrationError, AirflowException, AirflowRuntimeError)


@dataclass(frozen=True)
class Message:
    """What is told: the event, where it happened, and counts by name."""

    event: Event
    source: str
    target: str
    dag_id: str
    run_id: str
    task_id: str | None = None
    facts: dict[str, str | int] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Return the message in one line."""
        return f"{self.source} → {self.target}: {TITLES[self.event]}"

    @property
    def link(self) -> str:
        """Return the address of the run's page."""
        from airflow.sdk.configuration import conf

        base = str(conf.get("api", "base_url", fallback="http://localhost:8080")).rstrip("/")
        return f"{base}/dags/{quote(self.dag_id)}/runs/{quote(self.run_id)}"

    @property
    def lines(self) -> list[str]:
        """Return the message as lines of text, the title first."""
        task = [f"task: {self.task_id}"] if self.task_id else []
        facts = [
            f"{name}: {value:,}" if isinstance(value, int) else f"{name}: {value}" for name, value in self.facts.items()
        ]
        return [self.title, f"run: {self.run_id}", *task, *facts, self.link]

    def as_json(self) -> dict[str, Any]:
        """Return the message as a web address gets it."""
        named = ("event", "source", "target", "dag_id", "run_id", "task_id", "facts", "title", "link")
        return {"text": "\n".join(self.lines)} | {name: getattr(self, name) for name in named}

    def as_html(self) -> str:
        """Return the message as a mail's body, in which nothing is a template to Airflow."""
        title, *rest, link = (html.escape(line).replace("{", "&#123;") for line in self.lines)
        items = "".join(f"<li>{line}</li>" for line in rest)
        return f'<p><b>{title}</b></p><ul>{items}</ul><p><a href="{link}">{link}</a></p>'


def notifier_of(notice: Notice, message: Message, context: Any = None) -> BaseNotifier:
    """Return Airflow's notifier that delivers the message.

    Raises:
        MappingFault: mail is asked for, and its provider is not installed.
    """
    if notice.via == "webhook":
        return WebhookNotifier(notice.connection, message.as_json(), context)
    try:
        from crm_migration.orchestration.mail import MailNotifier
    except ImportError as missing:
        raise MappingFault(
            "notify: expected Airflow's mail provider for 'via: smtp', found none installed; install "
            "apache-airflow-providers-smtp, or use 'via: webhook'"
        ) from missing
    return MailNotifier(
        to=list(notice.to),
        from_email=notice.sender,
        subject=message.title.replace("{", "("),
        html_content=message.as_html(),
        smtp_conn_id=notice.connection,
        context=context,
    )


def tell(mapping: Mapping, message: Message, context: Any) -> int:
    """Deliver a message to all whom the mapping names for its event; return how many notices went out."""
    sent = 0
    for notice in mapping.notify:
        if message.event in notice.events:
            try:
                notifier_of(notice, message)(dict(context))
                sent += 1
            except UNDELIVERED as error:
                _undelivered(message, notice, error)
    return sent


async def tell_async(mapping: Mapping, message: Message, context: Any) -> int:
    """Do what `tell` does, where the triggerer asks."""
    sent = 0
    for notice in mapping.notify:
        if message.event in notice.events:
            try:
                await notifier_of(notice, message, dict(context))
                sent += 1
            except UNDELIVERED as error:
                _undelivered(message, notice, error)
    return sent


def _undelivered(message: Message, notice: Notice, error: Exception) -> None:
    # Only errors of this package are sure to quote neither addresses nor secrets.
    reason = str(error) if isinstance(error, MigrationError) else type(error).__name__
    logger.error("notice of %s by %s was not delivered: %s", message.event, notice.connection, reason)


class TaskNotifier(BaseNotifier):
    """Tells what a task's end, or its waiting, means by the mapping at a path; of other tasks it says nothing."""

    template_fields = ()

    def __init__(self, mapping_path: str, event: Event | None = None) -> None:
        """Tell `event`, or without one what the task's exception means."""
        super().__init__()
        self.mapping_path, self.event = mapping_path, event

    def notify(self, context: Any) -> None:
        """Tell whoever is to know."""
        mapping = read_mapping(Path(self.mapping_path)).mapping
        for event in [self.event] if self.event else events_of(context):
            tell(mapping, message_of(mapping, event, context), context)


class ChosenNotifier(BaseNotifier):
    """Tells what the failure of a task means by the mapping that the run's form names."""

    template_fields = ()

    def __init__(self, mapping_paths: dict[str, str]) -> None:
        """Know the mappings by name."""
        super().__init__()
        self.mapping_paths = mapping_paths

    def notify(self, context: Any) -> None:
        """Tell whoever is to know; nobody where the form names no mapping."""
        path = self.mapping_paths.get(str(context["params"].get("mapping")))
        if path is not None:
            TaskNotifier(path).notify(context)


class DeadlineMissed(BaseNotifier):
    """Tells that a run was not over in time; the triggerer awaits it."""

    template_fields = ()

    def __init__(self, mapping_path: str, context: Any = None) -> None:
        """Tell by the mapping at a path of the run that the context names."""
        super().__init__(context)
        self.mapping_path = mapping_path

    async def async_notify(self, context: Any) -> None:
        """Tell whoever is to know."""
        mapping = read_mapping(Path(self.mapping_path)).mapping
        run = context.get("dag_run") or {}
        names = (str(run.get("dag_id", "")), str(run.get("dag_run_id", "")))
        facts: dict[str, str | int] = {"deadline": str(mapping.deadline)}
        message = Message("deadline", mapping.source.name, mapping.target.name, *names, facts=facts)
        await tell_async(mapping, message, context)


def events_of(context: Any) -> Iterator[Event]:
    """Yield what the failure of a task means: by its exception, and by whether it is the run's last."""
    error, task_id = context.get("exception"), context["task_instance"].task_id
    if isinstance(error, SchemaDrifted):
        yield "drift"
    elif isinstance(error, ValidationFailed | SampleRejected) and task_id.startswith("validate_"):
        yield "validation_failed"
    if task_id == "report":
        yield "failed"


def message_of(mapping: Mapping, event: Event, context: Any, **facts: str | int) -> Message:
    """Return what is told of an event of a task."""
    instance = context["task_instance"]
    return Message(
        event=event,
        source=mapping.source.name,
        target=mapping.target.name,
        dag_id=instance.dag_id,
        run_id=instance.run_id,
        task_id=instance.task_id,
        facts=facts or dict(_facts(mapping, event, context)),
    )


def _facts(mapping: Mapping, event: Event, context: Any) -> Iterator[tuple[str, str | int]]:
    error, instance = context.get("exception"), context["task_instance"]
    if event == "drift" and isinstance(error, SchemaDrifted):
        yield "changes that the mapping does not let pass", len(error.problems)
    elif event == "sample_waiting":
        chosen = (instance.xcom_pull(task_ids="load_sample") or {}).get("records", {})
        yield from ((f"records of {entity} in the sample", int(count)) for entity, count in chosen.items())
    elif event == "validation_failed":
        yield from _failed_checks(mapping, instance)


def _failed_checks(mapping: Mapping, instance: Any) -> Iterator[tuple[str, int]]:
    from crm_migration.errors import StagingMissing
    from crm_migration.staging import RunFolder, open_table

    folder = RunFolder(staging_root(), mapping.source.name, instance.run_id)
    try:
        facts = open_table(folder, "_run", f"{instance.task_id.removeprefix('validate_')}_checks").facts
    except StagingMissing:
        return
    yield from ((f"checks {name}", int(facts[fact])) for name, fact in (("made", "checks"), ("failed", "failed")))


@contextmanager
def telling_of_quota(mapping: Mapping) -> Iterator[None]:
    """Tell of a quota that stops the block: the task is put off, which Airflow counts as no failure."""
    try:
        yield
    except QuotaExhausted as spent:
        context = get_current_context()
        until = spent.until.isoformat(timespec="minutes")
        tell(mapping, message_of(mapping, "quota", context, **{"goes on after": until}), context)
        raise


def after_run(mapping: Mapping, rejected: dict[str, tuple[int, int]], changes: int, context: Any) -> None:
    """Tell, at the end of a run, of rejected rows (by entity, of how many) and of changes at the source."""
    for notice in mapping.notify:
        told = {
            f"rejected rows of {entity}": f"{rows:,} of {of:,}"
            for entity, (rows, of) in rejected.items()
            if rows and rows > notice.rejected_share * of
        }
        if told and "rejected" in notice.events:
            alone = mapping.model_copy(update={"notify": [notice]})
            tell(alone, message_of(mapping, "rejected", context, **told), context)
    if changes:
        tell(mapping, message_of(mapping, "drift", context, changes=changes), context)


def callbacks(mapping: Mapping, mapping_path: str) -> dict[str, list[BaseNotifier]]:
    """Return the callbacks of all tasks of the mapping's DAG: none where nobody is to be told."""
    if not mapping.notify:
        return {}
    return {"on_failure_callback": [TaskNotifier(mapping_path)]}


def sample_waiting(mapping: Mapping, mapping_path: str) -> list[BaseNotifier]:
    """Return the notifiers of the task that asks a person to approve the sample."""
    asked = any("sample_waiting" in notice.events for notice in mapping.notify)
    return [TaskNotifier(mapping_path, "sample_waiting")] if asked else []


def deadline_of(mapping: Mapping, mapping_path: str) -> DeadlineAlert | None:
    """Return the alert of a run that is not over in time, where the mapping names a deadline and whom to tell."""
    if mapping.deadline is None or not any("deadline" in notice.events for notice in mapping.notify):
        return None
    return DeadlineAlert(
        reference=DeadlineReference.DAGRUN_QUEUED_AT,
        interval=timedelta(seconds=int(mapping.deadline[:-1]) * SECONDS[mapping.deadline[-1]]),
        callback=AsyncCallback(DeadlineMissed, kwargs={"mapping_path": mapping_path}),
    )

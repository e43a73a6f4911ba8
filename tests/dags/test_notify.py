"""Whoever is to know is told by mail or at a web address, of the right events, without a customer's value."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message as Mail
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crm_migration.errors import (
    ChangedSince,
    MappingFault,
    QuotaExhausted,
    SampleRejected,
    SchemaDrifted,
    ValidationFailed,
)
from tests.dags.project import add_migration
from tests.dags.receivers import Address, Mailbox, mail_server, web_address

SECRET = "ann@two.example"
EVERYTHING = "[sample_waiting, rejected, validation_failed, drift, quota, deadline, failed, target_worse]"
BY_MAIL = f"  - {{events: {EVERYTHING}, via: smtp, connection: mail, to: [ops@example.com, crm@example.com]}}\n"
TO_CHAT = f"  - {{events: {EVERYTHING}, via: webhook, connection: chat}}\n"


def notifying(folder: Path, *notices: str) -> str:
    """Write a mapping with these notices, and return its path."""
    section = f"deadline: 6h\nnotify:\n{''.join(notices)}"
    return str(add_migration(folder, "told", [("entities:\n", f"{section}entities:\n")]))


@pytest.fixture
def mailbox(airflow_home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    with mail_server() as box:
        monkeypatch.setenv("AIRFLOW_CONN_MAIL", box.connection)
        yield box


@pytest.fixture
def chat(airflow_home, monkeypatch: pytest.MonkeyPatch) -> Iterator[Address]:
    with web_address() as address:
        monkeypatch.setenv("AIRFLOW_CONN_CHAT", address.connection(extra={"path": "hooks/secret-token"}))
        yield address


def context(task_id: str, exception: Exception | None = None, **xcom: Any) -> dict[str, Any]:
    """Return what Airflow hands to a task's callback."""
    instance = SimpleNamespace(
        dag_id="told", run_id="manual__1 <b>{{ ds }}", task_id=task_id, xcom_pull=lambda task_ids: xcom[task_ids]
    )
    return {"task_instance": instance, "exception": exception}


def text_of(mail: Mail) -> str:
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/html"]
    return part.get_payload(decode=True).decode()


def test_a_mail_says_what_happened_where_and_leads_there(mailbox: Mailbox, tmp_path: Path) -> None:
    from crm_migration.orchestration.notify import TaskNotifier

    waiting = context("approve_sample", load_sample={"records": {"contact": 1234, "account": 50}})
    TaskNotifier(notifying(tmp_path, BY_MAIL), "sample_waiting")(waiting)
    ((sender, recipients, mail),) = mailbox.mails
    assert (sender, recipients) == ("etl@example.com", ["ops@example.com", "crm@example.com"])
    assert mail["Subject"].startswith("=?utf-8?") or "a sample waits for approval" in mail["Subject"]
    text = text_of(mail)
    assert "old_books → new_books: a sample waits for approval" in text
    assert "records of contact in the sample: 1,234" in text
    assert "/dags/told/runs/manual__1%20%3Cb%3E%7B%7B%20ds%20%7D%7D" in text
    assert "manual__1 &lt;b&gt;&#123;&#123; ds" in text


def test_a_web_address_gets_the_same_as_json(chat: Address, tmp_path: Path) -> None:
    from crm_migration.orchestration.notify import TaskNotifier

    failure = SchemaDrifted(["a.yaml:1:1: x", "a.yaml:2:1: y"])
    TaskNotifier(notifying(tmp_path, TO_CHAT))(context("preflight", failure))
    ((path, _headers, body),) = chat.taken
    assert path == "/hooks/secret-token"
    assert (body["event"], body["source"], body["target"]) == ("drift", "old_books", "new_books")
    assert (body["dag_id"], body["task_id"]) == ("told", "preflight")
    assert body["facts"] == {"changes that the mapping does not let pass": 2}
    assert body["text"].startswith("old_books → new_books: the source has changed\n")
    assert body["link"] in body["text"]


@pytest.mark.parametrize(
    ("task_id", "error", "events"),
    [
        ("validate_sample", SampleRejected(f"name: {SECRET}"), ["validation_failed"]),
        ("validate_full", ValidationFailed(f"name: {SECRET}"), ["validation_failed"]),
        ("report", ValidationFailed(f"red: {SECRET}"), ["failed"]),
        ("report", ChangedSince("x"), ["failed"]),
        ("preflight", SchemaDrifted(["x"]), ["drift"]),
        ("load.contact", ChangedSince(SECRET), []),
        ("backup", ValueError(SECRET), []),
    ],
)
def test_each_failure_is_told_as_what_it_means_and_its_text_to_nobody(
    chat: Address, tmp_path: Path, task_id: str, error: Exception, events: list[str]
) -> None:
    from crm_migration.orchestration.notify import TaskNotifier

    TaskNotifier(notifying(tmp_path, TO_CHAT))(context(task_id, error))
    assert [body["event"] for _, _, body in chat.taken] == events
    assert SECRET not in str(chat.taken)


def test_a_reload_tells_by_the_mapping_that_its_form_names(chat: Address, tmp_path: Path) -> None:
    from crm_migration.orchestration.notify import ChosenNotifier

    notifier = ChosenNotifier({"told": notifying(tmp_path, TO_CHAT), "quiet": str(add_migration(tmp_path, "quiet"))})
    for mapping in ("told", "quiet", "nobody"):
        notifier(context("report", ValidationFailed(SECRET)) | {"params": {"mapping": mapping}})
    assert [body["event"] for _, _, body in chat.taken] == ["failed"]
    assert SECRET not in str(chat.taken)


def test_a_notice_goes_only_to_whom_its_event_concerns(chat: Address, mailbox: Mailbox, tmp_path: Path) -> None:
    from crm_migration.orchestration.notify import TaskNotifier

    path = notifying(tmp_path, BY_MAIL.replace(EVERYTHING, "[drift]"), TO_CHAT.replace(EVERYTHING, "[failed]"))
    TaskNotifier(path)(context("preflight", SchemaDrifted(["x"])))
    assert (len(mailbox.mails), len(chat.taken)) == (1, 0)
    TaskNotifier(path)(context("report", ValidationFailed("x")))
    assert (len(mailbox.mails), len(chat.taken)) == (1, 1)


def test_rejected_rows_are_told_above_the_share_that_the_notice_names(chat: Address, tmp_path: Path) -> None:
    from crm_migration.mapping.reader import read_mapping
    from crm_migration.orchestration.notify import after_run

    generous = TO_CHAT.replace("connection: chat", "connection: chat, rejected_share: 0.1")
    for notice, expected in ((TO_CHAT, ["account", "contact"]), (generous, ["contact"])):
        mapping = read_mapping(Path(notifying(tmp_path, notice))).mapping
        counts = {"account": (1, 100), "contact": (20, 100), "lead": (0, 0)}
        after_run(mapping, counts, 0, context("report"))
        _, _, body = chat.taken.pop()
        assert (body["event"], chat.taken) == ("rejected", [])
        assert list(body["facts"]) == [f"rejected rows of {entity}" for entity in expected]
    after_run(mapping, {"account": (0, 100)}, 3, context("report"))
    assert [(body["event"], body["facts"]) for _, _, body in chat.taken] == [("drift", {"changes": 3})]


def test_a_used_up_quota_is_told_and_puts_the_task_off_as_before(
    chat: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm_migration.mapping.reader import read_mapping
    from crm_migration.orchestration import notify

    monkeypatch.setattr(notify, "get_current_context", lambda: context("load.contact"))
    mapping = read_mapping(Path(notifying(tmp_path, TO_CHAT))).mapping
    until = datetime(2026, 3, 1, tzinfo=UTC)
    with pytest.raises(QuotaExhausted), notify.telling_of_quota(mapping):
        raise QuotaExhausted("no more calls", until)
    ((_, _, body),) = chat.taken
    assert (body["event"], body["facts"]) == ("quota", {"goes on after": "2026-03-01T00:00+00:00"})


def test_what_cannot_be_delivered_ends_nothing_and_its_address_is_not_logged(
    chat: Address, mailbox: Mailbox, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    from crm_migration.orchestration.notify import TaskNotifier

    chat.status = 500
    TaskNotifier(notifying(tmp_path, TO_CHAT, BY_MAIL))(context("report", ValidationFailed("x")))
    assert (len(chat.taken), len(mailbox.mails)) == (1, 1)
    assert "connection 'chat': expected the address to take the notice, found HTTP 500" in caplog.text
    assert "secret-token" not in caplog.text


@pytest.mark.parametrize("connection", ["", json.dumps({"conn_type": "http", "host": "127.0.0.1", "port": 9})])
def test_a_missing_connection_or_a_closed_door_ends_nothing(
    airflow_home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, connection: str
) -> None:
    from crm_migration.orchestration.notify import TaskNotifier

    if connection:
        monkeypatch.setenv("AIRFLOW_CONN_CHAT", connection)
    TaskNotifier(notifying(tmp_path, TO_CHAT))(context("report", ValidationFailed("x")))
    assert "notice of failed by chat was not delivered: connection 'chat'" in caplog.text


def test_a_mail_server_that_is_away_or_refuses_ends_nothing_and_no_address_is_logged(
    mailbox: Mailbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from crm_migration.orchestration.notify import TaskNotifier

    mailbox.answer = "550 unknown: ops@example.com"
    path = notifying(tmp_path, BY_MAIL)
    TaskNotifier(path)(context("report", ValidationFailed("x")))
    assert "connection 'mail': expected the mail server to take the notice, found SMTPRecipientsRefused" in caplog.text
    monkeypatch.setenv("AIRFLOW_CONN_MAIL", Mailbox(port=9).connection)
    TaskNotifier(path)(context("report", ValidationFailed("x")))
    assert caplog.text.count("notice of failed by mail was not delivered") == 2
    assert "ops@example.com" not in caplog.text


def test_a_missed_deadline_is_awaited_by_the_triggerer_and_told_by_both_ways(
    chat: Address, mailbox: Mailbox, tmp_path: Path
) -> None:
    from airflow.triggers.callback import CallbackTrigger

    from crm_migration.mapping.reader import read_mapping
    from crm_migration.orchestration.notify import deadline_of

    path = notifying(tmp_path, TO_CHAT, BY_MAIL)
    alert = deadline_of(read_mapping(Path(path)).mapping, path)
    assert alert is not None
    assert alert.interval == timedelta(hours=6)
    run = {"dag_id": "told", "dag_run_id": "scheduled__2026-03-01"}
    made = CallbackTrigger(alert.callback.path, alert.callback.kwargs | {"context": {"dag_run": run, "deadline": {}}})

    async def states() -> list[str]:
        return [event.payload["state"] async for event in made.run()]

    assert asyncio.run(states()) == ["running", "success"]
    ((_, _, body),) = chat.taken
    assert (body["event"], body["run_id"], body["facts"]) == ("deadline", "scheduled__2026-03-01", {"deadline": "6h"})
    assert len(mailbox.mails) == 1


def test_only_who_asks_to_be_told_has_callbacks_and_deadlines(airflow_home, tmp_path: Path, parse) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    from crm_migration.orchestration.notify import TaskNotifier

    notifying(tmp_path, TO_CHAT)
    add_migration(tmp_path, "quiet")
    bag = parse(tmp_path / "dags")
    assert bag.import_errors == {}
    quiet, told = bag.dags["quiet"], bag.dags["told"]
    assert {len(task.on_failure_callback) for task in quiet.tasks} == {0}
    assert not quiet.deadline
    assert all(isinstance(one, TaskNotifier) for task in told.tasks for one in task.on_failure_callback)
    assert {len(task.on_failure_callback) for task in told.tasks} == {1}
    assert len(told.deadline) == 1
    stored = json.loads(json.dumps(DagSerialization.to_dict(told)))
    assert DagSerialization.from_dict(stored).task_ids == told.task_ids


@pytest.mark.parametrize(
    ("more", "url", "headers"),
    [
        ({"host": "hooks.example", "port": None}, "http://hooks.example/", {}),
        ({"host": "hooks.example", "schema": "https", "port": None}, "https://hooks.example/", {}),
        ({"host": "https://hooks.example", "port": None, "extra": {"path": "/a"}}, "https://hooks.example/a", {}),
        ({"conn_type": "https", "host": "h.example", "schema": "a/b", "port": None}, "https://h.example/a/b", {}),
        ({"port": 8, "password": "p"}, "http://127.0.0.1:8/", {"Authorization": "Bearer p"}),
        ({"port": 8, "extra": {"headers": {"X-Key": "k"}}}, "http://127.0.0.1:8/", {"X-Key": "k"}),
    ],
)  # fmt: skip
def test_an_address_is_read_from_every_form_of_a_connection(
    airflow_home, more: dict[str, Any], url: str, headers: dict[str, str]
) -> None:
    from crm_migration.connections import ConnectionFields
    from crm_migration.orchestration.webhook import request_of

    parts = json.loads(Address().connection(**more))
    asked = request_of(ConnectionFields("chat", **parts), {"text": "x"})
    assert (asked["url"], asked["headers"]) == (url, headers)


@pytest.mark.parametrize("form", ["wecom", "dingtalk", "feishu"])
def test_chinese_chats_get_their_own_form(
    chat: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    from crm_migration.orchestration.notify import TaskNotifier

    monkeypatch.setenv("AIRFLOW_CONN_CHAT", chat.connection(extra={"form": form}))
    TaskNotifier(notifying(tmp_path, TO_CHAT))(context("report", ValidationFailed("x")))
    ((_, _, body),) = chat.taken
    assert body.get("msgtype", body.get("msg_type")) == "text"
    told = body["text"]["content"] if "text" in body else body["content"]["text"]
    assert told.startswith("old_books → new_books: the run has failed")


def test_other_connections_are_the_mappings_fault(airflow_home) -> None:
    from crm_migration.connections import ConnectionFields
    from crm_migration.orchestration.webhook import request_of

    for wrong in ({"conn_type": "postgres", "host": "h"}, {"conn_type": "http"}):
        with pytest.raises(MappingFault, match="expected a web address"):
            request_of(ConnectionFields("chat", **wrong), {"text": "x"})
    with pytest.raises(MappingFault, match="'form'"):
        request_of(ConnectionFields("chat", "http", "h", extra={"form": "fax"}), {"text": "x"})

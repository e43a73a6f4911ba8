"""A migration as Airflow runs it, from the form to the report."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from crm_migration.command import job_of
from crm_migration.report.error_workbook import write_error_workbook
from crm_migration.report.model import Report
from crm_migration.report.read import read_report
from crm_migration.report.rejected_rows import RejectedOf
from crm_migration.staging import RunFolder, has_table
from tests.dags.project import add_migration, add_reload, add_rollback, settings
from tests.dags.receivers import Address, web_address
from tests.end_to_end.scheduler import Ran, Wanted, run, start
from tests.end_to_end.small import FIRST_RUN, SECOND_RUN, Books, counts, write_mapping
from tests.reload.firm import edit

RUN_SECONDS = 270
ASKS = ("approval: automatic", "approval: manual")
KEYS = "        - {name: email, fields: [email]}\n"
MODEL = "      model: {kind: person, fields: {family_name: last_name, email: email}, chunks: 3}\n"
NOTICES = """\
notify:
  - {events: [sample_waiting, rejected, validation_failed, failed], via: webhook, connection: chat}
entities:
"""
TOLD = ("entities:\n", NOTICES)
MIGRATIONS = {
    "chunked": [(KEYS, KEYS + MODEL)],
    "books": [TOLD],
    "asks": [ASKS, TOLD],
    "strict": [("rejected_share: 0.5", "rejected_share: 0.1")],
    "picky": [ASKS, TOLD, ("name = 'Nemo'", "name = 'Third'")],
}
Start = Callable[..., Ran]


@pytest.fixture(scope="module")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessPoolExecutor]:
    """A process with an Airflow of its own, for all tests: setting up its database takes the longest."""
    home = tmp_path_factory.mktemp("airflow")
    for name, changes in MIGRATIONS.items():
        add_migration(home, name, changes)
    add_rollback(home)
    add_reload(home)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=start, initargs=(settings(home),)) as process:
        yield process


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books.make(tmp_path)


@pytest.fixture
def chat() -> Iterator[Address]:
    with web_address() as address:
        yield address


@pytest.fixture
def trigger(airflow: ProcessPoolExecutor, books: Books, chat: Address) -> Start:
    """Return a function that runs a DAG with the form's values."""
    environment = books.environment | {"AIRFLOW_CONN_CHAT": chat.connection()}

    def start_run(dag_id: str, answer: str | None = None, **conf: Any) -> Ran:
        return airflow.submit(run, Wanted(dag_id, conf, environment, answer)).result(RUN_SECONDS)

    return start_run


def report_of(books: Books, ran: Ran) -> Report:
    return read_report(RunFolder(str(books.staging), "old_books", ran.run_id))[0]


def outcomes(books: Books, ran: Ran) -> dict[str, dict[str, int]]:
    return counts(report_of(books, ran).model_dump(mode="json"))


def with_state(ran: Ran, state: str) -> set[str]:
    return {task for task, found in ran.tasks.items() if found == state}


def test_a_match_in_chunks_is_mapped_over_workers(trigger: Start, books: Books) -> None:
    ran = trigger("chunked")
    assert ran.state == "success"
    assert {ran.tasks[f"contact.{step}"] for step in ("match_prepare", "match_chunk", "match")} == {"success"}
    assert outcomes(books, ran) == FIRST_RUN
    folder = RunFolder(str(books.staging), "old_books", ran.run_id)
    assert [has_table(folder, "contact", f"chunk_{number}_of_3") for number in range(4)] == [True] * 3 + [False]


def test_a_repaired_row_is_loaded_by_a_run_of_its_own(
    trigger: Start, books: Books, chat: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = trigger("books")
    for name, value in books.environment.items():
        monkeypatch.setenv(name, value)
    job = job_of(write_mapping(books.source.with_name("books.yaml")), first.run_id)
    book = books.source.parent / "rejected.xlsx"
    write_error_workbook(RejectedOf(job.mapping, job.target.ledger, job.folder), book)
    edit(book, {("p4", "last"): "Wu"}, sheet="contact")
    conf = {"mapping": "books", "run_id": first.run_id}
    refused = trigger("reload_rejected", **conf, file=str(books.source.parent / "nothing.xlsx"))
    assert (refused.state, refused.tasks["preflight"]) == ("failed", "failed")
    assert (told(chat, refused), refused.events) == (["failed"], {})
    second = trigger("reload_rejected", **conf, file=str(book))
    assert (second.state, set(second.tasks.values())) == ("success", {"success"})
    assert outcomes(books, second) == {"contact": {"inserted": 1}, "account": {}}
    changed = {uri: extra["changed"] for uri, extra in second.events.items()}
    assert changed == {"crm://new_books/account": 0, "crm://new_books/contact": 1}
    assert report_of(books, first).settled.sentences == (f"contact: 1 rejected, 1 reloaded by run {second.run_id}.",)
    assert books.ask("SELECT last_name FROM contact WHERE legacy_id = 'p4'") == [("Wu",)]
    assert "Wu" not in second.handed_on
    job.target.close()


def told(chat: Address, ran: Ran) -> list[str]:
    """Return the events of which a run has told, in order."""
    return [body["event"] for _, _, body in chat.taken if body["run_id"] == ran.run_id]


def test_an_approved_run_loads_everything_a_second_nothing_and_a_rollback_takes_it_back(
    books: Books, trigger: Start, chat: Address
) -> None:
    before = books.records()
    first = trigger("asks", answer="Approve")
    assert (first.state, with_state(first, "skipped")) == ("success", {"plan", "undo_sample"})
    answered = report_of(books, first).approval
    assert answered is not None
    assert (answered.answer, answered.by) == ("approved", "Ann")
    assert books.ask("SELECT name, target_value FROM crm_migration_reconciliation WHERE validation = 'approval'") == [
        ("approved", "Ann")
    ]
    assert set(first.tasks.values()) == {"success", "skipped"}
    assert report_of(books, first).verdict.state == "green"
    assert outcomes(books, first) == FIRST_RUN
    loaded = books.records()
    assert books.ask("SELECT c.last_name, a.name FROM contact c JOIN account a ON a.id = c.account_id ORDER BY 1") == [
        ("Li", "Müller & Söhne"), ("O'Neil", "北京华信科技"),
    ]  # fmt: skip
    assert books.ask("SELECT count(*) FROM account c JOIN account p ON p.id = c.parent_id") == [(1,)]
    for secret in ("O'Neil", "Müller", "@", "北京", "\\u5317", str(books.source), str(books.target)):
        assert secret not in first.handed_on
    assert str(books.staging) in first.handed_on
    assert f"/crm/sample/asks/{quote(first.run_id)})" in first.handed_on
    assert told(chat, first) == ["sample_waiting", "rejected"]
    changed = {uri: extra["changed"] for uri, extra in first.events.items()}
    assert changed == {"crm://new_books/account": 3, "crm://new_books/contact": 2}

    second = trigger("books")
    assert {uri: extra["changed"] for uri, extra in second.events.items()} == dict.fromkeys(changed, 0)
    assert (second.state, with_state(second, "skipped")) == ("success", {"plan"})
    assert outcomes(books, second) == SECOND_RUN
    assert books.records() == loaded

    undone = trigger("rollback_migration", mapping="asks", run_id=first.run_id, force=False)
    assert undone.state == "success"
    assert books.records() == before
    assert report_of(books, first).verdict.state == "rolled_back"
    again = trigger("rollback_migration", mapping="asks", run_id=first.run_id, force=True)
    assert (again.state, again.tasks) == ("failed", {"roll_back": "failed"})


def test_a_dry_run_plans_leaves_the_target_alone_and_tells_nobody(books: Books, trigger: Start, chat: Address) -> None:
    before = books.target.read_bytes()
    ran = trigger("books", dry_run=True)
    assert ran.state == "success"
    assert with_state(ran, "skipped") == {
        "backup", "load_sample", "validate_sample", "load.account", "load.contact", "link", "validate_full",
    }  # fmt: skip
    assert books.target.read_bytes() == before
    assert books.tables() == {"account", "contact"}
    assert report_of(books, ran).verdict.state == "planned"
    assert (ran.events, chat.taken) == ({}, [])
    assert outcomes(books, ran) == FIRST_RUN


def test_sample_only_asks_nobody_and_stops_after_the_sample(books: Books, trigger: Start) -> None:
    ran = trigger("asks", sample_only=True, sample_size=1)
    assert ran.state == "success"
    assert with_state(ran, "skipped") == {
        "plan", "describe_sample", "approve_sample", "undo_sample", "load.account", "load.contact", "link",
        "validate_full",
    }  # fmt: skip
    assert report_of(books, ran).verdict.state == "sample_only"
    assert books.ask("SELECT DISTINCT phase FROM crm_migration_load_batch") == [("sample",)]


def test_a_failed_task_leaves_its_reason_in_a_red_report(books: Books, trigger: Start) -> None:
    before = books.records()
    ran = trigger("strict")
    assert (ran.state, with_state(ran, "failed")) == ("failed", {"backup", "report"})
    made = report_of(books, ran)
    assert made.verdict.state == "red"
    (reason,) = [reason for reason in made.verdict.reasons if reason.startswith("backup: ")]
    assert "contact: 1 of 5 rows rejected" in reason
    assert books.records() == before
    assert books.ask("SELECT status FROM crm_migration_run") == [("red",)]


def test_a_sample_that_fails_its_checks_is_rolled_back_and_nobody_is_asked(
    books: Books, trigger: Start, chat: Address
) -> None:
    before = books.records()
    ran = trigger("picky")
    assert (ran.state, with_state(ran, "failed")) == ("failed", {"validate_sample", "report"})
    assert with_state(ran, "skipped") == {"plan", "undo_sample"}
    assert "describe_sample: " not in str(report_of(books, ran).verdict.reasons)
    assert books.records() == before
    made = report_of(books, ran)
    assert made.verdict.state == "rolled_back"
    assert "no account is called Nemo" in made.verdict.reasons[0]
    assert told(chat, ran) == ["validation_failed", "rejected", "failed"]
    assert [reason for reason in made.verdict.reasons if "undo_sample" in reason] == []


def test_a_refused_sample_is_rolled_back(books: Books, trigger: Start) -> None:
    before = books.records()
    ran = trigger("asks", answer="Reject")
    assert (ran.state, with_state(ran, "failed")) == ("failed", {"approve_sample", "report"})
    assert ran.tasks["undo_sample"] == "success"
    assert books.records() == before
    made = report_of(books, ran)
    assert made.verdict.state == "rolled_back"
    assert "approve_sample: the sample was rejected by Ann" in made.verdict.reasons
    assert made.approval is not None
    assert made.approval.answer == "rejected"


def test_a_connection_that_airflow_does_not_know_ends_the_run_at_once(
    airflow: ProcessPoolExecutor, books: Books
) -> None:
    environment = {name: value for name, value in books.environment.items() if name != "AIRFLOW_CONN_NEW_BOOKS"}
    ran = airflow.submit(run, Wanted("books", {}, environment)).result(RUN_SECONDS)
    assert (ran.state, with_state(ran, "failed")) == ("failed", {"preflight", "report"})
    assert books.tables() == {"account", "contact"}

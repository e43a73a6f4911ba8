"""Every kind of source as a DAG, into the same target as the legacy database: one customer is one record there."""

import multiprocessing
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from crm_migration.report.model import Report
from crm_migration.report.read import read_report
from crm_migration.staging import RunFolder
from tests.dags.project import add_migration, add_rollback, settings
from tests.end_to_end import sources
from tests.end_to_end.scheduler import Ran, Wanted, run, start
from tests.end_to_end.small import Books
from tests.google.fixtures import google
from tests.google.server import GoogleStandIn

__all__ = ["google"]
RUN_SECONDS = 240
KNOWN = """
    SELECT s.source, k.source_key, k.target_id FROM crm_migration_crosswalk k
    JOIN crm_migration_stream s ON s.stream_no = k.stream_no WHERE s.entity = 'contact'
"""
Trigger = Callable[..., Ran]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("airflow")


@pytest.fixture(scope="module")
def airflow(home: Path) -> Iterator[ProcessPoolExecutor]:
    add_migration(home, "books")
    add_rollback(home)
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawn, initializer=start, initargs=(settings(home),)) as process:
        yield process


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return Books.make(tmp_path)


@pytest.fixture
def trigger(airflow: ProcessPoolExecutor, home: Path, books: Books, google: GoogleStandIn, tmp_path: Path) -> Trigger:
    """Return a function that runs a DAG over the four sources' documents and the legacy database."""
    sources.write_workbook(tmp_path / "lists")
    sources.write_drop(tmp_path / "drop")
    for name, text in sources.mappings(google).items():
        add_migration(home, name)
        (home / "include/mappings" / f"{name}.yaml").write_text(text)
    environment = books.environment | sources.environment(tmp_path, google)

    def start_run(dag_id: str, **conf: object) -> Ran:
        return airflow.submit(run, Wanted(dag_id, conf, environment)).result(RUN_SECONDS)

    return start_run


def report_of(books: Books, name: str, ran: Ran) -> Report:
    return read_report(RunFolder(str(books.staging), "old_books" if name == "books" else name, ran.run_id))[0]


def green(books: Books, name: str, ran: Ran) -> Report:
    made = report_of(books, name, ran)
    assert ran.state == "success", made.verdict.reasons
    assert made.verdict.state == "green"
    return made


def li(books: Books) -> set[str]:
    """Return the target's ids of the record that every source's Li leads to."""
    keys = {"p1", "p3", *(f"{name}-1" for name in sources.NAMES)}
    return {target_id for _source, key, target_id in books.ask(KNOWN) if key in keys}


def test_every_kind_of_source_feeds_one_record_per_customer(books: Books, trigger: Trigger) -> None:
    for name in ("books", *sources.NAMES):
        green(books, name, trigger(name))
    assert len(li(books)) == 1
    assert books.ask("SELECT count(*) FROM contact WHERE lower(email) = 'li@one.example'") == [(1,)]
    assert books.ask("SELECT last_name FROM contact WHERE last_name LIKE 'Own%' ORDER BY 1") == [
        ("Owndrive",), ("Owndrop",), ("Ownsheet",), ("Ownworkbook",),
    ]  # fmt: skip
    assert len(books.ask(KNOWN)) == 3 + 2 * len(sources.NAMES)
    rejected = books.ask("SELECT reason, message FROM crm_migration_rejected_row WHERE step = 'clean' ORDER BY 1")
    reasons = {reason for reason, _message in rejected}
    assert {"error_cell", "not_json", "required"} <= reasons
    places = " ".join(message for _reason, message in rejected)
    for place in ("people.xlsx, sheet People, row 4", "people_2.ndjson, line 2", "people, sheet Sheet1, row 3"):
        assert place in places

    loaded = books.records()
    for name in ("sheet", "books", "drive"):
        assert sum_of(green(books, name, trigger(name)), "inserted", "updated") == 0
    assert books.records() == loaded


def sum_of(made: Report, *outcomes: str) -> int:
    counts = [entity.identity.counts.as_dict() for entity in made.entities if entity.identity.counts]
    return sum(count[outcome] for count in counts for outcome in outcomes)


def test_the_order_of_sources_makes_no_second_customer_and_a_rollback_takes_one_back(
    books: Books, trigger: Trigger
) -> None:
    for name in ("drive", "workbook", "books"):
        last = trigger(name)
        green(books, name, last)
    assert len(li(books)) == 1
    assert trigger("rollback_migration", mapping="books", run_id=last.run_id, force=False).state == "success"
    assert len(li(books)) == 1
    assert books.ask("SELECT count(*) FROM contact") == [(3,)]

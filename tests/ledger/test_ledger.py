"""The control tables: made once, in step with their migrations, and answering the same on every database."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from crm_migration.errors import FencedOut
from crm_migration.ledger import Ledger
from crm_migration.ledger.ledger import now
from crm_migration.load.target import SqlTarget
from tests.fencing import take_fence
from tests.load.small import make_target, mapping

ROOT = Path(__file__).parents[2]
MAPPING = {"mapping_sha256": "0" * 64}
MOMENT = datetime(2026, 3, 29, 1, 30, 0, 5, tzinfo=UTC)


@pytest.fixture
def bare(any_database_url: str) -> Iterator[Ledger]:
    """The ledger of a target that no run has seen."""
    make_target(any_database_url).dispose()
    target = SqlTarget(any_database_url, mapping())
    yield target.ledger
    target.close()


@pytest.fixture
def ledger(bare: Ledger) -> Ledger:
    bare.migrate()
    return bare


def rows(ledger: Ledger, table: sa.Table) -> list[sa.Row]:
    with ledger.engine.connect() as connection:
        return list(connection.execute(sa.select(table).order_by(*table.primary_key.columns)))


def utc(moment: datetime) -> datetime:
    """Return the moment with its zone, which two of the databases do not keep."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def test_migrating_twice_keeps_what_is_there(bare: Ledger) -> None:
    own = set(sa.inspect(bare.engine).get_table_names())
    assert not bare.exists()
    bare.migrate()
    assert bare.exists()
    number = bare.begin_run("old", "one", MAPPING)
    there = sa.inspect(bare.engine).get_table_names(schema=bare.tables.metadata.schema)
    assert {table.name for table in bare.tables.metadata.tables.values()} <= set(there)
    bare.migrate()
    assert bare.begin_run("old", "one", MAPPING) == number
    assert sa.inspect(bare.engine).get_table_names(schema=bare.tables.metadata.schema) == there
    beside = set(sa.inspect(bare.engine).get_table_names()) - own
    assert beside == set() if bare.tables.metadata.schema else {name[:14] for name in beside} == {"crm_migration_"}


def test_the_migrations_make_the_tables_that_the_code_names(ledger: Ledger) -> None:
    metadata = ledger.tables.metadata
    names = {table.name for table in metadata.tables.values()}

    def ours(name: str | None, kind: str, _parents: object) -> bool:
        return name == metadata.schema if kind == "schema" else kind != "table" or name in names

    options = {"include_schemas": metadata.schema is not None, "include_name": ours, "compare_type": True}
    with ledger.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
        extra = sa.MetaData(schema=metadata.schema)
        for table in metadata.tables.values():
            table.to_metadata(extra)
        extra.tables[next(iter(extra.tables))].append_column(sa.Column("added", sa.Integer))
        assert [change[0] for change in compare_metadata(context, extra)] == ["add_column"]


def test_a_run_that_is_taken_up_again_keeps_its_number_and_its_start(ledger: Ledger) -> None:
    run = ledger.tables.run
    number = ledger.begin_run("old", "one", {**MAPPING, "window_end": MOMENT})
    (first,) = rows(ledger, run)
    assert (first.status, first.finished_at, utc(first.window_end)) == ("running", None, MOMENT)
    ledger.update_run(number, status="red", finished_at=MOMENT, content_sha256='{"account": "ab"}')
    found = ledger.find_run("old", "one")
    assert found is not None
    assert (found.run_no, found.status, found.content_sha256) == (number, "red", {"account": "ab"})
    assert ledger.begin_run("old", "one", {"mapping_sha256": "1" * 64}) == number
    (again,) = rows(ledger, run)
    assert (again.status, again.finished_at, again.mapping_sha256) == ("running", None, "1" * 64)
    assert again.started_at == first.started_at


def test_runs_are_told_apart_by_source_and_by_every_letter(ledger: Ledger) -> None:
    names = [("old", "one"), ("old", "One"), ("old", "öne"), ("other", "one")]
    numbers = [ledger.begin_run(source, run_id, MAPPING) for source, run_id in names]
    assert len(set(numbers)) == 4
    assert [ledger.find_run(source, run_id).run_no for source, run_id in names] == numbers
    assert ledger.find_run("old", "two") is None
    assert ledger.find_run("old", "x' OR '1'='1") is None


def test_a_stream_is_registered_once(ledger: Ledger) -> None:
    account, contact = ledger.stream_no("old", "account", "account"), ledger.stream_no("old", "contact", "contact")
    assert account != contact
    assert ledger.stream_no("old", "account", "account") == account
    assert ledger.streams() == {"old.account": account, "old.contact": contact}


def test_only_the_newest_token_opens_the_fence(ledger: Ledger) -> None:
    old = take_fence(ledger, "first")
    with ledger.engine.begin() as connection:
        ledger.check_fence(connection, old)
    new = take_fence(ledger, "second attempt")
    assert new > old
    with ledger.engine.begin() as connection:
        ledger.check_fence(connection, new)
        with pytest.raises(FencedOut, match=f"token {old}, but second attempt has taken over"):
            ledger.check_fence(connection, old)


def test_a_fence_that_nobody_took_is_closed(ledger: Ledger) -> None:
    with ledger.engine.begin() as connection, pytest.raises(FencedOut, match="but nobody has taken over"):
        ledger.check_fence(connection, 1)


def test_a_commit_under_way_holds_the_fence_until_it_is_done(ledger: Ledger) -> None:
    token, taken = take_fence(ledger, "loading"), threading.Event()

    def take_over() -> None:
        take_fence(ledger, "replacement")
        taken.set()

    newer = threading.Thread(target=take_over)
    with ledger.engine.begin() as connection:
        connection.execute(ledger.tables.stream.insert().values(source="old", entity="account", object="account"))
        ledger.check_fence(connection, token)
        newer.start()
        assert not taken.wait(0.5)
    newer.join(30)
    assert taken.is_set()
    assert set(ledger.streams()) == {"old.account"}
    with ledger.engine.begin() as connection, pytest.raises(FencedOut):
        ledger.check_fence(connection, token)


def windows(ledger: Ledger, *loaded: tuple[int | None, int | None]) -> None:
    """Have green runs load these windows, bounds being days of March."""
    stream = ledger.stream_no("old", "account", "account")
    for number, bounds in enumerate(loaded):
        run_no = ledger.begin_run("old", f"run {number}", MAPPING)
        start, end = (datetime(2026, 3, day, tzinfo=UTC) if day else None for day in bounds)
        ledger.write_watermark(run_no, stream, (start, end))
        ledger.update_run(run_no, status="green")


@pytest.mark.parametrize(
    ("loaded", "day"),
    [
        ([(2, 3)], None),
        ([(None, 2)], 2),
        ([(3, 4), (None, 2), (2, 3)], 4),
        ([(None, 2), (3, 4)], 2),
        ([(None, 5), (2, 3)], 5),
        ([(None, 2), (1, 4)], 4),
    ],
    ids=str,
)
def test_windows_count_as_loaded_up_to_the_first_gap(
    ledger: Ledger, loaded: list[tuple[int | None, int | None]], day: int | None
) -> None:
    windows(ledger, *loaded)
    assert ledger.loaded_until("old", "next") == ({"account": datetime(2026, 3, day, tzinfo=UTC)} if day else {})


def test_only_windows_of_other_green_runs_count_and_one_without_end_up_to_its_start(bare: Ledger) -> None:
    assert bare.loaded_until("old", "next") == {}
    bare.migrate()
    windows(bare, (None, 2))
    assert (bare.loaded_until("old", "run 0"), bare.loaded_until("other", "next")) == ({}, {})
    for status in ("red", "sample_only", "rolled_back", "running"):
        bare.update_run(1, status=status)
        assert bare.loaded_until("old", "next") == {}
    windows(bare, (None, 2), (None, None))
    assert timedelta(hours=23) < now() - bare.loaded_until("old", "next")["account"] < timedelta(hours=25)


def test_rejected_rows_of_a_cleared_task_replace_the_earlier_ones(ledger: Ledger) -> None:
    def line(key: str) -> dict[str, str | None]:
        return {"source_key": key, "step": "clean", "field": None, "reason": "required", "message": "é", "raw": "{}"}

    ledger.write_rejected(1, 1, [line("a"), line("A"), line("ä")])
    ledger.write_rejected(1, 2, [line("a")])
    ledger.write_rejected(2, 1, [line("a")])
    ledger.write_rejected(1, 1, [line("b"), line("a")])
    found = [(row.run_no, row.stream_no, row.source_key) for row in rows(ledger, ledger.tables.rejected_row)]
    assert sorted(found) == [(1, 1, "a"), (1, 1, "b"), (1, 2, "a"), (2, 1, "a")]
    ledger.write_rejected(1, 1, [])
    assert len(rows(ledger, ledger.tables.rejected_row)) == 2


def test_reconciliation_is_replaced_per_phase(ledger: Ledger) -> None:
    def lines(*names: str) -> list[dict[str, str | None]]:
        empty = dict.fromkeys(["field", "source_value", "target_value", "difference", "tolerance"])
        return [
            empty | {"validation": "accuracy", "entity": "account", "name": name, "status": "pass"} for name in names
        ]

    ledger.write_reconciliation(1, "sample", lines("a", "b"))
    ledger.write_reconciliation(1, "full", lines("c"))
    ledger.write_reconciliation(1, "sample", lines("d"))
    ledger.write_reconciliation(2, "full", [])
    found = {(row.phase, row.name) for row in rows(ledger, ledger.tables.reconciliation)}
    assert found == {("sample", "d"), ("full", "c")}


def test_a_window_is_kept_to_the_microsecond(ledger: Ledger) -> None:
    ledger.write_watermark(1, 1, (None, None))
    ledger.write_watermark(1, 1, (None, MOMENT))
    (row,) = rows(ledger, ledger.tables.watermark)
    assert (row.window_start, utc(row.window_end)) == (None, MOMENT)


def test_a_new_run_has_neither_batches_nor_a_backup(ledger: Ledger) -> None:
    assert not ledger.has_batches(1)
    assert not ledger.has_backup(1, 1)
    image = {"run_no": 1, "stream_no": 1, "path": "p", "sha256": "0", "created_at": MOMENT}
    with ledger.engine.begin() as connection:
        connection.execute(ledger.tables.backup.insert().values(rows=0, **image))
    assert not ledger.has_backup(1, 1)
    with ledger.engine.begin() as connection:
        connection.execute(ledger.tables.backup.update().values(rows=1))
    assert ledger.has_backup(1, 1)


TAKE_UP = """
import sys
from crm_migration.extract.dialect import engine_for
from crm_migration.ledger import Ledger
from crm_migration.ledger.lease import lease
ledger = Ledger(engine_for(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
ledger.migrate()
with lease(ledger, "some run", "load") as token:
    print(token, ledger.stream_no("old", "account", "account"))
"""


@pytest.mark.parametrize("engine", ["postgres", "mariadb"])
def test_sources_that_meet_a_new_target_in_the_same_moment_take_turns(
    request: pytest.FixtureRequest, engine: str
) -> None:
    """Every source's schedule may say two o'clock."""
    url = request.getfixturevalue(f"{engine}_url")
    command = [sys.executable, "-c", TAKE_UP, url]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "plugins")}
    pipe = subprocess.PIPE
    others = [
        subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True) for _ in range(2)
    ]
    assert [other.stdout.readline() for other in others] == ["ready\n"] * 2
    for other in others:
        other.stdin.write("go\n")
        other.stdin.flush()
    said = [other.communicate(timeout=60) for other in others]
    assert [error for _, error in said] == ["", ""]
    assert sorted(answer.split() for answer, _ in said) == [["1", "1"], ["2", "1"]]


def test_runs_into_one_target_take_turns(ledger: Ledger) -> None:
    over: set[str] = set()

    def active(run: str) -> bool:
        return run not in over

    assert ledger.take_turn("old/one", active)
    assert ledger.take_turn("old/one", active)
    assert not ledger.take_turn("old/two", active)
    assert not ledger.take_turn("other/one", active)
    over.add("old/one")
    assert ledger.take_turn("other/one", active)
    over.clear()
    assert not ledger.take_turn("old/one", active)


def test_a_turn_that_another_takes_in_the_same_moment_is_not_taken(ledger: Ledger) -> None:
    def quicker(_run: str) -> bool:
        return not ledger.take_turn("old/three", lambda _: False)

    assert ledger.take_turn("old/one", lambda _: False)
    assert not ledger.take_turn("old/two", quicker)
    assert not ledger.take_turn("old/two", lambda _: True)
    assert ledger.take_turn("old/three", lambda _: True)


def test_a_row_waits_until_it_is_loaded_later_than_it_was_rejected_for_want_of_a_parent(ledger: Ledger) -> None:
    stream = ledger.stream_no("old", "contact", "contact")
    runs = [ledger.begin_run("old", run_id, MAPPING) for run_id in ("one", "two")]

    def loaded(key: str, inserted: int, changed: int | None = None) -> dict[str, object]:
        known = {"golden_id": f"old.contact:{key}", "target_id": key, "created": True}
        return {"stream_no": stream, "source_key": key, "inserted_run": inserted, "changed_run": changed, **known}

    def rejected(key: str, reason: str = "missing_parent", field: str = "account_id") -> dict[str, str | None]:
        return {"source_key": key, "step": "load", "field": field, "reason": reason, "message": "", "raw": None}

    waiting = [rejected("new"), rejected("merged", "survivor_rejected"), rejected("change")]
    settled = [rejected("came", "missing_parent"), rejected("changed"), rejected("other", field="owner_id")]
    ledger.write_rejected(runs[0], stream, [*settled, rejected("bad", "required")])
    ledger.write_rejected(runs[1], stream, waiting)
    lines = [loaded("change", runs[0]), loaded("came", runs[1]), loaded("changed", runs[0], runs[1])]
    with ledger.engine.begin() as connection:
        connection.execute(ledger.tables.crosswalk.insert(), lines)
    assert ledger.waiting_keys("old", "contact", ["account_id"]) == ["change", "merged", "new"]
    assert ledger.waiting_keys("old", "contact", []) == ledger.waiting_keys("other", "contact", ["account_id"]) == []

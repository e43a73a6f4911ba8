"""Runs into one target take turns at writing, and whoever died does not keep the others from it."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_migration.errors import FencedOut, TargetUnavailable
from crm_migration.ledger import Ledger
from crm_migration.ledger.lease import Terms, lease
from tests.fencing import take_fence

SHORT = Terms(lease_seconds=2.0, wait_seconds=60.0)
LONG = Terms(lease_seconds=60.0, wait_seconds=60.0)
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def ledger(any_database_url: str) -> Iterator[Ledger]:
    engine = sa.create_engine(any_database_url)
    made = Ledger(engine)
    made.migrate()
    yield made
    engine.dispose()


@pytest.fixture
def start(any_database_url: str) -> Iterator[Start]:
    """Start a process that takes the lease; what is left of it ends with the test."""
    begun = []

    def start_one(run: str, lasts: float, waits: float = 60.0) -> "subprocess.Popen[str]":
        script = str(Path(__file__).with_name("holder.py"))
        process = subprocess.Popen(
            [sys.executable, script, any_database_url, run, str(lasts), str(waits)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "plugins"},
        )  # fmt: skip
        begun.append(process)
        return process

    yield start_one
    for process in begun:
        process.kill()
        process.communicate()


def next_line(process: "subprocess.Popen[str]") -> str:
    return process.stdout.readline().strip()


def go_on(process: "subprocess.Popen[str]") -> str:
    return process.communicate("\n", timeout=60)[0].strip()


def test_another_run_waits_until_the_first_is_done_and_says_for_whom(ledger: Ledger, start: Start) -> None:
    with lease(ledger, "old/one", "load", LONG) as token:
        second = start("other/two", 60.0)
        assert next_line(second) == "waiting for run old/one, which is loading into the same target"
        with ledger.engine.begin() as connection:
            ledger.check_fence(connection, token)
    assert next_line(second) == "held"
    assert go_on(second) == "committed"


def test_the_lease_of_a_run_that_was_killed_ends(ledger: Ledger, start: Start) -> None:
    dead = start("old/one", 2.0)
    assert next_line(dead) == "held"
    dead.kill()
    dead.wait()
    begun = time.monotonic()
    with lease(ledger, "other/two", "load", SHORT):
        assert time.monotonic() - begun < 30


def test_a_zombie_cannot_commit(ledger: Ledger, start: Start) -> None:
    frozen = start("old/one", 2.0)
    assert next_line(frozen) == "held"
    frozen.send_signal(signal.SIGSTOP)
    with lease(ledger, "other/two", "load", SHORT) as token:
        frozen.send_signal(signal.SIGCONT)
        assert go_on(frozen) == "FencedOut"
        with ledger.engine.begin() as connection:
            ledger.check_fence(connection, token)


def test_a_repeated_task_takes_its_own_lease_over_at_once(ledger: Ledger, start: Start) -> None:
    first = start("old/one", 60.0)
    assert next_line(first) == "held"
    with lease(ledger, "old/one", "load", Terms(60.0, 0.0)) as token:
        assert go_on(first) == "FencedOut"
        with ledger.engine.begin() as connection:
            ledger.check_fence(connection, token)


def test_waiting_has_an_end_that_repeats_the_task(ledger: Ledger) -> None:
    impatient = lease(ledger, "other/two", "load", Terms(60.0, 0.1))
    with lease(ledger, "old/one", "load", LONG), pytest.raises(TargetUnavailable, match="found run old/one loading"):
        impatient.__enter__()
    with lease(ledger, "other/two", "load", Terms(60.0, 0.0)):
        pass


def test_a_load_that_takes_longer_than_a_lease_lasts_keeps_it(ledger: Ledger) -> None:
    refused = threading.Event()

    def other() -> None:
        try:
            with lease(ledger, "other/two", "load", Terms(1.0, 2.5)):
                pass
        except TargetUnavailable:
            refused.set()

    with lease(ledger, "old/one", "load", Terms(1.0, 60.0)) as token:
        waiting = threading.Thread(target=other)
        waiting.start()
        while waiting.is_alive():
            # A file database is written by one at a time: there, each batch renews.
            if ledger.engine.dialect.name == "sqlite":
                with ledger.engine.begin() as connection:
                    ledger.check_fence(connection, token)
            waiting.join(0.2)
    assert refused.is_set()


def test_a_fence_that_is_taken_without_a_lease_ends_one(ledger: Ledger) -> None:
    with lease(ledger, "old/one", "load", LONG) as token:
        take_fence(ledger, "by hand")
        with pytest.raises(FencedOut, match="by hand"), ledger.engine.begin() as connection:
            ledger.check_fence(connection, token)
        with lease(ledger, "other/two", "load", Terms(60.0, 0.0)):
            pass

"""Two loads into one target at the same time take turns and both end whole; each tells how far it has got."""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crm_migration.ledger.lease import Terms, lease
from crm_migration.ledger.progress import read_progress
from crm_migration.load.target import SqlTarget
from tests.load.small import Bench, account, contact, make_target, mapping

RUNS = ("one", "two", "three")


@pytest.fixture(params=["postgres", "sqlite"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    url = request.getfixturevalue(f"{request.param}_url")
    make_target(url).dispose()
    made = Bench(url, tmp_path / "staging", mapping())
    yield made
    made.target.close()


def begin(bench: Bench, run: str) -> "subprocess.Popen[str]":
    script = str(Path(__file__).with_name("second_load.py"))
    return subprocess.Popen(
        [sys.executable, script, bench.url, str(bench.root), run],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(["plugins", "."])},
    )


def test_runs_that_load_at_the_same_time_wait_for_each_other(bench: Bench) -> None:
    for run in RUNS:
        rows = [account(f"{run} {number}") for number in range(30)] + [account("shared", f"of {run}")]
        bench.stage(run, "account", rows)
        bench.stage(run, "contact", [contact(f"c {run}", "shared")])
        bench.job(run)
    with lease(bench.target.ledger, "old/before", "a run before", Terms(60.0, 60.0)):
        loads = [begin(bench, run) for run in RUNS]
        for load in loads:
            # Each has come to where it must wait.
            assert "waiting for run old/before" in load.stdout.readline()
    said = [load.communicate(timeout=120)[0] for load in loads]
    assert [load.returncode for load in loads] == [0, 0, 0], said
    assert bench.rows("SELECT count(*) FROM account") == [(91,)]
    assert bench.rows("SELECT count(*), count(account_id) FROM contact") == [(3, 3)]
    outcomes = sorted(bench.outcomes(run, "account")["shared"] for run in RUNS)
    assert outcomes == ["inserted", "updated", "updated"]


def test_progress_is_kept_for_whoever_watches(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(SqlTarget, "batch_rows", 10)
    bench.stage("one", "account", [account(f"a{number}", "x" * (36 + number)) for number in range(25)])
    bench.stage("one", "contact", [])
    with caplog.at_level(logging.INFO, logger="crm_migration.load.progress"):
        bench.load("one")
    accounts, contacts = read_progress(bench.target.ledger, bench.job("one").run_no)
    assert (accounts.phase, accounts.done, accounts.total, accounts.rejected) == ("full", 25, 25, 20)
    assert accounts.rate > 0
    assert accounts.seconds_left == 0
    assert (contacts.done, contacts.total, contacts.rate, contacts.seconds_left) == (0, 0, 0, None)
    told = [record.getMessage() for record in caplog.records if record.name == "crm_migration.load.progress"]
    assert [line.split(" records,")[0] for line in told] == ["account: 10 of 25", "account: 25 of 25"]

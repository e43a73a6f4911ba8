"""The order of a load: every record once, parents before their children, and the same target as by the second pass."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_migration.load.link import link
from crm_migration.load.load import load
from crm_migration.load.pieces import WAVES, Pieces
from crm_migration.staging import open_table
from tests.fencing import take_fence
from tests.load.small import Bench, account, make_target, mapping

PARENTS = "SELECT c.legacy_id, p.legacy_id FROM account c LEFT JOIN account p ON p.id = c.parent_id"


def bench_of(url: str, root: Path, rows: int) -> Bench:
    make_target(url).dispose()
    bench = Bench(url, root, mapping())
    bench.target.batch_rows = rows
    return bench


@settings(max_examples=40, deadline=None)
@given(parents=st.lists(st.none() | st.integers(0, 30), min_size=1, max_size=30), rows=st.integers(1, 12))
def test_every_record_comes_once_and_after_its_parent(parents: list[int | None], rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench = bench_of(f"sqlite:///{folder}/target.sqlite", Path(folder), rows)
        named = {f"a{at}": None if parent is None else f"a{parent}" for at, parent in enumerate(parents)}
        bench.stage("one", "account", [account(key, parent_id=parent) for key, parent in named.items()])
        pieces = list(Pieces.of(bench.job("one"), bench.folder("one"), "account", None).at_most(rows))
        bench.target.close()
    keys = [key for piece in pieces for key in piece["_key"]]
    assert sorted(keys) == sorted(named)
    assert max(piece.height for piece in pieces) <= rows
    if len(named) > rows:
        place = {key: at for at, key in enumerate(keys)}
        early = [key for key in named if depth(named, key) < WAVES - 1]
        assert all(place[named[key]] < place[key] for key in early if named[key] in named and named[key] != key)


def depth(named: dict[str, str | None], key: str) -> int:
    """Return how many parents stand above a record; of one in a circle, more than are gone through."""
    above = 0
    while (parent := named[key]) in named and parent != key and above < WAVES:
        key, above = parent, above + 1
    return above


@pytest.fixture(params=["sqlite", "postgres", "mariadb"])
def bench(request: pytest.FixtureRequest, tmp_path: Path):
    made = bench_of(request.getfixturevalue(f"{request.param}_url"), tmp_path, 2)
    yield made
    made.target.close()


CHAIN = {"a1": "a2", "a2": "a3", "a3": "a4", "a4": None, "a5": "a6", "a6": "a5", "a7": "a7", "a8": "gone", "a9": "b9"}


def stage(bench: Bench, run_id: str) -> None:
    rows = [account(key, parent_id=parent) for key, parent in CHAIN.items()]
    bench.stage(run_id, "account", rows, {"b9": "a4"})
    bench.stage(run_id, "contact", [])


def test_the_second_pass_sets_what_the_order_could_not(bench: Bench) -> None:
    stage(bench, "one")
    job, folder = bench.job("one"), bench.folder("one")
    load(job, folder, "account", "full")
    set_at_once = {child for child, parent in bench.rows(PARENTS) if parent is not None}
    assert {"a2", "a3", "a9"} <= set_at_once
    waiting = open_table(folder, "account", "full_pending").frame()["_golden"]
    assert {f"old.account:{key}" for key in ("a5", "a7")} <= set(waiting)
    assert not set_at_once & {golden.removeprefix("old.account:") for golden in waiting}
    changed = link(bench.job("one"), folder, "account", "full", take_fence(bench.target.ledger, "test"))
    assert changed == len(waiting)
    meant = CHAIN | {"a8": None, "a9": "a4"}
    assert dict(bench.rows(PARENTS)) == meant


def test_a_run_that_changes_nothing_has_nothing_waiting(bench: Bench) -> None:
    stage(bench, "one")
    bench.load("one")
    stage(bench, "two")
    bench.load("two")
    assert set(bench.outcomes("two", "account").values()) == {"unchanged", "merged"}
    assert open_table(bench.folder("two"), "account", "full_pending").rows == 0

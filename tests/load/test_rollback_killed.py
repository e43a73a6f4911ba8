"""A rollback that is killed half way has done nothing, and repeated it restores everything to the byte."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_migration.load.backup import back_up
from crm_migration.load.rollback import roll_back
from tests.load.small import Bench, account, contact, make_target, mapping

OBJECTS = ["account", "contact"]


@pytest.fixture
def bench(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    make_target(any_database_url).dispose()
    made = Bench(any_database_url, tmp_path / "staging", mapping())
    yield made
    made.target.close()


def dump(bench: Bench) -> list[tuple[object, ...]]:
    """Return every row of the target's tables and of the crosswalk, as the database prints it."""
    crosswalk = bench.target.ledger.tables.crosswalk
    lines = []
    with bench.target.engine.connect() as connection:
        for table in [bench.target.table("account"), bench.target.table("contact"), crosswalk]:
            key = sorted(table.primary_key.columns, key=lambda column: column.name)
            lines += [(table.name, *map(repr, row)) for row in connection.execute(sa.select(table).order_by(*key))]
    return lines


def stage_run(bench: Bench, run_id: str, name: str) -> None:
    bench.stage(
        run_id,
        "account",
        [account("a1", name, parent_id="a2"), account("a2", f"{name} 2", revenue=Decimal(5)), account(f"of {run_id}")],
        merged={"a4": "a1"},
    )
    bench.stage(run_id, "contact", [contact("c1", "a1", last_name=name), contact(f"c {run_id}", "a4")])
    for entity in OBJECTS:
        back_up(bench.job(run_id, planned=True), bench.folder(run_id), entity)
    bench.load(run_id)


def killed(bench: Bench, run_id: str, name: str) -> int:
    script = Path(__file__).with_name("killed_rollback.py")
    order = [sys.executable, str(script), bench.url, str(bench.root), run_id, name]
    paths = {"PYTHONPATH": os.pathsep.join(["plugins", "."])}
    return subprocess.run(order, check=False, timeout=120, env={**os.environ, **paths}).returncode


@pytest.mark.parametrize("point", ["_remove", "_close"])
def test_a_rollback_killed_half_way_and_repeated_restores_to_the_byte(bench: Bench, point: str) -> None:
    stage_run(bench, "one", "first")
    before = dump(bench)
    stage_run(bench, "two", "second")
    loaded = dump(bench)
    assert loaded != before
    assert killed(bench, "two", point) == -signal.SIGKILL
    assert dump(bench) == loaded
    undone = roll_back(bench.undo("two"))
    assert {entity: counts["removed"] for entity, counts in undone.counts.items()} == {"account": 1, "contact": 1}
    assert dump(bench) == before

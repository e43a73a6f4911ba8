"""The demo: a legacy CRM migrated end to end on Airflow, and held against the generator's truth.

The first call makes everything and loads it; a further call runs the migration again over the same data, so that
everything is found unchanged.
"""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import polars as pl
from rich.console import Console

from crm_migration.report.console import print_report
from crm_migration.report.read import read_report
from crm_migration.staging import RunFolder, open_table
from demo import legacy, target, truth
from demo.api import AirflowClient
from demo.services import (
    HOME,
    Airflow,
    database,
    start_airflow,
    start_postgres,
    stop_airflow,
    stop_postgres,
    wait_until_healthy,
)

DAG_ID = "legacy_crm"
TARGET_POOL = "crm_target_target_crm"
SHOWN = {"success", "failed", "skipped", "upstream_failed", "up_for_retry"}
OUTCOMES = {"_key": "source_key", "outcome": "outcome", "_golden": "golden_id", "reason": "reason"}
console = Console(highlight=False)
Result = TypeVar("Result")


@dataclass(frozen=True)
class Settings:
    """What the caller chose."""

    contacts: int
    seed: int
    leave: bool


def main() -> int:
    """Run the demo; return 0 when the run was green and the generator's truth was met."""
    settings = _settings()
    started = time.monotonic()
    HOME.mkdir(exist_ok=True)
    try:
        socket_folder = _say("embedded PostgreSQL", start_postgres)
        airflow = _say("Airflow is starting", lambda: start_airflow(socket_folder))
        _say("legacy CRM and target CRM", lambda: _make_data(socket_folder, settings))
        _say("Airflow answers", lambda: wait_until_healthy(airflow))
        good = _migrate(airflow, socket_folder)
    finally:
        if settings.leave:
            stop_airflow()
            stop_postgres()
    console.print(f"\ndemo {'met the truth' if good else 'FAILED'} after {time.monotonic() - started:.0f} s")
    if not settings.leave:
        _print_addresses(airflow)
    return 0 if good else 1


def _settings() -> Settings:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--contacts", type=int, default=10_000, help="size of the legacy CRM (default 10000)")
    parser.add_argument("--seed", type=int, default=7, help="seed of the legacy CRM (default 7)")
    parser.add_argument("--exit", action="store_true", help="stop everything at the end instead of leaving it running")
    chosen = parser.parse_args()
    return Settings(chosen.contacts, chosen.seed, chosen.exit)


def _say(what: str, work: Callable[[], Result]) -> Result:
    started = time.monotonic()
    result = work()
    console.print(f"✓ {what} ({time.monotonic() - started:.1f} s)")
    return result


def _make_data(socket_folder: str, settings: Settings) -> None:
    """Make the two CRMs at the first call; later calls find them."""
    done = HOME / "data.done"
    if done.exists():
        return
    legacy.write(
        database(socket_folder, "legacy_crm"), contacts=settings.contacts, seed=settings.seed, truth_dir=HOME / "truth"
    )
    target.create(database(socket_folder, "target_crm"), database(socket_folder, "legacy_crm"))
    done.write_text("")


def _migrate(airflow: Airflow, socket_folder: str) -> bool:
    client = AirflowClient(airflow)
    client.make_pool(TARGET_POOL)
    client.wait_for_dag(DAG_ID)
    run_id = client.trigger(DAG_ID)
    console.print(f"✓ run {run_id}: {airflow.url}/dags/{DAG_ID}/runs/{run_id}", soft_wrap=True)
    state = _watch(client, run_id)
    folder = RunFolder(str(HOME / "staging"), DAG_ID, run_id)
    made, written = read_report(folder)
    print_report(made)
    console.print(f"report: file://{written['html']}", soft_wrap=True)
    violations = truth.verify(HOME / "truth", database(socket_folder, "target_crm"), _outcomes(folder))
    for violation in violations[:20]:
        console.print(f"truth violated: {violation}", style="red", markup=False)
    console.print(f"truth of the generator: {f'{len(violations)} violations' if violations else 'met'}")
    return state == "success" and not violations


def _watch(client: AirflowClient, run_id: str) -> str:
    """Print each task as it ends; return the run's last state."""
    state, seen = "queued", set[tuple[str, str]]()
    for current, tasks in client.watch(DAG_ID, run_id):
        state = current
        for task_id, task_state in tasks.items():
            if task_state in SHOWN and (task_id, task_state) not in seen:
                seen.add((task_id, task_state))
                console.print(f"  {len(seen):>2}/{len(tasks)} {task_id}: {task_state}")
    return state


def _outcomes(folder: RunFolder) -> pl.DataFrame:
    """Return what became of each row of each entity."""
    frames = [
        open_table(folder, entity, "outcome")
        .frame(list(OUTCOMES))
        .rename(OUTCOMES)
        .with_columns(pl.lit(entity).alias("entity"))
        for entity in truth.ENTITIES
    ]
    return pl.concat(frames)


def _print_addresses(airflow: Airflow) -> None:
    console.print(
        f"\nAirflow is left running: {airflow.url} (user {airflow.user}, password {airflow.password})\n"
        "make demo again for an incremental run; make demo-stop stops everything",
        soft_wrap=True,
    )


if __name__ == "__main__":
    sys.exit(main())

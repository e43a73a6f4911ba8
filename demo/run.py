"""The demo: a legacy CRM, a web site's files and a partner's workbook migrated on Airflow into one CRM.

What the target then holds is compared with the generator's truth. The first call makes everything and loads it; a
further call runs the migrations again over the same data, so that everything is found unchanged.
"""

import argparse
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TypeVar

import polars as pl
from rich.console import Console

from crm_migration.report.console import print_report
from crm_migration.report.read import read_report
from crm_migration.staging import RunFolder, open_table
from demo import documents, legacy, target, truth
from demo.api import AirflowClient
from demo.monitor import monitor_address
from demo.services import (
    FILES,
    GOOGLE,
    HOME,
    Airflow,
    database,
    google_connection,
    start_airflow,
    start_postgres,
    stop_airflow,
    stop_postgres,
    wait_until_healthy,
)

DAG_ID = "legacy_crm"
GOOGLE_DAGS = ("sales_sheet", "sales_drive")
DAGS = (DAG_ID, documents.DROP_SOURCE, documents.WORKBOOK_SOURCE, *GOOGLE_DAGS)
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
    for name in (documents.PARTNERS, documents.WEB):
        (FILES / name).mkdir(parents=True, exist_ok=True)
    try:
        socket_folder = _say("embedded PostgreSQL", start_postgres)
        airflow = _say("Airflow is starting", lambda: start_airflow(socket_folder))
        _say("legacy CRM and target CRM", lambda: _make_data(socket_folder, settings))
        _say("Airflow answers", lambda: wait_until_healthy(airflow))
        good = _migrate(airflow, socket_folder, settings.seed)
        monitor = _say("the monitor shows every source", lambda: _seen_monitor(airflow))
    finally:
        if settings.leave:
            stop_airflow()
            stop_postgres()
    console.print(f"\ndemo {'met the truth' if good else 'FAILED'} after {time.monotonic() - started:.0f} s")
    if not settings.leave:
        _print_addresses(airflow, monitor)
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


def _migrate(airflow: Airflow, socket_folder: str, seed: int) -> bool:
    client = AirflowClient(airflow)
    client.make_pool(TARGET_POOL)
    for dag_id in DAGS:
        client.wait_for_dag(dag_id)
    good = _carry_out(airflow, client, DAG_ID, client.trigger(DAG_ID))
    folder = RunFolder(str(HOME / "staging"), DAG_ID, client.last_run(DAG_ID) or "")
    others = documents.keys(HOME / "truth")
    good &= _met(truth.verify(HOME / "truth", database(socket_folder, "target_crm"), _outcomes(folder), others))
    _leave_files(socket_folder, seed)
    good &= _migrate_documents(airflow, client, socket_folder)
    if google_connection():
        for dag_id in GOOGLE_DAGS:
            good &= _carry_out(airflow, client, dag_id, client.trigger(dag_id))
    else:
        console.print(f"– {' and '.join(GOOGLE_DAGS)}: left out, {GOOGLE} is not set")
    return good


def _seen_monitor(airflow: Airflow) -> str:
    with closing(AirflowClient(airflow)) as client:
        return monitor_address(client, DAGS)


def _leave_files(socket_folder: str, seed: int) -> None:
    """Have the web site and the partner leave their files, at the first call."""
    if not (HOME / "truth" / documents.TRUTH).exists():
        legacy_crm = database(socket_folder, "legacy_crm")
        _say("files arrive", lambda: documents.write(legacy_crm, HOME / "truth", FILES, seed))


def _migrate_documents(airflow: Airflow, client: AirflowClient, socket_folder: str) -> bool:
    """Load the files: those of the web site start their first run by themselves."""
    drop, workbook = documents.DROP_SOURCE, documents.WORKBOOK_SOURCE
    started = client.last_run(drop) is not None
    good = _carry_out(airflow, client, drop, client.trigger(drop) if started else client.wait_for_run(drop))
    good &= _carry_out(airflow, client, workbook, client.trigger(workbook))
    return good & _met(documents.verify(HOME / "truth", database(socket_folder, "target_crm"), [drop, workbook]))


def _carry_out(airflow: Airflow, client: AirflowClient, dag_id: str, run_id: str) -> bool:
    """Watch a run to its end and print its report; return whether it went well."""
    console.print(f"✓ run {run_id}: {airflow.url}/dags/{dag_id}/runs/{run_id}", soft_wrap=True)
    state = _watch(client, dag_id, run_id)
    made, written = read_report(RunFolder(str(HOME / "staging"), dag_id, run_id))
    print_report(made)
    console.print(f"report: file://{written['html']}", soft_wrap=True)
    return state == "success"


def _met(violations: list[str]) -> bool:
    for violation in violations[:20]:
        console.print(f"truth violated: {violation}", style="red", markup=False)
    console.print(f"truth of the generator: {f'{len(violations)} violations' if violations else 'met'}")
    return not violations


def _watch(client: AirflowClient, dag_id: str, run_id: str) -> str:
    """Print each task as it ends; return the run's last state."""
    state, seen = "queued", set[tuple[str, str]]()
    for current, tasks in client.watch(dag_id, run_id):
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


def _print_addresses(airflow: Airflow, monitor: str) -> None:
    console.print(
        f"\nAirflow is left running: {airflow.url} (user {airflow.user}, password {airflow.password})\n"
        f"where every row went: {monitor}\n"
        "make demo again for an incremental run; make demo-stop stops everything",
        soft_wrap=True,
    )


if __name__ == "__main__":
    sys.exit(main())

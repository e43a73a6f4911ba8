"""A real scheduler: five failed daily windows are backfilled, and files start runs when they have arrived."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from crm_migration.report.read import read_report
from crm_migration.staging import RunFolder, open_table
from demo import monitor
from demo.api import AirflowClient
from demo.services import Airflow
from tests.dags.project import add_migration, add_monitor
from tests.end_to_end import days
from tests.end_to_end.live import PASSWORD, USER, LiveAirflow, live_airflow
from tests.end_to_end.test_any_order import run_day_by_day
from tests.servers import fresh_database

pytestmark = [pytest.mark.xdist_group("scheduler"), pytest.mark.timeout(900)]

UNTIL = days.window(days.DAYS - 1).end.isoformat()
RANGE = {"from_date": days.FIRST.isoformat(), "to_date": days.LAST.isoformat()}
BACKFILLED = ("by_command", "by_rest")
DROP = """\
version: "1"
source: {name: drop, kind: files, connection: drop_files, settle_seconds: 3}
target: {name: drop, connection: drop_target}
schedule: on_arrival
sample: {minimum: 1}
entities:
  contact:
    file: "*.csv"
    key: id
    target: {object: contact, external_id: legacy_id}
    fields:
      legacy_id: {from: id, kind: text, required: true}
      last_name: {from: last, kind: name, required: true, max_length: 40}
"""


@dataclass(frozen=True)
class Scene:
    """A running Airflow with three migrations, whose sources lie in `folder`, and the URLs of their targets."""

    airflow: LiveAirflow
    folder: Path
    targets: dict[str, str]

    def report(self, source: str, run_id: str) -> str:
        """Return the verdict of a run's report."""
        return read_report(RunFolder(str(self.folder / "staging"), source, run_id))[0].verdict.state


@pytest.fixture(scope="module")
def scene(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    home = tmp_path_factory.mktemp("scheduler")
    (home / "drop").mkdir()
    environment = {"CRM_MIGRATION_TURN_SECONDS": "15"}
    targets = {}
    with ExitStack() as stack:
        for name in (*BACKFILLED, "drop"):
            add_migration(home, name).write_text(DROP if name == "drop" else days.MAPPING.format(name=name))
            targets[name] = stack.enter_context(fresh_database(postgres_server))
            days.make_target(targets[name])
            environment[f"AIRFLOW_CONN_{name.upper()}_TARGET"] = targets[name].replace("postgresql+psycopg", "postgres")
            environment[f"AIRFLOW_CONN_{name.upper()}_SOURCE"] = f"sqlite:///{home / name}.sqlite"
        add_monitor(home)
        environment["AIRFLOW_CONN_DROP_FILES"] = json.dumps({"conn_type": "fs", "extra": {"path": str(home / "drop")}})
        database = stack.enter_context(fresh_database(postgres_server))
        airflow = stack.enter_context(live_airflow(home, database, environment))
        for name in targets:
            airflow.post("pools", name=f"crm_target_{name}", slots=1)
            airflow.unpause(name)
        yield Scene(airflow, home, targets)


def failed_days(scene: Scene) -> dict[str, list[str]]:
    """Have every daily run of both migrations fail, their source being away; return their ids.

    The last of them is made by the schedule, as soon as the DAG is no longer paused.
    """
    for name in BACKFILLED:
        scene.airflow.post("backfills", dag_id=name, **RANGE, max_active_runs=days.DAYS)
    return {name: scene.airflow.ended(name, "failed", days.DAYS, until=UNTIL) for name in BACKFILLED}


def backfill_by_command(airflow: LiveAirflow) -> None:
    """Start the failed runs again over the command line, the last day first."""
    first, last = days.FIRST.date().isoformat(), days.LAST.date().isoformat()
    wanted = ["--from-date", first, "--to-date", last, "--reprocess-behavior", "failed", "--run-backwards"]
    airflow.command("backfill", "create", "--dag-id", "by_command", *wanted, "--max-active-runs", "1")


def backfill_by_rest(airflow: LiveAirflow, first: str) -> None:
    """Have all but the first run backfilled over REST, two at a time, and clear that one meanwhile."""
    later = RANGE | {"from_date": days.window(1).start.isoformat()}
    airflow.post("backfills", dag_id="by_rest", **later, reprocess_behavior="failed", max_active_runs=2)
    options = {"dry_run": False, "only_failed": True, "include_downstream": True, "reset_dag_runs": True}
    airflow.post("dags/by_rest/clearTaskInstances", dag_run_id=first, **options)


def test_five_failed_windows_backfilled_in_any_order_make_the_target_of_five_undisturbed_runs(
    scene: Scene, postgres_url: str, tmp_path: Path
) -> None:
    failed = failed_days(scene)
    for name in BACKFILLED:
        days.make_source(scene.folder / f"{name}.sqlite")
    undisturbed = run_day_by_day(tmp_path, postgres_url)
    for name in BACKFILLED:
        scene.airflow.until(lambda name=name: scene.airflow.backfills_are_over(name))
    backfill_by_rest(scene.airflow, failed["by_rest"][0])
    backfill_by_command(scene.airflow)
    for name in BACKFILLED:
        assert scene.airflow.ended(name, "success", days.DAYS, until=UNTIL) == failed[name]
        assert [scene.report(name, run_id) for run_id in failed[name]] == ["green"] * days.DAYS
        assert days.statuses(scene.targets[name]) == ["green"] * days.DAYS
        assert days.content(scene.targets[name]) == undisturbed


def write(file: Path, first: int, last: int, pause: float = 0) -> None:
    """Append a line for each number, with a pause after each."""
    with file.open("a") as lines:
        for number in range(first, last):
            lines.write(f"{file.stem}{number},Name {number}\n" if number else "id,last\n")
            lines.flush()
            time.sleep(pause)


def documents(scene: Scene, run_id: str) -> list[str]:
    """Return the names of the files that a run has read."""
    facts = open_table(RunFolder(str(scene.folder / "staging"), "drop", run_id), "contact", "extract").facts
    return [document["name"] for document in facts["documents"]]


def test_a_file_starts_one_run_once_it_is_whole_and_the_next_file_another(scene: Scene) -> None:
    drop = scene.folder / "drop"
    assert scene.airflow.runs("drop") == []
    write(drop / "a.csv", 0, 20, pause=1)
    assert scene.airflow.runs("drop") == []
    (first,) = scene.airflow.ended("drop", "success", 1)
    assert documents(scene, first) == ["a.csv"]
    assert len(days.content(scene.targets["drop"])["crosswalk"]) == 19

    write(drop / "b.csv", 0, 4)
    second = scene.airflow.ended("drop", "success", 2)[1]
    assert documents(scene, second) == ["b.csv"]
    assert len(days.content(scene.targets["drop"])["crosswalk"]) == 22
    time.sleep(15)
    assert [run_id for run_id, _ in scene.airflow.runs("drop")] == [first, second]


def test_the_address_that_the_demo_prints_leads_to_the_sources(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    url = str(scene.airflow.http.base_url).rstrip("/")
    with closing(AirflowClient(Airflow(url, USER, PASSWORD, pid=0))) as client:
        assert monitor.monitor_address(client, scene.targets) == f"{url}/plugin/crm"
        with pytest.raises(RuntimeError, match=r"every source on /crm/, did not find nobody"):
            monitor.monitor_address(client, ["nobody"])
        with pytest.raises(RuntimeError, match=r"/crm/nowhere, found status 404"):
            client.page("/crm/nowhere")
        monkeypatch.setattr(monitor, "ROUTE", "elsewhere")
        with pytest.raises(RuntimeError, match=r"'elsewhere' in Airflow's menu, found crm, crm-run, crm-source"):
            monitor.monitor_address(client, scene.targets)

"""A real Airflow for the tests: scheduler, DAG processor, triggerer and API as processes, over REST and the CLI."""

import json
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil
import sqlalchemy as sa

from tests.dags.project import ROOT, settings
from tests.servers import dismiss, watch

START_SECONDS = 240
PATIENCE_SECONDS = 600
STOP_SECONDS = 20
LOOK_SECONDS = 0.5
PRELOAD = "airflow.sdk.execution_time.task_runner,crm_migration.pipeline,great_expectations"
USER, PASSWORD = "admin", "admin-of-the-tests"
RESTARTS = 3
# `airflow standalone` finds this before Airflow's own command. It does what a service manager does for a scheduler,
# which may end by itself: where the DAG processor writes down when a DAG's next run is due while the scheduler makes
# that very run, it makes it again, and the database refuses the second one. Reading the DAG files less often would
# make that rarer, but only the reading after a DAG is no longer paused has the triggerer watch the files it waits for.
SERVICE = """\
#!/bin/sh
left={restarts}
while [ "$1" = scheduler ] && [ "$left" -gt 0 ]; do
  {airflow} "$@" && exit
  echo "the scheduler has ended with code $?; it is started again, $left times at most"
  left=$((left - 1))
done
exec {airflow} "$@"
"""


@dataclass(frozen=True)
class LiveAirflow:
    """A running Airflow: a client that is logged in, and the environment of its command line."""

    http: httpx.Client
    environment: dict[str, str]

    def get(self, path: str, **parameters: str | int) -> Any:
        """Return the answer of the REST API."""
        return self.http.get(f"/api/v2/{path}", params=parameters).raise_for_status().json()

    def post(self, path: str, **body: Any) -> Any:
        """Return the answer of the REST API."""
        answer = self.http.post(f"/api/v2/{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def command(self, *words: str) -> None:
        """Run a command of Airflow's own command line, which must go well."""
        line = [sys.executable, "-m", "airflow", *words]
        ran = subprocess.run(line, check=False, capture_output=True, text=True, env=self.environment, cwd=ROOT)
        assert ran.returncode == 0, ran.stdout + ran.stderr

    def unpause(self, dag_id: str) -> None:
        """Wait until Airflow knows the DAG, and unpause it."""
        self.until(lambda: self.http.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": False}).is_success)

    def runs(self, dag_id: str, until: str = "9999-01-01T00:00:00Z") -> list[tuple[str, str]]:
        """Return the ids and states of the runs that stand for a time up to `until`, in that order."""
        found = self.get(f"dags/{dag_id}/dagRuns", limit=100, order_by="run_after", run_after_lte=until)["dag_runs"]
        return [(run["dag_run_id"], run["state"]) for run in found]

    def ended(self, dag_id: str, state: str, count: int, **until: str) -> list[str]:
        """Wait until there are `count` such runs, all over; they must be in `state`. Return their ids."""
        over = {"success", "failed"}

        def all_over() -> bool:
            states = [found for _, found in self.runs(dag_id, **until)]
            return len(states) == count and over.issuperset(states)

        self.until(all_over)
        runs = self.runs(dag_id, **until)
        assert {found for _, found in runs} == {state}, self.failures(dag_id)
        return [run_id for run_id, _ in runs]

    def backfills_are_over(self, dag_id: str) -> bool:
        """Return whether Airflow counts no backfill of the DAG as running, which it notices twice a minute."""
        return all(backfill["completed_at"] for backfill in self.get("backfills", dag_id=dag_id)["backfills"])

    def failures(self, dag_id: str) -> list[str]:
        """Return the tasks that failed, for whoever reads why a test did."""
        found = self.get(f"dags/{dag_id}/dagRuns/~/taskInstances", state="failed", limit=100)["task_instances"]
        return [f"{task['dag_run_id']} {task['task_id']}" for task in found]

    def until(self, holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        """Look every half second until something holds."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"did not happen within {seconds} s"
            time.sleep(LOOK_SECONDS)


@contextmanager
def live_airflow(home: Path, database: str, environment: dict[str, str]) -> Iterator[LiveAirflow]:
    """Run an Airflow whose DAGs lie in `home` and whose own database is an empty PostgreSQL's."""
    port = _free_port()
    told = _kept() | settings(home) | _settings(home, port) | _databases(database) | environment
    (home / "passwords.json").write_text(json.dumps({USER: PASSWORD}))
    _write_service(home / "bin/airflow")
    with (home / "airflow.log").open("wb") as log:
        line = [sys.executable, "-m", "airflow", "standalone"]
        process = subprocess.Popen(
            line, env=told, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
        )
    guard = watch(f"kill -KILL -{process.pid}")
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:
            live = LiveAirflow(http, told)
            live.until(lambda: process.poll() is not None or _healthy(http), START_SECONDS)
            assert process.poll() is None, (home / "airflow.log").read_text()[-4000:]
            answer = http.post("/auth/token", json={"username": USER, "password": PASSWORD})
            http.headers["Authorization"] = f"Bearer {answer.raise_for_status().json()['access_token']}"
            yield live
    finally:
        _stop(process)
        dismiss(guard)


def _write_service(file: Path) -> None:
    file.parent.mkdir()
    airflow = shlex.quote(str(Path(sys.executable).parent / "airflow"))
    file.write_text(SERVICE.format(restarts=RESTARTS, airflow=airflow))
    file.chmod(0o755)


def _kept() -> dict[str, str]:
    mine = ("AIRFLOW_", "CRM_MIGRATION_", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(mine)}


def _settings(home: Path, port: int) -> dict[str, str]:
    return {
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        # Tasks fork from a process that has imported what they need: more than half of a small task's time.
        "AIRFLOW__CORE__MP_START_METHOD": "forkserver",
        "AIRFLOW__CORE__MP_FORKSERVER_PRELOAD": PRELOAD,
        # A busy machine is no reason to fail, nor to wait for five minutes until a task is tried again.
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "5",
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(_free_port()),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(_free_port()),
        "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
        "AIRFLOW__TRIGGERER__JOB_HEARTBEAT_SEC": "1",
        "CRM_MIGRATION_STAGING": str(home / "staging"),
        "PYTHONPATH": str(ROOT / "plugins"),
        "PATH": os.pathsep.join([str(home / "bin"), str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }


def _databases(url: str) -> dict[str, str]:
    parts = sa.make_url(url)
    drivers = {"SQL_ALCHEMY_CONN": "psycopg2", "SQL_ALCHEMY_CONN_ASYNC": "asyncpg"}
    return {
        f"AIRFLOW__DATABASE__{name}": parts.set(drivername=f"postgresql+{driver}").render_as_string(hide_password=False)
        for name, driver in drivers.items()
    }


def _healthy(http: httpx.Client) -> bool:
    try:
        answer = http.get("/api/v2/monitor/health", timeout=5).json()
    except (httpx.HTTPError, ValueError):
        return False
    parts = ("scheduler", "dag_processor", "triggerer", "metadatabase")
    return all(answer.get(part, {}).get("status") == "healthy" for part in parts)


def _stop(leader: "subprocess.Popen[bytes]") -> None:
    """End Airflow with every process of its tree and its session."""
    members = [process for process in psutil.process_iter() if _belongs(process, leader.pid)]
    for process in members:
        _end(process, process.terminate)
    _gone, alive = psutil.wait_procs(members, timeout=STOP_SECONDS)
    for process in alive:
        _end(process, process.kill)
    psutil.wait_procs(alive, timeout=STOP_SECONDS)
    leader.wait(STOP_SECONDS)


def _end(process: psutil.Process, how: Callable[[], None]) -> None:
    try:
        how()
    except psutil.NoSuchProcess:
        return


def _belongs(process: psutil.Process, leader: int) -> bool:
    try:
        return leader in (process.pid, os.getsid(process.pid), *(parent.pid for parent in process.parents()))
    except (ProcessLookupError, psutil.NoSuchProcess, PermissionError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

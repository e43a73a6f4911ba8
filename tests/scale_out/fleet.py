"""The services of docker-compose.yaml as processes of this machine, each with the command that the file gives it."""

import os
import re
import secrets
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psutil
import sqlalchemy as sa
import yaml

from tests.dags.project import ROOT
from tests.end_to_end.live import LiveAirflow
from tests.servers import dismiss, free_port, program, watch

COMPOSE = yaml.safe_load((ROOT / "docker-compose.yaml").read_text(encoding="utf-8"))
VARIABLE = re.compile(r"\$\{(\w+):[-?]([^${}]*)\}")
WORKLOAD = re.compile(r"Executing workload in Celery: .*?\bid=UUID\('([0-9a-f-]{36})'\)")
BUCKET, REGION = "migration", "us-east-1"
WORKERS = ("first", "second")
START_SECONDS = 300
USER = "admin"

# A worker that is lost is noticed within seconds, and what it did is tried again at once.
IN_A_HURRY = {
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "25",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
    "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
    "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY": "5",
    "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": "60",
    "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
    "AIRFLOW__CELERY__WORKER_CONCURRENCY": "1",
    "CRM_MIGRATION_SCHEDULES": "off",
}


@dataclass
class Fleet:
    """What runs: Airflow's services by name, each the leader of its own session."""

    home: Path
    environment: dict[str, str]
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    guards: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self, name: str, command: str, **changes: str) -> None:
        """Start a service with Airflow's command line, and have it end with this process."""
        line = [sys.executable, "-m", "airflow", *shlex.split(command)]
        home = self.home / name
        home.mkdir(exist_ok=True)
        settings = self.environment | {"AIRFLOW_HOME": str(home)} | changes
        with (self.home / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                line, env=settings, cwd=ROOT, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True
            )
        self.guards.append(watch(f"kill -KILL -{self.processes[name].pid}"))

    def worker_of(self, pid: int) -> str:
        """Return the worker under whom a process runs."""
        above = {process.pid for process in psutil.Process(pid).parents()}
        return next(name for name in WORKERS if self.processes[name].pid in above)

    def carried_out(self, name: str) -> set[str]:
        """Return the ids of the tasks that a worker says it has been given."""
        return set(WORKLOAD.findall((self.home / f"{name}.log").read_text(encoding="utf-8", errors="replace")))

    def kill(self, name: str) -> None:
        """End a service with all its processes as a machine ends that loses its power."""
        for process in tree(self.processes[name].pid):
            end(process, process.kill)
        self.processes[name].wait()


def tree(leader: int) -> list[psutil.Process]:
    """Return a process and all below it."""
    try:
        process = psutil.Process(leader)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def end(process: psutil.Process, how: Callable[[], None]) -> None:
    """Signal a process that may be gone."""
    try:
        how()
    except psutil.NoSuchProcess:
        return


@contextmanager
def redis(folder: Path) -> Iterator[str]:
    """Run Redis behind a password; yield its URL."""
    port, password = free_port(), secrets.token_urlsafe(12)
    settings = f"requirepass {password}\nport {port}\nbind 127.0.0.1\nsave ''\nappendonly no\ndir {folder}\n"
    with served([program("redis-server"), "-"], settings.encode()):
        yield f"redis://:{password}@127.0.0.1:{port}/0"


@contextmanager
def object_storage() -> Iterator[dict[str, str]]:
    """Run a server that speaks S3; yield the environment that leads to a bucket of it."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with served([sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]):
        until(lambda: _answers(address))
        httpx.put(f"{address}/{BUCKET}").raise_for_status()
        yield {
            "AWS_ENDPOINT_URL": address,
            "AWS_ACCESS_KEY_ID": "staging",
            "AWS_SECRET_ACCESS_KEY": secrets.token_urlsafe(12),
            "AWS_DEFAULT_REGION": REGION,
            "CRM_MIGRATION_STAGING": f"s3://{BUCKET}/staging",
        }


@contextmanager
def served(line: list[str], told: bytes = b"") -> Iterator[None]:
    """Run a server that reads `told`, until the block ends or this process does."""
    process = subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert process.stdin is not None
    process.stdin.write(told)
    process.stdin.close()
    guard = watch(f"kill {process.pid}")
    try:
        yield
    finally:
        dismiss(guard)
        process.terminate()
        process.wait(START_SECONDS)


def until(holds: Callable[[], bool], seconds: float = START_SECONDS) -> None:
    """Look four times a second until something holds."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"did not happen within {seconds} s"
        time.sleep(0.25)


def _answers(address: str) -> bool:
    try:
        return httpx.get(address, timeout=5).status_code > 0
    except httpx.HTTPError:
        return False


def _environment(home: Path, port: int, metadata: str, broker: str) -> dict[str, str]:
    """Return what docker-compose.yaml sets, its services' addresses and folders being those of this machine."""
    values = {"AIRFLOW_PORT": str(port), "AIRFLOW_PARALLELISM": "4"}
    secret = dict.fromkeys(("AIRFLOW_API_SECRET_KEY", "AIRFLOW_JWT_SECRET"), secrets.token_urlsafe(32))
    values |= secret | {"AIRFLOW_FERNET_KEY": "", "POSTGRES_PASSWORD": "", "REDIS_PASSWORD": ""}
    said = {
        name: VARIABLE.sub(lambda found: values.get(found[1], found[2]), text)
        for name, text in COMPOSE["x-airflow-environment"].items()
    }
    said = {name: text.replace("/opt/airflow", str(home)) for name, text in said.items()}
    said["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"] = f"http://127.0.0.1:{port}/execution/"
    said["AIRFLOW__API__BASE_URL"] = f"http://127.0.0.1:{port}"
    said["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] = _driven(metadata, "postgresql+psycopg2")
    said["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC"] = _driven(metadata, "postgresql+asyncpg")
    said["AIRFLOW__CELERY__RESULT_BACKEND"] = f"db+{_driven(metadata, 'postgresql+psycopg2')}"
    said["AIRFLOW__CELERY__BROKER_URL"] = broker
    return said


def _driven(url: str, driver: str) -> str:
    return sa.make_url(url).set(drivername=driver).render_as_string(hide_password=False)


@contextmanager
def airflow_of(
    home: Path, metadata: str, connections: dict[str, str], dags: Path
) -> Iterator[tuple[Fleet, LiveAirflow]]:
    """Run every service of docker-compose.yaml with two workers; yield them and a client that is logged in."""
    port, password = free_port(), secrets.token_urlsafe(12)
    with ExitStack() as servers:
        storage = servers.enter_context(object_storage())
        broker = servers.enter_context(redis(home))
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        kept["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
        own = {
            "AIRFLOW__CORE__DAGS_FOLDER": str(dags),
            "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
            "AIRFLOW__API__PORT": str(port),
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW_ADMIN_PASSWORD": password,
            "PYTHONPATH": str(ROOT / "plugins"),
        }
        fleet = Fleet(
            home, kept | _environment(home, port, metadata, broker) | IN_A_HURRY | storage | connections | own
        )
        servers.callback(_stop, fleet)
        _begin(fleet)
        http = servers.enter_context(httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60))
        yield fleet, _logged_in(http, fleet, password)


def _begin(fleet: Fleet) -> None:
    """Carry out `init`, then start what stays."""
    (fleet.home / "auth").mkdir()
    (fleet.home / "plugins").mkdir()
    init = COMPOSE["services"]["init"]["command"]
    subprocess.run(init, check=True, capture_output=True, env=fleet.environment, cwd=ROOT)
    for name in ("api-server", "scheduler", "dag-processor", "triggerer"):
        logs = {"AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port())}
        fleet.start(name, COMPOSE["services"][name]["command"], **logs)
    for name in WORKERS:
        command = f"{COMPOSE['services']['worker']['command']} --celery-hostname {name}@%h"
        fleet.start(name, command, AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT=str(free_port()))


def _logged_in(http: httpx.Client, fleet: Fleet, password: str) -> LiveAirflow:
    until(lambda: _login(http, password))
    live = LiveAirflow(http, fleet.environment)
    parts = ("metadatabase", "scheduler", "triggerer", "dag_processor")
    live.until(lambda: all(live.get("monitor/health")[part]["status"] == "healthy" for part in parts), START_SECONDS)
    return live


def _login(http: httpx.Client, password: str) -> bool:
    try:
        answer = http.post("/auth/token", json={"username": USER, "password": password})
    except httpx.HTTPError:
        return False
    if answer.is_success:
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return answer.is_success


def _stop(fleet: Fleet) -> None:
    for guard in fleet.guards:
        dismiss(guard)
    members = [process for service in fleet.processes.values() for process in tree(service.pid)]
    for process in members:
        end(process, process.terminate)
    _gone, alive = psutil.wait_procs(members, timeout=20)
    for process in alive:
        end(process, process.kill)
    for service in fleet.processes.values():
        service.wait(START_SECONDS)

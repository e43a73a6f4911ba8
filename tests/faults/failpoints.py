"""A fault that a test programs: at which call of which function of the product, and what happens there.

It is set by patching in the process that carries out the step; the product itself knows nothing of it.
"""

import gc
import itertools
import os
import pkgutil
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pymysql
import sqlalchemy as sa
from httpcore._backends.sync import SyncStream


@dataclass(frozen=True)
class Fault:
    """`action` at the `call`th call of the function `at`, `before` it or `after` it has done its work.

    kill: this process dies as when memory runs out. lose: the driver reports a lost connection, or the client of an
    interface that nothing was answered. close: every open connection is cut, and the driver finds out by itself. sleep:
    the process waits for `seconds`, to be frozen.
    Whatever it is, the file `mark` is made first, so that the test knows that it has come to it.
    """

    at: str
    when: str = "after"
    call: int = 1
    action: str = "kill"
    seconds: float = 0
    mark: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return what `install` takes in the other process."""
        return asdict(self)


def install(fault: Fault, dialect: str) -> None:
    """Have the fault happen in this process; every module that has imported the function by name is patched too."""
    owner_name, _, name = fault.at.rpartition(".")
    owner = pkgutil.resolve_name(owner_name)
    original = getattr(owner, name)
    replaced = _struck(original, fault, ACTIONS[fault.action], dialect)
    setattr(owner, name, replaced)
    for module in [found for found in sys.modules.values() if found.__name__.startswith("crm_migration.")]:
        for imported in [key for key, value in vars(module).items() if value is original]:
            setattr(module, imported, replaced)


def _struck(
    function: Callable[..., Any], fault: Fault, action: Callable[[Fault, str], None], dialect: str
) -> Callable[..., Any]:
    numbers = itertools.count(1)

    def strike() -> None:
        if fault.mark:
            Path(fault.mark).touch()
        action(fault, dialect)

    def called(*given: Any, **named: Any) -> Any:
        here = next(numbers) == fault.call
        if here and fault.when == "before":
            strike()
        result = function(*given, **named)
        if here and fault.when == "after":
            strike()
        return result

    return called


def _kill(_fault: Fault, _dialect: str) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)


def _sleep(fault: Fault, _dialect: str) -> None:
    time.sleep(fault.seconds)


def _lose(fault: Fault, dialect: str) -> None:
    if ".fxiaoke." in fault.at:
        raise httpx.ReadError("the connection was lost")
    errors: dict[str, Exception] = {
        "postgresql": psycopg.OperationalError("server closed the connection unexpectedly"),
        "mysql": pymysql.err.OperationalError(2013, "Lost connection to MySQL server during query"),
        "sqlite": sqlite3.OperationalError("disk I/O error"),
    }
    raise sa.exc.OperationalError("the statement", {}, errors[dialect])


def _close(_fault: Fault, _dialect: str) -> None:
    for found in gc.get_objects():
        if isinstance(found, psycopg.Connection) and not found.closed:
            _cut(socket.socket(fileno=os.dup(found.fileno())))
        elif isinstance(found, pymysql.connections.Connection | SyncStream) and found._sock is not None:
            _cut(found._sock)


def _cut(link: socket.socket) -> None:
    try:
        link.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


ACTIONS: dict[str, Callable[[Fault, str], None]] = {"kill": _kill, "lose": _lose, "close": _close, "sleep": _sleep}

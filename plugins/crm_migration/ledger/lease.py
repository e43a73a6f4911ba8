"""Runs into one target take turns at writing: a lease that its holder renews, and that a dead holder loses.

A run takes its own lease over at once, as a cleared task must; another run waits. Whoever lost the lease is stopped
by the fencing token at its next commit.
"""

import logging
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import sqlalchemy as sa

from crm_migration.errors import TargetUnavailable
from crm_migration.ledger.clock import renew, seconds
from crm_migration.ledger.ledger import LOAD_SCOPE, Ledger

logger = logging.getLogger(__name__)

LEASE_SECONDS = float(os.environ.get("CRM_MIGRATION_LEASE_SECONDS", "60"))
WAIT_SECONDS = float(os.environ.get("CRM_MIGRATION_LEASE_WAIT_SECONDS", "3600"))
POLL_SECONDS, TOLD_EVERY = 1.0, 30.0


@dataclass(frozen=True)
class Terms:
    """How long a lease lasts that nobody renews, and how long to wait for that of another run."""

    lease_seconds: float = LEASE_SECONDS
    wait_seconds: float = WAIT_SECONDS


@contextmanager
def lease(ledger: Ledger, run: str, holder: str, terms: Terms | None = None) -> Iterator[int]:
    """Hold the target's lease in the name of `run` for the block; yield the fencing token to commit under.

    Raises:
        TargetUnavailable: another run has held it all the time that may be waited.
    """
    agreed = terms or Terms()
    token = _await(ledger, run, holder, agreed)
    with _renewed(ledger, token, agreed.lease_seconds):
        try:
            yield token
        finally:
            # A lease that cannot be given back ends by itself.
            with suppress(sa.exc.DBAPIError):
                _give_back(ledger, token)


def _await(ledger: Ledger, run: str, holder: str, terms: Terms) -> int:
    began, told = time.monotonic(), -TOLD_EVERY
    while True:
        token = _take(ledger, run, holder, terms.lease_seconds)
        if token is not None:
            return token
        waited = time.monotonic() - began
        other = _holder(ledger)
        if waited > terms.wait_seconds:
            raise TargetUnavailable(
                f"expected to load into this target, found run {other} loading into it for {waited:.0f} s; the task "
                "will try again. If that run is stuck, end it: its lease is free "
                f"{terms.lease_seconds:.0f} s later"
            )
        if waited - told >= TOLD_EVERY:
            told = waited
            logger.info("waiting for run %s, which is loading into the same target", other)
        time.sleep(min(POLL_SECONDS, terms.lease_seconds / 4))


def _take(ledger: Ledger, run: str, holder: str, lease_seconds: float) -> int | None:
    """Draw the next token if the lease is free, ours or over; return None while another run holds it."""
    fence = ledger.tables.fence
    if not _is_free(ledger, run, lease_seconds):
        return None
    present = seconds(ledger.engine.dialect.name)
    taken = {"token": fence.c.token + 1, "holder": holder, "run": run, "heartbeat": present}
    here = fence.c.scope == LOAD_SCOPE
    # Another process may draw the first token in the same moment.
    with suppress(sa.exc.IntegrityError), ledger.engine.begin() as connection:
        drawn = connection.execute(fence.update().where(here, _free(fence, run, present - lease_seconds)).values(taken))
        if drawn.rowcount == 0:
            connection.execute(fence.insert().values(taken | {"scope": LOAD_SCOPE, "token": 1}))
        return int(connection.scalar(sa.select(fence.c.token).where(here)) or 0)
    return None


def _is_free(ledger: Ledger, run: str, lease_seconds: float) -> bool:
    # Asked by reading: on SQLite, whoever waits must not lock the file against whoever loads.
    fence = ledger.tables.fence
    free = _free(fence, run, seconds(ledger.engine.dialect.name) - lease_seconds)
    with ledger.engine.connect() as connection:
        held = connection.scalar(sa.select(fence.c.token).where(fence.c.scope == LOAD_SCOPE, ~free))
    return held is None


def _free(fence: sa.Table, run: str, oldest: sa.ColumnElement[float]) -> sa.ColumnElement[bool]:
    nobody = sa.or_(fence.c.run.is_(None), fence.c.heartbeat.is_(None))
    return sa.or_(nobody, sa.func.coalesce(fence.c.run, "") == run, sa.func.coalesce(fence.c.heartbeat, 0) < oldest)


def _holder(ledger: Ledger) -> str:
    fence = ledger.tables.fence
    with ledger.engine.connect() as connection:
        return str(connection.scalar(sa.select(fence.c.run).where(fence.c.scope == LOAD_SCOPE)) or "nobody")


def _give_back(ledger: Ledger, token: int) -> None:
    fence = ledger.tables.fence
    mine = sa.and_(fence.c.scope == LOAD_SCOPE, fence.c.token == token)
    with ledger.engine.begin() as connection:
        connection.execute(fence.update().where(mine).values(run=None, heartbeat=None))


@contextmanager
def _renewed(ledger: Ledger, token: int, lease_seconds: float) -> Iterator[None]:
    """Renew the lease beside the work; on SQLite, which knows one writer at a time, each commit does."""
    if ledger.engine.dialect.name == "sqlite":
        yield
        return
    done = threading.Event()
    beating = threading.Thread(target=_beat, args=(ledger, token, lease_seconds / 4, done), daemon=True)
    beating.start()
    try:
        yield
    finally:
        done.set()
        beating.join(lease_seconds / 4)


def _beat(ledger: Ledger, token: int, pause: float, done: threading.Event) -> None:
    while not done.wait(pause):
        # What is lost now may be there at the next beat; the commit asks for the token anyway.
        with suppress(sa.exc.DBAPIError), ledger.engine.begin() as connection:
            if not renew(connection, ledger.tables.fence, (LOAD_SCOPE, token)):
                return

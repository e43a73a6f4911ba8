"""Calls to a CRM, several at once: what became of each, and an end to all of them when one tells that none will do."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import sqlalchemy as sa

from crm_migration.errors import MigrationError
from crm_migration.ledger import Ledger
from crm_migration.load.record_api import AnswerLost, RecordRefused, RefusedInDoubt

Item = TypeVar("Item")
Answer = TypeVar("Answer")
GUARD_SECONDS = 0.5


@dataclass
class Outcomes(Generic[Item, Answer]):
    """What became of calls: each item is in one of four lists; `failure` is what put an end to them, if anything.

    A call that failed otherwise than by a refusal may have been carried out: its item counts among the `lost`. Of these
    `doubted` are those that were refused when they were sent once more, with the reason.
    """

    done: list[tuple[Item, Answer]] = field(default_factory=list)
    refused: list[tuple[Item, str]] = field(default_factory=list)
    lost: list[Item] = field(default_factory=list)
    doubted: list[tuple[Item, str]] = field(default_factory=list)
    left: list[Item] = field(default_factory=list)
    failure: MigrationError | None = None


@dataclass
class Guard:
    """Asks now and then whether this attempt is still the one that may write."""

    ledger: Ledger
    engine: sa.Engine
    token: int | None
    seen: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self) -> None:
        """Look at the fence, unless that was done just now.

        Raises:
            FencedOut: a newer attempt is running.
        """
        with self.lock:
            if self.token is None or time.monotonic() - self.seen < GUARD_SECONDS:
                return
            with self.engine.begin() as connection:
                self.ledger.check_fence(connection, self.token)
            self.seen = time.monotonic()


class _Left(Exception):
    """The call was not made."""


@dataclass
class _Calls(Generic[Item, Answer]):
    """Calls under way; the first that fails otherwise than for its own item leaves the rest unmade."""

    guard: Guard | None
    call: Callable[[Item], Answer]
    stop: threading.Event = field(default_factory=threading.Event)

    def make(self, item: Item) -> Answer:
        if self.stop.is_set():
            raise _Left
        goes_on = False
        try:
            if self.guard is not None:
                self.guard.check()
            answer = self.call(item)
            goes_on = True
        except (RecordRefused, AnswerLost):
            goes_on = True
            raise
        finally:
            if not goes_on:
                self.stop.set()
        return answer

    @contextmanager
    def ending(self) -> Iterator[None]:
        """Leave the calls unmade that have not begun when the block ends: all are over, or whoever waits is stopped."""
        try:
            yield
        finally:
            self.stop.set()


def carry_out(
    threads: int, guard: Guard | None, items: Sequence[Item], call: Callable[[Item], Answer]
) -> Outcomes[Item, Answer]:
    """Call `call` for every item, `threads` at a time, and return what became of each; reading needs no guard."""
    outcomes: Outcomes[Item, Answer] = Outcomes()
    if items:
        calls = _Calls(guard, call)
        with ThreadPoolExecutor(max(1, min(threads, len(items))), thread_name_prefix="calls") as pool, calls.ending():
            for item, future in [(item, pool.submit(calls.make, item)) for item in items]:
                _note(outcomes, item, future)
    return outcomes


def _note(outcomes: Outcomes[Item, Answer], item: Item, future: Future[Answer]) -> None:
    try:
        outcomes.done.append((item, future.result()))
    except _Left:
        outcomes.left.append(item)
    except RecordRefused as refused:
        outcomes.refused.append((item, refused.reason))
    except AnswerLost as lost:
        outcomes.lost.append(item)
        if isinstance(lost, RefusedInDoubt):
            outcomes.doubted.append((item, lost.reason))
    except MigrationError as error:
        outcomes.lost.append(item)
        outcomes.failure = outcomes.failure or error

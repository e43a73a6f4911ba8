"""How long Google is waited for, and how often it is asked again."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from crm_migration.errors import SourceUnavailable

Answer = TypeVar("Answer")


class Busy(Exception):
    """Google did not answer, or asked to come back later; `progress` says that something arrived before."""

    def __init__(self, why: str, retry_after: float = 0.0, progress: bool = False) -> None:
        super().__init__(why)
        self.why, self.retry_after, self.progress = why, retry_after, progress


@dataclass(frozen=True)
class Patience:
    """Bounds of one question: attempts, seconds over all of them, seconds to connect and between two bytes.

    Quotas of Google Sheets are refilled once a minute, so that the waits of all attempts together exceed a minute;
    Google gives up on a request after 180 seconds by itself.
    """

    attempts: int = 9
    seconds: float = 600.0
    connect: float = 10.0
    read: float = 190.0
    first_wait: float = 1.0
    longest_wait: float = 60.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)

    @property
    def timeout(self) -> tuple[float, float]:
        """Return what the HTTP client calls a timeout."""
        return self.connect, self.read

    def wait(self, attempt: int, retry_after: float = 0.0) -> float:
        """Return the seconds to wait after the given attempt: exponential, at least what was asked for, with jitter."""
        longest = min(self.longest_wait, self.first_wait * 2.0 ** (attempt - 1))
        return max(random.uniform(longest / 2, longest), retry_after + random.uniform(0, longest / 10))  # noqa: S311


def patiently(once: Callable[[], Answer], patience: Patience, place: str) -> Answer:
    """Return what `once` returns, called again as long as it raises Busy and patience lasts.

    An attempt that made progress does not count, but its time does.

    Raises:
        SourceUnavailable: patience ended; the message says what was found last.
    """
    deadline = patience.clock() + patience.seconds
    made = failed = 0
    while True:
        try:
            return once()
        except Busy as busy:
            made += 1
            failed = 1 if busy.progress else failed + 1
            wait = patience.wait(failed, busy.retry_after)
            if failed >= patience.attempts or patience.clock() + wait > deadline:
                raise _given_up(place, busy, made) from None
        patience.sleep(wait)


def retry_after(header: str | None) -> float:
    """Return the seconds that a Retry-After header asks for; 0 where it is missing or cannot be read."""
    if not header:
        return 0.0
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return 0.0
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _given_up(place: str, busy: Busy, made: int) -> SourceUnavailable:
    asked = f", which asked to wait {busy.retry_after:.0f} seconds more" if busy.retry_after else ""
    times = "once" if made == 1 else f"{made} times"
    return SourceUnavailable(
        f"{place}: expected an answer from Google, found {busy.why}{asked}, asked {times}; "
        "the task can be repeated as it is"
    )

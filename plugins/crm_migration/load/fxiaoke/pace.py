"""Never more calls in a window of time than the other side takes."""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class _Lane:
    """The calls of one interface: how many are under way, and when those of the last window ended."""

    turned: threading.Condition = field(default_factory=threading.Condition)
    under_way: int = 0
    ended: deque[float] = field(default_factory=deque)


class Pace:
    """At most `calls` calls of one interface in any `seconds`, over all threads that share this object.

    A call counts from its start until `seconds` after its end: whenever in between the other side noted it, its
    sliding window holds no more than ours.
    """

    def __init__(self, calls: int | None, seconds: float) -> None:
        """Keep the limit; no limit if `calls` is None."""
        self._calls, self._seconds = calls, seconds
        self._lanes: dict[str, _Lane] = {}
        self._lock = threading.Lock()

    @contextmanager
    def turn(self, interface: str) -> Iterator[None]:
        """Wait until a call may be made; it is over when the block ends."""
        if self._calls is None:
            yield
            return
        with self._lock:
            lane = self._lanes.setdefault(interface, _Lane())
        self._enter(lane, self._calls)
        try:
            yield
        finally:
            with lane.turned:
                lane.under_way -= 1
                lane.ended.append(time.monotonic())
                lane.turned.notify_all()

    def _enter(self, lane: _Lane, calls: int) -> None:
        with lane.turned:
            while True:
                now = time.monotonic()
                while lane.ended and lane.ended[0] <= now - self._seconds:
                    lane.ended.popleft()
                if lane.under_way + len(lane.ended) < calls:
                    lane.under_way += 1
                    return
                lane.turned.wait(lane.ended[0] + self._seconds - now if lane.ended else None)

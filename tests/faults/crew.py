"""The tests' side of the runner: give orders, wait for their end, freeze and kill who carries them out."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240.0


@dataclass(frozen=True)
class Ended:
    """How a worker ended: by which signal, or with which error, or with what its steps returned."""

    killed: int | None
    kinds: tuple[str, ...] = ()
    message: str = ""
    results: tuple[Any, ...] = ()

    @property
    def well(self) -> bool:
        """Return whether every step of the order was carried out."""
        return self.killed is None and not self.kinds

    def __str__(self) -> str:
        if self.killed is not None:
            return f"killed by signal {self.killed}"
        return f"{self.kinds[0]}: {self.message}" if self.kinds else "ended well"


@dataclass
class Worker:
    """A process that carries out an order."""

    number: int
    lines: "queue.Queue[dict[str, Any]]"
    pid: int = 0
    _ended: Ended | None = field(default=None)

    def end(self, seconds: float = PATIENCE) -> Ended:
        """Wait for the end of it.

        Raises:
            TimeoutError: it takes longer than `seconds`.
        """
        if self._ended is None:
            try:
                told = self.lines.get(timeout=seconds)
            except queue.Empty:
                raise TimeoutError(f"a worker has not ended within {seconds} s") from None
            parts = tuple(told.get("error", ())), told.get("message", ""), tuple(told.get("results", ()))
            self._ended = Ended(told["killed"], *parts)
        return self._ended

    def running(self) -> bool:
        """Return whether it has not ended yet."""
        return self._ended is None and self.lines.empty()

    def waits(self, seconds: float) -> None:
        """Let it work for a while, or until it has ended."""
        give_up = time.monotonic() + seconds
        while self.running() and time.monotonic() < give_up:
            time.sleep(min(0.005, seconds))

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, unless it is over."""
        if self.running():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)


class Crew:
    """A runner, which forks off a worker for each order; workers of several orders may be under way."""

    def __init__(self) -> None:
        """Start the runner and wait until it has imported the product."""
        self._lines: dict[int, queue.Queue[dict[str, Any]]] = defaultdict(queue.Queue)
        self._number = 0
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(["plugins", "."]), "GX_ANALYTICS_ENABLED": "false"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.runner"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
        )
        threading.Thread(target=self._listen, daemon=True).start()
        self._lines[0].get(timeout=PATIENCE)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            self._lines[told["id"]].put(told)

    def start(self, order: dict[str, Any]) -> Worker:
        """Give an order; return who carries it out, once it has begun."""
        self._number += 1
        worker = Worker(self._number, self._lines[self._number])
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order | {"id": worker.number}).encode() + b"\n")
        self._process.stdin.flush()
        worker.pid = worker.lines.get(timeout=PATIENCE)["pid"]
        return worker

    def carry_out(self, order: dict[str, Any]) -> Ended:
        """Give an order and wait for the end of it."""
        return self.start(order).end()

    def close(self) -> None:
        """Let the runner go."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


def wait_until(condition: Any, seconds: float = 60, what: str = "what was waited for") -> None:
    """Look again and again until `condition()` holds.

    Raises:
        TimeoutError: it does not within `seconds`.
    """
    give_up = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            raise TimeoutError(f"{what} has not come within {seconds} s")
        time.sleep(0.02)

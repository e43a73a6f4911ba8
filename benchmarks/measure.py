"""Running one step in a process of its own: wall time, processor time and the peak memory of any process in it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
POLL_SECONDS, POLL_SHARE = 0.1, 0.02
"""A process is looked at so often; a short one after each such share of its time, so that its end is told well."""
MEGABYTE = 1024 * 1024
TICKS = os.sysconf("SC_CLK_TCK")
_SERVERS: list[int] = []
DROPPED = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "AIRFLOW_HOME")


@dataclass(frozen=True)
class Measured:
    """One measured step.

    `seconds` is the work itself, `process_seconds` the whole process with its imports; they are the same for a
    program that does not say how long its work took. `cpu_seconds` is what the work kept processors busy for, and
    `server_seconds` what it cost the database servers meanwhile: on a busy machine they tell more than the clock.
    `peak_mb` is the highest resident set of any single process.
    """

    what: str
    seconds: float
    process_seconds: float
    cpu_seconds: float
    peak_mb: float
    rows: int = 0
    server_seconds: float = 0.0
    error: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def effort(self) -> float:
        """Return the processor seconds of the step and of the servers that served it."""
        return self.cpu_seconds + self.server_seconds

    @property
    def rate(self) -> float:
        """Return rows per second, 0 where no rows were counted."""
        return self.rows / self.seconds if self.seconds else 0.0


def count_server(pid: int) -> None:
    """Count the processor time of this server, and of its processes, with the steps that it serves."""
    _SERVERS.append(pid)


def environment(**more: str) -> dict[str, str]:
    """Return the environment of a measured process: byte code is kept, nobody is told, our packages are found."""
    kept = {name: value for name, value in os.environ.items() if name not in DROPPED}
    paths = f"{REPOSITORY / 'plugins'}{os.pathsep}{REPOSITORY}"
    quiet = {"GX_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "PYTHONWARNINGS": "ignore"}
    return kept | quiet | {"PYTHONPATH": paths} | more


def run(what: str, command: Sequence[str], more: dict[str, str] | None = None, rows: int = 0) -> Measured:
    """Run `command` to its end and return what it took.

    The last line of its output may be a JSON object with `seconds`, `rows` and facts of its own. A command that
    fails is returned with its `error`, so that the rest can go on.
    """
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as errors:
        before, started = _server_seconds(), time.monotonic()
        process = subprocess.Popen(  # noqa: S603 - the benchmark's own commands
            command, stdout=out, stderr=errors, stdin=subprocess.DEVNULL, env=environment(**more or {}), cwd=REPOSITORY
        )
        peak, cpu, code = _watched(process)
        wall, served = time.monotonic() - started, _server_seconds() - before
        out.seek(0)
        errors.seek(0)
        text, complaint = out.read(), errors.read()
    if code:
        lines = [line for line in (complaint or text).strip().splitlines() if line.strip()]
        return Measured(what, wall, wall, cpu, peak, rows, error=" / ".join(lines[-3:])[-600:] or f"exit code {code}")
    said = _said(text)
    own, busy = float(said.pop("seconds", wall)), float(said.pop("cpu_seconds", cpu))
    return Measured(what, own, wall, busy, peak, int(said.pop("rows", rows)), served, facts=said)


def python(module: str, *arguments: str, what: str | None = None) -> Measured:
    """Run one of our modules with this interpreter."""
    return run(what or arguments[0], [sys.executable, "-m", module, *arguments])


def _said(text: str) -> dict[str, Any]:
    for line in reversed(text.strip().splitlines()):
        if line.startswith("{"):
            found: dict[str, Any] = json.loads(line)
            return found
    return {}


def _watched(process: "subprocess.Popen[bytes]") -> tuple[float, float, int]:
    """Wait for the process; return peak memory (MB), processor seconds and exit code."""
    peak, started = 0, time.monotonic()
    while True:
        peak = max([peak, *(_high_water(pid) for pid in _tree(process.pid))])
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            process.returncode = os.waitstatus_to_exitcode(status)
            return peak / MEGABYTE, usage.ru_utime + usage.ru_stime, process.returncode
        time.sleep(min(POLL_SECONDS, 0.005 + POLL_SHARE * (time.monotonic() - started)))


def _tree(pid: int) -> list[int]:
    """Return the process and its descendants, as far as the system tells."""
    found = [pid]
    for parent in found:
        try:
            for children in Path(f"/proc/{parent}/task").glob("*/children"):
                found += [int(child) for child in children.read_text().split()]
        except OSError:
            continue
    return found


def _server_seconds() -> float:
    """Return the processor seconds of the counted servers so far, their ended processes included."""
    total = 0
    for pid in {member for server in _SERVERS for member in _tree(server)}:
        try:
            figures = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += sum(int(ticks) for ticks in figures[11:15])
    return total / TICKS


def _high_water(pid: int) -> int:
    """Return the peak resident set in bytes; 0 where the system does not tell.

    `ru_maxrss` will not do: a child inherits the figure of the process that started it.
    """
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return 0
    return 0

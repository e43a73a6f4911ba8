"""Reads files one after the other and prints, a line of JSON each, how each ended; run in a process of its own.

Called with a file that lists paths. What the process may not do is watched by its parent, and by an audit hook here:
opening a connection, or a file outside what reading needs, ends the process at once.
"""

import json
import os
import sys
import time
from pathlib import Path

import polars as pl

from crm_migration.errors import MigrationError
from crm_migration.extract.document import FAULT, Document
from crm_migration.extract.formats import Wanted, open_reading
from crm_migration.extract.landing import Landing

FORBIDDEN = ("socket.connect", "socket.bind", "socket.getaddrinfo", "os.system", "os.exec")
PEAK = Path("/proc/self/status")


def peak_mb() -> float:
    """Return the highest resident set since the last call of `forget_peak`."""
    line = next(line for line in PEAK.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def forget_peak() -> None:
    """Start the measurement anew."""
    Path("/proc/self/clear_refs").write_text("5")


def read(path: Path) -> dict[str, object]:
    """Return how reading one file ended."""
    try:
        reading = open_reading(Document(path, path.name, path.name), Wanted(), Landing())
        columns = reading.columns()
        kept = rejected = 0
        faults: set[str] = set()
        for frame in reading.frames(columns):
            bad = frame.filter(pl.col(FAULT).is_not_null())
            kept, rejected = kept + frame.height - bad.height, rejected + bad.height
            faults.update(bad[FAULT].unique())
    except MigrationError as refusal:
        return {"refused": type(refusal).__name__, "message": str(refusal)}
    return {"format": reading.facts.format, "kept": kept, "rejected": rejected, "faults": sorted(faults)}


def forbid(event: str, arguments: tuple[object, ...]) -> None:
    """End the process where a file has made it do what reading a file never needs."""
    if event.startswith(FORBIDDEN):
        os.write(2, f"forbidden: {event} {arguments}\n".encode())
        os._exit(99)


def main() -> None:
    """Read every listed file."""
    sys.addaudithook(forbid)
    for line in Path(sys.argv[1]).read_text().splitlines():
        forget_peak()
        started = time.monotonic()
        ended = read(Path(line))
        measured = {"path": line, "peak_mb": round(peak_mb()), "seconds": round(time.monotonic() - started, 2)}
        sys.stdout.write(json.dumps(measured | ended) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

"""Reads files one after the other and prints, a line of JSON each, how each ended; run in a process of its own.

Called with a file that lists paths, and with the folder `watch` on the path: its `sitecustomize` ends this process, or
the one that opens workbooks, at once where it opens a connection, or a file that reading does not need.
"""

import json
import os
import sys
import time
from pathlib import Path

import polars as pl
import sitecustomize as watch

from crm_migration.errors import MigrationError
from crm_migration.extract.document import FAULT, Document
from crm_migration.extract.formats import Wanted, open_reading
from crm_migration.extract.landing import Landing

PEAK, FORGET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def peak_mb() -> float:
    """Return the highest resident set since the last call of `forget_peak`."""
    line = next(line for line in PEAK.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def forget_peak() -> None:
    """Start the measurement anew."""
    FORGET.write_text("5")


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


def main() -> None:
    """Read every listed file."""
    ours = {os.path.realpath(path) for path in (sys.argv[1], PEAK, FORGET)}
    watch.also.update(ours)
    watch.may_write.add(os.path.realpath(FORGET))
    for line in Path(sys.argv[1]).read_text().splitlines():
        watch.also.clear()
        watch.also.update({*ours, os.path.realpath(line)})
        forget_peak()
        started = time.monotonic()
        ended = read(Path(line))
        measured = {"path": line, "peak_mb": round(peak_mb()), "seconds": round(time.monotonic() - started, 2)}
        sys.stdout.write(json.dumps(measured | ended) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()

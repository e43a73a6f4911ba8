"""One step of our line in this process, timed without the imports; the parent measures the process around it.

`python -m benchmarks.steps extract place.json` prints one line of JSON.
"""

import json
import logging
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import modelled
from crm_migration import pipeline
from crm_migration.connections import from_url
from crm_migration.extract.source import Window
from crm_migration.job import Job, timings
from crm_migration.mapping.reader import read_mapping
from crm_migration.staging import open_table

MAPPING = Path(__file__).with_name("line.yaml")


@dataclass(frozen=True)
class Place:
    """Where a run reads, writes and stages, and its mapping; what a child process is told."""

    source_url: str
    target_url: str
    staging: str
    run_id: str
    window: tuple[str, str] | None = None
    mapping: str = str(MAPPING)

    def save(self, file: Path) -> Path:
        """Write this place into `file` for a child process."""
        file.write_text(json.dumps(asdict(self)))
        return file

    def job(self) -> Job:
        """Return the run as the command line would make it."""
        start_end = [datetime.fromisoformat(moment).replace(tzinfo=UTC) for moment in self.window or ()]
        return Job(
            loaded=read_mapping(Path(self.mapping)),
            run_id=self.run_id,
            staging=self.staging,
            source_connection=from_url(self.source_url),
            target_url=self.target_url,
            interval=Window(*start_end) if start_end else None,
        )


def load_place(file: Path) -> Place:
    """Return the place that `Place.save` wrote."""
    return Place(**json.loads(file.read_text()))


def _each(step: Callable[[Job, str], dict[str, Any]]) -> Callable[[Job], object]:
    return lambda job: [step(job, entity) for entity in job.order]


def _whole(job: Job) -> None:
    def approve(_job: Job) -> None:
        """Nobody is asked."""

    _report, _written, failed = pipeline.run_line(job, approve)
    if failed is not None:
        raise failed


def _reviewed(job: Job) -> None:
    from crm_migration.report.target_review import review_target

    review_target(job.target, job.staging, job.run_id)


STEPS: dict[str, Callable[[Job], object]] = {
    "preflight": pipeline.preflight,
    "extract": _each(pipeline.extract_entity),
    "clean": _each(pipeline.clean_entity),
    "match": _each(pipeline.match_entity),
    "backup": pipeline.backup,
    "sample": pipeline.load_sample,
    "validate_sample": pipeline.validate_sample,
    "load": _each(pipeline.load_entity),
    "link": pipeline.link_references,
    "validate": pipeline.validate_full,
    "report": lambda job: pipeline.finish(job, []),
    "line": _whole,
    "review": _reviewed,
    "train": modelled.train,
}
"""The line's steps in their order; `line`, which is all of them in one process; review of the target; training."""
OF_NO_EXTRACT = {"preflight", "review"}
IMPORTING = {"validate", "validate_sample", "line", "review"}


def warm_up() -> float:
    """Import what a run imports, so that byte code and disk cache are warm; return the seconds that it took."""
    from crm_migration.validate.validity import great_expectations

    started = time.monotonic()
    great_expectations()
    return time.monotonic() - started


def _extracted(job: Job) -> int:
    return sum(open_table(job.folder, entity, "extract").rows for entity in job.order)


def main() -> None:
    """Run one step and print what it took."""
    name = sys.argv[1]
    if name == "warm_up":
        print(json.dumps({"seconds": warm_up()}))
        return
    logging.basicConfig(level=logging.WARNING)
    job = load_place(Path(sys.argv[2])).job()
    # A fixed cost of whatever validates; imports are timed apart, as they are for the peers.
    imported = warm_up() if name in IMPORTING else 0.0
    started, busy = time.monotonic(), time.process_time()
    STEPS[name](job)
    took = {"seconds": time.monotonic() - started, "cpu_seconds": time.process_time() - busy}
    rows = 0 if name in OF_NO_EXTRACT else _extracted(job)
    detail = {f"{line['step']} {line['entity'] or ''}".strip(): line["seconds"] for line in timings(job)}
    print(json.dumps(took | {"rows": rows, "import_seconds": imported, "timings": detail}))


if __name__ == "__main__":
    main()

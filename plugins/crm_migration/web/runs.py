"""What the ledger knows of runs: their outcomes, their checks, their backups, and how far they have got."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from crm_migration.ledger.ledger import Ledger
from crm_migration.ledger.progress import LoadProgress, read_progress
from crm_migration.report.model import OUTCOMES

SHOWN_RUNS = 20
CLEAN = "clean"
RUN = ("run_no", "run_id", "status", "started_at", "finished_at", "window_start", "window_end", "summary")
CHECK = ("phase", "validation", "entity", "field", "name", "source_value", "target_value", "difference", "tolerance")


def in_utc(moment: datetime | None) -> datetime | None:
    """Return a moment of the ledger with its zone, which MariaDB and SQLite do not keep."""
    if moment is None:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Level:
    """One level of a funnel: how many rows are in it, and how many of the level above left before it, and why."""

    name: str
    rows: int
    lost: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Run:
    """A run as the ledger has it; `counts` is empty before its end."""

    number: int
    run_id: str
    status: str
    started: datetime | None
    finished: datetime | None
    window: tuple[datetime | None, datetime | None]
    summary: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Return rows by outcome, over all entities."""
        entities = self.summary.values()
        return {name: sum(told.get(name, 0) for told in entities) for name in OUTCOMES} if self.summary else {}

    @property
    def rows(self) -> int:
        """Return how many rows ended in any outcome."""
        return sum(self.counts.values())

    @property
    def seconds(self) -> float | None:
        """Return how long the run took; None before its end."""
        return (self.finished - self.started).total_seconds() if self.started and self.finished else None


def funnel_of(counts: dict[str, int], refused: int) -> list[Level]:
    """Return the funnel of rows by outcome; `refused` of the rejected ones came as far as the target."""
    total = sum(counts.values())
    out = counts.get("filtered", 0) + counts.get("rejected", 0) - refused
    merged, same = counts.get("merged", 0), counts.get("unchanged", 0)
    return [
        Level("extracted", total),
        Level("cleaned", total - out, (("kept_out", out),)),
        Level("merged", total - out - merged, (("merged", merged),)),
        Level("loaded", total - out - merged - same - refused, (("unchanged", same), ("refused", refused))),
    ]


def funnel(ledger: Ledger, run: Run) -> list[Level]:
    """Return the rows of a run that were extracted, cleaned, left after merging, and written; none before its end."""
    if not run.counts:
        return []
    rejected = run.counts.get("rejected", 0)
    return funnel_of(run.counts, max(0, rejected - _rejected_by_clean(ledger, run.number)) if rejected else 0)


def _rejected_by_clean(ledger: Ledger, run_no: int) -> int:
    table = ledger.tables.rejected_row
    chosen = sa.select(sa.func.count()).where(table.c.run_no == run_no, table.c.step == CLEAN)
    with ledger.engine.connect() as connection:
        return int(connection.scalar(chosen) or 0)


def runs_of(ledger: Ledger, source: str, most: int = SHOWN_RUNS) -> list[Run]:
    """Return the latest runs of a source, the latest first."""
    run = ledger.tables.run
    chosen = sa.select(*(run.c[name] for name in RUN)).where(run.c.source == source)
    with ledger.engine.connect() as connection:
        return [_run(row) for row in connection.execute(chosen.order_by(run.c.run_no.desc()).limit(most))]


def run_of(ledger: Ledger, source: str, run_id: str) -> Run | None:
    """Return a run of a source, None where the ledger does not know it."""
    run = ledger.tables.run
    chosen = sa.select(*(run.c[name] for name in RUN)).where(run.c.source == source, run.c.run_id == run_id)
    with ledger.engine.connect() as connection:
        row = connection.execute(chosen).first()
    return None if row is None else _run(row)


def _run(row: Sequence[Any]) -> Run:
    number, run_id, status, started, finished, start, end, summary = row
    window = (in_utc(start), in_utc(end))
    return Run(number, run_id, status, in_utc(started), in_utc(finished), window, json.loads(summary or "{}"))


@dataclass(frozen=True)
class CheckLine:
    """One line of the reconciliation."""

    phase: str
    validation: str
    entity: str
    field: str | None
    name: str
    source_value: str | None
    target_value: str | None
    difference: str | None
    tolerance: str | None
    status: str


def reconciliation(ledger: Ledger, run_no: int) -> list[CheckLine]:
    """Return the checks of a run as the ledger keeps them, failed ones first, those of the full load ahead."""
    table = ledger.tables.reconciliation
    chosen = sa.select(*(table.c[name] for name in (*CHECK, "status"))).where(table.c.run_no == run_no)
    with ledger.engine.connect() as connection:
        lines = [CheckLine(*row) for row in connection.execute(chosen.order_by(table.c.line_no))]
    order = {"fail": 0, "info": 1, "pass": 2}
    return sorted(lines, key=lambda line: (order.get(line.status, 0), line.phase != "full"))


@dataclass(frozen=True)
class BackupLine:
    """What was kept of one entity's records before the load touched them."""

    entity: str
    rows: int
    sha256: str
    created: datetime | None


def backups(ledger: Ledger, run_no: int) -> list[BackupLine]:
    """Return the before-images of a run."""
    table, stream = ledger.tables.backup, ledger.tables.stream
    chosen = (
        sa.select(stream.c.entity, table.c.rows, table.c.sha256, table.c.created_at)
        .join(stream, stream.c.stream_no == table.c.stream_no)
        .where(table.c.run_no == run_no)
        .order_by(stream.c.stream_no)
    )
    with ledger.engine.connect() as connection:
        return [BackupLine(*row[:3], in_utc(row[3])) for row in connection.execute(chosen)]


@dataclass(frozen=True)
class Progress:
    """How far the load of an entity has got."""

    entity: str
    told: LoadProgress

    def as_json(self) -> dict[str, Any]:
        """Return what a browser is told."""
        told = self.told
        left = told.seconds_left
        return {
            "entity": self.entity,
            "phase": told.phase,
            "done": told.done,
            "total": told.total,
            "rejected": told.rejected,
            "rate": round(told.rate),
            "seconds_left": None if left is None else round(left),
        }


def progress(ledger: Ledger, run_no: int) -> list[Progress]:
    """Return how far the loads of a run have got, in the order in which they began."""
    names = {number: name.partition(".")[2] for name, number in ledger.streams().items()}
    return [Progress(names.get(line.stream_no, "?"), line) for line in read_progress(ledger, run_no)]

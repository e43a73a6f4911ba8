"""What a person is shown before everything is loaded: the sample's evidence, and what the full load will do."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from crm_migration.ledger.ledger import Ledger
from crm_migration.ledger.progress import LoadProgress, read_progress
from crm_migration.report.checks import checks, sample
from crm_migration.report.merges import merges
from crm_migration.report.model import Checks, Merges, OutcomeCounts, Rejection, Sample
from crm_migration.report.rejections import rejections
from crm_migration.report.sample_examples import ExampleRecord, examples
from crm_migration.report.tables import EntityTables, read
from crm_migration.staging import open_table
from crm_migration.validate.selection import Scope

OUTCOMES = tuple(OutcomeCounts.model_fields)


@dataclass(frozen=True)
class Ahead:
    """What the full load will do with one entity's rows, those of the sample among them, and what led there."""

    entity: str
    counts: OutcomeCounts
    sample: Sample | None
    rejections: tuple[Rejection, ...]
    merges: Merges | None


@dataclass(frozen=True)
class Pace:
    """Records a second that a load took, and which load that was."""

    rate: float
    of: str


@dataclass(frozen=True)
class Question:
    """Everything on one page: may the rest be loaded?"""

    source: str
    target: str
    run_id: str
    ahead: tuple[Ahead, ...]
    checks: Checks | None
    examples: tuple[ExampleRecord, ...]
    pace: Pace | None

    @property
    def writes(self) -> int:
        """Return the records that are yet to be inserted or updated."""
        return sum(entity.counts.inserted + entity.counts.updated for entity in self.ahead)

    @property
    def seconds(self) -> float | None:
        """Return how long loading the rest takes at the known pace; None where there is none."""
        records = sum(entity.counts.records for entity in self.ahead)
        return records / self.pace.rate if self.pace and self.pace.rate else None


def question(scope: Scope) -> Question:
    """Return what to show of the sample that `scope` describes; the load must have been planned (`plan`).

    Raises:
        StagingMissing: a step before this one did not finish.
        TargetUnavailable, MappingFault: as reading the target raises them.
    """
    source = scope.mapping.source.name
    return Question(
        source=source,
        target=scope.mapping.target.name,
        run_id=scope.folder.run_id,
        ahead=tuple(_ahead(scope, source)),
        checks=checks(scope.folder, "sample_checks"),
        examples=examples(scope),
        pace=_pace(scope.target.ledger, source, scope.run_no),
    )


def _ahead(scope: Scope, source: str) -> Iterator[Ahead]:
    for name in scope.mapping.entities:
        tables = EntityTables.of(scope.folder, name, planned=True)
        counts: dict[str, int] = {}
        for frame in read(open_table(scope.folder, name, "plan"), ["outcome"]):
            for outcome, rows in frame["outcome"].value_counts().iter_rows():
                counts[outcome] = counts.get(outcome, 0) + rows
        known = OutcomeCounts(**{outcome: counts.get(outcome, 0) for outcome in OUTCOMES})
        yield Ahead(name, known, sample(tables), rejections(tables) or (), merges(tables, f"{source}.{name}"))


def _pace(ledger: Ledger, source: str, run_no: int) -> Pace | None:
    """Return how fast the last green run loaded, else how fast this sample did."""
    run = ledger.tables.run
    before = sa.select(run.c.run_no).where(run.c.source == source, run.c.run_no < run_no, run.c.status == "green")
    with ledger.engine.connect() as connection:
        last = connection.scalar(before.order_by(run.c.run_no.desc()).limit(1))
    rate = _rate(read_progress(ledger, last), "full") if last is not None else 0.0
    if rate:
        return Pace(rate, "the last green run")
    rate = _rate(read_progress(ledger, run_no), "sample")
    return Pace(rate, "this sample") if rate else None


def _rate(loads: list[LoadProgress], phase: str) -> float:
    mine = pl.DataFrame(
        [(load.done, (load.updated_at - load.started_at).total_seconds()) for load in loads if load.phase == phase],
        schema={"done": pl.Int64, "seconds": pl.Float64},
        orient="row",
    )
    done, seconds = mine.sum().row(0)
    return float(done / seconds) if seconds else 0.0

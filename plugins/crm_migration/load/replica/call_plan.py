"""How many calls a run is going to make, how long that takes, and whether a day's quota will do: told before it."""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import polars as pl
import sqlalchemy as sa

from crm_migration.load.decide import LoadJob, decide
from crm_migration.load.fates import deleting, fates
from crm_migration.load.plan import without_ledger
from crm_migration.load.record_api import RecordApi
from crm_migration.load.replica.refresh import earlier
from crm_migration.load.replica.tables import CHANGED
from crm_migration.staging import RunFolder, open_table

if TYPE_CHECKING:
    from crm_migration.load.replica.target import ReplicaTarget

logger = logging.getLogger(__name__)

PAGE = 100
SLICE = 20_000


@dataclass(frozen=True)
class Work:
    """What a run is to do, in records; and the calls by which it looks at the objects now and then."""

    creates: int = 0
    updates: int = 0
    removals: int = 0
    glances: int = 0

    def __add__(self, other: "Work") -> "Work":
        """Return both."""
        return Work(
            self.creates + other.creates,
            self.updates + other.updates,
            self.removals + other.removals,
            self.glances + other.glances,
        )

    def calls(self, api: RecordApi) -> int:
        """Return how many calls this takes; what is written is read back once, and looked at before it is changed."""
        written = self.creates + self.updates + self.removals
        pages = -(-written // PAGE) - (-self.updates // PAGE)
        return api.calls_for(self.creates, self.updates, self.removals) + pages + self.glances


@dataclass(frozen=True)
class CallPlan:
    """The calls of a run, the calls a second that the target takes, and those a day that were bought, where known."""

    calls: int
    pace: float | None
    quota: int | None

    @property
    def sentence(self) -> str:
        """Return the plan as a person reads it: `41,200 calls, 2 h 20 min at 5/s, quota 100,000`."""
        parts = [f"{self.calls:,} calls"]
        if self.pace:
            parts.append(f"{duration(self.calls / self.pace)} at {self.pace:g}/s")
        if self.quota is not None:
            days = -(-self.calls // self.quota)
            parts.append(f"quota {self.quota:,} a day" + (f", so {days} days" if days > 1 else ""))
        return ", ".join(parts)


def duration(seconds: float) -> str:
    """Return a length of time in hours and minutes."""
    minutes = max(1, round(seconds / 60))
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def planned_work(job: LoadJob, folder: RunFolder, order: list[str]) -> Work:
    """Return what a run is going to do to the CRM, as it would be decided now; `job` must assume staged parents."""
    found = fates(job, folder)
    work = Work(removals=sum(len(ids) for ids in deleting(job, found).values()))
    asking = without_ledger(job)
    for entity in order:
        work += _of_entity(asking, folder, entity)
    # Preflight, backup, two validations, two links, deletions; and each entity's sample and full load.
    times = 7 + 2 * len(order)
    target = cast("ReplicaTarget", job.target)
    return work + Work(glances=times * sum(glance(target, name) for name in target.written_objects()))


def glance(target: "ReplicaTarget", target_object: str) -> int:
    """Return by how many calls a run sees that nothing has changed in an object: a count, and pages of changes.

    What was changed shortly before the latest change that was read is read again: all that a quick load has written.
    """
    tables, until = target.tables(target_object), target.replica.until(target_object)
    if until is None:
        return 2
    changed = tables.confirmed.c[CHANGED]
    with target.engine.connect() as connection:
        recent = connection.scalar(sa.select(sa.func.count()).where(changed >= earlier(until)))
    return 2 + int(recent or 0) // PAGE


def _of_entity(job: LoadJob, folder: RunFolder, entity: str) -> Work:
    later, work = job.deferred.get(entity, []), Work()
    for part in open_table(folder, entity, "golden").frames():
        for piece in part.iter_slices(SLICE):
            with job.target.transaction() as connection:
                decided = decide(connection, job, entity, piece).frame
            linked = piece.filter(
                pl.any_horizontal(pl.lit(value=False), *(pl.col(name).is_not_null() for name in later))
            )
            inserts = decided.filter(pl.col("_action") == "insert")
            updates = decided.filter(pl.col("_action") == "update").height
            twice = inserts.filter(pl.col("_golden").is_in(linked["_golden"].implode())).height
            work += Work(inserts.height, updates + twice)
    return work

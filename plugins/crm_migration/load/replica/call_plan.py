"""How many calls a run is going to make, how long that takes, and whether a day's quota will do: told before it."""

import logging
from dataclasses import dataclass

import polars as pl

from crm_migration.load.decide import LoadJob, decide
from crm_migration.load.fates import deleting, fates
from crm_migration.load.plan import without_ledger
from crm_migration.load.record_api import RecordApi
from crm_migration.staging import RunFolder, open_table

logger = logging.getLogger(__name__)

PAGE = 100
GLANCE = 2
"""Calls by which a run sees that nothing has changed in an object: a page of changes, and a count."""
SLICE = 20_000


@dataclass(frozen=True)
class Work:
    """What a run is to do, in records; and how often it looks at how many objects."""

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
        return api.calls_for(self.creates, self.updates, self.removals) + pages + GLANCE * self.glances


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
    objects = len({entity.target.object for entity in job.target.mapping.entities.values()})
    # Preflight, backup, two validations, two links, deletions; and each entity's sample and full load.
    return work + Work(glances=objects * (7 + 2 * len(order)))


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

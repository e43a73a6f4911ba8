"""The staged tables a report reads, any of which may be missing because the run stopped before it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from crm_migration.errors import StagingMissing
from crm_migration.report.model import StepState
from crm_migration.staging import RunFolder, Staged, open_table

RUN = "_run"
STEPS = ("extract", "clean", "match", "sample", "load")

Frames = Callable[[], Iterator[pl.DataFrame]]


def find_table(folder: RunFolder, entity: str, step: str) -> Staged | None:
    """Return the staged table, or None when the run did not finish it."""
    try:
        return open_table(folder, entity, step)
    except StagingMissing:
        return None


def read(staged: Staged | None, columns: list[str] | None = None) -> Iterator[pl.DataFrame]:
    """Yield the parts of `staged`, none when it was not reached.

    Raises:
        StagingMissing: the manifest is there, but a part it lists is gone.
    """
    if staged is None:
        return
    try:
        yield from staged.frames(columns)
    except FileNotFoundError as gone:
        raise StagingMissing(
            f"{staged.path}: a part named by the manifest is missing; clear the task that writes this table"
            " and run it again"
        ) from gone


@dataclass(frozen=True)
class EntityTables:
    """What one run staged for one entity; None where it was not reached."""

    extract: Staged | None
    clean: Staged | None
    rejected: Staged | None
    filtered: Staged | None
    members: Staged | None
    golden: Staged | None
    lineage: Staged | None
    review: Staged | None
    sample: Staged | None
    outcome: Staged | None
    backup: Staged | None
    source_deletes: Staged | None = None
    profile: Staged | None = None
    no_entry: Staged | None = None
    unlinked: Staged | None = None

    @classmethod
    def of(cls, folder: RunFolder, entity: str, *, planned: bool) -> "EntityTables":
        """Return the tables of `entity`; a planned run writes `plan` where a load writes `outcome`."""
        names = {name: name for name in cls.__dataclass_fields__}
        if planned:
            names |= {"outcome": "plan", "source_deletes": "source_deletes_plan"}
        return cls(**{name: find_table(folder, entity, step) for name, step in names.items()})

    @property
    def states(self) -> tuple[StepState, ...]:
        """Return each step of the line, and its manifest where the run reached it."""
        tables = (self.extract, self.clean, self.golden, self.sample, self.outcome)
        return tuple(_state(step, table) for step, table in zip(STEPS, tables, strict=True))


def _state(step: str, staged: Staged | None) -> StepState:
    if staged is None:
        return StepState(step=step, reached=False)
    return StepState(step=step, reached=True, rows=staged.rows, sha256=staged.sha256, facts=staged.reference()["facts"])

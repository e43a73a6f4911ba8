"""What has become of a run's rejected rows since: open, or closed by a later run."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from crm_migration.ledger.ledger import Ledger
from crm_migration.ledger.rejected import reloaded_run, settled
from crm_migration.report.part import Part


class Settlement(Part):
    """Rejected rows of one entity that were closed alike, or are open."""

    entity: str
    rows: int
    how: Literal["reloaded", "fixed_at_source", "superseded"] | None = Field(description="null: open")
    run_id: str | None = Field(description="The run that closed them; null: open.")


class Settlements(Part):
    """The state of all rejected rows of a run, when the report was written."""

    reload_of: str | None = Field(None, description="The run whose corrected rows this one has loaded.")
    lines: tuple[Settlement, ...] = ()

    @property
    def sentences(self) -> tuple[str, ...]:
        """Return what is to be said of it; nothing of an ordinary run of whose rows none is closed."""
        return tuple(_sentences(self))


def settlements(ledger: Ledger, run_no: int) -> Settlements:
    """Return what has become of the rejected rows of a run, as the ledger knows it now."""
    lines = tuple(
        Settlement(entity=line.entity, rows=line.rows, how=line.how, run_id=line.run_id)
        for line in settled(ledger, run_no)
    )
    return Settlements(reload_of=reloaded_run(ledger, run_no), lines=lines)


def _sentences(found: Settlements) -> Iterator[str]:
    if found.reload_of is not None:
        yield f"This run has loaded corrected rows of run {found.reload_of}, which lists those that are still wrong."
        return
    if all(line.how is None for line in found.lines):
        return
    for entity in dict.fromkeys(line.entity for line in found.lines):
        mine = [line for line in found.lines if line.entity == entity]
        parts = [
            f"{line.rows} {_state(line)}"
            for line in sorted(mine, key=lambda line: (line.how is None, line.run_id, line.how))
        ]
        yield f"{entity}: {sum(line.rows for line in mine)} rejected, {', '.join(parts)}."


def _state(line: Settlement) -> str:
    states = {"reloaded": "reloaded by", "fixed_at_source": "fixed at the source and loaded by"}
    if line.how is None:
        return "open"
    return f"{states.get(line.how, 'superseded by')} run {line.run_id}"

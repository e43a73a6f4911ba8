"""What preflight has decided about the changes at the source, staged for the run's other tasks."""

from dataclasses import asdict, dataclass, field
from typing import Any

from crm_migration.drift.change import Change, Columns
from crm_migration.errors import StagingMissing
from crm_migration.staging import RunFolder, TableWriter, open_table

RUN, STEP = "_run", "drift"


@dataclass(frozen=True)
class Drift:
    """The changes of all entities, and what the ledger remembers of each source once the run has loaded it."""

    changes: list[Change] = field(default_factory=list)
    seen: dict[str, Columns] = field(default_factory=dict)


def write_drift(folder: RunFolder, drift: Drift) -> None:
    """Stage the decisions in place of an earlier attempt's."""
    with TableWriter(folder, RUN, STEP) as writer:
        writer.finish(changes=[asdict(change) for change in drift.changes], seen=drift.seen)


def read_drift(folder: RunFolder) -> Drift:
    """Return the decisions of a run; none where its preflight has not come to them."""
    try:
        facts = open_table(folder, RUN, STEP).facts
    except StagingMissing:
        return Drift()
    seen = {name: [(column, kind) for column, kind in columns] for name, columns in facts["seen"].items()}
    return Drift([_change(facts) for facts in facts["changes"]], seen)


def _change(facts: dict[str, Any]) -> Change:
    plain = {name: tuple(facts[name]) for name in ("columns", "fields", "values")}
    return Change(**facts | plain | {"types": tuple((before, now) for before, now in facts["types"])})

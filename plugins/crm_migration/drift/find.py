"""The room's entry: what has changed at the source of every entity since the last load."""

from collections.abc import Mapping as Table

from crm_migration.drift.change import Columns
from crm_migration.drift.follow import absent_columns
from crm_migration.drift.judge import is_judged, judge
from crm_migration.drift.staged import Drift
from crm_migration.extract.source import Profile
from crm_migration.mapping.faults import Fault
from crm_migration.mapping.model import Mapping
from crm_migration.mapping.scope import Scope


def find_drift(mapping: Mapping, profiles: Table[str, Profile], last: Table[str, Columns]) -> tuple[Drift, list[Fault]]:
    """Return the changes of all entities with what is to be remembered, and the faults that stop the run.

    `profiles` is what the source offers now, `last` what the ledger remembers, both by entity.
    """
    drift, faults = Drift(), []
    for name, profile in profiles.items():
        judgement = judge(Scope(mapping, name, mapping.entities[name]), profile, last.get(name))
        drift.changes.extend(judgement.changes)
        drift.seen[name] = judgement.seen
        faults += judgement.faults
    return drift, faults


def readable_columns(profiles: Table[str, Profile], drift: Drift) -> dict[str, dict[str, str]]:
    """Return, by entity, the columns that can be read with their types, those that are read as empty among them."""
    absent = absent_columns(drift.changes)
    return {name: dict.fromkeys(absent.get(name, ()), "text") | one.columns for name, one in profiles.items()}


def judged_values(mapping: Mapping, profiles: Table[str, Profile]) -> dict[str, dict[str, set[str]]]:
    """Return, by entity and field, the source values of the choice fields that do not judge them themselves."""
    return {
        name: {
            field: profile.values.get(spec.columns[0], set())
            for field, spec in mapping.entities[name].fields.items()
            if is_judged(spec)
        }
        for name, profile in profiles.items()
    }

"""The source as the run found it: what has changed since the last load, and which documents were read."""

from collections.abc import Mapping

from crm_migration.drift.change import TITLES, Change
from crm_migration.drift.staged import read_drift
from crm_migration.report.model import DOCUMENTS, SourceChange, SourceDocument, SourceDocuments
from crm_migration.report.tables import EntityTables
from crm_migration.staging import RunFolder

NO_ENTRY = "choice"
"""Reason code of a value without an entry, as cleaning counts it."""


def source_changes(folder: RunFolder, found: Mapping[str, EntityTables]) -> tuple[SourceChange, ...]:
    """Return the changes of all entities; a run that stopped for them has them too."""
    return tuple(_change(change, found.get(change.entity)) for change in read_drift(folder).changes)


def source_documents(tables: EntityTables) -> SourceDocuments | None:
    """Return the documents that were read, as the extract tells them; None where there are none."""
    told = tables.extract.facts.get("documents") if tables.extract is not None else None
    if not told:
        return None
    first = sorted(told, key=lambda line: not (line.get("notes") or line["unreadable"]))[:DOCUMENTS]
    return SourceDocuments(count=len(told), listed=tuple(SourceDocument(**line) for line in first))


def _change(change: Change, tables: EntityTables | None) -> SourceChange:
    return SourceChange(
        entity=change.entity,
        kind=change.kind,
        title=TITLES[change.kind],
        found=change.found,
        policy=change.policy,
        done=change.done,
        columns=change.columns,
        types=change.types,
        fields=change.fields,
        values=change.values,
        stops=change.stops,
        rows=_emptied(change, tables),
    )


def _emptied(change: Change, tables: EntityTables | None) -> int | None:
    """Return in how many rows a new value was read as empty; None where none was to be, or clean was not reached."""
    if (change.kind, change.policy) != ("new_values", "discard") or tables is None or tables.clean is None:
        return None
    invalid = tables.clean.facts.get("invalid", {})
    return sum(int(invalid.get(name, {}).get(NO_ENTRY, 0)) for name in change.fields)

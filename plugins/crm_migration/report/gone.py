"""Rows that the source no longer has, and what became of the records that stood on them."""

import polars as pl

from crm_migration.mapping.model import Entity
from crm_migration.report.model import EXAMPLES, GoneRecords, SourceDeletes
from crm_migration.report.tables import EntityTables, read

ORDER = ("deleted", "flagged", "reinserted", "unflagged", "kept", "noted")


def source_deletes(tables: EntityTables, spec: Entity) -> SourceDeletes | None:
    """Return what was flagged, deleted, kept and brought back; None where nothing was asked for or reached."""
    policy = spec.target.on_source_delete
    if tables.source_deletes is None or policy == "keep":
        return None
    facts = tables.source_deletes.facts
    lines: list[GoneRecords] = []
    for frame in read(tables.source_deletes, ["_key", "action", "reason"]):
        grouped = frame.group_by("action", "reason", maintain_order=True).agg(
            pl.len().alias("records"), pl.col("_key").sort().head(EXAMPLES)
        )
        for action, reason, records, keys in grouped.iter_rows():
            lines.append(GoneRecords(action=action, reason=reason, records=records, keys=tuple(keys)))
    lines.sort(key=lambda line: (ORDER.index(line.action), line.reason or ""))
    return SourceDeletes(
        policy=policy,
        rows_gone=facts["rows_gone"],
        known=facts["known"],
        unread=facts["unread"],
        records=tuple(lines),
    )

"""A row's record from where one look-up finds it: the lineage, or the record that the target holds of it."""

import json
from typing import Any

import polars as pl
import sqlalchemy as sa

from crm_migration.load.fingerprint import canonical_from_target
from crm_migration.load.target import SqlTarget


def quick_record(target: SqlTarget, entity: str, identity: str) -> dict[str, Any]:
    """Return the fields of a row (`source.entity:key`) but its external id; empty where no look-up finds it.

    The lineage has the rows of records that several made; of any other row the target's record is what it brought.
    """
    stream, _, key = identity.partition(":")
    number = target.ledger.streams().get(stream)
    if number is None:
        return {}
    spec = target.mapping.entities[entity]
    lineage, crosswalk = target.ledger.tables.lineage, target.ledger.tables.crosswalk
    mine = sa.select(lineage.c.record).where(lineage.c.stream_no == number, lineage.c.source_key == key)
    placed = sa.select(crosswalk.c.target_id).where(crosswalk.c.stream_no == number, crosswalk.c.source_key == key)
    with target.transaction() as connection:
        record = connection.scalar(mine)
        target_id = None if record else connection.scalar(placed)
        if record:
            found = {name: value for name, value in json.loads(record).items() if not name.startswith("_")}
        elif target_id is not None:
            ids = pl.Series("target_id", [target_id], dtype=pl.String)
            frame = target.read_ids(connection, spec.target.object, list(spec.fields), ids)
            found = _first(canonical_from_target(frame, spec).drop("target_id"))
        else:
            found = {}
    found.pop(spec.target.external_id, None)
    return found


def _first(frame: pl.DataFrame) -> dict[str, Any]:
    return frame.row(0, named=True) if frame.height else {}

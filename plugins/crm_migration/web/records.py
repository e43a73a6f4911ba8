"""A row's record from where one look-up finds it: the lineage, or the record that the target holds of it."""

import json
from typing import Any

import polars as pl
import sqlalchemy as sa

from crm_migration.clean.types import polars_type
from crm_migration.load.fingerprint import canonical_from_target
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Entity
from crm_migration.match.records import to_json


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
            found = _told(canonical_from_target(frame, spec).drop("target_id"), spec)
        else:
            found = {}
    found.pop(spec.target.external_id, None)
    return found


def _told(texts: pl.DataFrame, spec: Entity) -> dict[str, Any]:
    """Return a record of the target as the lineage would tell it, so that the same value reads the same."""
    if not texts.height:
        return {}
    fields = [name for name in spec.fields if name in texts.columns]
    typed = texts.select(_typed(name, polars_type(spec.fields[name])) for name in fields)
    told: dict[str, Any] = json.loads(typed.select(to_json(fields)).item())
    return told


def _typed(name: str, dtype: pl.DataType) -> pl.Expr:
    column = pl.col(name)
    if isinstance(dtype, pl.Boolean):
        return column.replace_strict({"1": True, "0": False}, default=None, return_dtype=pl.Boolean).alias(name)
    if isinstance(dtype, pl.Datetime):
        moment = column.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
        return moment.dt.replace_time_zone("UTC").alias(name)
    if isinstance(dtype, pl.Date):
        return column.str.to_date("%Y-%m-%d", strict=False).alias(name)
    return column.cast(dtype, strict=False).alias(name)

"""The two records of a pair for review, from wherever they are at hand: staging, the lineage, the target."""

import json
from typing import Any

import polars as pl
import sqlalchemy as sa

from crm_migration.load.fingerprint import canonical_from_target
from crm_migration.load.known import golden_ids
from crm_migration.load.reviews import Pair
from crm_migration.load.target import SqlTarget
from crm_migration.match.records import to_json
from crm_migration.staging import RunFolder, has_table, open_table


def pair_records(target: SqlTarget, staging: str, pair: Pair) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields of both rows, by name; empty where a row is nowhere to be found any longer."""
    folder = _folder(target, staging, pair)
    found = [_record(target, folder, pair.entity, identity) for identity in (pair.a, pair.b)]
    for record in found:
        # The external id names the source's row: of two rows it always differs.
        record.pop(target.mapping.entities[pair.entity].target.external_id, None)
    return found[0], found[1]


def _folder(target: SqlTarget, staging: str, pair: Pair) -> RunFolder | None:
    """Return where the run that proposed the pair last staged its tables."""
    run = target.ledger.tables.run
    with target.engine.connect() as connection:
        found = connection.execute(sa.select(run.c.source, run.c.run_id).where(run.c.run_no == pair.last_run)).first()
    return None if found is None else RunFolder(staging, str(found[0]), str(found[1]))


def _record(target: SqlTarget, folder: RunFolder | None, entity: str, identity: str) -> dict[str, Any]:
    return _cleaned(target, folder, identity) or _told(target, identity) or _loaded(target, entity, identity)


def _cleaned(target: SqlTarget, folder: RunFolder | None, identity: str) -> dict[str, Any]:
    """Return the row as the run has cleaned it, where it is one of its source."""
    stream, _, key = identity.partition(":")
    name = stream.removeprefix(f"{folder.source}.") if folder is not None else ""
    if folder is None or name not in target.mapping.entities or not has_table(folder, name, "clean"):
        return {}
    spec = target.mapping.entities[name]
    staged = open_table(folder, name, "clean")
    fields = [field for field in spec.fields if field in staged.columns]
    for frame in staged.frames(["_key", *fields]):
        hit = frame.filter(pl.col("_key") == key)
        if not hit.is_empty():
            told: dict[str, Any] = json.loads(hit.select(to_json(fields)).item())
            return told
    return {}


def _told(target: SqlTarget, identity: str) -> dict[str, Any]:
    """Return the row as the lineage has it."""
    stream, _, key = identity.partition(":")
    number = target.ledger.streams().get(stream)
    lineage = target.ledger.tables.lineage
    chosen = sa.select(lineage.c.record).where(lineage.c.stream_no == number, lineage.c.source_key == key)
    with target.engine.connect() as connection:
        record = connection.scalar(chosen) if number is not None else None
    fields: dict[str, Any] = json.loads(record) if record else {}
    return {name: value for name, value in fields.items() if not name.startswith("_")}


def _loaded(target: SqlTarget, entity: str, identity: str) -> dict[str, Any]:
    """Return the row's record as the target holds it."""
    spec = target.mapping.entities[entity]
    ids = golden_ids(target, pl.Series([identity], dtype=pl.String))["target_id"]
    with target.transaction() as connection:
        frame = target.read_ids(connection, spec.target.object, list(spec.fields), ids)
    found = canonical_from_target(frame, spec).drop("target_id")
    return found.row(0, named=True) if found.height else {}

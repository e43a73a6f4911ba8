"""Is a record with our key the one that we have sent? Told by its values, of which the CRM's rules may change some."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from crm_migration.load.fingerprint import canonical
from crm_migration.load.record_api import Record
from crm_migration.load.replica.columns import canonical_texts, canonical_values
from crm_migration.load.replica.intents import FOUND, Unclaimed
from crm_migration.staging import RunFolder, has_table, open_table

if TYPE_CHECKING:
    from crm_migration.load.replica.target import ReplicaTarget

ALIKE = 0.5
"""The share of a record's values that the CRM must hold as they were sent."""
SOMEWHAT = 0.01
"""The same where the row may have changed since it was sent: anything at all."""


def alike(sent: Record, held: Record, key: str, share: float) -> bool:
    """Say whether a record holds at least a share of the values that were sent, `key` aside."""
    names = [name for name, value in sent.items() if name != key and value]
    return sum(sent[name] == held[name] for name in names) >= share * len(names)


def records_of_others(target: "ReplicaTarget", folder: RunFolder, run_no: int) -> list[Unclaimed]:
    """Return the records that were found under the keys of what a run has sent, and share nothing else with it.

    Where the run's staged records are gone nothing is held against anything: what bears our key is ours.
    """
    found = target.intents.unclaimed_of(run_no, FOUND)
    others: list[Unclaimed] = []
    for entity in target.mapping.entities:
        stream = f"{folder.source}.{entity}:"
        mine = {one.golden: one for one in found if one.golden.startswith(stream)}
        if mine and has_table(folder, entity, "golden"):
            sent, held = _sent(target, folder, entity, mine), _held(target, entity, mine)
            key = target.mapping.entities[entity].target.external_id
            others += [
                one
                for golden, one in mine.items()
                if golden in sent
                and one.target_id in held
                and not alike(sent[golden], held[one.target_id], key, SOMEWHAT)
            ]
    return others


def _plain_fields(target: "ReplicaTarget", entity: str) -> list[str]:
    """Return the fields whose staged values are those that were sent: a staged reference is the source's."""
    spec = target.mapping.entities[entity]
    return [name for name in spec.fields if name not in spec.references]


def _sent(target: "ReplicaTarget", folder: RunFolder, entity: str, mine: dict[str, Unclaimed]) -> dict[str, Record]:
    spec, fields = target.mapping.entities[entity], _plain_fields(target, entity)
    columns = target.tables(spec.target.object).columns
    wanted = pl.col("_golden").is_in(list(mine))
    parts = open_table(folder, entity, "golden").frames(["_golden", *fields])
    rows = _rows(canonical(part.filter(wanted), spec) for part in parts)
    return {str(row.pop("_golden")): canonical_values(row, columns) for row in rows}


def _held(target: "ReplicaTarget", entity: str, mine: dict[str, Unclaimed]) -> dict[str, Record]:
    tables, fields = target.tables(target.mapping.entities[entity].target.object), _plain_fields(target, entity)
    ids = [one.target_id for one in mine.values()]
    frame = canonical_texts(target.api.find(tables.name, tables.identity, ids, fields), tables.columns)
    return {str(row[tables.identity]): row for row in _rows([frame])}


def _rows(frames: "Iterator[pl.DataFrame] | list[pl.DataFrame]") -> Iterator[dict[str, str | None]]:
    for frame in frames:
        yield from frame.iter_rows(named=True)

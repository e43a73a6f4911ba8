"""Records of the sample side by side: what the source holds, and what the target holds because of it.

Together with the pairs for review the only place where values of customers' records are shown to a person.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest

import polars as pl

from crm_migration.load.fingerprint import canonical_from_target
from crm_migration.mapping.model import Entity
from crm_migration.staging import has_table, open_table
from crm_migration.validate.against_source import staged_rows
from crm_migration.validate.loaded import loaded_records
from crm_migration.validate.selection import Scope, only, select

EXAMPLES = 20
LONGEST_VALUE = 1_000


@dataclass(frozen=True)
class ExampleLine:
    """One field of a record: what each source column holds, and what the target holds; None for nothing."""

    field: str
    source: tuple[tuple[str, str | None], ...]
    target: str | None


@dataclass(frozen=True)
class ExampleRecord:
    """One record of the sample, named by the key of its master row."""

    entity: str
    key: str
    why: str
    rows: int
    lines: tuple[ExampleLine, ...]


def examples(scope: Scope) -> tuple[ExampleRecord, ...]:
    """Return some records of the sample as they stand in the target, the entities in turn, at most 20 in all.

    Raises:
        TargetUnavailable, MappingFault: as reading the target raises them.
    """
    found = [list(_of_entity(scope, name)) for name in scope.mapping.entities]
    mixed = [one for one in chain.from_iterable(zip_longest(*found)) if one is not None][:EXAMPLES]
    order = list(scope.mapping.entities)
    return tuple(sorted(mixed, key=lambda record: order.index(record.entity)))


def _of_entity(scope: Scope, name: str) -> Iterator[ExampleRecord]:
    """Yield records spread over all that the sample was chosen for."""
    entity = scope.entity(name)
    if not has_table(scope.folder, name, "sample"):
        return
    chosen = _spread(open_table(scope.folder, name, "sample").frame(["_golden", "why"]))
    wanted = chosen["_golden"].implode()
    golden = open_table(scope.folder, name, "golden").frames(["_golden", "_key", "_members"])
    records = chosen.join(only(golden, pl.col("_golden").is_in(wanted)), on="_golden", maintain_order="left")
    held = _held(scope, name, entity, wanted)
    rows = {row["_key"]: row for row in staged_rows(scope, name, entity, records).to_dicts()}
    for line in records.to_dicts():
        if line["_golden"] in held and line["_key"] in rows:
            lines = tuple(_lines(entity, rows[line["_key"]], held[line["_golden"]]))
            yield ExampleRecord(name, line["_key"], line["why"], line["_members"], lines)


def _spread(sample: pl.DataFrame) -> pl.DataFrame:
    """Return at most 20 records, taken evenly from the first reason to the last."""
    return sample.gather_every(max(1, -(-sample.height // EXAMPLES)))


def _held(scope: Scope, name: str, entity: Entity, wanted: pl.Series) -> dict[str, dict[str, str | None]]:
    """Return what the target holds of the golden records `wanted`; those that it refused are not in it."""
    found: dict[str, dict[str, str | None]] = {}
    for frame in loaded_records(select(scope, name)):
        mine = frame.filter(pl.col("_golden").is_in(wanted) & pl.col("_present").is_not_null())
        found |= {row["_golden"]: row for row in canonical_from_target(mine, entity).to_dicts()}
    return found


def _lines(entity: Entity, row: dict[str, str | None], held: dict[str, str | None]) -> Iterator[ExampleLine]:
    for field, spec in entity.fields.items():
        source = tuple((column, _shown(row[column])) for column in spec.columns)
        if held[field] is not None or any(value not in (None, "") for _, value in source):
            yield ExampleLine(field, source, _shown(held[field]))


def _shown(value: str | None) -> str | None:
    """Return a value in the length that a person looks at."""
    if value is None or len(value) <= LONGEST_VALUE:
        return value
    return f"{value[:LONGEST_VALUE]}… ({len(value):,} characters)"

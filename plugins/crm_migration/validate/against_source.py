"""A random few records, compared field by field with the source: read anew, cleaned anew."""

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import polars as pl
import sqlalchemy as sa

from crm_migration.clean.column import Context
from crm_migration.clean.fields import clean_field
from crm_migration.load.fingerprint import canonical
from crm_migration.load.references import qualified
from crm_migration.load.retired import still_there
from crm_migration.mapping.fields import File
from crm_migration.mapping.model import Country, Entity, Mapping, Owner, Reference
from crm_migration.staging import open_table
from crm_migration.validate.accuracy import ReadBack
from crm_migration.validate.checks import Check, Tally
from crm_migration.validate.selection import Scope, only

FOUND = " in target"


@runtime_checkable
class KeyReader(Protocol):
    """A source that can give single rows again."""

    def read_keys(self, entity: str, keys: pl.DataFrame) -> pl.DataFrame:
        """Return the entity's source columns, as text, of the rows whose key columns are in `keys`."""
        ...


@dataclass
class Comparison:
    """What comparing the drawn records has found."""

    compared: int = 0
    changed_at_source: Tally = field(default_factory=Tally)
    fields: dict[str, Tally] = field(default_factory=dict)


def against_source_checks(found: ReadBack, source: KeyReader | None) -> list[Check]:
    """Return one line on all the drawn records, and one per field in which any of them differs.

    A row that changed at the source since it was extracted is told and left out. Without a source that can give rows
    again, the rows as extracted stand in for it.
    """
    name = found.selection.entity
    read = pl.concat(found.drawn) if found.drawn else pl.DataFrame()
    if read.is_empty():
        return []
    entity, scope = found.entity, found.selection.scope
    result = Comparison()
    staged = staged_rows(scope, name, entity, found.selection.drawn)
    rows = (
        staged if source is None else _unchanged(staged, source.read_keys(name, _keys(staged, entity)), result, entity)
    )
    _compare(result, _meant(scope, name, entity, rows), read, entity)
    label = "staged" if source is None else "source"
    differing = sum(tally.count for tally in result.fields.values())
    checks = [
        Check(
            "accuracy", name, f"drawn_against_{label}", "fail" if differing else "pass",
            source_value=str(result.compared), failing=differing,
        )
    ]  # fmt: skip
    if result.changed_at_source.count:
        checks.append(result.changed_at_source.judged(Check("accuracy", name, "changed_at_source", "info")))
    return checks + [
        tally.judged(Check("accuracy", name, f"drawn_against_{label}", "pass", field=column))
        for column, tally in result.fields.items()
    ]


def staged_rows(scope: Scope, name: str, entity: Entity, drawn: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose `_key` is among those of `drawn` as they were extracted, with their `_key`."""
    rows = open_table(scope.folder, name, "clean").frames(["_key", "_row"])
    keys = only(rows, pl.col("_key").is_in(drawn["_key"].implode()))
    extract = open_table(scope.folder, name, "extract").frames(["_row", *entity.source_columns])
    return keys.join(only(extract, pl.col("_row").is_in(keys["_row"].implode())), on="_row")


def _keys(rows: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    return rows.select(entity.key_columns)


def _unchanged(staged: pl.DataFrame, now: pl.DataFrame, result: Comparison, entity: Entity) -> pl.DataFrame:
    """Return the rows that the source still holds as they were extracted, as it gives them now."""
    same = now.join(staged, on=entity.source_columns, how="inner", nulls_equal=True)
    result.changed_at_source.add(staged.filter(~pl.col("_key").is_in(same["_key"].implode()))["_key"])
    return same


def _meant(scope: Scope, name: str, entity: Entity, rows: pl.DataFrame) -> pl.DataFrame:
    """Return `_key` and the fields as they must stand in the target, as canonical text."""
    contexts = _contexts(scope, entity)
    staged = _staged_files(scope, name, entity, rows)
    values = [
        staged[column] if column in staged.columns else clean_field(rows, spec, contexts[column]).values.alias(column)
        for column, spec in entity.fields.items()
    ]
    cleaned = rows.select("_key").hstack(values)
    for reference in entity.references.items():
        cleaned = _resolved(scope, cleaned, reference)
    return canonical(cleaned, entity)


def _staged_files(scope: Scope, name: str, entity: Entity, rows: pl.DataFrame) -> pl.DataFrame:
    """Return, row by row, the files that paths have led to when they were staged; they may have changed since."""
    fields = [column for column, spec in entity.fields.items() if isinstance(spec, File) and spec.of == "path"]
    if not fields:
        return pl.DataFrame()
    wanted = rows["_key"].implode()
    parts = open_table(scope.folder, name, "clean").frames(["_key", *fields])
    found = only(parts, pl.col("_key").is_in(wanted))
    return rows.select("_key").join(found, on="_key", how="left", maintain_order="left").drop("_key")


def _contexts(scope: Scope, entity: Entity) -> dict[str, Context]:
    mapping: Mapping = scope.mapping
    spellings = {
        spec.source: spec.values
        for spec in entity.fields.values()
        if isinstance(spec, Country) and isinstance(spec.source, str)
    }
    return {
        name: Context(
            mapping.source,
            scope.target.lookup(spec.object, spec.by, spec.id) if isinstance(spec, Owner) else None,
            spellings.get(getattr(spec, "country_from", None) or "", {}),
        )
        for name, spec in entity.fields.items()
    }


def _resolved(scope: Scope, cleaned: pl.DataFrame, reference: tuple[str, Reference]) -> pl.DataFrame:
    """Return `cleaned` with one reference as the parent's key in the target.

    Where the crosswalk knows no parent, what the mapping does about it decides: the record is not there, or the
    reference and the fields beside it are empty.
    """
    name, spec = reference
    wanted = qualified(cleaned[name], spec)
    ids = _parents(scope, wanted.drop_nulls().unique().to_list())
    found = wanted.replace_strict(list(ids), list(ids.values()), default=None, return_dtype=pl.String)
    lost = wanted.is_not_null() & found.is_null()
    return cleaned.with_columns(
        found.alias(name),
        *(pl.when(~lost).then(pl.col(other)).alias(other) for other in spec.null_together if other != name),
    )


def _parents(scope: Scope, wanted: list[str]) -> dict[str, str]:
    """Return the target's key of each parent (`entity|key`) that the crosswalk knows."""
    crosswalk, streams = scope.target.ledger.tables.crosswalk, scope.target.ledger.streams()
    keys: dict[str, list[str]] = {}
    for one in wanted:
        entity, _, key = one.partition("|")
        keys.setdefault(entity, []).append(key)
    found: dict[str, str] = {}
    with scope.target.engine.connect() as connection:
        for entity, listed in keys.items():
            chosen = sa.select(crosswalk.c.source_key, crosswalk.c.target_id).where(
                crosswalk.c.stream_no == streams.get(f"{scope.folder.source}.{entity}", 0),
                crosswalk.c.source_key.in_(listed),
                still_there(crosswalk),
            )
            found |= {f"{entity}|{key}": identity for key, identity in connection.execute(chosen)}
    return found


def _compare(result: Comparison, meant: pl.DataFrame, read: pl.DataFrame, entity: Entity) -> None:
    joined = meant.join(read, on="_key", suffix=FOUND)
    result.compared = joined.height
    for name in entity.fields:
        differing = joined.filter(pl.col(name).ne_missing(pl.col(name + FOUND)))["_key"]
        if len(differing):
            result.fields[name] = Tally()
            result.fields[name].add(differing)

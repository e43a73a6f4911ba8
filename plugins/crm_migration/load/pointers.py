"""Who in the target refers to records that are to be deleted: by its foreign keys, and by the mapping's references."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from crm_migration.extract.dialect import read_text
from crm_migration.load.bulk import drop_keys, key_table
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Choice, Entity, Reference

PAIRS = {"object": pl.String, "target_id": pl.String, "by_object": pl.String, "by_id": pl.String}


@dataclass(frozen=True)
class Pointer:
    """A column that may hold the id of a record of `parent`; where `types` says so only for some types of parent."""

    child: str
    column: str
    parent: str
    schema: str | None = None
    types: tuple[str, tuple[str, ...]] | None = None


def pointed_at(connection: sa.Connection, target: SqlTarget, candidates: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Return who refers to the records `candidates` (target ids by object): columns of `PAIRS`.

    Records of objects that the mapping does not write have no `by_id`.
    """
    wanted = {name: ids for name, ids in candidates.items() if not ids.is_empty()}
    found = [pl.DataFrame(schema=PAIRS)]
    for pointer in pointers(connection, target, set(wanted)) if wanted else ():
        found.append(_pairs(connection, target, pointer, wanted[pointer.parent]))
    return pl.concat(found).unique(maintain_order=True)


def unblocked(candidates: Mapping[str, pl.Series], pairs: pl.DataFrame) -> dict[str, pl.Series]:
    """Return the candidates to which nobody refers but other candidates that stay so themselves."""
    left = dict(candidates)
    while True:
        staying = pl.concat(
            [pl.DataFrame(schema={"by_object": pl.String, "by_id": pl.String})]
            + [pl.DataFrame({"by_object": [name] * len(ids), "by_id": ids}) for name, ids in left.items()],
            how="vertical_relaxed",
        )
        blocking = pairs.join(staying, on=["by_object", "by_id"], how="anti", nulls_equal=False)
        fewer = {
            name: ids.filter(~ids.is_in(blocking.filter(pl.col("object") == name)["target_id"].implode()))
            for name, ids in left.items()
        }
        if all(len(fewer[name]) == len(left[name]) for name in left):
            return left
        left = fewer


def pointers(connection: sa.Connection, target: SqlTarget, parents: set[str]) -> Iterator[Pointer]:
    """Yield the columns of the target that may refer to records of `parents`: foreign keys, and mapped references."""
    seen = set()
    for pointer in (*_foreign_keys(connection, target, parents), *_references(target, parents)):
        # A foreign key points at one object whatever a type beside it says, so it comes first.
        known = (pointer.child, pointer.column, pointer.parent)
        if known not in seen:
            seen.add(known)
            yield pointer


def _foreign_keys(connection: sa.Connection, target: SqlTarget, parents: set[str]) -> Iterator[Pointer]:
    schema = target.mapping.target.db_schema
    for (_, child), keys in sa.inspect(connection).get_multi_foreign_keys(schema=schema).items():
        for key in keys:
            parent = str(key["referred_table"])
            single = len(key["constrained_columns"]) == 1
            if parent in parents and single and key["referred_columns"] == [target.primary_key(parent)]:
                yield Pointer(str(child), str(key["constrained_columns"][0]), parent, schema)


def _references(target: SqlTarget, parents: set[str]) -> Iterator[Pointer]:
    entities = target.mapping.entities
    for entity in entities.values():
        for name, spec in entity.references.items():
            for parent in dict.fromkeys(entities[owner].target.object for owner in spec.entities):
                if parent in parents:
                    types = _types(target, entity, spec, parent)
                    yield Pointer(entity.target.object, name, parent, target.mapping.target.db_schema, types)


def _types(target: SqlTarget, entity: Entity, spec: Reference, parent: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the field that tells the type of a reference's parent, and its values for `parent`, where there is one."""
    for name, other in entity.fields.items():
        if isinstance(other, Choice) and spec.type_from is not None and other.source == spec.type_from:
            entities = target.mapping.entities
            wanted = [value for value, owner in spec.types.items() if entities[owner].target.object == parent]
            return name, tuple(other.values.get(value, value) for value in wanted)
    return None


def _pairs(connection: sa.Connection, target: SqlTarget, pointer: Pointer, ids: pl.Series) -> pl.DataFrame:
    child = target.table(pointer.child)
    column = child.c[pointer.column]
    keys = key_table(connection, pl.DataFrame({"target_id": ids}))
    same = (
        column == sa.cast(keys.c.target_id, sa.BigInteger)
        if isinstance(column.type, sa.Integer)
        else sa.cast(column, keys.c.target_id.type) == keys.c.target_id
    )
    where = child.c[pointer.types[0]].in_(pointer.types[1]) if pointer.types else None
    columns: list[sa.ColumnElement[object]] = [keys.c.target_id.label("target_id")]
    mapped = pointer.child in {entity.target.object for entity in target.mapping.entities.values()}
    if mapped:
        columns.append(child.c[target.primary_key(pointer.child)].label("by_id"))
    found = pl.concat(read_text(connection, child.join(keys, same), columns, where=where))
    drop_keys(connection, keys)
    return found.select(
        pl.lit(pointer.parent).alias("object"),
        "target_id",
        pl.lit(pointer.child).alias("by_object"),
        (pl.col("by_id") if mapped else pl.lit(None, pl.String)).alias("by_id"),
    )

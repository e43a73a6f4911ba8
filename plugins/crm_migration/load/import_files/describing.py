"""What import files say of an object: its fields, their kinds, and which references must wait for the updates."""

from collections.abc import Iterator

from crm_migration.load.file_columns import file_columns
from crm_migration.load.import_files.layout import Layout, layout_of
from crm_migration.load.replica.columns import ReplicaColumn, columns_of
from crm_migration.mapping.live import TargetColumn, TargetTable
from crm_migration.mapping.model import Boolean, Entity, FieldSpec, Mapping, Reference
from crm_migration.mapping.order import load_order
from crm_migration.mapping.wizard import IDENTITY

TYPES = {
    "identity": "text",
    "key": "text",
    "text": "text",
    "date": "date",
    "moment": "timestamp",
    "number": "numeric",
    "whole": "bigint",
    "truth": "boolean",
}


def entities_of(mapping: Mapping, target_object: str | None = None) -> Iterator[tuple[str, Entity]]:
    """Yield the entities, parents first, or those of an object."""
    for name in load_order(mapping):
        if target_object in (None, mapping.entities[name].target.object):
            yield name, mapping.entities[name]


def import_order(mapping: Mapping) -> list[str]:
    """Return the objects, parents first."""
    return list(dict.fromkeys(entity.target.object for _, entity in entities_of(mapping)))


def fields_of(mapping: Mapping, target_object: str) -> dict[str, FieldSpec]:
    """Return all that the mapping's entities write to an object, its flags of deleted records among them."""
    found: dict[str, FieldSpec] = {}
    for _, entity in entities_of(mapping, target_object):
        found = {**entity.fields, **found}
        if (flag := entity.target.deleted_flag) is not None:
            found[flag] = Boolean.model_validate({"kind": "boolean", "from": flag})
    return found


def external_id_of(mapping: Mapping, target_object: str) -> str:
    """Return the field of an object that carries the source's key."""
    return next(entity.target.external_id for _, entity in entities_of(mapping, target_object))


def layout_for(mapping: Mapping, target_object: str) -> Layout:
    """Return the columns of an object's files; raises what `layout_of` raises."""
    external_id = external_id_of(mapping, target_object)
    return layout_of(target_object, fields_of(mapping, target_object), external_id, mapping.target.import_files)


def late_references(mapping: Mapping, target_object: str) -> list[str]:
    """Return the references of an object to records that are not sure to be there when it is created."""
    order = import_order(mapping)
    later = set(order[order.index(target_object) :])
    found = []
    for name, spec in fields_of(mapping, target_object).items():
        if isinstance(spec, Reference) and later & {mapping.entities[one].target.object for one in spec.entities}:
            found.append(name)
    return found


def described(mapping: Mapping, target_object: str) -> TargetTable:
    """Return an object as a table, of which nothing is known but the mapping."""
    external_id = external_id_of(mapping, target_object)
    columns = {IDENTITY: TargetColumn(IDENTITY, "text", nullable=False, generated=True, unique=True)}
    for name, column in columns_of(mapping, target_object).items():
        columns[name] = _column(name, column, unique=name == external_id)
    for name in file_columns(mapping, target_object):
        columns[name] = TargetColumn(name, "binary")
    return TargetTable(target_object, columns, (IDENTITY,))


def _column(name: str, column: ReplicaColumn, *, unique: bool) -> TargetColumn:
    digits = column.digits or None
    return TargetColumn(name, TYPES[column.kind], precision=digits, scale=column.decimals, unique=unique)


def as_entity(mapping: Mapping, target_object: str) -> Entity:
    """Return an entity that has all fields of an object, as their canonical texts depend on it."""
    first = next(entity for _, entity in entities_of(mapping, target_object))
    return first.model_copy(update={"fields": fields_of(mapping, target_object)})

"""Rules that compare an entity with its table in the target as it is now."""

from collections.abc import Iterator, Mapping

from crm_migration.mapping.faults import Fault, Place, quoted, unknown_name
from crm_migration.mapping.fit import described, family, fit_faults
from crm_migration.mapping.gone import live_flag_faults
from crm_migration.mapping.live import TargetColumn, TargetTable
from crm_migration.mapping.model import Constant, FieldSpec, Owner, Reference
from crm_migration.mapping.scope import Scope

Target = Mapping[str, TargetTable]


def target_faults(scope: Scope, target: Target) -> Iterator[Fault]:
    """Yield the faults of what an entity writes."""
    wanted = scope.entity.target
    table = target.get(wanted.object)
    if table is None:
        yield unknown_name(scope.at("target", "object"), "a table of the target", wanted.object, target)
        return
    yield from _identity(scope, table)
    for name, spec in scope.entity.fields.items():
        column = table.columns.get(name)
        if column is None:
            fault = unknown_name(scope.at("fields", name), f"a column of {table.name}", name, table.columns)
            yield Fault(fault.place, fault.text, at_key=True)
        else:
            yield from _field(scope, name, column)
        if isinstance(spec, Owner):
            yield from _owner(scope.at("fields", name), spec, target)
        if column is not None and isinstance(spec, Owner | Reference):
            yield from _pointer(scope, name, column, target)
    yield from _unmapped(scope, table)
    yield from live_flag_faults(scope, table)


def _identity(scope: Scope, table: TargetTable) -> Iterator[Fault]:
    """Yield what keeps records from being identified by their id and their external id."""
    wanted = scope.entity.target
    for key, column in (("id", wanted.id), ("external_id", wanted.external_id)):
        if column not in table.columns:
            yield unknown_name(scope.at("target", key), f"a column of {table.name}", column, table.columns)
    if wanted.external_id in table.columns and not table.is_unique(wanted.external_id):
        expected = f"a column of {table.name} with a unique index"
        text = f"expected {expected}, found {quoted(wanted.external_id)} without one"
        yield Fault(scope.at("target", "external_id"), text)


def _unmapped(scope: Scope, table: TargetTable) -> Iterator[Fault]:
    """Yield the columns that a new record needs and that nothing fills."""
    if scope.entity.target.write == "update":
        return
    for name, column in table.columns.items():
        filled = name in scope.entity.fields or name == scope.entity.target.id
        if not (filled or column.nullable or column.has_default or column.generated):
            text = f"expected a field for {described(column)}, which must have a value, found none"
            yield Fault(scope.at("fields", name), text)


def _field(scope: Scope, name: str, column: TargetColumn) -> Iterator[Fault]:
    spec, place = scope.entity.fields[name], scope.at("fields", name)
    if column.generated and name != scope.entity.target.id:
        text = f"expected a column that can be written, found {quoted(name)}, which the target generates"
        yield Fault(place, text, at_key=True)
        return
    if not column.nullable and not _always_filled(spec):
        reason = f"because {described(column)} takes no empty value"
        text = f"expected 'required: true' or a default, {reason}, found neither"
        yield Fault(place, text, at_key=True)
    if not isinstance(spec, Reference | Owner):
        yield from fit_faults(place, spec, column)


def _always_filled(spec: FieldSpec) -> bool:
    return isinstance(spec, Constant) or spec.required or spec.default is not None


def _owner(place: Place, spec: Owner, target: Target) -> Iterator[Fault]:
    table = target.get(spec.object)
    if table is None:
        yield unknown_name((*place, "object"), "a table of the target", spec.object, target)
        return
    for key, column in (("by", spec.by), ("id", spec.id)):
        if column not in table.columns:
            yield unknown_name((*place, key), f"a column of {table.name}", column, table.columns)


def _pointer(scope: Scope, name: str, column: TargetColumn, target: Target) -> Iterator[Fault]:
    """Yield why a column cannot store the id that a field yields."""
    for steps, pointed_at, identity in _pointed_at(scope, name):
        place = (*scope.at("fields", name), *steps)
        if column.foreign_key is not None:
            table, key = column.foreign_key
            if pointed_at not in (table, table.rpartition(".")[2]) or identity != key:
                found = f"{quoted(f'{pointed_at}.{identity}')}"
                yield Fault(
                    place,
                    f"expected {quoted(f'{table}.{key}')}, where {name} points in the target, found {found}",
                )
                continue
        parent = target.get(pointed_at)
        stored = parent.columns.get(identity) if parent else None
        if stored is not None and not _alike(stored, column):
            yield Fault(place, f"expected a column that can hold {described(stored)}, found {described(column)}")


def _pointed_at(scope: Scope, name: str) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield, for each place that says so, the table and column whose value a field stores."""
    spec = scope.entity.fields[name]
    entities = scope.mapping.entities
    if isinstance(spec, Owner):
        yield ("object",), spec.object, spec.id
    elif isinstance(spec, Reference):
        named = {("to",): spec.to} if spec.to else {("types", value): entity for value, entity in spec.types.items()}
        for steps, entity in named.items():
            yield steps, entities[entity].target.object, entities[entity].target.id


def _alike(stored: TargetColumn, column: TargetColumn) -> bool:
    """Say whether a column can hold another one's values."""
    families = {family(stored.type), family(column.type)}
    if "other" in families or families <= {"integer", "decimal"} or families == {"text", "uuid"}:
        return True
    shorter = column.length is not None and (stored.length is None or stored.length > column.length)
    return len(families) == 1 and not (families == {"text"} and shorter)

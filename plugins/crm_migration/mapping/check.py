"""The rules beyond the shape of a mapping: within itself, and against source and target as they are now."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from crm_migration.mapping import model
from crm_migration.mapping.against_source import choice_faults, source_faults
from crm_migration.mapping.against_target import target_faults
from crm_migration.mapping.classes import class_faults
from crm_migration.mapping.faults import Fault
from crm_migration.mapping.files import file_faults
from crm_migration.mapping.functions import function_faults
from crm_migration.mapping.gone import gone_faults
from crm_migration.mapping.live import TargetTable
from crm_migration.mapping.loaded import LoadedMapping
from crm_migration.mapping.names import name_faults
from crm_migration.mapping.order import circle_faults
from crm_migration.mapping.origins import origin_faults, source_kind_faults
from crm_migration.mapping.scope import scopes
from crm_migration.mapping.settings import settings_faults
from crm_migration.mapping.usable import usage_faults
from crm_migration.mapping.values import value_faults


def static_faults(mapping: model.Mapping) -> list[Fault]:
    """Return what is wrong with a mapping that needs neither source nor target to be seen."""
    return [*settings_faults(mapping), *source_kind_faults(mapping), *_entity_faults(mapping), *circle_faults(mapping)]


def check_static(loaded: LoadedMapping) -> list[str]:
    """Return one line per fault that needs neither source nor target; `read_mapping` lets none pass."""
    return loaded.problems(static_faults(loaded.mapping))


def check_live(
    loaded: LoadedMapping,
    source_columns: Mapping[str, Mapping[str, str]],
    target: Mapping[str, TargetTable],
    choice_values: Mapping[str, Mapping[str, AbstractSet[str]]],
    source_tables: AbstractSet[str] = frozenset(),
) -> list[str]:
    """Compare a mapping with the source and the target as they are now.

    Args:
        loaded: The mapping and its file.
        source_columns: By entity, the columns of its table or query with their declared types; an entity
            whose table is not there is left out.
        target: The target's tables by name: at least those of `live.target_objects`; more give better hints.
        choice_values: By entity and field, the distinct source values of the choice fields.
        source_tables: The names of all tables of the source, for hints.

    Returns:
        One line per fault, `file:line:column: path: expected …, found …`; none if a run may start.
    """
    faults: list[Fault] = []
    for scope in scopes(loaded.mapping):
        faults += source_faults(scope, source_columns.get(scope.name), source_tables)
        faults += choice_faults(scope, choice_values.get(scope.name, {}))
        faults += target_faults(scope, target)
        faults += function_faults(scope)
    return loaded.problems(faults)


def _entity_faults(mapping: model.Mapping) -> Iterator[Fault]:
    for scope in scopes(mapping):
        yield from origin_faults(scope)
        yield from name_faults(scope)
        yield from value_faults(scope)
        yield from gone_faults(scope)
        yield from class_faults(scope)
        yield from file_faults(scope)
        yield from usage_faults(scope)

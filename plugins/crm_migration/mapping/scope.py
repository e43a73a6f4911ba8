"""One entity of a mapping as the rules see it: its name, its model, and the places inside it."""

from dataclasses import dataclass

from crm_migration.mapping.faults import Place
from crm_migration.mapping.model import Entity, FieldSpec, Mapping


@dataclass(frozen=True)
class Scope:
    """An entity within its mapping."""

    mapping: Mapping
    name: str
    entity: Entity

    def at(self, *steps: str | int) -> Place:
        """Return a place inside this entity."""
        return ("entities", self.name, *steps)

    def kind_of(self, field: str) -> Place:
        """Return the place that says of which kind a field is."""
        return self.at("fields", field, "kind")

    def field(self, name: str) -> FieldSpec | None:
        """Return a field by name, or None."""
        return self.entity.fields.get(name)


def scopes(mapping: Mapping) -> list[Scope]:
    """Return the mapping's entities in the order of the file."""
    return [Scope(mapping, name, entity) for name, entity in mapping.entities.items()]

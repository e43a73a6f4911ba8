"""How much of a mapping that a person wrote a proposed one has: the same source columns for the same fields."""

from dataclasses import dataclass

from crm_migration.mapping.model import Constant, Entity, FieldSpec, Mapping


@dataclass(frozen=True)
class Share:
    """Of one entity: the fields that both map alike, those that differ or are missing, and those only proposed."""

    entity: str
    same: list[str]
    missed: dict[str, tuple[list[str], list[str] | None]]
    more: list[str]

    @property
    def share(self) -> float:
        return len(self.same) / (len(self.same) + len(self.missed))

    def __str__(self) -> str:
        total = len(self.same) + len(self.missed)
        return f"{self.entity}: {len(self.same)} of {total} ({self.share:.0%}); missed {self.missed}; more {self.more}"


def share(name: str, written: Entity, proposed: Entity | None) -> Share:
    """Compare two entities field by field."""
    theirs = proposed.fields if proposed else {}
    same = [field for field, spec in written.fields.items() if field in theirs and alike(spec, theirs[field])]
    missed = {
        field: (spec.columns, theirs[field].columns if field in theirs else None)
        for field, spec in written.fields.items()
        if field not in same
    }
    return Share(name, same, missed, [field for field in theirs if field not in written.fields])


def alike(one: FieldSpec, other: FieldSpec) -> bool:
    if isinstance(one, Constant) or isinstance(other, Constant):
        return isinstance(one, Constant) and isinstance(other, Constant) and one.value == other.value
    return one.columns == other.columns


def shares(written: Mapping, proposed: Mapping) -> dict[str, Share]:
    """Compare all entities that a person wrote, by name."""
    return {name: share(name, entity, proposed.entities.get(name)) for name, entity in written.entities.items()}

"""What the target looks like now, in the terms that a mapping is checked against."""

from dataclasses import dataclass, field

from crm_migration.mapping.model import Mapping, Owner


@dataclass(frozen=True)
class TargetColumn:
    """One column of a table of the target.

    `type` is the type as the target declares it, such as `character varying`; `length` counts characters. A
    `generated` column is computed or numbered by the target. `foreign_key` names the table and column that it
    points at. `options` are the only values that the column takes, where the target lists them.
    """

    name: str
    type: str
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    nullable: bool = True
    has_default: bool = False
    generated: bool = False
    unique: bool = False
    foreign_key: tuple[str, str] | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class TargetTable:
    """One table of the target, its columns by name."""

    name: str
    columns: dict[str, TargetColumn] = field(default_factory=dict)
    primary_key: tuple[str, ...] = ()

    def is_unique(self, column: str) -> bool:
        """Say whether the target refuses a second row with the same value in this column."""
        return tuple(self.primary_key) == (column,) or (column in self.columns and self.columns[column].unique)


def target_objects(mapping: Mapping) -> set[str]:
    """Return the tables that must be described: those a mapping writes, and those that hold its owners."""
    owners = {
        spec.object
        for entity in mapping.entities.values()
        for spec in entity.fields.values()
        if isinstance(spec, Owner)
    }
    return owners | {entity.target.object for entity in mapping.entities.values()}

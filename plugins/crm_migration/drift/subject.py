"""One entity under judgement: its mapping, what its source offers now, what the last load saw."""

from dataclasses import dataclass
from functools import cached_property

from crm_migration.drift.change import Columns, Kind
from crm_migration.extract.source import Profile
from crm_migration.mapping.model import Constant, Entity, FieldSpec
from crm_migration.mapping.reading import Policy
from crm_migration.mapping.scope import Scope


@dataclass(frozen=True)
class Subject:
    """An entity; `last` is None where no load that stands has remembered its source."""

    scope: Scope
    profile: Profile
    last: Columns | None

    @property
    def entity(self) -> Entity:
        """Return the entity as the mapping describes it."""
        return self.scope.entity

    @cached_property
    def known(self) -> dict[str, str]:
        """Return the columns that the last load saw, with their kinds."""
        return dict(self.last or ())

    @property
    def offered(self) -> dict[str, str]:
        """Return the columns that the source offers now."""
        return self.profile.columns

    @cached_property
    def needed(self) -> frozenset[str]:
        """Return the columns without which there is no run: of key, watermark, filters, and of fields that must be."""
        target = self.entity.target
        must = [
            column
            for name, spec in self.entity.fields.items()
            if getattr(spec, "required", False) or name in (target.external_id, target.id)
            for column in spec.columns
        ]
        watermark = [self.entity.watermark] if self.entity.watermark else []
        return frozenset([*self.entity.identifying_columns, *watermark, *must])

    def policy(self, kind: Kind) -> Policy:
        """Return what the mapping says about a kind of change."""
        policy: Policy = getattr(self.entity.drift, kind)
        return policy

    def readers(self, columns: list[str]) -> tuple[str, ...]:
        """Return the fields that read any of some columns."""
        return tuple(name for name, spec in self.entity.fields.items() if set(columns) & set(read_by(spec)))


def read_by(spec: FieldSpec) -> list[str]:
    """Return every column that a field reads."""
    if isinstance(spec, Constant):
        return []
    beside = [column for extra in ("country_from", "type_from") if (column := getattr(spec, extra, None))]
    return [*spec.columns, *beside]

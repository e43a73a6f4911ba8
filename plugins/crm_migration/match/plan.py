"""What a match is asked to do, drawn from the mapping."""

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from crm_migration.clean.types import polars_type
from crm_migration.errors import MappingInvalid
from crm_migration.mapping.model import (
    Entity,
    Guards,
    MatchConfig,
    MatchModel,
    Reference,
    Strategy,
    StrongKey,
    Survivorship,
    TextBase,
)

MODEL_RULE = "model"


@dataclass(frozen=True)
class Plan:
    """One entity's match: its keys, guards and survivorship, and the typed fields they work on."""

    source: str
    name: str
    entity: Entity

    @property
    def stream(self) -> str:
        """Return `<source>.<entity>`, in whose name this entity's rows have their golden ids."""
        return f"{self.source}.{self.name}"

    @cached_property
    def fields(self) -> dict[str, pl.DataType]:
        """Return the type of every field's clean column."""
        return {name: polars_type(spec) for name, spec in self.entity.fields.items()}

    @property
    def keys(self) -> list[StrongKey]:
        """Return the strong keys; an entity without `match` has none."""
        return self.entity.match.keys if self.entity.match else []

    @property
    def guards(self) -> Guards:
        """Return the guards, or the model's defaults."""
        return self.entity.match.guards if self.entity.match else Guards.model_validate({})

    @property
    def survivorship(self) -> Survivorship:
        """Return the survivorship, or the model's defaults."""
        return self.entity.match.survivorship if self.entity.match else Survivorship.model_validate({})

    @property
    def references(self) -> list[str]:
        """Return the fields that hold source keys of other rows."""
        return [name for name, spec in self.entity.fields.items() if isinstance(spec, Reference)]

    @property
    def model(self) -> MatchModel | None:
        """Return the statistical model that the mapping asks for."""
        return self.entity.match.model if self.entity.match else None

    @property
    def model_rule(self) -> int:
        """Return the number by which pairs name the model, behind those of the keys."""
        return len(self.keys)

    @property
    def rules(self) -> list[str]:
        """Return the names of what proposes pairs, by number."""
        return [*(key.name for key in self.keys), MODEL_RULE]

    @property
    def modelled(self) -> list[str]:
        """Return the fields that the model reads, each once."""
        parts = self.model.fields.named.values() if self.model else ()
        return list(dict.fromkeys(field for fields in parts for field in fields))

    @property
    def given_name(self) -> str | None:
        """Return the field whose clear difference forbids a merge."""
        return self.guards.given_name or (self.model.fields.given_name if self.model else None)

    @property
    def other_names(self) -> list[str]:
        """Return the name fields that a given name may have been swapped with."""
        family = self.model.fields.family_name if self.model else None
        names = [name for name, spec in self.entity.fields.items() if spec.kind == "name" or name == family]
        return [name for name in names if name != self.given_name]

    @property
    def comparing(self) -> list[str]:
        """Return the fields that keys and model read, each once."""
        return list(dict.fromkeys([*(field for key in self.keys for field in key.fields), *self.modelled]))

    def limit(self, field: str) -> int | None:
        """Return the length that the field's text may have, or None."""
        spec = self.entity.fields[field]
        return spec.max_length if isinstance(spec, TextBase) else None

    def identity(self, key: pl.Expr) -> pl.Expr:
        """Return the golden id that this stream's row `key` would found."""
        return pl.concat_str([pl.lit(f"{self.stream}:"), key])

    def own_key(self, identity: pl.Expr) -> pl.Expr:
        """Return the source key in an identity of this stream, null for another's."""
        return pl.when(identity.str.starts_with(f"{self.stream}:")).then(identity.str.slice(len(self.stream) + 1))


def can_follow(kind: pl.DataType, strategy: Strategy) -> bool:
    """Return whether a field of this type can follow the strategy."""
    needed = {"strictest": pl.Boolean(), "aggregate": pl.String()}.get(strategy, kind)
    return kind == needed


def check(plan: Plan) -> None:
    """Refuse a match that names unknown fields, or a strategy that a field's kind cannot follow.

    Raises:
        MappingInvalid: with every fault found.
    """
    config = plan.entity.match
    if config is None:
        return
    where = f"{plan.source}: {plan.name}: match"
    unknown = [(path, name) for path, name in _named(config) if name not in plan.fields]
    problems = [f"{where}: {path}: no field '{name}'; use one of {', '.join(plan.fields)}" for path, name in unknown]
    for field, strategy in config.survivorship.fields.items():
        if field in plan.fields and not can_follow(plan.fields[field], strategy):
            kind = plan.entity.fields[field].kind
            problems.append(f"{where}: survivorship.fields.{field}: '{strategy}' does not fit a field of kind {kind}")
    if problems:
        raise MappingInvalid(problems)


def _named(config: MatchConfig) -> list[tuple[str, str]]:
    named = [(f"keys.{key.name}.fields", field) for key in config.keys for field in key.fields]
    for key in config.keys:
        named += [(f"keys.{key.name}.similar", field) for field in (key.similar.fields if key.similar else [])]
    survivorship = config.survivorship
    named += [("survivorship.fields", field) for field in survivorship.fields]
    named += [("survivorship.groups", field) for group in survivorship.groups for field in group]
    if survivorship.recency:
        named.append(("survivorship.recency", survivorship.recency))
    if config.model:
        named += [
            (f"model.fields.{part}", field) for part, fields in config.model.fields.named.items() for field in fields
        ]
    if config.guards.given_name:
        named.append(("guards.given_name", config.guards.given_name))
    return named

"""Learning: an entity's model from the clean rows that a run has staged, and how it differs from the one before."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from crm_migration.errors import MappingInvalid
from crm_migration.mapping.model import Mapping
from crm_migration.match.comparisons import name_of
from crm_migration.match.known import KnownRecords
from crm_migration.match.model import Model
from crm_migration.match.plan import Plan, check
from crm_migration.match.pool import gather
from crm_migration.match.scored import feature_table
from crm_migration.match.training import shortcomings, train
from crm_migration.staging import RunFolder, Staged, open_table


@dataclass(frozen=True)
class Learned:
    """What training made of one run's rows: a model, or what was missing for it."""

    rows: int
    model: Model | None
    missing: list[str]


@dataclass(frozen=True)
class Weight:
    """One level of a comparison, and what a pair at it weighs.

    Attributes:
        comparison: name of the comparison.
        level: name of the level.
        one: how often the two rows of one customer reach it.
        two: how often the rows of two customers do.
    """

    comparison: str
    level: str
    one: float
    two: float

    @property
    def weight(self) -> float:
        """Return what the level weighs: log2 of `one` over `two`."""
        return math.log2(self.one / self.two)


@dataclass(frozen=True)
class Change:
    """A level whose weight is another one now; None where one of the models does not have the level."""

    comparison: str
    level: str
    before: float | None
    after: float | None


def learn(mapping: Mapping, entity: str, folder: RunFolder) -> Learned:
    """Return the model of `entity`, trained on the clean rows in `folder`; the entity has `match.model`.

    It is the model that a first match of these rows would train.

    Raises:
        MappingInvalid: `match` names a field there is not, or one that the staged rows do not have.
        StagingMissing: `clean` did not finish.
    """
    clean = open_table(folder, entity, "clean")
    plan = Plan(mapping.source.name, entity, mapping.entities[entity])
    check(plan)
    _refuse_other_fields(plan, clean, folder)
    config = plan.model
    if config is None:
        raise MappingInvalid([f"{plan.source}: {entity}: expected match.model, found none"])
    pool, _ = gather(plan, clean, KnownRecords.nothing())
    table = feature_table(plan, pool, config)
    model = train(config.kind, table)
    return Learned(table.height, model, [] if model else shortcomings(config.kind, table))


def _refuse_other_fields(plan: Plan, clean: Staged, folder: RunFolder) -> None:
    absent = [name for name in plan.comparing if name not in clean.columns]
    if absent:
        raise MappingInvalid(
            [
                f"{plan.source}: {plan.name}: expected the staged rows of run {folder.run_id} to hold "
                f"{', '.join(absent)}, found none: the mapping has changed since; run it again"
            ]
        )


def weights(model: Model) -> list[Weight]:
    """Return the weight of every level, comparison by comparison, as the model tries them."""
    return [
        Weight(name_of(comparison), level["label_for_charts"], level["m_probability"], level["u_probability"])
        for comparison in model.comparisons
        for level in comparison["comparison_levels"]
        if not level.get("is_null_level")
    ]


def changes(before: Model, after: Model) -> list[Change]:
    """Return what weighs otherwise in `after` than in `before`, the largest difference first."""
    old, new = _by_level(before), _by_level(after)
    found = [Change(*at, old.get(at), new.get(at)) for at in dict.fromkeys([*new, *old]) if old.get(at) != new.get(at)]
    return sorted(found, key=lambda change: -_size(change))


def _by_level(model: Model) -> dict[tuple[str, str], float]:
    return {(one.comparison, one.level): round(one.weight, 2) for one in weights(model)}


def _size(change: Change) -> float:
    return abs((change.after or 0.0) - (change.before or 0.0))


def modelled_entities(mapping: Mapping) -> Iterator[str]:
    """Yield the entities that are matched by a model."""
    for name, entity in mapping.entities.items():
        if entity.match is not None and entity.match.model is not None:
            yield name

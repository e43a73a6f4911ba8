"""The mapping as a run follows it, once it is decided what becomes of the changes at the source."""

from collections.abc import Iterable

from pydantic import ValidationError

from crm_migration.drift.change import Change
from crm_migration.mapping.against_source import tidied
from crm_migration.mapping.model import (
    Choice,
    Entity,
    FieldSpec,
    Mapping,
    MatchConfig,
    MatchModel,
    Reference,
    Survivorship,
)


def followed(mapping: Mapping, changes: Iterable[Change]) -> Mapping:
    """Return the mapping without the fields that are left out, its choice fields with what becomes of new values."""
    by_entity: dict[str, list[Change]] = {}
    for change in changes:
        if not change.stops:
            by_entity.setdefault(change.entity, []).append(change)
    if not by_entity:
        return mapping
    entities = {name: _entity(spec, by_entity.get(name, [])) for name, spec in mapping.entities.items()}
    return mapping.model_copy(update={"entities": entities})


def absent_columns(changes: Iterable[Change]) -> dict[str, frozenset[str]]:
    """Return, by entity, the columns that are gone and are read as empty."""
    found: dict[str, frozenset[str]] = {}
    for change in changes:
        if change.kind == "missing_columns" and change.policy == "evolve" and not change.stops:
            found[change.entity] = found.get(change.entity, frozenset()) | frozenset(change.columns)
    return found


def left_out(changes: Iterable[Change]) -> set[str]:
    """Return the fields of one entity that are left as they are in the target."""
    kinds = ("missing_columns", "changed_types")
    return {
        name
        for change in changes
        if change.kind in kinds and change.policy == "discard" and not change.stops
        for name in change.fields
    }


def _entity(entity: Entity, changes: list[Change]) -> Entity:
    without = left_out(changes)
    fields = {
        name: _field(spec, [change for change in changes if name in change.fields], without)
        for name, spec in entity.fields.items()
        if name not in without
    }
    updates: dict[str, object] = {"fields": fields}
    if without:
        updates["match"] = _match(entity.match, without)
        updates["expectations"] = [one for one in entity.expectations if not _about(one.kwargs, without)]
    return entity.model_copy(update=updates)


def _field(spec: FieldSpec, changes: list[Change], without: set[str]) -> FieldSpec:
    if isinstance(spec, Reference) and without & set(spec.null_together):
        together = [name for name in spec.null_together if name not in without]
        return spec.model_copy(update={"null_together": together})
    for change in changes:
        if change.kind == "new_values" and isinstance(spec, Choice):
            if change.policy == "discard":
                return spec.model_copy(update={"on_invalid": "null"})
            taken = {tidied(value): tidied(value) for value in change.values}
            return spec.model_copy(update={"values": taken | spec.values})
    return spec


def _about(kwargs: dict[str, object], without: set[str]) -> bool:
    """Say whether an expectation names a field that is left out."""
    named = [kwargs.get(key) for key in ("column", "column_A", "column_B")]
    return any(isinstance(name, str) and name in without for name in named)


def _match(match: MatchConfig | None, without: set[str]) -> MatchConfig | None:
    """Return how rows are merged without some fields: by the keys that need none of them.

    Without the guard that forbids merges, nothing is merged anew. What is merged already stays merged.
    """
    if match is None:
        return None
    given = match.guards.given_name or (match.model.fields.given_name if match.model else None)
    unguarded = given in without
    keys = [
        key
        for key in match.keys
        if not unguarded
        and not without & set(key.fields)
        and not without & set(key.similar.fields if key.similar else ())
    ]
    guards = match.guards.model_copy(update={"given_name": None}) if unguarded else match.guards
    survivorship = _survivorship(match.survivorship, without)
    model = None if unguarded else _model(match.model, without)
    return match.model_copy(update={"keys": keys, "model": model, "guards": guards, "survivorship": survivorship})


def _model(model: MatchModel | None, without: set[str]) -> MatchModel | None:
    """Return the model without the parts that lack a field, or None where too little is left to tell customers by."""
    if model is None:
        return None
    left = {part: [name for name in names if name not in without] for part, names in model.fields.named.items()}
    fields = {part: names[0] if len(names) == 1 else names for part, names in left.items() if names}
    try:
        return MatchModel.model_validate({**model.model_dump(), "fields": fields})
    except ValidationError:
        return None


def _survivorship(rules: Survivorship, without: set[str]) -> Survivorship:
    fields = {name: strategy for name, strategy in rules.fields.items() if name not in without}
    groups = [[name for name in group if name not in without] for group in rules.groups]
    recency = None if rules.recency in without else rules.recency
    return rules.model_copy(
        update={"fields": fields, "groups": [group for group in groups if group], "recency": recency}
    )

"""Rules for names: whatever a mapping refers to must be there, and must be able to do what is asked of it."""

import re
from collections.abc import Iterable, Iterator

from crm_migration.mapping.faults import Fault, Place, quoted, unknown_name
from crm_migration.mapping.model import (
    Boolean,
    Constant,
    Date,
    DateTime,
    FieldSpec,
    Integer,
    MatchConfig,
    ModelFields,
    Number,
    Reference,
    Strategy,
    TextBase,
)
from crm_migration.mapping.scope import Scope, scopes

ENTITY_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
RESERVED = ("_row", "_key", "_golden", "_master", "_members", "_merged_by")


def name_faults(scope: Scope) -> Iterator[Fault]:
    """Yield the faults of the names that one entity defines and uses."""
    yield from _own_names(scope)
    yield from _external_id(scope)
    yield from _shared_object(scope)
    for name, spec in scope.entity.references.items():
        yield from _reference(scope, name, spec)
    if scope.entity.match:
        yield from _match(scope, scope.entity.match)


def _own_names(scope: Scope) -> Iterator[Fault]:
    entity = scope.entity
    if not ENTITY_NAME.fullmatch(scope.name):
        expected = "a name of letters, digits and _ that starts with a letter"
        yield Fault(scope.at(), f"expected {expected}, found {quoted(scope.name)}", at_key=True)
    for name in entity.fields:
        if name in RESERVED or not name.strip():
            yield Fault(scope.at("fields", name), f"expected another name, found {quoted(name)}", at_key=True)
    groups: dict[str, list[str]] = {
        "filters": [rule.name for rule in entity.filters],
        "acceptance": [query.name for query in entity.acceptance],
    }
    for section, names in groups.items():
        yield from _repeated((scope.at(section, index, "name"), name) for index, name in enumerate(names))


def _repeated(named: Iterable[tuple[Place, str]], what: str = "a name of its own") -> Iterator[Fault]:
    seen: set[str] = set()
    for place, name in named:
        if name in seen:
            yield Fault(place, f"expected {what}, found {quoted(name)} again")
        seen.add(name)


def _known_field(scope: Scope, place: Place, name: str, *, at_key: bool = False) -> Iterator[Fault]:
    if name not in scope.entity.fields:
        fault = unknown_name(place, f"a field of {scope.name}", name, scope.entity.fields)
        yield Fault(place, fault.text, at_key=at_key, depends=(scope.at("fields"),))


def _external_id(scope: Scope) -> Iterator[Fault]:
    name, place = scope.entity.target.external_id, scope.at("target", "external_id")
    yield from _known_field(scope, place, name)
    spec = scope.field(name)
    depends = (scope.kind_of(name), scope.at("fields", name, "on_too_long"))
    if isinstance(spec, Boolean | Constant):
        yield Fault(place, f"expected a field that differs from row to row, found a {spec.kind}", depends=depends)
    if isinstance(spec, TextBase) and spec.on_too_long == "truncate":
        text = "expected a field that is kept whole, found 'on_too_long: truncate', which makes keys equal"
        yield Fault(place, text, depends=depends)


def _shared_object(scope: Scope) -> Iterator[Fault]:
    """Yield where entities that write one table disagree on what identifies its records, or ends them."""
    mine = scope.entity.target
    for other in scopes(scope.mapping):
        if other.name == scope.name:
            return
        theirs = other.entity.target
        if theirs.object != mine.object:
            continue
        for key in ("id", "external_id", "on_source_delete", "deleted_flag"):
            if getattr(mine, key) != getattr(theirs, key):
                wanted, found = (quoted(getattr(side, key) or "none") for side in (theirs, mine))
                text = f"expected {wanted} as in {other.name}, which writes {mine.object} too, found {found}"
                depends = (
                    scope.at("target", "object"),
                    other.at("target", key),
                    other.at("target", "object"),
                )
                yield Fault(scope.at("target", key), text, depends=depends)


def _reference(scope: Scope, name: str, spec: Reference) -> Iterator[Fault]:
    entities = scope.mapping.entities
    wanted = [((*scope.at("fields", name), "to"), spec.to)] if spec.to else []
    wanted += [((*scope.at("fields", name, "types"), value), entity) for value, entity in spec.types.items()]
    for place, entity in wanted:
        if entity not in entities:
            fault = unknown_name(place, "an entity of this mapping", entity, entities)
            yield Fault(place, fault.text, depends=(("entities",),))
    if spec.to and spec.types:
        yield Fault(scope.at("fields", name, "types"), "expected 'types' only beside 'type_from', found 'to'")
    if spec.required and spec.on_missing_parent == "null":
        text = "expected 'reject' or 'wait' for a required reference, found 'null'"
        place = scope.at("fields", name, "on_missing_parent")
        yield Fault(place, text, depends=(scope.at("fields", name, "required"),))
    yield from _null_together(scope, name, spec)


def _null_together(scope: Scope, name: str, spec: Reference) -> Iterator[Fault]:
    for index, other in enumerate(spec.null_together):
        place = scope.at("fields", name, "null_together", index)
        yield from _known_field(scope, place, other)
        companion = scope.field(other)
        if companion is not None and not isinstance(companion, Constant) and companion.required:
            depends = (scope.at("fields", other), scope.at("fields", other, "required"))
            yield Fault(place, f"expected a field that may be empty, found the required {other}", depends=depends)


def _match(scope: Scope, match: MatchConfig) -> Iterator[Fault]:
    names = ((scope.at("match", "keys", index, "name"), key.name) for index, key in enumerate(match.keys))
    yield from _repeated(names)
    for index, key in enumerate(match.keys):
        yield from _telling(scope, scope.at("match", "keys", index, "fields"), key.fields)
        if key.similar:
            yield from _telling(scope, scope.at("match", "keys", index, "similar", "fields"), key.similar.fields)
    if match.model:
        yield from _parts(scope, match.model.fields)
    if match.guards.given_name is not None:
        yield from _telling(scope, scope.at("match", "guards"), [match.guards.given_name], "given_name")
    yield from _survivorship(scope, match)


def _parts(scope: Scope, fields: ModelFields) -> Iterator[Fault]:
    """Yield the faults of the fields that play the parts of the model, each of them one part."""
    place = scope.at("match", "model", "fields")
    played: dict[str, str] = {}
    for part, names in fields.named.items():
        for name in names:
            yield from _telling(scope, place, [name], part)
            if name in played:
                yield Fault((*place, part), f"expected each field in one part, found {name} as {played[name]} already")
            played.setdefault(name, part)
    if fields.birth_date is not None and isinstance(scope.field(fields.birth_date), DateTime):
        text = f"expected a date, found the datetime {fields.birth_date}, whose day depends on the zone"
        yield Fault((*place, "birth_date"), text, depends=(scope.kind_of(fields.birth_date),))


def _telling(scope: Scope, place: Place, names: list[str], step: str | None = None) -> Iterator[Fault]:
    """Yield the faults of fields that are to tell customers apart."""
    places = [(*place, step if step is not None else index) for index in range(len(names))]
    yield from _repeated(zip(places, names, strict=True), "each field once")
    for where, name in zip(places, names, strict=True):
        yield from _known_field(scope, where, name)
        if isinstance(scope.field(name), Constant):
            text = f"expected a field that tells customers apart, found the constant {name}"
            yield Fault(where, text, depends=(scope.kind_of(name),))


def _survivorship(scope: Scope, match: MatchConfig) -> Iterator[Fault]:
    survivorship, place = match.survivorship, scope.at("match", "survivorship")
    for name, strategy in survivorship.fields.items():
        yield from _known_field(scope, (*place, "fields", name), name, at_key=True)
        spec = scope.field(name)
        if spec is not None and not _can_follow(spec, strategy):
            text = f"expected a strategy for the {spec.kind} {name}, found {quoted(strategy)}"
            yield Fault((*place, "fields", name), text, depends=(scope.kind_of(name),))
    grouped = [
        ((*place, "groups", index, item), name)
        for index, group in enumerate(survivorship.groups)
        for item, name in enumerate(group)
    ]
    for where, name in grouped:
        yield from _known_field(scope, where, name)
    yield from _repeated(grouped, "each field in one group")
    yield from _recency(scope, match)


def _can_follow(spec: FieldSpec, strategy: Strategy) -> bool:
    """Say whether a kind can follow a strategy: only booleans are strict, only texts are joined."""
    if strategy == "strictest":
        return isinstance(spec, Boolean)
    return strategy != "aggregate" or not isinstance(spec, Boolean | Date | DateTime | Integer | Number)


def _recency(scope: Scope, match: MatchConfig) -> Iterator[Fault]:
    survivorship, place = match.survivorship, scope.at("match", "survivorship", "recency")
    name = survivorship.recency
    strategies = {survivorship.default, *survivorship.fields.values()}
    if name is None:
        timed = sorted(strategies & {"most_recent", "oldest"})
        if timed:
            yield Fault(place, f"expected the field that orders the members for {timed[0]}, found none")
        return
    yield from _known_field(scope, place, name)
    spec = scope.field(name)
    if spec is not None and not isinstance(spec, Date | DateTime):
        depends = (scope.kind_of(name),)
        yield Fault(place, f"expected a field of kind date or datetime, found the {spec.kind} {name}", depends=depends)

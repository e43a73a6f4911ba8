"""Which column of a source feeds which field of an object: scores of names, types and values, and the best pairing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from crm_migration.mapping.fit import family
from crm_migration.mapping.live import TargetColumn, TargetTable
from crm_migration.suggest.joins import Joined
from crm_migration.suggest.known_names import TYPE_WORDS
from crm_migration.suggest.naming import Words, apart_from, likeness, words
from crm_migration.suggest.objects import Pair, is_users, writable
from crm_migration.suggest.pairing import best_pairs
from crm_migration.suggest.pointers import Pointer
from crm_migration.suggest.tables import SourceColumn

LEAST = 0.5
WORTH_NAMING = 0.35
FURTHER = 0.02
"""A column that a join brings has to be a little better than one of the table itself."""
BY_VALUES = {"email": 0.6, "url": 0.55, "phone": 0.5}
MOMENTS = ("date", "datetime")
NUMBERS = ("integer", "decimal", "money")


@dataclass(frozen=True)
class Offer:
    """A column that an entity can read: of its table, or from a join.

    `only` restricts a pointer with types to the rows of one of them.
    """

    column: SourceColumn
    name: str
    pointer: Pointer | None = None
    joined: Joined | None = None
    only: str | None = None


@dataclass(frozen=True)
class Fit:
    """A field and the column that feeds it; `others` are further candidates, best first, with their scores."""

    offer: Offer
    score: float
    others: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Scene:
    """What the scores of one entity look at beside the column and the field.

    `fed` maps a table to the object it feeds, `entity_of` a table to its entity.
    """

    pair: Pair
    fed: Mapping[str, str]
    entity_of: Mapping[str, str]

    def objects_of(self, pointer: Pointer, only: str | None) -> list[str]:
        """Return the objects that a pointer's rows become."""
        tables = [pointer.by_type[only]] if only else list(pointer.tables)
        return [self.fed[table] for table in tables if table in self.fed]


def offers(scene: Scene, pointers: Mapping[str, Pointer], joined: Sequence[Joined]) -> list[Offer]:
    """Return every column that the entity can read."""
    table = scene.pair.table
    found = [Offer(column, column.name, pointers.get(column.name)) for column in table.columns.values()]
    found += [Offer(one.column, one.alias, one.pointer, one) for one in joined]
    pairs = polymorphic(scene.pair.target)
    for offer in list(found):
        if offer.pointer and offer.pointer.by_type and not pairs:
            found += [replace(offer, only=value) for value in offer.pointer.by_type]
    return found


def polymorphic(target: TargetTable) -> dict[str, str]:
    """Return the fields that point at several tables, with the field that names which: `parent_id: parent_type`."""
    free = [column for column in target.columns.values() if column.foreign_key is None]
    pairs = {}
    for pointer in free:
        said = set(words(pointer.name))
        if "id" not in said or len(said) == 1:
            continue
        for kind in free:
            named = set(words(kind.name))
            if named & TYPE_WORDS and named - TYPE_WORDS == said - {"id"}:
                pairs[pointer.name] = kind.name
    return pairs


def fits(scene: Scene, offered: Sequence[Offer], skipped: frozenset[str]) -> dict[str, Fit]:
    """Return the best column of each field that has a good one; no column feeds two fields."""
    targets = [column for column in writable(scene.pair.target) if column.name not in skipped]
    scores = [[score(scene, offer, column) for column in targets] for offer in offered]
    found = {}
    for row, at in best_pairs(scores, LEAST).items():
        others = _others(offered, [line[at] for line in scores], row)
        found[targets[at].name] = Fit(offered[row], round(scores[row][at], 2), others)
    return {column.name: found[column.name] for column in targets if column.name in found}


def doubtful(scene: Scene, offered: Sequence[Offer], column: TargetColumn) -> tuple[tuple[str, float], ...]:
    """Return columns that might feed a field but are too unlike it to be proposed."""
    return _others(offered, [score(scene, offer, column) for offer in offered], -1)


def _others(offered: Sequence[Offer], column: list[float], chosen: int) -> tuple[tuple[str, float], ...]:
    ranked = sorted(((value, offered[row].name) for row, value in enumerate(column) if row != chosen), reverse=True)
    least = LEAST if chosen >= 0 else WORTH_NAMING
    own = offered[chosen].name if chosen >= 0 else ""
    named = {name: round(value, 2) for value, name in ranked if value > least and name != own}
    return tuple(named.items())[:3]


def score(scene: Scene, offer: Offer, column: TargetColumn) -> float:
    """Return how well a column suits a field, from 0 to 1."""
    if offer.name in scene.pair.table.identity and offer.joined is None:
        return 0.0
    if column.foreign_key is not None:
        found = _pointing(scene, offer, column)
    elif column.name in polymorphic(scene.pair.target):
        found = _polymorphic(scene, offer, column)
    elif offer.only or (offer.joined and offer.joined.owner):
        found = 0.0
    else:
        found = _plain(scene, offer, column)
    return max(0.0, found - FURTHER) if offer.joined else found


def _pointing(scene: Scene, offer: Offer, column: TargetColumn) -> float:
    if column.foreign_key is None:
        return 0.0
    pointed_at = column.foreign_key[0].rpartition(".")[2]
    if is_users(pointed_at):
        return _owner(offer, column)
    return _reference(scene, offer, column, pointed_at)


def _owner(offer: Offer, column: TargetColumn) -> float:
    if "owner" not in words(column.name):
        return 0.0
    if offer.joined and offer.joined.owner:
        return 1.0
    return 0.9 if offer.column.kind.kind == "email" and "owner" in offer.column.words else 0.0


def _reference(scene: Scene, offer: Offer, column: TargetColumn, pointed_at: str) -> float:
    wanted = _without_id(words(column.name))
    if offer.pointer is None:
        # A column without values is believed by its name, where the entity it would point at is there.
        empty = offer.column.kind.kind == "empty" and pointed_at in scene.fed.values()
        alike = likeness(_without_id(offer.column.words), wanted)
        return 0.85 * alike if empty and ("id" in offer.column.words or alike == 1) else 0.0
    if pointed_at not in scene.objects_of(offer.pointer, offer.only):
        return 0.0
    if offer.pointer.by_type and not offer.only:
        return 0.0
    said = words(offer.only) if offer.only else _without_id(offer.column.words)
    if offer.joined and offer.joined.mutual and set(said) != set(wanted):
        return 0.0
    known = 0.35 if offer.pointer.certain else 0.2
    return known + (1 - known) * likeness(said, wanted)


def _polymorphic(scene: Scene, offer: Offer, column: TargetColumn) -> float:
    if offer.pointer is None or not offer.pointer.by_type or offer.only:
        return 0.0
    if not any(table in scene.fed for table in offer.pointer.by_type.values()):
        return 0.0
    return 0.55 + 0.45 * likeness(_without_id(offer.column.words), _without_id(words(column.name)))


def _plain(scene: Scene, offer: Offer, column: TargetColumn) -> float:
    named = _named(scene, offer, column)
    by_values = BY_VALUES.get(offer.column.kind.kind, 0.0) if meaning(column.name) == offer.column.kind.kind else 0.0
    suits = suitability(offer.column, column)
    keys = offer.pointer is not None and offer.pointer.certain and offer.pointer.type_column is None
    return max(named * suits, by_values if suits else 0.0) * (0.5 if keys else 1.0)


def _named(scene: Scene, offer: Offer, column: TargetColumn) -> float:
    said, wanted = offer.column.words, words(column.name)
    own_said, own_wanted = scene.pair.table.words, words(scene.pair.target.name)
    bare, bare_wanted = apart_from(said, (*own_said, *own_wanted)), apart_from(wanted, own_wanted)
    # What is left of both without the record's own name counts nearly as much as the whole.
    found = max(likeness(said, wanted), 0.98 * likeness(bare, bare_wanted))
    return max(found, _as_name(said, {*own_said, *own_wanted})) if bare_wanted == ("name",) else found


def _as_name(said: Words, own: set[str]) -> float:
    """Return how likely a column holds the record's name: it is called like the record, or title."""
    if set(said) <= own:
        return 0.8
    return 0.6 if said == ("title",) else 0.0


def _without_id(found: Words) -> Words:
    return tuple(word for word in found if word not in ("id", "key")) or found


def meaning(name: str) -> str | None:
    """Return the kind of value that a field's name calls for, where it does."""
    said = set(words(name))
    known = {"email": "email", "phone": "phone", "mobile": "phone", "homephone": "phone", "fax": "phone"}
    known |= {"website": "url", "country": "country", "language": "language"}
    return next((kind for word, kind in known.items() if word in said), None)


def suitability(column: SourceColumn, target: TargetColumn) -> float:
    """Return how well a column's values and type suit a field's type, from 0 (impossible) to 1."""
    kind, into = column.kind.kind, family(target.type)
    if kind == "empty":
        return _empty(family(column.type) if column.type else "", into)
    if into == "boolean":
        return {"boolean": 1.0, "integer": 0.3, "choice": 0.3}.get(kind, 0.0)
    if into in MOMENTS:
        return 1.0 if kind in MOMENTS else 0.0
    if into in ("integer", "decimal", "float"):
        return _numeric(column, into)
    return _textual(kind, meaning(target.name)) if into in ("text", "other") else 0.0


def _empty(declared: str, into: str) -> float:
    """Judge a column without values by its declared type alone."""
    alike = {"integer": "number", "decimal": "number", "float": "number", "date": "moment", "datetime": "moment"}
    if declared in ("", "other", "text") or alike.get(declared, declared) == alike.get(into, into):
        return 0.85 if into in ("text", "other") or declared != "text" else 0.6
    return 0.3 if into == "text" else 0.0


def _numeric(column: SourceColumn, into: str) -> float:
    kind = column.kind.kind
    if kind == "boolean":
        # 0 and 1 may be numbers; what is declared as a flag is none.
        return 0.3 if family(column.type) == "boolean" or column.type.startswith("tinyint(1)") else 0.6
    if kind not in NUMBERS:
        return 0.0
    return 1.0 if into != "integer" or kind == "integer" else 0.5


def _textual(kind: str, wanted: str | None) -> float:
    if wanted in ("email", "phone", "url"):
        if kind == wanted:
            return 1.0
        return 0.75 if kind in ("text", "choice") or (kind == "integer" and wanted == "phone") else 0.2
    if kind in ("text", "choice"):
        return 1.0
    return {"integer": 0.95, "url": 0.6, "email": 0.5, "phone": 0.7, "boolean": 0.5}.get(kind, 0.45)

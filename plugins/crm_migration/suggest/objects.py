"""Which table of the source feeds which object of the target: by their names, and by the columns they share."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from crm_migration.mapping.fit import family
from crm_migration.mapping.live import TargetColumn, TargetTable
from crm_migration.suggest.known_names import BROADER, EXTERNAL_WORDS, SUBTYPES
from crm_migration.suggest.naming import apart_from, likeness, spelled, words
from crm_migration.suggest.tables import SourceTable

NAME_SHARE = 0.65
ENOUGH = 0.5
ENOUGH_NAME = 0.6
SEVERAL = 4
ALIKE = 0.75
OWN_COLUMNS = frozenset({"created", "updated", "owner", "description"})


@dataclass(frozen=True)
class Pair:
    """A table and the object it feeds, under the name of an entity; `subtype` is the type of its records there."""

    entity: str
    table: SourceTable
    target: TargetTable
    score: float
    subtype: str | None = None


@dataclass(frozen=True)
class Chosen:
    """The pairs, in the order of the target's objects, and why other tables and objects were left out."""

    pairs: tuple[Pair, ...]
    left_out: tuple[str, ...]


def external_id(target: TargetTable) -> str | None:
    """Return the unique column that can carry the source's key: one called so, else a key that is written by us."""
    unique = [column for column in target.columns.values() if target.is_unique(column.name) and not column.generated]
    texts = [column for column in unique if family(column.type) in ("text", "uuid", "other")]
    called = [column for column in texts if set(words(column.name)) & EXTERNAL_WORDS]
    keys = [column for column in texts if (column.name,) == target.primary_key and not column.has_default]
    found = called or keys
    return found[0].name if found else None


def is_users(name: str) -> bool:
    """Say whether a table holds the users of a system."""
    return "user" in words(name)


def writable(target: TargetTable) -> list[TargetColumn]:
    """Return the columns that a mapping may fill."""
    own = external_id(target)
    kept = (column for column in target.columns.values() if not column.generated and column.name != own)
    return [column for column in kept if (column.name,) != target.primary_key]


def choose(tables: Sequence[SourceTable], objects: Mapping[str, TargetTable], wanted: Collection[str] = ()) -> Chosen:
    """Return the likeliest pairs of tables and objects; `wanted` restricts the objects."""
    left_out = [f"{table.name}: no rows" for table in tables if not table.sample.height]
    left_out += [
        f"{table.name}: no column identifies its rows" for table in tables if table.sample.height and not table.identity
    ]
    usable = [table for table in tables if table.sample.height and table.identity]
    open_objects = {name: one for name, one in objects.items() if (name in wanted or not wanted) and external_id(one)}
    forced = len(usable) == 1 and len(open_objects) == 1
    scored = [
        (score, table, target)
        for table in usable
        for target in open_objects.values()
        if (score := score_of(table, target)) >= ENOUGH or forced
    ]
    pairs = _best(scored)
    for name, one in objects.items():
        if name not in {pair.target.name for pair in pairs} and not is_users(name) and (name in wanted or not wanted):
            why = "no table of the source fits" if external_id(one) else "it has no unique column for the source's key"
            left_out.append(f"target object {name}: {why}")
    used = {pair.table.name for pair in pairs}
    if unused := [table.name for table in usable if table.name not in used]:
        left_out.append(f"of no entity: {', '.join(unused)}")
    order = list(objects)
    return Chosen(tuple(sorted(pairs, key=lambda pair: order.index(pair.target.name))), tuple(left_out))


def _best(scored: list[tuple[float, SourceTable, TargetTable]]) -> list[Pair]:
    """Give each object its best table, and each table its best object; subtypes may share one."""
    pairs: list[Pair] = []
    for score, table, target in sorted(scored, key=lambda one: (-one[0], len(one[1].name), one[1].name)):
        taken = {pair.table.name for pair in pairs}
        sub = subtype(table, target)
        plain = {pair.target.name for pair in pairs if pair.subtype is None}
        if table.name in taken or (sub is None and target.name in plain):
            continue
        name = sub or target.name
        if name not in {pair.entity for pair in pairs}:
            pairs.append(Pair(name, table, target, round(score, 2), sub))
    return pairs


def subtype(table: SourceTable, target: TargetTable) -> str | None:
    """Return `call` for a table of calls where the target holds all activities in one object."""
    kinds: frozenset[str] = frozenset().union(*(SUBTYPES.get(word, frozenset()) for word in words(target.name)))
    # A table of e-mail addresses is none of e-mails, although a column of either name holds the same.
    said = table.words if len(spelled(table.name)) == 1 else spelled(table.name)
    return said[0] if len(said) == 1 and said[0] in kinds else None


def score_of(table: SourceTable, target: TargetTable) -> float:
    """Return how well a table fits an object, from 0 to 1."""
    named = _named(table, target)
    met, fields = coverage(table, target)
    shared = met / fields if fields else 0.0
    if named >= ENOUGH_NAME:
        return NAME_SHARE * named + (1 - NAME_SHARE) * shared
    # A file may be called anything: then its columns alone tell, if they are several.
    return 0.9 * shared * min(1.0, met / SEVERAL) if table.is_document else 0.0


def _named(table: SourceTable, target: TargetTable) -> float:
    meant = words(target.name)
    if subtype(table, target):
        return 0.95
    broader = set().union(*(BROADER.get(word, frozenset()) for word in table.words))
    if len(table.words) == 1 and broader & set(meant) and len(meant) == 1:
        return 0.85
    return likeness(table.words, meant)


def coverage(table: SourceTable, target: TargetTable) -> tuple[int, int]:
    """Return for how many of the object's own fields the table has a column of that name, and how many there are."""
    own = words(target.name)
    fields = [words(column.name) for column in writable(target) if column.foreign_key is None]
    telling = [apart_from(said, own) for said in fields if not set(said) & OWN_COLUMNS]
    offered = [apart_from(column.words, table.words) for column in table.columns.values()]
    met = sum(1 for said in telling if max((likeness(said, one) for one in offered), default=0.0) >= ALIKE)
    return met, len(telling)

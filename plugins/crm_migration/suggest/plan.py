"""The proposal as data: entities with their origin, key, watermark and fields, before it is written as YAML."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crm_migration.extract.kind_patterns import ISO
from crm_migration.mapping.live import TargetColumn, TargetTable
from crm_migration.suggest.fields import Fit, Offer, Scene, doubtful, fits, offers, polymorphic
from crm_migration.suggest.joins import Joins, soft_delete
from crm_migration.suggest.naming import words
from crm_migration.suggest.objects import Pair, choose, external_id, is_users, writable
from crm_migration.suggest.pointers import Pointers
from crm_migration.suggest.specs import MOST_VALUES, Around, Proposal, plain_field, require, stand_in
from crm_migration.suggest.tables import SourceColumn, SourceTable, SourceTables
from crm_migration.suggest.vocabulary import Vocabulary, proposed


@dataclass(frozen=True)
class Line:
    """A field of an entity as it will be written, the column that feeds it, and what else could."""

    proposal: Proposal
    fit: Fit | None = None


@dataclass(frozen=True)
class EntityPlan:
    """One entity: the pair it comes from, and all that its section of the mapping says."""

    pair: Pair
    lines: tuple[Line, ...]
    external_id: str
    watermark: str | None
    deleted: tuple[str, str | None] | None
    unmapped: tuple[str, ...]
    empty: tuple[str, ...]
    nothing_for: Mapping[str, tuple[tuple[str, float], ...]]
    impossible: str | None = None

    @property
    def used(self) -> list[Offer]:
        """Return the columns that its fields read."""
        return [line.fit.offer for line in self.lines if line.fit]


@dataclass(frozen=True)
class Plan:
    """All entities, and what was left out, with the reason."""

    entities: tuple[EntityPlan, ...]
    left_out: tuple[str, ...]


@dataclass
class Planner:
    """Puts a plan together for a source and a target's objects."""

    source: SourceTables
    target: Mapping[str, TargetTable]
    vocabulary: Vocabulary
    tables: Sequence[SourceTable]
    _pointers: Pointers = field(init=False)

    def __post_init__(self) -> None:
        """Prepare to find pointers."""
        self._pointers = Pointers(self.source, self.tables)

    def plan(self, wanted: Sequence[str]) -> Plan:
        """Return the plan; an object that needs a parent nobody provides is left out, with those that need it."""
        chosen = choose(self.tables, self.target, wanted)
        pairs, left_out = list(chosen.pairs), list(chosen.left_out)
        while True:
            made = [self._entity(pair, pairs) for pair in pairs]
            missing = [entity for entity in made if entity.impossible]
            if not missing:
                return Plan(tuple(made), tuple(left_out))
            left_out += [f"{one.pair.table.name} for {one.pair.entity}: {one.impossible}" for one in missing]
            pairs = [entity.pair for entity in made if not entity.impossible]

    def _entity(self, pair: Pair, pairs: Sequence[Pair]) -> EntityPlan:
        fed = {one.table.name: one.target.name for one in pairs}
        scene = Scene(pair, fed, {one.table.name: one.entity for one in pairs})
        joins = Joins(self.source, self._pointers, self.tables, set(fed))
        offered = offers(scene, self._pointers.of(pair.table.name), joins.of(pair.table))
        deleted = soft_delete(pair.table)
        offered = [offer for offer in offered if not deleted or offer.name != deleted[0]]
        constant = self._constant(pair)
        kinds = polymorphic(pair.target)
        found = fits(scene, offered, frozenset({*kinds.values(), *([constant.name] if constant else [])}))
        found |= _type_fields(kinds, offered, found)
        kept = [name for name in pair.target.columns if name in found]
        found = {name: found[name] for name in kept if self._usable(scene, pair.target.columns[name])}
        lines = [self._key(pair), *([Line(constant)] if constant else [])]
        writer = _Writer(self, scene, found)
        lines += [Line(writer.proposal(pair.target.columns[name], fit), fit) for name, fit in found.items()]
        filled = {line.proposal.name for line in lines}
        open_fields = [column for column in writable(pair.target) if column.name not in filled]
        demanded = [column for column in open_fields if not (column.nullable or column.has_default)]
        lines += [Line(stand_in(column)) for column in demanded if column.foreign_key is None]
        unread = _unread(pair.table, found.values())
        return EntityPlan(
            pair,
            tuple(lines),
            external_id(pair.target) or "",
            _watermark(pair.table),
            (deleted[0], deleted[2]) if deleted else None,
            tuple(column.name for column in unread if column.kind.kind != "empty"),
            tuple(column.name for column in unread if column.kind.kind == "empty"),
            {column.name: doubtful(scene, offered, column) for column in open_fields if column not in demanded},
            _missing_parent(demanded),
        )

    def _constant(self, pair: Pair) -> Proposal | None:
        """Return the type that all records of a subtype's table have."""
        if pair.subtype is None:
            return None
        for column in writable(pair.target):
            if words(column.name) == ("type",):
                value, _ = proposed(pair.subtype, self.vocabulary.of(pair.target.name, column.name), column.length)
                return stand_in(column, value)
        return None

    def _key(self, pair: Pair) -> Line:
        column = pair.target.columns[external_id(pair.target) or ""]
        key = pair.table.identity
        options: dict[str, object] = {"from": key[0] if len(key) == 1 else list(key), "kind": "text", "required": True}
        if len(key) > 1:
            options["separator"] = "-"
        if column.length is not None:
            options["max_length"] = column.length
        return Line(Proposal(column.name, options, _key_notes(pair.table, column)))

    def _usable(self, scene: Scene, column: TargetColumn) -> bool:
        """Say whether a field that points somewhere has somewhere to point."""
        if column.foreign_key is None:
            return True
        pointed_at = column.foreign_key[0].rpartition(".")[2]
        if is_users(pointed_at):
            return pointed_at in self.target and _natural_key(self.target[pointed_at]) is not None
        return pointed_at in scene.fed.values()

    def values(self, table: SourceTable, fit: Fit) -> Sequence[str] | None:
        """Return all values of the column that feeds a field, None where there are too many."""
        asked = fit.offer.joined.join.table if fit.offer.joined else table.name
        return self.source.values(asked, fit.offer.column.name, MOST_VALUES)


@dataclass(frozen=True)
class _Writer:
    """Writes the fields of one entity."""

    planner: Planner
    scene: Scene
    found: Mapping[str, Fit]

    def proposal(self, column: TargetColumn, fit: Fit) -> Proposal:
        target = self.scene.pair.target
        pairs = polymorphic(target)
        if column.foreign_key and is_users(column.foreign_key[0].rpartition(".")[2]):
            return self._owner(column, fit)
        if column.foreign_key or column.name in pairs:
            return self._reference(column, fit)
        for pointer, kind in pairs.items():
            if kind == column.name and pointer in self.found and self._types(self.found[pointer]):
                return self._parent_type(column, fit, self.found[pointer])
        return plain_field(self._around(), column, fit)

    def _around(self) -> Around:
        table, target = self.scene.pair.table, self.scene.pair.target
        return Around(
            values=lambda fit: self.planner.values(table, fit),
            known=lambda name: self.planner.vocabulary.of(target.name, name),
            countries=_countries(table),
        )

    def _owner(self, column: TargetColumn, fit: Fit) -> Proposal:
        users, key = (column.foreign_key or ("", "id"))[0].rpartition(".")[2], (column.foreign_key or ("", "id"))[1]
        by = _natural_key(self.planner.target[users]) or ""
        made = Proposal(column.name, {"from": fit.offer.name, "kind": "owner", "object": users, "by": by})
        if key != "id":
            made.options["id"] = key
        if column.nullable:
            made.options["on_invalid"] = "null"
        else:
            require(made, fit.offer.column.kind)
        return made

    def _reference(self, column: TargetColumn, fit: Fit) -> Proposal:
        made = Proposal(column.name, {"from": fit.offer.name, "kind": "reference"})
        pointer = fit.offer.pointer
        types = self._types(fit)
        if pointer is not None and pointer.type_column is not None:
            made.options |= {"type_from": pointer.type_column, "types": types}
        else:
            made.options["to"] = self._entity_for(column, fit)
        if not column.nullable:
            require(made, fit.offer.column.kind)
            return made
        made.options["on_missing_parent"] = "null"
        beside = polymorphic(self.scene.pair.target).get(column.name, "")
        if beside in self.found and self.scene.pair.target.columns[beside].nullable:
            made.options["null_together"] = [beside]
        return made

    def _types(self, fit: Fit) -> dict[str, str]:
        pointer = fit.offer.pointer
        by_type = pointer.by_type if pointer else {}
        kept = {value: table for value, table in by_type.items() if fit.offer.only in (None, value)}
        return {value: self.scene.entity_of[table] for value, table in kept.items() if table in self.scene.entity_of}

    def _entity_for(self, column: TargetColumn, fit: Fit) -> str:
        """Return the entity that a plain reference leads to."""
        pointed_at = (column.foreign_key or ("", ""))[0].rpartition(".")[2]
        named = fit.offer.pointer.tables if fit.offer.pointer else ()
        likely = [table for table in (*named, self.scene.pair.table.name, *self.scene.fed) if table in self.scene.fed]
        return self.scene.entity_of[next(table for table in likely if self.scene.fed[table] == pointed_at)]

    def _parent_type(self, column: TargetColumn, fit: Fit, pointer: Fit) -> Proposal:
        """Return the field that says which object a parent is; types of no entity are emptied with the parent."""
        objects = {one: self.scene.fed[table] for table, one in self.scene.entity_of.items()}
        known = self.planner.vocabulary.of(self.scene.pair.target.name, column.name)
        table = {
            value: proposed(objects[entity], known, column.length)[0] for value, entity in self._types(pointer).items()
        }
        made = Proposal(column.name, {"from": fit.offer.name, "kind": "choice", "values": table})
        all_values = self.planner.values(self.scene.pair.table, fit)
        if all_values is None or not set(all_values) <= set(table):
            made.options["on_invalid"] = "null" if column.nullable else "reject"
            others = sorted(set(all_values or ()) - set(table))
            made.notes.append(f"CHECK: parents of no entity here are dropped: {', '.join(others) or 'many types'}")
        if not column.nullable:
            require(made, fit.offer.column.kind)
        return made


def _key_notes(table: SourceTable, column: TargetColumn) -> list[str]:
    kinds = [table.columns[name].kind for name in table.identity]
    notes = []
    if len(kinds) == 1 and (kinds[0].unique is False or kinds[0].null_share):
        notes.append("CHECK: rows that lack a key, or share one, are rejected")
    if column.length is not None and sum(kind.max_length + 1 for kind in kinds) - 1 > column.length:
        notes.append(f"CHECK: some keys are longer than the {column.length} characters that the target holds")
    return notes


def _natural_key(users: TargetTable) -> str | None:
    """Return the column by which users are the same in both systems: their e-mail address, else their name."""
    named = [column.name for column in users.columns.values() if "email" in words(column.name)]
    named += [name for name in users.columns if {"user", "username", "login"} & {name.lower(), *words(name)}]
    return next((name for name in named if (name,) != users.primary_key), None)


def _countries(table: SourceTable) -> dict[str, str]:
    """Return the columns that hold a country, by the words of the address they are part of."""
    found = {}
    for column in table.columns.values():
        if "country" in column.words and column.kind.kind != "empty":
            rest = [word for word in column.words if word != "country"]
            found["".join(rest[:1])] = column.name
    return found


def _watermark(table: SourceTable) -> str | None:
    """Return the column that says when a row last changed, where its values can be compared."""
    for column in table.columns.values():
        iso = set(column.kind.formats) <= {ISO, "%Y-%m-%d"} and column.kind.kind in ("datetime", "date")
        if column.words == ("updated",) and iso:
            return column.name
    return None


def _unread(table: SourceTable, found: Iterable[Fit]) -> list[SourceColumn]:
    """Return the columns that no field reads, without those that the entity reads for other ends."""
    read = {fit.offer.name for fit in found} | set(table.identity)
    return [column for column in table.columns.values() if column.name not in read and "deleted" not in column.words]


def _type_fields(kinds: Mapping[str, str], offered: Sequence[Offer], found: Mapping[str, Fit]) -> dict[str, Fit]:
    """Return the fields that say which object a parent is: they are fed by the column that says so in the source."""
    types = {kinds[name]: fit for name, fit in found.items() if name in kinds and fit.offer.pointer}
    by_name = {offer.name: offer for offer in offered if offer.only is None}
    return {
        kind: Fit(by_name[fit.offer.pointer.type_column or ""], fit.score)
        for kind, fit in types.items()
        if fit.offer.pointer
    }


def _missing_parent(demanded: Sequence[TargetColumn]) -> str | None:
    parents = [column for column in demanded if column.foreign_key is not None]
    if not parents:
        return None
    named = ", ".join(f"{column.name} ({(column.foreign_key or ('', ''))[0]})" for column in parents)
    return f"the target demands {named}, and no column leads there"

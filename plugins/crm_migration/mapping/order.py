"""The order in which entities load, and the references that must wait for a second pass.

Parents load before their children. Where references form a circle, some of them are left empty at first and
filled in once both sides are there: those of an entity to itself, and beyond them as few others as possible.
"""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations

from crm_migration.errors import MappingInvalid
from crm_migration.mapping.faults import Fault, Place, dotted
from crm_migration.mapping.model import Mapping

MOST_COMBINED = 10


@dataclass(frozen=True)
class _Edge:
    """One reference field, and the other entities it may point at."""

    entity: str
    field: str
    parents: frozenset[str]
    required: bool
    to_itself: bool


def load_order(mapping: Mapping) -> list[str]:
    """Return every entity after those it refers to, otherwise in the order of the file.

    Raises:
        MappingInvalid: Required references form a circle, so that none of its entities could load first.
    """
    edges = _edges(mapping)
    deferred_edges = _deferred(mapping, edges)
    return _sorted(list(mapping.entities), [edge for edge in edges if edge not in deferred_edges])


def deferred(mapping: Mapping) -> dict[str, list[str]]:
    """Return the reference fields, by entity, that are filled in by a second pass.

    Raises:
        MappingInvalid: Required references form a circle, so that none of them may be left empty at first.
    """
    waiting = _deferred(mapping, _edges(mapping))
    fields: dict[str, list[str]] = {}
    for edge in _edges(mapping):
        if edge in waiting:
            fields.setdefault(edge.entity, []).append(edge.field)
    return fields


def circle_faults(mapping: Mapping) -> Iterator[Fault]:
    """Yield a fault for each required reference that lies on a circle of required references."""
    required = [edge for edge in _edges(mapping) if edge.required]
    for group in _circles(list(mapping.entities), required):
        members = " and ".join(group) if len(group) > 1 else "itself"
        for edge in required:
            if edge.entity in group and (edge.parents & set(group) or edge.to_itself):
                place: Place = ("entities", edge.entity, "fields", edge.field, "required")
                text = f"expected one optional reference in the circle of {members}, found only required ones"
                if len(group) == 1:
                    text = "expected an optional reference of an entity to itself, found a required one"
                yield Fault(place, text)


def _deferred(mapping: Mapping, edges: list[_Edge]) -> set[_Edge]:
    faults = list(circle_faults(mapping))
    if faults:
        raise MappingInvalid([f"{dotted(fault.place)}: {fault.text}" for fault in faults])
    waiting = {edge for edge in edges if edge.to_itself}
    names = list(mapping.entities)
    for group in _circles(names, [edge for edge in edges if edge not in waiting]):
        inside = [_within(edge, set(group)) for edge in edges if edge.entity in group and edge not in waiting]
        cut = {(edge.entity, edge.field) for edge in _cut(group, [edge for edge in inside if edge.parents])}
        waiting |= {edge for edge in edges if (edge.entity, edge.field) in cut}
    return waiting


def _edges(mapping: Mapping) -> list[_Edge]:
    known = set(mapping.entities)
    return [
        _Edge(name, field, frozenset(spec.entities) & known - {name}, spec.required, name in spec.entities)
        for name, entity in mapping.entities.items()
        for field, spec in entity.references.items()
    ]


def _within(edge: _Edge, group: AbstractSet[str]) -> _Edge:
    return _Edge(edge.entity, edge.field, edge.parents & group, edge.required, edge.to_itself)


def _cut(group: list[str], edges: list[_Edge]) -> set[_Edge]:
    """Return the fewest optional references whose absence breaks every circle of a group.

    Between equals: one from an entity that others of the group require, then one that points forward in the
    file, so that entities load in the order they were written down.
    """
    needed = {parent for edge in edges if edge.required for parent in edge.parents}
    position = {name: index for index, name in enumerate(group)}

    def cost(edge: _Edge) -> tuple[bool, bool]:
        forward = all(position[parent] > position[edge.entity] for parent in edge.parents)
        return (edge.entity not in needed, not forward)

    optional = sorted((edge for edge in edges if not edge.required), key=cost)
    if len(optional) > MOST_COMBINED:
        return _cut_one_by_one(group, edges, optional)
    tried = (map(set, combinations(optional, size)) for size in range(1, len(optional) + 1))
    breaking = ([cut for cut in cuts if not _circles(group, _without(edges, cut))] for cuts in tried)
    return min(next(filter(None, breaking)), key=lambda cut: sorted(map(cost, cut)))


def _without(edges: list[_Edge], cut: set[_Edge]) -> list[_Edge]:
    return [edge for edge in edges if edge not in cut]


def _cut_one_by_one(group: list[str], edges: list[_Edge], optional: list[_Edge]) -> set[_Edge]:
    """Return a set that breaks every circle, none to spare; `optional` starts with the best to cut."""
    kept = [edge for edge in edges if edge.required]
    cut = set()
    for edge in reversed(optional):
        if _circles(group, [*kept, edge]):
            cut.add(edge)
        else:
            kept.append(edge)
    return cut


def _sorted(names: list[str], edges: list[_Edge]) -> list[str]:
    """Return names so that parents come first, otherwise as given; edges must not form a circle."""
    waiting_for = {name: {parent for edge in edges if edge.entity == name for parent in edge.parents} for name in names}
    ordered: list[str] = []
    while waiting_for:
        ready = next(name for name, parents in waiting_for.items() if not parents & waiting_for.keys())
        del waiting_for[ready]
        ordered.append(ready)
    return ordered


def _circles(names: list[str], edges: Iterable[_Edge]) -> list[list[str]]:
    """Return the groups of entities that reach each other, and single ones that refer to themselves."""
    parents: dict[str, set[str]] = {name: set() for name in names}
    for edge in edges:
        parents[edge.entity] |= edge.parents | ({edge.entity} if edge.to_itself else set())
    reach = {name: _reachable(name, parents) for name in names}
    grouped: set[str] = set()
    groups = []
    for name in names:
        if name in reach[name] and name not in grouped:
            groups.append([other for other in names if other in reach[name] and name in reach[other]])
            grouped.update(groups[-1])
    return groups


def _reachable(name: str, parents: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    open_names = [name]
    while open_names:
        new = parents.get(open_names.pop(), set()) - found
        found |= new
        open_names += new
    return found

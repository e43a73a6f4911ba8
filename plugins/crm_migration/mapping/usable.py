"""Rules for what is tried after a load: records are looked up by texts, figures need numbers and groups."""

from collections.abc import Iterator

from crm_migration.mapping.faults import Fault, unknown_name
from crm_migration.mapping.fields import File
from crm_migration.mapping.model import Number, Reference, TextBase
from crm_migration.mapping.scope import Scope
from crm_migration.mapping.usage import Total


def usage_faults(scope: Scope) -> Iterator[Fault]:
    """Yield the faults of `search_by` and `totals` of one entity."""
    seen: set[str] = set()
    for index, name in enumerate(scope.entity.search_by):
        yield from _field(scope, ("search_by", index), name, (TextBase, "a field of text"))
    for index, total in enumerate(scope.entity.totals):
        if total.name in seen:
            yield Fault(scope.at("totals", index, "name"), f"expected a name of its own, found {total.name!r} again")
        seen.add(total.name)
        yield from _total(scope, index, total)


def _total(scope: Scope, index: int, total: Total) -> Iterator[Fault]:
    for place, name in enumerate(total.by):
        yield from _field(scope, ("totals", index, "by", place), name)
    for name in total.where:
        yield from _field(scope, ("totals", index, "where", name), name)
    if total.sum is not None:
        yield from _field(scope, ("totals", index, "sum"), total.sum, (Number, "a field of numbers"))


def _field(
    scope: Scope, steps: tuple[str | int, ...], name: str, wanted: tuple[type, str] | None = None
) -> Iterator[Fault]:
    """Yield why a field cannot serve: it is not there, or of a kind whose value differs between source and target."""
    place, spec = scope.at(*steps), scope.field(name)
    at_key = "where" in steps
    if spec is None:
        fault = unknown_name(place, f"a field of {scope.name}", name, scope.entity.fields)
        yield Fault(place, fault.text, at_key=at_key, depends=(scope.at("fields"),))
        return
    kind, said = wanted or (object, "a field that holds the same in source and target")
    if not isinstance(spec, kind) or isinstance(spec, Reference | File):
        yield Fault(place, f"expected {said}, found a {spec.kind}", at_key=at_key, depends=(scope.kind_of(name),))

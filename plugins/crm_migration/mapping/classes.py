"""Rules for entities that share a mixed table: each row must be one entity's, and the mapping must say whose."""

from collections.abc import Iterator
from itertools import product

from crm_migration.mapping.faults import Fault, quoted
from crm_migration.mapping.model import ColumnTest
from crm_migration.mapping.row_tests import CLASSIFIED_AS, UNCLASSIFIED, holds
from crm_migration.mapping.scope import Scope, scopes


def class_faults(scope: Scope) -> Iterator[Fault]:
    """Yield the faults of an entity's `when`, by itself and beside the entities before it that read the same rows."""
    yield from _reserved(scope)
    yield from _empty(scope)
    same = [other for other in scopes(scope.mapping) if other.entity.place == scope.entity.place]
    with_rule = [other for other in same if other.entity.when is not None]
    if scope.entity.when is None and with_rule:
        origin, other = scope.entity.origin, with_rule[0].name
        text = f"expected 'when', which rows of the {origin} are its own, as in {other}, which reads it too; found none"
        yield Fault(scope.at(), text, at_key=True, depends=(with_rule[0].at("when"),))
    earlier = with_rule[: with_rule.index(scope)] if scope in with_rule else []
    for before in earlier:
        yield from _both(scope, before)
    if earlier and scope.entity.read != earlier[0].entity.read:
        text = f"expected the options of {earlier[0].name}, which reads the same rows, found others"
        yield Fault(scope.at("read"), text, depends=(earlier[0].at("read"),))


def _reserved(scope: Scope) -> Iterator[Fault]:
    for index, rule in enumerate(scope.entity.filters):
        if rule.name == UNCLASSIFIED or rule.name.startswith(CLASSIFIED_AS):
            text = f"expected a name that 'when' does not use for rows of other entities, found {quoted(rule.name)}"
            yield Fault(scope.at("filters", index, "name"), text)


def _empty(scope: Scope) -> Iterator[Fault]:
    for index, tests in enumerate(scope.entity.when or ()):
        if not tests:
            text = "expected one or more columns with what they must hold, found none"
            yield Fault(scope.at("when", index), text)
        for column, test in tests.items():
            for name in ("equals", "not_equals", "matches"):
                if getattr(test, name) == []:
                    place = scope.at("when", index, column, name)
                    yield Fault(place, "expected one or more values, found an empty list")


def _both(scope: Scope, other: Scope) -> Iterator[Fault]:
    """Yield the alternatives of an entity that take rows which another one's take too, whatever the data."""
    for (index, mine), theirs in product(enumerate(scope.entity.when or ()), other.entity.when or ()):
        if mine and theirs and _meet(mine, theirs):
            named = ", ".join(quoted(column) for column in sorted({*mine, *theirs}))
            text = (
                f"expected rows that {other.name} does not take too, found the same in {named}; a row is of one entity"
            )
            yield Fault(scope.at("when", index), text, depends=(other.at("when"),))


def _meet(mine: dict[str, ColumnTest], theirs: dict[str, ColumnTest]) -> bool:
    """Say whether some row surely passes both: one tests no column that the other leaves open, and none excludes."""
    if not (mine.keys() <= theirs.keys() or theirs.keys() <= mine.keys()):
        return False
    return all(_agree(mine[column], theirs[column]) for column in mine.keys() & theirs.keys())


def _agree(first: ColumnTest, second: ColumnTest) -> bool:
    """Say whether one value surely passes both tests; two patterns are only known to agree when they are the same."""
    if first == second:
        return True
    listed = [*(first.equals or ()), *(second.equals or ())]
    if listed or first.is_null or second.is_null:
        return any(holds(first, value) and holds(second, value) for value in (*map(str.strip, listed), ""))
    return first.matches is None or second.matches is None

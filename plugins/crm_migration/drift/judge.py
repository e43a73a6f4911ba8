"""Which changes there are, and what the mapping's policies make of them; a pure function of what was seen."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import TypeGuard

from crm_migration.drift.change import Change, Columns, Kind, some
from crm_migration.drift.subject import Subject
from crm_migration.extract.source import Profile
from crm_migration.mapping.against_source import read_columns, values_without_entry
from crm_migration.mapping.faults import Fault, quoted
from crm_migration.mapping.model import Choice, FieldSpec
from crm_migration.mapping.scope import Scope

STOPPED = "the run stops before anything is loaded"
REMEMBERED = "remembered"
NOT_REMEMBERED = "not remembered"
ACCEPT = "accept it with 'evolve' for one run, or go on without it with 'discard'"


@dataclass(frozen=True)
class Judgement:
    """The changes of one entity, the faults that stop the run, and what is remembered once it is loaded."""

    changes: list[Change]
    faults: list[Fault]
    seen: Columns


def judge(scope: Scope, profile: Profile, last: Columns | None) -> Judgement:
    """Compare what the source offers with what the last load saw and with what the mapping reads.

    Columns and values that the mapping reads and does not find are no faults here where the mapping's own check says
    so, with their place in the file: those that the source does not offer at all, and values without an entry.
    """
    subject = Subject(scope, profile, last)
    if not profile.there:
        return Judgement([], [], last or [])
    changes = [
        *_new(subject),
        *_missing(subject),
        *_changed(subject),
        *_reordered(subject),
    ]
    left_out = {name for change in changes if change.policy == "discard" for name in change.fields}
    changes += _values(subject, left_out)
    return Judgement(
        [change for change in changes if not (change.stops and last is None)],
        [*_faults(subject, changes), *_lacking_faults(subject)],
        _seen(subject, changes),
    )


def _new(subject: Subject) -> Iterator[Change]:
    fresh = [column for column in subject.offered if column not in subject.known]
    if subject.last is None or not fresh:
        return
    policy = subject.policy("new_columns")
    done = {"evolve": REMEMBERED, "freeze": STOPPED, "discard": NOT_REMEMBERED}[policy]
    yield Change(subject.scope.name, "new_columns", policy, tuple(fresh), done, stops=policy == "freeze")


def _missing(subject: Subject) -> Iterator[Change]:
    expected = dict.fromkeys([*subject.entity.source_columns, *subject.known])
    gone = [column for column in expected if column not in subject.offered or column in subject.profile.lacking]
    policy = subject.policy("missing_columns")
    needed = [column for column in gone if column in subject.needed and policy != "freeze"]
    if needed:
        yield _stopping(subject, "missing_columns", needed)
    rest = [column for column in gone if column not in needed]
    if rest:
        fields = subject.readers(rest)
        done = STOPPED if policy == "freeze" else _without(policy, fields)
        stops = policy == "freeze"
        yield Change(
            subject.scope.name, "missing_columns", policy, tuple(rest), done, fields=fields, stops=stops
        )  # fmt: skip


def _stopping(subject: Subject, kind: Kind, columns: list[str]) -> Change:
    done = f"{STOPPED}: the mapping cannot do without"
    return Change(subject.scope.name, kind, subject.policy(kind), tuple(columns), done, stops=True)


def _without(policy: str, fields: tuple[str, ...]) -> str:
    """Return what becomes of fields whose columns are gone."""
    if not fields:
        return "no field reads them" if policy == "discard" else f"no field reads them; {REMEMBERED}"
    named = some([quoted(name) for name in fields])
    return f"read as empty for {named}" if policy == "evolve" else f"left as they are in the target: {named}"


def _changed(subject: Subject) -> Iterator[Change]:
    """Yield the columns whose type or kind is told now and then, and is another."""
    kinds, lacking = subject.profile.kinds, subject.profile.lacking
    types = {
        column: (before, kinds[column])
        for column, before in subject.known.items()
        if before and column in kinds and kinds[column] != before and column not in lacking
    }
    policy = subject.policy("changed_types")
    needed = [column for column in types if column in subject.needed and policy == "discard"]
    rest = [column for column in types if column not in needed]
    if needed:
        yield _typed(_stopping(subject, "changed_types", needed), types)
    if rest:
        fields = subject.readers(rest)
        left = _without(policy, fields) if fields else NOT_REMEMBERED
        done = {"evolve": REMEMBERED, "freeze": STOPPED, "discard": left}[policy]
        change = Change(
            subject.scope.name, "changed_types", policy, tuple(rest), done, fields=fields, stops=policy == "freeze"
        )
        yield _typed(change, types)


def _typed(change: Change, types: dict[str, tuple[str, str]]) -> Change:
    return replace(change, types=tuple(types[column] for column in change.columns))


def _reordered(subject: Subject) -> Iterator[Change]:
    before = [column for column in subject.known if column in subject.offered]
    now = [column for column in subject.offered if column in subject.known]
    if not subject.profile.ordered or before == now:
        return
    blocks = SequenceMatcher(None, before, now, autojunk=False).get_matching_blocks()
    kept = {column for block in blocks for column in now[block.b : block.b + block.size]}
    policy = subject.policy("reordered_columns")
    done = {"evolve": REMEMBERED, "freeze": STOPPED, "discard": NOT_REMEMBERED}[policy]
    moved = tuple(column for column in now if column not in kept)
    yield Change(subject.scope.name, "reordered_columns", policy, moved, done, stops=policy == "freeze")


def _values(subject: Subject, left_out: set[str]) -> Iterator[Change]:
    policy = subject.policy("new_values")
    done = {"evolve": "taken over as they are", "freeze": STOPPED, "discard": "read as empty"}[policy]
    for name, spec in subject.entity.fields.items():
        if name in left_out or not is_judged(spec):
            continue
        found = values_without_entry(spec, subject.profile.values.get(spec.columns[0], set()))
        if found:
            yield Change(
                subject.scope.name, "new_values", policy, tuple(spec.columns), done,
                fields=(name,), values=tuple(found), stops=policy == "freeze",
            )  # fmt: skip


def is_judged(spec: FieldSpec) -> TypeGuard[Choice]:
    """Say whether a field's new values are judged here: a choice from one column that does not do so itself."""
    told = isinstance(spec, Choice) and len(spec.columns) == 1 and "on_invalid" not in spec.model_fields_set
    return told and getattr(spec, "function", None) is None


def _faults(subject: Subject, changes: Iterable[Change]) -> Iterator[Fault]:
    """Yield what stops the run and is not found by the mapping's own check."""
    read = set(subject.entity.source_columns)
    for change in changes:
        place = subject.scope.at("drift", change.kind)
        if not change.stops or change.kind == "new_values" or subject.last is None:
            continue
        if change.kind == "missing_columns":
            gone = [column for column in change.columns if column not in read]
            if gone:
                yield Fault(place, f"expected the columns of the last load, found none named {_named(gone)}; {ACCEPT}")
        elif change.kind == "changed_types":
            text = f"expected the types of the last load, found {change.found}"
            yield Fault(place, f"{text}; {ACCEPT if change.policy == 'freeze' else change.done}")
        else:
            what = "no new columns since" if change.kind == "new_columns" else "the order of columns of"
            yield Fault(place, f"expected {what} the last load, found {change.found}; {ACCEPT}")


def _named(columns: list[str]) -> str:
    return some([quoted(column) for column in columns])


def _lacking_faults(subject: Subject) -> Iterator[Fault]:
    """Yield the columns that some documents have and others lack, where the run cannot do without."""
    frozen = subject.policy("missing_columns") == "freeze"
    for place, column in read_columns(subject.scope):
        without = subject.profile.lacking.get(column)
        if without and (frozen or column in subject.needed):
            text = f"expected column {quoted(column)} in every file, found none in {_named(without)}"
            yield Fault(place, text)


def _seen(subject: Subject, changes: Iterable[Change]) -> Columns:
    """Return what the next run compares with; what was discarded stays as the last load saw it."""
    discarded: dict[str, set[str]] = {
        change.kind: set(change.columns) for change in changes if change.policy == "discard" and not change.stops
    }
    now = [column for column in subject.offered if column not in discarded.get("new_columns", ())]
    gone = discarded.get("missing_columns", set())
    then = [column for column in subject.known if column in now or column in gone]
    first, second = (then, now) if "reordered_columns" in discarded else (now, then)
    return [(column, _kind(subject, column, discarded)) for column in _merged(first, second)]


def _kind(subject: Subject, column: str, discarded: dict[str, set[str]]) -> str:
    if column in discarded.get("changed_types", ()):
        return subject.known[column]
    return subject.profile.kinds.get(column) or subject.known.get(column, "")


def _merged(first: list[str], second: list[str]) -> list[str]:
    """Return `first` with what only `second` has, each behind the column that it follows there."""
    merged = list(first)
    for place, column in enumerate(second):
        if column not in merged:
            before = second[place - 1] if place else None
            merged.insert(merged.index(before) + 1 if before is not None else 0, column)
    return merged

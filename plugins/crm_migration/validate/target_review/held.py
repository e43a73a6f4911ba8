"""What an object of the target holds, counted from its copy in the backup: so all figures are of one moment."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from crm_migration.errors import MappingFault
from crm_migration.mapping.model import Choice, Entity, Mapping, Reference
from crm_migration.staging import Staged
from crm_migration.validate.target_review.findings import LISTED, Finding, Stale

OTHER, EMPTY = "other", "empty"
# Names that CRMs give to the moment of the last change, in the order of trust.
CHANGED = (
    "updated_at", "modified_at", "last_modified", "last_modified_at", "date_modified", "last_modified_time",
    "lastmodifieddate", "modified_time", "modifiedon", "changed_at", "changed", "updated", "modified",
)  # fmt: skip
DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}"


@dataclass(frozen=True)
class Subject:
    """One object that a mapping writes, with all entities that write it, and its copy in the backup."""

    name: str
    entities: dict[str, Entity]
    content: Staged

    @property
    def key(self) -> str:
        """Return the column of the target's ids."""
        return next(iter(self.entities.values())).target.id

    @property
    def fields(self) -> list[str]:
        """Return the columns that any of the entities fills, as far as the target has them."""
        named = dict.fromkeys(name for entity in self.entities.values() for name in entity.fields)
        return [name for name in named if name in self.content.columns]

    @property
    def codes(self) -> dict[str, set[str]]:
        """Return, by choice field, the codes of the target that the mapping names."""
        found: dict[str, set[str]] = {}
        for entity in self.entities.values():
            for name, spec in entity.fields.items():
                if isinstance(spec, Choice) and name in self.content.columns:
                    found.setdefault(name, set()).update(spec.values.values())
        return found


def subjects(mapping: Mapping, contents: dict[str, Staged]) -> list[Subject]:
    """Return the objects that `mapping` writes, each once, with their copies by name."""
    made: dict[str, dict[str, Entity]] = {}
    for name, entity in mapping.entities.items():
        made.setdefault(entity.target.object, {})[name] = entity
    return [Subject(name, entities, contents[name]) for name, entities in made.items()]


def filled(subject: Subject) -> dict[str, int]:
    """Return how many records have a value, by field."""
    counts: Counter[str] = Counter(dict.fromkeys(subject.fields, 0))
    for frame in subject.content.frames(subject.fields):
        for name in subject.fields:
            counts[name] += int(_has_value(frame[name]).sum())
    return dict(counts)


def values(subject: Subject) -> dict[str, dict[str, int]]:
    """Return how many records have each code, by choice field; what the mapping does not name is counted together."""
    codes = subject.codes
    found: dict[str, Counter[str]] = {name: Counter(dict.fromkeys(sorted(known), 0)) for name, known in codes.items()}
    for frame in subject.content.frames(list(codes)) if codes else ():
        for name, known in codes.items():
            text = frame[name].cast(pl.String)
            named = pl.when(text.is_in(sorted(known))).then(text).otherwise(pl.lit(OTHER))
            shown = frame.select(pl.when(~_has_value(frame[name])).then(pl.lit(EMPTY)).otherwise(named).alias(name))
            found[name].update(dict(shown[name].value_counts().iter_rows()))
    return {name: dict(counts) for name, counts in found.items()}


def _has_value(column: pl.Series) -> pl.Series:
    return column.is_not_null() & (column.cast(pl.String) != "").fill_null(value=False)


def stale(subject: Subject, mapping: Mapping, today: date) -> Stale | None:
    """Return how many records nobody has changed for long; None where no column of the target tells when.

    Raises:
        MappingFault: the column that the mapping names is not there.
    """
    column = _changed_column(subject, mapping)
    if column is None:
        return None
    days = mapping.target_review.stale_days
    before = (today - timedelta(days=days)).isoformat()
    old = unknown = 0
    for frame in subject.content.frames([column]):
        day = frame[column].cast(pl.String).str.extract(f"({DAY})", 1)
        unknown += day.null_count()
        old += int((day < before).sum())
    return Stale(column=column, days=days, records=old, unknown=unknown)


def _changed_column(subject: Subject, mapping: Mapping) -> str | None:
    """Return the column that the mapping names, else one of a usual name that holds dates."""
    named = [mapping.target_review.changed[name] for name in subject.entities if name in mapping.target_review.changed]
    if named:
        return _existing(subject, named[0])
    usual = {name.lower(): name for name in subject.content.columns}
    for name in CHANGED:
        column = usual.get(name)
        if column is not None and _holds_dates(subject.content, column):
            return column
    return None


def _existing(subject: Subject, column: str) -> str:
    if column in subject.content.columns:
        return column
    raise MappingFault(
        f"{subject.name}: expected the column {column!r}, which target_review.changed names, found none; correct the "
        "mapping"
    )


def _holds_dates(content: Staged, column: str) -> bool:
    for frame in content.frames([column]):
        told = frame[column].cast(pl.String).drop_nulls()
        if len(told):
            return bool(told.str.contains(DAY).all())
    return False


def broken_references(subject: Subject, every: list[Subject]) -> list[Finding]:
    """Return, by reference field, how many records refer to one that is not there."""
    found = []
    for name, parents in _parents(subject).items():
        # All at once: held against a million ids, each part would take them apart anew.
        wanted = pl.concat(_ids(subject, name)).unique()
        known = pl.concat(ids for one in every if parents & one.entities.keys() for ids in _ids(one, one.key))
        lost = wanted.filter(~wanted.is_in(known.implode()))
        tally, failing = 0, list[str]()
        for frame in subject.content.frames([subject.key, name]) if len(lost) else ():
            broken = frame.filter(frame[name].cast(pl.String).is_in(lost.implode()))
            tally += broken.height
            failing += broken[subject.key].cast(pl.String).head(LISTED - len(failing)).to_list()
        found.append(Finding(name="reference_resolves", field=name, failing=tally, ids=tuple(failing)))
    return found


def _parents(subject: Subject) -> dict[str, set[str]]:
    """Return the entities that each reference field may point at."""
    parents: dict[str, set[str]] = {}
    for entity in subject.entities.values():
        for name, spec in entity.fields.items():
            if isinstance(spec, Reference) and name in subject.content.columns:
                parents.setdefault(name, set()).update(spec.entities)
    return parents


def _ids(subject: Subject, column: str) -> list[pl.Series]:
    """Return the values of a column of ids, as texts, part by part and each once."""
    parts = (frame[column].filter(_has_value(frame[column])) for frame in subject.content.frames([column]))
    return [pl.Series("id", [], pl.String), *(part.cast(pl.String).unique().alias("id") for part in parts)]

"""A small strict CRM behind `RecordApi`, in memory: its state inspectable, its faults programmable."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl

from crm_migration.errors import MappingFault, QuotaExhausted, TargetUnavailable
from crm_migration.load.record_api import AnswerLost, Record, RecordRefused, RefusedInDoubt
from crm_migration.mapping.live import TargetColumn, TargetTable

STAMPS = ("last_modified_time",)
WRITING = frozenset({"create", "update", "remove", "recover", "purge"})
START = datetime(2026, 1, 1, tzinfo=UTC)


class Killed(BaseException):
    """The process is gone in the middle of a call."""


@dataclass(frozen=True)
class Field:
    """A field of the CRM."""

    type: str = "varchar"
    required: bool = False
    unique: bool = False
    refers_to: str | None = None
    values: tuple[str, ...] = ()


OBJECTS = {
    "AccountObj": {
        "legacy_key__c": Field(unique=True),
        "name": Field(required=True),
        "tier": Field(values=("gold", "tin", "none")),
        "parent": Field(refers_to="AccountObj"),
    },
    "ContactObj": {
        "legacy_key__c": Field(unique=True),
        "last_name": Field(required=True),
        "email": Field(),
        "worth": Field("decimal"),
        "born": Field("date"),
        "seen": Field("datetime"),
        "quiet": Field("boolean"),
        "gone": Field("boolean"),
        "account": Field(refers_to="AccountObj"),
    },
}
Fault = Callable[[int, str], str | None]
"""Tells what goes wrong with the call of a number and name: lost_before, lost_after, away, quota, kill, kill_after.

Or that a first attempt was lost before it was done, and what was then refused may have been refused for that: in_doubt.
"""


@dataclass
class MemoryCrm:
    """Records by object and id; `journal` counts calls by name.

    Calls of `hidden_from` do not show the records of `hidden`, as a search that is late; with `hide_new` all new ones.
    `locked` are fields that no update may change. `before` is what updates were told of the record before them.
    """

    fault: Fault = lambda _number, _name: None
    threads: int = 1
    pace: float | None = 5.0
    id_field: str = "_id"
    changed_field: str = "last_modified_time"
    records: dict[str, dict[str, dict[str, str | None]]] = field(default_factory=lambda: {name: {} for name in OBJECTS})
    removed: set[str] = field(default_factory=set)
    journal: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    made: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)
    clock: int = 0
    refuse_removals: bool = False
    refuse_purges: bool = False
    locked: set[str] = field(default_factory=set)
    hidden: set[str] = field(default_factory=set)
    hidden_from: tuple[str, ...] = ("find", "read", "count")
    hide_new: bool = False
    unique: bool = True
    before: list[Record | None] = field(default_factory=list)

    @property
    def writes(self) -> int:
        """Return how many calls wrote, or meant to."""
        return sum(count for name, count in self.journal.items() if name in WRITING)

    def dump(self) -> str:
        """Return all records but for the system's stamps, as text."""
        plain = {
            name: {
                identity: {
                    **{key: value for key, value in row.items() if key not in STAMPS},
                    "bin": identity in self.removed,
                }
                for identity, row in sorted(rows.items())
            }
            for name, rows in self.records.items()
        }
        return json.dumps(plain, sort_keys=True)

    def by_key(self, name: str) -> dict[str | None, dict[str, str | None]]:
        """Return the records of an object outside the bin by their source key."""
        live = [row for identity, row in self.records[name].items() if identity not in self.removed]
        keys = [row["legacy_key__c"] for row in live]
        assert len(keys) == len(set(keys)), "two records have one source key"
        return dict(zip(keys, live, strict=True))

    def edit(self, name: str, key: str, /, **values: str | None) -> None:
        """Change a record as a person would."""
        identity = next(i for i, row in self.records[name].items() if row["legacy_key__c"] == key)
        self.records[name][identity] |= {"last_modified_time": self._now(), **values}

    def delete(self, name: str, key: str) -> None:
        """Remove a record for ever as a person would."""
        identity = next(i for i, row in self.records[name].items() if row["legacy_key__c"] == key)
        del self.records[name][identity]

    def _now(self) -> str:
        self.clock += 1
        return (START + timedelta(seconds=self.clock)).strftime("%Y-%m-%d %H:%M:%S.%f")

    def objects(self) -> list[str]:
        return sorted(OBJECTS)

    def describe(self, target_object: str) -> TargetTable:
        if target_object not in OBJECTS:
            raise MappingFault(f"expected an object of the CRM, found {target_object!r}")
        columns = {
            name: TargetColumn(
                name, spec.type, nullable=not spec.required, unique=spec.unique,
                precision=20 if spec.type == "decimal" else None, scale=4 if spec.type == "decimal" else None,
                foreign_key=(spec.refers_to, "_id") if spec.refers_to else None,
            )
            for name, spec in OBJECTS[target_object].items()
        }  # fmt: skip
        columns["_id"] = TargetColumn("_id", "varchar", nullable=False, generated=True, unique=True)
        return TargetTable(target_object, columns, ("_id",))

    def users(self, by: str, chosen: str) -> dict[str, str]:
        return {"ann@crm.example": "1000"}

    def count(self, target_object: str) -> int:
        self._call("count")
        return len(self._shown(target_object, "count"))

    def read(
        self, target_object: str, fields: Sequence[str], changed_since: str | None = None
    ) -> Iterator[pl.DataFrame]:
        names = [self.id_field, self.changed_field, *fields]
        rows = [
            row
            for row in self._shown(target_object, "read")
            if not changed_since or str(row[self.changed_field]) >= changed_since
        ]
        for start in range(0, max(1, len(rows)), 100):
            self._call("read")
            some = [[row[name] for name in names] for row in rows[start : start + 100]]
            yield pl.DataFrame(some, schema=dict.fromkeys(names, pl.String), orient="row")

    def find(self, target_object: str, field: str, values: Sequence[str], fields: Sequence[str]) -> pl.DataFrame:
        names = list(dict.fromkeys([self.id_field, *fields]))
        wanted = set(values)
        for _ in range(0, len(wanted), 100):
            self._call("find")
        rows = [[row[name] for name in names] for row in self._shown(target_object, "find") if row[field] in wanted]
        return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")

    def _shown(self, name: str, call: str) -> list[dict[str, str | None]]:
        return [row for row in self._live(name) if row["_id"] not in self.hidden or call not in self.hidden_from]

    def _live(self, name: str) -> list[dict[str, str | None]]:
        with self.lock:
            return [row for identity, row in sorted(self.records[name].items()) if identity not in self.removed]

    def create(self, target_object: str, record: Record) -> str:
        with self.lock, self._answered("create"):
            self._check(target_object, record, None)
            self.made += 1
            identity = f"{self.made:032x}"
            blank = dict.fromkeys(OBJECTS[target_object])
            stamps = {"_id": identity, "last_modified_time": self._now()}
            self.records[target_object][identity] = {**blank, **_stored(target_object, record), **stamps}
            if self.hide_new:
                self.hidden.add(identity)
            return identity

    def is_there(self, target_object: str, identity: str) -> bool:
        self._call("is_there")
        return identity in self.records[target_object] and identity not in self.removed

    def update(self, target_object: str, identity: str, values: Record, before: Record | None = None) -> None:
        with self.lock, self._answered("update"):
            row = self.records[target_object].get(identity)
            if row is None or identity in self.removed:
                raise RecordRefused("there is no such record (code 15002)")
            self._check(target_object, {**row, **values}, identity)
            self.before.append(before)
            if self.locked & set(values):
                raise RecordRefused(f"refused with code 20012, about field {', '.join(self.locked & set(values))}")
            row |= {**_stored(target_object, values), "last_modified_time": self._now()}

    def _check(self, name: str, record: Record, mine: str | None) -> None:
        fields = OBJECTS[name]
        for key, value in record.items():
            if key in ("_id", "last_modified_time"):
                continue
            spec = fields[key]
            if spec.required and not value:
                raise RecordRefused(f"{key} is required (code 15002)")
            if spec.values and value is not None and value not in spec.values:
                raise RecordRefused(f"{key} takes no such option (code 32000)")
            if spec.refers_to and value is not None and value not in self.records[spec.refers_to]:
                raise RecordRefused(f"{key} points at no record (code 32000)")
            others = (row for identity, row in self.records[name].items() if identity != mine)
            if self.unique and spec.unique and value is not None and any(row[key] == value for row in others):
                raise RecordRefused(f"{key} is taken (code 32000)")
        if any(spec.required and not record.get(key) for key, spec in fields.items()):
            raise RecordRefused("a required field is missing (code 15002)")

    def remove(self, target_object: str, identity: str) -> None:
        with self.lock, self._answered("remove"):
            if self.refuse_removals:
                raise RecordRefused("the record is locked (code 20012)")
            if identity in self.records[target_object]:
                self.removed.add(identity)

    def recover(self, target_object: str, identity: str) -> None:
        with self.lock, self._answered("recover"):
            if identity not in self.records[target_object]:
                raise RecordRefused("there is no such record (code 15002)")
            self.removed.discard(identity)

    def purge(self, target_object: str, identities: Sequence[str]) -> None:
        with self.lock, self._answered("purge"):
            if self.refuse_purges:
                raise RecordRefused("the record is kept for an audit (code 20012)")
            if any(identity in self.records[target_object] and identity not in self.removed for identity in identities):
                raise RecordRefused("a record is not in the bin (code 15002)")
            for identity in identities:
                self.records[target_object].pop(identity, None)
                self.removed.discard(identity)

    def calls_for(self, creates: int, updates: int, removals: int) -> int:
        return creates + updates + removals

    def close(self) -> None:
        """Nothing is open."""

    def _call(self, name: str) -> str | None:
        with self.lock:
            self.calls += 1
            self.journal[name] += 1
            wrong = self.fault(self.calls, name)
        if wrong == "kill" or (wrong == "kill_after" and name not in WRITING):
            raise Killed
        if wrong == "away":
            raise TargetUnavailable("the CRM is away")
        if wrong == "quota":
            raise QuotaExhausted("no calls are left today", datetime.now(UTC) + timedelta(hours=1))
        return wrong

    def _answered(self, name: str) -> "_Answer":
        return _Answer(self._call(name))


def _stored(name: str, record: Record) -> Record:
    """Return a record with its numbers as numbers are kept: without zeros that say nothing."""
    numbers = {key for key, spec in OBJECTS[name].items() if spec.type == "decimal"}
    return {
        key: f"{Decimal(value).normalize():f}" if value and key in numbers else value for key, value in record.items()
    }


class _Answer:
    """A writing call: fails before, or loses its answer after, as its fault says."""

    def __init__(self, wrong: str | None) -> None:
        self.wrong = wrong

    def __enter__(self) -> None:
        if self.wrong == "lost_before":
            raise AnswerLost("no answer")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, RecordRefused) and self.wrong == "in_doubt":
            raise RefusedInDoubt("no answer, then a refusal", error.reason)
        if kind is None and self.wrong == "lost_after":
            raise AnswerLost("no answer")
        if kind is None and self.wrong == "kill_after":
            raise Killed

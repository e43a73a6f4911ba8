"""Fxiaoke as the load room's `RecordApi`: records in canonical text, whatever the field's type in the CRM."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from crm_migration.connections import ConnectionFields
from crm_migration.errors import MappingFault
from crm_migration.load.fxiaoke.client import FxiaokeClient
from crm_migration.load.fxiaoke.fields import WRITTEN_ONCE, table_of
from crm_migration.load.fxiaoke.records import ID, PAGE, Filter, FxiaokeRecords, among, where
from crm_migration.load.fxiaoke.settings import Settings, tenant_of
from crm_migration.load.fxiaoke.values import Unfit, to_json, to_text
from crm_migration.load.record_api import Record, RecordRefused
from crm_migration.mapping.live import TargetTable

CHANGED = "last_modified_time"
OWNER = "owner"
LIFE_STATUS = "life_status"
INVALID = "invalid"
KINDS_OF_EVERY_OBJECT = {ID: "text", CHANGED: "date_time"}
ROWS_A_FRAME = 50 * PAGE
KEYS_A_QUERY = PAGE - 1
"""One less than a page: an answer for so many different keys is known to be whole without asking for a second page."""
Fields = Mapping[str, Any]


def open_api(fields: ConnectionFields, settings: Settings | None = None) -> "FxiaokeApi":
    """Return the API of the company that an Airflow connection of type `http` names; nothing is asked yet.

    Raises:
        ConnectionUnknown: the connection lacks a part.
    """
    return FxiaokeApi(FxiaokeClient(tenant_of(fields), settings))


class FxiaokeApi:
    """One company's CRM; what methods raise is said in `RecordApi`."""

    id_field = ID
    changed_field = CHANGED

    def __init__(self, client: FxiaokeClient) -> None:
        """Use a client; objects are described when they are first needed."""
        self._client = client
        self._records = FxiaokeRecords(client)
        self._settings = client.settings
        self._lock = threading.Lock()
        self._objects: list[str] | None = None
        self._tables: dict[str, TargetTable] = {}
        self.threads = client.settings.threads
        limits = client.settings.limits
        self.pace = limits.calls / limits.seconds if limits.calls else None
        limits = client.settings.limits
        self.calls_a_second = None if limits.calls is None else limits.calls / limits.seconds
        """How many calls of one interface the target takes, for plans of a run's time; None where it is not limited."""

    def objects(self) -> list[str]:
        """Return the API names of the company's active objects."""
        with self._lock:
            return list(self._known_objects())

    def describe(self, target_object: str) -> TargetTable:
        """Return the fields of an object, as they were when it was first asked for.

        Raises:
            MappingFault: there is no such object.
        """
        with self._lock:
            if target_object not in self._tables:
                if target_object not in self._known_objects():
                    raise MappingFault(
                        f"expected the API name of an active object of the company, found {target_object!r}; correct "
                        "the entity's `target.object`, or let the connection's user see the object"
                    )
                fields = self._records.describe(target_object)
                self._tables[target_object] = table_of(target_object, fields, self._settings)
            return self._tables[target_object]

    def users(self, by: str, chosen: str) -> dict[str, str]:
        """Return `chosen` of every person of the company by the lower-cased value of `by`."""
        found: dict[str, str] = {}
        for frame in self.read(self._settings.users, [by, chosen]):
            pairs = frame.select(by, chosen).drop_nulls().iter_rows()
            found |= {str(key).lower(): str(value) for key, value in pairs}
        return found

    def count(self, target_object: str) -> int:
        """Return the number of records outside the recycle bin."""
        return self._records.count(target_object)

    def read(
        self, target_object: str, fields: Sequence[str], changed_since: str | None = None
    ) -> Iterator[pl.DataFrame]:
        """Yield id, moment of the last change and `fields` of the records outside the recycle bin, by their ids."""
        kinds = self._kinds(target_object, [ID, CHANGED, *fields])
        since = to_json("date_time", changed_since, self._client.zone)
        filters = [] if since is None else [where(CHANGED, "GTE", [str(since)])]
        yield from self._frames(target_object, kinds, filters)

    def find(self, target_object: str, field: str, values: Sequence[str], fields: Sequence[str]) -> pl.DataFrame:
        """Return id and `fields` of the records whose `field` has one of the values."""
        kinds = self._kinds(target_object, [ID, *fields])
        wanted = list(dict.fromkeys(values))
        frames = [pl.DataFrame(schema=dict.fromkeys(kinds, pl.String))]
        for start in range(0, len(wanted), KEYS_A_QUERY):
            some = among(field, wanted[start : start + KEYS_A_QUERY])
            frames += self._frames(target_object, kinds, [some])
        return pl.concat(frames)

    def kept(self, target_object: str, record: Record) -> dict[str, str | None]:
        """Return a record as the CRM will give it back: moments in milliseconds, blank text as none.

        Raises:
            RecordRefused: a value does not fit its field.
        """
        kinds = self._kinds(target_object, record)
        sent = self._sent(target_object, record)
        return {name: to_text(kinds[name], value, self._client.zone) for name, value in sent.items()}

    def create(self, target_object: str, record: Record) -> str:
        """Create a record and return its id; without an owner it belongs to the settings' or connection's user."""
        values = {name: value for name, value in self._sent(target_object, record).items() if value is not None}
        values.setdefault(OWNER, [self._settings.owner or self._client.tenant.user_id])
        return self._records.create(target_object, values, self.describe(target_object).columns)

    def update(self, target_object: str, identity: str, values: Record, before: Record | None = None) -> None:
        """Change some fields of a record; its owner by a call of its own, before the others.

        Where the others are refused then, the record is given back to the owner that `before` names.

        Raises:
            RecordRefused: or a field is only taken when a record is created. It says so where only the owner was taken.
        """
        fixed = sorted(WRITTEN_ONCE & set(values))
        if fixed:
            raise RecordRefused(f"field {', '.join(fixed)}: the target takes it when a record is created, not later")
        sent = self._sent(target_object, values)
        owner = sent.pop(OWNER, None)
        if owner:
            self._records.change_owner(target_object, identity, owner)
        if not sent:
            return
        try:
            self._records.update(target_object, identity, sent, self.describe(target_object).columns)
        except RecordRefused as refused:
            if owner and not self._given_back(target_object, identity, (before or {}).get(OWNER)):
                raise RecordRefused(f"{refused.reason}; its owner was changed all the same") from None
            raise

    def _given_back(self, target_object: str, identity: str, owner: str | None) -> bool:
        """Give a record back to an owner, as canonical text; say whether that was done."""
        if not owner:
            return False
        try:
            self._records.change_owner(target_object, identity, self._sent(target_object, {OWNER: owner})[OWNER])
        except RecordRefused:
            return False
        return True

    def remove(self, target_object: str, identity: str) -> None:
        """Put a record into the recycle bin; it is no error if it is not outside of it."""
        try:
            self._records.invalidate(target_object, identity)
        except RecordRefused:
            if self._is_outside(target_object, identity):
                raise

    def recover(self, target_object: str, identity: str) -> None:
        """Bring a record back from the recycle bin; it is no error if it is outside already."""
        try:
            self._records.recover(target_object, [identity])
        except RecordRefused:
            if not self._is_outside(target_object, identity):
                raise

    def purge(self, target_object: str, identities: Sequence[str]) -> None:
        """Delete records from the recycle bin for ever; it is no error if some do not exist any more."""
        for start in range(0, len(identities), PAGE):
            some = list(identities[start : start + PAGE])
            try:
                self._records.delete(target_object, some)
            except RecordRefused:
                # The call takes all or none: one that is gone already keeps the others.
                for identity in some:
                    self._purge_one(target_object, identity)

    def is_there(self, target_object: str, identity: str) -> bool:
        """Say whether a record exists outside the recycle bin; asked by its id, not by a search, which may be late."""
        record = self._got(target_object, identity)
        return bool(record) and record.get(LIFE_STATUS) != INVALID

    def calls_for(self, creates: int, updates: int, removals: int) -> int:
        """Return how many calls these writes cost: one a record; an update of the owner costs one more."""
        return creates + updates + removals

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _known_objects(self) -> list[str]:
        if self._objects is None:
            self._objects = self._records.objects()
        return self._objects

    def _kinds(self, target_object: str, names: Iterable[str]) -> dict[str, str]:
        """Return the types of some fields, each once."""
        columns = self.describe(target_object).columns
        kinds = {}
        for name in names:
            kind = KINDS_OF_EVERY_OBJECT.get(name) or (columns[name].type if name in columns else None)
            if kind is None:
                raise MappingFault(f"{target_object}: expected the API name of a field, found {name!r}")
            kinds[name] = kind
        return kinds

    def _sent(self, target_object: str, record: Record) -> dict[str, Any]:
        kinds = self._kinds(target_object, record)
        sent = {}
        for name, text in record.items():
            try:
                sent[name] = to_json(kinds[name], text, self._client.zone)
            except Unfit as unfit:
                raise RecordRefused(f"field {name}: expected {unfit} for the type {kinds[name]}") from None
        return sent

    def _frames(
        self, target_object: str, kinds: Mapping[str, str], filters: Sequence[Filter]
    ) -> Iterator[pl.DataFrame]:
        rows: list[Fields] = []
        for page in self._records.pages(target_object, list(kinds), filters):
            rows += page
            if len(rows) >= ROWS_A_FRAME:
                yield self._frame(kinds, rows)
                rows = []
        if rows:
            yield self._frame(kinds, rows)

    def _frame(self, kinds: Mapping[str, str], rows: list[Fields]) -> pl.DataFrame:
        zone = self._client.zone
        columns = {name: [to_text(kind, row.get(name), zone) for row in rows] for name, kind in kinds.items()}
        return pl.DataFrame(columns, schema=dict.fromkeys(kinds, pl.String))

    def _is_outside(self, target_object: str, identity: str) -> bool:
        """Say whether a record exists and is not in the recycle bin."""
        pages = self._records.pages(target_object, [LIFE_STATUS], [among(ID, [identity])])
        return any(record.get(LIFE_STATUS) != INVALID for page in pages for record in page)

    def _purge_one(self, target_object: str, identity: str) -> None:
        try:
            self._records.delete(target_object, [identity])
        except RecordRefused:
            if self._exists(target_object, identity):
                raise

    def _exists(self, target_object: str, identity: str) -> bool:
        return bool(self._got(target_object, identity))

    def _got(self, target_object: str, identity: str) -> Fields:
        """Return a record as it is, of the recycle bin too; nothing where there is none."""
        try:
            return self._records.get(target_object, identity)
        except RecordRefused:
            return {}

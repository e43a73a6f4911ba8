"""What was sent to the CRM to be created and is not known to be there: noted before, looked up by its key after."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import polars as pl
import sqlalchemy as sa

from crm_migration.ledger import Ledger
from crm_migration.ledger.ledger import now
from crm_migration.load.bulk import insert_rows, update_rows
from crm_migration.load.record_api import RecordApi
from crm_migration.load.retired import texts_of

SENT, UNKNOWN, FOUND, CONFIRMED, REFUSED = "sent", "unknown", "found", "confirmed", "refused"
OPEN = (SENT, UNKNOWN)
CHUNK = 500


@dataclass(frozen=True)
class Sending:
    """Whose records are being created: the run, its stream, the object, and the field that carries the key."""

    run_no: int
    stream_no: int
    target_object: str
    external_id: str


@dataclass(frozen=True)
class Intent:
    """A record that is to be created, or was; `since` when it was first sent without being known to be there."""

    golden: str
    key: str
    attempts: int = 0
    state: str = SENT
    target_id: str | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Unclaimed:
    """A record that a run has created, and that is not in the ledger."""

    stream_no: int
    golden: str
    target_object: str
    target_id: str
    run: str


class Intents:
    """The ledger's `api_call`: a line a record that some attempt has sent."""

    def __init__(self, ledger: Ledger, engine: sa.Engine) -> None:
        """Bind to the ledger's database."""
        self.ledger, self.engine = ledger, engine
        self.table = ledger.tables.api_call

    def of(self, sending: Sending, golden: Sequence[str]) -> dict[str, Intent]:
        """Return what is noted of these records, by golden id."""
        call = self.table
        names = ("golden_id", "external_key", "attempts", "state", "target_id", "noted_at")
        columns = [call.c[name] for name in names]
        found: dict[str, Intent] = {}
        with self.engine.connect() as connection:
            for some in _chunks(golden):
                mine = sa.and_(call.c.stream_no == sending.stream_no, call.c.golden_id.in_(some))
                for row in connection.execute(sa.select(*columns).where(mine)):
                    one = Intent(*row)
                    since = one.since if one.since is None or one.since.tzinfo else one.since.replace(tzinfo=UTC)
                    found[one.golden] = replace(one, since=since)
        return found

    def begin(self, connection: sa.Connection, sending: Sending, intents: Sequence[Intent]) -> None:
        """Note that these records are being sent, before they are."""
        call = self.table
        for some in _chunks([intent.golden for intent in intents]):
            mine = sa.and_(call.c.stream_no == sending.stream_no, call.c.golden_id.in_(some))
            connection.execute(call.delete().where(mine))
        moment = now()
        lines = {
            "stream_no": [str(sending.stream_no)] * len(intents),
            "golden_id": [intent.golden for intent in intents],
            "run_no": [str(sending.run_no)] * len(intents),
            "object": [sending.target_object] * len(intents),
            "external_key": [intent.key for intent in intents],
            "state": [SENT] * len(intents),
            "attempts": [str(intent.attempts + 1) for intent in intents],
            "noted_at": [_printed(intent.since or moment) for intent in intents],
        }
        insert_rows(connection, texts_of(call), pl.DataFrame(lines, schema=dict.fromkeys(lines, pl.String)))

    def note(self, connection: sa.Connection, stream_no: int, ids: dict[str, str | None], state: str) -> None:
        """Note what became of records: their state, and the CRM's id by golden id where it is known."""
        if ids:
            lines = {
                "stream_no": [str(stream_no)] * len(ids),
                "golden_id": list(ids),
                "state": [state] * len(ids),
                "target_id": list(ids.values()),
            }
            frame = pl.DataFrame(lines, schema=dict.fromkeys(lines, pl.String))
            update_rows(connection, self.table, ["stream_no", "golden_id"], frame)

    def find(self, connection: sa.Connection, ids: Mapping[tuple[int, str], str], state: str = FOUND) -> None:
        """Note the CRM's id of records by stream and golden id; those about which something is known by now stay."""
        call = self.table
        for (stream_no, golden), identity in ids.items():
            mine = sa.and_(call.c.stream_no == stream_no, call.c.golden_id == golden, call.c.state.in_(OPEN))
            connection.execute(call.update().where(mine).values(state=state, target_id=identity))

    def disown(self, connection: sa.Connection, others: Sequence[Unclaimed]) -> None:
        """Note that records which were found under our keys are not ours."""
        for one in others:
            self.note(connection, one.stream_no, {one.golden: None}, REFUSED)

    def awaited(self, target_object: str) -> dict[str, list[tuple[int, str]]]:
        """Return stream and golden id, by external id, of records that may have been created or not."""
        call = self.table
        chosen = sa.select(call.c.external_key, call.c.stream_no, call.c.golden_id)
        found: dict[str, list[tuple[int, str]]] = {}
        with self.engine.connect() as connection:
            for key, stream_no, golden in connection.execute(
                chosen.where(call.c.object == target_object, call.c.state.in_(OPEN))
            ):
                found.setdefault(str(key), []).append((int(stream_no), str(golden)))
        return found

    def unclaimed(self, target_object: str) -> set[str]:
        """Return the ids of records of an object that were created and are yet to be taken into the ledger."""
        call = self.table
        mine = sa.and_(call.c.object == target_object, call.c.state == FOUND, call.c.target_id.is_not(None))
        with self.engine.connect() as connection:
            return set(connection.scalars(sa.select(call.c.target_id).where(mine)))

    def left_by_others(self, run_no: int) -> list[Unclaimed]:
        """Return the records that other runs have created, and that nobody has taken into the ledger."""
        return self._unclaimed(self.table.c.state == FOUND, self.table.c.run_no != run_no)

    def unclaimed_of(self, run_no: int, state: str) -> list[Unclaimed]:
        """Return the records of a run that are in a state and have an id."""
        return self._unclaimed(self.table.c.state == state, self.table.c.run_no == run_no)

    def _unclaimed(self, *conditions: sa.ColumnElement[bool]) -> list[Unclaimed]:
        call, run = self.table, self.ledger.tables.run
        columns = (call.c.stream_no, call.c.golden_id, call.c.object, call.c.target_id, run.c.source, run.c.run_id)
        chosen = sa.select(*columns).join(run, run.c.run_no == call.c.run_no).where(call.c.target_id.is_not(None))
        with self.engine.connect() as connection:
            rows = connection.execute(chosen.where(*conditions)).all()
        return [Unclaimed(row[0], row[1], row[2], str(row[3]), f"{row[4]}/{row[5]}") for row in rows]

    def open_of(self, run_no: int) -> int:
        """Return of how many records of a run it is not known whether they were created."""
        counted = sa.select(sa.func.count()).select_from(self.table)
        with self.engine.connect() as connection:
            return int(
                connection.scalar(counted.where(self.table.c.run_no == run_no, self.table.c.state.in_(OPEN))) or 0
            )

    def forget_run(self, connection: sa.Connection, run_no: int) -> int:
        """Forget what a run has sent, but for what may yet turn up in the CRM; return how many these are."""
        mine = self.table.c.run_no == run_no
        connection.execute(self.table.delete().where(mine, self.table.c.state.not_in(OPEN)))
        counted = sa.select(sa.func.count()).select_from(self.table)
        return int(connection.scalar(counted.where(mine)) or 0)

    def forget_old(self, connection: sa.Connection, before: datetime) -> None:
        """Forget what runs that were rolled back had sent, and no search has shown since a moment."""
        run = self.ledger.tables.run
        undone = sa.select(run.c.run_no).where(run.c.status == "rolled_back")
        old = sa.and_(self.table.c.state.in_(OPEN), self.table.c.noted_at < before, self.table.c.run_no.in_(undone))
        connection.execute(self.table.delete().where(old))

    def undone_runs(self, states: Sequence[str]) -> set[int]:
        """Return the runs that were rolled back and have sent records that are in one of these states."""
        call, run = self.table, self.ledger.tables.run
        chosen = sa.select(call.c.run_no).join(run, run.c.run_no == call.c.run_no).distinct()
        with self.engine.connect() as connection:
            return set(connection.scalars(chosen.where(run.c.status == "rolled_back", call.c.state.in_(states))))


def look_up(api: RecordApi, target_object: str, external_id: str, keys: Iterable[str]) -> list[tuple[str, str]]:
    """Return key and the CRM's id of those records whose key it knows; of several with one key, the oldest last."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return []
    found = api.find(target_object, external_id, wanted, [external_id]).select(external_id, api.id_field).drop_nulls()
    return [(str(key), str(identity)) for key, identity in found.sort(api.id_field, descending=True).iter_rows()]


def _printed(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(sep=" ").removesuffix("+00:00")


def _chunks(values: Sequence[str]) -> Iterable[list[str]]:
    for start in range(0, len(values), CHUNK):
        yield list(values[start : start + CHUNK])

"""What was sent to the CRM to be created and is not known to be there: noted before, looked up by its key after."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

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
    """A record that is to be created, or was."""

    golden: str
    key: str
    attempts: int = 0
    state: str = SENT
    target_id: str | None = None


class Intents:
    """The ledger's `api_call`: a line a record that some attempt has sent."""

    def __init__(self, ledger: Ledger, engine: sa.Engine) -> None:
        """Bind to the ledger's database."""
        self.ledger, self.engine = ledger, engine
        self.table = ledger.tables.api_call

    def of(self, sending: Sending, golden: Sequence[str]) -> dict[str, Intent]:
        """Return what is noted of these records, by golden id."""
        call = self.table
        columns = (call.c.golden_id, call.c.external_key, call.c.attempts, call.c.state, call.c.target_id)
        found: dict[str, Intent] = {}
        with self.engine.connect() as connection:
            for some in _chunks(golden):
                mine = sa.and_(call.c.stream_no == sending.stream_no, call.c.golden_id.in_(some))
                for row in connection.execute(sa.select(*columns).where(mine)):
                    found[row[0]] = Intent(*row)
        return found

    def begin(self, connection: sa.Connection, sending: Sending, intents: Sequence[Intent]) -> None:
        """Note that these records are being sent, before they are."""
        call = self.table
        for some in _chunks([intent.golden for intent in intents]):
            mine = sa.and_(call.c.stream_no == sending.stream_no, call.c.golden_id.in_(some))
            connection.execute(call.delete().where(mine))
        moment = now().isoformat(sep=" ")
        lines = {
            "stream_no": [str(sending.stream_no)] * len(intents),
            "golden_id": [intent.golden for intent in intents],
            "run_no": [str(sending.run_no)] * len(intents),
            "object": [sending.target_object] * len(intents),
            "external_key": [intent.key for intent in intents],
            "state": [SENT] * len(intents),
            "attempts": [str(intent.attempts + 1) for intent in intents],
            "noted_at": [moment.removesuffix("+00:00")] * len(intents),
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

    def settle(self, api: RecordApi, target_object: str, external_id: str) -> None:
        """Ask the CRM for every record of an object of which it is not known whether it was created."""
        call = self.table
        chosen = sa.select(call.c.stream_no, call.c.golden_id, call.c.external_key)
        with self.engine.connect() as connection:
            rows = connection.execute(chosen.where(call.c.object == target_object, call.c.state.in_(OPEN))).all()
        ids = look_up(api, target_object, external_id, [row[2] for row in rows])
        for stream_no in {row[0] for row in rows}:
            found = {row[1]: ids[row[2]] for row in rows if row[0] == stream_no and row[2] in ids}
            with self.engine.begin() as connection:
                self.note(connection, stream_no, dict(found), FOUND)

    def unclaimed(self, target_object: str) -> set[str]:
        """Return the ids of records of an object that were created and are yet to be taken into the ledger."""
        call = self.table
        mine = sa.and_(call.c.object == target_object, call.c.state == FOUND, call.c.target_id.is_not(None))
        with self.engine.connect() as connection:
            return set(connection.scalars(sa.select(call.c.target_id).where(mine)))

    def of_run(self, connection: sa.Connection, run_no: int, state: str) -> list[tuple[str, str]]:
        """Return object and id of the records of a run in a state."""
        call = self.table
        chosen = sa.select(call.c.object, call.c.target_id).where(call.c.run_no == run_no, call.c.state == state)
        return [(str(name), str(identity)) for name, identity in connection.execute(chosen) if identity]

    def forget_run(self, connection: sa.Connection, run_no: int) -> None:
        """Forget what a run has sent."""
        connection.execute(self.table.delete().where(self.table.c.run_no == run_no))


def look_up(api: RecordApi, target_object: str, external_id: str, keys: Iterable[str]) -> dict[str, str]:
    """Return the CRM's ids of those records whose key it knows."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return {}
    found = api.find(target_object, external_id, wanted, [external_id])
    return dict(found.select(external_id, api.id_field).drop_nulls().iter_rows())


def _chunks(values: Sequence[str]) -> Iterable[list[str]]:
    for start in range(0, len(values), CHUNK):
        yield list(values[start : start + CHUNK])

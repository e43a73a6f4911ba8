"""A CRM behind an interface of calls, as the load room sees it: an SQL target whose tables are a replica.

Every step of the room works on the replica by SQL, in one transaction with the ledger. What is new is sent to the
CRM before it is written there; everything else is written there first, and the CRM is told afterwards.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from crm_migration.errors import ChangedSince, MigrationError
from crm_migration.ledger.ledger import now
from crm_migration.load.bulk import drop_keys, insert_rows, key_table
from crm_migration.load.record_api import RecordApi
from crm_migration.load.replica.brought_back import as_they_were, bring_back, removed_before
from crm_migration.load.replica.call_plan import CallPlan, planned_work
from crm_migration.load.replica.changes import later_than_known
from crm_migration.load.replica.claims import Claims
from crm_migration.load.replica.columns import canonical_texts
from crm_migration.load.replica.create import LATE_LOOKS, Creation
from crm_migration.load.replica.deliver import Delivery, Undelivered, delete_rows
from crm_migration.load.replica.give_up import give_up
from crm_migration.load.replica.intents import CONFIRMED, FOUND, OPEN, REFUSED, Intents, Sending, Unclaimed
from crm_migration.load.replica.recognising import records_of_others
from crm_migration.load.replica.refresh import Refresh
from crm_migration.load.replica.tables import CHANGED, PURGE, ObjectTables, ReplicaTables, pending
from crm_migration.load.retired import texts_of
from crm_migration.load.target import SqlTarget
from crm_migration.load.write import Batch, Refusal
from crm_migration.mapping.live import TargetTable
from crm_migration.mapping.model import Mapping
from crm_migration.mapping.order import load_order
from crm_migration.staging import RunFolder

if TYPE_CHECKING:
    from crm_migration.load.decide import LoadJob

logger = logging.getLogger(__name__)

BATCH_ROWS = 2_000
LISTED = 20
LATEST = timedelta(days=1)
"""For so long it is thought possible that a search shows a record that a run which was undone had sent."""


class ReplicaTarget(SqlTarget):
    """One CRM, its replica, and the ledger beside it."""

    batch_rows = BATCH_ROWS
    settle_seconds = 1.0
    doubt_seconds = 120.0
    """How long after a lost answer a refusal may mean that the record is there, though no search shows it yet."""

    def __init__(self, ledger_url: str, mapping: Mapping, api: RecordApi) -> None:
        """Prepare; nothing is connected or asked before the first call.

        Raises:
            MappingFault: the ledger is in a database that cannot hold one.
        """
        super().__init__(ledger_url, mapping)
        self.api = api
        self.replica = ReplicaTables(self.engine, api.id_field)
        self.intents = Intents(self.ledger, self.engine)
        self._users: dict[tuple[str, str, str], dict[str, str]] = {}
        self._made: dict[str, tuple[int, str, str]] = {}
        self._failure: MigrationError | None = None
        self._refused: list[Undelivered] = []
        self._staged: RunFolder | None = None
        self._earlier = pl.DataFrame(schema={api.id_field: pl.String})

    def close(self) -> None:
        """Close the connections to the CRM and to the ledger."""
        self.api.close()
        super().close()

    def tables(self, target_object: str) -> ObjectTables:
        """Return the replica's tables of an object, made or widened where need be."""
        return self.replica.of(self.mapping, target_object)

    def table(self, target_object: str) -> sa.Table:
        """Return the table of the replica that stands for `target_object`."""
        return self.tables(target_object).present

    def describe(self, target_object: str) -> TargetTable:
        """Return the fields of an object, as the CRM describes them."""
        return self.api.describe(target_object)

    def objects(self) -> list[str]:
        """Return the names of the CRM's objects."""
        return self.api.objects()

    def lookup(self, target_object: str, by: str, chosen: str) -> dict[str, str]:
        """Return `chosen` of the CRM's users by the lower-cased value of `by`."""
        asked = (target_object, by, chosen)
        if asked not in self._users:
            self._users[asked] = self.api.users(by, chosen)
        return self._users[asked]

    def written_objects(self) -> list[str]:
        """Return the objects that the mapping writes, parents first."""
        entities = self.mapping.entities
        return list(dict.fromkeys(entities[name].target.object for name in load_order(self.mapping)))

    def flags(self, target_object: str) -> set[str]:
        """Return the fields of an object that mark records as deleted at the source."""
        specs = [entity.target for entity in self.mapping.entities.values()]
        return {spec.deleted_flag for spec in specs if spec.object == target_object and spec.deleted_flag}

    def overwrites(self, target_object: str) -> bool:
        """Return whether whatever a load brings to an object's fields goes over what people have put there."""
        specs = [entity.target for entity in self.mapping.entities.values()]
        return all(spec.on_target_change == "overwrite" for spec in specs if spec.object == target_object)

    def external_id(self, target_object: str) -> str:
        """Return the field of an object that carries the source's key."""
        specs = [entity.target for entity in self.mapping.entities.values()]
        return next(spec.external_id for spec in specs if spec.object == target_object)

    def refresh(self) -> None:
        """Take over into the replica what people have changed, made and removed in the CRM since it was read."""
        tracked = self.ledger.exists()
        for name in self.written_objects():
            tables = self.tables(name)
            claims = Claims(self, tables, self.external_id(name))
            if tracked:
                claims.settle()
            Refresh(self.api, self.replica, tables, claims).run()

    def undelivered(self) -> Sequence[Undelivered]:
        """Return what the last `deliver` could not bring to the CRM."""
        return self._refused

    def unclaimed(self, run_no: int) -> list[Unclaimed]:
        """Return the records that runs before have created, and that neither they nor this one has taken in."""
        return self.intents.left_by_others(run_no)

    def begin(self, token: int, run_no: int) -> None:
        """Before a step that writes: tell the CRM what an attempt before could not, then see what it holds."""
        self.deliver(token, run_no)
        self.refresh()
        for undone in self.intents.undone_runs([FOUND]) - {run_no}:
            self._purge_found(undone, token)
        with self.transaction() as connection:
            self.intents.forget_old(connection, now() - LATEST)
            self.ledger.check_fence(connection, token)

    def deliver(self, token: int, run_no: int = 0) -> dict[str, pl.Series]:
        """Tell the CRM what the replica holds otherwise; what it refuses is given up, and its ids returned by object.

        `undelivered` tells what was refused, and why.

        Raises:
            RetryLater: the CRM was lost, or takes no more calls today.
        """
        self._refused = refused = Delivery(self, token).all()
        if refused:
            give_up(self, refused, run_no, token)
        with self.transaction() as connection:
            connection.execute(self.ledger.tables.api_change.delete())
            self.ledger.check_fence(connection, token)
        ids: dict[str, list[str]] = {}
        for one in (one for one in refused if one.what != "purge"):
            ids.setdefault(one.target_object, []).append(one.target_id)
        return {name: pl.Series("target_id", some, pl.String) for name, some in ids.items()}

    def prepared(self, job: "LoadJob", batch: Batch, token: int) -> tuple[Batch, list[Refusal]]:
        """Create the batch's new records in the CRM; return the batch without those it refused or did not get to."""
        entity = self.mapping.entities[batch.entity]
        tables = self.tables(entity.target.object)
        self._failure, self._made, self._earlier = None, {}, self._earlier.clear()
        inserts = batch.records.filter(pl.col("_action") == "insert")
        if inserts.is_empty():
            return batch, []
        back = bring_back(self, (job.references.folder, batch.entity), inserts["_former"], token)
        fresh = inserts.filter(~pl.col("_former").is_in(back.implode()).fill_null(False))
        stream_no = job.stream_no(batch.entity)
        sending = Sending(job.run_no, stream_no, tables.name, entity.target.external_id)
        created = Creation(self, sending, token).run(fresh, list(entity.fields))
        keys = fresh.select("_golden", entity.target.external_id).iter_rows()
        self._made = {key: (stream_no, golden, created.ids[golden]) for golden, key in keys if golden in created.ids}
        self._failure, self._earlier = created.failure, self._as_created(tables, list(created.earlier.values()))
        missing = [golden for golden in fresh["_golden"] if golden not in created.ids]
        return batch.of(batch.records.filter(~pl.col("_golden").is_in(missing))), created.refusals

    def _as_created(self, tables: ObjectTables, ids: list[str]) -> pl.DataFrame:
        """Return what the CRM holds of records that an attempt before has created."""
        if not ids:
            return pl.DataFrame(schema=dict.fromkeys([tables.identity, *tables.fields], pl.String))
        found = canonical_texts(self.api.find(tables.name, tables.identity, ids, tables.fields), tables.columns)
        return found.select(tables.identity, *tables.fields)

    def touched(self, target_object: str, created: sa.Select[tuple[str]]) -> pl.Series:
        """Return those ids of created records that somebody has changed since, be it in fields that no load writes."""
        tables = self.tables(target_object)
        with self.engine.begin() as connection:
            ids = pl.Series(tables.identity, list(connection.scalars(created)), pl.String)
            known = tables.read(connection, tables.confirmed, ids).filter(pl.col(CHANGED).is_not_null())
        moment, found = self.api.changed_field, list[str]()
        for some in known.iter_slices(BATCH_ROWS):
            now = self.api.find(target_object, tables.identity, some[tables.identity].to_list(), [moment])
            found += later_than_known(some, now, moment)
        return pl.Series("target_id", sorted(found), pl.String)

    def find(self, connection: sa.Connection, target_object: str, field: str, values: pl.Series) -> pl.DataFrame:
        """Return `external_id` and `target_id` of records by a field: of several with one value, the oldest."""
        found = super().find(connection, target_object, field, values).sort("external_id", "target_id")
        single = found.unique("external_id", keep="first", maintain_order=True)
        if single.height < found.height:
            logger.warning(
                "%s: %s records share the %s of another; the oldest of each is taken for it, the others are left alone",
                target_object,
                found.height - single.height,
                field,
            )
        return single

    def returnable(self, connection: sa.Connection, target_object: str, former: pl.Series) -> pl.Series:
        """Return those ids of deleted records under which the CRM holds them again."""
        tables = self.tables(target_object)
        return tables.read(connection, tables.confirmed, former)[tables.identity]

    def reserve_ids(self, _connection: sa.Connection, _target_object: str, _count: int) -> list[str] | None:
        """Return None: only the CRM gives ids, when it creates a record."""
        return None

    def insert(self, connection: sa.Connection, target_object: str, rows: pl.DataFrame, external_id: str) -> list[str]:
        """Write records that the CRM has just created to the replica, and return their ids in order."""
        if rows.is_empty():
            return []
        tables = self.tables(target_object)
        made = [self._made[key] for key in rows[external_id]]
        ids = pl.Series(tables.identity, [identity for _, _, identity in made], pl.String)
        numbered = rows.with_columns(ids)
        earlier = pl.col(tables.identity).is_in(self._earlier[tables.identity].implode())
        known = self._earlier.filter(pl.col(tables.identity).is_in(ids.implode()))
        for table in (tables.present, tables.confirmed):
            delete_rows(connection, table, tables.identity, ids)
        insert_rows(connection, texts_of(tables.present), numbered)
        for held in (numbered.filter(~earlier), known):
            insert_rows(connection, texts_of(tables.confirmed), held)
        confirmed: dict[str, str | None] = {golden: identity for _, golden, identity in made}
        self.intents.note(connection, made[0][0], confirmed, CONFIRMED)
        return ids.to_list()

    def delivered(self, job: "LoadJob", batch: Batch, written: pl.DataFrame, token: int) -> list[Refusal]:
        """Send the changes of a batch that was written; return what the CRM refused of them.

        Raises:
            RetryLater, OperatorNeeded: what stopped the batch, after all that the CRM has taken was noted.
        """
        tables = self.tables(self.mapping.entities[batch.entity].target.object)
        self._take_back(tables, written, token)
        again = pl.col("target_id").is_in(self._earlier[tables.identity].implode())
        changed = written.filter((pl.col("_action") == "update") | pl.col("_former").is_not_null() | again)
        refused = [] if changed.is_empty() else Delivery(self, token).changes(tables, changed["target_id"].unique())
        if refused:
            give_up(self, refused, job.run_no, token)
        self._forget_changes(changed["target_id"])
        if self._failure is not None:
            raise self._failure
        golden = dict(changed.select("target_id", "_golden").iter_rows())
        return [Refusal(golden[one.target_id], one.reason) for one in refused]

    def _take_back(self, tables: ObjectTables, written: pl.DataFrame, token: int) -> None:
        """Have records purged that the CRM took and the ledger could not."""
        kept = set(written["_golden"])
        lost = {golden: (stream, identity) for stream, golden, identity in self._made.values() if golden not in kept}
        if lost:
            with self.transaction() as connection:
                self.ledger.check_fence(connection, token)
                stream_no = next(iter(lost.values()))[0]
                self.intents.note(connection, stream_no, dict.fromkeys(lost), REFUSED)
                rows = pl.DataFrame({tables.identity: [identity for _, identity in lost.values()]}).with_columns(
                    pl.lit("1").alias(PURGE)
                )
                insert_rows(connection, texts_of(tables.confirmed), rows)
            self._made = {key: one for key, one in self._made.items() if one[1] in kept}

    def _forget_changes(self, ids: pl.Series) -> None:
        change = self.ledger.tables.api_change
        with self.engine.begin() as connection:
            keys = key_table(connection, pl.DataFrame({"wanted": ids}))
            connection.execute(change.delete().where(change.c.target_id.in_(sa.select(keys.c.wanted))))
            drop_keys(connection, keys)

    def changing(self, connection: sa.Connection, lines: pl.DataFrame) -> None:
        """Keep lines of the crosswalk (`stream_no`, `source_key`) as they are, in case the CRM refuses their change."""
        crosswalk, change = self.ledger.tables.crosswalk, self.ledger.tables.api_change
        keys = key_table(connection, lines.select("stream_no", "source_key"))
        names = ["stream_no", "source_key", "target_id", "fingerprint", "changed_run"]
        mine = sa.and_(
            crosswalk.c.stream_no == sa.cast(keys.c.stream_no, sa.Integer), crosswalk.c.source_key == keys.c.source_key
        )
        held = sa.and_(change.c.stream_no == crosswalk.c.stream_no, change.c.source_key == crosswalk.c.source_key)
        rows = sa.select(*(crosswalk.c[name] for name in names)).join(keys, mine).where(~sa.exists().where(held))
        connection.execute(change.insert().from_select(names, rows))
        drop_keys(connection, keys)

    def undo_of(self, folder: RunFolder) -> None:
        """Hear where the run that is about to be undone has staged its records: what was found is held against them."""
        self._staged = folder

    def undoing(self, run_no: int, token: int) -> None:
        """Before a run is undone: find all that it has created, and see what the CRM holds.

        What was sent and is not to be found, however late a search may show it, stays noted: if it turns up, the next
        step that writes deletes it.
        """
        self.refresh()
        for wait in LATE_LOOKS:
            if not self.intents.open_of(run_no):
                break
            time.sleep(wait * self.settle_seconds)
            self.refresh()
        if self._staged is not None:
            others = records_of_others(self, self._staged, run_no)
            with self.transaction() as connection:
                self.intents.disown(connection, others)
                self.ledger.check_fence(connection, token)
        if left := self._purge_found(run_no, token):
            logger.warning(
                "%s: %s records whose answers were lost are not to be found in the CRM; should they turn up, the next "
                "run, or rolling back this one again, deletes them",
                self.mapping.target.name,
                left,
            )

    def _purge_found(self, run_no: int, token: int) -> int:
        """Have what a run has created and the ledger did not take in deleted; return how many are yet unknown."""
        found = self.intents.unclaimed_of(run_no, FOUND)
        with self.transaction() as connection:
            for name in {one.target_object for one in found}:
                tables = self.tables(name)
                ids = [one.target_id for one in found if one.target_object == name]
                delete_rows(connection, tables.confirmed, tables.identity, pl.Series("found", ids))
                rows = pl.DataFrame({tables.identity: ids}).with_columns(pl.lit("1").alias(PURGE))
                insert_rows(connection, texts_of(tables.confirmed), rows)
            left = self.intents.forget_run(connection, run_no)
            self.ledger.check_fence(connection, token)
        return left

    def purging(self, connection: sa.Connection, target_object: str, created: sa.Select[tuple[str]]) -> None:
        """Note that records which a rollback takes out of the replica are to be deleted in the CRM for ever.

        Those that were in the recycle bin before the run go there again, and stay.
        """
        confirmed = self.tables(target_object).confirmed
        key = confirmed.c[self.api.id_field]
        earlier = removed_before(self, self._staged, target_object) if self._staged else []
        keys = key_table(connection, pl.DataFrame({"wanted": pl.Series(earlier, dtype=pl.String)}))
        mine = sa.and_(key.in_(created), key.not_in(sa.select(keys.c.wanted)))
        connection.execute(confirmed.update().where(mine).values({PURGE: sa.true()}))
        drop_keys(connection, keys)

    def undone(self, token: int) -> None:
        """After a run was undone in replica and ledger: undo it in the CRM, and read back what it holds then.

        Raises:
            ChangedSince: the CRM refused some of it; the rest is done, and repeating it tries these again.
            RetryLater: the CRM was lost; repeating it does the rest.
        """
        with self.transaction() as connection:
            connection.execute(self.ledger.tables.api_change.delete())
            self.ledger.check_fence(connection, token)
        refused = as_they_were(self, self._staged, token) if self._staged else []
        refused += Delivery(self, token).all()
        if refused:
            raise ChangedSince(f"the CRM refused to undo {len(refused)} record(s): {_listed(refused)}")
        self.refresh()

    def plan_calls(self, job: "LoadJob", folder: RunFolder, order: list[str]) -> str:
        """Return, and log, how many calls a run will make, how long that takes, and what was bought for a day."""
        calls = planned_work(job, folder, order).calls(self.api)
        plan = CallPlan(calls, self.api.pace, self.mapping.target.fxiaoke.daily_calls).sentence
        logger.info("%s: this run makes about %s", self.mapping.target.name, plan)
        return plan

    def is_behind(self) -> bool:
        """Return whether the CRM is yet to be told something, or may yet show what a run that was undone had sent."""
        if self.intents.undone_runs([FOUND, *OPEN]):
            return True
        with self.engine.connect() as connection:
            return any(
                connection.execute(pending(self.tables(name)).limit(1)).first() is not None
                for name in self.written_objects()
            )


def _listed(refused: Iterable[Undelivered]) -> str:
    lines = [f"{one.target_object} {one.target_id}: {one.what}: {one.reason}" for one in refused]
    return "; ".join(lines[:LISTED])

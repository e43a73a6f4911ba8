"""Telling the CRM what its replica holds otherwise: records that return, changes, removals, and what goes for ever.

Nothing is remembered of what was on its way: the two tables of an object tell what is left to do, so that whoever
was interrupted finds the rest, and sends again what may have arrived. All these calls may be repeated.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

import polars as pl
import sqlalchemy as sa

from crm_migration.errors import TargetUnavailable
from crm_migration.load.bulk import drop_keys, insert_rows, key_table, update_rows
from crm_migration.load.record_api import RecordRefused
from crm_migration.load.replica.calls import Guard, Outcomes, carry_out
from crm_migration.load.replica.changes import (
    Change,
    Compared,
    Values,
    compared,
    frame_of,
    later_than_known,
    padded,
    rows_of,
)
from crm_migration.load.replica.columns import canonical_texts
from crm_migration.load.replica.tables import CHANGED, PURGE, REMOVED, RETURNING, STATE, THERE, ObjectTables
from crm_migration.load.retired import texts_of

if TYPE_CHECKING:
    from crm_migration.load.replica.target import ReplicaTarget

logger = logging.getLogger(__name__)

Item = TypeVar("Item")
Told = TypeVar("Told")
PIECE = 2_000
PURGED_AT_ONCE = 100
ROUNDS = 4
EDITED = (
    "somebody edited it in the CRM while this run was changing it; their edit stays, and the next run merges the two"
)


@dataclass(frozen=True)
class Undelivered:
    """What the CRM refused, or was not told over an edit: the record, the reason, and the fields it was about."""

    target_object: str
    target_id: str
    reason: str
    what: Literal["change", "removal", "return", "purge"]
    fields: tuple[str, ...] = ()


class Delivery:
    """Brings a CRM to what its replica holds."""

    def __init__(self, target: "ReplicaTarget", token: int | None) -> None:
        """Prepare; with a fencing token, it ends when another attempt has taken over."""
        self.target, self.api, self.engine = target, target.api, target.engine
        self.guard = Guard(target.ledger, target.engine, token)
        self.token = token

    @contextmanager
    def _noting(self) -> Iterator[sa.Connection]:
        """Yield a connection to note what the CRM has taken, unless a newer attempt has taken over.

        Raises:
            FencedOut: it has; what stands in the tables is its own.
        """
        with self.target.transaction() as connection:
            yield connection
            if self.token is not None:
                self.target.ledger.check_fence(connection, self.token)

    def all(self) -> list[Undelivered]:
        """Tell the CRM everything; return what it refused, which stays as it is in the replica.

        Raises:
            RetryLater: the CRM was lost, or takes no more calls today; what it has taken is noted.
        """
        objects = [self.target.tables(name) for name in self.target.written_objects()]
        refused = [one for tables in objects for one in self.returns(tables)]
        for tables in objects:
            for ids in self._pieces(tables, _changed(tables)):
                refused += self.changes(tables, ids)
        refused += self._removals(objects[::-1])
        for tables in objects[::-1]:
            refused += self._purge(tables)
        return refused

    def _pieces(self, tables: ObjectTables, chosen: sa.Select[tuple[str]]) -> Iterator[pl.Series]:
        """Yield ids, a piece at a time, in their order; what is done with a piece does not bring it up again."""
        key, last = chosen.selected_columns[0], ""
        while True:
            with self.engine.connect() as connection:
                some = chosen.where(key > last).order_by(key).limit(PIECE)
                ids = [str(identity) for identity in connection.scalars(some)]
            if not ids:
                return
            yield pl.Series(tables.identity, ids, pl.String)
            last = ids[-1]

    def returns(self, tables: ObjectTables) -> list[Undelivered]:
        """Bring back records that the replica holds and the CRM has removed."""
        refused: list[Undelivered] = []
        present, confirmed, key = tables.present, tables.confirmed, tables.identity
        chosen = sa.select(present.c[key]).join(confirmed, present.c[key] == confirmed.c[key], isouter=True)
        chosen = chosen.where(sa.or_(confirmed.c[key].is_(None), confirmed.c[STATE].in_([REMOVED, RETURNING])))
        for ids in self._pieces(tables, chosen):
            refused += self.bring_back(tables, ids)
        return refused

    def bring_back(self, tables: ObjectTables, ids: pl.Series) -> list[Undelivered]:
        """Recover these records where they are not there already, and note what the CRM holds of them then."""
        live = set(self.api.find(tables.name, tables.identity, ids.to_list(), [])[tables.identity])
        away = [identity for identity in ids if identity not in live]
        # If we die now, the next attempt must not take them for records that a person has brought back.
        self._note_moved(tables, away, pl.lit(RETURNING).alias(STATE))
        outcomes = self._persist(away, lambda identity: self.api.recover(tables.name, identity))
        self._note_moved(tables, [identity for identity, _ in outcomes.refused], pl.lit(REMOVED).alias(STATE))
        back = [*live, *(identity for identity, _ in outcomes.done)]
        self._note_back(tables, pl.Series(tables.identity, back, pl.String))
        self._stop(outcomes)
        return [Undelivered(tables.name, identity, reason, "return") for identity, reason in outcomes.refused]

    def _note_back(self, tables: ObjectTables, ids: pl.Series) -> None:
        if ids.is_empty():
            return
        held = canonical_texts(
            self.api.find(tables.name, tables.identity, ids.to_list(), tables.fields), tables.columns
        )
        rows = held.select(tables.identity, *tables.fields)
        with self._noting() as connection:
            delete_rows(connection, tables.confirmed, tables.identity, ids)
            insert_rows(connection, texts_of(tables.confirmed), rows)

    def changes(self, tables: ObjectTables, ids: pl.Series) -> list[Undelivered]:
        """Send the fields in which these records differ; return what was refused, or somebody has edited meanwhile."""
        return self._send(tables, self._compared(tables, ids))

    def give_back(self, tables: ObjectTables, images: pl.DataFrame) -> list[Undelivered]:
        """Send records that the replica no longer holds, and the CRM does, the values that `images` has of them."""
        with self.engine.begin() as connection:
            wanted = images[tables.identity]
            present = tables.read(connection, tables.present, wanted)
            confirmed = tables.read(connection, tables.confirmed, wanted).filter(pl.col(STATE) == THERE)
        gone = images.join(present, on=tables.identity, how="anti")
        both = gone.join(confirmed, on=tables.identity, how="inner", suffix="_was", maintain_order="left")
        return self._send(tables, compared(both, tables.fields, {}, overwrite=True))

    def _send(self, tables: ObjectTables, found: Compared) -> list[Undelivered]:
        decimals = self._decimals(tables)
        self._note_moved(tables, [change.identity for change in found.changes if change.identity not in found.touched])
        outcomes = self._persist(
            found.changes,
            lambda one: self.api.update(tables.name, one.identity, padded(one.values, decimals), one.before),
        )
        self._note_changed(tables, {change.identity: change.after for change, _ in outcomes.done}, found.touched)
        self._stop(outcomes)
        edited = [Undelivered(tables.name, one, EDITED, "change", names) for one, names in found.edited.items()]
        return edited + [_refused(tables, change, reason) for change, reason in outcomes.refused]

    def _compared(self, tables: ObjectTables, ids: pl.Series) -> Compared:
        """Hold records that differ against what the CRM holds at this moment; note what that is, where it is news."""
        with self.engine.begin() as connection:
            present = tables.read(connection, tables.present, ids)
            confirmed = tables.read(connection, tables.confirmed, ids).filter(pl.col(STATE) == THERE)
        both = present.join(confirmed, on=tables.identity, how="inner", suffix="_was", maintain_order="left")
        differing = [pl.col(name).ne_missing(pl.col(f"{name}_was")) for name in tables.fields]
        both = both.filter(pl.any_horizontal(pl.lit(value=False), *differing))
        if both.is_empty():
            return Compared()
        moment = self.api.changed_field
        frame = self.api.find(tables.name, tables.identity, both[tables.identity].to_list(), [*tables.fields, moment])
        held = dict(rows_of(canonical_texts(frame, tables.columns).select(tables.identity, *tables.fields)))
        found = compared(both, tables.fields, held, self.target.overwrites(tables.name))
        found.touched = later_than_known(both, frame, moment)
        self._note_changed(tables, found.arrived)
        self._note_fields(tables, tables.confirmed, found.held)
        self._note_fields(tables, tables.present, found.meant)
        return found

    def _decimals(self, tables: ObjectTables) -> dict[str, int | None]:
        """Return how many decimals the CRM shows of the numbers that the replica keeps as such."""
        described = self.api.describe(tables.name).columns
        numbers = [name for name, column in tables.columns.items() if column.kind == "number" and name in described]
        return {name: described[name].scale for name in numbers}

    def _note_moved(self, tables: ObjectTables, ids: Sequence[str], *more: pl.Expr) -> None:
        """Forget when records were changed last, before we change them: if we die, that must not look like an edit."""
        if ids:
            moved = pl.DataFrame({tables.identity: ids}).with_columns(pl.lit(None, pl.String).alias(CHANGED), *more)
            with self._noting() as connection:
                update_rows(connection, tables.confirmed, [tables.identity], moved)

    def _note_changed(
        self, tables: ObjectTables, rows: dict[str, Values], touched: frozenset[str] = frozenset()
    ) -> None:
        """Note what records hold since we have changed them; when that was, the next reading will tell.

        Of records that somebody has touched before, the moment stays as it was: they are never to look like ours alone.
        """
        ours = {identity: row for identity, row in rows.items() if identity not in touched}
        self._note_fields(tables, tables.confirmed, ours, [pl.lit(None, pl.String).alias(CHANGED)])
        self._note_fields(tables, tables.confirmed, {one: row for one, row in rows.items() if one in touched})

    def _note_fields(
        self, tables: ObjectTables, table: sa.Table, rows: dict[str, Values], more: Sequence[pl.Expr] = ()
    ) -> None:
        if rows:
            frame = frame_of(tables.identity, tables.fields, rows).with_columns(more)
            with self._noting() as connection:
                update_rows(connection, table, [tables.identity], frame)

    def _removals(self, objects: list[ObjectTables]) -> list[Undelivered]:
        """Remove, children first; what is refused is tried again once the others are gone."""
        before = None
        while True:
            refused = [one for tables in objects for one in self._remove(tables)]
            if not refused or before == len(refused):
                return refused
            before = len(refused)

    def _remove(self, tables: ObjectTables) -> list[Undelivered]:
        refused: list[Undelivered] = []
        present, confirmed, key = tables.present, tables.confirmed, tables.identity
        chosen = sa.select(confirmed.c[key]).join(present, present.c[key] == confirmed.c[key], isouter=True)
        chosen = chosen.where(confirmed.c[STATE].in_([THERE, RETURNING]), present.c[key].is_(None))
        for ids in self._pieces(tables, chosen):
            outcomes = self._persist(ids.to_list(), lambda identity: self.api.remove(tables.name, identity))
            done = pl.DataFrame({key: [one for one, _ in outcomes.done]}, schema={key: pl.String})
            if not done.is_empty():
                with self._noting() as connection:
                    update_rows(connection, confirmed, [key], done.with_columns(pl.lit(REMOVED).alias(STATE)))
            self._stop(outcomes)
            refused += [Undelivered(tables.name, one, reason, "removal") for one, reason in outcomes.refused]
        return refused

    def _purge(self, tables: ObjectTables) -> list[Undelivered]:
        refused: list[Undelivered] = []
        confirmed, key = tables.confirmed, tables.identity
        chosen = sa.select(confirmed.c[key]).where(confirmed.c[PURGE], confirmed.c[STATE] == REMOVED)
        for ids in self._pieces(tables, chosen):
            lists = [ids.slice(start, PURGED_AT_ONCE).to_list() for start in range(0, len(ids), PURGED_AT_ONCE)]
            outcomes = self._persist(lists, lambda some: self._purge_some(tables.name, some))
            kept = [one for _, some in outcomes.done for one in some]
            gone = {identity for some, _ in outcomes.done for identity in some} - {one.target_id for one in kept}
            with self._noting() as connection:
                delete_rows(connection, confirmed, key, pl.Series(key, sorted(gone), pl.String))
            self._stop(outcomes)
            refused += kept
        return refused

    def _purge_some(self, target_object: str, ids: Sequence[str]) -> list[Undelivered]:
        """Delete removed records for ever; return those of which the CRM refused that."""
        try:
            self.api.purge(target_object, ids)
        except RecordRefused as refused:
            if len(ids) == 1:
                return [Undelivered(target_object, ids[0], refused.reason, "purge")]
            return [one for identity in ids for one in self._purge_some(target_object, [identity])]
        return []

    def _persist(self, items: Sequence[Item], call: Callable[[Item], Told]) -> Outcomes[Item, Told]:
        """Make calls that may be repeated; those whose answer was lost are made again."""
        whole: Outcomes[Item, Told] = Outcomes()
        left = list(items)
        for _ in range(ROUNDS):
            outcomes = carry_out(self.api.threads, self.guard, left, call)
            whole.done += outcomes.done
            whole.refused += outcomes.refused
            left, whole.failure = outcomes.lost, outcomes.failure
            if not left or whole.failure is not None:
                return whole
        whole.failure = TargetUnavailable(
            f"{self.target.mapping.target.name}: the answers to {len(left)} calls were lost again and again; the task "
            "will try again"
        )
        return whole

    def _stop(self, outcomes: Outcomes[Item, Told]) -> None:
        if outcomes.failure is not None:
            raise outcomes.failure


def _changed(tables: ObjectTables) -> sa.Select[tuple[str]]:
    present, confirmed, key = tables.present, tables.confirmed, tables.identity
    joined = sa.select(present.c[key]).join(confirmed, present.c[key] == confirmed.c[key])
    return joined.where(confirmed.c[STATE] == THERE, tables.differing())


def _refused(tables: ObjectTables, change: Change, reason: str) -> Undelivered:
    return Undelivered(tables.name, change.identity, reason, "change", tuple(change.values))


def delete_rows(connection: sa.Connection, table: sa.Table, key: str, ids: pl.Series) -> None:
    """Delete the rows of `table` whose `key` is in `ids`."""
    if ids.is_empty():
        return
    keys = key_table(connection, pl.DataFrame({"wanted": ids}))
    connection.execute(table.delete().where(table.c[key].in_(sa.select(keys.c.wanted))))
    drop_keys(connection, keys)

"""Telling the CRM what its replica holds otherwise: records that return, changes, removals, and what goes for ever.

Nothing is remembered of what was on its way: the two tables of an object tell what is left to do, so that whoever
was interrupted finds the rest, and sends again what may have arrived. All these calls may be repeated.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

import polars as pl
import sqlalchemy as sa

from crm_migration.errors import TargetUnavailable
from crm_migration.load.bulk import drop_keys, insert_rows, key_table, update_rows
from crm_migration.load.record_api import RecordRefused
from crm_migration.load.replica.calls import Guard, Outcomes, carry_out
from crm_migration.load.replica.columns import canonical_texts
from crm_migration.load.replica.tables import PURGE, REMOVED, STATE, THERE, ObjectTables
from crm_migration.load.retired import texts_of

if TYPE_CHECKING:
    from crm_migration.load.replica.target import ReplicaTarget

logger = logging.getLogger(__name__)

Item = TypeVar("Item")
PIECE = 2_000
PURGED_AT_ONCE = 100
ROUNDS = 4


@dataclass(frozen=True)
class Undelivered:
    """What the CRM refused: the record, its reason, and which fields it was to take."""

    target_object: str
    target_id: str
    reason: str
    what: Literal["change", "removal", "return"]
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """The new values of some fields of a record."""

    identity: str
    values: dict[str, str | None]


class Delivery:
    """Brings a CRM to what its replica holds."""

    def __init__(self, target: "ReplicaTarget", token: int | None) -> None:
        """Prepare; with a fencing token, it ends when another attempt has taken over."""
        self.target, self.api, self.engine = target, target.api, target.engine
        self.guard = Guard(target.ledger, target.engine, token)

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
            self._purge(tables)
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
        chosen = chosen.where(sa.or_(confirmed.c[key].is_(None), confirmed.c[STATE] == REMOVED))
        for ids in self._pieces(tables, chosen):
            refused += self.bring_back(tables, ids)
        return refused

    def bring_back(self, tables: ObjectTables, ids: pl.Series) -> list[Undelivered]:
        """Recover these records where they are not there already, and note what the CRM holds of them then."""
        live = set(self.api.find(tables.name, tables.identity, ids.to_list(), [])[tables.identity])
        away = [identity for identity in ids if identity not in live]
        outcomes = self._persist(away, lambda identity: self.api.recover(tables.name, identity))
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
        with self.engine.begin() as connection:
            delete_rows(connection, tables.confirmed, tables.identity, ids)
            insert_rows(connection, texts_of(tables.confirmed), rows)

    def changes(self, tables: ObjectTables, ids: pl.Series) -> list[Undelivered]:
        """Send the fields in which these records differ; return what was refused."""
        with self.engine.begin() as connection:
            present = tables.read(connection, tables.present, ids)
            confirmed = tables.read(connection, tables.confirmed, ids).filter(pl.col(STATE) == THERE)
        both = present.join(confirmed, on=tables.identity, how="inner", suffix="_was", maintain_order="left")
        changes = list(_changes(tables, both, self._decimals(tables)))
        outcomes = self._persist(changes, lambda one: self.api.update(tables.name, one.identity, one.values))
        done = [change.identity for change, _ in outcomes.done]
        self._note_changed(tables, present.filter(pl.col(tables.identity).is_in(done)))
        self._stop(outcomes)
        return [
            Undelivered(tables.name, change.identity, reason, "change", tuple(change.values))
            for change, reason in outcomes.refused
        ]

    def _decimals(self, tables: ObjectTables) -> dict[str, int | None]:
        """Return how many decimals the CRM shows of the numbers that the replica keeps as such."""
        described = self.api.describe(tables.name).columns
        numbers = [name for name, column in tables.columns.items() if column.kind == "number" and name in described]
        return {name: described[name].scale for name in numbers}

    def _note_changed(self, tables: ObjectTables, rows: pl.DataFrame) -> None:
        if rows.is_empty():
            return
        with self.engine.begin() as connection:
            update_rows(connection, tables.confirmed, [tables.identity], rows.select(tables.identity, *tables.fields))

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
        chosen = chosen.where(confirmed.c[STATE] == THERE, present.c[key].is_(None))
        for ids in self._pieces(tables, chosen):
            outcomes = self._persist(ids.to_list(), lambda identity: self.api.remove(tables.name, identity))
            done = pl.DataFrame({key: [one for one, _ in outcomes.done]}, schema={key: pl.String})
            if not done.is_empty():
                with self.engine.begin() as connection:
                    update_rows(connection, confirmed, [key], done.with_columns(pl.lit(REMOVED).alias(STATE)))
            self._stop(outcomes)
            refused += [Undelivered(tables.name, one, reason, "removal") for one, reason in outcomes.refused]
        return refused

    def _purge(self, tables: ObjectTables) -> None:
        confirmed, key = tables.confirmed, tables.identity
        chosen = sa.select(confirmed.c[key]).where(confirmed.c[PURGE], confirmed.c[STATE] == REMOVED)
        for ids in self._pieces(tables, chosen):
            lists = [ids.slice(start, PURGED_AT_ONCE).to_list() for start in range(0, len(ids), PURGED_AT_ONCE)]
            outcomes = self._persist(lists, lambda some: self._purge_some(tables.name, some))
            gone = [identity for some, _ in outcomes.done for identity in some]
            with self.engine.begin() as connection:
                delete_rows(connection, confirmed, key, pl.Series(key, gone, pl.String))
            self._stop(outcomes)

    def _purge_some(self, target_object: str, ids: Sequence[str]) -> None:
        try:
            self.api.purge(target_object, ids)
        except RecordRefused as refused:
            if len(ids) == 1:
                logger.warning("%s: a removed record was not deleted for ever: %s", target_object, refused.reason)
                return
            for identity in ids:
                self._purge_some(target_object, [identity])

    def _persist(self, items: Sequence[Item], call: Callable[[Item], None]) -> Outcomes[Item, None]:
        """Make calls that may be repeated; those whose answer was lost are made again."""
        whole: Outcomes[Item, None] = Outcomes()
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

    def _stop(self, outcomes: Outcomes[Item, None]) -> None:
        if outcomes.failure is not None:
            raise outcomes.failure


def _changed(tables: ObjectTables) -> sa.Select[tuple[str]]:
    present, confirmed, key = tables.present, tables.confirmed, tables.identity
    joined = sa.select(present.c[key]).join(confirmed, present.c[key] == confirmed.c[key])
    return joined.where(confirmed.c[STATE] == THERE, tables.differing())


def _changes(tables: ObjectTables, both: pl.DataFrame, decimals: dict[str, int | None]) -> Iterator[Change]:
    for row in both.iter_rows(named=True):
        values = {name: row[name] for name in tables.fields if row[name] != row[f"{name}_was"]}
        if values:
            yield Change(
                row[tables.identity], {name: _padded(text, decimals.get(name)) for name, text in values.items()}
            )


def _padded(text: str | None, decimals: int | None) -> str | None:
    """Return a number with as many decimals as its field shows."""
    if text is None or not decimals:
        return text
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.ljust(decimals, '0')}"


def delete_rows(connection: sa.Connection, table: sa.Table, key: str, ids: pl.Series) -> None:
    """Delete the rows of `table` whose `key` is in `ids`."""
    if ids.is_empty():
        return
    keys = key_table(connection, pl.DataFrame({"wanted": ids}))
    connection.execute(table.delete().where(table.c[key].in_(sa.select(keys.c.wanted))))
    drop_keys(connection, keys)

"""Reading the CRM into its replica: everything the first time, later what has changed, and which records are gone.

What the CRM has not been told yet stays as it is in the replica; what people changed beside it is taken over.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import polars as pl
import sqlalchemy as sa

from crm_migration.load.bulk import drop_keys, insert_rows, key_table, update_rows
from crm_migration.load.pieces import filled
from crm_migration.load.record_api import RecordApi
from crm_migration.load.replica.calls import carry_out
from crm_migration.load.replica.claims import Claims
from crm_migration.load.replica.columns import canonical_texts
from crm_migration.load.replica.tables import CHANGED, REMOVED, STATE, THERE, ObjectTables, ReplicaTables
from crm_migration.load.retired import texts_of

logger = logging.getLogger(__name__)

PIECE = 5_000
FORMS = ("%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%d %H:%M:%S")
OVERLAP = timedelta(minutes=2)
"""A change may become visible a little later than its moment says."""


class Refresh:
    """Brings one object of the replica up to what the CRM holds; what `claims` knows to be ours is left aside."""

    def __init__(self, api: RecordApi, replica: ReplicaTables, tables: ObjectTables, claims: Claims) -> None:
        """Prepare; `run` does it."""
        self.api, self.replica, self.tables, self.claims = api, replica, tables, claims

    def run(self) -> int:
        """Read what is new and return how many records changed."""
        began = datetime.now(UTC)
        until = readable(self.replica.until(self.tables.name), began)
        seen: list[pl.Series] = []
        changed = self._take(self._read(until), seen, began)
        if until is None:
            self._without(pl.concat(seen) if seen else pl.Series([], dtype=pl.String))
        elif self.api.count(self.tables.name) != self._there():
            self._sweep(began)
        logger.info("%s: %s records of the CRM are new or changed", self.tables.name, changed)
        return changed

    def _read(self, until: str | None) -> Iterator[pl.DataFrame]:
        since = None if until is None else earlier(until)
        yield from filled(self.api.read(self.tables.name, self.tables.fields, since), PIECE)

    def _take(self, frames: Iterable[pl.DataFrame], seen: list[pl.Series], began: datetime) -> int:
        until, changed = readable(self.replica.until(self.tables.name), began), 0
        for frame in frames:
            seen.append(frame[self.tables.identity])
            changed += self.apply(self.claims.claim(frame))
            latest = latest_until(frame[self.api.changed_field], began)
            until = max(until or latest, latest) if latest is not None else until
        self.replica.remember_until(self.tables.name, until)
        return changed

    def apply(self, frame: pl.DataFrame) -> int:
        """Take records over as the CRM has them (id, moment of change, fields); return how many changed."""
        if frame.is_empty():
            return 0
        tables, key = self.tables, self.tables.identity
        read = canonical_texts(frame, tables.columns).rename({self.api.changed_field: CHANGED}, strict=False)
        if CHANGED not in read.columns:
            read = read.with_columns(pl.lit(None, pl.String).alias(CHANGED))
        with self.replica.engine.begin() as connection:
            was = tables.read(connection, tables.confirmed, read[key])
            fresh = read.join(was, on=key, how="anti")
            known = read.join(was, on=key, how="inner", suffix="_was", maintain_order="left")
            self._note_seen(connection, known)
            known = known.filter(_differ(tables.fields, "_was") | (pl.col(STATE) == REMOVED))
            if not fresh.is_empty() or not known.is_empty():
                held = tables.read(connection, tables.present, read[key])
                insert_rows(connection, texts_of(tables.confirmed), fresh.select(key, *tables.fields, CHANGED))
                self._renew(connection, known)
                self._present(connection, fresh, known, held)
        return fresh.height + known.height

    def _note_seen(self, connection: sa.Connection, known: pl.DataFrame) -> None:
        """Note when records were changed that are read for the first time since we wrote to them: by us, that is.

        A later moment beside the same fields tells that somebody has changed others, which the replica does not hold.
        """
        first = known.filter(pl.col(f"{CHANGED}_was").is_null() & pl.col(CHANGED).is_not_null())
        if not first.is_empty():
            rows = first.select(self.tables.identity, CHANGED)
            update_rows(connection, self.tables.confirmed, [self.tables.identity], rows)

    def _renew(self, connection: sa.Connection, known: pl.DataFrame) -> None:
        if known.is_empty():
            return
        rows = known.select(self.tables.identity, *self.tables.fields, pl.lit(THERE).alias(STATE))
        update_rows(connection, self.tables.confirmed, [self.tables.identity], rows)

    def _present(self, connection: sa.Connection, fresh: pl.DataFrame, known: pl.DataFrame, held: pl.DataFrame) -> None:
        """Take over into the replica what the CRM is not to be told otherwise."""
        tables, key, fields = self.tables, self.tables.identity, self.tables.fields
        back = known.filter(pl.col(STATE) == REMOVED)
        new = pl.concat([fresh.select(key, *fields), back.select(key, *fields)]).join(held, on=key, how="anti")
        insert_rows(connection, texts_of(tables.present), new)
        both = known.join(held, on=key, how="inner", suffix="_held")
        if both.is_empty():
            return
        untold = [pl.col(f"{name}_held").ne_missing(pl.col(f"{name}_was")) for name in fields]
        rows = both.select(
            key,
            *(
                pl.when(told).then(f"{name}_held").otherwise(name).alias(name)
                for name, told in zip(fields, untold, strict=True)
            ),
        )
        update_rows(connection, tables.present, [key], rows)

    def _there(self) -> int:
        """Return how many records the CRM must have if none is gone."""
        confirmed = self.tables.confirmed
        counted = sa.select(sa.func.count()).select_from(confirmed)
        mine = confirmed.c[self.tables.identity].in_(self.claims.found)
        with self.replica.engine.connect() as connection:
            there = int(connection.scalar(counted.where(confirmed.c[STATE] == THERE)) or 0)
            known = int(connection.scalar(counted.where(confirmed.c[STATE] == THERE, mine)) or 0)
        return there + len(self.claims.found) - known

    def _sweep(self, began: datetime) -> None:
        """Read which ids the CRM has; a record that is unknown all the same has the whole object read."""
        key = self.tables.identity
        ids = [frame[key] for frame in self.api.read(self.tables.name, [])]
        present = pl.concat(ids) if ids else pl.Series(key, [], pl.String)
        unknown = set(present) - set(self._known_ids()) - self.claims.found
        if unknown:
            seen: list[pl.Series] = []
            self._take(self._read(None), seen, began)
            present = pl.concat(seen) if seen else present
        self._without(present)

    def _known_ids(self) -> list[str]:
        confirmed = self.tables.confirmed
        chosen = sa.select(confirmed.c[self.tables.identity]).where(confirmed.c[STATE] == THERE)
        with self.replica.engine.connect() as connection:
            return [str(identity) for identity in connection.scalars(chosen)]

    def _without(self, present: pl.Series) -> None:
        """Take the records out that the CRM no longer has; one that was to be purged is known to be removed."""
        gone = sorted(set(self._known_ids()) - set(present))
        gone = self._really_gone(gone)
        if not gone:
            return
        logger.info("%s: %s records are gone from the CRM", self.tables.name, len(gone))
        tables, key = self.tables, self.tables.identity
        with self.replica.engine.begin() as connection:
            keys = key_table(connection, pl.DataFrame({"wanted": gone}))
            wanted = sa.select(keys.c.wanted)
            connection.execute(
                tables.confirmed.update().where(tables.confirmed.c[key].in_(wanted)).values({STATE: REMOVED})
            )
            connection.execute(tables.present.delete().where(tables.present.c[key].in_(wanted)))
            drop_keys(connection, keys)

    def _really_gone(self, ids: list[str]) -> list[str]:
        """Return those of the records that a search does not show which are gone: not merely too new for it.

        One that it has shown before is gone. The others are asked for by their ids, a call each.
        """
        confirmed, key, unseen = self.tables.confirmed, self.tables.identity, set[str]()
        if ids:
            with self.replica.engine.begin() as connection:
                held = self.tables.read(connection, confirmed, pl.Series(key, ids))
            unseen = set(held.filter(pl.col(CHANGED).is_null())[key])
        outcomes = carry_out(
            self.api.threads, None, sorted(unseen), lambda identity: self.api.is_there(self.tables.name, identity)
        )
        if outcomes.failure is not None:
            raise outcomes.failure
        there = {identity for identity, found in outcomes.done if found}
        return [identity for identity in ids if identity not in there]


def _differ(fields: list[str], suffix: str) -> pl.Expr:
    return pl.any_horizontal(pl.lit(value=False), *(pl.col(name).ne_missing(pl.col(name + suffix)) for name in fields))


def earlier(moment: str) -> str:
    """Return a moment of the CRM, as it prints it, a little earlier; one of another form as it is."""
    read = _parsed(moment)
    return moment if read is None else (read[0] - OVERLAP).strftime(read[1])


def latest_until(moments: pl.Series, now: datetime) -> str | None:
    """Return the latest of the CRM's moments, but for those still to come: changes up to there would be missed."""
    known = moments.drop_nulls()
    read = _parsed(str(known[0])) if len(known) else None
    past = known if read is None else known.filter(known <= now.strftime(read[1]))
    return str(past.max()) if len(past) else None


def readable(until: str | None, now: datetime) -> str | None:
    """Return up to where changes have been read; None, so that all is read, where that is said to be in the future."""
    read = _parsed(until) if until else None
    return None if read is not None and read[0] > now + OVERLAP else until


def _parsed(moment: str) -> tuple[datetime, str] | None:
    for form in FORMS:
        try:
            return datetime.strptime(moment, form).replace(tzinfo=UTC), form
        except ValueError:
            continue
    return None

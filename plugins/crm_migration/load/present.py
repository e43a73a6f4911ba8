"""Where crosswalk and target disagree about which records there are: others' records, and records that are gone."""

import polars as pl
import sqlalchemy as sa

from crm_migration.load.bulk import drop_keys, key_table
from crm_migration.load.retired import still_there
from crm_migration.load.target import SqlTarget


def has_outsiders(connection: sa.Connection, target: SqlTarget, target_object: str) -> bool:
    """Return whether the target holds a record of `target_object` that no line of the crosswalk names."""
    key = _key(target, target_object)
    crosswalk = target.ledger.tables.crosswalk
    identity = sa.cast(key, _text(target)) if target.dialect != "mysql" else sa.cast(key, sa.CHAR(100))
    mine = crosswalk.c.stream_no.in_(_streams(target, target_object))
    named = sa.select(crosswalk.c.target_id).where(mine, still_there(crosswalk))
    if target.dialect == "postgresql":
        outside = ~sa.exists(named.where(crosswalk.c.target_id == identity).correlate(key.table))
    else:
        # Here the list is hashed once; a correlated search would go through it for every record.
        outside = identity.not_in(named)
    return connection.scalar(sa.select(key).where(outside).limit(1)) is not None


def gone(connection: sa.Connection, target: SqlTarget, target_object: str) -> pl.Series:
    """Return the target ids of records that runs have loaded, and not deleted, and the target no longer holds."""
    crosswalk = target.ledger.tables.crosswalk
    lost = sa.select(crosswalk.c.target_id).where(
        crosswalk.c.stream_no.in_(_streams(target, target_object)),
        crosswalk.c.fingerprint.is_not(None),
        still_there(crosswalk),
        _missing(target, target_object, crosswalk),
    )
    return pl.Series("target_id", list(connection.scalars(lost)), dtype=pl.String)


def missing(connection: sa.Connection, target: SqlTarget, target_object: str, ids: pl.Series) -> pl.Series:
    """Return those of `ids` that the target does not hold."""
    wanted = key_table(connection, pl.DataFrame({"target_id": ids.drop_nulls()}))
    lost = sa.select(wanted.c.target_id).where(_missing(target, target_object, wanted))
    found = pl.Series("target_id", list(connection.scalars(lost)), dtype=pl.String)
    drop_keys(connection, wanted)
    return found


def _missing(target: SqlTarget, target_object: str, lines: sa.Table) -> sa.ColumnElement[bool]:
    key, identity = _key(target, target_object), lines.c.target_id
    same = (
        key == sa.cast(identity, sa.BigInteger)
        if isinstance(key.type, sa.Integer)
        else (sa.cast(key, _text(target)) == identity)
    )
    return ~sa.exists(sa.select(sa.literal(1)).select_from(key.table).where(same).correlate(lines))


def owned(connection: sa.Connection, target: SqlTarget, target_object: str, ids: pl.Series) -> pl.Series:
    """Return those of `ids` that a line of the crosswalk names already."""
    crosswalk = target.ledger.tables.crosswalk
    wanted = key_table(connection, pl.DataFrame({"target_id": ids}))
    chosen = (
        sa.select(crosswalk.c.target_id)
        .join(wanted, wanted.c.target_id == crosswalk.c.target_id)
        .where(crosswalk.c.stream_no.in_(_streams(target, target_object)), still_there(crosswalk))
    )
    found = pl.Series("target_id", list(connection.scalars(chosen)), dtype=pl.String)
    drop_keys(connection, wanted)
    return found


def _key(target: SqlTarget, target_object: str) -> sa.Column[object]:
    return target.table(target_object).c[target.primary_key(target_object)]


def _streams(target: SqlTarget, target_object: str) -> sa.Select[tuple[int]]:
    stream = target.ledger.tables.stream
    return sa.select(stream.c.stream_no).where(stream.c.object == target_object)


def _text(target: SqlTarget) -> sa.types.TypeEngine[str]:
    return target.ledger.tables.crosswalk.c.target_id.type if target.dialect != "mysql" else sa.CHAR(100)

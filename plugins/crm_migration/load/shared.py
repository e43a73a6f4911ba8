"""Records that several streams feed: which of this stream's values the record takes, and which stay.

A stream has its say on a field when what its own rows bring has changed since it last had it. A value that won the
survivorship is taken; so is the new value of a field that this stream alone had filled. All else stays as it is in
the target, so that two sources that differ do not overwrite each other night after night.
"""

from dataclasses import dataclass

import numpy as np
import polars as pl
import sqlalchemy as sa

from crm_migration.load.accounts import Account, closed, opened, true_hash
from crm_migration.load.fingerprint import canonical_from_target, hashes
from crm_migration.load.merge import KEPT_SCHEMA, kept_fields, with_policy
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Entity

COMBINING = ("aggregate", "strictest")


@dataclass(frozen=True)
class Stream:
    """The stream that loads: where to, and what match found that its own rows bring to shared records.

    `own` (`_golden`, fields as canonical text) leaves out records to which all rows are its own; `absent` are golden
    ids whose founding row this run has not read.
    """

    target: SqlTarget
    entity: Entity
    name: str
    own: pl.DataFrame
    absent: pl.Series
    layouts: dict[int, list[str]]
    run_no: int


@dataclass(frozen=True)
class Settled:
    """Records with their `_action` and values decided; edits that stay; layouts used; records unlike their golden.

    `apart` are golden ids of records that hold, in some field, what another stream brought; `same` are fields that
    every record to update is known to hold in the target already.
    """

    frame: pl.DataFrame
    kept: pl.DataFrame
    layouts: dict[int, list[str]]
    apart: pl.Series
    same: frozenset[str] = frozenset()


def settle(connection: sa.Connection, stream: Stream, shared: pl.DataFrame) -> Settled:
    """Return what is to become of `shared`: `update`, `note` (the ledger alone changes), `keep` or `reject`."""
    account = Account.of(
        opened(shared["fingerprint"], shared["_golden"], stream.layouts), stream.name, stream.entity, shared.height
    )
    own = _own_values(stream, shared)
    brought = _brought(stream, shared, own, account)
    moving = (_changed(account, brought) | ~account.has_brought).any(axis=1)
    held = shared.filter(~pl.Series(moving)).with_columns(pl.lit("keep").alias("_action"))
    unlike = ~account.has_loaded | (account.loaded != hashes(shared, stream.entity))
    apart = shared["_golden"].filter(pl.Series(unlike.any(axis=1) & ~moving))
    if not moving.any():
        return Settled(held, pl.DataFrame(schema=KEPT_SCHEMA), {}, apart)
    mask = pl.Series(moving)
    done = _move(connection, stream, shared.filter(mask), (own.filter(mask), brought[moving], account.only(moving)))
    return Settled(pl.concat([held, done.frame]), done.kept, done.layouts, pl.concat([apart, done.apart]))


def _own_values(stream: Stream, shared: pl.DataFrame) -> pl.DataFrame:
    """Return the fields as this stream's own rows have them; references only they can fill."""
    names = [name for name in stream.entity.fields if name not in stream.entity.references]
    own = stream.own.select("_golden", *names, pl.lit(value=True).alias("_found"))
    joined = shared.join(own, on="_golden", how="left", maintain_order="left", suffix=" own")
    return joined.select(
        pl.when(pl.col("_found")).then(pl.col(f"{name} own")).otherwise(pl.col(name)).alias(name)
        if name in names
        else pl.col(name)
        for name in stream.entity.fields
    )


def _brought(stream: Stream, shared: pl.DataFrame, own: pl.DataFrame, account: Account) -> np.ndarray:
    """Return the hashes of what this stream brings; what an unread founding row brought counts as said again."""
    brought = hashes(own, stream.entity)
    absent = shared["_golden"].is_in(stream.absent.implode()) & shared["_golden"].str.starts_with(f"{stream.name}:")
    silent = (brought == 0) | (_references(stream.entity) & (account.brought != 0))
    return np.where(absent.to_numpy()[:, None] & silent & account.has_brought, account.brought, brought)


def _references(entity: Entity) -> np.ndarray:
    return np.array([[name in entity.references for name in entity.fields]])


def _changed(account: Account, brought: np.ndarray) -> np.ndarray:
    return np.asarray(np.where(account.has_brought, brought != account.brought, brought != 0))


@dataclass(frozen=True)
class Values:
    """Hashes (rows × fields) of what this stream's own rows say, of the golden record, and of what the target holds."""

    brought: np.ndarray
    golden: np.ndarray
    now: np.ndarray


@dataclass(frozen=True)
class Say:
    """Where (rows × fields) this stream's say counts, the hashes it comes to, and where they are its own values'."""

    take: np.ndarray
    value: np.ndarray
    own: np.ndarray


def _say(entity: Entity, account: Account, sides: Values, contested: np.ndarray) -> Say:
    """Return on which fields this stream has its say.

    Where another entity of this run changed the record before (`contested`), match has not seen what it says now: a
    field that is filled already stays.
    """
    brought, golden, stands = sides.brought, sides.golden, account.stands
    combining, strictest = _follows(entity, COMBINING), _follows(entity, ("strictest",))
    emptied = stands & ((golden != 0) | ~account.others_have)
    single = np.where(brought != 0, stands | (golden == brought), emptied)
    combined = (golden != 0) | ~account.others_have
    # Another source's reference is an id in the target, which survivorship cannot weigh: the first name's is taken.
    reference = np.where(brought != 0, stands | (sides.now == 0) | ~account.others_first, stands)
    take = np.where(_references(entity), reference, np.where(combining, combined, single))
    settled = contested[:, None] & (account.loaded != 0) & ~stands & ~(strictest & (brought == true_hash()))
    own = stands & (brought != 0) & ~combining
    # The record in the target still has the flag that this stream had set: who else says so decides.
    own |= strictest & account.has_brought & (brought != 0) & ~account.others_true
    return Say(_changed(account, brought) & take & ~settled, np.where(own, brought, golden), own)


def _follows(entity: Entity, strategies: tuple[str, ...]) -> np.ndarray:
    """Return which fields (1 × fields) follow one of these survivorship strategies."""
    rules = entity.match.survivorship.fields if entity.match else {}
    default = entity.match.survivorship.default if entity.match else None
    return np.array([[rules.get(name, default) in strategies for name in entity.fields]])


def _move(
    connection: sa.Connection,
    stream: Stream,
    records: pl.DataFrame,
    sides: tuple[pl.DataFrame, np.ndarray, Account],
) -> Settled:
    """Decide the records of which this stream brings something new, with the target's rows at hand."""
    own, brought, account = sides
    entity = stream.entity
    present = stream.target.read_ids(connection, entity.target.object, list(entity.fields), records["target_id"])
    current = records.select("_golden", "target_id").join(
        canonical_from_target(present, entity), on="target_id", how="left", maintain_order="left"
    )
    now, golden = hashes(current, entity), hashes(records, entity)
    contested = (records["changed_run"] == stream.run_no).fill_null(value=False).to_numpy()
    say = _say(entity, account, Values(brought, golden, now), contested)
    edited = account.has_loaded & (now != account.loaded)
    write = say.take & ~edited if entity.target.on_target_change != "overwrite" else say.take
    loaded = np.where(say.take, say.value, np.where(account.has_loaded, account.loaded, now))
    parts = opened(records["fingerprint"], records["_golden"], stream.layouts)
    packed, layouts = closed(parts, stream.name, entity, loaded, brought)
    chosen = [
        _choose((own[name], records[name], current[name]), say.own[:, at], write[:, at]).alias(name)
        for at, name in enumerate(entity.fields)
    ]
    differs = (write & (say.value != now)).any(axis=1)
    action = pl.Series(np.where(differs, "update", "note"), dtype=pl.String)
    action = action.zip_with(~(packed == records["fingerprint"]) | pl.Series(differs), pl.Series(["keep"]))
    standing = edited & ~write & (loaded != now)
    vanished = ~records["target_id"].is_in(present["target_id"].implode())
    moved = records.with_columns(*chosen, packed, action.alias("_action"))
    moved = with_policy(moved, np.asarray(standing.any(axis=1)), vanished, entity)
    apart = records["_golden"].filter(pl.Series((loaded != golden).any(axis=1)))
    return Settled(moved, kept_fields(records, standing, entity), layouts, apart)


def _choose(values: tuple[pl.Series, pl.Series, pl.Series], own: np.ndarray, write: np.ndarray) -> pl.Series:
    """Return the value of a field: this stream's own or the golden record's; the target's where not to `write`."""
    mine, golden, current = values
    return mine.zip_with(pl.Series(own), golden).zip_with(pl.Series(write), current)

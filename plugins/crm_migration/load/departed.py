"""Which rows the crosswalk knows and the source no longer has, and which of them have come back."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl
import sqlalchemy as sa

from crm_migration.clean.classification import may_be_own
from crm_migration.clean.reference import key_parts, key_text
from crm_migration.extract.dialect import read_text
from crm_migration.extract.present_keys import STEP as KEYS
from crm_migration.load.retired import still_there
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Entity
from crm_migration.staging import RunFolder, has_table, open_table

Hashes = npt.NDArray[np.uint64]
LINES = {"source_key": pl.String, "golden_id": pl.String}


@dataclass(frozen=True)
class Departed:
    """The rows of one stream that went or came back (`source_key`, `golden_id`), and how many the crosswalk knows.

    `gone` are all that the source no longer has and whose record no earlier run has retired; `fresh` are those of
    them that no earlier run has missed. `back` are rows that an earlier run has missed and that are there again.
    `known` counts the rows that no earlier run has missed, `living` those of the source. `unread` is how many rows
    could not be read: each may be any of the missing ones, so nothing is fresh then.
    """

    gone: pl.DataFrame
    fresh: pl.DataFrame
    back: pl.DataFrame
    known: int
    living: int
    unread: int

    @classmethod
    def nothing(cls) -> "Departed":
        """Return what is to be said of a stream that no run has loaded."""
        none = pl.DataFrame(schema=LINES)
        return cls(none, none, none, 0, 0, 0)


def living_keys(folder: RunFolder, entity_name: str, entity: Entity, *, extracted: bool = True) -> Hashes:
    """Return the sorted hashes of the keys of all rows that are there: no filter takes them out, no other entity.

    Eight bytes a row are held, whatever its key. Two keys of one hash only mean that a row that is gone passes for
    one that is there. With `extracted` the rows of the extract count, too.
    """
    steps = [step for step in (KEYS,) if has_table(folder, entity_name, step)]
    steps += ["extract"] if extracted else []
    found = [np.empty(0, np.uint64)]
    for step in steps:
        for frame in open_table(folder, entity_name, step).frames(entity.identifying_columns):
            kept = may_be_own(frame, entity)
            keys = key_text([frame[column] for column in entity.key_columns])
            found.append(_hashed(keys.filter(kept & keys.is_not_null())))
    return np.unique(np.concatenate(found))


def departed(target: SqlTarget, place: tuple[RunFolder, str], run_no: int) -> Departed:
    """Return the rows of the stream `place` (staging, entity) that went or came back since the runs before `run_no`."""
    folder, name = place
    entity = target.mapping.entities[name]
    stream = target.ledger.streams().get(f"{folder.source}.{name}")
    if stream is None:
        return Departed.nothing()
    living = living_keys(folder, name, entity)
    unread = int(open_table(folder, name, "extract").facts.get("unreadable") or 0)
    known, parts = 0, [pl.DataFrame(schema={**LINES, "_here": pl.Boolean, "_missed": pl.Boolean})]
    for frame in _lines(target, stream):
        run = pl.col("gone_run").cast(pl.Int64)
        marked = frame.with_columns(
            pl.Series("_here", _among(frame["source_key"], living), dtype=pl.Boolean),
            (run.is_not_null() & (run != run_no)).alias("_missed"),
        )
        known += marked.height - int(marked["_missed"].sum())
        mine = pl.col("retired").is_null() | (pl.col("changed_run").cast(pl.Int64) == run_no)
        wanted = (pl.col("_here") & run.is_not_null()) | (~pl.col("_here") & mine)
        parts.append(marked.filter(wanted).select(parts[0].columns))
    lines = pl.concat(parts)
    gone = lines.filter(~pl.col("_here") & (pl.col("_missed") | (unread == 0)))
    fresh, back = gone.filter(~pl.col("_missed")), lines.filter("_here")
    named = list(LINES)
    return Departed(gone.select(named), fresh.select(named), back.select(named), known, len(living), unread)


def back_in_source(target: SqlTarget, folder: RunFolder, entity_name: str) -> pl.DataFrame:
    """Return the key columns of rows that earlier runs have missed and that the staged keys hold again."""
    entity = target.mapping.entities[entity_name]
    none = pl.DataFrame(schema=dict.fromkeys(entity.key_columns, pl.String))
    stream = target.ledger.streams().get(f"{folder.source}.{entity_name}") if target.ledger.exists() else None
    if stream is None:
        return none
    crosswalk = target.ledger.tables.crosswalk
    missed = sa.and_(crosswalk.c.stream_no == stream, crosswalk.c.gone_run.is_not(None))
    living = living_keys(folder, entity_name, entity, extracted=False)
    keys: list[str] = []
    for frame in read_text(target.engine, crosswalk, [crosswalk.c.source_key], where=missed):
        keys += frame["source_key"].filter(pl.Series(_among(frame["source_key"], living), dtype=pl.Boolean)).to_list()
    parts = [key_parts(key, len(entity.key_columns)) for key in keys]
    return pl.DataFrame(parts, schema=none.schema, orient="row") if parts else none


def _lines(target: SqlTarget, stream: int) -> Iterator[pl.DataFrame]:
    crosswalk = target.ledger.tables.crosswalk
    columns = [crosswalk.c[name] for name in (*LINES, "gone_run", "retired", "changed_run")]
    return read_text(target.engine, crosswalk, columns, where=crosswalk.c.stream_no == stream)


def _hashed(values: pl.Series) -> Hashes:
    return values.hash(seed=0).to_numpy()


def _among(values: pl.Series, hashes: Hashes) -> npt.NDArray[np.bool_]:
    if not len(hashes):
        return np.zeros(len(values), np.bool_)
    wanted = _hashed(values)
    at = np.searchsorted(hashes, wanted)
    at[at == len(hashes)] = 0
    return np.asarray(hashes[at] == wanted)


def members_of_run(folder: RunFolder, entity_names: list[str]) -> Hashes:
    """Return the sorted hashes of the golden ids that rows of this run's extracts belong to."""
    found = [np.empty(0, np.uint64)]
    for name in entity_names:
        if has_table(folder, name, "members"):
            found += [_hashed(frame["_golden"]) for frame in open_table(folder, name, "members").frames(["_golden"])]
    return np.unique(np.concatenate(found))


def is_member(golden: pl.Series, members: Hashes) -> pl.Series:
    """Return which golden ids are among `members`."""
    return pl.Series(_among(golden, members), dtype=pl.Boolean)


def flagged(connection: sa.Connection, target: SqlTarget, target_object: str) -> pl.Series:
    """Return the golden ids of records of `target_object` that runs have flagged."""
    crosswalk, stream = target.ledger.tables.crosswalk, target.ledger.tables.stream
    chosen = (
        sa.select(crosswalk.c.golden_id)
        .join(stream, stream.c.stream_no == crosswalk.c.stream_no)
        .where(stream.c.object == target_object, crosswalk.c.retired.is_not(None), still_there(crosswalk))
        .distinct()
    )
    return pl.Series("golden_id", list(connection.scalars(chosen)), dtype=pl.String)

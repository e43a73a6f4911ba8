"""What is to happen to each golden record: insert, update, leave, or reject; without writing anything."""

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
import sqlalchemy as sa

from crm_migration.extract.dialect import read_text
from crm_migration.load.bulk import drop_keys, key_table
from crm_migration.load.fingerprint import canonical, canonical_from_target, fingerprints, hashes, unpack
from crm_migration.load.references import WHOLE_STREAM, WHOLE_TIMES, References
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Entity

STATE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "_golden": pl.String,
    "target_id": pl.String,
    "fingerprint": pl.Binary,
    "created": pl.Boolean,
    "inserted_run": pl.Int64,
    "changed_run": pl.Int64,
}


@dataclass(frozen=True)
class LoadJob:
    """One run's load into one target: what the functions of this room share."""

    target: SqlTarget
    references: References
    run_no: int
    source: str
    deferred: dict[str, list[str]] = field(default_factory=dict)
    known: dict[str, pl.DataFrame] = field(default_factory=dict)
    outsiders: dict[str, bool] = field(default_factory=dict)
    streams: dict[str, int] = field(default_factory=dict)

    def fresh(self) -> "LoadJob":
        """Return this job without what it remembers of the target, for the next table to load."""
        references = References(self.target, self.references.folder, self.references.assume_staged)
        return replace(self, references=references, known={}, outsiders={})

    def stream_no(self, entity_name: str) -> int:
        """Return the ledger's number for this source's `entity_name`."""
        if entity_name not in self.streams:
            entity = self.target.mapping.entities[entity_name]
            number = self.target.ledger.stream_no(self.source, entity_name, entity.target.object)
            self.streams[entity_name] = number
        return self.streams[entity_name]


@dataclass(frozen=True)
class Decision:
    """A part of golden records with `_action`, `_outcome`, `_reason`, `target_id`, `_fingerprint`; fields canonical.

    `kept` names the fields (target_id, field) where an edit made in the target was left standing.
    """

    frame: pl.DataFrame
    kept: pl.DataFrame
    emptied: dict[str, int]


def decide(connection: sa.Connection, job: LoadJob, entity_name: str, part: pl.DataFrame) -> Decision:
    """Return what is to happen to each record of `part`, from crosswalk and target as they are now."""
    entity = job.target.mapping.entities[entity_name]
    resolved = job.references.resolve(connection, part, entity, job.deferred.get(entity_name, []))
    frame = canonical(resolved.frame, entity)
    frame = frame.with_columns(fingerprints(frame, entity).alias("_fingerprint"))
    frame = _with_state(connection, job, entity, frame)
    frame = frame.with_columns(_action(frame, entity, job.run_no).alias("_action"))
    frame = frame.with_columns(_reason(entity).alias("_reason"))
    frame, kept = _merge_edits(connection, job, entity, frame)
    return Decision(_with_outcome(frame, job.run_no), kept, resolved.emptied)


def _with_state(connection: sa.Connection, job: LoadJob, entity: Entity, frame: pl.DataFrame) -> pl.DataFrame:
    state = _state(connection, job, entity.target.object, frame["_golden"])
    joined = frame.join(state, on="_golden", how="left", maintain_order="left")
    return _adopt(connection, job, entity, joined)


def _state(connection: sa.Connection, job: LoadJob, target_object: str, golden: pl.Series) -> pl.DataFrame:
    """Return the crosswalk's state of `golden`; it is read whole, and kept, where that is not much more."""
    few = min(WHOLE_STREAM, WHOLE_TIMES * len(golden))
    if target_object not in job.known and not _exceeds(connection, job.target, target_object, few):
        job.known[target_object] = _all_masters(connection, job.target, target_object)
    if target_object in job.known:
        return job.known[target_object]
    return masters(connection, job.target, golden)


def _exceeds(connection: sa.Connection, target: SqlTarget, target_object: str, lines: int) -> bool:
    """Return whether the crosswalk has more than `lines` lines of `target_object`."""
    tables = target.ledger.tables
    of_object = tables.crosswalk.join(tables.stream, tables.stream.c.stream_no == tables.crosswalk.c.stream_no)
    some = sa.select(tables.crosswalk.c.stream_no).select_from(of_object)
    limited = some.where(tables.stream.c.object == target_object).limit(lines + 1)
    return int(connection.scalar(sa.select(sa.func.count()).select_from(limited.subquery())) or 0) > lines


def _all_masters(connection: sa.Connection, target: SqlTarget, target_object: str) -> pl.DataFrame:
    crosswalk, stream = target.ledger.tables.crosswalk, target.ledger.tables.stream
    of_object = crosswalk.join(stream, stream.c.stream_no == crosswalk.c.stream_no)
    master = sa.and_(stream.c.object == target_object, crosswalk.c.fingerprint.is_not(None))
    return _read_state(connection, target, of_object, master)


def _read_state(
    connection: sa.Connection, target: SqlTarget, lines: sa.FromClause, where: sa.ColumnElement[bool] | None = None
) -> pl.DataFrame:
    """Return the chosen lines of the crosswalk as `STATE_SCHEMA`; as text, which is read many rows at a time."""
    crosswalk = target.ledger.tables.crosswalk
    columns = [crosswalk.c.golden_id, *(crosswalk.c[name] for name in STATE_SCHEMA if name != "_golden")]
    texts = pl.concat(read_text(connection, lines, columns, where=where))
    return texts.select(
        pl.col("golden_id").alias("_golden"),
        "target_id",
        pl.col("fingerprint").str.decode("hex"),
        pl.col("created").is_in(["true", "1"]),
        pl.col("inserted_run", "changed_run").cast(pl.Int64),
    )


def masters(connection: sa.Connection, target: SqlTarget, golden: pl.Series) -> pl.DataFrame:
    """Return the crosswalk's state of the golden records that it knows (columns of `STATE_SCHEMA`)."""
    streams = target.ledger.streams()
    split = golden.str.split_exact(":", 1).struct.rename_fields(["stream", "key"]).struct.unnest()
    numbered = pl.DataFrame(
        {
            "stream_no": split["stream"].replace_strict(streams, default=None, return_dtype=pl.Int64),
            "source_key": golden.str.strip_prefix(split["stream"]).str.slice(1),
        }
    )
    crosswalk = target.ledger.tables.crosswalk
    wanted = key_table(connection, numbered)
    matched = sa.and_(
        crosswalk.c.stream_no == sa.cast(wanted.c.stream_no, sa.Integer),
        crosswalk.c.source_key == wanted.c.source_key,
    )
    found = _read_state(connection, target, crosswalk.join(wanted, matched))
    drop_keys(connection, wanted)
    return found


def _has_outsiders(connection: sa.Connection, job: LoadJob, target_object: str) -> bool:
    """Return whether the target holds records of `target_object` that no run created."""
    tables = job.target.ledger.tables
    created = (
        sa.select(sa.func.count())
        .select_from(tables.crosswalk.join(tables.stream, tables.stream.c.stream_no == tables.crosswalk.c.stream_no))
        .where(tables.stream.c.object == target_object, tables.crosswalk.c.created)
    )
    held = sa.select(sa.func.count()).select_from(job.target.table(target_object))
    return connection.scalar(held) != connection.scalar(created)


def _adopt(connection: sa.Connection, job: LoadJob, entity: Entity, frame: pl.DataFrame) -> pl.DataFrame:
    """Take over records that the target already holds under the same external id, though no run loaded them."""
    target_object = entity.target.object
    unknown = frame.filter(pl.col("target_id").is_null())[entity.target.external_id]
    if unknown.is_empty():
        return frame.with_columns(pl.lit(value=False).alias("_adopted"))
    if target_object not in job.outsiders:
        job.outsiders[target_object] = _has_outsiders(connection, job, target_object)
    if not job.outsiders[target_object]:
        return frame.with_columns(pl.lit(value=False).alias("_adopted"))
    found = job.target.find(connection, entity.target.object, entity.target.external_id, unknown)
    found = found.rename({"target_id": "_found", "external_id": entity.target.external_id})
    joined = frame.join(found, on=entity.target.external_id, how="left", maintain_order="left")
    adopted = pl.col("target_id").is_null() & pl.col("_found").is_not_null()
    return joined.with_columns(adopted.alias("_adopted"), pl.coalesce("target_id", "_found").alias("target_id")).drop(
        "_found"
    )


def _action(frame: pl.DataFrame, entity: Entity, run_no: int) -> pl.Series:
    known = pl.col("target_id").is_not_null()
    same = known & (pl.col("fingerprint") == pl.col("_fingerprint")).fill_null(value=False)
    own = (pl.col("inserted_run") == run_no).fill_null(value=False)
    insert = pl.lit("reject" if entity.target.write == "update" else "insert")
    change = pl.lit("keep" if entity.target.write == "insert" else "update")
    return frame.select(
        pl.when(pl.col("_missing").is_not_null())
        .then(pl.lit("reject"))
        .when(pl.col("_adopted") & (entity.target.write == "insert"))
        .then(pl.lit("reject"))
        .when(~known)
        .then(insert)
        .when(same)
        .then(pl.lit("keep"))
        .when(own)
        .then(pl.lit("update"))
        .otherwise(change)
    ).to_series()


def _reason(entity: Entity) -> pl.Expr:
    missing = pl.col("_missing").is_not_null()
    return (
        pl.when(missing)
        .then(pl.lit("missing_parent"))
        .when(pl.col("_action") == "reject")
        .then(pl.lit("not_in_target" if entity.target.write == "update" else "exists_in_target"))
        .otherwise(pl.lit(None, pl.String))
    )


def _merge_edits(
    connection: sa.Connection, job: LoadJob, entity: Entity, frame: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Three-way merge of the records to update: what was loaded last, what the target holds, what is new."""
    none = pl.DataFrame(schema={"target_id": pl.String, "field": pl.String})
    updates = frame.filter(pl.col("_action") == "update")
    if updates.is_empty():
        return frame, none
    present = job.target.read_ids(connection, entity.target.object, list(entity.fields), updates["target_id"])
    current = updates.select("_golden", "target_id").join(
        canonical_from_target(present, entity), on="target_id", how="left", maintain_order="left"
    )
    gone = ~updates["target_id"].is_in(present["target_id"].implode())
    merged, edited = _three_way(entity, updates, current, job.target.ledger.layouts())
    merged = _policy(merged, np.asarray(edited.any(axis=1)), gone, entity)
    rest = frame.filter(pl.col("_action") != "update")
    return pl.concat([rest, merged.select(rest.columns)]), _kept(merged, edited, entity)


def _three_way(
    entity: Entity, updates: pl.DataFrame, current: pl.DataFrame, layouts: dict[int, list[str]]
) -> tuple[pl.DataFrame, np.ndarray]:
    """Return `updates` with the values to write, and which fields (rows × fields) keep the target's edit."""
    base, comparable = unpack(updates["fingerprint"], entity, layouts)
    new, now = hashes(updates, entity), hashes(current, entity)
    edited = comparable & (now != base)
    source_same = comparable & (new == base)
    overwrite = entity.target.on_target_change == "overwrite"
    stay = source_same | (edited & (not overwrite))
    chosen = [
        updates[name].zip_with(pl.Series(~stay[:, at]), current[name]).alias(name)
        for at, name in enumerate(entity.fields)
    ]
    return updates.with_columns(chosen), edited & stay & (new != now)


def _policy(merged: pl.DataFrame, edited: np.ndarray, gone: pl.Series, entity: Entity) -> pl.DataFrame:
    refuse = gone
    if entity.target.on_target_change == "reject":
        refuse = refuse | pl.Series(edited)
    reason = pl.when(gone).then(pl.lit("deleted_in_target")).otherwise(pl.lit("edited_in_target"))
    return merged.with_columns(
        pl.when(refuse).then(pl.lit("reject")).otherwise(pl.col("_action")).alias("_action"),
        pl.when(refuse).then(reason).otherwise(pl.col("_reason")).alias("_reason"),
    )


def _kept(merged: pl.DataFrame, edited: np.ndarray, entity: Entity) -> pl.DataFrame:
    names = list(entity.fields)
    rows, columns = np.nonzero(edited)
    ids = merged["target_id"].to_list()
    return pl.DataFrame(
        {"target_id": [ids[row] for row in rows], "field": [names[column] for column in columns]},
        schema={"target_id": pl.String, "field": pl.String},
    )


def _with_outcome(frame: pl.DataFrame, run_no: int) -> pl.DataFrame:
    action, known = pl.col("_action"), pl.col("target_id").is_not_null()
    inserted = (pl.col("inserted_run") == run_no).fill_null(value=False) & pl.col("created").fill_null(value=False)
    touched = (pl.col("inserted_run") == run_no) | (pl.col("changed_run") == run_no)
    return frame.with_columns(
        pl.when(action == "reject")
        .then(pl.lit("rejected"))
        .when((action == "insert") | (known & inserted))
        .then(pl.lit("inserted"))
        .when((action == "update") | touched.fill_null(value=False))
        .then(pl.lit("updated"))
        .otherwise(pl.lit("unchanged"))
        .alias("_outcome")
    )

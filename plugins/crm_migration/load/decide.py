"""What is to happen to each golden record: insert, update, leave, or reject; without writing anything."""

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
import sqlalchemy as sa

from crm_migration.extract.dialect import read_text
from crm_migration.load.accounts import shared_heads
from crm_migration.load.by_keys import lines_by_keys
from crm_migration.load.fingerprint import WIDTH, canonical, canonical_from_target, fingerprints, layout, pack_beside
from crm_migration.load.merge import KEPT_SCHEMA, Sides, kept_fields, said_again, three_way, with_policy
from crm_migration.load.moved import Moved
from crm_migration.load.present import gone, has_outsiders, missing, owned
from crm_migration.load.references import WHOLE_STREAM, WHOLE_TIMES, References
from crm_migration.load.retired import without_deleted
from crm_migration.load.shared import Settled, Stream, settle
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Entity
from crm_migration.staging import has_table, open_table

STATE_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "_golden": pl.String,
    "target_id": pl.String,
    "fingerprint": pl.Binary,
    "created": pl.Boolean,
    "inserted_run": pl.Int64,
    "changed_run": pl.Int64,
    "_former": pl.String,
}
READ_STATE = ("target_id", "fingerprint", "created", "inserted_run", "changed_run", "retired")


@dataclass(frozen=True)
class LoadJob:
    """One run's load into one target: what the functions of this room share."""

    target: SqlTarget
    references: References
    run_no: int
    source: str
    deferred: dict[str, list[str]] = field(default_factory=dict)
    known: dict[str, pl.DataFrame] = field(default_factory=dict)
    more_than: dict[str, int] = field(default_factory=dict)
    outsiders: dict[str, bool] = field(default_factory=dict)
    streams: dict[str, int] = field(default_factory=dict)
    has_ledger: bool = True
    gone: dict[str, pl.Series] = field(default_factory=dict)
    absent: dict[str, pl.Series] = field(default_factory=dict)
    own: dict[str, pl.DataFrame] = field(default_factory=dict)
    moves: dict[str, Moved] = field(default_factory=dict)

    def moved(self, entity_name: str) -> Moved:
        """Return the rows of `entity_name` that change the record they belong to."""
        if entity_name not in self.moves:
            self.moves[entity_name] = Moved.read(self.references.folder, entity_name)
        return self.moves[entity_name]

    def stream(self, entity_name: str) -> str:
        """Return the name of this source's stream of `entity_name`, with which the golden ids it founds begin."""
        return f"{self.source}.{entity_name}"

    def contributions(self, entity_name: str) -> pl.DataFrame:
        """Return what this stream's own rows bring to records that others feed too (`_golden`, canonical fields)."""
        if entity_name not in self.own:
            entity, folder = self.target.mapping.entities[entity_name], self.references.folder
            found = pl.DataFrame(schema={"_golden": pl.String, **dict.fromkeys(entity.fields, pl.String)})
            if has_table(folder, entity_name, "contribution"):
                found = canonical(open_table(folder, entity_name, "contribution").frame(), entity)
            self.own[entity_name] = found
        return self.own[entity_name]

    def founder_absent(self, entity_name: str) -> pl.Series:
        """Return the golden ids of records that this run touches without having read their founding row.

        What a row has left is rebuilt from the lineage of all the others, the founder's among it.
        """
        if entity_name not in self.absent:
            members = open_table(self.references.folder, entity_name, "members").frame(["_golden", "_master"])
            founded = members.filter("_master")["_golden"].implode()
            absent = members.filter(~pl.col("_master") & ~pl.col("_golden").is_in(founded))
            left = self.moved(entity_name).former.implode()
            self.absent[entity_name] = absent.filter(~pl.col("_golden").is_in(left))["_golden"].unique()
        return self.absent[entity_name]

    def fresh(self, growing: str | None = None) -> "LoadJob":
        """Return this job without what it remembers of the target, for the next entity to load, which is `growing`."""
        references = References(self.target, self.references.folder, self.references.assume_staged, growing)
        return replace(self, references=references, known={}, more_than={}, outsiders={}, gone={})

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

    `kept` names the fields (target_id, field) where an edit made in the target was left standing; `apart` the golden
    ids of records that hold what other streams brought; `layouts` the lists of fields that new fingerprints cover;
    `same` the fields that every record to update is known to hold in the target already.
    """

    frame: pl.DataFrame
    kept: pl.DataFrame
    emptied: dict[str, int]
    apart: pl.Series
    layouts: dict[int, list[str]]
    same: frozenset[str]


def decide(connection: sa.Connection, job: LoadJob, entity_name: str, part: pl.DataFrame) -> Decision:
    """Return what is to happen to each record of `part`, from crosswalk and target as they are now."""
    entity = job.target.mapping.entities[entity_name]
    resolved = job.references.resolve(connection, part, entity, job.deferred.get(entity_name, []))
    frame = canonical(resolved.frame, entity)
    frame = frame.with_columns(fingerprints(frame, entity).alias("_fingerprint"))
    frame = _with_state(connection, job, entity, frame)
    foreign = ~pl.col("_golden").str.starts_with(f"{job.stream(entity_name)}:")
    frame = frame.with_columns(foreign.alias("_foreign"))
    frame = frame.with_columns(_action(frame, entity, job.run_no).alias("_action"))
    frame = frame.with_columns(_reason(entity).alias("_reason"))
    frame = _without_gone(connection, job, entity, frame)
    settled = _merge_edits(connection, job, entity_name, frame)
    frame = _with_outcome(settled.frame, job.run_no)
    return Decision(frame, settled.kept, resolved.emptied, settled.apart, settled.layouts, settled.same)


def _with_state(connection: sa.Connection, job: LoadJob, entity: Entity, frame: pl.DataFrame) -> pl.DataFrame:
    state = _state(connection, job, entity.target.object, frame["_golden"])
    joined = frame.join(state, on="_golden", how="left", maintain_order="left")
    return _adopt(connection, job, entity, joined)


def _state(connection: sa.Connection, job: LoadJob, target_object: str, golden: pl.Series) -> pl.DataFrame:
    """Return the crosswalk's state of `golden`; it is read whole, and kept, where that is not much more."""
    few = min(WHOLE_STREAM, WHOLE_TIMES * len(golden))
    if target_object not in job.known and not _exceeds(connection, job, target_object, few):
        job.known[target_object] = _all_masters(connection, job.target, target_object)
    if target_object in job.known:
        return job.known[target_object]
    return masters(connection, job.target, golden)


def _exceeds(connection: sa.Connection, job: LoadJob, target_object: str, lines: int) -> bool:
    """Return whether the crosswalk has more than `lines` lines of `target_object`; what was found once is kept."""
    if job.more_than.get(target_object, 0) >= lines:
        return True
    stream, crosswalk = job.target.ledger.tables.stream, job.target.ledger.tables.crosswalk
    numbers = connection.scalars(sa.select(stream.c.stream_no).where(stream.c.object == target_object)).all()
    some = sa.select(crosswalk.c.stream_no).where(crosswalk.c.stream_no.in_(numbers)).limit(lines + 1)
    count = int(connection.scalar(sa.select(sa.func.count()).select_from(some.subquery())) or 0)
    if count > lines:
        job.more_than[target_object] = lines
    return count > lines


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
    columns = [crosswalk.c.golden_id, *(crosswalk.c[name] for name in READ_STATE)]
    texts = pl.concat(read_text(connection, lines, columns, where=where))
    return without_deleted(texts).select(
        pl.col("golden_id").alias("_golden"),
        "target_id",
        pl.col("fingerprint").str.decode("hex"),
        pl.col("created").is_in(["true", "1"]),
        pl.col("inserted_run", "changed_run").cast(pl.Int64),
        "_former",
    )


def masters(connection: sa.Connection, target: SqlTarget, golden: pl.Series) -> pl.DataFrame:
    """Return the crosswalk's state of the golden records that it knows (columns of `STATE_SCHEMA`)."""
    numbers, crosswalk = target.ledger.streams_on(connection), target.ledger.tables.crosswalk
    found = [pl.DataFrame(schema=STATE_SCHEMA)]
    stream = golden.str.split_exact(":", 1).struct.field("field_0").alias("stream")
    for (name,), some in pl.DataFrame([golden.alias("golden"), stream]).group_by("stream", maintain_order=True):
        if str(name) not in numbers:
            continue
        keys = some["golden"].str.slice(len(str(name)) + 1)
        with lines_by_keys(connection, crosswalk, numbers[str(name)], keys) as (rows, mine):
            # A founding row may have been merged into another record; its line then speaks of that one.
            founding = sa.and_(mine, crosswalk.c.fingerprint.is_not(None))
            found.append(_read_state(connection, target, rows, founding))
    return pl.concat(found)


def _adopt(connection: sa.Connection, job: LoadJob, entity: Entity, frame: pl.DataFrame) -> pl.DataFrame:
    """Take over records that the target already holds under the same external id, though no run loaded them.

    A record that another row's line in the crosswalk names is not taken over: `_owned` tells it.
    """
    target_object, external = entity.target.object, entity.target.external_id
    nothing = frame.with_columns(pl.lit(value=False).alias("_adopted"), pl.lit(value=False).alias("_owned"))
    unknown = frame.filter(pl.col("target_id").is_null())[external]
    if unknown.is_empty():
        return nothing
    if target_object not in job.outsiders:
        job.outsiders[target_object] = has_outsiders(connection, job.target, target_object)
    if not job.outsiders[target_object]:
        return nothing
    found = job.target.find(connection, target_object, external, unknown)
    nobody = pl.Series("target_id", [], pl.String)
    taken = owned(connection, job.target, target_object, found["target_id"]) if job.has_ledger else nobody
    found = found.rename({"target_id": "_found", "external_id": external})
    joined = frame.join(found, on=external, how="left", maintain_order="left")
    fresh = pl.col("target_id").is_null() & pl.col("_found").is_not_null()
    joined = joined.with_columns((fresh & pl.col("_found").is_in(taken.implode())).alias("_owned"))
    joined = joined.with_columns((fresh & ~pl.col("_owned")).alias("_adopted"))
    identity = pl.when("_adopted").then("_found").otherwise("target_id")
    return joined.with_columns(identity.alias("target_id")).drop("_found")


def _action(frame: pl.DataFrame, entity: Entity, run_no: int) -> pl.Series:
    known = pl.col("target_id").is_not_null()
    same = known & ~pl.col("_foreign") & (pl.col("fingerprint") == pl.col("_fingerprint")).fill_null(value=False)
    own = (pl.col("inserted_run") == run_no).fill_null(value=False)
    insert = pl.lit("reject" if entity.target.write == "update" else "insert")
    change = pl.lit("keep" if entity.target.write == "insert" else "update")
    return frame.select(
        pl.when(pl.col("_missing").is_not_null())
        .then(pl.lit("reject"))
        .when(pl.col("_owned") | (pl.col("_adopted") & (entity.target.write == "insert")))
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
        .when((pl.col("_action") == "reject") & ~pl.col("_owned") & (entity.target.write == "update"))
        .then(pl.lit("not_in_target"))
        .when(pl.col("_action") == "reject")
        .then(pl.lit("exists_in_target"))
        .otherwise(pl.lit(None, pl.String))
    )


def _without_gone(connection: sa.Connection, job: LoadJob, entity: Entity, frame: pl.DataFrame) -> pl.DataFrame:
    """Reject the records that were loaded once and are no longer in the target."""
    target_object = entity.target.object
    if not job.has_ledger:
        return frame
    # Whether those are there that are read in any case shows when they are.
    asked = frame if target_object in job.known else frame.filter(~_read_anyway(entity))
    if asked["target_id"].null_count() == asked.height:
        return frame
    away = _gone(connection, job, target_object, asked["target_id"])
    lost = pl.col("target_id").is_in(away.implode()) & (pl.col("_action") != "reject")
    return frame.with_columns(
        pl.when(lost).then(pl.lit("deleted_in_target")).otherwise(pl.col("_reason")).alias("_reason"),
        pl.when(lost).then(pl.lit("reject")).otherwise(pl.col("_action")).alias("_action"),
    )


def _read_anyway(entity: Entity) -> pl.Expr:
    """Return which records have their fields read from the target: changed ones of this stream, fields as before."""
    same_fields = pl.col("fingerprint").bin.slice(0, WIDTH) == layout(entity).to_bytes(WIDTH, "little")
    return (pl.col("_action") == "update") & ~pl.col("_foreign") & same_fields.fill_null(value=False)


def _gone(connection: sa.Connection, job: LoadJob, target_object: str, ids: pl.Series) -> pl.Series:
    """Return those of `ids` that are no longer in the target; all such ids are kept where the crosswalk is at hand."""
    if target_object not in job.known:
        return missing(connection, job.target, target_object, ids)
    if target_object not in job.gone:
        job.gone[target_object] = gone(connection, job.target, target_object)
    return job.gone[target_object]


def _merge_edits(connection: sa.Connection, job: LoadJob, entity_name: str, frame: pl.DataFrame) -> Settled:
    """Decide field by field what becomes of the records to update, those of this stream alone and shared ones."""
    updating = frame["_action"] == "update"
    if not updating.any():
        return Settled(frame, pl.DataFrame(schema=KEPT_SCHEMA), {}, frame["_golden"].clear())
    layouts = job.target.ledger.layouts()
    head = frame["fingerprint"].bin.slice(0, WIDTH).is_in(shared_heads(layouts)).fill_null(value=False)
    shared = updating & frame["fingerprint"].is_not_null() & (frame["_foreign"] | head)
    entity = job.target.mapping.entities[entity_name]
    alone = frame.filter(updating & ~shared)
    again = said_again(entity, alone, layouts)
    held = alone.filter(again).with_columns(
        pl.lit("keep").alias("_action"), pl.col("fingerprint").alias("_fingerprint")
    )
    mine = _merge_own(connection, job, (entity_name, layouts), alone.filter(~again))
    own, absent = job.contributions(entity_name), job.founder_absent(entity_name)
    stream = Stream(job.target, entity, job.stream(entity_name), own, absent, layouts, job.run_no)
    settled = settle(connection, stream, frame.filter(shared))
    whole = pl.concat([frame.filter(~updating), held, mine.frame, settled.frame.select(frame.columns)])
    kept, covering = pl.concat([mine.kept, settled.kept]), mine.layouts | settled.layouts
    return Settled(whole, kept, covering, settled.apart, frozenset() if shared.any() else mine.same)


def _merge_own(
    connection: sa.Connection, job: LoadJob, place: tuple[str, dict[int, list[str]]], updates: pl.DataFrame
) -> Settled:
    """Three-way merge of the records to update: what was loaded last, what the target holds, what is new."""
    entity_name, layouts = place
    entity = job.target.mapping.entities[entity_name]
    if updates.is_empty():
        return Settled(updates, pl.DataFrame(schema=KEPT_SCHEMA), {}, updates["_golden"])
    present = job.target.read_ids(connection, entity.target.object, list(entity.fields), updates["target_id"])
    current = updates.select("_golden", "target_id").join(
        canonical_from_target(present, entity), on="target_id", how="left", maintain_order="left"
    )
    vanished = ~updates["target_id"].is_in(present["target_id"].implode())
    sides = Sides.of(entity, updates, current, layouts)
    absent = updates["_golden"].is_in(job.founder_absent(entity_name).implode()).to_numpy()
    sides = sides.with_unknown(entity, absent)
    merged, edited = three_way(entity, updates, current, sides)
    recorded, covering = pack_beside(sides.recorded(), entity, updates["fingerprint"], layouts)
    merged = merged.with_columns(recorded.alias("_fingerprint"))
    merged = with_policy(merged, np.asarray(edited.any(axis=1)), vanished, entity)
    same = _held_already(entity, merged, current)
    kept = kept_fields(merged, edited, entity)
    return Settled(merged.select(updates.columns), kept, covering, updates["_golden"].clear(), same)


def _held_already(entity: Entity, merged: pl.DataFrame, current: pl.DataFrame) -> frozenset[str]:
    """Return the fields that need not be written, since the target has them so in every record to update."""
    writing = merged["_action"] == "update"
    differing = (name for name in entity.fields if (writing & merged[name].ne_missing(current[name])).any())
    return frozenset(entity.fields) - frozenset(differing)


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

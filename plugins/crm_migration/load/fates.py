"""What is to become of records whose rows the source no longer has: flagged, deleted, or left with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl
import sqlalchemy as sa

from crm_migration.errors import ToleranceExceeded
from crm_migration.load.decide import LoadJob
from crm_migration.load.departed import Departed, departed, flagged, is_member, members_of_run
from crm_migration.load.fingerprint import canonical_from_target, hashes, unpack
from crm_migration.load.lines import lines_of
from crm_migration.load.pointers import pointed_at, unblocked
from crm_migration.load.retired import DELETED, FLAGGED
from crm_migration.mapping.model import Entity
from crm_migration.staging import RunFolder

HANDFUL = 10
KEPT, NOTED, UNFLAGGED = "kept", "noted", "unflagged"
RECORDS = {
    "_key": pl.String,
    "_golden": pl.String,
    "target_id": pl.String,
    "action": pl.String,
    "reason": pl.String,
    "_done": pl.Boolean,
}


@dataclass(frozen=True)
class Fates:
    """What this run is to do, by entity: its rows that went or came back, and a line a record (`RECORDS`).

    `action` is `deleted`, `flagged`, `unflagged`, `kept` (with a `reason`: the mapping asks for more, but something
    stands against it) or `noted` (a row is gone, its record stays); `_done` tells what an attempt before has done.
    """

    departed: dict[str, Departed] = field(default_factory=dict)
    records: dict[str, pl.DataFrame] = field(default_factory=dict)

    def pending(self, entity: str, *actions: str) -> pl.DataFrame:
        """Return the records of `entity` with one of these actions that is yet to be carried out."""
        lines = self.records.get(entity, pl.DataFrame(schema=RECORDS))
        return lines.filter(pl.col("action").is_in(actions) & ~pl.col("_done"))

    def with_kept(self, entity: str, golden: pl.Series, reason: str) -> "Fates":
        """Return these fates with the records `golden` kept for a reason."""
        if golden.is_empty():
            return self
        hit = pl.col("_golden").is_in(golden.implode()) & ~pl.col("_done")
        lines = self.records[entity].with_columns(
            pl.when(hit).then(pl.lit(KEPT)).otherwise("action").alias("action"),
            pl.when(hit).then(pl.lit(reason)).otherwise("reason").alias("reason"),
        )
        return Fates(self.departed, {**self.records, entity: lines})


def watched(job: LoadJob) -> dict[str, list[str]]:
    """Return the entities whose deletions at the source matter, by the object that they write."""
    found: dict[str, list[str]] = {}
    for name, entity in job.target.mapping.entities.items():
        if entity.target.on_source_delete != "keep":
            found.setdefault(entity.target.object, []).append(name)
    return found


def fates(job: LoadJob, folder: RunFolder) -> Fates:
    """Return what is to become of the records of this source whose rows are gone; nothing is written."""
    groups = watched(job)
    if not groups or not job.target.ledger.exists():
        return Fates()
    gone = {name: departed(job.target, (folder, name), job.run_no) for names in groups.values() for name in names}
    found = Fates(gone)
    with job.target.transaction() as connection:
        for target_object, names in groups.items():
            lines = _records(connection, job, (target_object, names), gone)
            found.records.update({name: lines.filter(pl.col("_entity") == name).drop("_entity") for name in names})
        return _unless_referred_to(connection, job, found)


def refuse_many(job: LoadJob, found: Fates) -> None:
    """Stop before anything is written where more rows are gone than the mapping tolerates.

    Raises:
        ToleranceExceeded: naming the entities and the shares.
    """
    if over := excess(job, found):
        limit = job.target.mapping.tolerances.deleted_share
        raise ToleranceExceeded(
            f"more than {limit:.1%} of the rows that were loaded before are gone from the source; nothing was written. "
            f"{'; '.join(over)}. Check that the source is whole, or raise tolerances.deleted_share knowingly"
        )


def excess(job: LoadJob, found: Fates) -> list[str]:
    """Return a line per entity of which too many rows are gone at once."""
    limit = job.target.mapping.tolerances.deleted_share
    over = []
    for name, rows in found.departed.items():
        fresh = rows.fresh.height
        many = fresh > HANDFUL or rows.living == 0
        if many and fresh > limit * rows.known:
            over.append(f"{name}: {fresh} of {rows.known} rows are gone")
    return over


def _records(
    connection: sa.Connection, job: LoadJob, group: tuple[str, list[str]], gone: Mapping[str, Departed]
) -> pl.DataFrame:
    """Return the records of one object that this source's rows concern, each in the name of one entity."""
    target_object, names = group
    folder = job.references.folder
    members = members_of_run(folder, names)
    marked = flagged(connection, job.target, target_object)
    own = pl.concat(
        rows.select("golden_id", pl.col("source_key").alias("_own"), pl.lit(name).alias("_entity"))
        for name in names
        for rows in (gone[name].gone, gone[name].back)
    ).sort("golden_id", "_own")  # a record that several rows are in goes by the same one each time it is asked
    joined = pl.DataFrame({"golden_id": marked.filter(is_member(marked, members))}).select(
        "golden_id",
        pl.col("golden_id").str.split_exact(":", 1).struct.field("field_1").alias("_own"),
        pl.lit(names[0]).alias("_entity"),
    )
    own = pl.concat([own, joined]).unique("golden_id", keep="first", maintain_order=True)
    lines = _with_life(job, lines_of(connection, job.target, own["golden_id"]), names, gone)
    master = pl.col("fingerprint").is_not_null()
    found = lines.group_by("golden_id").agg(
        pl.col("target_id").sort_by(~master).first(),
        pl.col("fingerprint").drop_nulls().first(),
        pl.col("retired").drop_nulls().first(),
        (pl.col("retired").is_not_null() & (pl.col("changed_run") == job.run_no)).any().alias("_mine"),
        pl.col("_alive").any(),
    )
    found = own.join(found, on="golden_id", how="inner", maintain_order="left")
    found = found.with_columns(pl.col("_alive") | is_member(found["golden_id"], members))
    policy = job.target.mapping.entities[names[0]].target.on_source_delete
    return _judged(connection, job, (target_object, names), _actions(found, policy, gone))


def _with_life(job: LoadJob, lines: pl.DataFrame, names: list[str], gone: Mapping[str, Departed]) -> pl.DataFrame:
    """Return lines of the crosswalk with `_alive`: the row is there; of other sources, as their last run saw it."""
    streams = job.target.ledger.streams()
    own = pl.concat(
        rows.select(
            pl.lit(streams.get(job.stream(name)), pl.Int64).alias("stream_no"), "source_key", pl.lit(now).alias("_now")
        )
        for name in names
        for rows, now in ((gone[name].fresh, False), (gone[name].back, True))
    )
    told = lines.join(own, on=["stream_no", "source_key"], how="left", maintain_order="left")
    return told.with_columns(pl.coalesce("_now", pl.col("gone_run").is_null()).alias("_alive")).drop("_now")


def _actions(records: pl.DataFrame, policy: str, gone: Mapping[str, Departed]) -> pl.DataFrame:
    """Return the records with `action` and `_done`; those of which nothing is to be said are left out."""
    retired, alive, mine = pl.col("retired"), pl.col("_alive"), pl.col("_mine")
    fresh = pl.col("golden_id").is_in(pl.concat(rows.fresh["golden_id"] for rows in gone.values()).implode())
    action = (
        pl.when((retired == DELETED) & mine)
        .then(pl.lit(DELETED))
        .when(retired == DELETED)
        .then(pl.lit(None, pl.String))
        .when((retired == FLAGGED) & alive)
        .then(pl.lit(UNFLAGGED))
        .when((retired == FLAGGED) & mine)
        .then(pl.lit(FLAGGED))
        .when(retired == FLAGGED)
        .then(pl.lit(None, pl.String))
        .when(alive & fresh)
        .then(pl.lit(NOTED))
        .when(~alive)
        .then(pl.lit(DELETED if policy == "delete" else FLAGGED))
    )
    done = (pl.col("action") == retired).fill_null(value=False) | (pl.col("action") == NOTED)
    named = records.with_columns(action.alias("action"), fresh.alias("_fresh")).drop_nulls("action")
    return named.with_columns(done.alias("_done"))


def _judged(
    connection: sa.Connection, job: LoadJob, group: tuple[str, list[str]], records: pl.DataFrame
) -> pl.DataFrame:
    """Return the records as `RECORDS` and their `_entity`, with what stands against their action as it is now."""
    target_object, names = group
    entity = job.target.mapping.entities[names[0]]
    pending = records.filter(~pl.col("_done"))
    present = job.target.read_ids(connection, target_object, _columns(entity), pending["target_id"])
    there = pl.col("target_id").is_in(present["target_id"].implode())
    reasons = pl.concat([_edited(job, names, pending, present), _flagged_by_others(entity, pending, present)])
    lines = records.join(reasons, on="golden_id", how="left", maintain_order="left").with_columns(
        pl.when(~pl.col("_done") & ~there).then(pl.lit("deleted_in_target")).otherwise("reason").alias("reason")
    )
    # What the target does not have, or has flagged by itself, needs nothing more than to be noted.
    nothing = pl.col("reason").is_in(["deleted_in_target", "flagged_in_target"]).fill_null(value=False)
    stays = pl.col("reason").is_not_null()
    return lines.filter(~nothing | pl.col("_fresh")).select(
        pl.col("_own").alias("_key"),
        pl.col("golden_id").alias("_golden"),
        "target_id",
        pl.when(nothing).then(pl.lit(NOTED)).when(stays).then(pl.lit(KEPT)).otherwise("action").alias("action"),
        "reason",
        (pl.col("_done") | nothing).alias("_done"),
        "_entity",
    )


def _columns(entity: Entity) -> list[str]:
    flag = entity.target.deleted_flag
    return [*entity.fields, *([flag] if flag else [])]


def _edited(job: LoadJob, names: list[str], pending: pl.DataFrame, present: pl.DataFrame) -> pl.DataFrame:
    """Return the records to delete (`golden_id`, `reason`) that a person has edited since they were loaded last."""
    found = [pl.DataFrame(schema={"golden_id": pl.String, "reason": pl.String})]
    for name in names:
        entity = job.target.mapping.entities[name]
        mine = pending.filter((pl.col("action") == DELETED) & (pl.col("_entity") == name))
        if entity.target.on_target_change == "overwrite" or mine.is_empty():
            continue
        current = canonical_from_target(present.select("target_id", *entity.fields), entity)
        both = mine.join(current, on="target_id", how="inner", maintain_order="left")
        loaded, comparable = unpack(both["fingerprint"], entity, job.target.ledger.layouts())
        edited = (comparable & (loaded != hashes(both, entity))).any(axis=1)
        found.append(both.filter(pl.Series(edited)).select("golden_id", pl.lit("edited_in_target").alias("reason")))
    return pl.concat(found)


def _flagged_by_others(entity: Entity, pending: pl.DataFrame, present: pl.DataFrame) -> pl.DataFrame:
    """Return the records to flag (`golden_id`, `reason`) whose flag somebody else has set already."""
    flag = entity.target.deleted_flag
    if flag is None:
        return pl.DataFrame(schema={"golden_id": pl.String, "reason": pl.String})
    already = present.filter(pl.col(flag).str.to_lowercase().is_in(["true", "t", "1"]))["target_id"].implode()
    hit = pending.filter((pl.col("action") == FLAGGED) & pl.col("target_id").is_in(already))
    return hit.select("golden_id", pl.lit("flagged_in_target").alias("reason"))


def _unless_referred_to(connection: sa.Connection, job: LoadJob, found: Fates) -> Fates:
    """Return the fates with the records kept to which others in the target refer."""
    candidates = deleting(job, found)
    left = unblocked(candidates, pointed_at(connection, job.target, candidates))
    for name in found.records:
        target_object = job.target.mapping.entities[name].target.object
        lines = found.pending(name, DELETED)
        blocked = lines.filter(~pl.col("target_id").is_in(left[target_object].implode()))
        found = found.with_kept(name, blocked["_golden"], "referred_to_in_target")
    return found


def deleting(job: LoadJob, found: Fates) -> dict[str, pl.Series]:
    """Return the target ids of records that are yet to be deleted, by object."""
    ids: dict[str, pl.Series] = {}
    for name in found.records:
        target_object = job.target.mapping.entities[name].target.object
        before = ids.get(target_object, pl.Series("target_id", [], pl.String))
        ids[target_object] = pl.concat([before, found.pending(name, DELETED)["target_id"]])
    return ids

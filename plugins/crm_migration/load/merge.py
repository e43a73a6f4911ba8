"""The three-way merge of a record that one source feeds: what was loaded last, what the target holds, what is new."""

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from crm_migration.load.fingerprint import WIDTH, hashes, layout, unpack
from crm_migration.mapping.model import Entity

KEPT_SCHEMA = {"target_id": pl.String, "field": pl.String}


@dataclass(frozen=True)
class Sides:
    """Hashes (rows × fields) of what was loaded last, what the target holds and what is new; where they compare.

    `unknown` marks fields of which this run saw only a part: those of a record whose founding row it did not read.
    """

    base: np.ndarray
    now: np.ndarray
    new: np.ndarray
    comparable: np.ndarray
    unknown: np.ndarray

    @classmethod
    def of(cls, entity: Entity, updates: pl.DataFrame, current: pl.DataFrame, layouts: dict[int, list[str]]) -> "Sides":
        """Return the sides of records to update."""
        base, comparable = unpack(updates["fingerprint"], entity, layouts)
        new = hashes(updates, entity)
        return cls(base, hashes(current, entity), new, comparable, np.zeros(new.shape, dtype=bool))

    def with_unknown(self, entity: Entity, absent: np.ndarray) -> "Sides":
        """Return the sides with nothing new for blanks of records whose founder is `absent`.

        Nor for what they hold already: it may be the founder's only as somebody edited it. Nor for references to
        parents of several types: match does not know the founder's.
        """
        references = entity.references
        reference = np.array([name in references and references[name].to is None for name in entity.fields])
        silent = (self.new == 0) | (self.new == self.now) | (reference[None, :] & (self.now != 0))
        unknown = absent[:, None] & silent
        return replace(self, unknown=unknown)

    def recorded(self) -> np.ndarray:
        """Return the hashes to keep as what was loaded last."""
        return np.where(self.unknown, np.where(self.comparable, self.base, self.now), self.new)


def said_again(entity: Entity, records: pl.DataFrame, layouts: dict[int, list[str]]) -> pl.Series:
    """Return which records have every field as it was loaded last, though other fields may have been loaded with them.

    A run that leaves out a field has nothing new to say of such a record, and no reason to forget what was loaded.
    """
    head = layout(entity).to_bytes(WIDTH, "little")
    other = ~records["fingerprint"].bin.slice(0, WIDTH).is_in([head]).fill_null(value=True)
    again = np.zeros(records.height, dtype=bool)
    if other.any():
        some = records.filter(other)
        loaded, comparable = unpack(some["fingerprint"], entity, layouts)
        again[other.to_numpy()] = (comparable & (loaded == hashes(some, entity))).all(axis=1)
    return pl.Series(again)


def three_way(
    entity: Entity, updates: pl.DataFrame, current: pl.DataFrame, sides: Sides
) -> tuple[pl.DataFrame, np.ndarray]:
    """Return `updates` with the values to write, and which fields (rows × fields) keep the target's edit.

    Where the fields loaded last were others, a record may hold already all that is to be written: it becomes a `note`.
    """
    edited = sides.comparable & (sides.now != sides.base)
    source_same = sides.comparable & (sides.new == sides.base)
    overwrite = entity.target.on_target_change == "overwrite"
    stay = source_same | sides.unknown | (edited & (not overwrite))
    chosen = [
        updates[name].zip_with(pl.Series(~stay[:, at]), current[name]).alias(name)
        for at, name in enumerate(entity.fields)
    ]
    idle = ~sides.comparable.all(axis=1) & ~(~stay & (sides.new != sides.now)).any(axis=1)
    noted = pl.when(pl.Series(idle) & updates["fingerprint"].is_not_null()).then(pl.lit("note")).otherwise("_action")
    merged = updates.with_columns(*chosen, noted.alias("_action"))
    return merged, edited & stay & (sides.new != sides.now)


def with_policy(merged: pl.DataFrame, edited: np.ndarray, gone: pl.Series, entity: Entity) -> pl.DataFrame:
    """Return `merged` with the records rejected that are gone, or edited where the mapping rejects edits."""
    refuse = gone
    if entity.target.on_target_change == "reject":
        refuse = refuse | pl.Series(edited)
    reason = pl.when(gone).then(pl.lit("deleted_in_target")).otherwise(pl.lit("edited_in_target"))
    return merged.with_columns(
        pl.when(refuse).then(pl.lit("reject")).otherwise(pl.col("_action")).alias("_action"),
        pl.when(refuse).then(reason).otherwise(pl.col("_reason")).alias("_reason"),
    )


def kept_fields(merged: pl.DataFrame, edited: np.ndarray, entity: Entity) -> pl.DataFrame:
    """Return `target_id` and `field` of every edit that was left standing."""
    names = list(entity.fields)
    rows, columns = np.nonzero(edited)
    ids = merged["target_id"].to_list()
    return pl.DataFrame(
        {"target_id": [ids[row] for row in rows], "field": [names[column] for column in columns]}, schema=KEPT_SCHEMA
    )

"""What identifies a row: its key where that is unique, else a label made of the row's number."""

from dataclasses import dataclass

import polars as pl

from crm_migration.clean.classification import left_out
from crm_migration.clean.reference import key_text
from crm_migration.mapping.model import Entity
from crm_migration.staging import Staged

_LABEL = r"⟨row [0-9]+⟩$"


@dataclass(frozen=True)
class KeyClashes:
    """Keys that more than one row has: of all rows, and of those that no rule takes out."""

    among_all: pl.Series
    among_kept: pl.Series


def key_clashes(extract: Staged, entity: Entity) -> KeyClashes:
    """Return the keys that rows of the staged `extract` share.

    Reads only the columns of keys, filters and rules, and holds eight bytes a row: a hash. The keys themselves are
    compared only where hashes are equal.
    """
    hashes = [_keys(frame, entity).hash() for frame in extract.frames(entity.key_columns)]
    none = pl.Series(dtype=pl.String)
    if not hashes:
        return KeyClashes(none, none)
    ordered = pl.concat(hashes).sort()
    repeated = ordered.filter((ordered == ordered.shift(1)).fill_null(value=False)).unique()
    return _exact(extract, entity, repeated) if len(repeated) else KeyClashes(none, none)


def labelled(frame: pl.DataFrame, entity: Entity, filtered: pl.Series, clashes: KeyClashes) -> pl.DataFrame:
    """Return `_key`, `_row` and `reason`, the code of a row that its key rejects, for each row of `frame`.

    A key is kept as it is only where one row has it. A row that a filter takes out does not make the key of
    another ambiguous; it is labelled itself.
    """
    keys = _keys(frame, entity)
    parts = pl.DataFrame(
        {
            "_row": frame["_row"],
            "key": keys,
            "filtered": filtered.is_not_null(),
            "shared": keys.is_in(clashes.among_all.implode()),
            "clashing": keys.is_in(clashes.among_kept.implode()),
        }
    )
    key, kept = pl.col("key"), ~pl.col("filtered")
    reason = (
        pl.when(~kept)
        .then(None)
        .when(key.is_null() | key.str.contains(_LABEL))
        .then(pl.lit("key_missing"))
        .when(key.str.contains("\x00", literal=True))
        .then(pl.lit("nul"))
        .when("clashing")
        .then(pl.lit("key_duplicate"))
    )
    unusable = key.is_null() | key.str.contains("\x00", literal=True)
    ambiguous = pl.col("clashing") | (pl.col("filtered") & pl.col("shared")) | key.str.contains(_LABEL)
    suffix = row_label()
    label = pl.when(unusable).then(suffix).when(ambiguous).then(key + suffix).otherwise(key)
    return parts.select(label.alias("_key"), "_row", reason.alias("reason"))


def row_label() -> pl.Expr:
    """Return what stands for the key of a row that has none."""
    return pl.concat_str(pl.lit("⟨row "), pl.col("_row").cast(pl.String), pl.lit("⟩"))


def _keys(frame: pl.DataFrame, entity: Entity) -> pl.Series:
    return key_text([frame[column] for column in entity.key_columns]).rename("key")


def _exact(extract: Staged, entity: Entity, repeated: pl.Series) -> KeyClashes:
    suspects = []
    for frame in extract.frames(entity.identifying_columns):
        keys = _keys(frame, entity)
        kept = left_out(frame, entity).is_null()
        suspect = keys.hash().is_in(repeated.implode()) & keys.is_not_null()
        suspects.append(pl.DataFrame({"key": keys, "kept": kept}).filter(suspect))
    counts = pl.concat(suspects).group_by("key").agg(rows=pl.len(), kept=pl.col("kept").sum())
    return KeyClashes(counts.filter(pl.col("rows") > 1)["key"], counts.filter(pl.col("kept") > 1)["key"])

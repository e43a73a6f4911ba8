"""One short hash per field, so that a load can tell what changed and who changed it.

Every field of a record has a canonical text, the same whether it comes from a clean row or is read back from
the target; its xxHash32 fills four bytes of the record's fingerprint. The first four bytes hash the list of
fields, so that a fingerprint made under another mapping is recognised as not comparable.
"""

from collections.abc import Iterator

import numpy as np
import polars as pl
import polars_hash as plh
import pyarrow as pa

from crm_migration.clean.types import polars_type
from crm_migration.mapping.model import Entity, FieldSpec

WIDTH = 4
NULL_HASH = 0


def canonical(frame: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Return `frame` with every field of `entity` as canonical text; other columns stay."""
    present = {name: frame.schema[name] for name in entity.fields if name in frame.columns}
    return frame.with_columns(
        _canonical(pl.col(name), dtype, entity.moments).alias(name) for name, dtype in present.items()
    )


def _canonical(column: pl.Expr, dtype: pl.DataType, moments: str) -> pl.Expr:
    if isinstance(dtype, pl.Datetime):
        return column.dt.truncate(f"1{moments}").dt.replace_time_zone(None).dt.to_string("%Y-%m-%d %H:%M:%S%.6f")
    if isinstance(dtype, pl.Boolean):
        return column.cast(pl.Int8).cast(pl.String)
    return column.cast(pl.String)


def canonical_from_target(frame: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """Return text columns as a database prints them in the canonical text of their field's kind."""
    return frame.with_columns(
        _from_target(pl.col(name), spec).alias(name) for name, spec in entity.fields.items() if name in frame.columns
    )


def _from_target(column: pl.Expr, spec: FieldSpec) -> pl.Expr:
    if spec.kind == "reference":
        return column
    dtype = polars_type(spec)
    if isinstance(dtype, pl.Boolean):
        return column.str.to_lowercase().replace({"true": "1", "false": "0", "t": "1", "f": "0"})
    if isinstance(dtype, pl.Decimal):
        return column.cast(dtype, strict=False).cast(pl.String).fill_null(column)
    if isinstance(dtype, pl.Datetime):
        return _moment(column)
    return column


def _moment(column: pl.Expr) -> pl.Expr:
    """Return UTC moments (`2026-01-31 10:00:00`, `…T…`, with or without fraction and `+00`) in one form."""
    bare = column.str.replace("T", " ", literal=True).str.replace(r"(\+00(:00)?|Z)$", "")
    fraction = bare.str.extract(r"\.(\d{1,6})$", 1).fill_null("").str.pad_end(6, "0")
    return bare.str.slice(0, 19) + "." + fraction


def covered(entity: Entity) -> list[str]:
    """Return the fields that a fingerprint of `entity` covers, each with the type its canonical text depends on."""
    return [f"{name}:{polars_type(spec)}" for name, spec in entity.fields.items()]


def layout(entity: Entity) -> int:
    """Return the hash of the list of fields that a fingerprint of `entity` covers."""
    return hash_of("\n".join(covered(entity)))


def hash_of(text: str) -> int:
    """Return the 32-bit hash of one canonical text."""
    return int(pl.DataFrame({"text": [text]}).select(plh.col("text").nchash.xxhash32()).item())


def fingerprints(frame: pl.DataFrame, entity: Entity) -> pl.Series:
    """Return the fingerprint (Binary) of each row of canonical texts."""
    return pack(hashes(frame, entity), entity)


def pack(slots: np.ndarray, entity: Entity) -> pl.Series:
    """Return fingerprints made of field hashes (rows × fields)."""
    slots = slots.astype("<u4")
    head = np.full((len(slots), 1), layout(entity), dtype="<u4")
    return as_fingerprints(np.concatenate([head, slots], axis=1))


def pack_beside(
    slots: np.ndarray, entity: Entity, before: pl.Series, layouts: dict[int, list[str]]
) -> tuple[pl.Series, dict[int, list[str]]]:
    """Return fingerprints of field hashes (rows × fields) that keep what those `before` hold of other fields.

    A run may leave out a field that comes back later: what was loaded of it last tells then who changed it since.
    Also returned are the lists of fields that the fingerprints cover, by their hash.
    """
    names = covered(entity)
    others = {
        head: [name for name in fields if name.partition(":")[0] not in entity.fields]
        for head, fields in layouts.items()
    }
    packed = pack(slots, entity)
    made: dict[int, list[str]] = {}
    for head, rows in _by_head(before):
        if kept := others.get(head):
            number = hash_of("\n".join([*names, *kept]))
            made[number] = [*names, *kept]
            heads = np.full((len(rows), 1), number, dtype="<u4")
            old = _slots(before, rows, len(layouts[head]))[:, [layouts[head].index(name) for name in kept]]
            lines = np.concatenate([heads, slots[rows], old], axis=1)
            packed = packed.scatter(pl.Series(rows), as_fingerprints(lines))
    return packed, made


def _by_head(column: pl.Series) -> Iterator[tuple[int, np.ndarray]]:
    """Yield the hash of each list of fields that fingerprints were made of, and the rows that bear it."""
    heads = column.bin.slice(0, WIDTH).bin.reinterpret(dtype=pl.UInt32, endianness="little")
    for head in heads.drop_nulls().unique().sort():
        yield int(head), (heads == head).fill_null(value=False).arg_true().to_numpy()


def _slots(column: pl.Series, rows: np.ndarray, fields: int) -> np.ndarray:
    """Return the field hashes in the fingerprints of these rows, which cover so many fields."""
    raw = b"".join(column.gather(pl.Series(rows)).to_list())
    return np.frombuffer(raw, dtype="<u4").reshape(len(rows), fields + 1)[:, 1:]


def as_fingerprints(packed: np.ndarray) -> pl.Series:
    """Return one fingerprint (Binary) a line of 32-bit numbers: the layout's hash, then those of the fields."""
    packed = np.ascontiguousarray(packed, dtype="<u4")
    width = packed.shape[1] * WIDTH
    array = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(packed), [None, pa.py_buffer(packed)])
    return pl.Series("fingerprint", array.cast(pa.binary()), dtype=pl.Binary)


def hashes(frame: pl.DataFrame, entity: Entity) -> np.ndarray:
    """Return the 32-bit hash of each field of each row; 0 stands for null. Shape: rows × fields."""
    hashed = frame.select(plh.col(name).nchash.xxhash32().fill_null(NULL_HASH).alias(name) for name in entity.fields)
    return np.asarray(hashed.to_numpy(), dtype="<u4").reshape(frame.height, len(entity.fields))


def unpack(column: pl.Series, entity: Entity, layouts: dict[int, list[str]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the field hashes inside fingerprints, and where they can be compared. Shapes: rows × fields.

    A fingerprint made of another list of fields is read by `layouts`; a field that it did not cover, or covered
    in another type, and a null fingerprint are not comparable; their hashes are zeros.
    """
    names = covered(entity)
    found = np.zeros((len(column), len(names)), dtype="<u4")
    comparable = np.zeros(found.shape, dtype=bool)
    known = layouts | {layout(entity): names}
    for head, rows in _by_head(column):
        fields = known.get(head)
        if fields is None:
            continue
        packed = _slots(column, rows, len(fields))
        for at, name in enumerate(names):
            if name in fields:
                found[rows, at] = packed[:, fields.index(name)]
                comparable[rows, at] = True
    return found, comparable

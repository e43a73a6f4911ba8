"""Turning source keys of parents into the target's ids, through the crosswalk."""

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from crm_migration.extract.dialect import read_text
from crm_migration.load.bulk import drop_keys, key_table
from crm_migration.load.moved import Moved
from crm_migration.load.retired import still_there
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Entity, Reference
from crm_migration.staging import RunFolder, Staged, has_table, open_table, own_texts

WHOLE_STREAM = 300_000
WHOLE_TIMES = 4
PENDING = "pending"
ID_SCHEMA = {"source_key": pl.String, "target_id": pl.String}


@dataclass(frozen=True)
class Resolved:
    """A part with its references as target ids, and what became of those without a parent.

    `frame` holds `_missing` (field of the first reference whose missing parent rejects the row, or null) and
    `_pending` (whether a deferred reference waits for a parent that this run has yet to load).
    """

    frame: pl.DataFrame
    emptied: dict[str, int]


class References:
    """Resolves the references of one run; small parent streams are read once and kept."""

    def __init__(
        self, target: SqlTarget, folder: RunFolder, assume_staged: bool = False, growing: str | None = None
    ) -> None:
        """With `assume_staged`, a parent that this run is going to load counts as found (for plans).

        What there is of the entity that is `growing`, being loaded meanwhile, is not kept.
        """
        self.target = target
        self.folder = folder
        self.assume_staged = assume_staged
        self.growing = growing
        self._whole: dict[str, pl.DataFrame] = {}
        self._staged: dict[str, pl.DataFrame] = {}
        self._moved: dict[str, Moved] = {}

    def remember(self, parent: str, ids: pl.DataFrame) -> None:
        """Take `ids` (`source_key`, `target_id`) as all there is of `parent` in the crosswalk."""
        self._whole[parent] = ids

    def resolve(self, connection: sa.Connection, part: pl.DataFrame, entity: Entity, deferred: list[str]) -> Resolved:
        """Return `part` with every reference field as the parent's target id."""
        part = part.with_columns(pl.lit(None, pl.String).alias("_missing"), pl.lit(value=False).alias("_pending"))
        emptied: dict[str, int] = {}
        for name, spec in entity.references.items():
            if part[name].null_count() == part.height:
                continue
            part = self._resolve_field(connection, part, (name, spec), name in deferred)
            lost = part["_lost"]
            if lost.any():
                part = _apply_policy(part, name, spec)
                emptied[name] = int(lost.sum())
            part = part.drop("_lost")
        return Resolved(part, emptied)

    def _resolve_field(
        self, connection: sa.Connection, part: pl.DataFrame, field: tuple[str, Reference], deferred: bool
    ) -> pl.DataFrame:
        name, spec = field
        wanted = qualified(part[name], spec)
        ids = self._lookup(connection, wanted, spec, self.target_ids)
        found = _left_lookup(wanted, ids)
        known = found.is_not_null() | wanted.is_null()
        pending = pl.Series([False]).new_from_index(0, part.height)
        if (deferred or self.assume_staged) and not known.all():
            staged = self._lookup(connection, wanted.filter(~known), spec, self.staged_keys)
            pending = _left_lookup(wanted, staged).is_not_null() & ~known
        if self.assume_staged:
            found = found.zip_with(~pending, pl.Series([PENDING]).new_from_index(0, part.height))
        return part.with_columns(
            found.alias(name),
            (~known & ~pending).alias("_lost"),
            (pl.col("_pending") | pending).alias("_pending"),
        )

    def _lookup(
        self,
        connection: sa.Connection,
        wanted: pl.Series,
        spec: Reference,
        read: Callable[[sa.Connection, str, pl.Series], pl.DataFrame],
    ) -> pl.DataFrame:
        """Return `source_key` (as `entity|key`) and `target_id` for the parents in `wanted`."""
        frames = [pl.DataFrame(schema=ID_SCHEMA)]
        for parent in spec.entities:
            prefix = f"{parent}|"
            keys = wanted.filter(wanted.str.starts_with(prefix)).str.slice(len(prefix)).unique().alias("source_key")
            if len(keys):
                # What is read may be all parents there are: only those that are asked for are copied and joined.
                found = read(connection, parent, keys).join(keys.to_frame(), on="source_key", how="semi")
                frames.append(found.with_columns((pl.lit(prefix) + pl.col("source_key")).alias("source_key")))
        return pl.concat(frames)

    def target_ids(self, connection: sa.Connection, parent: str, keys: pl.Series) -> pl.DataFrame:
        """Return `source_key` and `target_id` of the rows of `parent` that the crosswalk knows.

        A row that is to move to another record is unknown until it has.
        """
        if parent in self._whole:
            return self._whole[parent]
        crosswalk = self.target.ledger.tables.crosswalk
        stream = self._stream(parent)
        size = connection.scalar(
            sa.select(sa.func.count()).select_from(crosswalk).where(crosswalk.c.stream_no == stream)
        )
        lines = [crosswalk.c.source_key, crosswalk.c.target_id, crosswalk.c.golden_id]
        if (size or 0) <= min(WHOLE_STREAM, WHOLE_TIMES * len(keys)):
            mine = sa.and_(crosswalk.c.stream_no == stream, still_there(crosswalk))
            whole = self._settled(parent, pl.concat(read_text(connection, crosswalk, lines, where=mine)))
            if parent != self.growing:
                self._whole[parent] = whole
            return whole
        wanted = key_table(connection, pl.DataFrame({"source_key": keys}))
        same = sa.and_(crosswalk.c.stream_no == stream, crosswalk.c.source_key == wanted.c.source_key)
        found = pl.concat(read_text(connection, crosswalk.join(wanted, same), lines, where=still_there(crosswalk)))
        drop_keys(connection, wanted)
        return self._settled(parent, found)

    def _settled(self, parent: str, lines: pl.DataFrame) -> pl.DataFrame:
        if parent not in self._moved:
            self._moved[parent] = Moved.read(self.folder, parent)
        moved = self._moved[parent]
        settled = lines if moved.rows.is_empty() else lines.filter(~moved.where_they_were(lines))
        return settled.drop("golden_id")

    def staged_keys(self, _connection: sa.Connection, parent: str, keys: pl.Series) -> pl.DataFrame:
        """Return the source keys of `parent` that this run stages for loading; ids are `pending`.

        Of many only those among `keys` are returned, and the staged ones read anew each time instead of held.
        """
        if parent not in self._staged:
            found = pl.Series("_key", [], pl.String)
            if has_table(self.folder, parent, "members"):
                members = open_table(self.folder, parent, "members")
                if members.rows > WHOLE_STREAM:
                    return _pending(_among(members, keys))
                found = members.frame(["_key"])["_key"]
            self._staged[parent] = _pending(found)
        return self._staged[parent]

    def _stream(self, parent: str) -> int:
        mapping = self.target.mapping
        return self.target.ledger.stream_no(mapping.source.name, parent, mapping.entities[parent].target.object)


def _pending(keys: pl.Series) -> pl.DataFrame:
    return keys.to_frame("source_key").with_columns(pl.lit(PENDING).alias("target_id"))


def _among(members: Staged, keys: pl.Series) -> pl.Series:
    wanted = pl.col("_key").is_in(keys.implode())
    return pl.concat([own_texts(frame.filter(wanted)) for frame in members.frames(["_key"])])["_key"]


def qualified(values: pl.Series, spec: Reference) -> pl.Series:
    """Return references as `entity|key`, whether the field is polymorphic or not."""
    return values if spec.to is None else spec.to + "|" + values


def _left_lookup(wanted: pl.Series, ids: pl.DataFrame) -> pl.Series:
    left = pl.DataFrame({"source_key": wanted})
    unique = ids.unique("source_key", keep="any")
    return left.join(unique, on="source_key", how="left", maintain_order="left")["target_id"]


def _apply_policy(part: pl.DataFrame, name: str, spec: Reference) -> pl.DataFrame:
    lost = pl.col("_lost")
    if spec.on_missing_parent == "null" and not spec.required:
        emptied = [name, *spec.null_together]
        return part.with_columns(pl.when(lost).then(None).otherwise(pl.col(field)).alias(field) for field in emptied)
    return part.with_columns(
        pl.when(lost & pl.col("_missing").is_null()).then(pl.lit(name)).otherwise(pl.col("_missing")).alias("_missing")
    )

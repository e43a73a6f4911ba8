"""Edits by the target's users that a load left standing on purpose: differences that are no errors."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from crm_migration.load.fingerprint import canonical_from_target, hashes, unpack
from crm_migration.staging import has_table, open_table
from crm_migration.validate.selection import Flags, Scope

SCHEMA = {"target_id": pl.String(), "field": pl.String(), "hash": pl.UInt32()}


@dataclass(frozen=True)
class Edits:
    """What is known of edits to one entity's records, read only when a record differs."""

    scope: Scope
    entity: str

    def standing(self, frame: pl.DataFrame) -> Flags:
        """Return, rows × fields, where the records in `frame` (`_target_id`, canonical fields) still hold an edit.

        The load lists what it left standing, but a load that is repeated after a crash lists only its own part. So
        the before-images speak too: a field that was not what the run before had loaded, and still is as it was.
        """
        fields = list(self.scope.entity(self.entity).fields)
        now = hashes(frame, self.scope.entity(self.entity))
        places = pl.DataFrame({"field": fields, "place": range(len(fields))})
        rows = frame.select(pl.col("_target_id").alias("target_id")).with_row_index("row")
        known = rows.join(self._known, on="target_id").join(places, on="field")
        standing = np.zeros(now.shape, np.bool_)
        for row, place, was in known.select("row", "place", "hash").iter_rows():
            standing[row, place] |= was is None or now[row, place] == was
        return standing

    @cached_property
    def layouts(self) -> dict[int, list[str]]:
        """Return the lists of fields that the ledger's fingerprints cover."""
        return self.scope.target.ledger.layouts()

    @cached_property
    def _known(self) -> pl.DataFrame:
        return pl.concat([pl.DataFrame(schema=SCHEMA), *self._listed(), *self._found_before()])

    def _listed(self) -> Iterator[pl.DataFrame]:
        for step in ("sample_kept", "full_kept"):
            if has_table(self.scope.folder, self.entity, step):
                for part in open_table(self.scope.folder, self.entity, step).frames(["target_id", "field"]):
                    yield part.with_columns(pl.lit(None, pl.UInt32).alias("hash"))

    def _found_before(self) -> Iterator[pl.DataFrame]:
        """Yield the fields that somebody had edited before this run, with the hash of what stood there.

        A record may have been changed, and its image taken, in the name of another entity that feeds the same object.
        """
        target_object = self.scope.entity(self.entity).target.object
        for name, entity in self.scope.mapping.entities.items():
            if entity.target.object == target_object:
                yield from self._found_in(name)

    def _found_in(self, backed_up: str) -> Iterator[pl.DataFrame]:
        folder, entity = self.scope.folder, self.scope.entity(self.entity)
        if not has_table(folder, backed_up, "backup") or not has_table(folder, backed_up, "backup_crosswalk"):
            return
        names = np.array(list(entity.fields))
        for images in open_table(folder, backed_up, "backup").frames(["target_id", *entity.fields]):
            for lines in open_table(folder, backed_up, "backup_crosswalk").frames(["target_id", "fingerprint"]):
                both = images.join(lines.drop_nulls("fingerprint"), on="target_id")
                loaded, covered = unpack(both["fingerprint"], entity, self.layouts)
                stood = hashes(canonical_from_target(both, entity), entity)
                rows, places = np.nonzero(covered & (loaded != stood))
                ids = both["target_id"].gather(pl.Series(rows, dtype=pl.UInt32))
                columns = {"target_id": ids, "field": names[places], "hash": stood[rows, places]}
                yield pl.DataFrame(columns, schema=SCHEMA)

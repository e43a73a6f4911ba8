"""Refused records: replica and crosswalk go back to what they were before the run, and their rows are rejected."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import sqlalchemy as sa

from crm_migration.errors import BackupUnreadable
from crm_migration.load.accounts import patched
from crm_migration.load.backup import LINEAGE_COLUMNS
from crm_migration.load.bulk import drop_keys, insert_rows, key_table, update_rows
from crm_migration.load.file_columns import FileRows
from crm_migration.load.fingerprint import NULL_HASH, covered
from crm_migration.load.import_files.describing import entities_of, late_references
from crm_migration.load.lines import LINE_KEY, lines_of
from crm_migration.load.load import MESSAGES
from crm_migration.load.retire import IMAGES, LINES
from crm_migration.mapping.wizard import IDENTITY
from crm_migration.staging import RunFolder, has_table, open_table

if TYPE_CHECKING:
    from crm_migration.load.import_files.manifest import Action
    from crm_migration.load.import_files.target import ImportFilesTarget

REASON = "refused_by_target"


@dataclass(frozen=True)
class GiveBack:
    """An open transaction in which records of one run are given back."""

    connection: sa.Connection
    target: "ImportFilesTarget"
    folder: RunFolder
    run_no: int

    def records(self, target_object: str, action: "Action", refused: pl.DataFrame) -> None:
        """Give records back: `external_id`, `reason`, and their founding lines of the crosswalk.

        Raises:
            BackupUnreadable: the before-images of a changed record are gone from staging.
        """
        if refused.is_empty():
            return
        lines = lines_of(self.connection, self.target, refused["golden_id"])
        self._reject(lines, refused)
        own = pl.col("created") & (pl.col("inserted_run") == self.run_no)
        if action == "insert":
            self._forget(target_object, refused, lines)
            return
        self._unlink(target_object, refused.filter(own))
        self._restore(target_object, refused.filter(~own), lines)

    def _reject(self, lines: pl.DataFrame, refused: pl.DataFrame) -> None:
        """Note the rows of refused records: the wizard's reason at the founding one."""
        table = self.target.ledger.tables.rejected_row
        reasons = dict(refused.select("golden_id", "reason").iter_rows())
        rows = []
        for stream, key, golden, fingerprint in lines.select(*LINE_KEY, "golden_id", "fingerprint").iter_rows():
            line = sa.and_(table.c.run_no == self.run_no, table.c.stream_no == stream, table.c.source_key == key)
            self.connection.execute(table.delete().where(line))
            reason = REASON if fingerprint is not None else "survivor_rejected"
            message = reasons[golden] if fingerprint is not None else MESSAGES[reason]
            rows.append(
                {
                    "run_no": self.run_no,
                    "stream_no": stream,
                    "source_key": key,
                    "step": "load",
                    "reason": reason,
                    "message": message,
                }
            )
        self.connection.execute(table.insert(), rows)

    def _forget(self, target_object: str, refused: pl.DataFrame, lines: pl.DataFrame) -> None:
        """Take created records out of replica, crosswalk and lineage."""
        tables = self.target.ledger.tables
        for table in (tables.lineage, tables.crosswalk):
            _delete_lines(self.connection, table, lines)
        present = self.target.table(target_object)
        keys = key_table(self.connection, refused.select("external_id"))
        self.connection.execute(present.delete().where(present.c[IDENTITY].in_(sa.select(keys.c.external_id))))
        drop_keys(self.connection, keys)

    def _unlink(self, target_object: str, created: pl.DataFrame) -> None:
        """Empty the late references of records that were created and whose second import was refused."""
        late = late_references(self.target.mapping, target_object)
        if created.is_empty() or not late:
            return
        empty = [pl.lit(None, pl.String).alias(name) for name in late]
        rows = created.select(pl.col("external_id").alias(IDENTITY), *empty)
        update_rows(self.connection, self.target.table(target_object), [IDENTITY], rows)
        layouts = self.target.ledger.layouts()
        for name, entity in entities_of(self.target.mapping, target_object):
            stream = f"{self.folder.source}.{name}"
            mine = created.filter(pl.col("golden_id").str.starts_with(f"{stream}:"))
            if not mine.is_empty():
                where, zeros = np.ones(mine.height, dtype=bool), np.full(mine.height, NULL_HASH, dtype="<u4")
                names = [field for field in covered(entity) if field.partition(":")[0] in late]
                renewed = patched(mine["fingerprint"], layouts, stream, dict.fromkeys(names, (where, zeros)))
                lines = mine.select(*LINE_KEY).with_columns(renewed.alias("fingerprint"))
                update_rows(self.connection, self.target.ledger.tables.crosswalk, LINE_KEY, lines)

    def _restore(self, target_object: str, changed: pl.DataFrame, lines: pl.DataFrame) -> None:
        """Put changed records, and their lines, back as the run's before-images have them."""
        if changed.is_empty():
            return
        ids = changed["external_id"]
        frames = list(self._images(target_object, ids))
        # Where no before-image is staged at all, there is not even an empty table of them.
        found = pl.concat(frames)["target_id"].n_unique() if frames else 0
        if found < ids.n_unique():
            raise BackupUnreadable(
                f"{target_object}: expected the before-images of {ids.n_unique()} refused changes of run "
                f"{self.folder.run_id} in staging, found {found}; nothing was changed. Point CRM_MIGRATION_STAGING at "
                "the staging that the run was loaded with"
            )
        images = pl.concat(frames).unique("target_id", keep="first")
        rows = images.drop(IDENTITY).rename({"target_id": IDENTITY})
        FileRows(self.connection, self.target, target_object, self.folder).update(rows, IDENTITY)
        self._restore_lines(target_object, ids, lines.filter(pl.col("target_id").is_in(ids.implode())))

    def _images(self, target_object: str, ids: pl.Series) -> Iterator[pl.DataFrame]:
        for name, _ in entities_of(self.target.mapping, target_object):
            for step in ("backup", IMAGES):
                if has_table(self.folder, name, step):
                    for frame in open_table(self.folder, name, step).frames():
                        yield frame.filter(pl.col("target_id").is_in(ids.implode()))

    def _restore_lines(self, target_object: str, ids: pl.Series, present: pl.DataFrame) -> None:
        tables = self.target.ledger.tables
        before = {"lines": pl.DataFrame(schema=present.schema), "lineage": pl.DataFrame(schema=LINEAGE_COLUMNS)}
        for name, _ in entities_of(self.target.mapping, target_object):
            for step, kind in (("backup_crosswalk", "lines"), (LINES, "lines"), ("backup_lineage", "lineage")):
                if has_table(self.folder, name, step):
                    before[kind] = pl.concat([before[kind], open_table(self.folder, name, step).frame()])
        lines = before["lines"].filter(pl.col("target_id").is_in(ids.implode())).unique(LINE_KEY, keep="first")
        # A row that has moved to another record since stays there: that one may have been taken by the CRM.
        mine = lines.join(present, on=LINE_KEY, how="semi")
        lineage = before["lineage"].unique(LINE_KEY, keep="first").join(mine, on=LINE_KEY, how="semi")
        for table, frame in ((tables.lineage, lineage), (tables.crosswalk, mine)):
            _delete_lines(self.connection, table, present)
            insert_rows(self.connection, table, frame)


def _delete_lines(connection: sa.Connection, table: sa.Table, lines: pl.DataFrame) -> None:
    for (stream,), some in lines.group_by("stream_no"):
        wanted = key_table(connection, some.select("source_key"))
        keys = table.c.source_key.in_(sa.select(wanted.c.source_key))
        connection.execute(table.delete().where(table.c.stream_no == stream, keys))
        drop_keys(connection, wanted)

"""Import files as the load room sees them: an SQL target whose tables hold what has been handed over.

Every step of the room works on these tables by SQL, in one transaction with the ledger. What a run has created and
changed in them is written as files once it is done, for a person to import.
"""

from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from crm_migration.load.bulk import insert_rows
from crm_migration.load.import_files.copy_of_records import HandedOver
from crm_migration.load.import_files.describing import described, import_order, layout_for
from crm_migration.load.import_files.layout import Layout
from crm_migration.load.import_files.outgoing import Handover, hand_over
from crm_migration.load.import_files.undoing import finish_undo, is_pending, note_undo
from crm_migration.load.import_files.writing import unwritable
from crm_migration.load.replica.columns import IDENTITY_LENGTH
from crm_migration.load.retired import texts_of
from crm_migration.load.target import SqlTarget
from crm_migration.load.write import Batch, Refusal
from crm_migration.mapping.live import TargetTable
from crm_migration.mapping.model import Mapping
from crm_migration.mapping.wizard import IDENTITY

if TYPE_CHECKING:
    from crm_migration.load.decide import LoadJob
    from crm_migration.staging import RunFolder

NO_KEY = "the record has no external id, by which the import wizard could find it again"
LONG_KEY = f"the external id is longer than {IDENTITY_LENGTH} characters"
OTHER_KEY = "the record was handed over under another external id, by which the import wizard would have to find it"


class ImportFilesTarget(SqlTarget):
    """A folder of import files, the records that went into them, and the ledger beside these."""

    hands_over = True

    def __init__(self, ledger_url: str, mapping: Mapping, root: Path) -> None:
        """Prepare; nothing is connected or written before the first call.

        Raises:
            MappingFault: the ledger is in a database that cannot hold one.
        """
        super().__init__(ledger_url, mapping)
        self.root = root
        self.replica = HandedOver(self.engine, IDENTITY)

    def table(self, target_object: str) -> sa.Table:
        """Return the table of what has been handed over of `target_object`."""
        return self.replica.of(self.mapping, target_object).present

    def layout(self, target_object: str) -> Layout:
        """Return the columns of an object's files.

        Raises:
            MappingFault: the settings do not fit the object.
        """
        return layout_for(self.mapping, target_object)

    def describe(self, target_object: str) -> TargetTable:
        """Return the columns of an object, as mapping and settings tell them; raises what `layout` raises."""
        self.layout(target_object)
        return described(self.mapping, target_object)

    def objects(self) -> list[str]:
        """Return the objects that the mapping writes, parents first."""
        return import_order(self.mapping)

    def file_columns(self, _target_object: str) -> list[str]:
        """Return nothing: the copy of what was handed over has files by their names alone."""
        return []

    def reserve_ids(self, _connection: sa.Connection, _target_object: str, _count: int) -> list[str] | None:
        """Return None: a record's id is its external id."""
        return None

    def insert(self, connection: sa.Connection, target_object: str, rows: pl.DataFrame, external_id: str) -> list[str]:
        """Insert `rows` and return their external ids in order."""
        numbered = rows.with_columns(pl.col(external_id).alias(IDENTITY))
        insert_rows(connection, texts_of(self.table(target_object)), numbered)
        return numbered[IDENTITY].to_list()

    def prepared(self, _job: "LoadJob", batch: Batch, _token: int) -> tuple[Batch, list[Refusal]]:
        """Return the batch without the records that no file can hold, and why each of these is refused."""
        entity = self.mapping.entities[batch.entity]
        layout, writing = self.layout(entity.target.object), pl.col("_action").is_in(["insert", "update"])
        key, refused = pl.col(entity.target.external_id), dict[str, str]()
        for rows in batch.records.filter(writing).iter_slices(self.batch_rows):
            bad_key = (
                pl.when(key.fill_null("") == "")
                .then(pl.lit(NO_KEY))
                .when(key.str.len_chars() > IDENTITY_LENGTH)
                .then(pl.lit(LONG_KEY))
                .when((pl.col("_action") == "update") & (key != pl.col("target_id")))
                .then(pl.lit(OTHER_KEY))
            )
            reasons = rows.select("_golden", bad_key.alias("_why"), pl.lit(None, pl.String).alias("_unfit"))
            reasons = reasons.with_columns(unwritable(rows, layout, "insert").alias("_unfit"))
            reasons = reasons.select("_golden", pl.coalesce("_why", "_unfit").alias("_why")).drop_nulls("_why")
            refused |= dict(reasons.iter_rows())
        if not refused:
            return batch, []
        kept = batch.records.filter(~pl.col("_golden").is_in(list(refused)))
        return batch.of(kept), [Refusal(golden, reason) for golden, reason in refused.items()]

    def hand_over(self, job: "LoadJob", folder: "RunFolder", phase: str, token: int) -> int:
        """Write the files of what this run has created and changed, or of its sample; return how many records."""
        return hand_over(self, Handover(folder, job.run_no, phase, token))

    def undoing(self, run_no: int, token: int) -> None:
        """Before a run is undone: note what it has handed over, so that a person can take it back in the CRM."""
        with self.transaction() as connection:
            note_undo(connection, self, run_no)
            self.ledger.check_fence(connection, token)

    def undone(self, _token: int) -> None:
        """After a run was undone: put its files aside, and write those by which it is undone in the CRM."""
        finish_undo(self)

    def is_behind(self) -> bool:
        """Return whether files of a run that was undone are still there to be imported."""
        return is_pending(self)

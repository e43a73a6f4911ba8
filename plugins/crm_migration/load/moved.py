"""Rows that leave the record they were merged into: for one of their own, or for another that a person named.

Match stages them (`moved`). Their lines in the crosswalk are drawn anew with the record they come to, in the same
transaction; until then they lead nowhere, so that what refers to such a row waits for its new record.
"""

from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from crm_migration.load.bulk import drop_keys, key_table
from crm_migration.staging import RunFolder, has_table, open_table

MOVED = {"_key": pl.String(), "_golden": pl.String(), "_former": pl.String(), "_remaining": pl.Int64()}
STEP = "moved"


@dataclass(frozen=True)
class Moved:
    """The rows of one entity that change their record: `_key`, `_golden`, `_former`, `_remaining`."""

    rows: pl.DataFrame

    @classmethod
    def read(cls, folder: RunFolder, entity: str) -> "Moved":
        """Return what match staged."""
        staged = open_table(folder, entity, STEP).frame() if has_table(folder, entity, STEP) else pl.DataFrame()
        return cls(staged if staged.width else pl.DataFrame(schema=MOVED))

    @property
    def former(self) -> pl.Series:
        """Return the golden ids of records that rows leave."""
        return self.rows["_former"].unique()

    @property
    def emptied(self) -> pl.DataFrame:
        """Return the moves of founding rows: the record they leave has nobody left."""
        return self.rows.filter(pl.col("_remaining") == 0)

    @property
    def first(self) -> pl.Series:
        """Return the golden ids to load before others: records that are left come before those that are joined."""
        return pl.concat([self.former, self.rows["_golden"].unique()]).unique(maintain_order=True)

    def where_they_were(self, lines: pl.DataFrame) -> pl.Series:
        """Return which `lines` of the crosswalk (`source_key`, `golden_id`) still hold a row where it was."""
        old = self.rows.select(pl.col("_key").alias("source_key"), pl.col("_former").alias("golden_id"))
        keyed = lines.select("source_key", "golden_id").join(
            old.with_columns(pl.lit(value=True).alias("_old")),
            on=["source_key", "golden_id"],
            how="left",
            maintain_order="left",
        )
        return keyed["_old"].fill_null(value=False)

    def of(self, golden: pl.Series) -> pl.DataFrame:
        """Return the rows that come to the records `golden`."""
        return self.rows.filter(pl.col("_golden").is_in(golden.implode()))


def forget_lines(connection: sa.Connection, table: sa.Table, stream: int, keys: pl.Series) -> None:
    """Delete the lines of these rows of one stream from the crosswalk or the lineage."""
    if keys.is_empty():
        return
    wanted = key_table(connection, pl.DataFrame({"source_key": keys}))
    listed = sa.select(wanted.c.source_key)
    connection.execute(table.delete().where(table.c.stream_no == stream, table.c.source_key.in_(listed)))
    drop_keys(connection, wanted)


def forget_alone(connection: sa.Connection, lineage: sa.Table, rows: pl.DataFrame) -> None:
    """Delete the lineage of records that have one member left: it speaks for itself again."""
    alone = rows.filter(pl.col("_remaining") == 1)["_former"].unique()
    for golden in alone:
        connection.execute(lineage.delete().where(lineage.c.golden_id == golden))

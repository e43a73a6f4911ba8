"""Records that give way to another one, since a person said that both are one customer: which, and who founded them."""

import polars as pl
import sqlalchemy as sa

from crm_migration.load.decide import LoadJob
from crm_migration.load.lines import lines_of

STEP = "joined"
JOINED = {"_golden": pl.String(), "target_id": pl.String(), "_key": pl.String()}


def give_way(connection: sa.Connection, job: LoadJob, entity: str) -> pl.DataFrame:
    """Return `_golden`, `target_id` and the founding `_key` of records whose last row moves to another one."""
    emptied = job.moved(entity).emptied.select(pl.col("_former").alias("_golden"), "_key")
    if emptied.is_empty():
        return pl.DataFrame(schema=JOINED)
    lines = lines_of(connection, job.target, emptied["_golden"]).filter(pl.col("stream_no") == job.stream_no(entity))
    found = lines.select(pl.col("golden_id").alias("_golden"), "target_id", pl.col("source_key").alias("_key"))
    return found.join(emptied, on=["_golden", "_key"], how="semi").sort("_golden")

"""What the second pass left undone: references that the target refused, and records that nobody has taken in.

Both belong to rows that are loaded otherwise, so that no outcome tells of them: they are named by themselves.
"""

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

import polars as pl
import sqlalchemy as sa

from crm_migration.load.bulk import drop_keys, key_table
from crm_migration.load.decide import LoadJob
from crm_migration.load.lines import lines_of
from crm_migration.staging import RunFolder, TableWriter, has_table

if TYPE_CHECKING:
    from crm_migration.load.replica.deliver import Undelivered

logger = logging.getLogger(__name__)

STEP = "link"
REFUSED, LEFT = "refused_by_target", "left_by_an_earlier_run"
LEDGER_COLUMNS = ["source_key", "field", "reason", "message"]
SCHEMA = {"_key": pl.String, "target_id": pl.String, "field": pl.String, "reason": pl.String, "message": pl.String}


def table_of(phase: Literal["sample", "full"]) -> str:
    """Return the name of the staged table of what a phase left undone."""
    return "unlinked" if phase == "full" else "sample_unlinked"


def note_unlinked(
    job: LoadJob, folder: RunFolder, order: list[str], phase: Literal["sample", "full"], token: int
) -> int:
    """Note in ledger and staging what the last delivery of the second pass could not do; return how many lines.

    A row that the load has rejected keeps its line there. Repeating it replaces what was noted before.

    Raises:
        FencedOut: a newer attempt is running.
    """
    refused = [one for one in job.target.undelivered() if one.what == "change"]
    with job.target.transaction() as connection:
        found = {entity: _refused_of(connection, job, entity, refused) for entity in order}
        if phase == "full":
            found = {entity: pl.concat([lines, _left_of(job, entity)]) for entity, lines in found.items()}
        for entity, lines in found.items():
            _write(connection, job, entity, lines)
        job.target.ledger.check_fence(connection, token)
    for entity, lines in found.items():
        _stage(folder, entity, table_of(phase), lines)
    return sum(lines.height for lines in found.values())


def _refused_of(connection: sa.Connection, job: LoadJob, entity: str, refused: Iterable["Undelivered"]) -> pl.DataFrame:
    """Return a line a record that an entity's row stands for: the founding row, or one that was merged into it."""
    target_object = job.target.mapping.entities[entity].target.object
    mine = [(one.target_id, ", ".join(one.fields), one.reason) for one in refused if one.target_object == target_object]
    told = pl.DataFrame(mine, schema=["target_id", "field", "message"], orient="row", schema_overrides=SCHEMA)
    if told.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    lines = lines_of(connection, job.target, _golden_of(connection, job, target_object, told["target_id"]))
    own = lines.filter(pl.col("stream_no") == job.stream_no(entity)).sort(pl.col("fingerprint").is_null(), "source_key")
    rows = own.unique("target_id", keep="first", maintain_order=True).join(told, on="target_id")
    return rows.with_columns(reason=pl.lit(REFUSED)).rename({"source_key": "_key"}).select(list(SCHEMA))


def _golden_of(connection: sa.Connection, job: LoadJob, target_object: str, ids: pl.Series) -> pl.Series:
    crosswalk, stream = job.target.ledger.tables.crosswalk, job.target.ledger.tables.stream
    wanted = key_table(connection, pl.DataFrame({"target_id": ids}))
    of_object = sa.select(stream.c.stream_no).where(stream.c.object == target_object)
    named = crosswalk.c.target_id.in_(sa.select(wanted.c.target_id))
    chosen = sa.select(crosswalk.c.golden_id).where(named, crosswalk.c.stream_no.in_(of_object)).distinct()
    golden = pl.Series("golden_id", list(connection.scalars(chosen)), pl.String)
    drop_keys(connection, wanted)
    return golden


def _left_of(job: LoadJob, entity: str) -> pl.DataFrame:
    stream_no, stream = job.stream_no(entity), job.stream(entity)
    rows = [
        (
            one.golden.removeprefix(f"{stream}:"),
            one.target_id,
            None,
            LEFT,
            f"run {one.run} has created this record in the target and ended before the ledger could take it in, and no "
            "row of this run stands behind it; repeat that run, or roll it back",
        )
        for one in job.target.unclaimed(job.run_no)
        if one.stream_no == stream_no
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _write(connection: sa.Connection, job: LoadJob, entity: str, lines: pl.DataFrame) -> None:
    table, stream_no = job.target.ledger.tables.rejected_row, job.stream_no(entity)
    mine = sa.and_(table.c.run_no == job.run_no, table.c.stream_no == stream_no)
    connection.execute(table.delete().where(mine, table.c.step == STEP))
    known = set(connection.scalars(sa.select(table.c.source_key).where(mine))) if lines.height else set()
    place = {"run_no": job.run_no, "stream_no": stream_no, "step": STEP}
    fresh = lines.rename({"_key": "source_key"}).select(LEDGER_COLUMNS).to_dicts()
    rows = [place | row for row in fresh if row["source_key"] not in known]
    if rows:
        connection.execute(table.insert(), rows)


def _stage(folder: RunFolder, entity: str, step: str, lines: pl.DataFrame) -> None:
    if lines.is_empty() and not has_table(folder, entity, step):
        return
    logger.warning("%s: %s records are not as they were meant after the second pass", entity, lines.height)
    with TableWriter(folder, entity, step) as writer:
        writer.write(lines)
        writer.finish()

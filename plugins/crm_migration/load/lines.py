"""Lines of the crosswalk as a whole: those that belong to given records, whichever stream they are of."""

import polars as pl
import sqlalchemy as sa

from crm_migration.load.bulk import drop_keys, key_table
from crm_migration.load.target import SqlTarget

CROSSWALK_COLUMNS = {
    "stream_no": pl.Int64,
    "source_key": pl.String,
    "golden_id": pl.String,
    "target_id": pl.String,
    "fingerprint": pl.Binary,
    "created": pl.Boolean,
    "inserted_run": pl.Int64,
    "changed_run": pl.Int64,
    "gone_run": pl.Int64,
    "retired": pl.String,
}
LINE_KEY = ["stream_no", "source_key"]


def lines_of(connection: sa.Connection, target: SqlTarget, golden: pl.Series) -> pl.DataFrame:
    """Return every stream's lines of the crosswalk that belong to the records `golden`."""
    if golden.is_empty():
        return pl.DataFrame(schema=CROSSWALK_COLUMNS)
    crosswalk = target.ledger.tables.crosswalk
    wanted = key_table(connection, pl.DataFrame({"golden_id": golden}))
    # The list is hashed once; a join would go through it for every line where the database has no hash join.
    chosen = sa.select(crosswalk).where(crosswalk.c.golden_id.in_(sa.select(wanted.c.golden_id)))
    rows = [tuple(row) for row in connection.execute(chosen)]
    drop_keys(connection, wanted)
    return pl.DataFrame(rows, schema=CROSSWALK_COLUMNS, orient="row")

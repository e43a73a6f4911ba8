"""The engine under the model: a DuckDB of its own, and Splink's linker on it."""

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    import duckdb
    from splink import Linker

_MEMORY = "2GB"


@contextmanager
def engine() -> Iterator["duckdb.DuckDBPyConnection"]:
    """Yield a DuckDB in memory that spills into a folder of its own, gone afterwards."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="crm-match-") as folder:
        connection = duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": folder})
        try:
            connection.execute("SET enable_progress_bar = false").fetchall()
            yield connection
        finally:
            connection.close()


def put(connection: "duckdb.DuckDBPyConnection", table: str, frames: Iterator[pl.DataFrame]) -> None:
    """Write the frames, which have the same columns, into a new table."""
    made = False
    for frame in frames:
        connection.register("incoming", frame.to_arrow())
        how = f"INSERT INTO {table} SELECT * FROM incoming" if made else f"CREATE TABLE {table} AS FROM incoming"  # noqa: S608
        connection.execute(how).fetchall()
        connection.unregister("incoming")
        made = True


def linker(
    connection: "duckdb.DuckDBPyConnection",
    table: str,
    settings: dict[str, Any],
    blocked: str | None = None,
    common: dict[str, str] | None = None,
) -> "Linker":
    """Return Splink's linker over `table`, silent: what it finds is told by the room's own facts.

    Where `blocked` names a table of pairs, the linker predicts those and no others. How common a value is it counts
    in `table`, but for the columns of `common`, which names a table for each.
    """
    from splink import DuckDBAPI, Linker, SettingsCreator

    database = DuckDBAPI(connection=connection)
    rows = database.register(connection.table(table))
    logging.getLogger("splink").setLevel(logging.CRITICAL)
    # The settings are those of a model of ours, read and checked; Splink's own check of them takes a third of a second.
    made = Linker(rows, SettingsCreator.from_path_or_dict(settings), validate_settings=False, log_level=None)
    if blocked is not None:
        made.table_management.register_blocked_pairs_for_predict(database.register(connection.table(blocked)))
    for column, frequencies in (common or {}).items():
        made.table_management.register_term_frequency_lookup(database.register(connection.table(frequencies)), column)
    return made

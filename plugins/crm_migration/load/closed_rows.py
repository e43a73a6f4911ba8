"""Closes the rejected rows of earlier runs that a run has settled, once it has loaded and checked everything."""

import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import polars as pl

from crm_migration.extract.corrected import REJECTED, STEP
from crm_migration.ledger.ledger import Ledger
from crm_migration.ledger.rejected import How, Line, close_lines, listed_keys, open_lines, reopen
from crm_migration.load.ledger_keys import ledger_keys
from crm_migration.staging import RunFolder, open_table

logger = logging.getLogger(__name__)

_LABEL = r"⟨row [0-9]+⟩$"
_JUDGED = {"_key": pl.String, "rejected": pl.Boolean}


@dataclass(frozen=True)
class Closing:
    """A run that has ended well: its ledger, staging, number and streams by entity.

    `whole` are the entities of which it has read everything. `reload_of` is the run whose corrected rows it has
    loaded, None for an ordinary run.
    """

    ledger: Ledger
    folder: RunFolder
    run_no: int
    streams: dict[str, int]
    whole: frozenset[str] = field(default_factory=frozenset)
    reload_of: int | None = None


Closings = dict[tuple[int, How], list[Line]]
"""Lines to close, by the run that closes them and how."""


def close_rejected(run: Closing) -> dict[str, int]:
    """Close what the run has settled, in one transaction, and return how many rows that are by entity.

    Repeating it closes the same rows: what the run has closed before is opened first.
    """
    find = _of_ordinary if run.reload_of is None else _of_reload
    found = {entity: find(run, entity) for entity in run.streams}
    tables, closed = run.ledger.tables, dict.fromkeys(found, 0)
    with run.ledger.engine.begin() as connection:
        reopen(connection, tables, run.run_no)
        for entity, closings in found.items():
            for by, lines in closings.items():
                closed[entity] += close_lines(connection, tables, run.streams[entity], lines, by)
    if any(closed.values()):
        logger.info("rejected rows of earlier runs closed: %s", closed)
    return closed


def _of_reload(run: Closing, entity: str) -> Closings:
    """Return the rows that were loaded; of those rejected again the original run keeps the account."""
    original = run.reload_of or 0
    outcomes = pl.concat([pl.DataFrame(schema=_JUDGED), *_outcomes(run, entity)])
    both = _corrected(run.folder, entity).join(outcomes, on="_key", how="inner")
    loaded = both.filter(~pl.col("rejected"))[REJECTED]
    again = listed_keys(run.ledger, run.run_no, run.streams[entity])
    return {
        (run.run_no, "reloaded"): [(original, key) for key in loaded],
        (original, "superseded"): [(run.run_no, key) for key in again],
    }


def _of_ordinary(run: Closing, entity: str) -> Closings:
    """Return the open rows whose key the run has met, and those of what it has read whole that it has not met."""
    lines = open_lines(run.ledger, run.streams[entity], run.run_no)
    if not lines:
        return {}
    schema = {"run_no": pl.Int64, "key": pl.String, "step": pl.String, "message": pl.String}
    waiting = pl.DataFrame(lines, schema=schema, orient="row").with_columns(_bare("key"))
    judged = waiting.join(_met(run, entity, waiting["bare"]), on="bare", how="left")
    read = _Read(run, entity)
    closings: defaultdict[tuple[int, How], list[Line]] = defaultdict(list)
    for run_no, key, step, message, bare, loaded in judged.select(*schema, "bare", "loaded").iter_rows():
        if loaded:
            closings[run.run_no, "fixed_at_source"].append((run_no, key))
        # Every run looks at all records whose rows are gone, and lists anew those that it has to keep.
        elif loaded is False or read.all or step == "retire" or (not bare and read.holds(message)):
            closings[run.run_no, "superseded"].append((run_no, key))
    return dict(closings)


def _met(run: Closing, entity: str, wanted: pl.Series) -> pl.DataFrame:
    """Return, of the keys in `wanted`, those that rows of the run have, and whether any of the rows was loaded.

    A row that was filtered and shares its key with others is not the one that is meant.
    """
    found = [pl.DataFrame(schema={"bare": pl.String, "rejected": pl.Boolean})]
    for part in _outcomes(run, entity):
        own = pl.col("rejected") | ~pl.col("_key").str.contains(_LABEL)
        asked = own & (pl.col("bare") != "") & pl.col("bare").is_in(wanted.implode())
        found.append(part.with_columns(_bare("_key")).filter(asked).select("bare", "rejected"))
    return pl.concat(found).group_by("bare").agg(loaded=(~pl.col("rejected")).any())


class _Read:
    """What the run has read of an entity: all there is, or these files and sheets."""

    def __init__(self, run: Closing, entity: str) -> None:
        self.all = entity in run.whole
        told = open_table(run.folder, entity, "extract").facts.get("documents") or []
        self._names = {str(document["name"]) for document in told}

    def holds(self, message: str) -> bool:
        """Say whether a message's row stands in one of the documents: it begins with that one's name."""
        ends = (place.start() for place in re.finditer(", ", message))
        return bool(self._names) and any(message[:end] in self._names for end in ends)


def _bare(column: str) -> pl.Expr:
    """Return the key as the ledger holds it, without the label that stands behind it where several rows had it."""
    return ledger_keys(pl.col(column)).str.replace(_LABEL, "").alias("bare")


def _outcomes(run: Closing, entity: str) -> Iterator[pl.DataFrame]:
    """Yield `_key` and whether the row, or anything of it, was rejected, of every row of the run."""
    listed = pl.Series(listed_keys(run.ledger, run.run_no, run.streams[entity]), dtype=pl.String).implode()
    rejected = (pl.col("outcome") == "rejected") | ledger_keys(pl.col("_key")).is_in(listed)
    for part in open_table(run.folder, entity, "outcome").frames(["_key", "outcome"]):
        yield part.select("_key", rejected.alias("rejected"))


def _corrected(folder: RunFolder, entity: str) -> pl.DataFrame:
    """Return, row by row of a reload, the key it has now and the one under which the original run lists it."""
    listed = open_table(folder, entity, STEP).frame([REJECTED]).with_row_index("_row", offset=1)
    numbers = [pl.DataFrame(schema={"_key": pl.String, "_row": pl.Int64})]
    for step in ("clean", "rejected", "filtered"):
        numbers += open_table(folder, entity, step).frames(["_key", "_row"])
    return listed.with_columns(pl.col("_row").cast(pl.Int64)).join(pl.concat(numbers), on="_row", how="inner")

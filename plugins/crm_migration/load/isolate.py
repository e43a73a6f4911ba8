"""Writing the records of a batch so that a row which the target refuses costs the others nothing.

Within the batch's transaction, what was refused is undone to a savepoint and halved until refused records stand alone;
what went in stays. One refused record of n costs at most 2 log2(n) + 1 further attempts.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from crm_migration.load.decide import LoadJob
from crm_migration.load.file_columns import FileRows
from crm_migration.load.refusal import RowsRefused, TransactionEnded, attempt
from crm_migration.load.retired import insert_again
from crm_migration.mapping.model import Entity


@dataclass(frozen=True)
class Refusal:
    """A golden record that the target refused, with the target's reason."""

    golden: str
    reason: str


@dataclass(frozen=True)
class Writing:
    """An open transaction in which records of one entity are written.

    `drawn` is as `drawn_for` tells, `same` as `write.Batch` does.
    """

    connection: sa.Connection
    job: LoadJob
    entity: Entity
    drawn: dict[str, str] | None = None
    same: frozenset[str] = frozenset()

    @property
    def rows(self) -> FileRows:
        """Return the object's rows, which may bring files."""
        return FileRows(self.connection, self.job.target, self.entity.target.object, self.job.references.folder)


def halves(records: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Yield both halves of two or more records."""
    yield from records.iter_slices(-(-records.height // 2))


def written_of(writing: Writing, records: pl.DataFrame, doomed: bool = False) -> tuple[pl.DataFrame, list[Refusal]]:
    """Insert and update `records` as their `_action` says.

    Returns those that went in, with their `target_id`, and the refusals. `doomed`: the records are known to hold one
    that is refused, so that there is no use in trying several at once.

    Raises:
        TargetUnavailable, MappingFault: the transaction is lost.
        TransactionEnded: it is lost, and the records are to be tried in several.
    """
    if records.is_empty():
        return records, []
    if not doomed or records.height == 1:
        try:
            with attempt(writing.connection, writing.job.target.mapping.target.name):
                return _write(writing, records), []
        except TransactionEnded:
            raise
        except RowsRefused as refused:
            if records.height == 1:
                return records.clear(), [Refusal(records["_golden"].item(), refused.reason)]
    first, second = halves(records)
    written, refusals = written_of(writing, first)
    rest, more = written_of(writing, second, doomed=not refusals)
    return pl.concat([written, rest]), refusals + more


def _write(writing: Writing, records: pl.DataFrame) -> pl.DataFrame:
    inserting = records["_action"] == "insert"
    if inserting.all():
        return _insert(writing, records)
    inserts, updates = records.filter(inserting), records.filter(~inserting)
    inserts = _insert(writing, inserts)
    _update(writing, updates)
    return pl.concat([inserts, updates])


def _insert(writing: Writing, records: pl.DataFrame) -> pl.DataFrame:
    if records.is_empty():
        return records
    if records["_former"].null_count() == records.height:
        return _insert_new(writing, records)
    connection, target, entity = writing.connection, writing.job.target, writing.entity
    known = records.filter(pl.col("_former").is_not_null()).select("_former", *entity.fields)
    pieces = writing.rows.pieces(known)
    again = pl.concat(insert_again(connection, target, entity.target.object, piece) for piece in pieces)
    back = pl.col("_former").is_in(again.implode()).fill_null(value=False)
    fresh = _insert_new(writing, records.filter(~back))
    return pl.concat([fresh, records.filter(back).with_columns(pl.col("_former").alias("target_id"))])


def _insert_new(writing: Writing, records: pl.DataFrame) -> pl.DataFrame:
    entity = writing.entity
    key, rows = entity.target.id, records.select(list(entity.fields))
    if writing.drawn is not None and key not in rows.columns:
        # One by one: a dictionary of the whole batch would be read anew for each small attempt.
        drawn = [writing.drawn[golden] for golden in records["_golden"]]
        rows = rows.with_columns(pl.Series(key, drawn, dtype=pl.String))
    insert, place = writing.job.target.insert, (entity.target.object, entity.target.external_id)
    pieces = [insert(writing.connection, place[0], piece, place[1]) for piece in writing.rows.pieces(rows)]
    ids = [identity for some in pieces for identity in some]
    return records.with_columns(pl.Series("target_id", ids, dtype=pl.String))


def drawn_for(connection: sa.Connection, job: LoadJob, entity: Entity, records: pl.DataFrame) -> dict[str, str] | None:
    """Return the id for each golden id to insert, where the target hands ids out beforehand: once for all attempts."""
    key, table = entity.target.id, job.target.table(entity.target.object)
    if key in entity.fields or key not in table.c:
        return None
    golden = records.filter(pl.col("_action") == "insert")["_golden"].to_list()
    ids = job.target.reserve_ids(connection, entity.target.object, len(golden))
    return dict(zip(golden, ids, strict=True)) if ids is not None else None


def _update(writing: Writing, records: pl.DataFrame) -> None:
    if records.is_empty():
        return
    key = writing.entity.target.id
    fields = [name for name in writing.entity.fields if name != key and name not in writing.same]
    rows = records.select(pl.col("target_id").alias(key), *fields)
    if writing.rows.update(rows, key) < rows.height:
        raise RowsRefused("the target did not change the record: it is gone, or a trigger passed over it")

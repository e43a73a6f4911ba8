"""The target as this source left it: each crosswalk line of a golden record, with the record it points to."""

from collections.abc import Iterator

import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from crm_migration.extract.dialect import read_text
from crm_migration.load.bulk import drop_keys, key_table
from crm_migration.load.target import SqlTarget
from crm_migration.validate.selection import Selection, stream_of

KEY_ROWS = 50_000
WHOLE_FROM_SHARE = 0.25


def loaded_records(connection: sa.Connection, selection: Selection) -> Iterator[pl.DataFrame]:
    """Yield the records behind the crosswalk lines of the selection's golden records, as text.

    Columns: `_key`, `_golden`, `_target_id`, `_fingerprint` (hex), `_inserted_run`, `_changed_run`, `_present`
    (the record's own primary key, null where the target has no such record) and the entity's fields.
    """
    scope, entity = selection.scope, selection.scope.entity(selection.entity)
    table = scope.target.table(entity.target.object)
    crosswalk = scope.target.ledger.tables.crosswalk
    key = table.c[entity.target.id]
    columns = [
        *crosswalk_columns(scope.target),
        crosswalk.c.fingerprint.label("_fingerprint"),
        crosswalk.c.inserted_run.label("_inserted_run"),
        crosswalk.c.changed_run.label("_changed_run"),
        key.label("_present"),
        *(table.c[name] for name in entity.fields),
    ]
    found = sa.outerjoin(crosswalk, table, key == as_type_of(connection, key, crosswalk.c.target_id))
    yield from _lines(connection, selection, (found, columns))


def target_ids(connection: sa.Connection, selection: Selection) -> Iterator[pl.DataFrame]:
    """Yield `_key`, `_golden` and `_target_id` of the crosswalk lines of the selection's golden records."""
    crosswalk = selection.scope.target.ledger.tables.crosswalk
    yield from _lines(connection, selection, (crosswalk, crosswalk_columns(selection.scope.target)))


def crosswalk_columns(target: SqlTarget) -> list[sa.ColumnElement[str]]:
    """Return the crosswalk's columns that name a record: `_key`, `_golden`, `_target_id`."""
    crosswalk = target.ledger.tables.crosswalk
    return [
        crosswalk.c.source_key.label("_key"),
        crosswalk.c.golden_id.label("_golden"),
        crosswalk.c.target_id.label("_target_id"),
    ]


def _lines(
    connection: sa.Connection, selection: Selection, what: tuple[sa.FromClause, list[sa.ColumnElement[str]]]
) -> Iterator[pl.DataFrame]:
    """Read the whole stream when the selection is most of it, else look its golden records up by key."""
    found, columns = what
    crosswalk = selection.scope.target.ledger.tables.crosswalk
    master = crosswalk.c.fingerprint.is_not(None)
    numbers = stream_numbers(selection)
    if not selection.rows or not numbers:
        return
    if selection.rows >= WHOLE_FROM_SHARE * _size(connection, selection, numbers):
        mine = crosswalk.c.stream_no.in_(numbers.values())
        yield from read_text(connection, found, columns, where=sa.and_(mine, master))
        return
    for part in selection.parts(["_golden"]):
        for piece in part["_golden"].to_frame().iter_slices(KEY_ROWS):
            wanted = key_table(connection, _own_keys(piece["_golden"], numbers))
            same = sa.and_(
                crosswalk.c.stream_no == sa.cast(wanted.c.stream_no, sa.Integer),
                crosswalk.c.source_key == wanted.c.source_key,
            )
            listed = sa.exists().where(same).select_from(wanted)
            yield from read_text(connection, found, columns, where=sa.and_(listed, master))
            drop_keys(connection, wanted)


def stream_numbers(selection: Selection) -> dict[str, int]:
    """Return the ledger's numbers of the streams that founded the selection's golden records."""
    known = selection.scope.target.ledger.streams()
    return {name: known[name] for name in selection.streams if name in known}


def _size(connection: sa.Connection, selection: Selection, numbers: dict[str, int]) -> int:
    crosswalk = selection.scope.target.ledger.tables.crosswalk
    mine = crosswalk.c.stream_no.in_(numbers.values())
    return int(connection.scalar(sa.select(sa.func.count()).select_from(crosswalk).where(mine)) or 0)


def _own_keys(golden: pl.Series, numbers: dict[str, int]) -> pl.DataFrame:
    """Return the crosswalk's key of each golden record's founding row."""
    stream = stream_of(golden)
    return pl.DataFrame(
        {
            "stream_no": stream.replace_strict(numbers, default=None, return_dtype=pl.Int64),
            "source_key": golden.str.strip_prefix(stream).str.slice(1),
        }
    )


def as_type_of(
    connection: sa.Connection, key: sa.ColumnElement[object], text: sa.ColumnElement[str]
) -> sa.ColumnElement[object]:
    """Return `text` in the type and collation of `key`, so that the index on `key` serves the comparison."""
    kind = key.type.as_generic(allow_nulltype=True)
    if isinstance(kind, sa.Integer):
        return sa.cast(text, sa.BigInteger)
    if not isinstance(kind, sa.String):
        return sa.cast(text, key.type)
    if connection.dialect.name == "mysql":
        return _in_collation_of(connection, key, text)
    return text


def _in_collation_of(
    connection: sa.Connection, key: sa.ColumnElement[object], text: sa.ColumnElement[str]
) -> sa.ColumnElement[object]:
    table = key.table
    listed = sa.table("columns", *map(sa.column, ("table_schema", "table_name", "column_name", "collation_name")), schema="information_schema")
    name = connection.scalar(
        sa.select(listed.c.collation_name).where(
            listed.c.table_schema == (table.schema or sa.func.database()),
            listed.c.table_name == table.name,
            listed.c.column_name == key.name,
        )
    )
    if name is None:
        return text
    return sa.collate(sa.cast(text, mysql.CHAR(charset=str(name).split("_", maxsplit=1)[0])), str(name))

"""The target as this source left it: each crosswalk line of a golden record, with the record it points to."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl
import sqlalchemy as sa

from crm_migration.errors import MappingFault
from crm_migration.extract.dialect import read_alone, read_text, text_select
from crm_migration.load.bulk import drop_keys, key_table
from crm_migration.load.retired import still_there
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Entity
from crm_migration.validate.selection import SLICE_ROWS, Selection, stream_of

KEY_ROWS = 50_000
WHOLE_FROM_SHARE = 0.25


def loaded_records(selection: Selection) -> Iterator[pl.DataFrame]:
    """Yield the records behind the crosswalk lines of the selection's golden records, as text.

    Columns: `_key`, `_golden`, `_target_id`, `_fingerprint` (hex), `_inserted_run`, `_changed_run`, `_present`
    (the record's own primary key, null where the target has no such record) and the entity's fields.
    """
    scope, entity = selection.scope, selection.scope.entity(selection.entity)
    table = scope.target.table(entity.target.object)
    crosswalk = scope.target.ledger.tables.crosswalk
    key, same = target_key(scope.target, entity)
    missing = [name for name in entity.fields if name not in table.c]
    if missing:
        raise MappingFault(
            f"{selection.entity}: expected column(s) {', '.join(missing)} in the target's {entity.target.object!r}; "
            "the table has changed since it was loaded: restore it, or correct the mapping"
        )
    columns = [
        *crosswalk_columns(scope.target),
        crosswalk.c.fingerprint.label("_fingerprint"),
        crosswalk.c.inserted_run.label("_inserted_run"),
        crosswalk.c.changed_run.label("_changed_run"),
        key.label("_present"),
        *(scope.target.printed(entity.target.object, name) for name in entity.fields),
    ]
    found = sa.outerjoin(crosswalk, table, same)
    yield from _lines(selection, found, columns)


def target_ids(selection: Selection) -> Iterator[pl.DataFrame]:
    """Yield `_key`, `_golden` and `_target_id` of the crosswalk lines of the selection's golden records."""
    crosswalk = selection.scope.target.ledger.tables.crosswalk
    yield from _lines(selection, crosswalk, crosswalk_columns(selection.scope.target))


def crosswalk_columns(target: SqlTarget) -> list[sa.ColumnElement[Any]]:
    """Return the crosswalk's columns that name a record: `_key`, `_golden`, `_target_id`."""
    crosswalk = target.ledger.tables.crosswalk
    return [
        crosswalk.c.source_key.label("_key"),
        crosswalk.c.golden_id.label("_golden"),
        crosswalk.c.target_id.label("_target_id"),
    ]


def _lines(selection: Selection, found: sa.FromClause, columns: list[sa.ColumnElement[Any]]) -> Iterator[pl.DataFrame]:
    """Read the whole stream when the selection is most of it, else look its golden records up by key."""
    engine, crosswalk = selection.scope.target.engine, selection.scope.target.ledger.tables.crosswalk
    master = sa.and_(crosswalk.c.fingerprint.is_not(None), still_there(crosswalk))
    numbers = stream_numbers(selection)
    if not selection.rows or not numbers:
        return
    if selection.rows >= WHOLE_FROM_SHARE * _size(selection, numbers):
        mine = crosswalk.c.stream_no.in_(numbers.values())
        asked, names = text_select(found, columns, where=sa.and_(mine, master))
        with engine.connect() as connection:
            # Frames no larger than what is looked at at a time: a suite is at work beside this.
            yield from read_alone(connection, replace(asked, batch_rows=SLICE_ROWS), names)
        return
    for part in selection.parts(["_golden"]):
        for piece in part.iter_slices(KEY_ROWS):
            with engine.begin() as connection:
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


def _size(selection: Selection, numbers: dict[str, int]) -> int:
    crosswalk = selection.scope.target.ledger.tables.crosswalk
    mine = crosswalk.c.stream_no.in_(numbers.values())
    with selection.scope.target.engine.connect() as connection:
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


def target_key(target: SqlTarget, entity: Entity) -> tuple[sa.Column[Any], sa.ColumnElement[bool]]:
    """Return the primary key of the entity's table, and the condition that a crosswalk line points at its row.

    The crosswalk's text takes the type and the collation of the key, so that the key's index serves the comparison.
    """
    key = target.table(entity.target.object).c[entity.target.id]
    return key, key == _as_type_of(target, key)


def _as_type_of(target: SqlTarget, key: sa.Column[Any]) -> sa.ColumnElement[Any]:
    text = target.ledger.tables.crosswalk.c.target_id
    kind = key.type.as_generic(allow_nulltype=True)
    if isinstance(kind, sa.Integer):
        return sa.cast(text, sa.BigInteger)
    if not isinstance(kind, sa.String):
        return sa.cast(text, key.type)
    if target.dialect == "mysql":
        return _in_collation_of(target, key, text)
    return text


def _in_collation_of(target: SqlTarget, key: sa.Column[Any], text: sa.ColumnElement[str]) -> sa.ColumnElement[Any]:
    names = ("table_schema", "table_name", "column_name", "collation_name")
    listed = sa.table("columns", *map(sa.column, names), schema="information_schema")
    chosen = sa.select(listed.c.collation_name).where(
        listed.c.table_schema == (key.table.schema or sa.func.database()),
        listed.c.table_name == key.table.name,
        listed.c.column_name == key.name,
    )
    with target.engine.connect() as connection:
        collation = connection.scalar(chosen)
    if collation is None:
        return text
    charset: sa.ColumnElement[Any] = sa.literal_column(str(collation).split("_", maxsplit=1)[0])
    return sa.collate(sa.func.convert(text.op("USING")(charset)), str(collation))

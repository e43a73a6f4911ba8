"""What two runs have left in their targets and ledgers, told without the numbers that a database has drawn."""

import json
from typing import Any

import sqlalchemy as sa

from crm_migration.ledger.tables import LedgerTables, ledger_tables

SCHEMA = "crm"
Rows = list[tuple[Any, ...]]


def records(url: str) -> dict[str, Rows]:
    """Return every record by its legacy id, references by those of the records they lead to.

    The numbers that an attempt had drawn from a sequence are gone with it, so the target's own ids may have gaps.
    """
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    loaded = _loaded(engine)
    with engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(_by_legacy_id(table, list(loaded.values())))]
            for name, table in loaded.items()
        }


def _by_legacy_id(table: sa.Table, loaded: list[sa.Table]) -> sa.Select[Any]:
    columns: list[sa.ColumnElement[Any]] = []
    for column in table.c:
        parents = [key.column.table for key in column.foreign_keys if "legacy_id" in key.column.table.c]
        if parents:
            columns.append(_legacy_id(parents[0], column))
        elif column.name == "parent_id":
            kinds = [(table.c.parent_type == parent.name, _legacy_id(parent, column)) for parent in loaded]
            columns.append(sa.case(*kinds, else_=sa.cast(column, sa.Text)))
        elif column.name != "id":
            columns.append(column)
    return sa.select(*columns).order_by(table.c.legacy_id)


def _legacy_id(parent: sa.Table, reference: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
    other = parent.alias()
    return sa.select(other.c.legacy_id).where(other.c.id == reference).scalar_subquery()


def _loaded(engine: sa.Engine) -> dict[str, sa.Table]:
    schema = sa.MetaData()
    schema.reflect(engine, schema=SCHEMA)
    return {table.name: table for table in schema.tables.values() if "legacy_id" in table.c}


def ledger(url: str) -> dict[str, Rows]:
    """Return the crosswalk by legacy keys, the lineage, the rejected rows, and the outcomes that each run counted."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    tables, loaded = ledger_tables("postgresql"), _loaded(engine)
    with engine.connect() as connection:
        crosswalk = connection.execute(_crosswalk(tables, loaded))
        found = {"crosswalk": [tuple(row) for row in crosswalk]}
        for table, columns in (
            (tables.lineage, ("source_key", "golden_id", "merged_by", "record")),
            (tables.rejected_row, ("source_key", "step", "field", "reason", "message", "closed_how")),
        ):
            of_stream = tables.stream.c.stream_no == table.c.stream_no
            told = sa.select(tables.stream.c.entity, *(table.c[name] for name in columns)).join(table, of_stream)
            found[table.name] = [tuple(row) for row in connection.execute(told.order_by(*told.selected_columns))]
        counted = sa.select(tables.run.c.status, tables.run.c.summary).order_by(tables.run.c.run_no)
        found["outcomes"] = [(status, json.loads(summary)) for status, summary in connection.execute(counted)]
    return found


def _crosswalk(tables: LedgerTables, loaded: dict[str, sa.Table]) -> sa.Select[Any]:
    """Select each row of a source with its golden record, and the legacy id of the target's record that it is."""
    stream, crosswalk = tables.stream, tables.crosswalk
    kinds = [
        (stream.c.object == name, _legacy_id(table, sa.cast(crosswalk.c.target_id, sa.BigInteger)))
        for name, table in loaded.items()
    ]
    told = sa.select(
        stream.c.entity,
        crosswalk.c.source_key,
        crosswalk.c.golden_id,
        sa.case(*kinds).label("legacy_id"),
        crosswalk.c.created,
        crosswalk.c.retired,
    ).join(crosswalk, stream.c.stream_no == crosswalk.c.stream_no)
    return told.order_by(stream.c.entity, crosswalk.c.source_key)

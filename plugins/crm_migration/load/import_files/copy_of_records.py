"""What has been handed over in files, as tables in the ledger's database: the load room's view of a CRM nobody asks.

A record's id is its external id. Nothing else tells what the CRM holds, so that no record here is ever forgotten.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from crm_migration.extract.dialect import read_text
from crm_migration.load.bulk import insert_rows
from crm_migration.load.replica.columns import canonical_texts
from crm_migration.load.replica.tables import ObjectTables, ReplicaTables
from crm_migration.load.retired import texts_of


@dataclass
class HandedOver(ReplicaTables):
    """The tables of all objects: one each, since nobody confirms what a wizard does."""

    def _create(self, connection: sa.Connection, tables: ObjectTables) -> None:
        tables.present.create(connection, checkfirst=True)
        self._finish(connection, tables)

    def _finish(self, connection: sa.Connection, tables: ObjectTables) -> None:
        table = tables.present
        for name, column in tables.columns.items():
            if column.kind == "key":
                sa.Index(f"ix_{table.name}_{name}"[:60], table.c[name]).create(connection, checkfirst=True)
        self._remember(connection, tables)

    def _change(self, connection: sa.Connection, before: ObjectTables, after: ObjectTables) -> None:
        if any(after.columns[name] != column for name, column in before.columns.items()):
            self._copy(connection, before, after)
            return
        table = connection.dialect.identifier_preparer.format_table(after.present)
        for name in after.columns.keys() - before.columns.keys():
            column = sa.schema.CreateColumn(after.present.c[name]).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column}")
        self._remember(connection, after)

    def _copy(self, connection: sa.Connection, before: ObjectTables, after: ObjectTables) -> None:
        """Take the records over into columns of other kinds; the old table goes when all are in the new one."""
        table = after.present
        fresh = table.to_metadata(sa.MetaData(schema=table.schema), name=f"{table.name}__new")
        fresh.drop(connection, checkfirst=True)
        fresh.create(connection)
        for frame in list(read_text(connection, before.present, list(before.present.columns))):
            insert_rows(connection, texts_of(fresh), canonical_texts(frame, before.columns))
        before.present.drop(connection)
        named = connection.dialect.identifier_preparer
        connection.exec_driver_sql(f"ALTER TABLE {named.format_table(fresh)} RENAME TO {named.quote(table.name)}")
        self._finish(connection, after)

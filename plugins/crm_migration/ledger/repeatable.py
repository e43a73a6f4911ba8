"""Steps of a migration that find done what a killed attempt has done.

MariaDB commits every change of a table at once: an upgrade that was killed has left a part of itself, and is repeated.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op


def create_table(name: str, *parts: sa.schema.SchemaItem, schema: str | None) -> None:
    """Create a table with its indexes, or what of them is not there yet."""
    connection = op.get_bind()
    table = sa.Table(name, sa.MetaData(), *parts, schema=schema)
    table.create(connection, checkfirst=True)
    for index in table.indexes:
        index.create(connection, checkfirst=True)


def add_column(table: str, column: sa.Column[Any], schema: str | None) -> None:
    """Add a column, unless it is there already."""
    there = {found["name"] for found in sa.inspect(op.get_bind()).get_columns(table, schema=schema)}
    if column.name not in there:
        op.add_column(table, column, schema=schema)


def create_index(name: str, table: str, columns: list[str], schema: str | None) -> None:
    """Create an index, unless it is there already."""
    there = {found["name"] for found in sa.inspect(op.get_bind()).get_indexes(table, schema=schema)}
    if name not in there:
        op.create_index(name, table, columns, schema=schema)

"""Rows of a table by a batch of keys, so asked that the database goes by its index, whatever it guesses.

Left to its guesses, PostgreSQL reads a table of a million rows whole to find 50,000 of them: it has no statistics of
what a load has just written, and thinks of a batch's keys as scattered. Keys travel in the statement there, as one
array that the planner cannot look into; elsewhere in a temporary table, through which the others go by the index.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from crm_migration.load.bulk import drop_keys, key_table

Chosen = tuple[sa.FromClause, sa.ColumnElement[bool]]


@contextmanager
def rows_by_keys(connection: sa.Connection, table: sa.Table, key: str, keys: pl.Series) -> Iterator[Chosen]:
    """Yield what to select from, and the condition, for the rows whose `key` is one of `keys` (text, each once)."""
    if connection.dialect.name == "postgresql" and _leads_to_rows(table, [key]):
        yield table, _in_array(table.c[key], keys)
        return
    wanted = key_table(connection, pl.DataFrame({"wanted": keys}))
    yield table.join(wanted, _same_key(table.c[key], wanted.c.wanted)), sa.true()
    drop_keys(connection, wanted)


@contextmanager
def lines_by_keys(connection: sa.Connection, table: sa.Table, stream_no: int, keys: pl.Series) -> Iterator[Chosen]:
    """Yield what to select from, and the condition, for a stream's lines of a table of the ledger: those of `keys`."""
    if connection.dialect.name == "postgresql" and _leads_to_rows(table, ["stream_no", "source_key"]):
        yield table, (table.c.stream_no == stream_no) & _in_array(table.c.source_key, keys)
        return
    # Told the stream as a number, MariaDB may go through all its lines, and through the list of keys for each of them.
    wanted = key_table(connection, pl.DataFrame({"wanted": keys}).with_columns(pl.lit(stream_no).alias("stream")))
    same_stream = table.c.stream_no == sa.cast(wanted.c.stream, sa.Integer)
    yield table.join(wanted, same_stream & (table.c.source_key == wanted.c.wanted)), sa.true()
    drop_keys(connection, wanted)


def _same_key(key: sa.Column[object], text: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Return the condition that `text` is the key's value; the index of a numeric key serves it."""
    if isinstance(key.type, sa.Integer):
        return key == sa.cast(text, sa.BigInteger)
    return sa.cast(key, text.type) == text


def _leads_to_rows(table: sa.Table, columns: Sequence[str]) -> bool:
    """Return whether the primary key is just these columns, the last of them of a type that keys compare with."""
    found = [column.name for column in table.primary_key.columns]
    return found == list(columns) and isinstance(table.c[columns[-1]].type, sa.Integer | sa.VARCHAR | sa.Text)


def _in_array(key: sa.Column[object], keys: pl.Series) -> sa.ColumnElement[bool]:
    kind = sa.BigInteger() if isinstance(key.type, sa.Integer) else sa.Text()
    array = sa.cast(sa.literal(_array(keys), sa.Text()), postgresql.ARRAY(kind))
    # Through a subquery: of an array that it can look into, the planner weighs every single value.
    listed = sa.func.array(sa.select(sa.func.unnest(array)).scalar_subquery())
    return sa.type_coerce(key, kind) == sa.any_(listed)


def _array(keys: pl.Series) -> str:
    """Return keys as PostgreSQL writes an array of texts (its documentation, Array Input and Output Syntax)."""
    quoted = keys.drop_nulls().str.replace_all(r'([\\"])', r"\$1")
    return f'{{"{quoted.str.join(chr(34) + "," + chr(34)).item()}"}}' if len(quoted) else "{}"

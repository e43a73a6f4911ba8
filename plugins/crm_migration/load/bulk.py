"""Many rows in one statement: COPY on PostgreSQL, LOAD DATA or INSERT on MariaDB, and temporary key tables.

Values travel as text in the form every dialect reads (`fingerprint.canonical`); the database converts them to
the column's type, and refuses what does not fit.
"""

import io
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import polars as pl
import sqlalchemy as sa

from crm_migration.ledger.tables import exact_text
from crm_migration.load.literals import insert_literals
from crm_migration.load.load_data import load_data
from crm_migration.load.refusal import RowsRefused

if TYPE_CHECKING:
    import psycopg

CHUNK = 2_000
COPIED_ROWS = 5_000
LONGEST_KEY = 400
HEAVY_ROW = 64 * 1024
BLOCK = 1024 * 1024
OTHER_JOINS = ("enable_hashjoin", "enable_mergejoin")


def insert_rows(connection: sa.Connection, table: sa.Table, frame: pl.DataFrame) -> None:
    """Insert `frame` (columns named as the table's; text or binary) into `table`.

    Raises:
        RowsRefused: PostgreSQL left a row out, as a trigger can tell it to.
    """
    if frame.is_empty():
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table, frame)
        return
    if connection.dialect.name == "mysql":
        if not load_data(connection, table, frame):
            insert_literals(connection, table, frame)
        return
    rows = _plain(frame)
    statement = table.insert()
    for start in range(0, len(rows), CHUNK):
        connection.execute(statement, rows[start : start + CHUNK])


def _plain(frame: pl.DataFrame) -> list[dict[str, object]]:
    return frame.to_dicts()


def _copy(connection: sa.Connection, table: sa.Table, frame: pl.DataFrame) -> None:
    preparer = connection.dialect.identifier_preparer
    columns = ", ".join(preparer.quote(name) for name in frame.columns)
    statement = f"COPY {preparer.format_table(table)} ({columns}) FROM STDIN (FORMAT csv)"
    heavy = pl.Binary in frame.dtypes and frame.estimated_size() > HEAVY_ROW * frame.height
    driver = cast("psycopg.Connection[Any]", connection.connection.driver_connection)
    with driver.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for block in _blocks(frame) if heavy else _lines(frame):
                copy.write(block)
        taken = cursor.rowcount
    if taken != frame.height:
        raise RowsRefused("the target left the row out without saying why: a trigger or a rule, most likely")


def _lines(frame: pl.DataFrame) -> Iterator[bytes]:
    """Yield rows as CSV, few at a time: the driver holds what the server has not taken yet, and never gives it back."""
    told = [
        ("\\x" + pl.col(name).bin.encode("hex")).alias(name)
        if kind == pl.Binary
        else pl.col(name).cast(pl.Int8).cast(pl.String)
        for name, kind in frame.schema.items()
        if kind in (pl.Binary, pl.Boolean)
    ]
    for piece in frame.iter_slices(COPIED_ROWS):
        lines = io.BytesIO()
        piece.with_columns(told).write_csv(lines, include_header=False, quote_style="non_numeric")
        yield lines.getvalue()


def _blocks(frame: pl.DataFrame) -> Iterator[bytes]:
    """Yield rows as CSV a cell at a time, large bytes in blocks: as one text they would take many times their size."""
    for row in frame.iter_rows():
        for at, value in enumerate(row):
            yield b"," if at else b""
            if isinstance(value, bytes):
                yield b'"\\x'
                yield from (value[start : start + BLOCK].hex().encode() for start in range(0, len(value), BLOCK))
                yield b'"'
            elif value is not None:
                text = str(int(value)) if isinstance(value, bool) else str(value)
                yield b'"' + text.replace('"', '""').encode() + b'"'
        yield b"\n"


def key_table(connection: sa.Connection, frame: pl.DataFrame) -> sa.Table:
    """Return a temporary table of text columns that holds `frame`; it ends with the transaction or connection.

    On MariaDB, rows with a text that is longer than any key of the ledger are left out: they would match nothing.
    """
    name = f"crm_migration_keys_{uuid.uuid4().hex[:10]}"
    columns = [sa.Column(column, exact_text(LONGEST_KEY)) for column in frame.columns]
    postgres = connection.dialect.name == "postgresql"
    table = sa.Table(
        name, sa.MetaData(), *columns, prefixes=["TEMPORARY"], postgresql_on_commit="DROP" if postgres else None
    )
    table.create(connection)
    texts = frame.select(pl.col(column).cast(pl.String) for column in frame.columns)
    if connection.dialect.name == "mysql":
        texts = texts.filter(pl.all_horizontal(pl.all().str.len_chars() <= LONGEST_KEY))
    insert_rows(connection, table, texts)
    if postgres:
        connection.exec_driver_sql(f"ANALYZE {name}")
    return table


def drop_keys(connection: sa.Connection, table: sa.Table) -> None:
    """Drop a temporary key table before the connection is used for more."""
    word = "TEMPORARY " if connection.dialect.name == "mysql" else ""
    connection.exec_driver_sql(f"DROP {word}TABLE {table.name}")


def typed_table(connection: sa.Connection, table: sa.Table, columns: Sequence[str], frame: pl.DataFrame) -> sa.Table:
    """Return a temporary table with `columns` in the types of `table`, filled from `frame`."""
    name = f"crm_migration_rows_{uuid.uuid4().hex[:10]}"
    preparer = connection.dialect.identifier_preparer
    listed = ", ".join(preparer.quote(column) for column in columns)
    # Identifiers only, quoted by the dialect; no value is part of the statement.
    shape = f"SELECT {listed} FROM {preparer.format_table(table)} WHERE 1 = 0"  # noqa: S608
    connection.exec_driver_sql(f"CREATE TEMPORARY TABLE {name} AS {shape}")
    copied = sa.Table(name, sa.MetaData(), *(sa.Column(column, table.c[column].type) for column in columns))
    plain = sa.Table(name, sa.MetaData(), *(sa.Column(column, sa.Text) for column in columns))
    insert_rows(connection, plain, frame.select(columns))
    return copied


def update_rows(connection: sa.Connection, table: sa.Table, keys: Sequence[str], frame: pl.DataFrame) -> int:
    """Set every column of `frame` but `keys` in the rows of `table` whose keys it names; return rows matched."""
    changed = [column for column in frame.columns if column not in keys]
    if not changed:
        return frame.height
    fresh = typed_table(connection, table, frame.columns, frame)
    values = {column: fresh.c[column] for column in changed}
    statement = table.update().where(*(table.c[key] == fresh.c[key] for key in keys))
    if connection.dialect.name != "mysql":
        with _by_primary_key(connection, table, keys):
            count = int(connection.execute(statement.values(values)).rowcount)
        drop_keys(connection, fresh)
        return count
    try:
        matched = connection.execute(statement.values({table.c[column]: value for column, value in values.items()}))
        return int(matched.rowcount)
    finally:
        # Going back to a savepoint, or to the start, leaves temporary tables of MariaDB where they are.
        drop_keys(connection, fresh)


@contextmanager
def _by_primary_key(connection: sa.Connection, table: sa.Table, keys: Sequence[str]) -> Iterator[None]:
    """Have PostgreSQL look up in the index the rows that are joined by `keys`, if these are the primary key.

    Left to its guesses, it reads a table of a million rows whole to find 50,000 of them: of what was just written it
    has no statistics. After a failure it is the rollback that puts the settings back.
    """
    if connection.dialect.name != "postgresql" or {one.name for one in table.primary_key.columns} != set(keys):
        yield
        return
    connection.execute(sa.select(*(sa.func.set_config(name, "off", True) for name in OTHER_JOINS)))
    yield
    for name in OTHER_JOINS:
        connection.exec_driver_sql(f"SET LOCAL {name} TO DEFAULT")

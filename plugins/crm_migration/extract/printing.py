"""What every database's way of printing columns as exact text has in common.

A database prints: no value passes through a Python number or date on its way into the staged tables. Only
what a database cannot print exactly itself is finished here.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import polars as pl
import sqlalchemy as sa

Kind = Literal["text", "boolean", "bytes", "number", "single", "bits", "shape", "aware", "naive", "day", "other"]
AnyColumn = sa.ColumnElement[Any]
AnySelect = sa.Select[*tuple[Any, ...]]
AnyResult = sa.CursorResult[*tuple[Any, ...]]
Frames = Generator[pl.DataFrame, None, None]

Naming = Mapping[int, Callable[[bytes], str]]

CHUNK_ROWS = 25_000
NAMED_ROWS = 500
FRAME_BYTES = 64 * 1024 * 1024
HEAVY_BYTES = 1024 * 1024


@dataclass(frozen=True)
class TextSelect:
    """Columns of a table, join or query that are to be read as text.

    `kinds` says, column by column, how the database declares them. Rows that are `heavy` may hold megabytes each:
    few of them are in memory at a time. `naming` has, by position, what makes a text of a column's bytes: an adapter
    calls it on each value as soon as it has it, so that large ones are never copied, printed or kept.
    """

    source: sa.FromClause
    columns: tuple[AnyColumn, ...]
    kinds: tuple[Kind, ...]
    where: sa.ColumnElement[bool] | None = None
    order: tuple[AnyColumn, ...] = ()
    batch_rows: int = CHUNK_ROWS
    heavy: bool = False
    naming: Naming = field(default_factory=dict)

    @property
    def frame_bytes(self) -> int:
        """Return how large a frame may become before the next one is begun."""
        return HEAVY_BYTES if self.heavy else FRAME_BYTES

    @property
    def chunk_rows(self) -> int:
        """Return how many rows an adapter fetches at a time; few, because a row may hold megabytes."""
        return max(1, min(CHUNK_ROWS, self.batch_rows))

    @property
    def fetched_rows(self) -> int:
        """Return how many rows to ask a driver for that counts rows only, whatever they weigh."""
        return 1 if self.heavy or self.naming else self.chunk_rows

    def statement(self, columns: Sequence[AnyColumn]) -> AnySelect:
        """Return the SELECT of `columns`, named by position so that no name can collide or be cut."""
        return plain_select(self.source, columns, self.where).order_by(*self.order)


class Dialect(Protocol):
    """How one kind of database is asked for text; the connection must stay inside `session`."""

    def session(self, connection: sa.Connection) -> AbstractContextManager[None]:
        """Have the database print in UTC, ISO and full digits for the length of the block."""
        ...

    def protect(self, connection: sa.Connection) -> None:
        """Forbid this connection, which is used for nothing else, to write."""
        ...

    def kinds(self, connection: sa.Connection, select: AnySelect) -> tuple[Kind, ...]:
        """Return the kind of each column of `select`, without reading a row."""
        ...

    def names(self, connection: sa.Connection, table: str, schema: str | None) -> dict[str, str]:
        """Return the table's columns with their declared types, empty when there is no such table."""
        ...

    def offered(self, result: AnyResult) -> dict[str, str]:
        """Return the columns of an executed query with their types, as far as the driver tells them."""
        ...

    def frames(self, connection: sa.Connection, select: TextSelect) -> Frames:
        """Yield the selected rows, every column a String, in frames of at most `select.chunk_rows` rows."""
        ...


def plain_select(
    source: sa.FromClause, columns: Sequence[AnyColumn], where: sa.ColumnElement[bool] | None = None
) -> AnySelect:
    """Return a SELECT whose columns are called c0, c1 and so on."""
    labelled = [column.label(f"c{position}") for position, column in enumerate(columns)]
    select: AnySelect = sa.select(*labelled).select_from(source)
    return select if where is None else select.where(where)


def quoted_column(name: str) -> AnyColumn:
    """Return the column of exactly this name, quoted whatever it looks like."""
    return sa.column(sa.quoted_name(name, quote=True))


def description(result: AnyResult) -> list[Any]:
    """Return what the driver tells about the columns of an executed statement (PEP 249, `description`)."""
    cursor: Any = result.cursor
    return list(cursor.description)


def stream(connection: sa.Connection, statement: AnySelect, schema: Mapping[str, pl.DataType], rows: int) -> Frames:
    """Yield what `statement` selects through a server-side cursor, `rows` rows at a time."""
    options = {"stream_results": True, "max_row_buffer": rows}
    with connection.execute(statement, execution_options=options) as result:
        while part := [tuple(row) for row in result.fetchmany(rows)]:
            frame = pl.DataFrame(part, schema=schema, orient="row")
            # While the frame is looked at, its rows would take their memory once more.
            part.clear()
            yield frame
            del frame


def named_rows(rows: Iterator[Sequence[Any]], select: TextSelect) -> Frames:
    """Yield rows, texts but for the bytes that `select` names, as frames of texts."""
    held: list[tuple[str | None, ...]] = []
    for row in rows:
        held.append(named(row, select))
        del row
        if len(held) >= min(NAMED_ROWS, select.chunk_rows):
            yield pl.DataFrame(held, schema=text_schema(len(select.columns)), orient="row")
            held = []
    if held:
        yield pl.DataFrame(held, schema=text_schema(len(select.columns)), orient="row")


def named(row: Sequence[Any], select: TextSelect) -> tuple[Any, ...]:
    """Return a row with names in place of the bytes that `select` names; a text there counts as its UTF-8."""
    return tuple(
        select.naming[at](value.encode() if isinstance(value, str) else bytes(value))
        if at in select.naming and value is not None
        else value
        for at, value in enumerate(row)
    )


def named_column(contents: pl.Series, name: Callable[[bytes], str]) -> pl.Series:
    """Return the names of a column of bytes."""
    return pl.Series(contents.name, [None if one is None else name(one) for one in contents], dtype=pl.String)


def text_schema(width: int) -> dict[str, pl.DataType]:
    """Return the schema of `width` text columns, named by position."""
    return {f"c{position}": pl.String() for position in range(width)}


def regroup(
    frames: Iterator[pl.DataFrame], names: Sequence[str], batch_rows: int, frame_bytes: int | None = None
) -> Iterator[pl.DataFrame]:
    """Yield the rows of `frames` under `names` in larger frames, each within `batch_rows` and `frame_bytes`.

    One frame is yielded even when there are no rows, so that the columns are always known.
    """
    most = FRAME_BYTES if frame_bytes is None else frame_bytes
    empty = pl.DataFrame(schema=text_schema(len(names)))
    held: list[pl.DataFrame] = []
    rows, size, begun = 0, 0, False
    for frame in frames:
        if held and rows + frame.height > batch_rows:
            yield _named(held, names)
            held, rows, size, begun = [], 0, 0, True
        held.append(frame)
        rows, size = rows + frame.height, size + int(frame.estimated_size())
        del frame
        if size >= most:
            # At once: waiting for the next one would have both in memory.
            yield _named(_emptied(held), names)
            rows, size, begun = 0, 0, True
    if held or not begun:
        yield _named(held or [empty], names)


def _emptied(held: list[pl.DataFrame]) -> list[pl.DataFrame]:
    """Return what was held, which holds nothing from then on."""
    taken = list(held)
    held.clear()
    return taken


def _named(frames: list[pl.DataFrame], names: Sequence[str]) -> pl.DataFrame:
    whole = pl.concat(frames, rechunk=True) if len(frames) > 1 else frames[0]
    whole.columns = list(names)
    return whole


@contextmanager
def holding(connection: sa.Connection, wanted: Mapping[str, str | int], read: str, write: str) -> Iterator[None]:
    """Hold session settings at the `wanted` values for the length of the block, then put the old ones back.

    `read` and `write` are the database's expression and statement for one setting, `{name}` standing for it.
    """
    present: AnySelect = sa.select(*(sa.literal_column(read.format(name=name)) for name in wanted))
    found = zip(wanted, connection.execute(present).one(), strict=True)
    changed = {name: old for name, old in found if old != wanted[name]}
    for name in changed:
        connection.execute(sa.text(write.format(name=name)), {"value": wanted[name]})
    try:
        yield
    finally:
        # After a failure the connection may refuse every statement; then the rollback restores them.
        with suppress(sa.exc.DBAPIError, sa.exc.InvalidRequestError):
            if not connection.invalidated:
                for name, old in changed.items():
                    connection.execute(sa.text(write.format(name=name)), {"value": old})

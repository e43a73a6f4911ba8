"""A database as a source: the tables and queries of a mapping, read as exact text.

How each database prints stands at the top of postgresql, mysql and sqlite. A read is one statement, so it
shows one moment of the database, and it runs in a session that may not write.
"""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import sqlalchemy as sa

from crm_migration.errors import MappingFault
from crm_migration.extract.dialect import dialect_of, engine_for, read_alone
from crm_migration.extract.faults import classified
from crm_migration.extract.file_bytes import FileColumns, cut_off
from crm_migration.extract.key_ranges import bounds, compared, described, within_range
from crm_migration.extract.printing import AnyColumn, AnySelect, Kind, TextSelect, plain_select, quoted_column
from crm_migration.extract.source import BATCH_ROWS, MOST_DISTINCT, Absent, Profile, Window, known_entity
from crm_migration.extract.watermark import within
from crm_migration.mapping.faults import did_you_mean, listed
from crm_migration.mapping.model import Entity, Mapping
from crm_migration.staging import RunFolder


class DatabaseSource:
    """Reads the entities of a mapping from a PostgreSQL, MySQL, MariaDB or SQLite database."""

    def __init__(
        self, url: str, mapping: Mapping, absent: Absent | None = None, folder: RunFolder | None = None
    ) -> None:
        """Prepare an engine for `url`; nothing is connected before the first call.

        The columns that are known to be `absent`, by entity, are read as null. Files in columns of bytes are staged in
        the run's `folder`, and named in their place; without one they are only named.

        Raises:
            MappingFault: the URL names no database that can be read.
        """
        self.mapping = mapping
        self._absent = absent or {}
        self._folder = folder
        self._engine = engine_for(url)
        self._zone = ZoneInfo(mapping.source.timezone)
        self._range: str | None = None

    def describe(self, entity: str) -> dict[str, str]:
        """Return every column of the entity's table or query with its declared type.

        Types are the database's own words, such as `varchar(150)` or `timestamp with time zone`. Of a query,
        MySQL tells no lengths and SQLite no types at all.

        Raises:
            MappingFault: the table is unknown or must not be read, or the query cannot run.
            SourceUnavailable: the database did not answer.
        """
        with self._connected(entity) as connection:
            return self._offered(connection, entity)

    def count(self, entity: str, window: Window | None = None) -> int:
        """Return the number of rows that `read` would yield now; raises what `read` raises."""
        with self._connected(entity) as connection, dialect_of(connection).session(connection):
            asked = self._shared(entity, self._asked(connection, entity, window, BATCH_ROWS))
            rows: AnyColumn = sa.func.count()
            return int(connection.execute(plain_select(asked.source, [rows], asked.where)).scalar_one())

    def read(self, entity: str, window: Window | None = None, batch_rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """Yield the entity's source columns as text, in frames of at most `batch_rows` rows.

        Rows come in the database's order. What falls into a window stands at the top of watermark.

        Raises:
            MappingFault: the table, a column or a privilege is missing, or the watermark cannot be compared.
            SourceUnavailable: the connection was refused or broke; what was yielded is not the whole.
            SourceUnreadable: the source holds what cannot be read.
        """
        with self._connected(entity) as connection:
            with dialect_of(connection).session(connection):
                asked = self._shared(entity, self._asked(connection, entity, window, batch_rows))
            for frame in read_alone(connection, asked, self._present(entity)):
                yield self._completed(entity, frame)

    def divide(self, entity: str, window: Window | None, parts: int) -> list[str]:
        """Return what describes ranges of the first key column, with about as many rows each; raises as `read`.

        The rows are counted, and sorted by the key unless it has an index.
        """
        with self._connected(entity) as connection, dialect_of(connection).session(connection):
            asked = self._asked(connection, entity, window, BATCH_ROWS)
            return described(bounds(connection, asked.source, self._cut_by(entity, asked), asked.where, parts), parts)

    def share(self, described: str) -> "DatabaseSource":
        """Return this source, whose `read` and `count` keep to one range of keys."""
        shared = copy.copy(self)
        shared._range = described  # noqa: SLF001 its own
        return shared

    def _cut_by(self, entity: str, asked: TextSelect) -> AnyColumn:
        column = self._entity(entity).key_columns[0]
        return compared(quoted_column(column), asked.kinds[self._present(entity).index(column)])

    def _shared(self, entity: str, asked: TextSelect) -> TextSelect:
        if self._range is None:
            return asked
        inside = within_range(self._cut_by(entity, asked), self._range)
        return replace(asked, where=inside if asked.where is None else sa.and_(asked.where, inside))

    def read_keys(self, entity: str, keys: pl.DataFrame) -> pl.DataFrame:
        """Return the source columns, as text, of the rows whose key columns are in `keys`; raises what `read` raises.

        Meant for a few hundred rows: every key becomes a parameter of the statement.
        """
        columns = self._entity(entity).key_columns
        with self._connected(entity) as connection:
            with dialect_of(connection).session(connection):
                asked = self._asked(connection, entity, None, BATCH_ROWS)
            kinds = dict(zip(self._present(entity), asked.kinds, strict=True))
            rows = [
                sa.and_(*(_equals(*pair, kinds) for pair in row.items())) for row in keys.select(columns).to_dicts()
            ]
            some = replace(asked, where=sa.or_(sa.false(), *rows))
            found = self._completed(entity, pl.concat(read_alone(connection, some, self._present(entity))))
        # A collation may call other keys equal, such as those in capitals.
        return found.join(keys, on=columns, how="semi")

    def keys(self, entity: str) -> Iterator[pl.DataFrame]:
        """Yield the columns of key and filters of every row, whatever the window; raises what `read` raises."""
        columns = self._entity(entity).identifying_columns
        with self._connected(entity) as connection:
            with dialect_of(connection).session(connection):
                asked = self._asked(connection, entity, None, BATCH_ROWS)
            kinds = dict(zip(self._present(entity), asked.kinds, strict=True))
            wanted = tuple(quoted_column(column) for column in columns)
            some = replace(asked, columns=wanted, kinds=tuple(kinds[column] for column in columns), naming={})
            yield from read_alone(connection, some, columns)

    def distinct(self, entity: str, columns: list[str], most: int = MOST_DISTINCT) -> dict[str, set[str]]:
        """Return the distinct values of each column as text, blanks and nulls left out; at most `most` of each.

        Raises:
            MappingFault, SourceUnavailable: as `describe`.
        """
        found = {}
        with self._connected(entity) as connection:
            for column in columns:
                wanted = quoted_column(column)
                values = sa.select(wanted).select_from(self._origin(self._entity(entity))).distinct().limit(most)
                asked = TextSelect(values.subquery("v"), (wanted,), ())
                frames = pl.concat(read_alone(connection, asked, [column]))
                found[column] = {value for value in frames[column].drop_nulls() if value.strip()}
        return found

    def profile(self, entity: str, columns: list[str], most: int = MOST_DISTINCT) -> Profile:
        """Return the columns with their declared types, and the distinct values; raises what `describe` raises."""
        offered = self.describe(entity)
        told = {column: declared for column, declared in offered.items() if declared}
        values = self.distinct(entity, [column for column in columns if column in offered], most)
        return Profile(offered, told, values)

    def _present(self, name: str) -> list[str]:
        """Return the columns to read that are there."""
        absent = self._absent.get(name, ())
        return [column for column in self._entity(name).source_columns if column not in absent]

    def _completed(self, name: str, frame: pl.DataFrame) -> pl.DataFrame:
        """Return a frame with the absent columns among the others, null throughout."""
        wanted = self._entity(name).source_columns
        missing = [pl.lit(None, pl.String).alias(column) for column in wanted if column not in frame.columns]
        return frame.with_columns(missing).select(wanted) if missing else frame

    def _entity(self, name: str) -> Entity:
        return known_entity(self.mapping, name)

    def _place(self, name: str) -> str:
        return f"{self.mapping.source.name}: {name}: {self._entity(name).origin}"

    @contextmanager
    def _connected(self, entity: str) -> Iterator[sa.Connection]:
        """Yield a connection that may not write, under the entity's name for whatever goes wrong."""
        place = self._place(entity)
        self._check_file(place)
        try:
            with classified(place), self._engine.connect() as connection:
                dialect_of(connection).protect(connection)
                yield connection
        finally:
            self._engine.dispose()

    def _check_file(self, place: str) -> None:
        """Refuse an SQLite file that is not there: connecting would create it."""
        url = self._engine.url
        if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).is_file()):
            raise MappingFault(f"{place}: expected an SQLite file at {url.database or 'no path'}; edit the connection")

    def _origin(self, entity: Entity) -> sa.FromClause:
        if entity.table is not None:
            return sa.table(sa.quoted_name(entity.table, quote=True), schema=self.mapping.source.db_schema)
        return _verbatim(entity.query or "").columns().subquery("q")

    def _offered(self, connection: sa.Connection, name: str) -> dict[str, str]:
        entity, dialect = self._entity(name), dialect_of(connection)
        if entity.table is not None:
            found = dialect.names(connection, entity.table, self.mapping.source.db_schema)
            if not found:
                self._refuse_unknown_table(connection, name, entity.table)
            return found
        everything: AnySelect = sa.select(sa.literal_column("*")).select_from(self._origin(entity)).limit(0)
        with connection.execute(everything) as result:
            return dialect.offered(result)

    def _refuse_unknown_table(self, connection: sa.Connection, name: str, table: str) -> None:
        inspector, schema = sa.inspect(connection), self.mapping.source.db_schema
        known = [*inspector.get_table_names(schema), *inspector.get_view_names(schema)]
        raise MappingFault(
            f"{self._place(name)}: expected a table or view that this login may read in"
            f" {f'schema {schema!r}' if schema else 'the default schema'}, found none of that name"
            f"{did_you_mean(table, known)}; edit the mapping or grant SELECT"
        )

    def _asked(self, connection: sa.Connection, name: str, window: Window | None, batch_rows: int) -> TextSelect:
        entity = self._entity(name)
        self._check_columns(connection, name)
        present = self._present(name)
        files = FileColumns.of(entity, self._folder)
        columns = tuple(cut_off(connection, quoted_column(column), files.limits.get(column)) for column in present)
        origin = self._origin(entity)
        kinds = dialect_of(connection).kinds(connection, plain_select(origin, columns))
        where = None
        if window is not None and (window.start or window.end):
            where = self._where(connection, name, window, dict(zip(present, kinds, strict=True)))
        return TextSelect(origin, columns, kinds, where, batch_rows=batch_rows, naming=files.naming(present))

    def _check_columns(self, connection: sa.Connection, name: str) -> None:
        offered = self._offered(connection, name)
        missing = [column for column in self._present(name) if column not in offered]
        if missing:
            named = "; ".join(f"no column {column!r}{did_you_mean(column, offered)}" for column in missing)
            raise MappingFault(f"{self._place(name)}: {named}; it offers {listed(sorted(offered))}; edit the mapping")

    def _where(
        self, connection: sa.Connection, name: str, window: Window, kinds: dict[str, Kind]
    ) -> sa.ColumnElement[bool]:
        column = self._entity(name).watermark
        if column is None:
            raise MappingFault(f"{self._place(name)}: a window was asked for; name the entity's 'watermark' column")
        try:
            return within(window, quoted_column(column), kinds[column], self._zone, connection.dialect.name)
        except ValueError as unfit:
            raise MappingFault(f"{self._place(name)}: watermark {column!r}: {unfit}; name another column") from None


def _equals(column: str, value: str, kinds: dict[str, Kind]) -> sa.ColumnElement[bool]:
    """Return `column = value` in a form that lets the database use its index where the type is plain."""
    named = quoted_column(column)
    if kinds[column] == "text":
        return named == value
    if kinds[column] == "bytes":
        return named == bytes.fromhex(value)
    if kinds[column] == "number":
        return named == Decimal(value)
    return sa.cast(named, sa.String(255)) == value


def _verbatim(query: str) -> sa.TextClause:
    """Return a query of the mapping as it stands, its colons being no parameters.

    The line break at the end closes a comment that would swallow the bracket after it.
    """
    return sa.text(query.rstrip().rstrip(";").replace(":", r"\:") + "\n")

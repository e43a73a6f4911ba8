"""The tables of a database, as `suggest` sees them."""

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from crm_migration.errors import MappingFault
from crm_migration.extract.dialect import dialect_of, engine_for, read_text
from crm_migration.extract.faults import classified
from crm_migration.extract.kinds import guess
from crm_migration.extract.printing import AnyColumn, quoted_column
from crm_migration.mapping.fit import family
from crm_migration.suggest.tables import (
    PROBES,
    SAMPLE_ROWS,
    Conditions,
    SourceColumn,
    SourceTable,
    fitting,
    nameable,
    probes,
)

LONGEST_KEY = 255
INTEGER = re.compile(r"-?[0-9]{1,18}")
INTERNAL = ("alembic_version", "crm_migration_")


class DatabaseTables:
    """All tables and views of a database that its login may read; nothing is written."""

    can_join = True

    def __init__(self, url: str, schema: str | None = None, sample_rows: int = SAMPLE_ROWS) -> None:
        """Prepare an engine for `url`; nothing is connected before the first call.

        Raises:
            MappingFault: the URL names no database that can be read.
        """
        self._engine = engine_for(url)
        self.strict_types = self._engine.dialect.name == "postgresql"
        self.refused: list[str] = []
        self._schema = schema
        self._rows = sample_rows
        self._tables: dict[str, SourceTable] = {}

    def tables(self) -> Sequence[SourceTable]:
        """Return every table with its sample; raises as the protocol says."""
        if not self._tables:
            with self._connected("tables") as connection:
                inspector = sa.inspect(connection)
                names = [*inspector.get_table_names(self._schema), *inspector.get_view_names(self._schema)]
            wanted = [name for name in names if not name.startswith(INTERNAL) and nameable(name)]
            self._tables = {name: self._table(name) for name in wanted}
        return list(self._tables.values())

    def values(self, table: str, column: str, most: int) -> list[str] | None:
        """Return all distinct values of a column, None where there are more than `most`."""
        wanted = quoted_column(column)
        some = sa.select(wanted).select_from(self._origin(table)).distinct().limit(most + 2)
        found = set(self._read(table, some.subquery("v"), [column])[column].drop_nulls())
        filled = sorted(value for value in found if value.strip())
        return filled if len(filled) <= most else None

    def held(self, table: str, column: str, values: Collection[str], where: Conditions = ()) -> set[str]:
        """Return those of the values that the column has."""
        if self._tables[table].whole:
            return set(values) & set(fitting(self._tables[table].sample, where)[column].drop_nulls())
        key = quoted_column(column)
        fits = _among(key, family(self._tables[table].columns[column].type), values)
        some = sa.select(key).select_from(self._origin(table)).where(fits, *_tests(where)).distinct()
        return set(self._read(table, some.subquery("v"), [column])[column].drop_nulls()) & set(values)

    def some(self, table: str, column: str, where: Conditions) -> list[str]:
        """Return some distinct values of a column; the first rows that fit are looked at."""
        key = quoted_column(column)
        found = sa.select(key).select_from(self._origin(table)).where(*_tests(where)).limit(PROBES)
        return probes(self._read(table, found.subquery("v"), [column])[column])

    def repeats(self, table: str, column: str, where: Conditions = ()) -> bool:
        """Say whether a value comes twice among the rows that fit."""
        if self._tables[table].whole:
            found = fitting(self._tables[table].sample, where)[column].drop_nulls()
            return bool(found.is_duplicated().any())
        key = quoted_column(column)
        twice = sa.select(key).select_from(self._origin(table)).where(*_tests(where), key.is_not(None)).group_by(key)
        twice = twice.having(sa.func.count() > 1).limit(1)
        return self._read(table, twice.subquery("v"), [column]).height > 0

    def quoted(self, name: str) -> str:
        """Return a name as this database must read it; a table's with its schema."""
        preparer = self._engine.dialect.identifier_preparer
        quoted = str(preparer.quote(name))
        return f"{preparer.quote(self._schema)}.{quoted}" if self._schema and name in self._tables else quoted

    def _table(self, name: str) -> SourceTable:
        with self._connected(name) as connection:
            offered = dialect_of(connection).names(connection, name, self._schema)
            types = {column: kind for column, kind in offered.items() if nameable(column)}
            inspector = sa.inspect(connection)
            key = inspector.get_pk_constraint(name, self._schema)["constrained_columns"]
            keys = inspector.get_foreign_keys(name, self._schema)
        some = sa.select(*map(quoted_column, types)).select_from(self._origin(name)).limit(self._rows + 1)
        sample = self._read(name, some.subquery("v"), list(types))
        whole = sample.height <= self._rows
        columns = {column: SourceColumn(column, kind, guess(sample[column])) for column, kind in types.items()}
        foreign = {
            one["constrained_columns"][0]: (one["referred_table"], one["referred_columns"][0])
            for one in keys
            if len(one["constrained_columns"]) == 1
        }
        return SourceTable(name, columns, sample.head(self._rows), whole, tuple(key), foreign)

    def _origin(self, table: str) -> sa.FromClause:
        return sa.table(sa.quoted_name(table, quote=True), schema=self._schema)

    def _read(self, table: str, source: sa.FromClause, columns: list[str]) -> pl.DataFrame:
        with self._connected(table) as connection:
            return pl.concat(read_text(connection, source, columns))

    @contextmanager
    def _connected(self, what: str) -> Iterator[sa.Connection]:
        url = self._engine.url
        if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).is_file()):
            raise MappingFault(f"expected an SQLite file at {url.database or 'no path'}; edit the connection")
        with classified(f"source, {what}"), self._engine.connect() as connection:
            dialect_of(connection).protect(connection)
            yield connection

    def close(self) -> None:
        """Close the pooled connections."""
        self._engine.dispose()


def _among(key: AnyColumn, into: str, values: Collection[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a key is one of some values, so that its index serves where the type is plain."""
    if into == "text":
        return key.in_(list(values))
    if into == "integer":
        return key.in_([int(value) for value in values if INTEGER.fullmatch(value)])
    return sa.cast(key, sa.String(LONGEST_KEY)).in_(list(values))


def _tests(where: Conditions) -> list[sa.ColumnElement[bool]]:
    return [
        quoted_column(name).is_(None)
        if value is None
        else sa.cast(quoted_column(name), sa.String(LONGEST_KEY)) == value
        for name, value in where
    ]

"""Which columns of a source hold the keys of which tables: by declared foreign keys, by values, and by names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from crm_migration.suggest.known_names import COUNT_WORDS, TYPE_WORDS
from crm_migration.suggest.tables import SourceColumn, SourceTable, SourceTables

PROBES = 200
ENOUGH = 0.9
TELLING_LENGTH = 8
"""Keys of at least so many characters, not all digits, are equal in two tables only where one means the other."""


@dataclass(frozen=True)
class Pointer:
    """A column that holds keys: of one of `tables`, or, by the value of `type_column`, of those in `by_type`.

    `tables` are the tables that hold (nearly) all values, best first; `certain` says that values, not a name alone,
    tell. A column without values has none.
    """

    column: str
    tables: tuple[str, ...] = ()
    certain: bool = False
    type_column: str | None = None
    by_type: Mapping[str, str] = field(default_factory=dict)


class Pointers:
    """Finds and remembers the pointers of a source's tables."""

    def __init__(self, source: SourceTables, tables: Sequence[SourceTable]) -> None:
        """Take the tables; those with a key of one column can be pointed at."""
        self._source = source
        self._tables = {table.name: table for table in tables}
        self._parents = [table for table in tables if len(table.identity) == 1]
        self._keys = {table.name: set(table.sample[table.identity[0]].drop_nulls()) for table in self._parents}
        self._found: dict[str, dict[str, Pointer]] = {}

    def of(self, table: str) -> dict[str, Pointer]:
        """Return the pointers of a table, by column."""
        if table not in self._found:
            pointers = (self._pointer(self._tables[table], column) for column in self._tables[table].columns.values())
            self._found[table] = {pointer.column: pointer for pointer in pointers if pointer}
        return self._found[table]

    def holds(self, table: str, values: Sequence[str]) -> bool:
        """Say whether nearly all of some values are keys of a table."""
        if not values or table not in self._keys:
            return False
        there = self._keys[table] & set(values)
        parent = self._tables[table]
        if len(there) < ENOUGH * len(values) and there and not parent.whole:
            there = self._source.held(table, parent.identity[0], values)
        return len(there) >= ENOUGH * len(values)

    def _pointer(self, table: SourceTable, column: SourceColumn) -> Pointer | None:
        if column.name in table.foreign:
            return Pointer(column.name, (table.foreign[column.name][0],), certain=True)
        if (column.name,) == table.identity or not self._could_point(column):
            return None
        values = probes(table.sample[column.name])
        if not values:
            return None
        typed = self._by_type(table, column)
        if typed:
            return typed
        telling = all(len(value) >= TELLING_LENGTH and not value.isdigit() for value in values[:10])
        holders = [parent for parent in self._parents if self.holds(parent.name, values)]
        said = {*column.words, "user"} if "owner" in column.words else set(column.words)
        named = [parent for parent in holders if set(parent.words) & said]
        self_named = [parent for parent in holders if parent is table and "parent" in column.words]
        likely = named or self_named or (holders if telling or len(holders) == 1 else [])
        if not likely:
            return None
        return Pointer(column.name, tuple(parent.name for parent in _closest(likely, column)), certain=telling)

    def _could_point(self, column: SourceColumn) -> bool:
        """Say whether a column may hold keys: its name says so, or its values are long and alike in kind."""
        if column.kind.kind in ("empty", "date", "datetime", "decimal", "money", "boolean", "email", "url"):
            return False
        if COUNT_WORDS & set(column.words):
            return False
        says = bool({"id", "key", "parent", "owner"} & set(column.words))
        named = any(set(parent.words) <= set(column.words) for parent in self._parents)
        return says or (named and column.kind.max_length <= MOST_KEY)

    def _by_type(self, table: SourceTable, column: SourceColumn) -> Pointer | None:
        """Return a pointer whose table another column names, row by row, such as parent_type beside parent_id."""
        stem = set(column.words) - {"id", "key"}
        for beside in table.columns.values():
            named = set(beside.words)
            if beside is column or not named & TYPE_WORDS or named - TYPE_WORDS != stem or not beside.kind.values:
                continue
            found = self._tables_by_type(table.sample.select(beside.name, column.name))
            if found:
                return Pointer(column.name, certain=True, type_column=beside.name, by_type=found)
        return None

    def _tables_by_type(self, pairs: pl.DataFrame) -> dict[str, str]:
        kind, key = pairs.columns
        found = {}
        for (value,), rows in pairs.drop_nulls().group_by(kind, maintain_order=True):
            values = probes(rows[key])
            holders = [parent for parent in self._parents if self.holds(parent.name, values)]
            if str(value).strip() and holders:
                found[str(value)] = _closest_to(holders, str(value)).name
        return found


MOST_KEY = 40


def probes(series: pl.Series) -> list[str]:
    """Return some distinct values of a column, blank ones left out, in a fixed order."""
    filled = series.drop_nulls().unique(maintain_order=True)
    filled = filled.filter(filled.str.strip_chars().str.len_bytes() > 0)
    return filled.head(PROBES).to_list()


def _closest(parents: list[SourceTable], column: SourceColumn) -> list[SourceTable]:
    """Return tables by how well a column's name fits theirs, shorter names first among equals."""

    def distance(parent: SourceTable) -> tuple[float, int, str]:
        common = set(parent.words) & set(column.words)
        return (-len(common) / len(set(parent.words) | {"?"}), len(parent.words), parent.name)

    return sorted(parents, key=distance)


def _closest_to(parents: list[SourceTable], value: str) -> SourceTable:
    from crm_migration.suggest.naming import likeness, words

    return max(parents, key=lambda parent: (likeness(parent.words, words(value)), -len(parent.words), parent.name))

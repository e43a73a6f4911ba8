"""Which columns of a source hold the keys of which tables: by declared foreign keys, by values, and by names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crm_migration.suggest.known_names import COUNT_WORDS, TYPE_WORDS
from crm_migration.suggest.naming import likeness, words
from crm_migration.suggest.tables import SourceColumn, SourceTable, SourceTables, fitting, probes

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

    def holds(self, table: str, values: Sequence[str], *, likely: bool = False) -> bool:
        """Say whether nearly all of some values are keys of a table.

        Of a large table only a sample is at hand; it is asked where the sample has some of them, or a name makes it
        `likely`.
        """
        if not values or table not in self._keys:
            return False
        there = self._keys[table] & set(values)
        parent = self._tables[table]
        if len(there) < ENOUGH * len(values) and (there or likely) and not parent.whole:
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
        said = {*column.words, "user"} if "owner" in column.words else set(column.words)
        holders = [
            parent
            for parent in self._parents
            if self.holds(parent.name, values, likely=bool(set(parent.words) & said) or parent is table)
        ]
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
            found = self._tables_by_type(table, beside.name, column.name)
            if found:
                return Pointer(column.name, certain=True, type_column=beside.name, by_type=found)
        return None

    def _tables_by_type(self, table: SourceTable, kind: str, key: str) -> dict[str, str]:
        """Return the table of each type; of a large table the rows of a type are asked for."""
        seen = table.columns[kind].kind.values or ()
        types = seen if table.whole else self._source.values(table.name, kind, MOST_TYPES) or seen
        found = {}
        for value in types:
            typed = ((kind, value),)
            keys = probes(fitting(table.sample, typed)[key]) or self._source.some(table.name, key, typed)
            said = set(words(value))
            holders = [one for one in self._parents if self.holds(one.name, keys, likely=bool(set(one.words) & said))]
            if holders:
                found[value] = _closest_to(holders, value).name
        return found


MOST_TYPES = 50
MOST_KEY = 40


def _closest(parents: list[SourceTable], column: SourceColumn) -> list[SourceTable]:
    """Return tables by how well a column's name fits theirs, shorter names first among equals."""

    def distance(parent: SourceTable) -> tuple[float, int, str]:
        common = set(parent.words) & set(column.words)
        return (-len(common) / len(set(parent.words) | {"?"}), len(parent.words), parent.name)

    return sorted(parents, key=distance)


def _closest_to(parents: list[SourceTable], value: str) -> SourceTable:
    return max(parents, key=lambda parent: (likeness(parent.words, words(value)), -len(parent.words), parent.name))

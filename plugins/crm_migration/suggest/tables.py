"""A source as `suggest` sees it: its tables, their columns, and a sample of their rows as text."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from crm_migration.extract.kinds import ColumnKind
from crm_migration.suggest.naming import Words, words

SAMPLE_ROWS = 5_000


@dataclass(frozen=True)
class SourceColumn:
    """One column: its name, its declared type (blank where the source declares none), what its values look like."""

    name: str
    type: str
    kind: ColumnKind

    @property
    def words(self) -> Words:
        """Return what the name says."""
        return words(self.name)


@dataclass(frozen=True)
class SourceTable:
    """A table, or a file, or a sheet of a workbook.

    `key` is the declared primary key, `foreign` the declared foreign keys by column. `sample` holds the first rows
    as text; `whole` says whether these are all. `file` and `sheet` are what a mapping calls them.
    """

    name: str
    columns: Mapping[str, SourceColumn]
    sample: pl.DataFrame
    whole: bool = True
    key: tuple[str, ...] = ()
    foreign: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    file: str | None = None
    sheet: str | None = None

    @property
    def words(self) -> Words:
        """Return what the table's name says."""
        return words(self.name)

    @property
    def identity(self) -> tuple[str, ...]:
        """Return the columns that identify a row: the declared key, else the unique column that looks most like one."""
        if self.key:
            return self.key
        unique = [column for column in self.columns.values() if column.kind.unique and not column.kind.null_share]
        unique = [column for column in unique if column.kind.max_length <= MOST_KEY_LENGTH]
        ranked = sorted(unique, key=lambda column: -_key_likeness(column, self.words))
        return (ranked[0].name,) if ranked and _key_likeness(ranked[0], self.words) > 0 else ()


MOST_KEY_LENGTH = 64
KEY_WORDS = frozenset({"id", "key", "number", "code", "uuid", "guid", "uid"})


def _key_likeness(column: SourceColumn, table: Words) -> float:
    """Return how much a unique column looks like a key: its name, then short opaque values."""
    said = set(column.words)
    named = 2.0 if said and said <= KEY_WORDS | set(table) | {"legacy", "external"} and said & KEY_WORDS else 0.0
    partly = 1.0 if said & KEY_WORDS else 0.0
    opaque = 0.5 if column.kind.kind in ("integer", "text") and column.kind.padded else 0.0
    return named + partly + opaque


class SourceTables(Protocol):
    """Where the tables come from, and what can still be asked of it."""

    can_join: bool

    def tables(self) -> Sequence[SourceTable]:
        """Return every table with its sample.

        Raises:
            MappingFault: the connection must be edited.
            SourceUnavailable: the source did not answer.
            SourceUnreadable: a file is refused as a whole.
        """
        ...

    def values(self, table: str, column: str, most: int) -> list[str] | None:
        """Return all distinct values of a column, blank ones left out; None where there are more than `most`."""
        ...

    def held(self, table: str, column: str, values: Collection[str]) -> set[str]:
        """Return those of the values that the column has."""
        ...

    def repeats(self, table: str, column: str, where: Mapping[str, str]) -> bool:
        """Say whether a value comes twice among the rows whose columns have the given values."""
        ...

    def quoted(self, name: str) -> str:
        """Return a table's or column's name as a query must write it."""
        ...

"""A source as `suggest` sees it: its tables, their columns, and a sample of their rows as text."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import polars as pl

from crm_migration.extract.kinds import ColumnKind
from crm_migration.mapping.document import CONTROL
from crm_migration.suggest.naming import Words, words

SAMPLE_ROWS = 5_000
PROBES = 200
Conditions = tuple[tuple[str, str | None], ...]
"""Columns with the value that they must have, None for none."""


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
    def is_document(self) -> bool:
        """Say whether the rows are in a file or a sheet, which may be called anything."""
        return self.file is not None or self.sheet is not None

    @property
    def identity(self) -> tuple[str, ...]:
        """Return the columns that identify a row: the declared key, else the unique column that looks most like one."""
        if self.key:
            return self.key
        short = [column for column in self.columns.values() if 0 < column.kind.max_length <= MOST_KEY_LENGTH]
        likeness = {column.name: _key_likeness(column, self.words) for column in short}
        unique = [column for column in short if column.kind.unique is not False and not column.kind.null_share]
        best = max(unique, key=lambda column: likeness[column.name], default=None)
        if best is not None and likeness[best.name] > 0:
            return (best.name,)
        # A key that some rows lack or share is still one; those rows are rejected by name.
        named = [column for column in short if likeness[column.name] >= NAMED and self._nearly_unique(column.name)]
        return (named[0].name,) if named else ()

    def _nearly_unique(self, column: str) -> bool:
        filled = self.sample[column].drop_nulls()
        return self.sample.height > 0 and filled.n_unique() >= NEARLY * self.sample.height


MOST_KEY_LENGTH = 64
NAMED = 2.0
NEARLY = 0.9
KEY_WORDS = frozenset({"id", "key", "number", "code", "uuid", "guid", "uid"})


def _key_likeness(column: SourceColumn, table: Words) -> float:
    """Return how much a unique column looks like a key: its name, then short opaque values."""
    said = set(column.words)
    named = NAMED if said and said <= KEY_WORDS | set(table) | {"legacy", "external"} and said & KEY_WORDS else 0.0
    partly = 1.0 if said & KEY_WORDS else 0.0
    opaque = 0.5 if column.kind.padded else 0.2 if column.kind.kind == "email" else 0.0
    return named + partly + opaque


def fitting(sample: pl.DataFrame, where: Conditions) -> pl.DataFrame:
    """Return the rows that fulfil the conditions."""
    for name, value in where:
        sample = sample.filter(pl.col(name).is_null() if value is None else pl.col(name) == value)
    return sample


def probes(series: pl.Series) -> list[str]:
    """Return some distinct values of a column, blank ones left out, in a fixed order."""
    filled = series.drop_nulls().unique(maintain_order=True)
    filled = filled.filter(filled.str.strip_chars().str.len_bytes() > 0)
    return filled.head(PROBES).to_list()


def nameable(column: str) -> bool:
    """Say whether a mapping can name a column: not if it is blank, reserved, or holds control characters."""
    return bool(column.strip()) and column != "_row" and not CONTROL.search(column)


class SourceTables(Protocol):
    """Where the tables come from, and what can still be asked of it.

    `can_join` says whether a query can be written for it, `strict_types` whether that compares a number with a text;
    `refused` tells what could not be read.
    """

    can_join: bool
    strict_types: bool
    refused: list[str]

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

    def held(self, table: str, column: str, values: Collection[str], where: Conditions = ()) -> set[str]:
        """Return those of the values that the column has, in rows that fulfil the conditions."""
        ...

    def some(self, table: str, column: str, where: Conditions) -> list[str]:
        """Return some distinct values of a column, in rows that fulfil the conditions; blank ones left out."""
        ...

    def repeats(self, table: str, column: str, where: Conditions = ()) -> bool:
        """Say whether a value comes twice, in rows that fulfil the conditions."""
        ...

    def quoted(self, name: str) -> str:
        """Return a table's or column's name as a query must write it."""
        ...

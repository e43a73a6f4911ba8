"""What a source is to the rest of the line."""

from collections.abc import Iterator
from collections.abc import Mapping as Table
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable

import polars as pl

from crm_migration.errors import MappingFault
from crm_migration.mapping.faults import did_you_mean
from crm_migration.mapping.model import Entity, Mapping

BATCH_ROWS = 100_000
MOST_DISTINCT = 1000

Absent = Table[str, AbstractSet[str]]
"""By entity, the columns that are known to be missing and are to be read as null."""


@dataclass(frozen=True)
class Window:
    """A half-open stretch of an entity's watermark, [start, end); None leaves that side open.

    Both bounds carry a zone; what they mean for a column that carries none is the source's business.
    """

    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse bounds without a zone, which would be read as another moment on another machine."""
        for name, bound in (("start", self.start), ("end", self.end)):
            if bound is not None and bound.tzinfo is None:
                raise ValueError(f"expected a window whose {name} carries a time zone")


@dataclass(frozen=True)
class Profile:
    """What a source offers of one entity now, seen before a row of it is staged.

    `columns` are as `describe` returns them, `values` as `distinct` does. `kinds` holds, by column, what tells that
    its values are of another sort than before: the declared type, or of documents the kind that the values were found
    to have; a column that tells nothing is left out. `lacking` names, by column, the documents that do not have it
    while others do. `ordered` says whether the order of the columns means anything, `there` whether there was
    anything to look at.
    """

    columns: dict[str, str]
    kinds: dict[str, str] = field(default_factory=dict)
    values: dict[str, set[str]] = field(default_factory=dict)
    lacking: dict[str, list[str]] = field(default_factory=dict)
    ordered: bool = True
    there: bool = True


def known_entity(mapping: Mapping, name: str) -> Entity:
    """Return an entity of a mapping.

    Raises:
        MappingFault: the mapping has none of that name.
    """
    if name not in mapping.entities:
        raise MappingFault(
            f"{mapping.source.name}: expected one of the mapping's entities, found {name!r}"
            f"{did_you_mean(name, mapping.entities)}"
        )
    return mapping.entities[name]


class RowSource(Protocol):
    """What the extract step needs of a source."""

    def read(self, entity: str, window: Window | None = None, batch_rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """Yield the entity's source columns as text, in frames of at most `batch_rows` rows.

        All frames show one moment of the source. The first one is there even if no row is found. Memory
        is bounded by a frame, not by the source. Files and sheets add the columns of `document.META`: where
        each row stands, and why a row that could not be read was not.

        Raises:
            MappingFault: the table, a column or a privilege is missing.
            SourceUnavailable: the connection was refused or broke; what was yielded is not the whole.
            SourceUnreadable: the source holds what cannot be read.
        """
        ...

    def count(self, entity: str, window: Window | None = None) -> int | None:
        """Return how many rows `read` would yield now, None where only reading tells."""
        ...


@runtime_checkable
class Versioned(Protocol):
    """A source of documents, which knows what it gave."""

    def versions(self, entity: str) -> dict[str, str]:
        """Return, by identity, the versions of the documents that the last `read` of `entity` gave to their end."""
        ...


@runtime_checkable
class Divisible(Protocol):
    """A source that can be read in shares, by several workers, each row by one of them."""

    def divide(self, entity: str, window: Window | None, parts: int) -> list[str]:
        """Return what describes each of `parts` shares, in the order of their rows; a share may have none.

        Raises:
            MappingFault, SourceUnavailable, SourceUnreadable: as `RowSource.read`.
        """
        ...

    def share(self, described: str) -> RowSource:
        """Return the source whose `read` and `count` keep to one share, as `divide` has described it."""
        ...


@runtime_checkable
class TakesKeys(Protocol):
    """A source that says how many keys `read_keys` is best given at once; the others are given a few hundred."""

    @property
    def keys_at_once(self) -> int:
        """Return the number of keys, which also bounds the rows in memory as long as keys are unique."""
        ...


class KeyedSource(RowSource, Protocol):
    """A source whose rows can also be had by their keys."""

    def read_keys(self, entity: str, keys: pl.DataFrame) -> pl.DataFrame:
        """Return, as `read` does, the few rows whose key columns are in `keys`; raises what `read` raises."""
        ...


class Source(KeyedSource, Protocol):
    """A place that rows come from; an adapter proves itself with tests/contract/source.py."""

    def describe(self, entity: str) -> dict[str, str]:
        """Return every column that the entity's table, query, files or sheets offer, with its declared type.

        Raises:
            MappingFault: the table, query or connection must be edited.
            SourceUnavailable: the source did not answer.
        """
        ...

    def keys(self, entity: str) -> Iterator[pl.DataFrame]:
        """Yield the columns of key and filters of every row, whatever the window; raises what `read` raises."""
        ...

    def distinct(self, entity: str, columns: list[str], most: int = MOST_DISTINCT) -> dict[str, set[str]]:
        """Return the distinct values of each column as text, blanks left out, at most `most` of each.

        Raises:
            MappingFault, SourceUnavailable: as `describe`.
        """
        ...

    def profile(self, entity: str, columns: list[str], most: int = MOST_DISTINCT) -> Profile:
        """Return what the entity offers now, with the distinct values of `columns`, those not offered left out.

        Documents are read once for it.

        Raises:
            MappingFault, SourceUnavailable, SourceUnreadable: as `read`.
        """
        ...

"""What one pass over an entity's documents tells of its columns: who has them, their kinds, their values."""

from dataclasses import dataclass, field

import polars as pl

from crm_migration.extract.document import FAULT
from crm_migration.extract.kinds import KindGuess
from crm_migration.extract.source import Profile

SAMPLED_ROWS = 100_000
LONGEST_VALUE = 1000
"""Letters of a value that are kept: it is compared with those of a mapping, which are shorter."""


def distinct_values(column: pl.Series) -> pl.Series:
    """Return the values of a column of text, each once and cut, nulls left out."""
    return column.drop_nulls().str.head(LONGEST_VALUE).unique()


@dataclass
class Seen:
    """Collects, document by document: the kind of each of the `wanted` columns, distinct values of the `chosen` ones.

    Kinds are told by the first SAMPLED_ROWS of each document. Of the values, `most` are kept.
    """

    wanted: list[str]
    chosen: list[str]
    most: int
    _offered: dict[str, list[str]] = field(default_factory=dict)
    _ordered: bool = True
    _sampled: int = 0
    _guesses: dict[str, KindGuess] = field(default_factory=dict)
    _values: dict[str, set[str]] = field(default_factory=dict)

    @property
    def columns(self) -> list[str]:
        """Return the columns to read for it."""
        return list(dict.fromkeys([*self.wanted, *self.chosen]))

    def document(self, name: str, columns: list[str], *, ordered: bool) -> None:
        """Take a document: its columns, and whether their order means anything (as members of an object it does not).

        A document of records that holds none tells no columns, so it cannot lack any.
        """
        if columns:
            self._offered[name] = columns
        self._ordered &= ordered
        self._sampled = 0

    @property
    def enough(self) -> bool:
        """Say whether the rest of the document that was taken last can tell nothing more."""
        return not self.chosen and self._sampled >= SAMPLED_ROWS

    def rows(self, frame: pl.DataFrame) -> None:
        """Take some rows of the document that was taken last; those that could not be read tell nothing."""
        read = frame.filter(pl.col(FAULT).is_null())
        if self._sampled < SAMPLED_ROWS:
            for column in self.wanted:
                # Nobody asks whether values come twice, so none are kept to tell.
                self._guesses.setdefault(column, KindGuess(_hashes=None)).see(read[column])
        self._sampled += frame.height
        for column in self.chosen:
            values = self._values.setdefault(column, set())
            distinct = distinct_values(read[column]).head(self.most + len(values))
            if len(values) < self.most:
                values.update(value for value in distinct if value.strip())

    def profile(self) -> Profile:
        """Return what was seen; where no document told a column, the wanted ones stand in for them."""
        columns = dict.fromkeys((name for names in self._offered.values() for name in names), "text")
        if not columns:
            return Profile(dict.fromkeys(self.wanted, "text"), there=False)
        kinds = {column: guess.result().base for column, guess in self._guesses.items() if column in columns}
        return Profile(
            columns,
            {column: kind for column, kind in kinds.items() if kind != "empty"},
            {column: set(sorted(found)[: self.most]) for column, found in self._values.items() if column in columns},
            {column: without for column in self.wanted if column in columns and (without := self._without(column))},
            self._ordered,
        )

    def _without(self, column: str) -> list[str]:
        """Return the documents that lack a column; among members of objects, being absent is being empty."""
        return [name for name, names in self._offered.items() if column not in names] if self._ordered else []

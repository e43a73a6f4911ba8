"""What a field's values are like before and after cleaning: counted part by part, in bounded memory.

Before are the rows of the extract that no rule left out, as the source has them; after are the rows that came out
clean. Distinct values are counted by 64-bit hashes up to a limit, beyond which only "more than" is known. Values
themselves are customers' data: they are kept for kinds that choose among few (choices, booleans, countries,
languages), and told only where there really are few.
"""

import base64
from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
import polars as pl
from pydantic import PlainSerializer, PlainValidator

from crm_migration.clean.fields import CleanField
from crm_migration.mapping.model import Boolean, Choice, Constant, Country, FieldSpec, Language

DISTINCT_COUNTED = 50_000
VALUES_HELD = 1_000
VALUES_TOLD = 50
LONGEST_TOLD = 100
CHOOSING = (Choice, Boolean, Country, Language)
NO_ENTRY = "choice"
"""Reason code of a value that the value map has no entry for."""

Side = Literal["before", "after"]
PROFILE: dict[str, pl.DataType | type[pl.DataType]] = {
    "field": pl.String,
    "side": pl.String,
    "rows": pl.Int64,
    "filled": pl.Int64,
    "distinct": pl.Int64,
    "more": pl.Boolean,
    "shortest": pl.Int64,
    "longest": pl.Int64,
    "top": pl.List(pl.Struct({"value": pl.String, "rows": pl.Int64})),
}
NO_ENTRIES = {"field": pl.String, "value": pl.String, "rows": pl.Int64}


def _read_hashes(text: object) -> pl.Series:
    return pl.Series(np.frombuffer(base64.b64decode(str(text)), dtype=np.uint64))


def _print_hashes(hashes: pl.Series) -> str:
    return base64.b64encode(hashes.to_numpy().tobytes()).decode("ascii")


Hashes = Annotated[pl.Series, PlainValidator(_read_hashes), PlainSerializer(_print_hashes, return_type=str)]
"""64-bit hashes; as JSON, their bytes in base 64."""


@dataclass
class Values:
    """How often each of few values came; what comes first beyond the limit is only counted."""

    counts: Counter[str] = field(default_factory=Counter)
    beyond: int = 0

    def add(self, values: pl.Series) -> None:
        """Count the values, nulls left out."""
        told = values.drop_nulls().cast(pl.String).rename("value").value_counts(sort=True, name="rows")
        for value, rows in told.iter_rows():
            self._count(value, rows)

    def merge(self, other: "Values") -> None:
        """Count what `other` has counted."""
        for value, rows in other.counts.items():
            self._count(value, rows)
        self.beyond += other.beyond

    def _count(self, value: str, rows: int) -> None:
        if value in self.counts or len(self.counts) < VALUES_HELD:
            self.counts[value] += rows
        else:
            self.beyond += rows

    def told(self) -> list[dict[str, Any]]:
        """Return values and rows, most frequent first; none where they are not few."""
        few = self.counts if not self.beyond and len(self.counts) <= VALUES_TOLD else Counter[str]()
        return [{"value": value[:LONGEST_TOLD], "rows": rows} for value, rows in _frequent(few)]


@dataclass
class ColumnProfile:
    """One field on one side."""

    rows: int = 0
    filled: int = 0
    hashes: Hashes = field(default_factory=lambda: _read_hashes(""))
    more: bool = False
    shortest: int | None = None
    longest: int | None = None
    values: Values | None = None

    def add(self, values: pl.Series, rows: int) -> None:
        """Count the filled values of a part that has `rows` rows."""
        self.rows += rows
        self.filled += len(values)
        if values.is_empty():
            return
        if values.dtype == pl.String:
            self._measure(values.str.len_chars())
        if self.values is not None:
            self.values.add(values)
        if not self.more:
            # Once there are too many, they are counted no longer: that keeps columns of keys and names cheap.
            self._see(values.to_physical().hash().unique())

    def merge(self, other: "ColumnProfile") -> None:
        """Count what `other` has counted of the same field on the same side."""
        self.rows += other.rows
        self.filled += other.filled
        for lengths in (other.shortest, other.longest):
            if lengths is not None:
                self._measure(pl.Series([lengths]))
        if self.values is not None and other.values is not None:
            self.values.merge(other.values)
        if self.more or other.more:
            self.more, self.hashes = True, self.hashes.clear()
        else:
            self._see(other.hashes)

    def _see(self, hashes: pl.Series) -> None:
        self.hashes = pl.concat([self.hashes, hashes]).unique()
        self.more = len(self.hashes) > DISTINCT_COUNTED
        self.hashes = self.hashes.clear() if self.more else self.hashes

    def _measure(self, lengths: pl.Series) -> None:
        shortest, longest = (int(str(bound)) for bound in (lengths.min(), lengths.max()))
        self.shortest = shortest if self.shortest is None else min(self.shortest, shortest)
        self.longest = longest if self.longest is None else max(self.longest, longest)

    def line(self, name: str, side: Side) -> dict[str, Any]:
        """Return the line of the table `profile`."""
        return {
            "field": name,
            "side": side,
            "rows": self.rows,
            "filled": self.filled,
            "distinct": DISTINCT_COUNTED if self.more else len(self.hashes),
            "more": self.more,
            "shortest": self.shortest,
            "longest": self.longest,
            "top": self.values.told() if self.values is not None else [],
        }


@dataclass
class Profile:
    """All fields of an entity, before and after, and the values of choices that have no entry."""

    before: dict[str, ColumnProfile] = field(default_factory=dict)
    after: dict[str, ColumnProfile] = field(default_factory=dict)
    no_entry: dict[str, Values] = field(default_factory=dict)

    def add(self, name: str, spec: FieldSpec, result: CleanField, clean: pl.Series) -> None:
        """Count one field of one part; `clean` marks the rows that came out clean."""
        if isinstance(spec, Constant):
            return
        for side in (self.before, self.after):
            side.setdefault(name, ColumnProfile(values=Values() if isinstance(spec, CHOOSING) else None))
        kept = result.values if clean.all() else result.values.filter(clean)
        self.before[name].add(_filtered(result.source, result.before), len(result.source))
        self.after[name].add(kept.drop_nulls(), len(kept))
        if isinstance(spec, Choice):
            unknown = result.given.filter((result.found == NO_ENTRY).fill_null(value=False))
            self.no_entry.setdefault(name, Values()).add(unknown)

    def merge(self, other: "Profile") -> None:
        """Count what `other` has counted of later rows."""
        for own, more in ((self.before, other.before), (self.after, other.after)):
            for name, column in more.items():
                own.setdefault(name, ColumnProfile(values=None if column.values is None else Values())).merge(column)
        for name, values in other.no_entry.items():
            self.no_entry.setdefault(name, Values()).merge(values)

    def frame(self) -> pl.DataFrame:
        """Return the table `profile`: a line for each field and side."""
        lines = [
            line
            for name in self.before
            for line in (self.before[name].line(name, "before"), self.after[name].line(name, "after"))
        ]
        return pl.DataFrame(lines, schema=PROFILE)

    def no_entries(self) -> pl.DataFrame:
        """Return the table `no_entry`: the values without an entry, those beyond the limit together without one."""
        lines = [
            (name, value, rows)
            for name, values in self.no_entry.items()
            for value, rows in [*_frequent(values.counts), *([(None, values.beyond)] if values.beyond else [])]
        ]
        return pl.DataFrame(lines, schema=NO_ENTRIES, orient="row")


def _frequent(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return values and rows, the most frequent first, in the same order whoever counted them."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _filtered(values: pl.Series, filled: pl.Series) -> pl.Series:
    return values if filled.all() else values.filter(filled)

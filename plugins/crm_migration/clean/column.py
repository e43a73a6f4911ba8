"""What a cleaning function takes and gives: whole columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import polars as pl

from crm_migration.extract.file_folder import FileFolder
from crm_migration.mapping.model import SourceConfig

Values: TypeAlias = Callable[[pl.Series], pl.Series]


@dataclass(frozen=True)
class Column:
    """The text that one field reads, joined and tidied; null where the source has none.

    `beside` is the column that the spec names next to it: the row's country, or the type of its parent.
    """

    text: pl.Series
    beside: pl.Series | None = None


@dataclass(frozen=True)
class Context:
    """What a cleaning function may know beyond its column and its spec.

    `lookup` maps lower-cased natural keys of users to their ids; `spellings` are the mapping's own names of
    countries, for the column that names the row's country. `files` is the folder that a field's paths lead into.
    """

    source: SourceConfig
    lookup: Mapping[str, str] | None = None
    spellings: Mapping[str, str] = field(default_factory=dict)
    files: FileFolder | None = None


@dataclass(frozen=True)
class Cleaned:
    """Clean values, typed by the kind, and per row the reason code of a value that cannot be read.

    `flags` mark, by their code, values that were read and that a person may want to look at; nothing is done
    about them.
    """

    values: pl.Series
    reasons: pl.Series
    flags: Mapping[str, pl.Series] = field(default_factory=dict)

    @property
    def invalid(self) -> pl.Series:
        """Return which rows hold a value that cannot be read."""
        return self.reasons.is_not_null()


def judged(text: pl.Series, values: pl.Series, reason: str) -> Cleaned:
    """Return `values`, where each text that became null is invalid for `reason`."""
    return Cleaned(values, coded(text.is_not_null() & values.is_null(), reason))


def coded(mask: pl.Series, reason: str) -> pl.Series:
    """Return a text column that holds `reason` where `mask` is true, and null elsewhere."""
    return pl.select(pl.when(mask).then(pl.lit(reason))).to_series()


def where(text: pl.Series, mask: pl.Series, function: Values) -> pl.Series:
    """Return `text` with `function` applied to the rows of `mask` only."""
    if not mask.any():
        return text
    if mask.all():
        return function(text)
    return text.clone().scatter(mask.arg_true(), function(text.filter(mask)))


def over_distinct(text: pl.Series, function: Values) -> pl.Series:
    """Return `function` of `text`, computed once per distinct value."""
    distinct = text.drop_nulls().unique()
    answers = pl.DataFrame({"text": distinct, "answer": function(distinct)})
    rows = pl.DataFrame({"text": text})
    return rows.join(answers, on="text", how="left", maintain_order="left")["answer"]


def translated(text: pl.Series, table: Mapping[str, str]) -> pl.Series:
    """Return the entry of `table` for each value, null where it has none."""
    return text.replace_strict(list(table), list(table.values()), default=None, return_dtype=pl.String)

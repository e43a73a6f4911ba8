"""Rows that the mapping leaves out by rule, and the tests of columns that its rules are made of."""

from collections.abc import Sequence

import polars as pl

from crm_migration.clean.text import BLANKS
from crm_migration.mapping.row_tests import Filter, Test, wildcard


def filter_names(frame: pl.DataFrame, filters: Sequence[Filter]) -> pl.Series:
    """Return for each row the name of the first filter that takes it out, null where none does.

    Values are compared without the blanks around them; a blank is no value, so `is_null: true` takes it out,
    and so does `not_equals`, whose list cannot hold it.
    """
    names = pl.lit(None, pl.String)
    for rule in reversed(filters):
        names = pl.when(passes(rule.column, rule)).then(pl.lit(rule.name)).otherwise(names)
    return frame.select(names.alias("filter")).to_series() if filters else _none(frame)


def passes(column: str, test: Test) -> pl.Expr:
    """Return whether a column passes a test, all of it, row by row; never null."""
    value = pl.col(column).str.strip_chars(BLANKS).fill_null("")
    parts = []
    if test.equals is not None:
        parts.append(value.is_in([wanted.strip(BLANKS) for wanted in test.equals if wanted.strip(BLANKS)]))
    if test.not_equals is not None:
        parts.append(~value.is_in([wanted.strip(BLANKS) for wanted in test.not_equals]))
    if test.is_null is not None:
        parts.append((value == "") == test.is_null)
    if test.matches is not None:
        parts.append((value != "") & value.str.contains("|".join(map(wildcard, test.matches))))
    return pl.all_horizontal(parts)


def _none(frame: pl.DataFrame) -> pl.Series:
    return pl.repeat(None, frame.height, dtype=pl.String, eager=True)

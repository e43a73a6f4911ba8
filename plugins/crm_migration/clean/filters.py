"""Rows that the mapping leaves out by rule."""

from collections.abc import Sequence

import polars as pl

from crm_migration.clean.text import BLANKS
from crm_migration.mapping.model import Filter


def filter_names(frame: pl.DataFrame, filters: Sequence[Filter]) -> pl.Series:
    """Return for each row the name of the first filter that takes it out, null where none does.

    Values are compared without the blanks around them; a blank is no value, so `is_null: true` takes it out,
    and so does `not_equals`, whose list cannot hold it.
    """
    names = pl.lit(None, pl.String)
    for rule in reversed(filters):
        names = pl.when(_takes_out(rule)).then(pl.lit(rule.name)).otherwise(names)
    return frame.select(names.alias("filter")).to_series() if filters else _none(frame)


def _none(frame: pl.DataFrame) -> pl.Series:
    return pl.repeat(None, frame.height, dtype=pl.String, eager=True)


def _takes_out(rule: Filter) -> pl.Expr:
    value = pl.col(rule.column).str.strip_chars(BLANKS).fill_null("")
    if rule.equals is not None:
        return value.is_in([wanted.strip(BLANKS) for wanted in rule.equals if wanted.strip(BLANKS)])
    if rule.not_equals is not None:
        return ~value.is_in([wanted.strip(BLANKS) for wanted in rule.not_equals])
    return (value == "") == bool(rule.is_null)

"""Values out of a list: choices, booleans, users of the target, and the constant."""

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, judged, over_distinct, translated
from crm_migration.clean.text import Tidy, no_reason, tidied
from crm_migration.errors import MappingFault
from crm_migration.mapping.model import Boolean, Choice, Constant, Owner

CHOICE_TIDY = Tidy(entities=True)


def clean_choice(column: Column, spec: Choice, _context: Context) -> Cleaned:
    """Return what the spec's value map says; a value without an entry is invalid for `choice`.

    An entry for the empty text applies to blank values, which otherwise stay null; one that maps to the empty
    text empties the field. The exact spelling goes before one that differs in case or width.
    """
    exact = _tidied_keys(spec.values)
    found = translated(column.text, exact)
    if spec.ignore_case:
        turned = dict(reversed(exact.items()))
        keys = _folded(pl.Series(list(turned), dtype=pl.String))
        table = dict(zip(keys, turned.values(), strict=True))
        found = found.fill_null(translated(over_distinct(column.text, _folded), table))
    checked = judged(column.text, found, "choice")
    values = found.set(found.str.len_bytes() == 0, None)
    blank = spec.values.get("")
    return Cleaned(values.set(column.text.is_null(), blank) if blank else values, checked.reasons)


def clean_boolean(column: Column, spec: Boolean, _context: Context) -> Cleaned:
    """Return true or false by the spec's lists, in any case and width; other values are invalid for `boolean`."""
    table = dict.fromkeys(_folded(pl.Series(spec.false, dtype=pl.String)), False)
    table |= dict.fromkeys(_folded(pl.Series(spec.true, dtype=pl.String)), True)
    folded = over_distinct(column.text, _folded)
    values = folded.replace_strict(list(table), list(table.values()), default=None, return_dtype=pl.Boolean)
    return judged(column.text, values, "boolean")


def clean_owner(column: Column, spec: Owner, context: Context) -> Cleaned:
    """Return the id of the target's user; a user that the target does not have is invalid for `owner`.

    Raises:
        MappingFault: the run did not look the target's users up.
    """
    if context.lookup is None:
        raise MappingFault(
            f"source '{context.source.name}': expected the users of target table '{spec.object}' by "
            f"'{spec.by}' to be looked up before cleaning; run the step that describes the target first"
        )
    return judged(column.text, translated(column.text.str.to_lowercase(), context.lookup), "owner")


def clean_constant(column: Column, spec: Constant, _context: Context) -> Cleaned:
    """Return the constant in every row."""
    values = pl.repeat(spec.value, len(column.text), dtype=pl.String, eager=True)
    return Cleaned(values, no_reason(values))


def _folded(text: pl.Series) -> pl.Series:
    """Return texts without differences of case and of width, such as ＹＥＳ and yes, HAYIR and hayır."""
    return text.str.normalize("NFKC").str.to_uppercase().str.to_lowercase().str.strip_chars()


def _tidied_keys(table: dict[str, str]) -> dict[str, str]:
    keys = tidied(pl.Series(list(table), dtype=pl.String), CHOICE_TIDY)
    return {key: value for key, value in zip(keys, table.values(), strict=True) if key is not None}

"""Keys of this and of other entities' rows: nothing about a key is ever changed but the blanks around it."""

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, translated
from crm_migration.clean.text import BLANKS, no_reason
from crm_migration.mapping.model import Reference

KEY_SEPARATOR = "|"


def key_text(columns: list[pl.Series]) -> pl.Series:
    """Return the key that `columns` form: trimmed, joined by `|`, null where a part is missing or blank.

    In a key of several parts, a `|` or a backslash of a part stands behind a backslash, so that no two keys meet.
    """
    parts = [_trimmed(column) for column in columns]
    if len(parts) == 1:
        return parts[0]
    marked = [part.str.replace_all(r"([\\|])", r"\$1") for part in parts]
    return pl.select(pl.concat_str(marked, separator=KEY_SEPARATOR, ignore_nulls=False)).to_series()


def key_parts(key: str, count: int) -> list[str]:
    """Return the `count` parts that `key_text` joined."""
    if count == 1:
        return [key]
    parts, marked = [""], False
    for letter in key:
        if marked or letter not in ("\\", KEY_SEPARATOR):
            parts[-1] += letter
            marked = False
        elif letter == KEY_SEPARATOR:
            parts.append("")
        else:
            marked = True
    return parts


def clean_reference(column: Column, spec: Reference, _context: Context) -> Cleaned:
    """Return the parent's key, or `<entity>|<key>` where the parent's type is in a column of its own.

    A type that the spec does not name means that the row refers to nothing here.
    """
    values = column.text
    if column.beside is not None and spec.types:
        exact = translated(_trimmed(column.beside), spec.types)
        folded = {name.lower(): entity for name, entity in reversed(spec.types.items())}
        entities = exact.fill_null(translated(_trimmed(column.beside).str.to_lowercase(), folded))
        values = entities + KEY_SEPARATOR + values
    return Cleaned(values, no_reason(values))


def _trimmed(text: pl.Series) -> pl.Series:
    text = text.str.strip_chars(BLANKS)
    return text.set(text.str.len_bytes() == 0, None)

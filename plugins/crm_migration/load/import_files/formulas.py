"""Cells that a spreadsheet would take for a formula: a single quote before them, and the way back.

Quoted is what begins with a character that starts a formula, or with quotes and such a character; so exactly one
quote is taken away from what begins with quotes and such a character. Numbers, and telephone numbers of digits
only, can hold no formula: a quote before them would reach the CRM and spoil them.
"""

import polars as pl

from crm_migration.load.import_files.layout import Column

_STARTS = r"[=+\-@\t\r\n\x00＝＋－＠]"
_ENDANGERED = f"^'*{_STARTS}"
_QUOTED = f"^'+{_STARTS}"
_HARMLESS = {
    "number": r"^[+-]?[0-9]+([.,][0-9]+)?$",
    "phone": r"^\+[0-9]{3,20}(;ext=[0-9]{1,12})?$",
}


def endangered(text: pl.Expr, column: Column) -> pl.Expr:
    """Return whether a spreadsheet would take the text for a formula; null for null."""
    harmless = _HARMLESS.get(column.form)
    would = text.str.contains(_ENDANGERED)
    return would & ~text.str.contains(harmless) if harmless else would


def quoted(text: pl.Expr, column: Column) -> pl.Expr:
    """Return the text with a single quote where it needs one."""
    return pl.when(endangered(text, column)).then(pl.concat_str(pl.lit("'"), text)).otherwise(text)


def unquoted(text: pl.Expr) -> pl.Expr:
    """Return the text as it was before `quoted`."""
    return pl.when(text.str.contains(_QUOTED)).then(text.str.slice(1)).otherwise(text)

"""Numbers: exact, in the notation that the mapping declares, and never through a float.

Read: signs before or after the digits, also U+2212 and dashes; declared thousands separators in groups of
three, or of two and three as in India; trailing zeros beyond the scale; a dash for no cents (`12,-`). Not read:
exponents, and more decimals than the scale unless the spec rounds.
"""

import re
from functools import partial

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, judged, where
from crm_migration.mapping.model import Integer, Number

_PLAIN = r"^-?[0-9]+(?:\.[0-9]+)?$"
MINUSES = "[−–‒﹣－]"
_NO_CENTS = " ?(?:-{1,2}|—)$"


def clean_integer(column: Column, spec: Integer, _context: Context) -> Cleaned:
    """Return whole numbers; others, and those beyond the bounds or 64 bits, are invalid for `integer`."""
    mark = "," if spec.thousands == "." else "."
    plain = _plain(column.text, mark, [spec.thousands])
    whole = plain.set(~plain.str.contains(r"^-?[0-9]+(?:\.0*)?$").fill_null(value=False), None)
    values = whole.str.replace(r"\.0*$", "").cast(pl.Int64, strict=False)
    if spec.minimum is not None:
        values = values.set(values < spec.minimum, None)
    if spec.maximum is not None:
        values = values.set(values > spec.maximum, None)
    return judged(column.text, values, "integer")


def clean_number(column: Column, spec: Number, _context: Context) -> Cleaned:
    """Return exact decimals; what does not fit notation, scale or precision is invalid for `decimal`."""
    return judged(column.text, decimals(column.text, spec, [spec.thousands]), "decimal")


def decimals(text: pl.Series, spec: Number, separators: list[str]) -> pl.Series:
    """Return numbers in the spec's notation as exact decimals, null where that does not read them."""
    plain = _plain(text, spec.decimal_mark, separators)
    if spec.rounding == "refuse":
        excess = plain.str.contains(rf"\.[0-9]{{{spec.scale}}}[0-9]*[1-9]").fill_null(value=False)
        plain = plain.set(excess, None)
    # Polars rounds half to even when it reads a text as a decimal, and gives null beyond the precision.
    return plain.cast(pl.Decimal(spec.precision, spec.scale), strict=False)


def is_plain(text: pl.Series) -> pl.Series:
    """Return which numbers are written with digits, a minus and a point alone; null counts as plain."""
    return text.str.contains(_PLAIN).fill_null(value=True)


def _plain(text: pl.Series, mark: str, separators: list[str]) -> pl.Series:
    """Return each number as `-?digits[.digits]`, null where it is not written in the declared notation."""
    used = [separator for separator in separators if separator]
    unusual = ~is_plain(text)
    if mark == ",":
        unusual = unusual | text.str.contains(".", literal=True).fill_null(value=False)
    return where(text, unusual, lambda part: _normal(part, mark, used))


def _normal(text: pl.Series, mark: str, separators: list[str]) -> pl.Series:
    signed = text.str.contains(r"^[-+] |[-—]$|" + MINUSES)
    text = where(text, signed, partial(_sign_in_front, mark=mark))
    text = text.set(~text.str.contains(notation(mark, separators)).fill_null(value=False), None)
    for separator in separators:
        for spelling in _spellings(separator):
            text = text.str.replace_all(spelling, "", literal=True)
    text = text.str.replace(mark, ".", literal=True) if mark != "." else text
    return text.str.strip_prefix("+").str.strip_suffix(".")


def _sign_in_front(text: pl.Series, mark: str) -> pl.Series:
    text = text.str.replace_all(MINUSES, "-")
    # Behind the mark the dash stands for the cents: 12,- is no debt.
    text = text.str.replace(rf"([0-9]){re.escape(mark)}{_NO_CENTS}", "${1}")
    text = text.str.replace(r"^([^-+]+?) ?-$", "-${1}")
    return text.str.replace(r"^([-+]) ", "${1}")


def notation(mark: str, separators: list[str]) -> str:
    """Return the regular expression of a number with these marks, separators in groups of three or as in India."""
    grouped = "".join(rf"|[0-9]{{1,3}}(?:{s}[0-9]{{2,3}})*{s}[0-9]{{3}}" for s in map(_group_mark, separators))
    point = re.escape(mark)
    return rf"^[-+]?(?:(?:[0-9]+{grouped})(?:{point}[0-9]*)?|{point}[0-9]+)$"


def _spellings(thousands: str) -> list[str]:
    return ["'", "’"] if thousands in {"'", "’"} else [thousands]


def _group_mark(thousands: str) -> str:
    return "(?:" + "|".join(map(re.escape, _spellings(thousands))) + ")"

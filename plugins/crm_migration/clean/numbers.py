"""Numbers: exact, in the notation that the mapping declares, and never through a float.

Read: signs before or after the digits, also U+2212 and dashes; declared thousands separators in groups of
three, or of two and three as in India; trailing zeros beyond the scale. Not read: exponents, and more
decimals than the scale unless the spec rounds. Money may carry a currency sign or code, blanks between
groups, and parentheses for a minus.
"""

import re

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, judged, where
from crm_migration.mapping.model import Integer, Money, Number

_PLAIN = r"^-?[0-9]+(?:\.[0-9]+)?$"
_MINUSES = "[−–‒﹣－]"
_SIGN = r"(?:\p{Sc}|[A-Za-z]{1,3}\p{Sc}|[A-Z]{3}|kr\.?|Kč|zł|Ft|lei|Rs\.?|Fr\.?|R|лв\.?|руб\.?|₽|元|円|圆)"
_SIGN_BEFORE = rf"^([-+(]?) ?{_SIGN} ?"
_SIGN_AFTER = rf" ?{_SIGN}( ?[-)]?)$"
_IN_PARENTHESES = r"^\( ?([^()+-]+?) ?\)$"


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
    money = isinstance(spec, Money)
    text = where(column.text, ~_is_plain(column.text), _without_currency) if money else column.text
    plain = _plain(text, spec.decimal_mark, [spec.thousands, " "] if money else [spec.thousands])
    if spec.rounding == "refuse":
        excess = plain.str.contains(rf"\.[0-9]{{{spec.scale}}}[0-9]*[1-9]").fill_null(value=False)
        plain = plain.set(excess, None)
    # Polars rounds half to even when it reads a text as a decimal, and gives null beyond the precision.
    values = plain.cast(pl.Decimal(spec.precision, spec.scale), strict=False)
    return judged(column.text, values, "decimal")


def _is_plain(text: pl.Series) -> pl.Series:
    return text.str.contains(_PLAIN).fill_null(value=True)


def _plain(text: pl.Series, mark: str, separators: list[str]) -> pl.Series:
    """Return each number as `-?digits[.digits]`, null where it is not written in the declared notation."""
    used = [separator for separator in separators if separator]
    unusual = ~_is_plain(text)
    if mark == ",":
        unusual = unusual | text.str.contains(".", literal=True).fill_null(value=False)
    return where(text, unusual, lambda part: _normal(part, mark, used))


def _normal(text: pl.Series, mark: str, separators: list[str]) -> pl.Series:
    signed = text.str.contains(r"^[-+] |-$|" + _MINUSES)
    text = where(text, signed, _sign_in_front)
    notation = _notation(mark, separators)
    text = text.set(~text.str.contains(notation).fill_null(value=False), None)
    for separator in separators:
        for spelling in _spellings(separator):
            text = text.str.replace_all(spelling, "", literal=True)
    text = text.str.replace(mark, ".", literal=True) if mark != "." else text
    return text.str.strip_prefix("+").str.strip_suffix(".")


def _sign_in_front(text: pl.Series) -> pl.Series:
    text = text.str.replace_all(_MINUSES, "-").str.replace(r"^([^-+]+?) ?-$", "-${1}")
    return text.str.replace(r"^([-+]) ", "${1}")


def _notation(mark: str, separators: list[str]) -> str:
    grouped = "".join(rf"|[0-9]{{1,3}}(?:{s}[0-9]{{2,3}})*{s}[0-9]{{3}}" for s in map(_group_mark, separators))
    point = re.escape(mark)
    return rf"^[-+]?(?:(?:[0-9]+{grouped})(?:{point}[0-9]*)?|{point}[0-9]+)$"


def _spellings(thousands: str) -> list[str]:
    return ["'", "’"] if thousands in {"'", "’"} else [thousands]


def _group_mark(thousands: str) -> str:
    return "(?:" + "|".join(map(re.escape, _spellings(thousands))) + ")"


def _without_currency(text: pl.Series) -> pl.Series:
    text = text.str.replace_all(_MINUSES, "-")
    text = where(text, text.str.contains(r"^[-+(]?[^-+(0-9.,]"), lambda part: part.str.replace(_SIGN_BEFORE, "${1}"))
    text = where(text, text.str.contains(r"[^-)0-9.,] ?[-)]?$"), lambda part: part.str.replace(_SIGN_AFTER, "${1}"))
    # By now "$ (12.50)", "($ 12.50)" and "(12.50) USD" have lost their sign.
    return where(text, text.str.starts_with("("), lambda part: part.str.replace(_IN_PARENTHESES, "-${1}"))

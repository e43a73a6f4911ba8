"""Amounts of money: numbers with a currency sign, code or name, blanks between groups, parentheses for a minus.

Chinese multiples are read as well: 1.5万 is 15000, 3亿2000万 is 320000000. A number that such a multiple is
followed by without one of its own is not read: 3万5 is 35000 to some and 30005 to others.
"""

import re
from decimal import Decimal
from functools import partial
from math import prod

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, judged, over_distinct, where
from crm_migration.clean.currency import currencies, folded
from crm_migration.clean.numbers import MINUSES, decimals, is_plain, notation
from crm_migration.mapping.model import Money

OTHER_CURRENCY = "other_currency"
_SIGN = r"[\p{L}\p{Sc}](?:[ ./-]?[\p{L}\p{M}\p{Sc}])*[./]?"
_SIGN_BEFORE = rf"^([-+(]?) ?({_SIGN}) ?"
_SIGN_AFTER = rf" ?({_SIGN})( ?[-)]?)$"
_IN_PARENTHESES = r"^\( ?([^()+-]+?) ?\)$"
_MULTIPLES = {"百": 100, "千": 1000, "万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
_MULTIPLE = f"[{''.join(_MULTIPLES)}]"
_PERHAPS_MULTIPLE = rf"[0-9] ?{_MULTIPLE}"
_TERM = re.compile(rf"([0-9][0-9.,'’ ]*?) ?({_MULTIPLE}+)")
# Possessive: a term can be read in one way only, so that no value takes more than one look.
_TERMS = re.compile(rf"(?:[0-9][0-9.,'’ ]*+{_MULTIPLE}++)++(?! ?[0-9.,])")
_CHARACTERS_AT_MOST = 100


def clean_money(column: Column, spec: Money, _context: Context) -> Cleaned:
    """Return exact decimals; what does not fit notation, scale or precision is invalid for `decimal`.

    A sign that cannot mean the spec's currency is invalid for `other_currency`. Flag `currency_sign`: the source
    names a currency and the spec none.
    """
    unusual = ~is_plain(column.text)
    text = where(column.text, unusual, lambda part: part.str.replace_all(MINUSES, "-"))
    multiples = _holds(text, _PERHAPS_MULTIPLE) & (text.str.len_chars() <= _CHARACTERS_AT_MOST)
    text = where(text, multiples, partial(_multiplied, spec=spec))
    before, after = _signs(text, unusual, _SIGN_BEFORE, 2), _signs(text, unusual, _SIGN_AFTER, 1)
    text = where(text, before.is_not_null(), lambda part: part.str.replace(_SIGN_BEFORE, "${1}"))
    text = where(text, after.is_not_null(), lambda part: part.str.replace(_SIGN_AFTER, "${2}"))
    # By now "$ (12.50)", "($ 12.50)" and "(12.50) USD" have lost their sign.
    text = where(text, _holds(text, r"^\("), lambda part: part.str.replace(_IN_PARENTHESES, "-${1}"))
    read = judged(column.text, decimals(text, spec, [spec.thousands, " "]), "decimal")
    if spec.currency is None:
        return Cleaned(read.values, read.reasons, {"currency_sign": before.is_not_null() | after.is_not_null()})
    foreign = _foreign(before, spec.currency) | _foreign(after, spec.currency)
    return Cleaned(read.values.set(foreign, None), read.reasons.set(foreign, OTHER_CURRENCY))


def _holds(text: pl.Series, pattern: str) -> pl.Series:
    return text.str.contains(pattern).fill_null(value=False)


def _signs(text: pl.Series, unusual: pl.Series, pattern: str, group: int) -> pl.Series:
    """Return the folded sign of each amount, null where there is none or nobody knows it."""
    candidates = text.set(~unusual, None).str.extract(pattern, group)
    return over_distinct(candidates, _known)


def _known(distinct: pl.Series) -> pl.Series:
    return pl.Series([sign if currencies(sign) else None for sign in folded(distinct)], dtype=pl.String)


def _foreign(signs: pl.Series, currency: str) -> pl.Series:
    strange = [sign for sign in signs.drop_nulls().unique() if currency not in currencies(sign)]
    return signs.is_in(pl.Series(strange, dtype=pl.String).implode()).fill_null(value=False)


def _multiplied(text: pl.Series, spec: Money) -> pl.Series:
    return over_distinct(text, partial(_without_multiples, spec=spec))


def _without_multiples(distinct: pl.Series, spec: Money) -> pl.Series:
    return pl.Series([_TERMS.sub(partial(_total, spec=spec), value) for value in distinct], dtype=pl.String)


def _total(terms: re.Match[str], spec: Money) -> str:
    """Return the sum of terms such as 3亿2000万 in the spec's notation; terms that do not go down stay as they are."""
    found = _TERM.findall(terms[0])
    numbers = [_number(digits, spec) for digits, _ in found]
    units = [prod(_MULTIPLES[character] for character in characters) for _, characters in found]
    products = [number * unit for number, unit in zip(numbers, units, strict=True) if number is not None]
    if len(products) < len(numbers) or units != sorted(set(units), reverse=True):
        return terms[0]
    total = sum(products, start=Decimal(0))
    return f"{total:f}".replace(".", spec.decimal_mark)


def _number(digits: str, spec: Money) -> Decimal | None:
    if not re.fullmatch(notation(spec.decimal_mark, [spec.thousands or " "]), digits):
        return None
    grouping = {"'", "’"} if spec.thousands in {"'", "’"} else {spec.thousands or " "}
    kept = "".join(letter for letter in digits if letter not in grouping)
    return Decimal(kept.replace(spec.decimal_mark, "."))

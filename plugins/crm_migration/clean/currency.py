"""Currencies as ISO 4217 codes, from codes, signs and names, alone or beside an amount."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cache, partial

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, coded, over_distinct
from crm_migration.clean.country import country_codes
from crm_migration.clean.currency_names import CURRENCIES, OF_COUNTRIES
from crm_migration.mapping.fields import Currency

CURRENCY = "currency"
_AMOUNT = r"[-+(−]*[ ]?[0-9][0-9.,\u{27}’ ]*(?: ?[百千万萬亿億]+)*[ ]?[-)]*"
_NOWHERE = "  "


def clean_currency(column: Column, spec: Currency, context: Context) -> Cleaned:
    """Return codes of ISO 4217; an amount beside the currency is passed over.

    A sign that several currencies share means the one of the row's country, else the source's; where that has
    none of them, as every unknown name, it is invalid for `currency`. An amount alone is no value.
    """
    signs = column.text.str.replace_all(_AMOUNT, " ").str.strip_chars()
    signs = signs.set(signs.str.len_bytes() == 0, spec.default)
    values = over_distinct(_countries(column, context) + signs, partial(_codes, spelled=folded_keys(spec.values)))
    return Cleaned(values, coded(signs.is_not_null() & values.is_null(), CURRENCY))


def currencies(sign: str) -> frozenset[str]:
    """Return the codes that a folded sign or name may mean, none for an unknown one."""
    return _table().get(sign, frozenset())


def folded(text: pl.Series) -> pl.Series:
    """Return signs and names as they are compared: no case, accents, dots, blanks or hyphens."""
    text = text.str.normalize("NFKD").str.replace_all(r"[\u{300}-\u{36f} .\u{2019}\u{27}-]", "").str.normalize("NFKC")
    return text.str.to_lowercase()


def folded_keys(values: Mapping[str, str]) -> dict[str, str]:
    """Return a table of spellings with its keys folded."""
    return dict(zip(folded(pl.Series(list(values), dtype=pl.String)), values.values(), strict=True))


def _countries(column: Column, context: Context) -> pl.Series:
    default = context.source.country or _NOWHERE
    if column.beside is None:
        return pl.repeat(default, len(column.text), dtype=pl.String, eager=True)
    return country_codes(column.beside, context.spellings).fill_null(default)


def _codes(keys: pl.Series, spelled: Mapping[str, str]) -> pl.Series:
    signs = folded(keys.str.slice(len(_NOWHERE)))
    pairs = zip(keys.str.slice(0, len(_NOWHERE)), signs, strict=True)
    return pl.Series([spelled.get(sign) or _one(country, sign) for country, sign in pairs], dtype=pl.String)


def _one(country: str, sign: str) -> str | None:
    """Return the only currency that a sign may mean in a country."""
    meant = currencies(sign)
    if len(meant) == 1:
        return next(iter(meant))
    own = _of_countries().get(country)
    return own if own in meant else None


@cache
def _table() -> dict[str, frozenset[str]]:
    names: list[str] = []
    codes: list[str] = []
    for line in CURRENCIES.strip().splitlines():
        code, _, rest = line.partition(" ")
        names += rest.split("|")
        codes += [code] * (len(names) - len(codes))
    meanings = defaultdict(set)
    for name, code in zip(folded(pl.Series(names)), codes, strict=True):
        meanings[name].add(code)
    # A code means itself, whatever else is abbreviated so.
    own = {code.lower(): frozenset({code}) for code in codes}
    return {name: frozenset(meant) for name, meant in meanings.items()} | own


@cache
def _of_countries() -> dict[str, str]:
    entries = [entry.split() for entry in OF_COUNTRIES.replace("\n", "|").split("|") if entry.strip()]
    return {country: code for code, *countries in entries for country in countries}

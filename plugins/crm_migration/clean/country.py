"""Countries as ISO 3166-1 alpha-2, from codes and from names in English and in other languages."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, judged, over_distinct, translated
from crm_migration.clean.country_names import COUNTRIES
from crm_migration.clean.country_names_abroad import ABROAD
from crm_migration.mapping.model import Country

TWO_COUNTRIES = "two_countries"
"""Flag of a name that two countries bear, and that was read as one of them by convention."""
_OF_TWO = ("Congo", "Kongo", "Korea", "Saint Martin", "San Martín", "São Martinho")
"""Names that ISO 3166 or usage gives to one of two countries, while people mean the other by them too."""


def clean_country(column: Column, spec: Country, _context: Context) -> Cleaned:
    """Return alpha-2 codes; a name that neither the spec nor the table knows is invalid for `country`.

    Flag `two_countries`: the name may mean another country; a spelling in the spec says which it is.
    """
    cleaned = judged(column.text, country_codes(column.text, spec.values), "country")
    return replace(cleaned, flags={TWO_COUNTRIES: _of_two(column.text, spec.values)})


def _of_two(text: pl.Series, spellings: Mapping[str, str]) -> pl.Series:
    doubtful = set(plain(pl.Series(_OF_TWO))) - set(_spelled(spellings))
    return over_distinct(text, lambda names: plain(names).is_in(sorted(doubtful))).fill_null(value=False)


def country_codes(text: pl.Series, spellings: Mapping[str, str]) -> pl.Series:
    """Return the alpha-2 code of each country, null where it is unknown; `spellings` go before the table."""
    return over_distinct(text, lambda distinct: _codes(distinct, spellings))


def plain(names: pl.Series) -> pl.Series:
    """Return names as they are compared: no case, accents, punctuation, "the" or abbreviated "saint"."""
    names = names.str.normalize("NFKD").str.replace_all(r"[\p{M}\p{Cf}.'’ʻ]", "").str.to_lowercase()
    names = names.str.replace_all("&", " and ", literal=True).str.replace_all(r"[^\p{L}\p{N}]+", " ")
    return names.str.strip_chars().str.replace(r"^the ", "").str.replace(r"\bst\b", "saint")


def _codes(distinct: pl.Series, spellings: Mapping[str, str]) -> pl.Series:
    known = _table() if not spellings else {**_table(), **_spelled(spellings)}
    return translated(plain(distinct), known)


def _spelled(spellings: Mapping[str, str]) -> dict[str, str]:
    return dict(zip(plain(pl.Series(list(spellings), dtype=pl.String)), spellings.values(), strict=True))


@cache
def _table() -> dict[str, str]:
    names, codes = [], []
    for line in COUNTRIES.strip().splitlines():
        alpha2, alpha3, rest = line.split(" ", 2)
        for name in (alpha2, alpha3, *rest.split("|")):
            names.append(name)
            codes.append(alpha2)
    for line in ABROAD.strip().splitlines():
        alpha2, rest = line.split(" ", 1)
        abroad = rest.split("|")
        names += abroad
        codes += [alpha2] * len(abroad)
    return dict(zip(plain(pl.Series(names)), codes, strict=True))

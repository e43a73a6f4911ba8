"""Parts of postal addresses: text as it is, postal codes in the shape that their country prints."""

from dataclasses import dataclass
from functools import partial

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, where
from crm_migration.clean.country import country_codes
from crm_migration.clean.text import composed, no_reason
from crm_migration.mapping.model import Address


@dataclass(frozen=True)
class Shape:
    """A country's postal code without blanks and hyphens, and how it is printed."""

    pattern: str
    printed: str = "${0}"


SHAPES = {
    "BR": Shape("^([0-9]{5})([0-9]{3})$", "${1}-${2}"),
    "CA": Shape("^([ABCEGHJ-NPRSTVXY][0-9][A-Z])([0-9][A-Z][0-9])$", "${1} ${2}"),
    "CZ": Shape("^([0-9]{3})([0-9]{2})$", "${1} ${2}"),
    "GB": Shape("^([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})$", "${1} ${2}"),
    "GR": Shape("^([0-9]{3})([0-9]{2})$", "${1} ${2}"),
    "IE": Shape("^([A-Z][0-9][0-9W])([A-Z0-9]{4})$", "${1} ${2}"),
    "JP": Shape("^([0-9]{3})([0-9]{4})$", "${1}-${2}"),
    "NL": Shape("^([1-9][0-9]{3})([A-Z]{2})$", "${1} ${2}"),
    "PL": Shape("^([0-9]{2})([0-9]{3})$", "${1}-${2}"),
    "PT": Shape("^([0-9]{4})([0-9]{3})$", "${1}-${2}"),
    "SE": Shape("^([0-9]{3})([0-9]{2})$", "${1} ${2}"),
    "SK": Shape("^([0-9]{3})([0-9]{2})$", "${1} ${2}"),
    "US": Shape("^([0-9]{5})([0-9]{4})$", "${1}-${2}"),
    "AU": Shape("^([0-9]{4})$"),
    "CN": Shape("^([0-9]{6})$"),
    "DE": Shape("^([0-9]{5})$"),
    "ES": Shape("^([0-9]{5})$"),
    "FR": Shape("^([0-9]{5})$"),
    "IN": Shape("^([1-9][0-9]{5})$"),
    "IT": Shape("^([0-9]{5})$"),
}
"""A code of another shape, or of another country, keeps its form: a wrong code is not a lost address."""


def clean_address(column: Column, spec: Address, context: Context) -> Cleaned:
    """Return the part as text, a postal code in its country's form; no address is invalid in itself."""
    values = column.text
    if spec.part == "postal_code":
        values = _printed(composed(values.str.to_uppercase()), _countries(column, context))
    return Cleaned(values, no_reason(values))


def _countries(column: Column, context: Context) -> pl.Series:
    default = context.source.country or ""
    if column.beside is None:
        return pl.repeat(default, len(column.text), dtype=pl.String, eager=True)
    return country_codes(column.beside, context.spellings).fill_null(default)


def _printed(codes: pl.Series, countries: pl.Series) -> pl.Series:
    for country in SHAPES.keys() & set(countries.unique()):
        codes = where(codes, countries == country, partial(_shaped, shape=SHAPES[country]))
    return codes


def _shaped(codes: pl.Series, shape: Shape) -> pl.Series:
    packed = codes.str.replace_all(r"[ -]", "")
    fits = packed.str.contains(shape.pattern).fill_null(value=False)
    return packed.str.replace(shape.pattern, shape.printed).zip_with(fits, codes)

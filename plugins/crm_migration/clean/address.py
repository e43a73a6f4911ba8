"""Parts of postal addresses: text as it is, postal codes in the shape that their country prints."""

from functools import partial

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, where
from crm_migration.clean.country import country_codes
from crm_migration.clean.postal_codes import SHAPES, Shape
from crm_migration.clean.text import composed, no_reason
from crm_migration.mapping.model import Address

_NO_CODE = r"[A-Z]{4}|[^0-9A-Z -]"
"""A word, or a letter that no code has: a code with its city, whose small letters stay."""


def clean_address(column: Column, spec: Address, context: Context) -> Cleaned:
    """Return the part as text, a postal code in its country's form; no address is invalid in itself.

    Flag `postal_code`: the code is none that its country has.
    """
    if spec.part != "postal_code":
        return Cleaned(column.text, no_reason(column.text))
    capitals = composed(column.text.str.to_uppercase())
    codes = column.text.zip_with(capitals.str.contains(_NO_CODE).fill_null(value=True), capitals)
    countries = _countries(column, context)
    strange = codes.is_not_null()
    for country in sorted(SHAPES.keys() & set(countries.unique())):
        here, shape = countries == country, SHAPES[country]
        strange = strange & ~(here & _fits(codes, shape))
        codes = where(codes, here, partial(_shaped, shape=shape))
    return Cleaned(codes, no_reason(codes), {"postal_code": strange & countries.is_in(sorted(SHAPES))})


def _countries(column: Column, context: Context) -> pl.Series:
    default = context.source.country or ""
    if column.beside is None:
        return pl.repeat(default, len(column.text), dtype=pl.String, eager=True)
    return country_codes(column.beside, context.spellings).fill_null(default)


def _packed(codes: pl.Series) -> pl.Series:
    return codes.str.replace_all(r"[ -]", "")


def _fits(codes: pl.Series, shape: Shape) -> pl.Series:
    packed = _packed(codes)
    fits = packed.str.contains(shape.pattern)
    return (fits | packed.str.contains(shape.also) if shape.also else fits).fill_null(value=False)


def _shaped(codes: pl.Series, shape: Shape) -> pl.Series:
    packed = _packed(codes)
    fits = packed.str.contains(shape.pattern).fill_null(value=False)
    if shape.also:
        codes = packed.zip_with(packed.str.contains(shape.also).fill_null(value=False), codes)
    return packed.str.replace(shape.pattern, shape.printed).zip_with(fits, codes)

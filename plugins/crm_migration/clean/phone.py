"""Telephone numbers in E.164 (ITU-T), with the extension as RFC 3966 writes it: `+493012345;ext=12`.

The Rust port of libphonenumber is ten times as fast as the Python one, but young: it differs on symbols that
nobody dials. It reads numbers made of ordinary characters; every other one goes to the original, as do all
where the port is not installed. Neither knows how Chinese, German or French offices write an extension: that is
put into the form of RFC 3966 first.
"""

from types import ModuleType

import phonenumbers
import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, judged, over_distinct, where
from crm_migration.clean.country import country_codes
from crm_migration.mapping.model import Phone

try:
    import rphonenumbers as fast_phonenumbers
except ImportError:  # no wheel for this platform
    fast_phonenumbers = phonenumbers

_ORDINARY = r"^..[0-9+\-() ./]+(?:(?: ?(?:ext\.? ?|x ?)|;ext=)[0-9]{1,7})?$"
_MARKS = "转|轉|分机|分機|内线|內線|Durchwahl|DW|Klappe|poste|ramal|toestel|wew"
_EXTENSION = rf"[ ,;/.(（-]*(?i:{_MARKS})[ .:：-]*([0-9]{{1,7}})[)）]?$"
_LETTERS = r"(?i)[0-9].*[a-z]{3}"
_KNOWN_LETTERS = r"(?i)(?:;ext=|ext(?:ension)?n?|доб|anexo|int)[ .:=]*[0-9]+$"
_NOWHERE = "ZZ"
_E164 = phonenumbers.PhoneNumberFormat.E164
_LONGEST = len("+") + 15  # ITU-T E.164, 6.2.1; some countries' plans are read more generously


def clean_phone(column: Column, _spec: Phone, context: Context) -> Cleaned:
    """Return the numbers in E.164, read as dialled in the row's country, else in the source's.

    A number that its country's plan does not have is invalid for `phone`. Flag `letters`: some of its digits were
    read from letters, as on a telephone's keys; it may as well be a number and a remark.
    """
    foreign = column.text.str.contains(_EXTENSION).fill_null(value=False)
    text = where(column.text, foreign, lambda part: part.str.replace(_EXTENSION, ";ext=${1}"))
    found = judged(column.text, over_distinct(_countries(column, context) + text, _numbers), "phone")
    return Cleaned(found.values, found.reasons, {"letters": _spelled(text)})


def _spelled(text: pl.Series) -> pl.Series:
    lettered = text.str.contains(_LETTERS).fill_null(value=False)
    if lettered.any():
        return text.str.replace(_KNOWN_LETTERS, "").str.contains(_LETTERS).fill_null(value=False)
    return lettered


def _countries(column: Column, context: Context) -> pl.Series:
    default = context.source.country or _NOWHERE
    if column.beside is None:
        return pl.repeat(default, len(column.text), dtype=pl.String, eager=True)
    return country_codes(column.beside, context.spellings).fill_null(default)


def _numbers(keys: pl.Series) -> pl.Series:
    """Return the number of each key, a country code of two letters and the text."""
    ordinary = keys.str.contains(_ORDINARY)
    # Where no country tells the prefix of international calls, 00 is by far the most usual.
    keys = keys.str.replace(rf"^{_NOWHERE}00([1-9])", _NOWHERE + "+${1}")
    fast = pl.Series(_read(keys.filter(ordinary), fast_phonenumbers), dtype=pl.String)
    slow = pl.Series(_read(keys.filter(~ordinary), phonenumbers), dtype=pl.String)
    return keys.scatter(ordinary.arg_true(), fast).scatter((~ordinary).arg_true(), slow)


def _read(keys: pl.Series, library: ModuleType) -> list[str | None]:
    return [e164(library, key[2:], key[:2]) for key in keys]


def e164(library: ModuleType, text: str, country: str) -> str | None:
    """Return `text` in E.164 as `library`, phonenumbers or its port, reads it; None if it is not valid."""
    try:
        number = library.parse(text, country)
    except library.NumberParseException:
        return None
    if not library.is_valid_number(number):
        return None
    formatted: str = library.format_number(number, _E164)
    if len(formatted) > _LONGEST:
        return None
    return f"{formatted};ext={number.extension}" if number.extension else formatted

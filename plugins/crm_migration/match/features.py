"""Features: what the model compares of a row, as expressions over its clean fields.

A feature is null where the row does not have it, and in every row where no field of the mapping plays its part.
Chinese, Japanese and Korean names are compared whole: likeness of letters means nothing in them.
"""

from collections.abc import Callable

import polars as pl

from crm_migration.clean.email_words import ROLES
from crm_migration.mapping.matching import MatchModel
from crm_migration.match.chinese import simplified
from crm_migration.match.companies import base_name
from crm_migration.match.compare import digits, domain
from crm_migration.match.folding import blank_to_null, caseless, words
from crm_migration.match.nicknames import forms_of
from crm_migration.match.persons import TITLES

_CJK = r"[\u{3040}-\u{30FF}\u{3400}-\u{9FFF}\u{AC00}-\u{D7AF}]"
_PHONE_DIGITS = 9
_GENERATION = r"(?i)[\s,]+(jr|sr|junior|senior|ii|iii|iv)\.?\s*$"
_TURNED = r"^\s*([^,]+),\s*([^,]+)$"
# How streets are written short; both forms occur beside each other in one CRM.
_STREET_WORDS = {
    "street": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "place": "pl", "boulevard": "blvd",
    "court": "ct", "crescent": "cres", "lane": "ln", "highway": "hwy", "square": "sq", "terrace": "tce",
    "parkway": "pkwy", "north": "n", "south": "s", "east": "e", "west": "w", "strasse": "str", "first": "1",
    "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "eighth": "8",
    "ninth": "9", "tenth": "10", "calle": "c", "rue": "r", "via": "v",
}  # fmt: skip


_LISTS = ("given_forms", "company_words", "street_words")
_TEXTS = (
    "given", "family", "name", "name_any_order", "company", "company_any_order", "email", "email_user",
    "email_number", "phone", "website", "address", "house", "street", "postal_code", "city", "birth_date",
)  # fmt: skip
FEATURE = {name: pl.String() for name in _TEXTS} | {name: pl.List(pl.String()) for name in _LISTS}


def features(model: MatchModel) -> dict[str, pl.Expr]:
    """Return every feature of `FEATURE` and `cjk` by name, null where no field of the model makes it."""
    nothing = {name: pl.lit(None, dtype=kind) for name, kind in FEATURE.items()}
    return {**nothing, "cjk": pl.lit(value=False), **_filled(model)}


def _filled(model: MatchModel) -> dict[str, pl.Expr]:
    parts = {part: _text(fields) for part, fields in model.fields.named.items()}
    found = _person(parts) if model.kind == "person" else {}
    if "company" in parts:
        found |= _company(parts["company"])
    for part, features_of in _PARTS.items():
        if part in parts:
            found |= features_of(parts[part])
    return found


def _text(fields: list[str]) -> pl.Expr:
    """Return the first of the fields that is filled, as text."""
    return pl.coalesce(blank_to_null(pl.col(field).cast(pl.String)) for field in fields)


def _simple(text: pl.Expr) -> pl.Expr:
    return simplified(words(text))


def _person(parts: dict[str, pl.Expr]) -> dict[str, pl.Expr]:
    nothing = pl.lit(None, dtype=pl.String)
    whole = parts.get("full_name", nothing)
    generation = whole.str.extract(_GENERATION, 1)
    whole = whole.str.replace(_GENERATION, "")
    turned_family, turned_given = whole.str.extract(_TURNED, 1), whole.str.extract(_TURNED, 2)
    in_parts = pl.any_horizontal(parts[part].is_not_null() for part in ("given_name", "family_name") if part in parts)
    given = pl.coalesce(turned_given, whole.str.extract(r"^\s*(.*\S)\s+\S+\s*$", 1))
    family = pl.coalesce(turned_family, whole.str.extract(r"(\S+)\s*$", 1))
    family = pl.concat_str([family, generation], separator=" ", ignore_nulls=True)
    if "given_name" in parts or "family_name" in parts:
        given = pl.when(in_parts).then(parts.get("given_name", nothing)).otherwise(given)
        family = pl.when(in_parts).then(parts.get("family_name", nothing)).otherwise(family)
    given, family = _without_titles(_simple(given)), _simple(family)
    cjk = pl.concat_str([given, family], ignore_nulls=True).str.contains(_CJK)
    joined = pl.concat_str([family, given], ignore_nulls=True).str.replace_all(" ", "", literal=True)
    name = pl.when(cjk).then(joined).otherwise(pl.concat_str([given, family], separator=" "))
    ordered = pl.concat_list([given, family]).list.sort().list.join(" ", ignore_nulls=True)
    return {
        "given": given,
        "family": family,
        "name": blank_to_null(name),
        "name_any_order": blank_to_null(ordered),
        "cjk": cjk.fill_null(value=False),
        "given_forms": given.str.extract(r"^(\S+)", 1).replace_strict(
            forms_of(), default=None, return_dtype=pl.List(pl.String)
        ),
    }


def _without_titles(name: pl.Expr) -> pl.Expr:
    bare = name.str.replace_all(rf"\b(?:{'|'.join(sorted(TITLES))})\b", " ").str.replace_all(r"\s+", " ")
    return pl.coalesce(blank_to_null(bare), name)


def _company(name: pl.Expr) -> dict[str, pl.Expr]:
    base = simplified(base_name(name))
    return {
        "company": base,
        "company_any_order": base.str.split(" ").list.unique().list.sort().list.join(" "),
        "company_words": base.str.split(" "),
    }


def _email(address: pl.Expr) -> dict[str, pl.Expr]:
    folded = caseless(address)
    # A role's mailbox is shared by whoever holds it.
    folded = pl.when(~folded.str.extract(r"^([a-z]+)[0-9._-]*@", 1).is_in(ROLES)).then(folded)
    user = blank_to_null(folded.str.extract(r"^([^@]+)@", 1))
    return {"email": folded, "email_user": user, "email_number": digits(user)}


def _phone(number: pl.Expr) -> dict[str, pl.Expr]:
    # The country's code may be missing on one side: a number is told by its last digits.
    return {"phone": digits(number).str.tail(_PHONE_DIGITS)}


def _website(address: pl.Expr) -> dict[str, pl.Expr]:
    return {"website": domain(address)}


def _street(address: pl.Expr) -> dict[str, pl.Expr]:
    plain = words(address.str.replace_all(r"(?i)(\d)(?:st|nd|rd|th)\b", "$1"))
    short = plain.str.replace_all(r"([a-z]{3,})strasse\b", "${1}str").str.split(" ")
    short = short.list.eval(pl.element().replace(_STREET_WORDS)).list.join(" ")
    house = pl.coalesce(short.str.extract(r"^(\d+)\b", 1), short.str.extract(r"(\d+)\D*$", 1))
    street = blank_to_null(short.str.replace(r"^\d+\s*", ""))
    return {"address": blank_to_null(short), "house": house, "street": street, "street_words": street.str.split(" ")}


def _postal_code(code: pl.Expr) -> dict[str, pl.Expr]:
    return {"postal_code": blank_to_null(caseless(code).str.replace_all(r"[^\p{L}\p{N}]+", ""))}


def _city(name: pl.Expr) -> dict[str, pl.Expr]:
    return {"city": _simple(name).str.strip_suffix("市")}


def _birth_date(date: pl.Expr) -> dict[str, pl.Expr]:
    return {"birth_date": digits(date)}


_PARTS: dict[str, Callable[[pl.Expr], dict[str, pl.Expr]]] = {
    "email": _email,
    "phone": _phone,
    "website": _website,
    "street": _street,
    "postal_code": _postal_code,
    "city": _city,
    "birth_date": _birth_date,
}

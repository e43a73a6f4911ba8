"""Features: what the model compares of a row, as expressions over its clean fields.

A feature is null where the row does not have it, and in every row where no field of the mapping plays its part.
Chinese, Japanese and Korean names are compared whole: likeness of letters means nothing in them.
"""

from collections.abc import Callable

import polars as pl

from crm_migration.clean.chinese_surnames import COMPOUND_SURNAMES
from crm_migration.clean.email_words import ROLES
from crm_migration.mapping.matching import MatchModel
from crm_migration.match.chinese import pinyin, simplified
from crm_migration.match.companies import base_name
from crm_migration.match.compare import digits, domain
from crm_migration.match.folding import blank_to_null, caseless, words
from crm_migration.match.nicknames import forms_of
from crm_migration.match.persons import TITLES

_CJK = r"[\u{3040}-\u{30FF}\u{3400}-\u{9FFF}\u{AC00}-\u{D7AF}]"
_PHONE_DIGITS = 9
_GENERATION = r"(?i)[\s,]+(jr|jun|jnr|junior|sr|sen|snr|senior|ii|iii|iv)\.?\s*$"
_SURNAME = rf"^({'|'.join(sorted(COMPOUND_SURNAMES))}|.)"
_IN_BRACKETS = r"[（(][\u{3400}-\u{9FFF}]{2,4}[）)]"
_TURNED = r"^\s*([^,]+),\s*([^,]+)$"
# How streets are written short; both forms occur beside each other in one CRM.
_STREET_WORDS = {
    "street": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "place": "pl", "boulevard": "blvd",
    "court": "ct", "crescent": "cres", "lane": "ln", "highway": "hwy", "square": "sq", "terrace": "tce",
    "parkway": "pkwy", "north": "n", "south": "s", "east": "e", "west": "w", "strasse": "str", "first": "1",
    "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7", "eighth": "8",
    "ninth": "9", "tenth": "10", "calle": "c", "rue": "r", "via": "v",
}  # fmt: skip


_NOTHING = pl.lit(None, dtype=pl.String)
_LISTS = ("given_forms", "company_words", "street_words")
_TEXTS = (
    "given", "family", "name", "name_any_order", "sound", "company", "company_any_order", "email", "email_user",
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
    if model.kind == "person" and "email" in parts:
        parts["email"] = _personal(parts["email"])
    if "company" in parts:
        found |= _company(parts["company"], parts.get("city", _NOTHING))
    for part, features_of in _PARTS.items():
        if part in parts:
            found |= features_of(parts[part])
    return found


def _personal(address: pl.Expr) -> pl.Expr:
    """Return e-mail addresses without those of a role, which are shared by whoever holds it."""
    of_a_role = caseless(address).str.extract(r"^([a-z]+)[0-9._-]*@", 1).is_in(ROLES)
    return pl.when(~of_a_role.fill_null(value=False)).then(address)


def _text(fields: list[str]) -> pl.Expr:
    """Return the first of the fields that is filled, as text."""
    return pl.coalesce(blank_to_null(pl.col(field).cast(pl.String)) for field in fields)


def _simple(text: pl.Expr) -> pl.Expr:
    return simplified(words(text))


def _person(parts: dict[str, pl.Expr]) -> dict[str, pl.Expr]:
    given, family = _names(parts)
    cjk = pl.concat_str([given, family], ignore_nulls=True).str.contains(_CJK).fill_null(value=False)
    joined = pl.concat_str([family, given], ignore_nulls=True).str.replace_all(" ", "", literal=True)
    in_one = cjk & (given.is_null() | family.is_null())
    given = pl.when(in_one).then(blank_to_null(joined.str.replace(_SURNAME, ""))).otherwise(given)
    family = pl.when(in_one).then(joined.str.extract(_SURNAME, 1)).otherwise(family)
    name = pl.when(cjk).then(joined).otherwise(pl.concat_str([given, family], separator=" "))
    ordered = pl.concat_list([given, family]).list.sort().list.join(" ", ignore_nulls=True)
    return {
        "given": given,
        "family": family,
        "name": blank_to_null(name),
        "name_any_order": blank_to_null(ordered),
        "sound": pinyin(pl.concat_str([family, given]).str.replace_all(" ", "", literal=True)),
        "cjk": cjk,
        "given_forms": given.str.extract(r"^(\S+)", 1).replace_strict(
            forms_of(), default=None, return_dtype=pl.List(pl.String)
        ),
    }


def _names(parts: dict[str, pl.Expr]) -> tuple[pl.Expr, pl.Expr]:
    """Return given and family name as they are kept, or out of the whole name where neither is."""
    given, family = parts.get("given_name", _NOTHING), parts.get("family_name", _NOTHING)
    if "full_name" in parts:
        in_parts = given.is_not_null() | family.is_not_null()
        split_given, split_family = _split(parts["full_name"])
        given = pl.when(in_parts).then(given).otherwise(split_given)
        family = pl.when(in_parts).then(family).otherwise(split_family)
    return _without_titles(_simple(given)), _simple(family)


def _split(whole: pl.Expr) -> tuple[pl.Expr, pl.Expr]:
    """Return given and family name out of "Given Family", "Family, Given", "Given Family Jr." or 姓名."""
    generation, whole = whole.str.extract(_GENERATION, 1), whole.str.replace(_GENERATION, "")
    east = whole.str.contains(_CJK)
    turned_family, turned_given = whole.str.extract(_TURNED, 1), whole.str.extract(_TURNED, 2)
    given = pl.coalesce(turned_given, whole.str.extract(r"^\s*(.*\S)\s+\S+\s*$", 1))
    family = pl.coalesce(turned_family, whole.str.extract(r"(\S+)\s*$", 1))
    family = pl.concat_str([family, generation], separator=" ", ignore_nulls=True)
    return pl.when(~east).then(given), pl.when(east).then(whole.str.replace_all(r"\s+", "")).otherwise(family)


def _without_titles(name: pl.Expr) -> pl.Expr:
    bare = name.str.replace_all(rf"\b(?:{'|'.join(sorted(TITLES))})\b", " ").str.replace_all(r"\s+", " ")
    return pl.coalesce(blank_to_null(bare), name)


def _company(name: pl.Expr, city: pl.Expr) -> dict[str, pl.Expr]:
    place = _simple(city).str.strip_suffix("市")
    base = simplified(base_name(name.str.replace_all(_IN_BRACKETS, "")))
    east = base.str.contains(_CJK)
    # 成都恒威 and 恒威 are one company in 成都.
    local = pl.when(base.str.starts_with(place)).then(base.str.strip_prefix(place).str.strip_prefix("市"))
    base = pl.when(east & (local.str.len_chars() > 1)).then(local).otherwise(base)
    base = pl.when(east & ~base.str.ends_with("分公司")).then(base.str.strip_suffix("公司")).otherwise(base)
    return {
        "company": base,
        "company_any_order": base.str.split(" ").list.unique().list.sort().list.join(" "),
        "company_words": base.str.split(" "),
    }


def _email(address: pl.Expr) -> dict[str, pl.Expr]:
    folded = caseless(address)
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

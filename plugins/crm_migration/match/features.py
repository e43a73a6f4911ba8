"""Features: what the model compares of a row, made of its clean fields.

A feature is null where the row does not have it, and in every row where no field of the mapping plays its part.
Chinese, Japanese and Korean names are compared whole: likeness of letters means nothing in them.
"""

from functools import lru_cache

import polars as pl

from crm_migration.clean.chinese_surnames import COMPOUND_SURNAMES
from crm_migration.clean.email_words import ROLES
from crm_migration.mapping.matching import MatchModel, ModelFields
from crm_migration.match.chinese import pinyin, simplified
from crm_migration.match.companies import base_name
from crm_migration.match.compare import PHONE_DIGITS, digits, domain
from crm_migration.match.folding import blank_to_null, caseless, words
from crm_migration.match.nicknames import forms_of
from crm_migration.match.persons import TITLES

_CJK = r"[\u{3040}-\u{30FF}\u{3400}-\u{9FFF}\u{AC00}-\u{D7AF}]"
# Likeness of two texts takes their lengths multiplied.
_MOST_LETTERS = 254
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

_STREET_KINDS = (
    *_STREET_WORDS.values(), "way", "ul", "ulica", "al", "aleja", "os", "plac", "piazza", "piazzale", "largo", "corso",
    "viale", "plaza", "avenida", "rua", "paseo", "chemin", "allee", "place", "quai", "weg", "gasse", "platz", "laan",
    "apt", "flat", "suite", "unit", "de", "del", "della", "di", "des", "du", "la", "le", "les", "el", "los", "las",
)  # fmt: skip
_LISTS = ("given_forms", "company_words", "street_words")
_TEXTS = (
    "given", "family", "name", "name_any_order", "sound", "company", "company_any_order", "email", "email_user",
    "email_number", "email_domain", "phone", "website", "address", "house", "street", "postal_code", "city",
    "birth_date",
)  # fmt: skip
FEATURES = (*_TEXTS, *_LISTS, "cjk", "email_of_name")
_OF_A_PERSON = ("given_name", "family_name", "full_name", "birth_date")


def featured(frame: pl.DataFrame, model: MatchModel, *kept: str | pl.Expr) -> pl.DataFrame:
    """Return `kept` of `frame`, and every one of `FEATURES`, null where no field of the model makes it.

    In steps, each over columns of the one before: one expression for all would hold the tables of Chinese characters
    dozens of times.
    """
    named = model.fields.named
    others = _OF_A_PERSON if model.kind == "company" else ()
    parts = {part: named[part] for part in ModelFields.model_fields if part in named and part not in others}
    nothing = pl.lit(None, dtype=pl.String)
    texts = [(_text(parts[part]) if part in parts else nothing).alias(f"_{part}") for part in ModelFields.model_fields]
    # The tables are made ready once a chunk.
    told = frame.select(*kept, *texts).rechunk()
    for step in _STEPS:
        told = told.with_columns(**step())
    if model.kind == "person":
        told = told.with_columns(**_without_roles())
    return told.select(*told.columns[: len(kept)], *FEATURES)


def _text(fields: list[str]) -> pl.Expr:
    """Return the first of the fields that is filled, as text."""
    return pl.coalesce(blank_to_null(pl.col(field).cast(pl.String).str.slice(0, _MOST_LETTERS)) for field in fields)


def _split_whole_name() -> dict[str, pl.Expr]:
    """Return given and family name out of "Given Family", "Family, Given", "Given Family Jr." or 姓名, if in one."""
    whole = pl.col("_full_name")
    generation, whole = whole.str.extract(_GENERATION, 1), whole.str.replace(_GENERATION, "")
    east = whole.str.contains(_CJK)
    given = pl.coalesce(whole.str.extract(_TURNED, 2), whole.str.extract(r"^\s*(.*\S)\s+\S+\s*$", 1))
    family = pl.coalesce(whole.str.extract(_TURNED, 1), whole.str.extract(r"(\S+)\s*$", 1))
    family = pl.concat_str([family, generation], separator=" ", ignore_nulls=True)
    in_parts = pl.col("_given_name").is_not_null() | pl.col("_family_name").is_not_null()
    family = pl.when(east).then(whole.str.replace_all(r"\s+", "")).otherwise(family)
    return {
        "_given_name": pl.when(in_parts).then("_given_name").otherwise(pl.when(~east).then(given)),
        "_family_name": pl.when(in_parts).then("_family_name").otherwise(family),
    }


def _folded() -> dict[str, pl.Expr]:
    base = base_name(pl.col("_company").str.replace_all(_IN_BRACKETS, ""))
    return {
        "given": _without_titles(simplified(words(pl.col("_given_name")))),
        "family": simplified(words(pl.col("_family_name"))),
        "company": simplified(base),
        "city": simplified(words(pl.col("_city"))).str.strip_suffix("市"),
    }


def _ordered() -> dict[str, pl.Expr]:
    given, family = pl.col("given"), pl.col("family")
    cjk = pl.concat_str([given, family], ignore_nulls=True).str.contains(_CJK).fill_null(value=False)
    joined = pl.concat_str([family, given], ignore_nulls=True).str.replace_all(" ", "", literal=True)
    return {"cjk": cjk, "_joined": joined}


def _apart() -> dict[str, pl.Expr]:
    given, family, joined = pl.col("given"), pl.col("family"), pl.col("_joined")
    in_one = pl.col("cjk") & (given.is_null() | family.is_null())
    return {
        "given": pl.when(in_one).then(blank_to_null(joined.str.replace(_SURNAME, ""))).otherwise(given),
        "family": pl.when(in_one).then(joined.str.extract(_SURNAME, 1)).otherwise(family),
    }


def _named() -> dict[str, pl.Expr]:
    given, family = pl.col("given"), pl.col("family")
    name = pl.when("cjk").then("_joined").otherwise(pl.concat_str([given, family], separator=" "))
    one, other = pl.min_horizontal(given, family), pl.max_horizontal(given, family)
    in_order = pl.concat_str([one, other], separator=" ")
    return {
        "name": blank_to_null(name),
        "name_any_order": pl.when(given.is_null() | family.is_null()).then(one).otherwise(in_order),
        "sound": pinyin(pl.concat_str([family, given]).str.replace_all(" ", "", literal=True)),
        "given_forms": given.str.extract(r"^(\S+)", 1).replace_strict(*_forms(), default=None),
    }


@lru_cache(maxsize=1)
def _forms() -> tuple[pl.Series, pl.Series]:
    """Return all names known and all that they can stand for; made once, for it takes a quarter of a second."""
    forms = forms_of()
    names, lines = pl.Series(list(forms), dtype=pl.String), pl.Series(list(forms.values()), dtype=pl.List(pl.String))
    return names.implode(), lines.implode()


def _without_titles(name: pl.Expr) -> pl.Expr:
    bare = name.str.replace_all(rf"\b(?:{'|'.join(sorted(TITLES))})\b", " ").str.replace_all(r"\s+", " ")
    return pl.coalesce(blank_to_null(bare), name)


def _of_companies() -> dict[str, pl.Expr]:
    base, place = pl.col("company"), pl.col("city")
    east = base.str.contains(_CJK)
    # 成都恒威 and 恒威 are one company in 成都.
    local = pl.when(base.str.starts_with(place)).then(base.str.strip_prefix(place).str.strip_prefix("市"))
    base = pl.when(east & (local.str.len_chars() > 1)).then(local).otherwise(base)
    base = pl.when(east & ~base.str.ends_with("分公司")).then(base.str.strip_suffix("公司")).otherwise(base)
    return {"company": base}


def _words_of_companies() -> dict[str, pl.Expr]:
    return {"company_words": pl.col("company").str.split(" ")}


def _of_contact() -> dict[str, pl.Expr]:
    return {
        "company_any_order": pl.col("company_words").list.unique().list.sort().list.join(" "),
        "email": caseless(pl.col("_email")),
        "phone": digits(pl.col("_phone")).str.tail(PHONE_DIGITS),
        "website": domain(pl.col("_website")),
        "birth_date": digits(pl.col("_birth_date")),
    }


def _parts_of_email() -> dict[str, pl.Expr]:
    email = pl.col("email")
    return {"email_user": blank_to_null(email.str.extract(r"^([^@]+)@", 1)), "email_domain": domain(email)}


def _in_letters() -> dict[str, pl.Expr]:
    return {
        "email_number": digits(pl.col("email_user")),
        "_letters": pl.col("email_user").str.replace_all(r"[._-]+", ""),
        "_first_given": pl.col("given").str.extract(r"^(\S+)", 1),
        "_whole_family": pl.col("family").str.replace_all(" ", "", literal=True),
    }


def _of_mailbox() -> dict[str, pl.Expr]:
    """Return whether the mailbox is called by nothing but its holder's name."""
    letters, given, family = pl.col("_letters"), pl.col("_first_given"), pl.col("_whole_family")
    first = given.str.slice(0, 1)
    shapes = [given + family, family + given, first + family, family + first, given, family]
    turned = (pl.col("sound") + pl.col("sound")).str.contains(letters, literal=True)
    turned &= pl.col("sound").str.len_chars() == letters.str.len_chars()
    named = [(letters == shape).fill_null(value=False) for shape in shapes]
    found = pl.any_horizontal(*named, pl.col("cjk") & turned.fill_null(value=False))
    return {"email_of_name": pl.when(letters.is_not_null()).then(found)}


def _without_roles() -> dict[str, pl.Expr]:
    """Return the e-mail features without mailboxes of a role, which are shared by whoever holds it."""
    of_a_role = pl.col("email").str.extract(r"^([a-z]+)[0-9._-]*@", 1).is_in(ROLES).fill_null(value=False)
    return {name: pl.when(~of_a_role).then(name) for name in ("email", "email_user", "email_number")}


def _of_place() -> dict[str, pl.Expr]:
    plain = words(pl.col("_street").str.replace_all(r"(?i)(\d)(?:st|nd|rd|th)\b", "$1"))
    short = plain.str.replace_all(r"([a-z]{3,})strasse\b", "${1}str").str.split(" ")
    return {
        "address": blank_to_null(short.list.eval(pl.element().replace(_STREET_WORDS)).list.join(" ")),
        "postal_code": blank_to_null(caseless(pl.col("_postal_code")).str.replace_all(r"[^\p{L}\p{N}]+", "")),
    }


def _of_street() -> dict[str, pl.Expr]:
    address = pl.col("address")
    # The house number stands on either end, and "street" is a word of every street.
    in_front = address.str.extract(r"^(\d+)\b", 1)
    behind, before = address.str.replace(r"^\d+\s*", ""), address.str.replace(r"\s\d+\s?[a-z]?$", "")
    street = pl.when(in_front.is_not_null()).then(behind).otherwise(before)
    return {
        "house": pl.coalesce(in_front, address.str.extract(r"(\d+)\D*$", 1)),
        "street": blank_to_null(street),
    }


def _words_of_street() -> dict[str, pl.Expr]:
    every = pl.col("street").str.split(" ")
    return {"street_words": every.list.eval(pl.element().filter(~pl.element().is_in(_STREET_KINDS)))}


_STEPS = (
    _split_whole_name, _folded, _ordered, _apart, _named, _of_companies, _words_of_companies, _of_contact,
    _parts_of_email, _in_letters, _of_mailbox, _of_place, _of_street, _words_of_street,
)  # fmt: skip

"""Comparisons: the levels of likeness that the model tells apart, written for Splink in DuckDB's SQL.

The first level that holds counts; what none takes "differs". A level's weight is learned (see `training`), so a level
need not say how strong it is, only be told apart from the others. `_l` and `_r` are the two sides.
"""

from typing import Any

import polars as pl

Comparison = dict[str, Any]
_LIKE = 0.85
# A comparison that few rows can take part in teaches the model noise.
_LEAST_FILLED = 0.02
_LEAST_VALUES = 3
NAME, AREA, COMPANY = "name", "area", "company"
# A household and an office share all of these: they say nothing of two people whose names are not alike.
CIRCUMSTANCES = ("street", AREA, "phone", "employer", "website")
ANOTHER_AREA = ("differs", "alike")
ANOTHER_STREET = ("differs", "some words", "street only")
# Branches share these.
HOUSE_MARKS = ("email", "website")
UNLIKE_NAMES = ("family name only", "given name only", "differs")


def comparisons(kind: str) -> list[Comparison]:
    """Return the comparisons that a model of `kind` can make."""
    names = [_person(), _employer()] if kind == "person" else [_company()]
    return [*names, _birth_date(), _street(), _area(), _email(), _phone(), _website()]


def telling(kind: str, table: pl.DataFrame) -> list[Comparison]:
    """Return the comparisons that `table`'s features are filled and varied enough to learn from."""
    every = comparisons(kind)
    return [
        comparison for comparison in every if any(_tells(table, column) for column in _COLUMNS[name_of(comparison)])
    ]


_COLUMNS = {
    "name": ["name", "given", "family"], "employer": ["company"], "company": ["company"],
    "birth_date": ["birth_date"], "street": ["address"], "area": ["postal_code", "city"], "email": ["email"],
    "phone": ["phone"], "website": ["website"],
}  # fmt: skip


def _tells(table: pl.DataFrame, column: str) -> bool:
    if column not in table.columns:
        return False
    values = table[column].drop_nulls()
    return len(values) >= _LEAST_FILLED * table.height and values.n_unique() >= _LEAST_VALUES


def name_of(comparison: Comparison) -> str:
    """Return the comparison's name, which stands in reports."""
    return str(comparison["output_column_name"])


def _level(sql: str, label: str, common: str | None = None) -> dict[str, Any]:
    """Return a level; agreement on a value of `common` weighs less the more rows hold the value."""
    level: dict[str, Any] = {"sql_condition": sql, "label_for_charts": label}
    if common:
        exact = {"tf_adjustment_column": common, "tf_adjustment_weight": 1.0, "disable_tf_exact_match_detection": True}
        level |= exact
    return level


def _comparison(name: str, missing: str, *levels: dict[str, Any]) -> Comparison:
    first = {"sql_condition": missing, "label_for_charts": "missing", "is_null_level": True}
    last = {"sql_condition": "ELSE", "label_for_charts": "differs"}
    return {"output_column_name": name, "comparison_levels": [first, *levels, last]}


def _alike(left: str, right: str, least: float = _LIKE) -> str:
    return f"jaro_winkler_similarity({left}, {right}) >= {least}"


def _missing(column: str) -> str:
    return f"{column}_l IS NULL OR {column}_r IS NULL"


def _person() -> Comparison:
    partly = "(given_l IS NULL OR family_l IS NULL OR given_r IS NULL OR family_r IS NULL)"
    letters = "NOT (cjk_l OR cjk_r)"
    short = "list_has_any(given_forms_l, given_forms_r)"
    initial = (
        "(length(given_l) = 1 OR length(given_r) = 1) AND given_l[1] = given_r[1]"
        " OR split_part(given_l, ' ', 1) = split_part(given_r, ' ', 1)"
    )
    both = f"{_alike('given_l', 'given_r')} AND {_alike('family_l', 'family_r')}"
    crossed = f"{_alike('given_l', 'family_r')} AND {_alike('family_l', 'given_r')}"
    either = f"{_alike('given_l', 'given_r')} OR {_alike('family_l', 'family_r')}"
    return _comparison(
        NAME,
        "(given_l IS NULL AND family_l IS NULL) OR (given_r IS NULL AND family_r IS NULL)",
        _level("name_l = name_r", "same", "name"),
        _level("given_l = family_r AND family_l = given_r", "swapped"),
        _level(f"family_l = family_r AND {letters} AND ({short} OR {initial})", "short form"),
        _level(f"{letters} AND {both}", "alike"),
        _level(f"{letters} AND {crossed}", "alike, swapped"),
        _level("sound_l = sound_r AND (cjk_l OR cjk_r)", "same sound"),
        _level("family_l = family_r AND (given_l IS NULL OR given_r IS NULL)", "family name, other missing", "family"),
        _level("given_l = given_r AND (family_l IS NULL OR family_r IS NULL)", "given name, other missing", "given"),
        _level(f"{partly} AND (given_l = family_r OR family_l = given_r)", "given is family name, other missing"),
        _level(f"{partly} AND {letters} AND ({either})", "alike, other missing"),
        _level(f"{letters} AND {_alike('family_l', 'family_r')} OR family_l = family_r", "family name only"),
        _level(f"{letters} AND {_alike('given_l', 'given_r')} OR given_l = given_r", "given name only"),
    )  # fmt: skip


def _employer() -> Comparison:
    return _comparison(
        "employer",
        _missing("company"),
        _level("company_l = company_r", "same", "company"),
        _level(_alike("company_any_order_l", "company_any_order_r", 0.9), "alike"),
    )


def _company() -> Comparison:
    common = "len(list_intersect(company_words_l, company_words_r))"
    inside = (
        "least(length(company_l), length(company_r)) >= 4 AND unicode(company_l) > 12288"
        " AND (contains(company_l, company_r) OR contains(company_r, company_l))"
    )
    fewest = "least(len(company_words_l), len(company_words_r))"
    spelt = "company_any_order_l = company_any_order_r OR replace(company_l, ' ', '') = replace(company_r, ' ', '')"
    like = f"{_alike('company_l', 'company_r', 0.92)} OR {_alike('company_any_order_l', 'company_any_order_r', 0.92)}"
    return _comparison(
        COMPANY,
        _missing("company"),
        _level("company_l = company_r", "same", "company"),
        _level(spelt, "same words"),
        _level(like, "alike"),
        _level(f"{common} >= 2 AND {common} * 2 >= {fewest}", "half of the words"),
        _level(f"list_has_any(company_words_l, company_words_r) OR {inside}", "a word"),
    )


def _birth_date() -> Comparison:
    return _comparison(
        "birth_date",
        _missing("birth_date"),
        _level("birth_date_l = birth_date_r", "same"),
        _level("levenshtein(birth_date_l, birth_date_r) <= 1", "one digit"),
        _level("levenshtein(birth_date_l, birth_date_r) <= 2", "two digits"),
        _level("left(birth_date_l, 4) = left(birth_date_r, 4)", "year"),
    )


def _street() -> Comparison:
    common = "len(list_intersect(street_words_l, street_words_r))"
    return _comparison(
        "street",
        _missing("address"),
        _level("address_l = address_r", "same", "address"),
        _level(f"coalesce(house_l = house_r, true) AND {_alike('street_l', 'street_r', 0.9)}", "alike"),
        _level("house_l = house_r AND list_has_any(street_words_l, street_words_r)", "house number and a word"),
        _level(_alike("street_l", "street_r", 0.9), "street only"),
        _level(f"{common} >= 2", "some words"),
    )


def _area() -> Comparison:
    close = f"{_alike('city_l', 'city_r', 0.88)} OR levenshtein(postal_code_l, postal_code_r) <= 1"
    nowhere = "(postal_code_{0} IS NULL AND city_{0} IS NULL)"
    return _comparison(
        AREA,
        f"{nowhere.format('l')} OR {nowhere.format('r')}",
        _level("postal_code_l = postal_code_r AND city_l = city_r", "same", "city"),
        _level("postal_code_l = postal_code_r", "postal code", "postal_code"),
        _level("city_l = city_r", "city", "city"),
        _level(close, "alike"),
    )


def _email() -> Comparison:
    # Mailboxes are named after people: a namesake's says nothing new, and another number is another mailbox.
    named = (
        "contains(email_user_l, split_part(family_l, ' ', 1)) OR contains(email_user_l, split_part(given_l, ' ', 1))"
    )
    both_named = "(coalesce(email_of_name_l, false) AND coalesce(email_of_name_r, false))"
    same_user = f"email_user_l = email_user_r AND (name_l = name_r OR {named})"
    namesake = f"(email_l <> email_r AND ({same_user} OR {both_named} AND name_l = name_r))"
    two_people = f"({_called_otherwise('given')} OR {_called_otherwise('family')})"
    one_person = f"NOT coalesce({two_people}, false)"
    same_number = "email_number_l IS NOT DISTINCT FROM email_number_r"
    return _comparison(
        "email",
        f"{_missing('email')} OR {namesake}",
        _level("email_l = email_r", "same", "email"),
        _level("email_user_l = email_user_r", "same before the @"),
        _level(f"{same_number} AND NOT {both_named} AND {one_person} AND levenshtein(email_l, email_r) <= 2", "alike"),
    )


def _called_otherwise(part: str) -> str:
    """Return SQL for whether both mailboxes are called by this part of their holders' names, which differs."""
    left, right = (f"split_part({part}_{side}, ' ', 1)" for side in "lr")
    return f"({left} <> {right} AND contains(email_user_l, {left}) AND contains(email_user_r, {right}))"


def _phone() -> Comparison:
    return _comparison(
        "phone",
        _missing("phone"),
        _level("phone_l = phone_r", "same", "phone"),
        _level("levenshtein(phone_l, phone_r) <= 1", "one digit"),
    )


def _website() -> Comparison:
    return _comparison("website", _missing("website"), _level("website_l = website_r", "same", "website"))

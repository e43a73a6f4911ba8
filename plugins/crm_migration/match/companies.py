"""Companies' names: the base name without legal form, and when two of them are one company."""

import re
from collections import Counter
from functools import lru_cache
from itertools import chain

import polars as pl
from rapidfuzz import fuzz

from crm_migration.clean.legal_forms import CHINESE_FORMS, EITHER_END, IN_FRONT, LEGAL_FORMS
from crm_migration.match.folding import blank_to_null, unaccented

_NUMERALS = re.compile(r"\d+|[一二三四五六七八九十百]|\b(?:ii|iii|iv|vi|vii|viii|ix)\b")
_LEAST_REST = 0.8
_ABBREVIATION = 3
_SHORT_FORM = 4
_LEAST_CHINESE = 4
_IDEOGRAPHS = re.compile(r"[\u3400-\u9fff]")


def _spelled(form: str) -> str:
    # A/S and S. A. fold to single letters.
    return r"\s?".join(form) if len(form) <= _SHORT_FORM and form.isascii() else form.replace(" ", r"\s")


def _endings() -> str:
    forms = sorted({*chain.from_iterable(LEGAL_FORMS.values())}, key=lambda form: (-len(form), form))
    return rf"(?:\s(?:and\s)?(?:{'|'.join(map(_spelled, forms))}))+$"


_ENDINGS = _endings()
_FRONTS = rf"^(?:(?:{'|'.join(front.replace(' ', chr(92) + 's') for front in IN_FRONT)})\s)+"
# A branch's or a department's mark may follow the form.
_CJK = rf"(?:\s?(?:{'|'.join((*CHINESE_FORMS, *EITHER_END))}))+(\s|$)"
_CJK_FRONT = rf"^(?:{'|'.join(EITHER_END)})\s?"


def base_name(name: pl.Expr) -> pl.Expr:
    """Return names unaccented and without legal form; a name that is nothing else stays; blank is null."""
    dotless = unaccented(name).str.replace_all(".", "", literal=True).str.replace_all(r"[&+]", " and ")
    text = dotless.str.replace_all(r"[^\p{L}\p{N}\p{M}]+", " ").str.strip_chars()
    text = text.str.replace_all(r"\b(?:und|et)\b", "and")
    bare = text.str.replace(_FRONTS, "").str.replace(_CJK_FRONT, "")
    return pl.coalesce(blank_to_null(bare.str.replace(_ENDINGS, "").str.replace(_CJK, "$1")), blank_to_null(text))


@lru_cache(maxsize=1 << 16)
def companies_agree(left: str, right: str, at_least: float) -> bool:
    """Return whether two base names are one company's: the same words but for typing.

    Numbers in a name must be equal, and the words that differ must resemble each other by themselves: "Hotel
    East" and "Hotel West" share most letters and are two hotels.
    """
    if left > right:
        return companies_agree(right, left, at_least)
    if left.replace(" ", "") == right.replace(" ", ""):
        return True
    if sorted(_NUMERALS.findall(left)) != sorted(_NUMERALS.findall(right)):
        return False
    if fuzz.token_sort_ratio(_spelt_out(left, right), _spelt_out(right, left)) < at_least * 100:
        return False
    return not companies_differ(left, right)


@lru_cache(maxsize=1 << 16)
def companies_differ(left: str, right: str) -> bool:
    """Return whether two base names are clearly two companies': each has a word that nothing in the other resembles.

    "Hotel East" and "Hotel West" are two; "Meyer" and "Meyer Logistics" may be one. Numbers must be equal.
    """
    if sorted(_NUMERALS.findall(left)) != sorted(_NUMERALS.findall(right)):
        return True
    first, second = Counter(left.split()), Counter(right.split())
    return _has_own_word(first - second, second - first) and _has_own_word(second - first, first - second)


def _has_own_word(words: Counter[str], others: Counter[str]) -> bool:
    return any(not any(_resembles(word, other) for other in others) for word in words)


def _resembles(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if _IDEOGRAPHS.search(long):
        # 电气 and 电子 are two trades: a Chinese name is another, but for a city in front or a trade cut short behind.
        return len(short) >= _LEAST_CHINESE and (long.endswith(short) or long.startswith(short))
    return fuzz.ratio(one, other) >= _LEAST_REST * 100 or _abbreviates(short, long)


def _abbreviates(short: str, long: str) -> bool:
    return (len(short) == 1 or len(short) >= _ABBREVIATION) and long.startswith(short)


def _spelt_out(name: str, other: str) -> str:
    """Return `name` with each word that abbreviates one word of `other` replaced by it."""
    words = other.split()
    found = {word: [long for long in words if word != long and _abbreviates(word, long)] for word in name.split()}
    return " ".join(long[0] if len(long) == 1 else word for word in name.split() for long in [found[word]])

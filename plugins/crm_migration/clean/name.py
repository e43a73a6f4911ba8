"""Names of people and companies: words all in capitals or all in lower case are re-cased, mixed ones are a person's choice.

The rules are conservative: a short word in capitals that may be an acronym stays, because an unchanged name is a
smaller harm than "Ibm". What a word becomes depends on its own value only, never on other rows.
"""

import re
from functools import lru_cache

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, over_distinct, where
from crm_migration.clean.name_words import (
    ACRONYMS,
    CAPITALS_STAY,
    FIRST_PARTICLES,
    FORMS,
    PARTICLES,
    SHORT_NAMES,
    WITHOUT_VOWEL,
)
from crm_migration.clean.text import no_reason
from crm_migration.mapping.model import Name

_PERHAPS_RECASED = r"\p{Lu}\p{Lu}|(?:^|[^\p{L}\p{M}'’.])\p{Ll}"
_LETTERS = re.compile(r"[^\W\d_]")
_PIECES = re.compile(r"([-/,()&+\"“”„;:|]+)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?\.?")
_APOSTROPHE = re.compile(r"(['’])")
_VOWELS = frozenset("aeiouyäöüåæøáéíóúàèìòùâêîôûãõëïýœıαεηιουωаеёиоуыэюяіїє")
_SPANISH_AND_ITALIAN_AND = frozenset({"y", "e"})
_ACRONYM_AT_MOST = 4
_UNSURE_AT_MOST = 3


def clean_name(column: Column, spec: Name, context: Context) -> Cleaned:
    """Return the names with their words re-cased; no name is invalid in itself."""
    doubtful = column.text.str.contains(_PERHAPS_RECASED).fill_null(value=False)
    values = where(column.text, doubtful, lambda part: over_distinct(part, _recased))
    return Cleaned(values, no_reason(values))


def _recased(distinct: pl.Series) -> pl.Series:
    return pl.Series([recased(value) for value in distinct], dtype=pl.String).str.normalize("NFC")


def recased(value: str) -> str:
    """Return one name with its words re-cased."""
    words = value.split(" ")
    keep_short = len(words) == 1 or any(_mixed(word) for word in words)
    return " ".join(_word(word, _place(index, len(words)), keep_short) for index, word in enumerate(words))


def _mixed(word: str) -> bool:
    """Tell whether somebody chose the case of `word`: small letters in it, and a capital."""
    return word != word.lower() and word != word.upper()


def _place(index: int, words: int) -> str:
    if words == 1:
        return "only"
    return "first" if index == 0 else "later"


@lru_cache(maxsize=100_000)
def _word(word: str, place: str, keep_short: bool) -> str:
    if _mixed(word) or not _LETTERS.search(word) or any(letter.isdigit() for letter in word):
        return word
    if _INITIALS.fullmatch(word):
        return word.upper()
    pieces = _PIECES.split(word)
    if len(pieces) == 1:
        return _bare(word, place, keep_short)
    return "".join(
        piece if index % 2 else _bare(piece, place if index == 0 else "later", keep_short)
        for index, piece in enumerate(pieces)
    )


def _bare(word: str, place: str, keep_short: bool) -> str:
    """Re-case one word without hyphens and brackets around it."""
    core = word.rstrip(".!?")
    if "." in core or "@" in core or not core:
        return word
    return _core(core, place, keep_short) + word[len(core) :]


def _core(core: str, place: str, keep_short: bool) -> str:
    small = core.lower()
    known = _known(small, core, place)
    if known is not None:
        return known
    if core.isupper() and _may_be_acronym(small, core, keep_short, alone=place == "only"):
        return core
    return _titled(small)


def _known(small: str, core: str, place: str) -> str | None:
    """Return how a word that the lists know is written, None for any other."""
    if place == "later" and small in FORMS:
        return FORMS[small]
    if small in ACRONYMS or (small in CAPITALS_STAY and core.isupper()):
        return core.upper()
    if len(small) == 1:
        return core if place == "later" and small in _SPANISH_AND_ITALIAN_AND else small.title()
    if small in (FIRST_PARTICLES if place == "first" else PARTICLES) and place != "only":
        return small
    return None


def _may_be_acronym(small: str, core: str, keep_short: bool, alone: bool) -> bool:
    if len(core) <= _ACRONYM_AT_MOST and not _VOWELS.intersection(small) and small not in WITHOUT_VOWEL:
        return core.isascii()
    return keep_short and len(core) <= _UNSURE_AT_MOST and not (alone and small in SHORT_NAMES)


def _titled(small: str) -> str:
    """Capitalise each part of a word: O'Brien, D'Angelo, McDonald's."""
    parts = _APOSTROPHE.split(small)
    return "".join(_part(part, index, parts) for index, part in enumerate(parts))


def _part(part: str, index: int, parts: list[str]) -> str:
    if index > 0 and len(part) <= 2:
        return part
    if part.startswith("mc") and len(part) > 4:
        return "Mc" + _capital(part[2:])
    return _capital(part)


def _capital(part: str) -> str:
    # Python lowers the Turkish capital İ to i with a combining dot.
    return (part[:1].title() + part[1:]).replace("i\u0307", "i")

"""Names of people and companies: those all in capitals or all in small letters are re-cased.

Mixed ones are somebody's choice, unless the mapping has each word judged by itself. The rules are conservative: a
short word in capitals that may be an acronym stays, for a name left alone is a smaller harm than "Ibm". What becomes
of a name depends on its own value only, never on other rows.
"""

import re
from functools import lru_cache, partial
from typing import Literal, NamedTuple

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, over_distinct, where
from crm_migration.clean.name_parts import NameParts, has_family_first, name_parts
from crm_migration.clean.name_titles import DOTTED_TITLES, SPELLED, SUFFIXES, TITLES
from crm_migration.clean.name_words import (
    ACRONYMS,
    CAPITALS_STAY,
    FIRST_PARTICLES,
    FORMS,
    MAC_NAMES,
    PARTICLES,
    SHORT_NAMES,
    WITHOUT_VOWEL,
)
from crm_migration.clean.text import no_reason
from crm_migration.mapping.fields import Case, Name

_PERHAPS_RECASED = r"\p{Lu}\p{Lu}|(?:^|[^\p{L}\p{M}'’.])\p{Ll}"
_LETTER = re.compile(r"[^\W\d_]")
_PIECES = re.compile(r"([-/,()&+\"“”„;:|]+)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?\.?")
_APOSTROPHE = re.compile(r"(['’])")
_VOWELS = frozenset("aeiouyäöüåæøáéíóúàèìòùâêîôûãõëïýœıαεηιουωаеёиоуыэюяіїє")
_SPANISH_AND_ITALIAN_AND = frozenset({"y", "e"})
_ACRONYM_AT_MOST = 4
_UNSURE_AT_MOST = 3
_SUFFIX_AT_MOST = 2
_MC_AT_LEAST = 5
_REMEMBERED_AT_MOST = 64
_COMMAS = "[,，、]"
# Beside letters without capitals those in capitals are chosen: TCL集团, ABC 有限公司.
_CHINESE_AND_THE_LIKE = r"\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003134f"
_WITHOUT_CASE = re.compile(f"[{_CHINESE_AND_THE_LIKE}]")
_STAYS = re.compile(rf"[\d{_CHINESE_AND_THE_LIKE}]")
_WITHOUT_CHINESE_NAMES = frozenset({"JP", "KR"})


class _Spot(NamedTuple):
    """Where a word stands; `keep_short` where the rest of the name tells nothing against an acronym."""

    place: Literal["only", "first", "later"]
    keep_short: bool


def clean_name(column: Column, spec: Name, context: Context) -> Cleaned:
    """Return the names re-cased, or the part of them that the spec takes; no name is invalid in itself.

    Flag `unsplit`: nobody could tell the parts of the name apart, and it stands as family name.
    """
    whole = cased(column.text, spec.case)
    if spec.part == "whole" and spec.comma == "keep":
        return Cleaned(whole, no_reason(whole))
    if spec.part == "whole":
        commas = whole.str.contains(_COMMAS).fill_null(value=False)
        values = where(whole, commas, lambda part: cased(over_distinct(part, _natural), spec.case))
        return Cleaned(values, no_reason(values))
    japanese = context.source.country in _WITHOUT_CHINESE_NAMES
    answers = over_distinct(whole, partial(_parted, spec=spec, japanese=japanese))
    unsplit = answers.struct.field("unsplit").fill_null(value=False)
    # A part that is all in capitals by itself may not have been so beside the others: Jean DUPONT.
    return Cleaned(cased(answers.struct.field("value"), spec.case), no_reason(whole), {"unsplit": unsplit})


def cased(text: pl.Series, case: Case) -> pl.Series:
    """Return the names with the words re-cased that `case` wants to be."""
    if case == "keep":
        return text
    doubtful = text.str.contains(_PERHAPS_RECASED).fill_null(value=False)
    return where(text, doubtful, lambda part: over_distinct(part, partial(_recased, each=case == "words")))


def _parted(distinct: pl.Series, spec: Name, *, japanese: bool) -> pl.Series:
    family_first = spec.order == "family_first"
    found = [name_parts(value, family_first=family_first, japanese=japanese) for value in distinct]
    told = (NameParts(family=value) if parts is None else parts for parts, value in zip(found, distinct, strict=True))
    values = pl.Series("value", [_chosen(parts, spec) or None for parts in told], dtype=pl.String)
    return pl.DataFrame([values, pl.Series("unsplit", [parts is None for parts in found])]).to_struct()


def _chosen(parts: NameParts, spec: Name) -> str:
    if spec.part != "bare":
        return str(getattr(parts, spec.part))
    if parts.chinese:
        return parts.family + parts.given
    names = (parts.family, parts.given) if spec.order == "family_first" else (parts.given, parts.family)
    return " ".join(filter(None, names))


def _natural(distinct: pl.Series) -> pl.Series:
    return pl.Series([_given_first(value) for value in distinct], dtype=pl.String)


def _given_first(value: str) -> str:
    """Return `Family, Given` in its natural order; any other comma stays."""
    parts = name_parts(value, family_first=False) if has_family_first(value) else None
    if parts is None:
        return value
    if parts.chinese:
        return parts.family + parts.given + parts.title
    return " ".join(filter(None, (parts.title, parts.given, parts.family, parts.suffix)))


def _recased(distinct: pl.Series, *, each: bool) -> pl.Series:
    done = [recased(value) if each or _in_one_case(value) else value for value in distinct]
    return pl.Series(done, dtype=pl.String).str.normalize("NFC")


def _in_one_case(value: str) -> bool:
    """Tell whether a name is all in small letters, or all in capitals but for titles and legal forms."""
    if _WITHOUT_CASE.search(value):
        return False
    if value == value.lower():
        return True
    rest = "".join(word for word in value.split(" ") if not (_mixed(word) and _is_around_a_name(word)))
    return _in_capitals(rest)


def _in_capitals(text: str) -> bool:
    """Tell whether letters are capitals as far as they can be: most keyboards have none for ß."""
    if text == text.upper():
        return True
    return "ß" in text and text.replace("ß", "ẞ") == text.replace("ß", "ẞ").upper()


def _is_around_a_name(word: str) -> bool:
    plain = word.strip(".,;&()").lower()
    return plain in FORMS or plain in SPELLED or plain.replace(".", "") in TITLES | DOTTED_TITLES | SUFFIXES


def recased(value: str) -> str:
    """Return one name with its words re-cased."""
    words = value.split(" ")
    if len(words) == 1:
        return _word(value, _Spot("only", keep_short=True))
    keep_short = any(_mixed(word) for word in words)
    first, later = _Spot("first", keep_short), _Spot("later", keep_short)
    return " ".join(_word(word, later if index else first) for index, word in enumerate(words))


def _mixed(word: str) -> bool:
    """Tell whether somebody chose the case of `word`: small letters in it, and a capital."""
    return word != word.lower() and not _in_capitals(word)


def _word(word: str, spot: _Spot) -> str:
    return _known_word(word, spot) if len(word) <= _REMEMBERED_AT_MOST else _any_word(word, spot)


def _any_word(word: str, spot: _Spot) -> str:
    if _mixed(word) or not _LETTER.search(word) or _STAYS.search(word):
        return word
    if _INITIALS.fullmatch(word) and word.lower() not in SPELLED:
        return word.upper() if len(word.upper()) == len(word) else word
    spelled = SPELLED.get(word.lower()) if spot.place == "later" or "." in word else None
    if spelled is not None:
        return spelled
    first, *others = _PIECES.split(word)
    later = _Spot("later", spot.keep_short)
    if others and not first:
        later = spot
    return _bare(first, spot) + "".join(
        piece if index % 2 == 0 else _bare(piece, later) for index, piece in enumerate(others)
    )


_known_word = lru_cache(maxsize=100_000)(_any_word)


def _bare(word: str, spot: _Spot) -> str:
    """Re-case one word without hyphens and brackets around it."""
    core = word.rstrip(".!?")
    if "." in core or "@" in core or not core:
        return word
    return _core(core, spot) + word[len(core) :]


def _core(core: str, spot: _Spot) -> str:
    small = core.lower()
    known = _known(small, core, spot.place)
    if known is not None:
        return known
    return core if core.isupper() and _may_be_acronym(small, core, spot) else _titled(small)


def _known(small: str, core: str, place: str) -> str | None:
    """Return how a word that the lists know is written, None for any other."""
    if place == "later" and (spelled := SPELLED.get(small) or FORMS.get(small)):
        return spelled
    if small in ACRONYMS or (small in CAPITALS_STAY and core.isupper()):
        return core.upper()
    if len(small) == 1:
        return core if place == "later" and small in _SPANISH_AND_ITALIAN_AND else _capital(small)
    if small in (FIRST_PARTICLES if place == "first" else PARTICLES) and place != "only":
        return small
    return None


def _may_be_acronym(small: str, core: str, spot: _Spot) -> bool:
    if len(core) <= _ACRONYM_AT_MOST and not _VOWELS.intersection(small) and small not in WITHOUT_VOWEL:
        return core.isascii()
    names_a_person = spot.place == "only" and small in SHORT_NAMES
    return spot.keep_short and len(core) <= _UNSURE_AT_MOST and not names_a_person


def _titled(small: str) -> str:
    """Capitalise each part of a word: O'Brien, D'Angelo, McDonald's."""
    first, *others = _APOSTROPHE.split(small)
    return _part(first) + "".join(part if len(part) <= _SUFFIX_AT_MOST else _part(part) for part in others)


def _part(part: str) -> str:
    if part.startswith("mc") and len(part) >= _MC_AT_LEAST:
        return "Mc" + _capital(part[2:])
    if part in MAC_NAMES:
        return "Mac" + _capital(part[3:])
    return _capital(part)


def _capital(part: str) -> str:
    first = part[:1].title()
    # A letter whose capital is two, such as ß, stays; and Python lowers the Turkish İ to i with a combining dot.
    return ((first if len(first) == 1 else part[:1]) + part[1:]).replace("i\u0307", "i")

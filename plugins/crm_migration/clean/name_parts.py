"""A person's whole name, taken apart: title, given names, family name, suffix. No letter of it is lost.

Western names: a comma puts the family name first; without one the family name is the last word with the particles
before it (van der Berg), or the first where the mapping says so. Of two family names without a particle or a comma
(Gabriel García Márquez) nobody can tell from the words alone: the last counts. Chinese names: by the list of
surnames. Names with kana or Hangul are left alone.
"""

import re
from typing import NamedTuple

from crm_migration.clean.chinese_surnames import (
    CHINESE_TITLES,
    COMPOUND_SURNAMES,
    LONGEST_SURNAME,
    SINGLE_SURNAMES,
    SURNAME_TITLES,
)
from crm_migration.clean.name_titles import (
    AFTER_A_DOCTOR,
    DOTTED_TITLES,
    FAMILY_JOINTS,
    FAMILY_PARTICLES,
    PARTICLE_JOINTS,
    PERHAPS_GIVEN,
    SMALL_SUFFIXES,
    SUFFIXES,
    SUFFIXES_BY_COMMA,
    TITLES,
    TWO_NAMES,
)
from crm_migration.clean.name_words import FORMS

_PERHAPS_COMMA = re.compile("[,，、]")
_PERHAPS_ASIAN = re.compile(r"[\u1100-\U0003ffff]")
_SOME_LETTER = re.compile(r"\w")
_COMMA = re.compile(r"\s*[,，、]\s*")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_ALONE = re.compile(r"[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9d\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_DOCTORS = frozenset({"dr", "prof", "univ-prof", "dr-ing"})
_TWO_WORDS = 2
_LONGEST_GIVEN = 2


class NameParts(NamedTuple):
    """The words of a name; `joined` puts Chinese ones together without a blank."""

    title: str = ""
    given: str = ""
    family: str = ""
    suffix: str = ""
    chinese: bool = False


class _Words(NamedTuple):
    title: list[str]
    name: list[str]
    suffix: list[str]


def name_parts(value: str, *, family_first: bool, japanese: bool = False) -> NameParts | None:
    """Return the parts of a whole name; None where nobody could tell them apart.

    `japanese` leaves names written in Chinese characters alone as well.
    """
    if _PERHAPS_ASIAN.search(value):
        if _ALONE.search(value):
            return None
        if _HAN.search(value):
            return None if japanese else _chinese(value)
    return _western(value, family_first=family_first)


def has_family_first(value: str) -> bool:
    """Tell whether a comma separates the family name from given names, not a suffix or a legal form."""
    segments = _COMMA.split(value)
    names, _ = _segments(segments)
    return all(segments) and len(names) == _TWO_WORDS and _by_comma(segments) is not None


def _western(value: str, *, family_first: bool) -> NameParts | None:
    if _PERHAPS_COMMA.search(value):
        segments = _COMMA.split(value)
        return _by_comma(segments) if all(segments) else None
    if not _is_one_name(value.split(" ")):
        return None
    words = _stripped(value.split(" "))
    given, family = _family_first(words.name) if family_first else _family_last(words.name)
    return _told(words, given, family)


def _is_one_name(words: list[str]) -> bool:
    """Tell whether words may be one person's name, without a remark in brackets behind it or somebody else's.

    `und` joins particles (von und zu) as it joins people.
    """
    between = zip(words, words[1:], words[2:], strict=False)
    joined = any(word.lower() in TWO_NAMES and not _are_particles(before, behind) for before, word, behind in between)
    remark = len(words) > 1 and words[-1].endswith((")", "]"))
    return not joined and not remark and all(map(_SOME_LETTER.search, words))


def _are_particles(before: str, behind: str) -> bool:
    return {before.lower(), behind.lower()} <= FAMILY_PARTICLES


def _told(words: _Words, given: list[str], family: list[str]) -> NameParts:
    return NameParts(" ".join(words.title), " ".join(given), " ".join(family), " ".join(words.suffix))


def _by_comma(segments: list[str]) -> NameParts | None:
    """Read `Family, Given`, `Given Family, Suffix` and `Family, Given, Suffix`."""
    names, apart = _segments(segments)
    if len(names) > _TWO_WORDS or _is_form(names[-1]):
        return None
    first = _stripped(names[0].split(" "))
    if len(names) == 1:
        given, family = _family_last(first.name)
        return _told(_Words(apart.title + first.title, [], first.suffix + apart.suffix), given, family)
    second = _stripped(names[1].split(" "))
    around = _Words(apart.title + first.title + second.title, [], first.suffix + second.suffix + apart.suffix)
    return _told(around, second.name, first.name)


def _segments(segments: list[str]) -> tuple[list[str], _Words]:
    """Return what commas part of names, and the titles and suffixes that stand between commas of their own."""
    names, suffixes, titles = [segments[0]], [], []
    for segment in segments[1:]:
        words = segment.split(" ")
        if all(_is_suffix(word, after_comma=True) for word in words) or _plain(segment) == "ph d":
            suffixes += words
        elif all(_is_title(word) for word in words):
            titles += words
        else:
            names.append(segment)
    return names, _Words(titles, [], suffixes)


def _is_form(segment: str) -> bool:
    return all(word.rstrip(".").lower() in FORMS or word == "&" for word in segment.split(" "))


def _stripped(words: list[str]) -> _Words:
    """Take titles and suffixes off; one word of the name stays, unless there are titles or suffixes only."""
    start, end = 0, len(words)
    while start < end and _is_title(words[start], words[start - 1] if start else ""):
        start += 1
    while end - start > 1 and _is_suffix(words[end - 1]):
        end -= 1
    if end - start == 1 and start == 0 and _is_suffix(words[0]):
        return _Words([], [], words)
    return _Words(words[:start], words[start:end], words[end:])


def _is_title(word: str, after: str = "") -> bool:
    plain = _plain(word)
    if plain in TITLES or (word.endswith(".") and plain in DOTTED_TITLES):
        return True
    return word.endswith(".") and plain in AFTER_A_DOCTOR and _plain(after) in _DOCTORS | AFTER_A_DOCTOR


_TITLED = ("Jr", "Sr", "PhD", "Phd", "MSc", "Msc", "BSc", "Bsc", "Mba", "Llm", "Mph", "Cpa", "Esq")


def _is_suffix(word: str, *, after_comma: bool = False) -> bool:
    plain = _plain(word)
    if plain in SUFFIXES:
        # "Jr" and "IV" are one; "Sen" of Amartya Sen and "Md" of Md Rahman are not.
        small = word == plain and plain in SMALL_SUFFIXES
        return small or word.endswith(".") or word in {word.upper(), *_TITLED}
    return after_comma and plain in SUFFIXES_BY_COMMA and (word == word.upper() or "." in word)


def _plain(word: str) -> str:
    return word.replace(".", "").lower()


def _family_last(words: list[str]) -> tuple[list[str], list[str]]:
    if len(words) <= 1:
        return [], words
    if words[0].lower() in FAMILY_PARTICLES and _begins_family(words):
        return [], words
    start = len(words) - 1
    while start > 1:
        before = words[start - 1].lower()
        joins = before in FAMILY_JOINTS or (before in PARTICLE_JOINTS and words[start - 2].lower() in FAMILY_PARTICLES)
        if joins and start > _TWO_WORDS:
            start -= 2
        elif before in FAMILY_PARTICLES:
            start -= 1
        else:
            break
    return words[:start], words[start:]


def _begins_family(words: list[str]) -> bool:
    """Tell whether a name that begins with a particle is nothing but a family name."""
    first = words[0]
    if first.lower() in PERHAPS_GIVEN and first != first.lower():
        return False
    return all(word.lower() in FAMILY_PARTICLES for word in words[:-1])


def _family_first(words: list[str]) -> tuple[list[str], list[str]]:
    end = 1
    while end < len(words) and words[end - 1].lower() in FAMILY_PARTICLES:
        end += 1
    return words[end:], words[:end]


def _chinese(value: str) -> NameParts | None:
    if value in CHINESE_TITLES:
        return NameParts(title=value, chinese=True)
    name = "".join(_COMMA.split(value)) if len(_COMMA.split(value)) == _TWO_WORDS else value
    title = next((title for title in CHINESE_TITLES if name.endswith(title) and name != title), "")
    name = name.removesuffix(title).rstrip(" ")
    if not title and name[-1:] in SURNAME_TITLES and name[:-1] in SINGLE_SURNAMES | COMPOUND_SURNAMES:
        title, name = name[-1:], name[:-1]
    family = _surname(name)
    if family is None:
        return None
    return NameParts(title=title, given=name[len(family) :].strip(" "), family=family, chinese=True)


def _surname(name: str) -> str | None:
    """Return the surname at the start of a Chinese name, None where the list has none or the rest is too long."""
    if " " in name:
        first, _, rest = name.partition(" ")
        known = first in COMPOUND_SURNAMES or (len(first) == 1 and first in SINGLE_SURNAMES)
        return first if known and rest and all(map(_HAN.match, rest)) else None
    if not all(map(_HAN.match, name)):
        return None
    for length in range(LONGEST_SURNAME, 0, -1):
        family, given = name[:length], name[length:]
        surnames = COMPOUND_SURNAMES if length > 1 else SINGLE_SURNAMES
        if len(family) == length and family in surnames and len(given) <= _LONGEST_GIVEN:
            return family
    return None

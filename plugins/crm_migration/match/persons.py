"""Persons' names: when two of them can be one person, and when they clearly are not."""

from collections.abc import Callable
from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

from crm_migration.match.nicknames import same_given_name

SIMILAR_GIVEN_NAME = 0.85
_MOST_WORDS = 6
_TITLE_WORDS = """
mr mrs ms miss mx madam dr drs prof professor rev herr frau hr fr freiherr freifrau mag dipl ing med habil phd md sr sra
srta dna lic mme mlle madame monsieur mademoiselle sig dott ssa dottssa avv rag geom arch mgr inz hab pan pani
"""
TITLES = frozenset(_TITLE_WORDS.split())
_GENERATION_OF = {
    "jr": "junior", "jun": "junior", "jnr": "junior", "junior": "junior", "fils": "junior", "hijo": "junior",
    "sr": "senior", "sen": "senior", "snr": "senior", "senior": "senior", "pere": "senior", "padre": "senior",
    "ii": "ii", "iii": "iii", "iv": "iv",
}  # fmt: skip


def _script(text: str) -> str:
    """Return the script of a name: equality is all that CJK names allow, and scripts do not compare."""
    if any("\u3040" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7af" for letter in text):
        return "cjk"
    if any("a" <= letter <= "\u024f" for letter in text):
        return "latin"
    return "other"


def _likeness(left: str, right: str) -> float:
    first, second = sorted((left, right))
    return JaroWinkler.similarity(first, second)


def _word_agrees(left: str, right: str) -> bool:
    if len(left) == 1 or len(right) == 1:
        return left[0] == right[0]
    # Michael and Michelle look alike and are two names: likeness is for misspellings.
    same = same_given_name(left, right)
    return left == right or (_likeness(left, right) >= SIMILAR_GIVEN_NAME if same is None else same)


def _without_titles(name: str) -> list[str]:
    found = name.split()
    return [word for word in found if word not in TITLES] or found


@lru_cache(maxsize=1 << 16)
def given_names_agree(left: str, right: str) -> bool:
    """Return whether two folded given names can be one person's: equal, short form, initial, or mistyped.

    Each word of the shorter must agree with a word of its own in the longer: "Anna" and "Anna Maria" agree,
    "Anna Maria" and "Anna Luisa" do not, nor do "Aaron A" and "Josh A".
    """
    first, second = _without_titles(left), _without_titles(right)
    if "".join(first) == "".join(second):
        return True
    if "cjk" in (_script(left), _script(right)):
        return False
    return _words_agree(first, second, _word_agrees)


def _words_agree(left: list[str], right: list[str], agree: Callable[[str, str], bool]) -> bool:
    """Return whether each word of the shorter name agrees with a word of its own in the longer."""
    # The cut bounds the search: nobody is told apart by a seventh name.
    short, long = sorted((left[:_MOST_WORDS], right[:_MOST_WORDS]), key=lambda name: (len(name), name))
    return _paired(short, long, agree)


def _paired(short: list[str], long: list[str], agree: Callable[[str, str], bool]) -> bool:
    if not short:
        return True
    return any(
        agree(short[0], word) and _paired(short[1:], long[:place] + long[place + 1 :], agree)
        for place, word in enumerate(long)
    )


def given_names_differ(left: str, right: str) -> bool:
    """Return whether two folded given names are clearly two persons'; names in two scripts tell nothing."""
    return _script(left) == _script(right) and not given_names_agree(left, right)


@lru_cache(maxsize=1 << 16)
def given_names_agree_weakly(left: str, right: str) -> bool:
    """Return whether two folded given names agree by an initial or a later name alone.

    "J" is Jessica and her sister Jennifer, "Hans" is Holger Hans and his brother Hans: they are one person only where
    nothing else of theirs differs.
    """
    first, second = _without_titles(left), _without_titles(right)
    if not first or not second or "".join(first) == "".join(second) or not given_names_agree(left, right):
        return False
    return min(len(first[0]), len(second[0])) == 1 or not _word_agrees(first[0], second[0])


def _family_names_agree(left: str, right: str, at_least: float) -> bool:
    if left.replace(" ", "") == right.replace(" ", ""):
        return True
    if not left or not right:
        return False
    return _words_agree(left.split(), right.split(), lambda one, other: _likeness(one, other) >= at_least)


def _generation(name: str) -> tuple[str, frozenset[str]]:
    found = name.split()
    marks = [word for word in found[1:] if word in _GENERATION_OF]
    bare = " ".join(word for place, word in enumerate(found) if not place or word not in marks)
    return bare, frozenset(_GENERATION_OF[mark] for mark in marks)


def generations_differ(left: str, right: str) -> bool:
    """Return whether two folded whole names bear the marks of two generations, such as Jr and Sr."""
    (_, one), (_, other) = _generation(left.strip()), _generation(right.strip())
    return bool(one and other) and one != other


def _cjk_agree(left: tuple[str, str], right: tuple[str, str]) -> bool:
    def both_orders(name: tuple[str, str]) -> set[str]:
        given, family = (part.replace(" ", "") for part in name)
        return {given + family, family + given}

    return not both_orders(left).isdisjoint(both_orders(right))


def _in_order(left: tuple[str, str], right: tuple[str, str], at_least: float) -> bool:
    for one, other in ((left[0], right[0]), (left[1], right[1])):
        if bool(one) != bool(other):
            return False
    given = not left[0] or given_names_agree(left[0], right[0])
    family = not left[1] or _family_names_agree(left[1], right[1], at_least)
    return given and family


def _swapped(left: tuple[str, str], right: tuple[str, str], at_least: float) -> bool:
    """Return whether given and family name changed places; both parts compare alike, so it has no direction."""
    parts = zip(left, right[::-1], strict=True)
    return all(_family_names_agree(one, other, at_least) for one, other in parts if one or other)


def names_swapped(left: tuple[str, str], right: tuple[str, str]) -> bool:
    """Return whether given and family name, folded, changed places, but for typing."""
    return all(left) and all(right) and _swapped(left, right, SIMILAR_GIVEN_NAME)


@lru_cache(maxsize=1 << 16)
def persons_agree(left: tuple[str, str], right: tuple[str, str], at_least: float) -> bool:
    """Return whether two folded names (given, family; '' where missing) can be one person's.

    Both parts must agree, in order or swapped. Where one side has the whole name in one part, the words of
    both sides must be the same. A missing name agrees with nothing.
    """
    if not any(left) or not any(right):
        return False
    whole = " ".join(left).strip(), " ".join(right).strip()
    if "cjk" in map(_script, whole):
        return _cjk_agree(left, right)
    (given_a, marks_a), (given_b, marks_b) = _generation(left[0]), _generation(right[0])
    (family_a, more_a), (family_b, more_b) = _generation(left[1]), _generation(right[1])
    marks_a, marks_b = marks_a | more_a, marks_b | more_b
    if marks_a and marks_b and marks_a != marks_b:
        return False
    one, other = (given_a, family_a), (given_b, family_b)
    if _in_order(one, other, at_least) or _swapped(one, other, at_least):
        return True
    words = sorted(whole[0].split()), sorted(whole[1].split())
    return len(words[0]) > 1 and words[0] == words[1]

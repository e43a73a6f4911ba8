"""What the name of a table or column says, as words that can be compared across systems and languages."""

import re
import unicodedata
from functools import cache

from crm_migration.suggest.known_names import (
    ADDRESS_PARTS,
    IRREGULAR,
    PHRASES_TEXT,
    RELATED,
    SCRIPTS,
    WEAK,
)

Words = tuple[str, ...]

NAMESPACE = re.compile(r"^[A-Za-z][A-Za-z0-9]{1,14}__(?!(?:c|r|pc)$)(?=\w)")
CUSTOM_SUFFIX = re.compile(r"_{1,2}(?:c|r|pc)$")
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
TYPO = 0.85
SHORT = 4
"""Words up to this length are no misspellings of each other, and few are plurals."""


@cache
def words(name: str) -> Words:
    """Return the words of a name: in lower case and the singular, known phrases replaced by the usual word."""
    return _without_address(_rephrased(spelled(name)))


def spelled(name: str) -> Words:
    """Return the words of a name as they are spelled, in lower case and the singular.

    A package's prefix (`npe01__`) and the suffix of custom fields (`__c`, `_c`) say nothing.
    """
    text = unicodedata.normalize("NFKC", name)
    text = CUSTOM_SUFFIX.sub("", NAMESPACE.sub("", text))
    for written, meant in sorted(SCRIPTS.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(written, f" {meant} ")
    parts = re.split(r"[\W_]+", CAMEL.sub(" ", text))
    return tuple(singular(part.lower()) for part in parts if part and part != "1")


def singular(word: str) -> str:
    """Return an English word in the singular, as far as simple rules go."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if len(word) > SHORT and word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    plural = len(word) >= SHORT and word.endswith("s") and not word.endswith(("ss", "us", "is"))
    return word[:-1] if plural else word


@cache
def _phrases() -> dict[Words, Words]:
    known: dict[Words, Words] = {}
    for line in PHRASES_TEXT.strip().splitlines():
        meant, _, written = line.partition(": ")
        for phrase in written.split("|"):
            known[tuple(singular(word) for word in phrase.split())] = tuple(meant.split())
        known.setdefault(tuple(meant.split()), tuple(meant.split()))
    return known


def _rephrased(found: Words) -> Words:
    """Replace known phrases, the longest first; `first name` wins over `name`."""
    known = _phrases()
    result: list[str] = []
    at = 0
    while at < len(found):
        for size in range(min(5, len(found) - at), 0, -1):
            phrase = found[at : at + size]
            if phrase in known:
                result += known[phrase]
                at += size
                break
        else:
            result.append(found[at])
            at += 1
    return tuple(result)


def _without_address(found: Words) -> Words:
    """Drop `address` where a part of one is named, as in `billing_address_street`."""
    if "address" in found and set(found) & ADDRESS_PARTS:
        return tuple(word for word in found if word != "address")
    return found


def likeness(one: Words, other: Words) -> float:
    """Return how alike two names are, from 0 to 1, which is the same words; words that tell little weigh little."""
    if not one or not other:
        return 0.0
    if set(one) == set(other):
        return 1.0
    common = sum(2 * _weight(word) for word in set(one) & set(other))
    left, right = sorted(set(one) - set(other)), set(other) - set(one)
    for word in left:
        near = max(right, key=lambda candidate: (_alike(word, candidate), candidate), default="")
        if near and _alike(word, near):
            # Each word stands for one other.
            right.discard(near)
            common += _alike(word, near) * (_weight(word) + _weight(near))
    return common / sum(_weight(word) for words_of_one in (one, other) for word in set(words_of_one))


@cache
def _alike(word: str, other: str) -> float:
    related = RELATED.get(frozenset({word, other}), 0.0)
    if related or min(len(word), len(other)) <= SHORT:
        return related
    from rapidfuzz.distance import Indel

    share = float(Indel.normalized_similarity(word, other))
    return 0.9 * share if share >= TYPO else 0.0


def _weight(word: str) -> float:
    return WEAK.get(word, 0.3 if word.isdigit() else 1.0)


def apart_from(found: Words, owner: Words) -> Words:
    """Return a column's words without those of its table (`account_type` of accounts), or as they are."""
    rest = tuple(word for word in found if word not in owner)
    return rest if any(word not in ("id", "key") for word in rest) else found

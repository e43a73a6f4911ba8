"""Drawing people's names: frequent ones, composed rare ones, Chinese ones with their readings."""

from functools import lru_cache

from demo.duplicates import chinese_names
from demo.duplicates.chances import Chances, Weighted, ranked
from demo.duplicates.chinese_names import MEN, SURNAMES, WOMEN
from demo.duplicates.country_names import Land
from demo.duplicates.western_names import Tongue

MALE, FEMALE = 0, 1
_CHINESE_SURNAMES = ranked(list(SURNAMES), 1.05, 3.0)
_CHINESE_GIVEN = (ranked(list(MEN), 0.6), ranked(list(WOMEN), 0.6))
READINGS = {**MEN, **WOMEN, **SURNAMES}


@lru_cache(maxsize=64)
def _tables(land: Land) -> tuple[Weighted[str], Weighted[str], Weighted[str], Weighted[str], Weighted[str]]:
    tongue = _tongue(land)
    return (
        ranked(tongue.men, 0.7), ranked(tongue.women, 0.7), ranked(tongue.surnames, 0.8),
        ranked(tongue.heads, 0.5), ranked(tongue.tails, 0.5),
    )  # fmt: skip


def _tongue(land: Land) -> Tongue:
    if land.tongue is None:
        raise ValueError(f"{land.code} has no Western names: expected a country with a tongue, found China")
    return land.tongue


def surname(chances: Chances, land: Land) -> str:
    """Return a surname of the country."""
    if land.code == "CN":
        return _CHINESE_SURNAMES.draw(chances)
    _, _, common, heads, tails = _tables(land)
    if chances.chance(_tongue(land).common):
        return common.draw(chances)
    head, tail = heads.draw(chances), tails.draw(chances)
    return head + (tail[1:] if head[-1] == tail[0] else tail)


def given_name(chances: Chances, land: Land, sex: int) -> str:
    """Return a given name of the country; a tenth of Western people have two."""
    if land.code == "CN":
        return _chinese_given(chances, sex)
    table = _tables(land)[sex]
    name = table.draw(chances)
    if not chances.chance(0.06):
        return name
    second = table.draw(chances)
    return name if second == name else f"{name} {second}"


def _chinese_given(chances: Chances, sex: int) -> str:
    first = _CHINESE_GIVEN[sex].draw(chances)
    if chances.chance(0.22):
        return first
    second = _CHINESE_GIVEN[sex if chances.chance(0.85) else 1 - sex].draw(chances)
    return first + second


def reading(name: str) -> str:
    """Return a Chinese name in Latin letters: 伟强 as weiqiang."""
    whole = SURNAMES.get(name)
    return whole or "".join(READINGS.get(sign, "") for sign in name)


def traditional(text: str) -> str:
    """Return text in traditional characters."""
    return text.translate(chinese_names.TRADITIONAL)


def short_forms(land: Land, given: str) -> list[str]:
    """Return what bearers of a given name are called."""
    return land.tongue.short.get(given.partition(" ")[0], []) if land.tongue else []

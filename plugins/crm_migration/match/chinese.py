"""Chinese text in one script, and as it sounds: traditional characters as simplified ones, characters as pinyin."""

from collections.abc import Callable
from functools import lru_cache
from unicodedata import normalize

import polars as pl

# The ideographs of Unicode: extension A, the unified block, the compatibility block, extensions B to H.
_HAN = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x323B0))
_ANY_HAN = "[" + "".join(rf"\u{{{start:X}}}-\u{{{end - 1:X}}}" for start, end in _HAN) + "]"


def simplified(text: pl.Expr) -> pl.Expr:
    """Return `text` with every traditional character as its simplified one; all else stays as it is.

    Character by character, not by phrase: a name folds the same alone, behind a surname or within a company's name.
    For comparing, not for showing: 乾 becomes 干 in 乾隆 too, on both sides of a pair.
    """
    return text.map_batches(lambda texts: _replaced(texts, _characters), return_dtype=pl.String())


def pinyin(text: pl.Expr) -> pl.Expr:
    """Return `text` with every Chinese character as its commonest reading, without tones; all else stays as it is.

    Names that sound alike are what an input method mixes up, and what a Latin spelling keeps of a name.
    """
    return text.map_batches(lambda texts: _replaced(texts, _readings), return_dtype=pl.String())


def _replaced(texts: pl.Series, table: Callable[[], tuple[list[str], list[str]]]) -> pl.Series:
    """Return `texts` with the characters of the table replaced: to make it ready takes longer than to look for any."""
    if texts.dtype != pl.String or not texts.str.contains(_ANY_HAN).any():
        return texts
    characters, others = table()
    return texts.str.replace_many(characters, others)


@lru_cache(maxsize=1)
def _readings() -> tuple[list[str], list[str]]:
    """Return the characters of the unified block and beside them their readings, by pypinyin's table."""
    from pypinyin.constants import PINYIN_DICT

    start, end = _HAN[1]
    read = {chr(code): _toneless(PINYIN_DICT[code]) for code in range(start, end) if code in PINYIN_DICT}
    return list(read), list(read.values())


def _toneless(readings: str) -> str:
    commonest = normalize("NFKD", readings.split(",", maxsplit=1)[0])
    return "".join(letter for letter in commonest if letter.isascii())


@lru_cache(maxsize=1)
def _characters() -> tuple[list[str], list[str]]:
    """Return the traditional characters and beside them the simplified ones, by OpenCC."""
    from opencc import OpenCC

    convert = OpenCC("t2s").convert
    known = [chr(code) for start, end in _HAN for code in range(start, end)]
    once = dict(zip(known, convert("\n".join(known)).split("\n"), strict=True))
    changed = {one: _last(once, one) for one, other in once.items() if one != other}
    return list(changed), list(changed.values())


def _last(once: dict[str, str], character: str) -> str:
    """Return where conversion comes to rest: a few simplified characters are themselves somebody's traditional ones."""
    seen = {character}
    while (character := once.get(character, character)) not in seen:
        seen.add(character)
    return character

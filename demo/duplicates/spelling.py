"""How people misspell, shorten and set text: typing, transposing, scanning, capitals, accents, wide characters."""

import unicodedata
from functools import lru_cache

from demo.duplicates.chances import Chances, mixed

_KEYBOARD = "qw we er rt tz ty zu yu ui io op as sd df fg gh hj jk kl yx zx xc cv vb bn nm qa ws ed rf tg uj ik ol"
_NEIGHBOURS: dict[str, str] = {}
for keys in _KEYBOARD.split():
    for pair in (keys, keys[::-1]):
        _NEIGHBOURS[pair[0]] = _NEIGHBOURS.get(pair[0], "") + pair[1]
_SCANNED = (
    ("rn", "m"),
    ("m", "rn"),
    ("l", "1"),
    ("o", "0"),
    ("cl", "d"),
    ("vv", "w"),
    ("h", "b"),
    ("i", "l"),
    ("e", "c"),
)
_GERMAN = str.maketrans({"ß": "ss", **{umlaut: f"{vowel}e" for umlaut, vowel in zip("äöüÄÖÜ", "aouAOU", strict=True)}})
_STROKES = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "ı": "i", "ø": "o"})
_WIDE = {code: code + 0xFEE0 for code in range(ord("!"), ord("~") + 1)}
_SHORTEST = 4
_SLIPS = mixed({"changed about": 28, "left out": 22, "doubled": 16, "neighbour": 24, "scanned": 10})


@lru_cache(maxsize=1 << 16)
def bare(text: str) -> str:
    """Return text without accents: Muller, Lodz."""
    apart = unicodedata.normalize("NFKD", text.translate(_STROKES))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@lru_cache(maxsize=1 << 16)
def transcribed(text: str) -> str:
    """Return text as Germans write it without umlauts: Mueller."""
    return bare(text.translate(_GERMAN))


@lru_cache(maxsize=1 << 16)
def slug(text: str) -> str:
    """Return the small ASCII letters and digits of text, for addresses."""
    return "".join(letter for letter in transcribed(text).lower() if letter.isascii() and letter.isalnum())


def wide(text: str) -> str:
    """Return text with ASCII characters in their wide forms."""
    return text.translate(_WIDE)


def mistyped(chances: Chances, text: str) -> str:
    """Return text with one slip of the hand, or of a scanner; text under four letters stays."""
    if len(text) < _SHORTEST:
        return text
    at = chances.number(1, len(text) - 2)
    before, letter, after = text[:at], text[at], text[at + 1 :]
    match _SLIPS.draw(chances):
        case "changed about":
            return before + after[0] + letter + after[1:]
        case "left out":
            return before + after
        case "doubled":
            return before + letter + letter + after
        case "neighbour":
            return before + _neighbour(chances, letter) + after
        case _:
            return _scanned(chances, text)


def _neighbour(chances: Chances, letter: str) -> str:
    beside = _NEIGHBOURS.get(bare(letter).lower()[:1], letter)
    return chances.one_of(beside)


def _scanned(chances: Chances, text: str) -> str:
    seen = [pair for pair in _SCANNED if pair[0] in text[1:]]
    if not seen:
        return text
    read, written = chances.one_of(seen)
    return text[0] + text[1:].replace(read, written, 1)


def digit_slip(chances: Chances, text: str) -> str:
    """Return digits, one of them wrong or two of them changed about."""
    if len(text) < _SHORTEST:
        return text
    at = chances.number(1, len(text) - 2)
    if chances.chance(0.5):
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text[:at] + chances.digits(1) + text[at + 1 :]

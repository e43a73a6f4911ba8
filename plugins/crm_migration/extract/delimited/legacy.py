"""A guess among the encodings from before Unicode, by how ordinary the text looks in each."""

import codecs
from collections.abc import Callable

LONGEST_SAMPLE = 1000
_SURE = 0.6
_UNUSUAL = 0.4
_ASCII = 0x7F
_LAST_RESORT = "cp1252"


def guess_legacy(lines: list[bytes]) -> tuple[str, bool]:
    """Return the encoding in which the lines look most like text, and whether they do; else cp1252.

    Big5 and Shift JIS mostly decode as GB18030 as well, and Western text sometimes: only the letters that result
    tell them apart. GB18030 is preferred where two are about equal.
    """
    scores = {name: _score(lines, name, ordinary) for name, ordinary in _ORDINARY.items()}
    scores["gb18030"] += 0.1
    best = max(scores, key=lambda name: scores[name])
    return (best, True) if scores[best] >= _SURE else (_LAST_RESORT, False)


def _score(lines: list[bytes], name: str, ordinary: Callable[[str], float]) -> float:
    """Return the share of ordinary letters among those that are not ASCII; a line that does not decode has none."""
    good, letters = 0.0, 0
    for line in lines:
        try:
            text = codecs.getincrementaldecoder(name)().decode(line, len(line) < LONGEST_SAMPLE)
        except UnicodeDecodeError:
            letters += sum(byte > _ASCII for byte in line)
            continue
        good += ordinary(text)
        letters += sum(not letter.isascii() for letter in text)
    return good / letters if letters else 0.0


def _ordinary_chinese(text: str) -> float:
    """Count the letters of GB 2312: level 1 holds the 3755 most usual ones."""
    return _count(text, "gb2312", range(0xA1, 0xD8))


def _ordinary_traditional(text: str) -> float:
    """Count the letters of Big5: level 1 holds the 5401 most usual ones."""
    return _count(text, "big5", range(0xA1, 0xC7))


def _ordinary_japanese(text: str) -> float:
    """Count the letters of JIS: kana, and the 2965 kanji of level 1."""
    return _count(text, "cp932", range(0x81, 0x99))


def _count(text: str, name: str, usual: range) -> float:
    """Count the letters of an encoding; `usual` are the first bytes of the ordinary ones."""
    total = 0.0
    for letter in text:
        if letter.isascii():
            continue
        code = letter.encode(name, "ignore")
        whole = len(code) == 2  # noqa: PLR2004 (two bytes are a letter, one is half-width kana)
        total += 1.0 if whole and code[0] in usual else _UNUSUAL * len(code) / 2
    return total


def _ordinary_western(text: str) -> float:
    """Count the letters that stand alone: two accents side by side are rare, in double-byte text they are the rule."""
    padded = f" {text} "
    return sum(
        1.0 if (before.isascii() and after.isascii()) or letter in "–—“”‘’€…•" else 0.2
        for before, letter, after in zip(padded, padded[1:], padded[2:], strict=False)
        if not letter.isascii() and not "\x80" <= letter <= "\x9f"
    )


_ORDINARY = {
    "gb18030": _ordinary_chinese,
    "big5": _ordinary_traditional,
    "cp932": _ordinary_japanese,
    _LAST_RESORT: _ordinary_western,
}

"""Text: one normal form, and nothing in it that a person cannot see.

NFC (Unicode Standard Annex 15), HTML entities decoded, control and zero-width characters removed, trimmed,
blank is null. A NUL stays, so that the caller can refuse the row. Most text in most systems is clean ASCII
already: one regular expression finds the values that are not, and only those pay for the rest.
"""

import re
from dataclasses import dataclass
from html import unescape
from html.entities import html5

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, coded, over_distinct, where
from crm_migration.mapping.model import Text

BLANKS = (
    "\t\n\x0b\x0c\r \x85\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
JOINERS = "\u200c\u200d"
_EDGES = BLANKS + JOINERS
_UNTIDY = r"[^!-~ ]|  |^ | $|^$"
_CONTROLS = (
    r"[\x01-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u{ad}\u{61c}\u{200b}\u{200e}\u{200f}\u{202a}-\u{202e}"
    r"\u{2060}-\u{2064}\u{2066}-\u{206f}\u{feff}\u{fff9}-\u{fffb}]"
)
_MAY_COMPOSE = r"[\u{300}-\u{33ff}\u{a000}-\u{10ffff}]"
_NEWLINES = r"\r\n|[\r\x0b\x0c\x85\u{2028}\u{2029}]"
_AMPERSANDS = re.compile(r"&(?:(?:amp|AMP|#0*38|#[xX]0*26);)+")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_NESTED_AT_MOST = 8


@dataclass(frozen=True)
class Tidy:
    """How far a kind of value goes: `joiners` keeps the zero-width joiners of Persian, Hindi and emoji."""

    entities: bool = False
    multiline: bool = False
    joiners: bool = False


def tidied(text: pl.Series, how: Tidy) -> pl.Series:
    """Return `text` in its normal form; blank is null, and a NUL is left for the caller to refuse."""
    if how.entities:
        text = where(text, _holds_entity(text), lambda part: over_distinct(part, _decoded))
    text = where(text, text.str.contains(_UNTIDY).fill_null(value=False), lambda part: _normal(part, how))
    if how.entities and _holds_entity(text).any():
        # Removing an invisible character can complete an entity that it had split.
        return where(text, _holds_entity(text), lambda part: _settled(part, how))
    return text


def clean_text(column: Column, spec: Text, _context: Context) -> Cleaned:
    """Return the text, in the case that the spec asks for; no text is invalid in itself."""
    text = column.text
    if spec.case != "keep":
        text = text.str.to_uppercase() if spec.case == "upper" else text.str.to_lowercase()
        # Another case can be another form: the capitals of ß are ASCII, next to which a joiner joins nothing.
        text = tidied(text, Tidy(multiline=True, joiners=True))
    return Cleaned(text, no_reason(text))


def no_reason(text: pl.Series) -> pl.Series:
    """Return the reasons of a column in which every value is valid."""
    return pl.repeat(None, len(text), dtype=pl.String, eager=True)


def nul_reason(text: pl.Series) -> pl.Series:
    """Return the reason `nul` where `text` holds a NUL, which no target can store."""
    return coded(text.str.contains("\x00", literal=True).fill_null(value=False), "nul")


def composed(text: pl.Series) -> pl.Series:
    """Return `text` in NFC; only values with characters beyond U+02FF can be in another form."""
    return where(text, text.str.contains(_MAY_COMPOSE).fill_null(value=False), lambda part: part.str.normalize("NFC"))


def cut(text: pl.Series, length: int) -> pl.Series:
    """Return `text` cut to `length` characters, with no blank or joiner left hanging at the end."""
    return where(
        text,
        (text.str.len_chars() > length).fill_null(value=False),
        lambda part: _blank_is_null(part.str.slice(0, length).str.strip_chars_end(_EDGES)),
    )


def _normal(text: pl.Series, how: Tidy) -> pl.Series:
    text = composed(text).str.replace_all(_CONTROLS, "")
    if how.multiline:
        text = _without_joiners(text.str.replace_all(_NEWLINES, "\n"), how).str.strip_chars(_EDGES)
    else:
        text = _single_spaced(_without_joiners(_single_spaced(text), how).str.strip_chars(_EDGES))
    return _blank_is_null(composed(text))


def _single_spaced(text: pl.Series) -> pl.Series:
    return where(text, text.str.contains(r"[^\S ]|  "), lambda part: part.str.replace_all(r"\s+", " "))


def _without_joiners(text: pl.Series, how: Tidy) -> pl.Series:
    joined = text.str.contains(f"[{JOINERS}]")
    return where(text, joined, _with_useful_joiners if how.joiners else _with_no_joiners)


def _with_no_joiners(text: pl.Series) -> pl.Series:
    return text.str.replace_all(f"[{JOINERS}]", "")


def _with_useful_joiners(text: pl.Series) -> pl.Series:
    """Drop joiners next to ASCII, where they join nothing; between other letters they can be spelling."""
    text = text.str.replace_all(rf"([\x00-\x7f])[{JOINERS}]+", "${1}")
    return text.str.replace_all(rf"[{JOINERS}]+([\x00-\x7f])", "${1}")


def _blank_is_null(text: pl.Series) -> pl.Series:
    return text.set(text.str.len_bytes() == 0, None)


def _holds_entity(text: pl.Series) -> pl.Series:
    return text.str.contains(_ENTITY.pattern).fill_null(value=False)


def _decoded(distinct: pl.Series) -> pl.Series:
    return pl.Series([_unescaped(value) for value in distinct], dtype=pl.String)


def _settled(text: pl.Series, how: Tidy) -> pl.Series:
    for _ in range(_NESTED_AT_MOST):
        again = _normal(over_distinct(text, _decoded), how)
        if again.equals(text):
            break
        text = again
    return text


def _unescaped(value: str) -> str:
    """Decode until nothing is left to decode: systems that encode on every save hold `&amp;amp;lt;`."""
    for _ in range(_NESTED_AT_MOST):
        decoded = _ENTITY.sub(_character, _AMPERSANDS.sub("&", value))
        if decoded == value:
            break
        value = decoded
    return value


def _character(entity: re.Match[str]) -> str:
    """Decode `&name;` as HTML does; unlike HTML, never a name without its semicolon (`R&notes`)."""
    token = entity.group()
    return unescape(token) if token[1] == "#" else html5.get(token[1:], token)

"""Text reduced to what two spellings of the same thing share."""

import polars as pl

_LATIN_MARKS = r"[\u{0300}-\u{036f}]"
_APOSTROPHES = r"['’‘`´]"
_LETTERS = {
    "ß": "ss",
    "ς": "σ",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
}
_CASE = {"ß": "ss", "ς": "σ"}


def blank_to_null(text: pl.Expr) -> pl.Expr:
    """Return trimmed `text`, null where nothing is left."""
    # An expression that is mentioned twice is computed twice, and so is all that it stands on.
    return text.str.strip_chars().replace("", None)


def caseless(text: pl.Expr) -> pl.Expr:
    """Return `text` in NFKC without differences of case, trimmed; blank becomes null."""
    lower = text.str.normalize("NFKC").str.to_lowercase()
    return blank_to_null(lower.str.replace_many(_CASE))


def unaccented(text: pl.Expr) -> pl.Expr:
    """Return `text` caseless and without Latin accents; kana and Hangul keep their marks."""
    bare = text.str.normalize("NFKD").str.replace_all(_LATIN_MARKS, "").str.normalize("NFKC").str.to_lowercase()
    return bare.str.replace_many(_LETTERS).str.replace_all(_APOSTROPHES, "")


def words(text: pl.Expr) -> pl.Expr:
    """Return the words of `text`, unaccented, one blank apart; no words become null."""
    return blank_to_null(unaccented(text).str.replace_all(r"[^\p{L}\p{N}\p{M}]+", " "))


def joined(fields: list[str], separator: str = " ") -> pl.Expr:
    """Return the fields as one text, nulls left out; all null gives null."""
    return blank_to_null(
        pl.concat_str([pl.col(field).cast(pl.String) for field in fields], separator=separator, ignore_nulls=True)
    )

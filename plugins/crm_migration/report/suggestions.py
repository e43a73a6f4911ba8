"""A value that is probably meant, beside one that was refused: proposed to a person, never put in its place."""

import re
import unicodedata
from collections.abc import Sequence

import polars as pl
from rapidfuzz import fuzz, process

from crm_migration.clean.column import Column, Context
from crm_migration.clean.email import clean_email
from crm_migration.clean.email_words import TYPOS
from crm_migration.mapping.model import Choice, Email, FieldSpec, SourceConfig

_LIKE, _LIKER, _SHORTEST = 80, 8, 3
_AT = re.compile(r"\s*[\[({]\s*(?:at|AT)\s*[\])}]\s*|\s+(?:at|AT)\s+|@[\s@]*@")
_DOT = re.compile(r"\s*[\[({]\s*(?:dot|DOT)\s*[\])}]\s*|\.{2,}|,")


def suggestions(spec: FieldSpec, values: Sequence[str | None], source: SourceConfig) -> list[str | None]:
    """Return, value by value, what a choice or an e-mail address should probably have been, None where nobody knows."""
    if isinstance(spec, Choice):
        known: dict[str | None, str | None] = {value: _choice(spec, value) for value in set(values)}
        return [known[value] for value in values]
    if isinstance(spec, Email):
        return _addresses(spec, values, source)
    return [None] * len(values)


def _choice(spec: Choice, value: str | None) -> str | None:
    """Return the entry that is like the value while those of other meanings are clearly less so."""
    if value is None or len(value.strip()) < _SHORTEST:
        return None
    likest = process.extract(value, list(filter(None, spec.values)), scorer=fuzz.ratio, processor=_folded, limit=None)
    if not likest or likest[0][1] < _LIKE:
        return None
    entry, score, _ = likest[0]
    others = [other for key, other, _ in likest if spec.values[key] != spec.values[entry]]
    return str(entry) if not others or score - others[0] >= _LIKER else None


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _addresses(spec: Email, values: Sequence[str | None], source: SourceConfig) -> list[str | None]:
    """Return the addresses with their commonest slips mended, as far as they are addresses then."""
    mended = [None if value is None else _mended(value) for value in values]
    judged = clean_email(Column(pl.Series(mended, dtype=pl.String)), spec, Context(source)).values
    return [
        answer if answer is not None and answer != value else None for value, answer in zip(values, judged, strict=True)
    ]


def _mended(value: str) -> str:
    text = unicodedata.normalize("NFKC", value).strip()
    text = _DOT.sub(".", _AT.sub("@", text)).replace(" ", "").rstrip(".")
    local, at, domain = text.rpartition("@")
    domain = domain.lower()
    return f"{local}{at}{TYPOS.get(domain, domain)}"

"""E-mail addresses: a practical subset of RFC 5321, 5322 and 6531.

Taken: a dot-atom of at most 64 bytes, with letters of any script, `@`, and a domain of at least two labels;
254 bytes in all. Not taken, although the RFCs have them: quoted local parts, comments, domain literals. The
local part keeps its case (RFC 5321, 2.4), the domain is lower-case; internationalised domains stay as they are
unless the mapping wants one form (RFC 3492). Addresses of a role, of a throw-away domain, of a domain that is
probably misspelt and of one that mixes alphabets are flagged and never changed.
"""

import unicodedata
from collections.abc import Collection
from functools import partial

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, judged, over_distinct, where
from crm_migration.clean.email_words import DISPOSABLE, ROLES, TYPO_ENDINGS, TYPOS
from crm_migration.clean.text import composed
from crm_migration.mapping.model import Email

_BEFORE = r"^(?i:mailto:|[<\[(\"',; ])+"
_AFTER = r"[>\]).,;\"' ]+$"
_NAMED = r"^[^<>@]*<([^<>]+)>[;, ]*$"
_QUERY = r"^(?i:\s*<?mailto:)([^?]*)\?.*$"
_WRAPPED = r"[<>:;,()\[\]\"' ]|\.$"
_ATOM = r"[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[\p{L}\p{M}\p{N}]+(?:-+[\p{L}\p{M}\p{N}]+)*"
_LAST_LABEL = r"(?:[\p{L}\p{M}]{2,}|xn--[a-z0-9-]{2,})"
_ADDRESS = rf"^{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+{_LAST_LABEL}$"
_PLAIN = r"^[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[a-z0-9]+(?:-+[a-z0-9]+)*\.)+[a-z]{2,}$"
_COMPATIBLE = r"[^\x00-\x7f]"
_IDEOGRAPHIC_DOTS = "[。．｡]"
_LOCAL_BYTES, _LABEL_CHARACTERS, _ADDRESS_BYTES = 64, 63, 254
_INTERNATIONAL = r"@(?:.*\.)?xn--|@.*[^\x00-\x7f]"
_ACE = "xn--"
_MIXED = r"@(?:.*\.)?[^.]*(?:\p{Latin}[^.]*[\p{Cyrillic}\p{Greek}]|[\p{Cyrillic}\p{Greek}][^.]*\p{Latin})"
_TYPO_ENDING = rf"\.(?:{'|'.join(sorted(TYPO_ENDINGS))})$"


def clean_email(column: Column, spec: Email, _context: Context) -> Cleaned:
    """Return the addresses without what surrounds them; anything else is invalid for `email`.

    Flags: `role`, `disposable`, `typo` and `mixed_alphabets`.
    """
    text = column.text
    unusual = ~text.str.contains(_PLAIN).fill_null(value=True)
    values = where(text, unusual, _unwrapped)
    values = values.set((values.str.len_chars() > _ADDRESS_BYTES).fill_null(value=False), None)
    values = where(values, _holds(values, _INTERNATIONAL), lambda part: over_distinct(part, partial(_one_form, spec)))
    # No part of an address can be too long in one that is shorter than the shortest limit.
    long = (values.str.len_bytes() > _LABEL_CHARACTERS).fill_null(value=False)
    judgement = judged(text, where(values, long, _fitting), "email")
    return Cleaned(judgement.values, judgement.reasons, _flags(judgement.values))


def _holds(text: pl.Series, pattern: str) -> pl.Series:
    return text.str.contains(pattern).fill_null(value=False)


def _flags(address: pl.Series) -> dict[str, pl.Series]:
    parts = address.str.split_exact("@", 1)
    local, domain = parts.struct.field("field_0").str.to_lowercase(), parts.struct.field("field_1")
    misspelt = _among(domain, TYPOS) | _holds(domain, _TYPO_ENDING)
    return {
        "role": _among(local, ROLES),
        "disposable": _among(domain, DISPOSABLE),
        "typo": misspelt,
        "mixed_alphabets": _holds(address, _MIXED),
    }


def _among(text: pl.Series, words: Collection[str]) -> pl.Series:
    return text.is_in(pl.Series(sorted(words)).implode()).fill_null(value=False)


def _one_form(spec: Email, distinct: pl.Series) -> pl.Series:
    """Return addresses whose domain has the spec's form; null where no domain name can be made of a label."""
    return pl.Series([_with_domain(address, spec.idn) for address in distinct], dtype=pl.String)


def _with_domain(address: str, form: str) -> str | None:
    local, _, domain = address.rpartition("@")
    both = [_label(label) for label in domain.split(".")]
    if any(label is None for label in both):
        return None
    pairs = [label for label in both if label is not None]
    chosen = {"keep": domain, "ascii": ".".join(ace for ace, _ in pairs), "unicode": ".".join(uni for _, uni in pairs)}
    return f"{local}@{chosen[form]}"


def _label(label: str) -> tuple[str, str] | None:
    """Return a label in ASCII and in Unicode, None where one does not lead to the other (RFC 5890, 2.3.2.1)."""
    if label.isascii() and not label.startswith(_ACE):
        return label, label
    try:
        shown = label.removeprefix(_ACE).encode("ascii").decode("punycode") if label.isascii() else label
        ace = _ACE + shown.encode("punycode").decode("ascii")
    except UnicodeError:
        return None
    sound = _is_unicode_label(shown) and (not label.isascii() or ace == label)
    return (ace, shown) if sound and len(ace) <= _LABEL_CHARACTERS else None


def _is_unicode_label(shown: str) -> bool:
    letters = all(unicodedata.category(character)[0] in "LMN" or character == "-" for character in shown)
    settled = shown == unicodedata.normalize("NFKC", shown.lower())
    return letters and settled and not shown.isascii() and not shown.startswith("-") and not shown.endswith("-")


def _unwrapped(text: pl.Series) -> pl.Series:
    """Return the address inside `mailto:`, angle brackets or a display name; null where none is."""
    text = where(text, text.str.contains(_WRAPPED), _bare)
    parts = text.str.split_exact("@", 1)
    local, domain = parts.struct.field("field_0"), parts.struct.field("field_1")
    domain = where(domain, domain.str.contains(_COMPATIBLE).fill_null(value=False), _usual_form)
    domain = composed(domain.str.to_lowercase().str.replace_all(_IDEOGRAPHIC_DOTS, "."))
    address = local + "@" + domain
    return address.set(~address.str.contains(_ADDRESS).fill_null(value=False), None)


def _usual_form(domain: pl.Series) -> pl.Series:
    """Return domains with their letters in the form that a resolver looks up (Unicode Standard Annex 46)."""
    return domain.str.normalize("NFKC")


def _bare(text: pl.Series) -> pl.Series:
    text = text.str.replace(_NAMED, "${1}").str.replace(_QUERY, "${1}")
    return text.str.replace(_BEFORE, "").str.replace(_AFTER, "")


def _fitting(address: pl.Series) -> pl.Series:
    local = address.str.split("@").list.first()
    labels = address.str.split("@").list.last().str.split(".").list.eval(pl.element().str.len_chars()).list.max()
    long = (local.str.len_bytes() > _LOCAL_BYTES) | (labels > _LABEL_CHARACTERS)
    return address.set(long | (address.str.len_bytes() > _ADDRESS_BYTES), None)

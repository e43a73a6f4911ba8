"""E-mail addresses: a practical subset of RFC 5321, 5322 and 6531.

Taken: a dot-atom of at most 64 bytes, with letters of any script, `@`, and a domain of at least two labels;
254 bytes in all. Not taken, although the RFCs have them: quoted local parts, comments, domain literals. The
local part keeps its case (RFC 5321, 2.4), the domain is lower-case; internationalised domains stay in
Unicode.
"""

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, judged, where
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
_IDEOGRAPHIC_DOTS = "[。．｡]"
_LOCAL_BYTES, _LABEL_CHARACTERS, _ADDRESS_BYTES = 64, 63, 254


def clean_email(column: Column, _spec: Email, _context: Context) -> Cleaned:
    """Return the addresses without what surrounds them; anything else is invalid for `email`."""
    text = column.text
    unusual = ~text.str.contains(_PLAIN).fill_null(value=True)
    values = where(text, unusual, _unwrapped)
    # No part of an address can be too long in one that is shorter than the shortest limit.
    long = (values.str.len_bytes() > _LABEL_CHARACTERS).fill_null(value=False)
    return judged(text, where(values, long, _fitting), "email")


def _unwrapped(text: pl.Series) -> pl.Series:
    """Return the address inside `mailto:`, angle brackets or a display name; null where none is."""
    text = where(text, text.str.contains(_WRAPPED), _bare)
    parts = text.str.split_exact("@", 1)
    local, domain = parts.struct.field("field_0"), parts.struct.field("field_1")
    domain = composed(domain.str.to_lowercase().str.replace_all(_IDEOGRAPHIC_DOTS, "."))
    address = local + "@" + domain
    return address.set(~address.str.contains(_ADDRESS).fill_null(value=False), None)


def _bare(text: pl.Series) -> pl.Series:
    text = text.str.replace(_NAMED, "${1}").str.replace(_QUERY, "${1}")
    return text.str.replace(_BEFORE, "").str.replace(_AFTER, "")


def _fitting(address: pl.Series) -> pl.Series:
    local = address.str.split("@").list.first()
    labels = address.str.split("@").list.last().str.split(".").list.eval(pl.element().str.len_chars()).list.max()
    long = (local.str.len_bytes() > _LOCAL_BYTES) | (labels > _LABEL_CHARACTERS)
    return address.set(long | (address.str.len_bytes() > _ADDRESS_BYTES), None)

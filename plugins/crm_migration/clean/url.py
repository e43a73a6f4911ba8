"""Web addresses: an absolute http, https or ftp URL (RFC 3986), the host in lower case.

Internationalised hosts stay in Unicode; path and query stay as they are, for they may depend on case.
"""

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, coded, where
from crm_migration.clean.text import composed
from crm_migration.mapping.model import Url

_DEFAULT_SCHEME = "https://"
_AMPERSANDS = r"&(?:(?:amp|AMP|#0*38|#[xX]0*26);)+"
_WRAPPED = r"^[<\"'( ]+|[>\"' ]+$"
_SCHEME = r"^(?i:(https?|ftp))(?::[/\\]*|[/\\]{2,})"
_HAS_SCHEME = r"^(?i:https?|ftp)://"
_OTHER_SCHEME = r"^[A-Za-z][A-Za-z0-9+-]*:(?:[^0-9]|$)|^[^/?#]*@|^//"
_AUTHORITY = r"^[^/?#]*"
_LABEL = r"[\p{L}\p{M}\p{N}_]+(?:-+[\p{L}\p{M}\p{N}_]+)*"
_NAME = rf"(?:{_LABEL}\.)+(?:[\p{{L}}\p{{M}}]{{2,}}|xn--[a-z0-9-]{{2,}})\.?"
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])"
_PORT = r"(?::(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])?)?"
_HOST = rf"^(?:{_NAME}|{_OCTET}(?:\.{_OCTET}){{3}}|\[[0-9a-f:.]+\]){_PORT}$"
_UNSAFE = r"[\s<>\"\x00]"
_PLAIN = r"^https?://(?:[a-z0-9]+(?:-+[a-z0-9]+)*\.)+[a-z]{2,}(?:/[!#-%'-;=?-~]*)?$"
_HOST_CHARACTERS, _LABEL_CHARACTERS = 253, 63


def clean_url(column: Column, _spec: Url, _context: Context) -> Cleaned:
    """Return absolute URLs, `https://` where the source has no scheme; anything else is invalid for `url`.

    A scheme on its own, the default of more than one CRM's web site field, is no value.
    """
    text = column.text.set(column.text.str.contains(_SCHEME + "$").fill_null(value=False), None)
    values = where(text, _unusual(text), _absolute)
    return Cleaned(values, coded(text.is_not_null() & values.is_null(), "url"))


def _unusual(text: pl.Series) -> pl.Series:
    # A host cannot be too long in a URL that is shorter than one label may be.
    return ~(text.str.contains(_PLAIN) & (text.str.len_bytes() <= _LABEL_CHARACTERS)).fill_null(value=True)


def _absolute(text: pl.Series) -> pl.Series:
    """Return each URL in full; null where there is none."""
    text = text.str.replace_all(_WRAPPED, "").str.replace_all(_AMPERSANDS, "&").str.replace(_SCHEME, "${1}://")
    bare = ~text.str.contains(_HAS_SCHEME)
    foreign = bare & text.str.contains(_OTHER_SCHEME)
    text = where(text.set(foreign, None), bare, lambda part: _DEFAULT_SCHEME + part)
    return where(text, _unusual(text), _checked)


def _checked(text: pl.Series) -> pl.Series:
    parts = text.str.splitn("://", 2)
    scheme, rest = parts.struct.field("field_0").str.to_lowercase(), parts.struct.field("field_1")
    authority = rest.str.extract(f"({_AUTHORITY})")
    user = authority.str.extract("^(.*@)").fill_null("")
    host = composed(authority.str.replace("^.*@", "").str.to_lowercase())
    sound = host.str.contains(_HOST) & ~text.str.contains(_UNSAFE) & ~_too_long(host)
    whole = scheme + "://" + user + host + rest.str.replace(_AUTHORITY, "")
    return whole.set(~sound.fill_null(value=False), None)


def _too_long(host: pl.Series) -> pl.Series:
    labels = host.str.split(".").list.eval(pl.element().str.len_chars()).list.max()
    return (host.str.len_chars() > _HOST_CHARACTERS) | (labels > _LABEL_CHARACTERS)

"""Web addresses: an absolute http, https or ftp URL (RFC 3986), the host in lower case.

Internationalised hosts stay in Unicode; path and query stay as they are, for they may depend on case.
"""

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, coded, where
from crm_migration.mapping.model import Url

_DEFAULT_SCHEME = "https://"
_AMPERSANDS = r"&(?:(?:amp|AMP|#0*38|#[xX]0*26);)+"
_WRAPPED = r"^[<\"'( ]+|[>\"' ]+$"
_SCHEME = r"^(?i:(https?|ftp))(?::[/\\]*|[/\\]{2,})"
_HAS_SCHEME = r"^(?i:https?|ftp)://"
_OTHER_SCHEME = r"^[A-Za-z][A-Za-z0-9+-]*:(?:[^0-9]|$)|^[^/?#]*@|^//"
_PARTS = r"^((?i:https?|ftp)://)((?:[^/?#@\\]*@)?)([^/?#@\\]+)((?s:.*))$"
_LABEL = r"[\p{L}\p{M}\p{N}_](?:[\p{L}\p{M}\p{N}_-]{0,61}[\p{L}\p{M}\p{N}])?"
_PORT = r"(?::(?:[0-9]{1,4}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])?)?"
_HOST = rf"^(?:(?:{_LABEL}\.)+[\p{{L}}\p{{M}}\p{{N}}-]{{2,63}}\.?|[0-9]{{1,3}}(?:\.[0-9]{{1,3}}){{3}}|\[[0-9a-f:.]+\]){_PORT}$"
_UNSAFE = r"[\s<>\"\x00]"
_PLAIN = r"^https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}(?:/[!#-%'-;=?-~]*)?$"


def clean_url(column: Column, spec: Url, context: Context) -> Cleaned:
    """Return absolute URLs, `https://` where the source has no scheme; anything else is invalid for `url`.

    A scheme on its own, the default of more than one CRM's web site field, is no value.
    """
    text = column.text.str.replace(_SCHEME + "$", "")
    text = text.set(text.str.len_bytes() == 0, None)
    values = where(text, ~text.str.contains(_PLAIN).fill_null(value=True), _absolute)
    return Cleaned(values, coded(text.is_not_null() & values.is_null(), "url"))


def _absolute(text: pl.Series) -> pl.Series:
    """Return each URL in full; null where there is none."""
    text = text.str.replace_all(_WRAPPED, "").str.replace_all(_AMPERSANDS, "&")
    text = text.str.replace(_SCHEME, "${1}://")
    bare = ~text.str.contains(_HAS_SCHEME)
    foreign = bare & text.str.contains(_OTHER_SCHEME)
    return _checked(where(text, bare, lambda part: _DEFAULT_SCHEME + part), foreign)


def _checked(text: pl.Series, foreign: pl.Series) -> pl.Series:
    parts = text.str.extract_groups(_PARTS)
    scheme, user, host, rest = (parts.struct.field(name) for name in parts.struct.fields)
    host = host.str.to_lowercase().str.normalize("NFC")
    sound = host.str.contains(_HOST) & ~text.str.contains(_UNSAFE) & ~foreign
    whole = scheme.str.to_lowercase() + user + host + rest
    return whole.set(~sound.fill_null(value=False), None)

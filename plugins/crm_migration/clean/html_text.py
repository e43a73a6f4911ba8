"""HTML to the text that a reader sees: tags and hidden parts go, lines and the addresses of links stay.

Only what is a tag of HTML beyond doubt is taken for one; `<john@example.com>`, `a < b` and `<name>` are text. By
regular expressions of the Rust engine, which take time in proportion to the text whatever it holds.

A tag whose brackets are entities (`use &lt;b&gt; for bold`) is text that somebody wrote: it stays, and stays written
so, for decoded it would be lost when the text is cleaned again. If a source stores HTML escaped, the mapping says it.
"""

from dataclasses import replace
from functools import partial

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, where
from crm_migration.clean.text import Tidy, clean_text, tidied
from crm_migration.mapping.model import Text

_BLOCKS = (
    "p|div|br|hr|li|ul|ol|tr|table|tbody|thead|tfoot|h[1-6]|blockquote|pre|section|article|header|footer|dl|dt|dd|"
    "fieldset|center|body|html"
)
_INLINE = (
    "a|b|i|u|s|em|strong|span|font|small|big|sub|sup|strike|del|ins|code|tt|abbr|acronym|cite|img|td|th|col|colgroup|"
    "meta|link|script|style|head|iframe|embed|nobr|wbr|bdo|kbd|samp|figure|figcaption|svg|[ovwxm]:[a-z0-9]+"
)
_OTHERS = (
    "address|title|form|input|button|select|option|label|object|param|map|area|base|path|main|nav|aside|caption|q|var"
)
_NAMED = r"""[a-zA-Z_@:][\w:.@-]*\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>]+)"""
_BARE = "disabled|checked|selected|nowrap|hidden|noshade|readonly|controls|allowfullscreen|async|defer|itemscope"
_ATTRIBUTES = rf"(?:\s+(?:{_NAMED}|(?:{_BARE})))*\s*/?"
_BLOCK = rf"(?i)</?(?:{_BLOCKS}){_ATTRIBUTES}>"
_INSIDE = (
    rf"(?i:/?(?:{_BLOCKS}|{_INLINE}){_ATTRIBUTES}|(?:{_OTHERS})(?:\s+{_NAMED})+\s*/?|/(?:{_OTHERS})\s*"
    r"|!doctype[^<>]*|\?xml[^<>]*|!\[[^<>]*\])"
)
_TAG = rf"<{_INSIDE}>"
_HIDDEN = tuple(rf"(?is)<{name}(?:\s[^<>]*)?>.*?</{name}\s*>" for name in ("script", "style", "head"))
# Apart from the tags: behind each tag, a comment that does not end would be followed to the end of the text again.
_COMMENT = r"(?s)<!--.*?-->"
_MARKED = rf"{_TAG}|(?s:<!--.*?-->)"
_CLOSED = rf"(?i)</(?:{_OTHERS})\s*>"
_HREF = r"""<a(?:\s[^<>]*?)?\shref\s*=\s*["']?((?:https?:|mailto:)[^"'<>\s]+)["']?[^<>]*>"""
_LINK_SHOWN = rf"(?i){_HREF}\s*((?:https?://|www\.)[^<>\s]*|[^<>\s]+@[^<>\s]+)\s*</a\s*>"
_LINK = rf"(?is){_HREF}([^<>]+?)</a\s*>"
_ITEM = rf"(?i)<li{_ATTRIBUTES}>"
_CELL = r"(?i)</t[dh]\s*>"
_NESTED_AT_MOST = 100
ESCAPED_HTML = "escaped_html"
"""Flag of a text that holds tags whose brackets are entities, left as they are."""


def clean_free_text(column: Column, spec: Text, context: Context) -> Cleaned:
    """Return the text, without HTML and in the case that the spec asks for; no text is invalid in itself.

    Flag `escaped_html`: the text holds tags whose brackets are entities, and keeps them so.
    """
    if spec.html not in ("text", "escaped_text"):
        return clean_text(column, spec, context)
    cleaned = clean_text(Column(without_html(column.text, spec)), spec, context)
    if spec.html == "escaped_text":
        return cleaned
    return replace(cleaned, flags={ESCAPED_HTML: _marked(tidied(cleaned.values, Tidy(entities=True)))})


def without_html(text: pl.Series, spec: Text) -> pl.Series:
    """Return what HTML shows as text: list items behind a dash, links with their address behind them.

    Tags that are escaped are text, unless the spec says that the source stores its HTML escaped.
    """
    escaped = spec.html == "escaped_text"
    how = Tidy(entities=escaped, multiline=spec.multiline or "\n" in spec.separator, joiners=True)
    for _ in range(_NESTED_AT_MOST):
        marked = _marked(text)
        if not marked.any():
            break
        # Removing a tag, or decoding what stood between two, can complete another.
        text = where(text, marked, lambda part: tidied(_shown(part), how))
    return text if escaped else _decoded(text, replace(how, entities=True))


def _decoded(text: pl.Series, how: Tidy) -> pl.Series:
    """Decode entities, but for the brackets of what would be a tag then."""
    text = tidied(text, how)
    for _ in range(_NESTED_AT_MOST):
        marked = _marked(text)
        if not marked.any():
            return text
        # What stands in a comment or an attribute can be a tag as well.
        text = where(text, marked, _escaped)
    return where(text, marked, lambda part: part.str.replace_all("<", "&lt;", literal=True))


def _escaped(text: pl.Series) -> pl.Series:
    text = text.str.replace_all(r"(?s)<(!--.*?--)>", "&lt;${1}&gt;")
    return text.str.replace_all(rf"<({_INSIDE})>", "&lt;${1}&gt;")


def _marked(text: pl.Series) -> pl.Series:
    return text.str.contains(_MARKED).fill_null(value=False)


def _shown(text: pl.Series) -> pl.Series:
    text = _without_opened(text.str.replace_all(_COMMENT, ""))
    for hidden in _HIDDEN:
        text = text.str.replace_all(hidden, "")
    text = text.str.replace_all(_LINK_SHOWN, "${2}").str.replace_all(_LINK, "${2} (${1})")
    # Where blocks make the lines, those of the source mean nothing.
    text = where(text, text.str.contains(_BLOCK), lambda part: _in_lines(part.str.replace_all(r"\s+", " ")))
    return text.str.replace_all(_CELL, " ").str.replace_all(_TAG, "")


def _without_opened(text: pl.Series) -> pl.Series:
    """Remove tags such as `<label>`, which may be words in brackets, where they are closed."""
    if not text.str.contains(_CLOSED).any():
        return text
    for name in _OTHERS.split("|"):
        closed = text.str.contains(rf"(?i)</{name}\s*>")
        text = where(text, closed, partial(_without_tag, name=name))
    return text


def _without_tag(text: pl.Series, name: str) -> pl.Series:
    return text.str.replace_all(rf"(?i)<{name}\s*/?>", "")


def _in_lines(text: pl.Series) -> pl.Series:
    text = text.str.replace_all(_CELL, " ").str.replace_all(_ITEM, "\n- ").str.replace_all(_BLOCK, "\n")
    return text.str.replace_all(r" *\n[ \n]*", "\n").str.replace_all(r"  +", " ")

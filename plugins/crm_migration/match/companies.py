"""Companies' names: the base name without legal form, and when two of them are one company."""

import re
from functools import lru_cache
from itertools import chain

import polars as pl
from rapidfuzz import fuzz

from crm_migration.match.folding import blank_to_null, unaccented

# Written as they look after folding: no accents, no dots, "&" as "and".
LEGAL_FORMS: dict[str, tuple[str, ...]] = {
    "AE": ("fze", "fzco", "fz llc", "llc", "pjsc"),
    "AT": ("gesmbh", "gmbh", "ag", "kg", "og", "eu"),
    "AU": ("pty", "pty ltd", "proprietary limited"),
    "BE": ("bvba", "sprl", "bv", "srl", "nv", "sa", "vof"),
    "BG": ("ood", "eood", "ad", "ead", "оод", "еоод", "ад", "еад"),
    "BR": ("ltda", "eireli", "sa"),
    "CH": ("ag", "sa", "gmbh", "sarl", "sagl"),
    "CL": ("spa", "eirl", "ltda"),
    "CZ": ("sro", "spol s ro", "as"),
    "DE": (
        "gmbh", "mbh", "ggmbh", "ag", "kg", "kgaa", "ohg", "ug",
        "haftungsbeschrankt", "gbr", "ek", "eg", "ev", "se",
        "partg", "gesellschaft mit beschrankter haftung", "aktiengesellschaft", "kommanditgesellschaft",
    ),
    "DK": ("aps", "as", "ivs"),
    "EE": ("ou",),
    "ES": ("sl", "slu", "sa", "sau", "slne", "sociedad limitada", "sociedad anonima"),
    "FI": ("oy", "oyj", "ab", "tmi", "ky"),
    "FR": ("sa", "sarl", "sas", "sasu", "eurl", "sci", "snc", "scop", "societe anonyme"),
    "GB": ("ltd", "limited", "plc", "llp", "cic"),
    "GR": ("ae", "epe", "ike", "αε", "επε", "ικε"),
    "HR": ("doo", "dd", "jdoo"),
    "HU": ("kft", "zrt", "nyrt", "bt"),
    "ID": ("tbk", "persero"),
    "IE": ("dac", "clg", "ltd", "teoranta"),
    "IN": ("pvt", "pvt ltd", "private limited", "llp"),
    "IS": ("hf", "ehf"),
    "IT": ("spa", "srl", "srls", "sas", "snc", "sapa", "scarl"),
    "JP": ("kk", "gk", "kabushiki kaisha", "godo kaisha"),
    "LT": ("uab",),
    "LV": ("sia",),
    "MX": ("sa de cv", "sab de cv", "sapi de cv", "s de rl de cv", "sa", "sc"),
    "MY": ("sdn", "bhd", "sdn bhd", "berhad"),
    "NL": ("bv", "nv", "vof", "cv"),
    "NO": ("as", "asa", "ans"),
    "PE": ("sac", "saa", "eirl"),
    "PL": ("sp z oo", "sp z o o", "spolka z ograniczona odpowiedzialnoscia", "sa", "sp k", "sp j"),
    "PT": ("lda", "sa", "sgps", "unipessoal"),
    "RO": ("srl", "sa", "pfa"),
    "RU": (
        "joint stock company", "open joint stock company", "public joint stock company",
        "jsc", "ojsc", "cjsc", "pjsc",
        "ooo", "oao", "zao", "pao", "ооо", "оао", "зао", "пао", "ао",
    ),
    "SE": ("ab", "publ", "hb", "kb"),
    "SG": ("pte", "pte ltd"),
    "SK": ("sro", "as"),
    "TH": ("pcl", "public company limited"),
    "TR": ("as", "ltd sti", "anonim sirketi", "limited sirketi"),
    "UA": ("тов", "ат", "прат", "тзов"),
    "US": (
        "inc", "incorporated", "corp", "corporation", "llc", "lc", "lp",
        "llp", "pllc", "pc", "co", "company", "coltd",
        "limited liability company",
    ),
    "ZA": ("pty", "pty ltd", "cc"),
}  # fmt: skip
_IN_FRONT = (
    "pt", "cv", "ooo", "oao", "zao", "pao", "ооо", "оао", "зао",
    "пао", "ао", "тов", "uab", "sia", "the", "jsc", "ojsc", "cong ty tnhh",
)  # fmt: skip
_CHINESE_FORMS = (
    "股份有限公司", "有限责任公司", "有限責任公司", "有限公司", "股份公司", "集团公司",
    "集團公司", "集团", "集團", "股份",
)  # fmt: skip
_EITHER_END = (
    "株式会社", "株式會社", "有限会社", "合同会社", "合資会社", "주식회사", "유한회사",
)  # fmt: skip
_NUMERALS = re.compile(r"\d+|[一二三四五六七八九十百]|\b(?:ii|iii|iv|vi|vii|viii|ix)\b")
_LEAST_REST = 0.8
_SHORT_FORM = 4


def _spelled(form: str) -> str:
    # A/S and S. A. fold to single letters.
    return r"\s?".join(form) if len(form) <= _SHORT_FORM and form.isascii() else form.replace(" ", r"\s")


def _endings() -> str:
    forms = sorted({*chain.from_iterable(LEGAL_FORMS.values())}, key=lambda form: (-len(form), form))
    return rf"(?:\s(?:and\s)?(?:{'|'.join(map(_spelled, forms))}))+$"


_ENDINGS = _endings()
_FRONTS = rf"^(?:(?:{'|'.join(front.replace(' ', chr(92) + 's') for front in _IN_FRONT)})\s)+"
_CJK = rf"(?:\s?(?:{'|'.join((*_CHINESE_FORMS, *_EITHER_END))}))+$"
_CJK_FRONT = rf"^(?:{'|'.join(_EITHER_END)})\s?"


def base_name(name: pl.Expr) -> pl.Expr:
    """Return names unaccented and without legal form; a name that is nothing else stays; blank is null."""
    dotless = unaccented(name).str.replace_all(".", "", literal=True).str.replace_all(r"[&+]", " and ")
    text = dotless.str.replace_all(r"[^\p{L}\p{N}\p{M}]+", " ").str.strip_chars()
    text = text.str.replace_all(r"\b(?:und|et)\b", "and")
    bare = text.str.replace(_FRONTS, "").str.replace(_CJK_FRONT, "")
    return pl.coalesce(blank_to_null(bare.str.replace(_ENDINGS, "").str.replace(_CJK, "")), blank_to_null(text))


@lru_cache(maxsize=1 << 16)
def companies_agree(left: str, right: str, at_least: float) -> bool:
    """Return whether two base names are one company's: the same words but for typing.

    Numbers in a name must be equal, and the words that differ must resemble each other by themselves: "Hotel
    East" and "Hotel West" share most letters and are two hotels.
    """
    if left > right:
        return companies_agree(right, left, at_least)
    if left.replace(" ", "") == right.replace(" ", ""):
        return True
    if sorted(_NUMERALS.findall(left)) != sorted(_NUMERALS.findall(right)):
        return False
    if fuzz.token_sort_ratio(left, right) < at_least * 100:
        return False
    first, second = set(left.split()), set(right.split())
    rest = (" ".join(sorted(first - second)), " ".join(sorted(second - first)))
    return not all(rest) or fuzz.ratio(*rest) >= _LEAST_REST * 100

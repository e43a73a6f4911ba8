"""Names of companies: re-cased like other names, and the legal form told apart from the base name.

Legal forms are looked for at the end, some also in front, as matching does; here the letters that stand there are
kept as they are. `Müller & Söhne GmbH & Co. KG` is `Müller & Söhne` and `GmbH & Co. KG`.
"""

import re
import unicodedata
from functools import cache, lru_cache, partial
from itertools import chain

import polars as pl

from crm_migration.clean.column import Cleaned, Column, Context, over_distinct, where
from crm_migration.clean.legal_forms import CHINESE_FORMS, EITHER_END, IN_FRONT, LEGAL_FORMS
from crm_migration.clean.name import cased
from crm_migration.clean.name_words import FORMS
from crm_migration.clean.text import no_reason
from crm_migration.mapping.fields import Case, Company

_NOT_A_FORM = frozenset({"the"})
_JOINTS = frozenset({"and", "und", "et", ""})
_SINGLE_LETTERS = re.compile(r"(?<=\b\w) (?=\w\b)")
_SHORTENED = ("(株)", "（株）", "㈱", "(有)", "（有）", "㈲")
_CJK_FORMS = "|".join(map(re.escape, (*CHINESE_FORMS, *EITHER_END, *_SHORTENED)))
_CJK_BEHIND = re.compile(rf"[ ,，]*((?:[ ]?(?:{_CJK_FORMS}))+)$")
_PERHAPS_CJK = re.compile(r"[\u1100-\uffff]")
_CJK_BEFORE = re.compile(rf"^({'|'.join(map(re.escape, (*EITHER_END, *_SHORTENED)))})[ ]?")
_LETTERS = {"ß": "ss", "ς": "σ", "ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"}
_AROUND = " ,;，-–"
_LONGEST_NAME = 400
_LONGEST_FORM = 8
_LONGEST_FRONT = 8
_A_WORD_AT_LEAST = 6


def clean_company(column: Column, spec: Company, _context: Context) -> Cleaned:
    """Return the names re-cased, or their base or legal form; no name is invalid in itself."""
    if spec.part == "legal_form":
        forms = over_distinct(column.text, partial(_forms_of, as_given=spec.case == "keep"))
        return Cleaned(forms, no_reason(forms))
    values = _recased(column.text, spec.case)
    if spec.part == "base":
        # What is all in capitals by itself may not have been so beside a form that is not.
        values = _recased(over_distinct(values, _bases), spec.case)
    return Cleaned(values, no_reason(values))


def _recased(text: pl.Series, case: Case) -> pl.Series:
    """Return the names re-cased; what is nothing but legal forms, as `AG AG`, is no name in capitals."""
    values = cased(text, case)
    changed = (values != text).fill_null(value=False)
    return where(values, changed, lambda part: over_distinct(part, _with_forms_spelled)) if changed.any() else values


def _with_forms_spelled(distinct: pl.Series) -> pl.Series:
    parts = [(value, *base_and_form(value)) for value in distinct]
    spelled = [" ".join(map(_as_form, value.split(" "))) if base == form else value for value, base, form in parts]
    return pl.Series(spelled, dtype=pl.String)


def _as_form(word: str) -> str:
    core = word.rstrip(".,")
    return FORMS.get(core.lower(), core) + word[len(core) :]


def _bases(distinct: pl.Series) -> pl.Series:
    return pl.Series([base_and_form(value)[0] for value in distinct], dtype=pl.String)


def _forms_of(distinct: pl.Series, *, as_given: bool) -> pl.Series:
    forms = [base_and_form(value)[1] for value in distinct]
    written = forms if as_given else [" ".join(map(_spelled, form.split(" "))) for form in forms]
    return pl.Series([form or None for form in written], dtype=pl.String)


def _spelled(word: str) -> str:
    """Return a word of a legal form as it is written, where it is all in capitals or in small letters."""
    core = word.rstrip(".,")
    if core not in (core.upper(), core.lower()):
        return word
    known = FORMS.get(core.lower())
    spelled = core.capitalize() if core.isupper() and core.isalpha() and len(core) >= _A_WORD_AT_LEAST else core
    return (known or spelled) + word[len(core) :]


def base_and_form(value: str) -> tuple[str, str]:
    """Return a company's base name and its legal form; a name that is nothing but legal forms is both.

    What is too long for a name has no form: it would take time out of proportion to look for one.
    """
    if len(value) > _LONGEST_NAME:
        return value, ""
    base, behind = _forms_behind(value)
    if not base:
        return value, value
    base, before = _form_before(base)
    return base, f"{before} {behind}".strip()


def _forms_behind(value: str) -> tuple[str, str]:
    """Take the forms off the end, of one script after the other: 华为技术有限公司 Co., Ltd."""
    base, forms = _form_behind(value)
    while base and _PERHAPS_CJK.search(base):
        base, form = _form_behind(base)
        if not form:
            break
        forms = f"{form} {forms}"
    return base, forms


def _form_behind(value: str) -> tuple[str, str]:
    found = _CJK_BEHIND.search(value) if _PERHAPS_CJK.search(value) else None
    if found:
        return value[: found.start()].rstrip(_AROUND), found[1].strip()
    words = value.split(" ")
    start = len(words)
    while start and _may_be_form(words[start - 1]):
        start -= 1
    # What remains to be looked at is short, and the same for many names.
    length = _form_length(tuple(words[start:])) if start < len(words) else 0
    if not length or _closes_a_bracket(words[-length:]):
        return value, ""
    return " ".join(words[:-length]).rstrip(_AROUND), " ".join(words[-length:])


def _closes_a_bracket(words: list[str]) -> bool:
    """Tell whether words end a remark in brackets that begins before them: (Foo Co., Ltd.)."""
    letters = "".join(words)
    if ")" not in letters and "）" not in letters:
        return False
    return sum(map(letters.count, "(（")) < sum(map(letters.count, ")）"))


@lru_cache(maxsize=1 << 14)
def _form_length(tail: tuple[str, ...]) -> int:
    """Return how many words at the end are nothing but legal forms and what joins them to a name."""
    start = len(tail)
    while start:
        begin = next((at for at in range(max(0, start - _LONGEST_FORM), start) if _is_form(tail[at:start])), None)
        if begin is None:
            break
        start = begin
        if start and _folded(tail[start - 1]) in _JOINTS:
            start -= 1
    return len(tail) - start


def _may_be_form(word: str) -> bool:
    folded = _folded(word)
    return len(folded) <= 1 or folded in _JOINTS or folded in _words_of_forms()


def _is_form(words: tuple[str, ...]) -> bool:
    folded = [_folded(word) for word in words if word.strip(".,")]  # "Co. , Ltd ." has marks that stand alone
    text = " ".join(folded)
    # "S. A. de C. V." folds to single letters, which belong together.
    return all(folded) and not {text, _SINGLE_LETTERS.sub("", text)}.isdisjoint(_forms())


def _form_before(value: str) -> tuple[str, str]:
    found = _CJK_BEFORE.match(value)
    if found:
        return value[found.end() :], found[1]
    words = value.split(" ")
    if len(words[0]) > _LONGEST_FRONT or _folded(words[0]) not in _first_words():
        return value, ""
    for length in range(min(3, len(words) - 1), 0, -1):
        if " ".join(map(_folded, words[:length])) in _fronts():
            return " ".join(words[length:]).lstrip(_AROUND), " ".join(words[:length])
    return value, ""


@lru_cache(maxsize=1 << 16)
def _folded(word: str) -> str:
    """Return a word as the list of forms writes it: small letters, no accents, no marks."""
    if word.isascii():
        return "".join(filter(str.isalnum, word.lower()))
    bare = unicodedata.normalize("NFKD", word).lower()
    letters = "".join(_LETTERS.get(letter, letter) for letter in bare if letter.isalnum())
    return unicodedata.normalize("NFKC", letters)


@cache
def _forms() -> frozenset[str]:
    return frozenset(chain.from_iterable(LEGAL_FORMS.values()))


@cache
def _words_of_forms() -> frozenset[str]:
    return frozenset(word for form in _forms() for word in form.split(" "))


@cache
def _fronts() -> frozenset[str]:
    return frozenset(IN_FRONT) - _NOT_A_FORM


@cache
def _first_words() -> frozenset[str]:
    return frozenset(form.partition(" ")[0] for form in _fronts())

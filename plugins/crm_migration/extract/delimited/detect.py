"""Finds a dialect: the one in which the most records of a sample have the same number of fields."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice, product

from crm_migration.extract.delimited.dialect import EXCEL_SEPARATOR, Dialect
from crm_migration.extract.delimited.records import LINE_END, Scanner
from crm_migration.extract.guess import Guess
from crm_migration.mapping.reading import DelimitedOptions

_SCORED_LETTERS = 32 << 10
_SCORED_RECORDS, _SCORED_LINES = 200, 30
# How much a separator is to be expected, all else being equal.
_USUAL = {
    ",": 1.0,
    ";": 1.0,
    "\t": 1.0,
    "|": 1.0,
    "\x1f": 1.0,
    "\x01": 1.0,
    "~": 0.9,
    "^": 0.9,
    "¦": 0.9,
    ":": 0.5,
    " ": 0.4,
}
_LONG = ("+|", "||", "|~|", "~|~", "|+|", "::", ";;", "~~", "^|", "|^", "^^", "<>")
_USUAL_LONG = 0.99
_MOST_LONG = 0.95
_BETTER = 0.02
_RECORD_ENDS = ("&|", "\x1e")


@dataclass(frozen=True)
class _Score:
    dialect: Dialect
    value: float
    agreeing: int


def find_dialect(sample: str, final: bool, options: DelimitedOptions) -> tuple[Dialect, list[str]]:
    """Return the dialect of the sample, and a sentence for each mark that was guessed.

    What the options say is taken as it is. `final` says that the sample is the whole text.
    """
    text = _scored(sample)
    final = final and len(text) == len(sample)
    separator = options.record_separator or _record_separator(text, final)
    quote = '"' if options.quote is None else options.quote
    base = _marked(Dialect(delimiter="", record_separator=separator, comment=options.comment), quote, options.escape)
    best = _best_delimiter(text, final, options, base)
    best = _best_marks(text, final, options, best)
    return best, _notes(best, options)


def _scored(sample: str) -> str:
    """Return the beginning of the sample, and some lines at least."""
    ends = [end.end() for end in islice(LINE_END.finditer(sample), _SCORED_LINES)]
    enough = ends[-1] if len(ends) == _SCORED_LINES else len(sample)
    return sample[: max(_SCORED_LETTERS, enough)]


def _marked(dialect: Dialect, quote: str, escape: str | None) -> Dialect:
    """Return the dialect with other marks; a quotation mark that escapes itself is one that is doubled."""
    return replace(dialect, quote=quote, escape="" if escape is None or escape == quote else escape)


def _best_delimiter(text: str, final: bool, options: DelimitedOptions, base: Dialect) -> Dialect:
    told = EXCEL_SEPARATOR.match(text)
    if options.delimiter is not None or told is not None:
        return replace(base, delimiter=options.delimiter or (told[1] if told else ""))
    quotes = [base.quote] if options.quote is not None else _quotes(text, base.quote)
    tried = [
        _score(text, final, _marked(replace(base, delimiter=delimiter), quote, options.escape))
        for delimiter, quote in product([mark for mark in (*_USUAL, *_LONG) if mark in text], quotes)
    ]
    best = max(tried, key=lambda score: score.value, default=None)
    if best is None or best.value <= 0:
        return base
    return _longer(text, final, best)


def _longer(text: str, final: bool, best: _Score) -> Dialect:
    """Return the dialect with a separator of several letters, where the one found only occurs as part of it."""
    found = best.dialect
    ends = found.record_separator or ""
    alone = text.count(found.delimiter) - (text.count(ends) * ends.count(found.delimiter) if ends else 0)
    for long in _LONG:
        if found.delimiter in long and text.count(long) * long.count(found.delimiter) >= alone * _MOST_LONG:
            longer = _score(text, final, replace(found, delimiter=long))
            if longer.agreeing >= best.agreeing:
                return longer.dialect
    return found


def _best_marks(text: str, final: bool, options: DelimitedOptions, found: Dialect) -> Dialect:
    """Return the dialect with the quotation and escape marks under which clearly more records agree."""
    quotes = [found.quote] if options.quote is not None else _quotes(text, found.quote)
    escapes = [options.escape]
    if options.escape is None and any("\\" + mark in text for mark in (*quotes, found.delimiter) if mark):
        escapes.append("\\")
    others = [marks for marks in product(quotes, escapes) if marks != (found.quote, options.escape)]
    best = _score(text, final, found) if others else _Score(found, 0.0, 0)
    for quote, escape in others:
        score = _score(text, final, _marked(found, quote, escape))
        if _is_better(score, best):
            best = score
    return best.dialect


def _is_better(score: _Score, best: _Score) -> bool:
    """Return whether the marks fit clearly better; an escape mark needs a record that only agrees with it."""
    if score.dialect.quote != best.dialect.quote:
        return score.value > best.value + _BETTER
    return score.value > best.value and score.agreeing > best.agreeing


def _quotes(text: str, usual: str) -> list[str]:
    """Return the quotation marks to try: others than the usual one only where fields begin and end with them."""
    single = re.findall(r"(?:^|[,;|\t])'[^'\r\n]*'(?=[,;|\t\r\n]|$)", text, re.MULTILINE)
    return [usual, "'"] if len(single) > 1 and usual != "'" else [usual]


def _score(text: str, final: bool, dialect: Dialect) -> _Score:
    """Return how well the dialect fits: the share of records that agree in width, and how usual its separator is."""
    widths: Counter[int] = Counter()
    for record in islice(Scanner(dialect).scan(text, final=final), _SCORED_RECORDS):
        if record.text.strip():
            widths[0 if record.broken else len(record.fields)] += 1
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return _Score(dialect, 0.0 if dialect.delimiter else 1 - widths[0] / max(widths.total(), 1), widths[1])
    width, count = max(wide.items(), key=lambda item: (item[1], item[0]))
    usual = _USUAL.get(dialect.delimiter, _USUAL_LONG)
    return _Score(dialect, count / widths.total() * usual * (1 - 1 / (2 * width)), count)


def _record_separator(text: str, final: bool) -> str | None:
    """Return a known end of records that is more than the end of a line, if every line of the sample has it."""
    lines = [line for line in LINE_END.split(text) if line]
    whole = lines if final else lines[:-1]
    return next((end for end in _RECORD_ENDS if len(whole) > 1 and all(line.endswith(end) for line in whole)), None)


def _notes(found: Dialect, options: DelimitedOptions) -> list[str]:
    notes = []
    if options.delimiter is None:
        sure = Guess(f"delimiter guessed as {found.delimiter!r}")
        notes.append(sure if found.delimiter else "no delimiter found: one column")
    if options.quote is None and found.quote != '"':
        notes.append(Guess(f"quote guessed as {found.quote!r}"))
    if options.escape is None and found.escape:
        notes.append(Guess(f"escape guessed as {found.escape!r}"))
    if options.record_separator is None and found.record_separator:
        notes.append(Guess(f"record_separator guessed as {found.record_separator!r}"))
    return notes

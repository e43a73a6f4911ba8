"""Sentences that the product writes in English, in a fixed form, told in another language.

Runs keep what they say as English text, in reports and in the ledger. It is found again here by its whole form: what
stands in the holes is taken out of the English sentence and put into the other one. Text in no known form stays as it
is.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from string import Formatter

LONGEST = 2_000
LINES = 40
NUMBER = r"[\d,]+"
ANY = r"[^\n]{1,400}?"
_PLACE = re.compile(r"([^\n]{1,300}?), (line|row|record) ([0-9]+)(?: \(([^\n]{1,300}?)\))?: (.+)", re.DOTALL)
_SHEET = re.compile("(?:^|, )sheet ")
_TASK = re.compile(r"([A-Za-z][\w.]{0,199}): (.+)")
_PARTS = re.compile(r"; (?=[^;:\n]{1,200}: expected )")
Tell = Callable[[str], str]


@dataclass(frozen=True)
class Form:
    """One sentence: the pattern of its English with the kinds of its holes, and how the other language says it.

    `literal` is the longest piece between holes, `length` that of all pieces.
    """

    pattern: re.Pattern[str]
    kinds: dict[str, str]
    literal: str
    length: int
    other: str


def form_of(english: str, other: str, patterns: Mapping[str, str]) -> Form:
    """Return the form of an English sentence; `patterns` are those of holes whose kind allows some texts only."""
    pattern, kinds, literals = "", {}, [""]
    for literal, name, kind, _ in Formatter().parse(english):
        pattern += re.escape(literal)
        literals.append(literal)
        if name is None:
            continue
        one, several, many = (kind or "").partition("|")
        if several:
            pattern += rf"(?P<{name}>{NUMBER}) (?:{re.escape(one)}|{re.escape(many)})"
            continue
        kinds[name] = kind or ""
        pattern += rf"(?P<{name}>{NUMBER if kind == ',' else patterns.get(kind or '', ANY)})"
    return Form(re.compile(pattern), kinds, max(literals, key=len), sum(map(len, literals)), other)


@dataclass(frozen=True)
class Sentences:
    """All sentences of one language by their English form, the words of holes by kind, and marks between parts."""

    table: Mapping[str, str]
    words: Mapping[str, Tell]
    patterns: Mapping[str, str]
    places: Mapping[str, str]
    task: Tell
    colon: str
    semicolon: str

    @cached_property
    def _forms(self) -> list[Form]:
        made = [form_of(english, other, self.patterns) for english, other in self.table.items()]
        # What says more by itself is the better match.
        return sorted(made, key=lambda form: -form.length)

    def tell(self, text: str) -> str:
        """Return a text in this language, line by line, as far as its form is known."""
        lines = text.split("\n") if len(text) <= LONGEST * LINES else []
        if not lines or len(lines) > LINES:
            return text
        return "\n".join(self._line(line) for line in lines)

    def one(self, text: str) -> str | None:
        """Return a sentence in this language; None where its form is not known."""
        if len(text) > LONGEST:
            return None
        for form in self._forms:
            found = form.pattern.fullmatch(text) if form.literal in text else None
            if found is not None:
                holes = found.groupdict().items()
                return form.other.format(**{name: self._hole(form.kinds.get(name, ""), said) for name, said in holes})
        return None

    def _hole(self, kind: str, said: str) -> str:
        if kind == "sentence":
            return self.tell(said)
        if kind == "sentences":
            return self.semicolon.join(self.one(part) or part for part in said.split("; "))
        return self.words[kind](said) if kind in self.words else said

    def _line(self, line: str) -> str:
        placed = _PLACE.fullmatch(line)
        if placed is not None:
            name = _SHEET.sub(" · ", placed[1]).removeprefix(" · ")
            where = self.places[placed[2]].format(name=name, at=placed[3])
            return f"{where}{f' ({placed[4]})' if placed[4] else ''}{self.colon}{self._parts(placed[5])}"
        told = self._parts(line)
        task = _TASK.fullmatch(line) if told == line else None
        rest = self.one(task[2]) if task else None
        return f"{self.task(task[1])}{self.colon}{rest}" if task and rest else told

    def _parts(self, text: str) -> str:
        """Return what is wrong with several fields of a row, each in a sentence of its own."""
        parts = _PARTS.split(text)
        return self.semicolon.join(self.one(part) or part for part in parts)

"""In which language a page speaks: as the address asks, else as it did last time, else as the browser prefers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fastapi import Request

from crm_migration.report import words as report_words
from crm_migration.web.chinese_comparisons import COMPARISONS, LEVELS
from crm_migration.web.chinese_expectations import EXPECTATIONS
from crm_migration.web.chinese_faults import FAULTS
from crm_migration.web.chinese_google_faults import GOOGLE_FAULTS
from crm_migration.web.chinese_holes import HOLES, PATTERNS
from crm_migration.web.chinese_mapping_faults import MAPPING_FAULTS
from crm_migration.web.chinese_reader_faults import READER_FAULTS
from crm_migration.web.chinese_refusals import REFUSALS
from crm_migration.web.chinese_sentences import PHASES, PLACES, SENTENCES
from crm_migration.web.chinese_task_faults import TASK_FAULTS
from crm_migration.web.chinese_words import CHECKS, MERGED_BY, REASONS, REVIEWS, STEPS
from crm_migration.web.chinese_words import WORDS as CHINESE_WORDS
from crm_migration.web.english_words import WORDS as ENGLISH_WORDS
from crm_migration.web.sentences import Sentences

COOKIE = "crm_migration_lang"
ENGLISH, CHINESE = "en", "zh"
HTML = {ENGLISH: "en", CHINESE: "zh-CN"}
FIGURE, SUM_OF_CURRENCY = "figure: ", "source_sum "
VALIDATIONS = tuple(report_words.VALIDATIONS)


@dataclass(frozen=True)
class Language:
    """A language's tables of words."""

    code: str
    words: Mapping[str, str]
    chinese: bool = False

    @property
    def html(self) -> str:
        """Return the language as the page's root element names it."""
        return HTML[self.code]

    def say(self, key: str, **values: object) -> str:
        """Return the words of `key`, with values filled in.

        Raises:
            KeyError: the table has no such key.
        """
        return self.words[key].format(**values) if values else self.words[key]

    def reason(self, code: str) -> str:
        """Return a reason code in words."""
        return self._told(REASONS, code, report_words.reason_title)

    def review(self, code: str) -> str:
        """Return why a pair waits for a person, in words."""
        return self._told(REVIEWS, code, report_words.review_title)

    def check(self, name: str) -> str:
        """Return the name of a check in words."""
        if self.chinese and name.startswith(FIGURE):
            return f"指标：{name.removeprefix(FIGURE)}"
        if self.chinese and name.startswith(SUM_OF_CURRENCY):
            return f"{CHECKS[SUM_OF_CURRENCY.strip()]}（{name.removeprefix(SUM_OF_CURRENCY)}）"
        return self._told(CHECKS | EXPECTATIONS, name, report_words.check_title)

    def merged_by(self, key: str) -> str:
        """Return in words what merged a row: a key by its name, or a person, or the model."""
        return self._told(MERGED_BY, key, report_words.merged_by)

    def comparison(self, name: str) -> str:
        """Return what the model compares, in words."""
        return self._told(COMPARISONS, name, lambda code: code.replace("_", " "))

    def level(self, label: str) -> str:
        """Return how alike the model found what it compares, in words."""
        return self._told(LEVELS, label, str)

    def sentence(self, text: str) -> str:
        """Return what a run has said in English, as far as its form is known; else as it is."""
        return CHINESE_SENTENCES.tell(text) if self.chinese else text

    def step(self, name: str) -> str:
        """Return a step of the line in words."""
        chinese = report_words.numbered(name, STEPS) if self.chinese else None
        return chinese or report_words.step_title(name)

    def code_word(self, kind: str, code: str) -> str:
        """Return the word for a code of the ledger, such as a run's status; the code itself where there is none."""
        return self.words.get(f"{kind}_{code}", code)

    def _told(self, table: Mapping[str, str], code: str, english: Callable[[str], str]) -> str:
        return table.get(code) or english(code) if self.chinese else english(code)


def _steps(text: str) -> str:
    """Return the steps that are listed in English."""
    codes = {title: code for code, title in report_words.STEPS.items()}
    return "、".join(STEPS.get(codes.get(title, ""), title) for title in text.split(", "))


def _check(name: str) -> str:
    return LANGUAGES[CHINESE].check(name)


def _columns(text: str) -> str:
    """Return what stands for `column 'a'` and `columns 'a', 'b'`."""
    return "列 " + "、".join(re.sub("^columns? ", "", text).split(", ")) + " "


CHINESE_SENTENCES = Sentences(
    table=SENTENCES | REFUSALS | FAULTS | READER_FAULTS | GOOGLE_FAULTS | TASK_FAULTS | MAPPING_FAULTS,
    words={
        "phase": lambda text: PHASES.get(text, text),
        "steps": _steps,
        "columns": _columns,
        "validation": lambda code: CHINESE_WORDS.get(f"validation_{code}", code),
        "check": _check,
        "refusal": SENTENCES.__getitem__,
        "do": REFUSALS.__getitem__,
        **HOLES,
    },
    patterns={
        "name": "[^:;\\n]{1,200}",
        "phase": "sample|full load",
        "word": "\\S{1,200}",
        "figure": "(?:(?!; )[^\\n]){1,400}?",
        "do": "|".join(re.escape(text) for text in REFUSALS if re.match("(ask|take) ", text)),
        "columns": "columns? '[^\n]{1,400}?'",
        "validation": "|".join(VALIDATIONS),
        "refusal": "|".join(re.escape(text) for text in SENTENCES if re.fullmatch("(a|an|the|no) [A-Za-z' -]+", text)),
        **PATTERNS,
    },
    places=PLACES,
    task=lambda name: STEPS.get(name, name),
    colon="：",
    semicolon="；",
)

LANGUAGES = {
    ENGLISH: Language(ENGLISH, ENGLISH_WORDS),
    CHINESE: Language(CHINESE, CHINESE_WORDS, chinese=True),
}


def language_of(request: Request) -> Language:
    """Return the language of the answer to a request."""
    asked = request.query_params.get("lang") or request.cookies.get(COOKIE) or ""
    if asked in LANGUAGES:
        return LANGUAGES[asked]
    return LANGUAGES[_preferred(request.headers.get("accept-language", ""))]


def _preferred(header: str) -> str:
    """Return the language that an Accept-Language header ranks first among ours."""
    ranked = []
    for number, part in enumerate(header.split(",")[:20]):
        name, _, weight = part.strip().partition(";q=")
        code = name.partition("-")[0].lower()
        if code in LANGUAGES:
            ranked.append((-_weight(weight), number, code))
    return min(ranked)[2] if ranked else ENGLISH


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0

"""Tables of words and sentences are whole, and pages choose the language that is asked for."""

import re
from pathlib import Path
from string import Formatter

import pytest

from crm_migration.match.comparisons import comparisons, name_of
from crm_migration.report import words as report_words
from crm_migration.web import chinese_words, english_words
from crm_migration.web.chinese_comparisons import COMPARISONS, LEVELS
from crm_migration.web.language import LANGUAGES
from tests.web.served import PREFIX, Site

TEMPLATES = Path(english_words.__file__).with_name("templates")
USED = re.compile(r"""\bt\(["']([a-z_0-9]+)["'](?=[,)])""")


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_words_with_the_same_holes() -> None:
    assert list(english_words.WORDS) == list(chinese_words.WORDS)
    for key, english in english_words.WORDS.items():
        assert holes(english) == holes(chinese_words.WORDS[key]), key


def test_every_word_that_a_template_uses_is_there() -> None:
    used = {key for path in TEMPLATES.glob("*.j2") for key in USED.findall(path.read_text(encoding="utf-8"))}
    assert len(used) > 100
    assert used <= set(english_words.WORDS)


@pytest.mark.parametrize("table", ["REASONS", "REVIEWS", "CHECKS", "STEPS", "MERGED_BY"])
def test_what_the_report_calls_by_words_has_chinese_ones(table: str) -> None:
    assert set(getattr(report_words, table)) <= set(getattr(chinese_words, table))


def test_the_sum_of_each_currency_has_chinese_words() -> None:
    assert LANGUAGES["zh"].check("source_sum EUR") == "清洗后各行的合计（EUR）"
    assert LANGUAGES["en"].check("source_sum EUR") == "Source sum EUR"


@pytest.mark.parametrize("kind", ["person", "company"])
def test_what_the_model_compares_has_chinese_words(kind: str) -> None:
    made = comparisons(kind)
    labels = {level["label_for_charts"] for one in made for level in one["comparison_levels"]}
    assert {name_of(one) for one in made} <= set(COMPARISONS)
    assert labels <= set(LEVELS)
    assert LANGUAGES["en"].comparison("birth_date") == "birth date"
    assert LANGUAGES["zh"].level("same sound") == "同音"


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("", "", "en"),
        ("", "fr-FR,fr;q=0.9", "en"),
        ("", "zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("", "en;q=0.2,zh-TW;q=0.9", "zh-CN"),
        ("?lang=zh", "en", "zh-CN"),
        ("?lang=xx", "zh", "zh-CN"),
        ("", "zh;q=much", "zh-CN"),
    ],
)
def test_a_page_speaks_the_language_asked_for(site: Site, query: str, header: str, language: str) -> None:
    answer = site.client("eve").get(f"{PREFIX}/{query}", headers={"accept-language": header})
    assert f'<html lang="{language}">' in answer.text


def test_the_language_is_remembered(site: Site) -> None:
    client = site.client("eve")
    client.get(f"{PREFIX}/?lang=zh", headers={"accept-language": "en"})
    assert '<html lang="zh-CN">' in client.get(f"{PREFIX}/dag/legacy", headers={"accept-language": "en"}).text


@pytest.mark.parametrize(
    ("step", "english", "chinese"),
    [
        ("clean_part_3", "Clean part 3", "清洗部分 3"),
        ("match_chunk_0", "Score chunk 0", "评分分块 0"),
        ("load", "Load", "加载"),
        ("step_2", "Step 2", "Step 2"),
    ],
)
def test_a_mapped_step_is_told_by_its_number(step: str, english: str, chinese: str) -> None:
    assert (LANGUAGES["en"].step(step), LANGUAGES["zh"].step(step)) == (english, chinese)

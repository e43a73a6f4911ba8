"""The page: well-formed, self-contained, readable without colour, and safe whatever a key says."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from crm_migration.report.assemble import report
from crm_migration.report.page import render_html
from tests.report.staged_run import HOSTILE, Builder, check, facts, mapping, passing_checks

VOID = {"meta", "br", "link", "img", "input", "hr"}


@dataclass
class Page(HTMLParser):
    """Reads a page and complains about tags that do not close in order."""

    html: str
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)

    def every(self, *names: str) -> list[dict[str, str | None]]:
        """Return the attributes of every tag of these names."""
        return [attributes for tag, attributes in self.tags if tag in names]

    @property
    def words(self) -> str:
        """Return the visible text, blanks collapsed."""
        return " ".join("".join(self.text).split())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    return Builder(tmp_path_factory.mktemp("run"), rows=600).everything()


def page(builder: Builder, **changes: Any) -> Page:
    return Page(render_html(report(mapping(), builder.folder, facts(**changes))))


def test_the_page_parses_and_says_what_it_is(run: Builder) -> None:
    found = page(run)
    assert found.html.startswith("<!DOCTYPE html>")
    assert found.every("html") == [{"lang": "en"}]
    assert "Complete · legacy_crm to sales_cloud" in found.words
    for landmark in ("header", "nav", "main", "footer"):
        assert found.every(landmark) != []


def test_the_page_needs_nothing_but_itself(run: Builder) -> None:
    found = page(run)
    assert found.every("script", "img", "iframe", "object", "embed", "link", "base", "form") == []
    assert [attributes for _, attributes in found.tags if "src" in attributes] == []
    assert re.findall(r"url\(|@import|https?://(?!airflow\.example\.com)", found.html) == []
    links = [attributes["href"] for attributes in found.every("a") if not str(attributes["href"]).startswith("#")]
    assert links == list(facts().links.values())
    policy = [attributes["content"] for attributes in found.every("meta") if "http-equiv" in attributes]
    assert policy == ["default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"]


def test_every_entry_of_the_contents_leads_somewhere(run: Builder) -> None:
    found = page(run)
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    anchors = {str(a["href"])[1:] for a in found.every("a") if str(a["href"]).startswith("#")}
    assert anchors <= set(ids)
    assert len(anchors) == 14


def test_pictures_have_a_name_or_are_hidden(run: Builder) -> None:
    for picture in page(run).every("svg"):
        named = picture.get("role") == "img" and picture.get("aria-label")
        assert named or picture.get("aria-hidden") == "true", picture


def test_header_cells_say_what_they_head_and_figures_have_captions(run: Builder) -> None:
    found = page(run)
    assert {attributes.get("scope") for attributes in found.every("th")} == {"row", "col"}
    assert len(found.every("figure")) == len(found.every("figcaption"))


def test_a_hostile_key_is_shown_and_does_nothing(run: Builder) -> None:
    found = page(run, problems=[f"{HOSTILE}\x00\x1b[31m\u202egnp.exe"], links={'"><b>x': 'https://a.example/?q="><i>'})
    assert HOSTILE in found.words
    assert HOSTILE not in found.html
    assert "\\u0000\\u001b[31m\\u202egnp.exe" in found.words
    assert not set(found.html) & set("\x00\x1b\u202e")
    assert found.every("script", "i") == []


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "java\nscript:x", "http://[x"]
)
def test_a_link_that_could_run_something_is_text(run: Builder, url: str) -> None:
    found = page(run, links={"Docs": url})
    assert [a for a in found.every("a") if not str(a["href"]).startswith("#")] == []


def test_no_value_of_a_row_is_shown(run: Builder) -> None:
    html = page(run).html
    for value in ("RAW-CUSTOMER-VALUE", "Anne", "@example.org", "1980-02-03", "1931-02-07"):
        assert value not in html


def test_numbers_are_grouped_and_the_identity_is_spelled_out(run: Builder) -> None:
    words = page(run).words
    assert "600 extracted = " in words
    assert words.count("every key accounted for") == 3


def test_a_broken_identity_is_shown_in_red_with_its_keys(tmp_path: Path) -> None:
    run = Builder(tmp_path, rows=100).everything()
    run.write("contact", "outcome", run_outcome(run))
    found = page(run)
    assert any(attributes.get("class") == "card verdict tone-red" for attributes in found.every("section"))
    assert "does not add up" in found.words
    assert "1 key in no state: C-1" in found.words
    assert [attributes.get("class") for attributes in found.every("li")].count("broken") == 1


def run_outcome(run: Builder) -> Any:
    from crm_migration.staging import open_table

    return open_table(run.folder, "contact", "outcome").frame().slice(1)


def test_a_failed_check_stands_open_and_names_its_keys(tmp_path: Path) -> None:
    run = Builder(tmp_path, rows=100).everything()
    failed = check(
        "validity", "contact", "email", "odd_check", status="fail", failing=40, failing_keys=["C-8", HOSTILE]
    )
    run.checks("full_checks", [*passing_checks(), failed])
    found = page(run)
    assert "2 failing keys of 40" in found.words
    assert "1 failed" in found.words
    assert "Odd check · email" in found.words
    assert (
        found.html.count("<details open>")
        == page(Builder(tmp_path, rows=100).everything()).html.count("<details open>") + 1
    )


def test_what_was_not_reached_is_said(tmp_path: Path) -> None:
    words = page(Builder(tmp_path), status="red", problems=["the source did not answer"]).words
    assert "the source did not answer" in words
    assert words.count("Not reached") > 20
    assert "There is nothing to undo" in words


def test_a_plan_speaks_of_what_would_be(tmp_path: Path) -> None:
    found = page(Builder(tmp_path, rows=100).everything("plan"), status="planned", mode="dry_run")
    assert "Migration plan" in found.words
    assert "would be inserted" in found.words
    anchors = {attributes["href"] for attributes in found.every("a")}
    assert not anchors & {"#undo", "#checks", "#sample"}


@pytest.mark.parametrize("state", ["green", "red", "rolled_back", "planned", "sample_only"])
def test_every_state_has_its_banner(run: Builder, state: str) -> None:
    made = report(mapping(), run.folder, facts())
    shown = made.model_copy(update={"verdict": made.verdict.model_copy(update={"state": state})})
    assert f'class="card verdict tone-{state}"' in render_html(shown)

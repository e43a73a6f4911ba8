"""Data Docs' templates are compiled once in a process, and anew where their text is another."""

import pytest
from jinja2 import DictLoader, Environment

from crm_migration.validate.page_views import COMPILED, CompiledOnce, IndexPageView, PageView


def test_every_view_shares_what_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    first = PageView().env.get_template("page.j2")
    monkeypatch.setattr(COMPILED, "dump_bytecode", lambda bucket: pytest.fail(f"compiled again: {bucket.key}"))
    for view in (PageView(), IndexPageView()):
        again = view.env.get_template("page.j2")
        assert again.environment is view.env
        assert again.root_render_func.__code__ is first.root_render_func.__code__


def test_another_text_is_compiled_anew() -> None:
    compiled = CompiledOnce()
    for text in ("one", "two", "one"):
        environment = Environment(loader=DictLoader({"page": text}), bytecode_cache=compiled, autoescape=True)
        assert environment.get_template("page").render() == text

"""The documentation: what it shows can be typed, what it links to is there, and every error class has an entry."""

import inspect
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

from crm_migration import errors
from crm_migration.cli import app
from tests.house.pages import PAGES, ROOT, commands_of, spans_of

USAGE: type[Exception] = typer.BadParameter.__mro__[1]
"""What the parser raises of any words that it refuses."""
ANCHOR = re.compile(r"\]\((?!https?:)([^)#\s]*)#([^)\s]+)\)")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")

COMMANDS = sorted(
    {
        (shown.page, shown.command)
        for page in PAGES
        for shown in commands_of(page)
        if shown.command.startswith("crm-migration ") and "|" not in shown.command
    }
)


def complaints(command: Any, words: list[str]) -> str:
    """Return what the parser says of words it does not know or misses.

    A path or a number that stands for the reader's own is refused for its value only, and passes.
    """
    try:
        command.make_context("shown", list(words))
    except USAGE as refused:
        only_the_value = type(refused) is typer.BadParameter
        return "" if only_the_value else str(refused)
    return ""


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_a_command_that_is_shown_can_be_typed(page: str, line: str) -> None:
    command: Any = typer.main.get_command(app)
    words = shlex.split(line.replace(" … ", " x ").replace("…", ""))[1:]
    while hasattr(command, "commands"):
        name, *words = words
        assert name in command.commands, f"{page}: {line}: there is no such command"
        command = command.commands[name]
    assert not complaints(command, words), f"{page}: {line}"


@pytest.mark.parametrize("wrong", ["run", "run x.yaml --bogus", "report x.yaml", "train x.yaml y.yaml"])
def test_a_command_that_cannot_be_typed_is_refused(wrong: str) -> None:
    name, *words = wrong.split()
    commands: dict[str, Any] = vars(typer.main.get_command(app))["commands"]
    assert complaints(commands[name], words)


def test_a_command_that_a_sentence_names_is_there() -> None:
    spans = [span for page in PAGES for span in spans_of(page) if span.command.startswith("crm-migration ")]
    known = vars(typer.main.get_command(app))["commands"]
    assert [span for span in spans if span.command.split()[1] not in known] == []


def test_every_page_that_is_linked_to_is_there() -> None:
    links = [(page, link) for page in PAGES for link in LINK.findall(page.read_text(encoding="utf-8"))]
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []


def anchors(page: Path) -> set[str]:
    """Return what the headings of a page are called in an address, as GitHub makes it of them."""
    headings = re.findall(r"(?m)^#+ (.+)$", page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_heading_that_is_linked_to_is_there() -> None:
    links = [(page, *link) for page in PAGES for link in ANCHOR.findall(page.read_text(encoding="utf-8"))]
    gone = [f"{page.name}: {to}#{at}" for page, to, at in links if at not in anchors(page.parent / to if to else page)]
    assert (gone, len(links) > 20) == ([], True)


def test_every_error_that_a_user_meets_has_an_entry_in_the_runbook() -> None:
    runbook = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    classes = [found for _, found in inspect.getmembers(errors, inspect.isclass)]
    raised = {found.__name__ for found in classes if issubclass(found, errors.MigrationError)}
    families = {base.__name__ for found in classes for base in found.__mro__[1:]}
    assert [name for name in sorted(raised - families | {"MappingInvalid"}) if f"`{name}`" not in runbook] == []

"""The documentation: what it shows can be typed, what it links to is there, and every error class has an entry."""

import inspect
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import sqlalchemy as sa
import typer.main

from crm_migration import errors
from crm_migration.cli import app
from demo import legacy, target
from tests.servers import fresh_database

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("benchmarks/*.md")])
SHOWN = re.compile(r"(?m)^\s*(crm-migration [a-z].*)$")
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
CONTACTS = 200


def shown(page: Path) -> list[str]:
    """Return the commands of the product that a page shows, without what is said of them."""
    return [line.split("  #")[0].split(" #")[0].strip() for line in SHOWN.findall(page.read_text(encoding="utf-8"))]


COMMANDS = sorted({(page.relative_to(ROOT).as_posix(), line) for page in PAGES for line in shown(page)})


def complaints(command: click.Command, context: click.Context, words: list[str]) -> str:
    """Return what the parser says of words it does not know or misses.

    A path or a number that stands for the reader's own is refused for its value only, and passes.
    """
    try:
        command.parse_args(context, list(words))
    except click.MissingParameter as missing:
        return missing.format_message()
    except click.BadParameter:
        return ""
    except click.UsageError as refused:
        return refused.format_message()
    return ""


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_a_command_that_is_shown_can_be_typed(page: str, line: str) -> None:
    command: click.Command = typer.main.get_command(app)
    words = shlex.split(line.replace("…", ""))[1:]
    context = click.Context(command, info_name="crm-migration")
    while isinstance(command, click.Group):
        name, *words = words
        found = command.get_command(context, name)
        assert found is not None, f"{page}: {line}: there is no such command"
        command, context = found, click.Context(found, parent=context, info_name=name)
    assert not complaints(command, context, words), f"{page}: {line}"


def test_every_page_that_is_linked_to_is_there() -> None:
    links = [(page, link) for page in PAGES for link in LINK.findall(page.read_text(encoding="utf-8"))]
    assert [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()] == []


def test_every_error_that_a_user_meets_has_an_entry_in_the_runbook() -> None:
    runbook = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    classes = [found for _, found in inspect.getmembers(errors, inspect.isclass)]
    raised = {found.__name__ for found in classes if issubclass(found, errors.MigrationError)}
    families = {base.__name__ for found in classes for base in found.__mro__[1:]}
    assert [name for name in sorted(raised - families | {"MappingInvalid"}) if f"`{name}`" not in runbook] == []


@pytest.fixture(scope="module")
def environment(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Return the connections of a small legacy CRM and of an empty target, as the command line reads them."""
    folder = tmp_path_factory.mktemp("readme")
    with fresh_database(postgres_server) as source, fresh_database(postgres_server) as new:
        legacy.write(source, contacts=CONTACTS, seed=7, truth_dir=folder)
        target.create(new, source)
        yield {
            "AIRFLOW_CONN_LEGACY_CRM": as_airflow_writes(source),
            "AIRFLOW_CONN_TARGET_CRM": as_airflow_writes(new),
            "CRM_MIGRATION_STAGING": str(folder / "staging"),
            "GX_ANALYTICS_ENABLED": "false",
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "HOME": str(folder),
        }


def as_airflow_writes(url: str) -> str:
    return sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.mark.timeout(900)
def test_the_readmes_commands_do_what_it_says_one_after_the_other(environment: dict[str, str]) -> None:
    """Those that ask for a mapping or files of the reader's own are tried where such are tested."""
    own = [line for line in shown(ROOT / "README.md") if "legacy_crm.yaml" in line]
    assert len(own) >= 7
    run_id = ""
    for line in own:
        words = shlex.split(line.replace("RUN", run_id))
        ran = subprocess.run(words, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, f"{line}\n{ran.stdout[-3000:]}\n{ran.stderr[-3000:]}"
        if words[1] == "run":
            (run_id,) = re.findall(r"cli__[0-9T:.-]+", ran.stdout)[:1]

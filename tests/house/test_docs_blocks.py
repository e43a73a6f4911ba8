"""Every command that the documentation shows is run, page by page and in its order, or is named with what runs it."""

import ast
import gc
import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_migration.connections import from_environment
from crm_migration.staging import RunFolder, TableWriter
from demo import legacy, target
from tests.house.desk import PEOPLE, Desk, empty_desk, lay_out_customers, lay_out_firm, lay_out_shop, lay_out_wizard
from tests.house.elsewhere import ELSEWHERE, OPTIONS
from tests.house.pages import LANGUAGES, PAGES, ROOT, Shown, blocks, commands_of, is_command
from tests.match.people import people
from tests.reload.firm import edit
from tests.servers import fresh_database

CONTACTS = 200
GUIDES = [page for page in PAGES if page.name != "CHANGELOG.md"]
SHOWN = [shown for page in GUIDES for shown in commands_of(page)]
FOLLOWED = "docs/add-a-source.md"
"""The page that test_add_a_source.py follows, with what it leads to."""
CHINESE = {"文件": "FILE", "文件或连接": "FILE_OR_CONNECTION"}
OPTION = re.compile(r"(?<!\S)--[a-z-]+")


@dataclass(frozen=True)
class Reading:
    """How a reader gets through a page: what stands on the desk, what they do before a command, what they then see."""

    lay_out: Callable[[Desk], object] = lambda _: None
    words: dict[str, str] = field(default_factory=dict)
    before: dict[str, Callable[[Desk], object]] = field(default_factory=dict)
    sees: dict[str, str] = field(default_factory=dict)


def _activate(desk: Desk) -> None:
    (desk.folder / ".venv").symlink_to(sys.prefix)


def _legacy_mapping(desk: Desk) -> None:
    lay_out_customers(desk)
    _activate(desk)
    shutil.copytree(ROOT / "include" / "mappings", desk.folder / "include" / "mappings")


def _stage_people(desk: Desk) -> None:
    lay_out_shop(desk)
    desk.words["MAPPING"] = "include/mappings/crm.yaml"
    with TableWriter(
        RunFolder(desk.environment["CRM_MIGRATION_STAGING"], "shop", "staged"), "contact", "clean"
    ) as table:
        table.write(people(PEOPLE))


def _clone(desk: Desk) -> None:
    _activate(desk)
    shutil.copy(ROOT / ".pre-commit-config.yaml", desk.folder)
    desk.type("git init --quiet")


def _run(desk: Desk) -> None:
    desk.type("crm-migration run MAPPING --run-id RUN")


def _repair(desk: Desk) -> None:
    edit(
        desk.folder / "rejected.xlsx",
        {("007", "mail"): "bond@one.example", ("p4", "last"): "Wu", ("p6", "firm"): "f1"},
    )


PLANNED = r"This is a plan\. Nothing has been written\."
COMPLETE = r"(?s)The migration is complete.+report: \S+report\.html"
RESULTS = "crm-migration results MAPPING --run-id RUN FILE…"
MODEL = r"contact: a model of kind person, from \d+ rows of run"
AS_BEFORE = "the target's content is what it was before the run"
LEGACY = "include/mappings/legacy_crm.yaml"
FIRM = {"MAPPING": "old.yaml", "RUN": "night"}
READINGS = {
    "README.md": Reading(
        _legacy_mapping,
        {"FILE": "customers.csv", "FILE_OR_CONNECTION": "customers.csv", "CRM": "crm"},
        {RESULTS: lay_out_wizard, "crm-migration train MAPPING": _stage_people},
        {
            "crm-migration preview FILE": "Müller GmbH",
            "crm-migration suggest FILE_OR_CONNECTION --target CRM": r"(?s)entities:.+account:.+from: Company",
            f"crm-migration preview {LEGACY}": "phone_mobile",
            f"crm-migration check {LEGACY}": "no faults, 7 entities",
            f"crm-migration plan {LEGACY}": PLANNED,
            f"crm-migration run {LEGACY}": COMPLETE,
            f"crm-migration report {LEGACY} --run-id RUN": COMPLETE,
            f"crm-migration rollback {LEGACY} --run-id RUN": AS_BEFORE,
            f"crm-migration backup {LEGACY}": r"backup \S+ reads back as it was taken",
            f"crm-migration review-target {LEGACY}": "the first review",
            RESULTS: "4 created",
            "crm-migration train MAPPING": MODEL,
        },
    ),
    "CONTRIBUTING.md": Reading(_clone, sees={".venv/bin/pre-commit install": "pre-commit installed at"}),
    "docs/faq.md": Reading(lay_out_firm, {"MAPPING": "old.yaml"}, sees={"crm-migration plan MAPPING": PLANNED}),
    "docs/fix-and-reload.md": Reading(
        lay_out_firm,
        FIRM,
        {
            "crm-migration rejected MAPPING RUN": _run,
            "crm-migration reload MAPPING RUN rejected.xlsx": _repair,
        },
        {
            "crm-migration rejected MAPPING RUN": "(?s)last_name: expected.+person: 5 open",
            "crm-migration rejected MAPPING RUN --out rejected.xlsx": "written: rejected.xlsx",
            "crm-migration rejected MAPPING RUN --out rejected.csv": "written: rejected.csv",
            "crm-migration reload MAPPING RUN rejected.xlsx": "person: 3 reloaded by run",
            "crm-migration report MAPPING --run-id RUN": "person: 5 rejected, 3 reloaded by run .+, 2 open",
        },
    ),
    "docs/matching.md": Reading(
        lay_out_shop,
        sees={
            "crm-migration plan include/mappings/crm.yaml": PLANNED,
            "crm-migration train include/mappings/crm.yaml --dry-run": MODEL,
            "crm-migration train include/mappings/crm.yaml": "crm.contact.model.json",
            "crm-migration run include/mappings/crm.yaml": COMPLETE,
            "crm-migration review list include/mappings/crm.yaml": r"(?m)^\W*12 .*shop\.contact:",
            "crm-migration review show include/mappings/crm.yaml 12": "family_name",
            'crm-migration review accept include/mappings/crm.yaml 12 13 --note "called her"': "(?s)12: same.+13: same",
            "crm-migration review reject include/mappings/crm.yaml 14": "14: different",
            "crm-migration review unsure include/mappings/crm.yaml 15": "15: unsure",
            "crm-migration unmerge include/mappings/crm.yaml contact 4711": "leaving: shop.contact:4712",
            "crm-migration unmerge include/mappings/crm.yaml contact 4711 --from 4712": "leaving: shop.contact:4712",
        },
    ),
    "docs/operations.md": Reading(
        lay_out_firm,
        FIRM,
        {"crm-migration rollback MAPPING --run-id RUN": _run},
        {
            "crm-migration check MAPPING": "no faults, 2 entities",
            "crm-migration plan MAPPING": PLANNED,
            "crm-migration rollback MAPPING --run-id RUN": AS_BEFORE,
            "crm-migration backup MAPPING": r"backup \S+ reads back as it was taken",
            "crm-migration review-target MAPPING": "the first review",
            "crm-migration rejected MAPPING RUN": "person: 5 open",
        },
    ),
    "docs/production.md": Reading(lambda desk: shutil.copy(ROOT / ".env.example", desk.folder)),
    "docs/targets/fxiaoke.md": Reading(),
    "docs/targets/import_files.md": Reading(lay_out_wizard, sees={RESULTS: "4 created"}),
}


@pytest.fixture(scope="module")
def two_crms(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Return the addresses of a small legacy CRM and of an empty target, by those that the README shows."""
    with fresh_database(postgres_server) as source, fresh_database(postgres_server) as new:
        legacy.write(source, contacts=CONTACTS, seed=7, truth_dir=tmp_path_factory.mktemp("truth"))
        target.create(new, source)
        yield {
            "postgresql://READER:PASSWORD@OLD-HOST/legacy_crm": as_airflow_writes(source),
            "postgresql://LOADER:PASSWORD@NEW-HOST/target_crm": as_airflow_writes(new),
        }


def as_airflow_writes(url: str) -> str:
    return sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def to_be_run(page: str) -> list[Shown]:
    return [shown for shown in SHOWN if shown.page == page and shown.command not in ELSEWHERE]


@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("ignore::ResourceWarning")  # a command's process would close its connections by ending
@pytest.mark.parametrize("page", READINGS)
def test_the_commands_of_a_page_do_what_it_says_one_after_the_other(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    reading, desk = READINGS[page], empty_desk(tmp_path / "desk")
    desk.words |= reading.words | (request.getfixturevalue("two_crms") if page == "README.md" else {})
    reading.lay_out(desk)
    for shown in to_be_run(page):
        reading.before.get(shown.command, lambda _: None)(desk)
        told = desk.type(shown.command)
        assert re.search(reading.sees.get(shown.command, ""), told), f"{page}:{shown.line}: {shown.command}\n{told}"
        for name in re.findall(r"^export AIRFLOW_CONN_(\w+)=", shown.command):
            monkeypatch.setenv(f"AIRFLOW_CONN_{name}", desk.environment[f"AIRFLOW_CONN_{name}"])
            assert from_environment(name.lower()).conn_type
    gc.collect()


def test_every_page_with_commands_is_read_and_no_reading_waits_for_what_is_not_shown() -> None:
    pages = {shown.page for shown in SHOWN if shown.command not in ELSEWHERE}
    assert pages - {FOLLOWED, "README.zh-CN.md"} == set(READINGS)
    for page, reading in READINGS.items():
        commands = {shown.command for shown in to_be_run(page)}
        assert reading.before.keys() | reading.sees.keys() <= commands, page
        assert {command for command in commands if "crm-migration " in command} <= reading.sees.keys(), page


def test_the_chinese_readme_shows_the_same_commands() -> None:
    def of(page: str) -> list[str]:
        return [
            re.sub("|".join(sorted(CHINESE, reverse=True)), lambda m: CHINESE[m[0]], c.command)
            for c in SHOWN
            if c.page == page
        ]

    ours, theirs = of("README.md"), of("README.zh-CN.md")
    assert [command for command in theirs if command not in ours] == []
    assert [command for command in ours if command not in theirs] == ["make demo DEMO_FLAGS=--exit"]


def test_what_is_not_run_here_is_run_elsewhere_and_is_still_shown() -> None:
    commands = {shown.command for shown in SHOWN}
    assert [command for command in ELSEWHERE if command not in commands] == []
    assert [missing for one in ELSEWHERE.values() if (missing := one.missing())] == []


def test_every_block_says_its_language_and_what_is_indented_is_no_command() -> None:
    apart = [block for page in GUIDES for block in blocks(page)]
    assert [f"{one.page}:{one.line}" for one in apart if one.language and one.language not in LANGUAGES] == []
    indented = [(block, line) for block in apart if not block.language for line in block.text.splitlines()]
    assert [f"{block.page}: {line}" for block, line in indented if is_command(line)] == []


@pytest.mark.parametrize("command", sorted({shown.command for shown in SHOWN if "make " in shown.command}))
def test_make_knows_every_target_that_is_shown(command: str) -> None:
    dry = re.sub(r"\bmake ", "make --dry-run ", command)
    ran = subprocess.run(["bash", "-c", dry], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def sources(module: str) -> list[Path]:
    """Return the files of a module's command line: of a package, all that lies in it."""
    found = importlib.util.find_spec(module)
    assert found is not None, f"there is no module {module}"
    place = Path(str(found.origin))
    return sorted(place.parent.glob("*.py")) if place.name == "__init__.py" else [place]


def options(module: str) -> set[str]:
    calls = [
        node
        for path in sources(module)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_argument"
    ]
    return {str(one.args[0].value) for one in calls if isinstance(one.args[0], ast.Constant)}


@pytest.mark.parametrize(
    ("module", "shown"),
    sorted(
        {(found[1], command) for command in ELSEWHERE if (found := re.match(r"python -m (\S+)", command))}
        | {("benchmarks", command) for command in ELSEWHERE if command.startswith("make bench")}
    ),
)
def test_a_module_knows_the_options_that_are_shown(module: str, shown: str) -> None:
    assert set(OPTION.findall(shown.replace('"', " "))) <= options(module)


def test_the_options_are_looked_at_where_the_table_says_so() -> None:
    named = [command for command, one in ELSEWHERE.items() if one.by == OPTIONS]
    assert [command for command in named if not command.startswith(("python -m ", "make bench"))] == []

"""The page for newcomers holds what it promises: its commands, run as they stand, lead to loaded records."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from crm_migration.mapping.reader import read_mapping
from tests.house.desk import Desk, empty_desk
from tests.house.elsewhere import ELSEWHERE
from tests.house.pages import ROOT, commands_of

# What these tests share is dear: one process makes it, once.
pytestmark = pytest.mark.xdist_group("add-a-source")

COMMANDS = [shown.command for shown in commands_of(ROOT / "docs/add-a-source.md")]
SEEN = {
    "preview": "Müller GmbH",
    "suggest": "written: ",
    "check": "no faults",
    "plan": "This is a plan",
    "run": "The migration is complete",
}


@pytest.fixture(scope="module")
def follower(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """The desk of somebody who has followed the page from top to bottom."""
    desk = empty_desk(tmp_path_factory.mktemp("newcomer"))
    del desk.environment["CRM_MIGRATION_STAGING"]
    for command in COMMANDS:
        if command not in ELSEWHERE:
            told = desk.type(command)
            program, _, rest = command.partition(" ")
            assert program != "crm-migration" or SEEN[rest.split()[0]] in told, told
    return desk


@pytest.fixture(scope="module")
def followed(follower: Desk) -> Path:
    """The folder in which they have worked."""
    return follower.folder


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / "crm.sqlite")) as crm:
        return crm.execute(query).fetchall()


def test_the_files_customers_are_in_the_target(followed: Path) -> None:
    assert rows(followed, "SELECT legacy_id, name, type, phone, billing_country FROM account ORDER BY legacy_id") == [
        ("0071", "Müller GmbH", "prospect", "+4930901820", "DE"),
        ("0072", "O'Brien & Sons", "customer", "+35316620200", "IE"),
        ("0073", "Société Dupont", "customer", "+33142685300", "FR"),
        ("0074", "Nordlicht AG", "prospect", "+4940428980", "DE"),
    ]


def test_times_are_read_in_the_zone_that_the_page_writes_into_the_mapping(followed: Path) -> None:
    ((created,),) = rows(followed, "SELECT created_at FROM account WHERE legacy_id = '0071'")
    assert str(created).startswith("2024-01-31 08:15")


def test_the_plan_of_the_database_touched_nothing(followed: Path) -> None:
    assert rows(followed, "SELECT count(*) FROM contact") == [(0,)]


def test_the_proposal_for_the_database_joins_the_link_table(followed: Path) -> None:
    mapping = read_mapping(followed / "include/mappings/legacy.yaml").mapping
    contact = mapping.entities["contact"]
    assert contact.query is not None
    assert "companies_people" in contact.query
    assert contact.watermark == "date_modified"
    assert [rule.equals for rule in contact.filters] == [["1"]]
    read = {name: spec.columns for name, spec in contact.fields.items()}
    assert read == {
        "legacy_id": ["id"],
        "first_name": ["given_name"],
        "last_name": ["surname"],
        "email": ["e_mail"],
        "mobile": ["cell_phone"],
        "birthdate": ["date_of_birth"],
        "do_not_call": ["no_calls"],
        "account_id": ["company_id"],
    }


def test_the_dag_file_is_the_four_lines_that_the_repository_has(followed: Path) -> None:
    def code(path: Path) -> list[str]:
        text = path.read_text(encoding="utf-8")
        return [line for line in text[text.index("from crm_migration") :].splitlines() if line]

    assert code(followed / "dags/trade_fair.py") == code(ROOT / "dags/legacy_crm.py")


def test_the_first_run_is_taken_back_as_the_page_says(follower: Desk, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(follower.folder, tmp_path / "copy"))
    environment = {
        name: value.replace(str(follower.folder), str(folder)) for name, value in follower.environment.items()
    }
    desk = Desk(folder, environment, {"…": "include/mappings/trade_fair.yaml"})
    (taking_back,) = [command for command in COMMANDS if command.startswith("crm-migration rollback ")]
    assert "4 unchanged" in desk.type("crm-migration run … --run-id second")
    desk.type("crm-migration rollback … --run-id second")
    assert "account: 4 removed" in desk.type(taking_back)
    assert rows(folder, "SELECT count(*) FROM account") == [(0,)]

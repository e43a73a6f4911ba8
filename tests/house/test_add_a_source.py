"""The page for newcomers holds what it promises: its commands, run as they stand, lead to loaded records."""

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from crm_migration.mapping.reader import read_mapping

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/add-a-source.md"
BLOCK = re.compile(r"^```shell\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shell_blocks() -> list[str]:
    return BLOCK.findall(PAGE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which somebody has followed the page from top to bottom."""
    folder = tmp_path_factory.mktemp("newcomer")
    command = folder / "bin" / "crm-migration"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m crm_migration.cli "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW_CONN_", "CRM_MIGRATION"))
    }
    path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(shell_blocks())],
        cwd=folder,
        env=kept | {"PATH": path, "PYTHONPATH": str(ROOT / "plugins"), "GX_ANALYTICS_ENABLED": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-6000:]
    return folder


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

"""The console: the same model as tables, also in a narrow terminal."""

import io
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from rich.console import Console

from crm_migration.report.assemble import report
from crm_migration.report.console import print_report
from crm_migration.report.model import OUTCOMES
from crm_migration.staging import open_table
from tests.report.staged_run import HOSTILE, Builder, check, facts, mapping


@pytest.fixture
def run(tmp_path: Path) -> Builder:
    return Builder(tmp_path, rows=2000).everything()


def printed(builder: Builder, width: int = 120, **changes: Any) -> str:
    out = io.StringIO()
    print_report(report(mapping(), builder.folder, facts(**changes)), Console(file=out, width=width))
    return out.getvalue()


def test_the_identity_fits_eighty_columns_unbroken(run: Builder) -> None:
    lines = printed(run, width=80).splitlines()
    assert max(map(len, lines)) <= 80
    contact = next(line for line in lines if line.startswith("contact"))
    outcomes = open_table(run.folder, "contact", "outcome").frame()["outcome"].to_list()
    counts = [f"{outcomes.count(outcome):,}" for outcome in OUTCOMES]
    assert contact.split() == ["contact", "2,000", *counts, "✓"]


def test_rejects_merges_and_the_verdict_are_printed(run: Builder) -> None:
    text = printed(run)
    assert "A required value is missing" in text
    assert HOSTILE[:12] in text
    assert "same e-mail: " in text
    assert "The migration is complete. 60 rows could not be taken over" in text
    assert "To undo: crm-migration rollback" in text
    assert "Failed checks" not in text
    assert "Rows not accounted for" not in text


def test_lost_rows_and_failed_checks_are_printed(run: Builder) -> None:
    run.write("contact", "outcome", open_table(run.folder, "contact", "outcome").frame().slice(1))
    line = check(
        "accuracy",
        "contact",
        "amount",
        "sum EUR",
        status="fail",
        source_value="1204333.10",
        failing_keys=["C-5"],
    )
    run.checks("full_checks", [line])
    text = printed(run)
    assert "✗" in text
    assert "C-1" in text
    assert "Sum EUR (full load)" in text
    assert "1,204,333.10" in text
    assert "The migration needs attention." in text


def test_a_key_is_neither_markup_nor_a_terminal_command(run: Builder) -> None:
    rejected = open_table(run.folder, "contact", "rejected").frame().head(1)
    run.write(
        "contact",
        "rejected",
        rejected.with_columns(_key=pl.lit("[red]x[/red]\x1b[2J"), reason=pl.lit("\x9b31m")),
    )
    text = printed(run)
    assert "[red]x[/red]" in text
    assert not set(text) & set("\x1b\x9b")


def test_a_run_that_stopped_at_once_is_printed(tmp_path: Path) -> None:
    text = printed(Builder(tmp_path), status="red", problems=["the source did not answer"])
    assert "the source did not answer" in text
    assert "To undo" not in text


def test_a_plan_is_printed_as_one(tmp_path: Path) -> None:
    text = printed(Builder(tmp_path, rows=100).everything("plan"), status="planned", mode="dry_run")
    assert "What would become of every row" in text
    assert "This is a plan. Nothing has been written." in text

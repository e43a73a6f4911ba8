"""The verdict: what turns a run red, and what it says."""

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from crm_migration.errors import StagingMissing
from crm_migration.report.assemble import report
from crm_migration.report.model import Report
from crm_migration.staging import open_table
from tests.report.staged_run import Builder, check, facts, mapping, passing_checks


@pytest.fixture
def run(tmp_path: Path) -> Builder:
    return Builder(tmp_path, rows=300).everything()


def made(builder: Builder, **changes: Any) -> Report:
    return report(mapping(), builder.folder, facts(**changes))


def drop(builder: Builder, *tables: tuple[str, str]) -> None:
    for entity, step in tables:
        shutil.rmtree(builder.folder.table(entity, step))


def test_a_good_run_is_green_and_counts_its_rejects(run: Builder) -> None:
    verdict = made(run).verdict
    assert verdict.state == "green"
    assert verdict.reasons == ()
    assert verdict.headline == "The migration is complete. 10 rows could not be taken over and wait for repair."
    assert verdict.summary.startswith("450 rows of 3 entities were read from legacy_crm for sales_cloud: ")


def test_a_run_without_rejects_says_that_every_row_is_accounted_for(tmp_path: Path) -> None:
    verdict = made(Builder(tmp_path, rows=6).everything()).verdict
    assert verdict.headline == "The migration is complete, and every row is accounted for."


def test_a_lost_row_turns_green_to_red(run: Builder) -> None:
    run.write("contact", "outcome", open_table(run.folder, "contact", "outcome").frame().slice(1))
    verdict = made(run).verdict
    assert verdict.state == "red"
    assert verdict.reasons == ("contact: not every row is accounted for: 1 row in no state.",)


def test_a_failed_check_turns_green_to_red(run: Builder) -> None:
    run.checks("full_checks", [*passing_checks(), check("validity", "contact", "email", "x", status="fail")])
    verdict = made(run).verdict
    assert verdict.state == "red"
    assert verdict.reasons == ("Validation of the full load: 1 check failed (contact).",)


def test_a_step_that_was_not_reached_turns_green_to_red(run: Builder) -> None:
    drop(run, ("contact", "outcome"), ("_run", "full_checks"))
    assert made(run).verdict.reasons == (
        "contact: not reached: Load.",
        "Validation of the full load was not reached.",
    )


def test_problems_come_first_and_once(run: Builder) -> None:
    run.checks("full_checks", [check("validity", "contact", "email", "x", status="fail")])
    verdict = made(run, status="red", problems=["the target was away", "the target was away"]).verdict
    assert verdict.reasons[0] == "the target was away"
    assert len(verdict.reasons) == 2


def test_a_rolled_back_run_stays_so_and_says_why(run: Builder) -> None:
    verdict = made(run, status="rolled_back", problems=["the sample did not pass"]).verdict
    assert verdict.state == "rolled_back"
    assert verdict.reasons == ("the sample did not pass",)


def test_a_sample_run_needs_no_full_load(run: Builder) -> None:
    drop(run, *((entity, "outcome") for entity in mapping().entities), ("_run", "full_checks"))
    verdict = made(run, status="sample_only", mode="sample_only").verdict
    assert verdict.state == "sample_only"
    assert verdict.summary.endswith("a sample of 150 records was loaded into sales_cloud.")


def test_a_plan_reads_what_would_become_of_each_row(tmp_path: Path) -> None:
    run = Builder(tmp_path, rows=300).everything(outcome="plan")
    found = made(run, status="planned", mode="dry_run", backups=[])
    assert found.verdict.state == "planned"
    assert found.verdict.headline == "This is a plan. Nothing has been written."
    assert " would be inserted, " in found.verdict.summary
    assert found.totals is not None
    assert found.totals.total == 450
    assert not found.undo.possible


def test_a_run_that_stopped_at_once_says_not_reached(tmp_path: Path) -> None:
    found = made(Builder(tmp_path), status="red", problems=["the source did not answer"])
    contact = found.entities[1]
    assert found.extracted is None
    assert found.totals is None
    assert [step.reached for step in contact.steps] == [False] * 5
    parts = (
        contact.rejections,
        contact.filters,
        contact.merges,
        contact.review,
        contact.quality,
        contact.sample,
    )
    assert parts == (None,) * 6
    assert contact.identity.holds is None
    assert found.full_checks is None
    assert not found.undo.possible


@pytest.mark.parametrize(
    "step", ["extract", "clean", "members", "golden", "outcome", "rejected", "filtered", "lineage"]
)
def test_any_table_may_be_missing(run: Builder, step: str) -> None:
    drop(run, ("contact", step))
    assert made(run).verdict.state in ("red", "green")


def test_a_part_that_is_gone_is_named(run: Builder) -> None:
    staged = open_table(run.folder, "contact", "outcome")
    (Path(staged.path) / staged.parts[0]).unlink()
    with pytest.raises(StagingMissing, match="contact/outcome: a part named by the manifest is missing"):
        made(run)


def test_time_is_the_clocks_or_the_steps_where_a_plan_has_no_start(run: Builder) -> None:
    assert made(run).seconds == 107
    assert made(run, finished_at=None).seconds is None
    started = facts().started_at
    steps = facts().steps
    assert made(run, finished_at=started).seconds == pytest.approx(sum(step.seconds for step in steps))


def test_totals_are_over_all_entities(run: Builder) -> None:
    found = made(run)
    counted: dict[str, int] = {}
    for entity in mapping().entities:
        outcomes = open_table(run.folder, entity, "outcome").frame()["outcome"].value_counts(name="rows")
        for outcome, rows in outcomes.iter_rows():
            counted[outcome] = counted.get(outcome, 0) + rows
    assert found.totals is not None
    assert found.totals.as_dict() == counted
    assert found.extracted == pl.Series(list(counted.values())).sum()

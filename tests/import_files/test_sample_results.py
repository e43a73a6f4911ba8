"""The wizard's results of the sample may be read before the rest of the run is loaded, and those of an import again."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import pytest

from crm_migration import pipeline
from crm_migration.errors import BackupUnreadable, OperatorNeeded, TargetUnavailable
from crm_migration.ledger.lease import Terms, lease
from crm_migration.load.import_files import taken_back
from crm_migration.load.import_files.which_files import Said
from tests.import_files.wizard_runs import Records, Wizard

ALIKE = ", ".join(f"('q{number}', 'Lee', NULL, NULL, NULL, NULL, 'f1')" for number in range(20, 60))
STATES = "SELECT external_key, state FROM crm_migration_api_call"


@pytest.fixture
def wizard(tmp_path: Path) -> Iterator[Wizard]:
    root = tmp_path / "case"
    with closing(Wizard(root, f"sqlite:///{root / 'ledger.sqlite'}")) as made:
        yield made


def load_sample(wizard: Wizard, run_id: str) -> dict[tuple[str, str], Records]:
    """Carry out a run until its sample is handed over; return the records by object and action."""
    job = wizard.job(run_id)
    pipeline.prepare_steps(job)
    pipeline.backup(job)
    pipeline.load_sample(job)
    with lease(job.target.ledger, f"legacy/{run_id}", "test") as token:
        job.target.hand_over(job.load_job(), job.folder, "sample", token)
    return handed(wizard, run_id, "sample")


def load_rest(wizard: Wizard, run_id: str) -> dict[tuple[str, str], Records]:
    job = wizard.job(run_id)
    for name in job.order:
        pipeline.load_entity(job, name)
    wizard.last_steps(job)
    return handed(wizard, run_id, "full")


def handed(wizard: Wizard, run_id: str, phase: str) -> dict[tuple[str, str], Records]:
    return {(name, action): rows for name, action, rows in wizard.imports(run_id, phase)}


def all_but(rows: Records, refused: str) -> dict[str, tuple[str, str]]:
    return {key: ("", "no") if key == refused else (f"c{key}", "") for key in rows}


def test_a_record_that_the_sample_was_refused_is_created_by_the_rest(wizard: Wizard) -> None:
    wizard.change(f"INSERT INTO people VALUES {ALIKE}")
    sample = load_sample(wizard, "one")["Contact", "insert"]
    victim = min(sample)
    first = wizard.result("first.csv", "legacy_key", all_but(sample, victim))
    assert wizard.results("one", first) == {"Contact": {"refused": 1, "created": len(sample) - 1}}
    rest = load_rest(wizard, "one")["Contact", "insert"]
    assert set(rest) & set(sample) == {victim}
    assert len(rest) + len(sample) == 44 + 1
    before = wizard.content("one")
    wizard.last_steps(wizard.job("one"))
    assert wizard.content("one") == before
    second = wizard.result("second.csv", "legacy_key", {key: (f"c{key}", "") for key in rest})
    assert wizard.results("one", second) == {"Contact": {"created": len(rest)}}
    assert {state for _, state in wizard.rows(STATES)} == {"confirmed"}
    assert wizard.load("two") == {"unchanged": 44}


def test_a_change_that_the_sample_was_refused_goes_with_the_rest_and_may_be_refused_again(wizard: Wizard) -> None:
    wizard.load("one")
    wizard.change("UPDATE people SET name = 'Reed'")
    sample = load_sample(wizard, "two")["Contact", "update"]
    refused = wizard.result("r.csv", "legacy_key", all_but(sample, "p1"))
    wizard.results("two", refused)
    assert set(load_rest(wizard, "two")["Contact", "update"]) & set(sample) == {"p1"}
    wizard.results("two", wizard.result("again.csv", "legacy_key", {"p1": ("", "still not")}))
    wizard.results("two", wizard.result("again.csv", "legacy_key", {"p1": ("", "still not")}))
    assert wizard.rows("SELECT source_key, message FROM crm_migration_rejected_row") == [("p1", "still not")]
    assert wizard.load("three") == {"updated": 1, "unchanged": 3}
    assert wizard.actions("three") == {("Contact", "update", "p1")}


def test_a_record_of_the_sample_whose_second_import_was_refused_is_not_created_again(wizard: Wizard) -> None:
    sample = load_sample(wizard, "one")
    victim = min(sample["Account", "update"])
    again = wizard.result("u.csv", "Legacy key", all_but(sample["Account", "update"], victim))
    wizard.results("one", again, said=Said("Account", "update"))
    made = wizard.result("c.csv", "Legacy key", {key: (f"c{key}", "") for key in sample["Account", "insert"]})
    wizard.results("one", made, said=Said("Account", "insert"))
    rest = load_rest(wizard, "one")
    assert victim not in rest.get(("Account", "insert"), {})
    assert rest["Account", "update"][victim] == sample["Account", "update"][victim]
    assert wizard.load("two", "account") == {"unchanged": 4}


def test_a_refused_record_that_was_imported_by_hand_afterwards_is_told_and_nothing_changes(wizard: Wizard) -> None:
    wizard.load("one")
    people: Records = {key: {} for key in ("p1", "p2", "p3", "p4")}
    wizard.results("one", wizard.result("first.csv", "legacy_key", all_but(people, "p1")))
    before = sorted(wizard.rows(STATES))
    for told in (all_but(people, ""), {"p3": ("", "no")}):
        with pytest.raises(OperatorNeeded, match=r"Contact: expected that .* found 1 that .* delete in the CRM"):
            wizard.results("one", wizard.result("second.csv", "legacy_key", told))
    assert sorted(wizard.rows(STATES)) == before
    assert wizard.rows("SELECT source_key FROM crm_migration_rejected_row") == [("p1",)]
    assert wizard.load("two") == {"inserted": 1, "unchanged": 3}
    later = wizard.result("later.csv", "legacy_key", {"p1": ("cp1", "")})
    assert wizard.results("two", later) == {"Contact": {"created": 1}}


def test_results_wait_for_a_load_of_the_same_run_that_is_at_work(
    wizard: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    wizard.load("one")
    file = wizard.result("r.csv", "legacy_key", {"p1": ("c1", "")})
    target = wizard.job("one").target
    monkeypatch.setattr(taken_back, "lease", lambda *whose: lease(*whose, Terms(wait_seconds=0)))
    with lease(target.ledger, "legacy/one", "load") as token:
        with pytest.raises(TargetUnavailable, match="found run legacy/one loading"):
            wizard.results("one", file)
        with target.transaction() as connection:
            target.ledger.check_fence(connection, token)
    assert wizard.results("one", file) == {"Contact": {"created": 4}}


def test_results_of_a_run_that_is_undone_while_they_wait_change_nothing(
    wizard: Wizard, monkeypatch: pytest.MonkeyPatch
) -> None:
    wizard.load("one")

    def waiting(*whose: Any) -> AbstractContextManager[int]:
        wizard.undo("one")
        return lease(*whose)

    monkeypatch.setattr(taken_back, "lease", waiting)
    with pytest.raises(OperatorNeeded, match="found one that was rolled back"):
        wizard.results("one", wizard.result("r.csv", "legacy_key", {"p1": ("c1", "")}))
    assert wizard.rows(STATES) == []


def test_a_refused_change_whose_before_images_are_gone_is_told_and_nothing_changes(wizard: Wizard) -> None:
    wizard.load("one")
    wizard.change("UPDATE people SET name = 'Reed' WHERE id = 'p2'")
    wizard.load("two")
    gone = list((wizard.root / "staging" / "legacy" / "two").glob("*/backup"))
    assert gone
    for step in gone:
        shutil.rmtree(step)
    with pytest.raises(BackupUnreadable, match=r"^Contact: expected the before-images of 1 .* found 0; nothing"):
        wizard.results("two", wizard.result("r.csv", "legacy_key", {"p2": ("", "no")}))
    assert wizard.rows(STATES) == []
    assert wizard.rows("SELECT source_key FROM crm_migration_rejected_row") == []

"""Deleted rows of a source that must not take their records along: half an export, a crash, people's edits."""

from pathlib import Path

import pytest

from crm_migration import pipeline
from crm_migration.errors import FencedOut, ToleranceExceeded
from crm_migration.load import retire
from crm_migration.staging import TableWriter, open_table
from tests.fencing import take_fence
from tests.load.source_deletes import Scene


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Scene:
    """The same on one engine, for what no engine does in its own way."""
    return Scene.make(tmp_path, sqlite_url)


@pytest.mark.parametrize("day", [None, 2])
def test_a_half_empty_export_wipes_nothing(small: Scene, day: int | None) -> None:
    rows = ", ".join(f"('n{number}', 'N', NULL, NULL, '0', '2026-01-01 08:00:00')" for number in range(30))
    small.source(f"INSERT INTO firms VALUES {rows}")
    small.load("one", day=1 if day else None)
    before = small.content()
    small.source("DELETE FROM firms WHERE id LIKE 'n%'")
    with pytest.raises(ToleranceExceeded, match=r"account: 30 of 34 rows are gone"):
        small.load("two", day=day)
    assert small.content() == before
    small.describe(("deleted_share: 0.5", "deleted_share: 0.9"))
    small.load("three", day=day)
    assert small.accounts() == ["f1", "f2", "f3", "f4"]


def test_an_empty_export_is_refused_however_few_rows_there_were(small: Scene) -> None:
    small.load("one")
    small.source("DELETE FROM people")
    with pytest.raises(ToleranceExceeded, match=r"contact: 4 of 4 rows are gone"):
        small.load("two")
    assert small.flagged() == []


def test_a_step_that_is_repeated_tells_and_does_the_same(small: Scene) -> None:
    small.load("one")
    small.source("DELETE FROM firms WHERE id = 'f4'; DELETE FROM people WHERE id = 'p4'")
    small.load("two")
    before, told = small.content(), [small.done("two", name) for name in ("account", "contact")]
    small.load("two")
    assert small.content() == before
    assert [small.done("two", name) for name in ("account", "contact")] == told
    small.undo("two")
    assert small.accounts() == ["f1", "f2", "f3", "f4"]


def test_a_crash_before_the_commit_leaves_nothing_and_the_repeat_does_it(
    small: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.load("one")
    before = small.content()
    small.source("DELETE FROM firms WHERE id = 'f4'")

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(retire, "_mark", crash)
        with pytest.raises(KeyboardInterrupt):
            small.load("two")
    assert small.content() == before
    small.load("two")
    assert small.accounts() == ["f1", "f2", "f3"]


def test_a_zombie_deletes_nothing(small: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    small.load("one")
    before = small.content()
    small.source("DELETE FROM firms WHERE id = 'f4'")
    taken = retire.fates

    def overtaken(job: retire.LoadJob, folder: retire.RunFolder) -> retire.Fates:
        take_fence(job.target.ledger, "the newer attempt")
        return taken(job, folder)

    monkeypatch.setattr(retire, "fates", overtaken)
    with pytest.raises(FencedOut):
        small.load("two")
    assert small.content() == before


def test_a_record_changed_between_backup_and_deletion_is_left_to_the_next_run(small: Scene) -> None:
    small.load("one")
    small.source("DELETE FROM firms WHERE id = 'f4'")
    job = small.job("two")
    pipeline.prepare_steps(job)
    pipeline.backup(job)
    small.edit("UPDATE account SET memo = 'typed in just now' WHERE legacy_id = 'f4'")
    for entity in job.order:
        pipeline.load_entity(job, entity)
    pipeline.retire_records(job)
    job.target.close()
    assert small.done("two", "account") == {"f4": "changed_since_backup"}
    small.load("three")
    assert small.done("three", "account") == {"f4": "deleted"}


def test_a_record_that_a_person_made_anew_is_taken_over(small: Scene) -> None:
    small.load("one")
    small.source("DELETE FROM firms WHERE id = 'f4'")
    small.load("two")
    small.edit("INSERT INTO account (id, legacy_id, name) VALUES (77, 'f4', 'made by hand')")
    small.source("INSERT INTO firms VALUES ('f4', 'Four', NULL, NULL, '0', '2026-01-01 08:00:00')")
    small.load("three")
    assert small.ask("SELECT id, name FROM account WHERE legacy_id = 'f4'") == [(77, "Four")]
    small.load("four")
    assert small.outcomes("four", "account") == {"unchanged": 4}


def test_a_flag_that_people_set_or_cleared_is_theirs(small: Scene) -> None:
    small.load("one")
    small.edit(f"UPDATE contact SET gone = {True} WHERE legacy_id = 'p2'")
    small.source("DELETE FROM people WHERE id IN ('p2', 'p4')")
    small.load("two")
    assert small.done("two", "contact") == {"p2": "flagged_in_target", "p4": "flagged"}
    small.edit(f"UPDATE contact SET gone = {False} WHERE legacy_id = 'p4'")
    small.load("three")
    assert small.flagged() == ["p2"]
    small.source("INSERT INTO people VALUES ('p2', 'Ray', 'ray@x.example', 'f2', '2026-01-01 08:00:00')")
    small.load("four")
    assert small.flagged() == ["p2"]


def test_with_keep_no_key_is_read(small: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    small.describe(
        ("on_source_delete: delete", "on_source_delete: keep"),
        ("on_source_delete: flag, deleted_flag: gone", "on_source_delete: keep"),
    )
    small.load("one", day=1)
    small.source("DELETE FROM firms; DELETE FROM people")
    monkeypatch.delattr("crm_migration.extract.database.DatabaseSource.keys")
    small.load("two", day=2)
    assert len(small.accounts()) == 4


def test_a_sample_that_is_rolled_back_leaves_a_deleted_record_deleted(small: Scene) -> None:
    small.load("one")
    small.source("CREATE TABLE kept AS SELECT * FROM firms; DELETE FROM firms WHERE id = 'f4'")
    small.load("two")
    before = small.content()
    small.source("DELETE FROM firms; INSERT INTO firms SELECT * FROM kept")
    job = small.job("three")
    pipeline.prepare_steps(job)
    pipeline.backup(job)
    pipeline.load_sample(job)
    assert "f4" in small.accounts()
    assert pipeline.undo(job, force=True).differing == []
    job.target.close()
    assert small.content() == before
    small.load("four")
    assert small.done("four", "account") == {"f4": "reinserted"}


def test_a_row_that_is_back_when_the_run_is_taken_up_again_is_no_new_record(small: Scene) -> None:
    small.load("one")
    small.source("CREATE TABLE kept AS SELECT * FROM firms; DELETE FROM firms WHERE id = 'f4'")
    small.load("two")
    small.source("DELETE FROM firms; INSERT INTO firms SELECT * FROM kept")
    small.load("two")
    assert small.accounts() == ["f1", "f2", "f3", "f4"]
    small.undo("two")
    assert small.accounts() == ["f1", "f2", "f3", "f4"]


def test_rows_that_cannot_be_read_keep_every_record(small: Scene) -> None:
    small.load("one")
    small.source("DELETE FROM firms WHERE id = 'f4'")
    job = small.job("two")
    pipeline.prepare_steps(job)
    staged = open_table(job.folder, "account", "extract")
    with TableWriter(job.folder, "account", "extract") as writer:
        writer.write(staged.frame())
        writer.finish(**{**staged.facts, "unreadable": 1})
    pipeline.backup(job)
    for entity in job.order:
        pipeline.load_entity(job, entity)
    pipeline.retire_records(job)
    job.target.close()
    assert small.done("two", "account") == {}
    small.load("three")
    assert small.done("three", "account") == {"f4": "deleted"}

"""Rows that the source no longer has: their records are flagged or deleted, and come back with them."""

import io
from pathlib import Path

import pytest
import sqlalchemy as sa
from rich.console import Console

from crm_migration import pipeline
from crm_migration.errors import ToleranceExceeded
from crm_migration.report.console import print_report
from crm_migration.report.model import Report
from crm_migration.report.page import render_html
from crm_migration.staging import open_table
from tests.load.source_deletes import BOTH_DELETED, Scene


@pytest.fixture
def scene(any_database_url: str, tmp_path: Path) -> Scene:
    return Scene.make(tmp_path, any_database_url)


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Scene:
    """The same on one engine, for what no engine does in its own way."""
    return Scene.make(tmp_path, sqlite_url)


def test_a_record_goes_with_its_last_row_and_comes_back_with_it(scene: Scene) -> None:
    scene.load("one")
    before, ids = scene.content(), scene.ask("SELECT legacy_id, id FROM account ORDER BY 1")
    scene.source(
        "CREATE TABLE kept_firms AS SELECT * FROM firms; CREATE TABLE kept_people AS SELECT * FROM people;"
        "DELETE FROM firms WHERE id IN ('f2', 'f3'); DELETE FROM people WHERE id IN ('p2', 'p4')"
    )
    scene.edit("UPDATE contact SET account_id = NULL WHERE legacy_id = 'p2'")
    scene.load("two")
    assert scene.accounts() == ["f1", "f4"]
    assert scene.flagged() == ["p2", "p4"]
    assert scene.done("two", "account") == {"f2": "deleted", "f3": "deleted"}
    assert scene.done("two", "contact") == {"p2": "flagged", "p4": "flagged"}
    gone = scene.content()
    scene.load("three")
    assert scene.content() == gone
    assert scene.done("three", "account") == scene.done("three", "contact") == {}
    scene.source("DELETE FROM firms; INSERT INTO firms SELECT * FROM kept_firms;")
    scene.source("DELETE FROM people; INSERT INTO people SELECT * FROM kept_people")
    scene.load("four")
    assert scene.outcomes("four", "account") == {"unchanged": 2, "inserted": 2}
    assert scene.done("four", "account") == {"f2": "reinserted", "f3": "reinserted"}
    assert scene.done("four", "contact") == {"p2": "unflagged", "p4": "unflagged"}
    assert scene.ask("SELECT legacy_id, id FROM account ORDER BY 1") == ids
    scene.edit("UPDATE contact SET account_id = (SELECT id FROM account WHERE legacy_id = 'f2') WHERE legacy_id = 'p2'")
    assert scene.content() == before


def test_each_run_of_them_is_undone_to_the_byte(scene: Scene) -> None:
    logo = "'\\x00ff10'" if scene.url.startswith("postgresql") else "x'00ff10'"
    scene.load("one")
    scene.edit(
        f"UPDATE account SET logo = {logo}, seen = '2026-01-02 03:04:05', vip = true, memo = 'a \"b\" \\N', fee = 1.50",
        "UPDATE contact SET account_id = NULL WHERE legacy_id = 'p2'",
    )
    before = scene.content()
    scene.source("CREATE TABLE kept AS SELECT * FROM firms; DELETE FROM firms WHERE id IN ('f2', 'f3');")
    scene.source("DELETE FROM people WHERE id = 'p4'")
    scene.load("two")
    after = scene.content()
    assert after != before
    scene.source("DELETE FROM firms; INSERT INTO firms SELECT * FROM kept")
    scene.source("INSERT INTO people VALUES ('p4', 'Low', NULL, NULL, '2026-01-01 08:00:00')")
    scene.load("three")
    assert scene.undo("three").differing == []
    assert scene.content() == after
    undone = scene.undo("two")
    assert undone.differing == []
    assert undone.counts == {"account": {"restored": 2, "removed": 0}, "contact": {"restored": 2, "removed": 0}}
    assert scene.content() == before
    scene.load("four")
    assert scene.content() == before
    assert scene.outcomes("four", "account") == {"unchanged": 4}


def test_what_others_refer_to_and_what_people_edited_stays_and_is_told(scene: Scene) -> None:
    scene.load("one")
    scene.edit(
        "INSERT INTO invoice (account_id) SELECT id FROM account WHERE legacy_id = 'f1'",
        "UPDATE account SET name = 'a person wrote this' WHERE legacy_id = 'f4'",
    )
    scene.source("DELETE FROM firms")
    scene.describe(("deleted_share: 0.5", "deleted_share: 1"))
    scene.load("two")
    assert scene.accounts() == ["f1", "f2", "f3", "f4"]
    assert scene.done("two", "account") == {
        "f1": "referred_to_in_target", "f2": "referred_to_in_target", "f3": "referred_to_in_target",
        "f4": "edited_in_target",
    }  # fmt: skip
    table = "crm_migration.rejected_row" if "postgres" in scene.url else "crm_migration_rejected_row"
    assert scene.ask(f"SELECT count(*) FROM {table} WHERE step = 'retire'") == [(4,)]
    scene.edit("UPDATE contact SET account_id = NULL WHERE legacy_id = 'p2'")
    scene.load("three")
    assert scene.accounts() == ["f1", "f4"]
    assert scene.ask("SELECT count(*) FROM invoice") == [(1,)]


def test_a_record_that_the_target_refuses_to_delete_does_not_keep_the_others(scene: Scene) -> None:
    scene.load("one")
    body = {
        "sqlite": "CREATE TRIGGER holds BEFORE DELETE ON account WHEN OLD.legacy_id = 'f4' "
        "BEGIN SELECT RAISE(ABORT, 'not this one'); END",
        "mysql": "CREATE TRIGGER holds BEFORE DELETE ON account FOR EACH ROW BEGIN IF OLD.legacy_id = 'f4' THEN "
        "SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not this one'; END IF; END",
        "postgresql": "CREATE FUNCTION holds() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF OLD.legacy_id = 'f4' "
        "THEN RAISE EXCEPTION 'not this one'; END IF; RETURN OLD; END $$; CREATE TRIGGER holds BEFORE DELETE ON "
        "account FOR EACH ROW EXECUTE FUNCTION holds()",
    }[sa.make_url(scene.url).get_backend_name()]
    scene.edit(body, "UPDATE contact SET account_id = NULL")
    scene.source("DELETE FROM firms WHERE id <> 'f1'")
    scene.describe(("deleted_share: 0.5", "deleted_share: 1"))
    scene.load("two")
    assert scene.accounts() == ["f1", "f4"]
    assert scene.done("two", "account") == {"f2": "deleted", "f3": "deleted", "f4": "refused_by_target"}


def test_without_foreign_keys_the_mappings_references_hold(small: Scene, tmp_path: Path) -> None:
    (tmp_path / "loose").mkdir()
    loose = Scene.make(tmp_path / "loose", f"sqlite:///{tmp_path / 'loose.sqlite'}", foreign_keys=False)
    loose.load("one")
    loose.source("DELETE FROM firms WHERE id IN ('f1', 'f4')")
    loose.load("two")
    assert loose.done("two", "account") == {"f1": "referred_to_in_target", "f4": "deleted"}


def test_accounts_and_contacts_that_refer_to_each_other_go_together(scene: Scene) -> None:
    scene.describe(BOTH_DELETED)
    scene.load("one")
    before = scene.content()
    scene.source("DELETE FROM firms WHERE id IN ('f2', 'f3'); DELETE FROM people WHERE id = 'p2'")
    scene.load("two")
    assert scene.accounts() == ["f1", "f4"]
    assert scene.ask("SELECT legacy_id FROM contact ORDER BY 1") == [("p1",), ("p4",)]
    scene.undo("two")
    assert scene.content() == before


def test_a_record_stays_while_another_of_its_rows_is_there(small: Scene) -> None:
    small.load("one")
    small.source("DELETE FROM people WHERE id = 'p1'")
    small.load("two")
    assert small.done("two", "contact") == {"p1": "noted"}
    assert small.flagged() == []
    small.source("DELETE FROM people WHERE id = 'p3'")
    small.load("three")
    assert small.done("three", "contact") == {"p3": "flagged"} or small.done("three", "contact") == {"p1": "flagged"}
    assert small.flagged() == ["p1"]


def test_a_new_row_of_a_flagged_record_unflags_it(small: Scene) -> None:
    small.load("one")
    small.source("DELETE FROM people WHERE id = 'p2'")
    small.load("two")
    assert small.flagged() == ["p2"]
    small.source("INSERT INTO people VALUES ('p9', 'Ray', 'ray@x.example', NULL, '2026-01-05 08:00:00')")
    small.load("three")
    assert small.flagged() == []
    assert small.outcomes("three", "contact")["merged"] == 2


def test_a_row_that_a_filter_takes_out_counts_as_gone(small: Scene) -> None:
    small.load("one")
    small.source("UPDATE firms SET closed = '1' WHERE id = 'f4'")
    small.load("two")
    assert small.accounts() == ["f1", "f2", "f3"]
    assert small.outcomes("two", "account") == {"filtered": 1, "unchanged": 3}


def test_a_row_with_a_fault_is_not_gone(small: Scene) -> None:
    small.load("one")
    small.source("UPDATE firms SET name = NULL WHERE id = 'f4'")
    small.load("two")
    assert small.outcomes("two", "account")["rejected"] == 1
    assert "f4" in small.accounts()


def test_windows_see_deletions_and_rows_that_are_back_though_their_watermark_is_old(small: Scene) -> None:
    small.load("one", day=1)
    small.source("DELETE FROM firms WHERE id = 'f4'; DELETE FROM people WHERE id = 'p4'")
    small.load("two", day=2)
    assert small.outcomes("two", "account") == {}
    assert (small.accounts(), small.flagged()) == (["f1", "f2", "f3"], ["p4"])
    small.source("INSERT INTO firms VALUES ('f4', 'Four', NULL, NULL, '0', '2026-01-01 08:00:00')")
    small.source("INSERT INTO people VALUES ('p4', 'Low', NULL, NULL, '2026-01-01 08:00:00')")
    small.load("three", day=3)
    assert small.outcomes("three", "account") == {"inserted": 1}
    assert (small.accounts(), small.flagged()) == (["f1", "f2", "f3", "f4"], [])


def test_a_plan_shows_what_would_be_and_touches_nothing(small: Scene) -> None:
    small.load("one")
    before = small.content()
    small.source("DELETE FROM firms WHERE id IN ('f1', 'f4'); DELETE FROM people WHERE id = 'p4'")
    job = small.job("would", dry_run=True)
    pipeline.run_line(job, lambda _: None)
    job.target.close()
    assert small.content() == before
    assert small.done("would", "account", "source_deletes_plan") == {"f1": "referred_to_in_target", "f4": "deleted"}
    assert small.done("would", "contact", "source_deletes_plan") == {"p4": "flagged"}


def test_the_whole_line_stays_green(scene: Scene) -> None:
    scene.run("one")
    scene.source("DELETE FROM firms WHERE id = 'f4'; DELETE FROM people WHERE id = 'p4'")
    scene.run("two")
    assert (scene.accounts(), scene.flagged()) == (["f1", "f2", "f3"], ["p4"])
    checks = open_table(scene.job("two").folder, "_run", "full_checks").frame()
    told = set(checks.select("entity", "name", "source_value", "status").iter_rows())
    assert ("account", "deleted_records_gone", "1", "pass") in told
    assert ("contact", "flagged_records_flagged", "1", "pass") in told
    assert "deleted_in_target" not in checks["name"]
    scene.source("INSERT INTO firms VALUES ('f4', 'Four', NULL, 'p4', '0', '2026-01-01 08:00:00')")
    scene.run("three")
    assert scene.accounts() == ["f1", "f2", "f3", "f4"]


def test_the_report_tells_what_was_flagged_deleted_kept_and_brought_back(small: Scene) -> None:
    small.load("one")
    small.source("DELETE FROM firms WHERE id IN ('f1', 'f4'); DELETE FROM people WHERE id = 'p4'")
    job = small.job("would", dry_run=True)
    planned, _, _ = pipeline.run_line(job, lambda _: None)
    job.target.close()
    made = small.load("two")
    for report in (planned, made):
        told = {entity.name: entity.source_deletes for entity in report.entities}
        assert [(line.action, line.reason, line.records, line.keys) for line in told["account"].records] == [
            ("deleted", None, 1, ("f4",)), ("kept", "referred_to_in_target", 1, ("f1",)),
        ]  # fmt: skip
        assert [(line.action, line.keys) for line in told["contact"].records] == [("flagged", ("p4",))]
        assert (told["contact"].rows_gone, told["contact"].known) == (1, 4)
    page, printed = render_html(made), _printed(made)
    for words in ("Deleted in the target", "Kept: other records of the target refer to it", "Flagged in the target"):
        assert words in page
        assert words.split(":")[0] in printed
    assert "Would be deleted" in render_html(planned)


def _printed(made: Report) -> str:
    console = Console(width=200, file=io.StringIO())
    print_report(made, console)
    return console.file.getvalue()


def test_a_plan_of_a_half_empty_export_says_that_the_run_would_stop(small: Scene) -> None:
    small.load("one")
    small.source("DELETE FROM people")
    job = small.job("would", dry_run=True)
    made, _, failed = pipeline.run_line(job, lambda _: None)
    job.target.close()
    assert isinstance(failed, ToleranceExceeded)
    assert made.entities[1].source_deletes.rows_gone == 4

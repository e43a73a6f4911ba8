"""A CRM behind calls whose searches are late, whose people work beside a run, and which refuses what it is told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from crm_migration import pipeline
from crm_migration.errors import ChangedSince, FencedOut, TargetUnavailable
from crm_migration.ledger.lease import lease
from crm_migration.load.replica.calls import carry_out
from crm_migration.load.replica.create import LATE_LOOKS
from crm_migration.load.replica.deliver import Undelivered
from crm_migration.load.replica.give_up import give_up
from crm_migration.load.replica.refresh import latest_until, readable
from crm_migration.staging import open_table
from tests.load.record_crm import Killed, MemoryCrm
from tests.load.replica_scene import MAPPING, Scene, make, plain

ACCOUNTS, _, _ = MAPPING.partition("  contact:")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Return a scene with accounts alone, its ledger in SQLite."""
    made = make(tmp_path)
    made.mapping = ACCOUNTS
    return made


def load(scene: Scene, run_id: str) -> dict[str, int]:
    """Carry out a run but for its sample, its validation and its report; return the accounts by outcome."""
    return scene.load(run_id, "account")


def once(name: str, act: Callable[[], str | None]) -> Callable[[int, str], str | None]:
    """Return a fault that does something before the first call of a name."""
    left = [act]
    return lambda _number, called: left.pop()() if called == name and left else None


def rejected(scene: Scene, run_id: str) -> dict[str, tuple[str, str | None, str, str]]:
    """Return step, field, reason and message of the ledger's rejected rows of a run, by source key."""
    with scene.job(run_id) as job, job.target.engine.connect() as connection:
        table = job.target.ledger.tables.rejected_row
        rows = connection.execute(table.select().where(table.c.run_no == job.run_no)).all()
    return {row.source_key: (row.step, row.field, row.reason, row.message) for row in rows}


def killed_at(scene: Scene, run_id: str, kind: str, name: str = "create") -> None:
    """Begin a run that is killed at its first call of a name, before or after the CRM has done it."""
    with scene.job(run_id) as job:
        pipeline.prepare_steps(job)
        scene.crm.fault = once(name, lambda: kind)
        with pytest.raises(Killed):
            scene.carry_out(job)


# The second pass.


def test_a_reference_that_the_crm_refuses_is_named_in_ledger_and_report(scene: Scene) -> None:
    scene.crm.locked = {"parent"}
    load(scene, "one")
    with scene.job("one") as job:
        made, _ = pipeline.finish(job, [])
    told = ("link", "parent", "refused_by_target", "refused with code 20012, about field parent")
    assert rejected(scene, "one") == {"f1": told, "f3": told}
    assert "account: 2 rows are loaded without what the target refused in the second pass." in made.verdict.reasons
    (line,) = made.entities[0].rejections or ()
    assert (line.step, line.field, line.rows, line.examples[0].message) == ("link", "parent", 2, told[3])
    scene.crm.locked = set()
    load(scene, "two")
    assert rejected(scene, "two") == {}
    assert plain(scene.crm)["AccountObj"]["f1"]["parent"] == "f3"


# Searches that are late.


def finding(crm: MemoryCrm, lost: str, look: int, act: Callable[[], str | None]) -> None:
    """Have the answer to the first new record be lost, and something happen at the given look for a record after it."""
    looks: list[int] = []

    def fault(_number: int, called: str) -> str | None:
        if called == "create" and not looks:
            looks.append(0)
            return lost
        if called == "find" and looks:
            looks[0] += 1
            return act() if looks[0] == look else None
        return None

    crm.fault = fault


def test_a_record_that_a_late_search_hides_is_looked_for_until_it_shows(scene: Scene) -> None:
    scene.crm.hide_new = True

    def show() -> None:
        scene.crm.hide_new = False
        scene.crm.hidden.clear()

    finding(scene.crm, "lost_after", 1 + len(LATE_LOOKS) + 1, show)
    assert load(scene, "one") == {"inserted": 3}
    assert rejected(scene, "one") == {}
    assert scene.crm.made == 3


def test_a_bad_row_whose_answer_was_lost_costs_the_task_none_of_its_tries(scene: Scene) -> None:
    scene.change("UPDATE firms SET tier = 'lead' WHERE id = 'f1'")
    scene.crm.fault = once("create", lambda: "lost_before")
    assert load(scene, "one") == {"inserted": 2, "rejected": 1}
    assert rejected(scene, "one")["f1"][2:] == ("refused_by_target", "tier takes no such option (code 32000)")
    assert scene.crm.journal["create"] == 4


def test_a_row_that_was_refused_when_it_was_sent_again_is_not_sent_a_third_time(scene: Scene) -> None:
    scene.change("UPDATE firms SET tier = 'lead' WHERE id = 'f1'")
    scene.crm.fault = once("create", lambda: "in_doubt")
    assert load(scene, "one") == {"inserted": 2, "rejected": 1}
    assert rejected(scene, "one")["f1"][3] == "tier takes no such option (code 32000)"
    assert scene.crm.journal["create"] == 3


def test_what_could_not_be_looked_for_is_looked_for_by_the_next_attempt(scene: Scene) -> None:
    scene.change("UPDATE firms SET tier = 'lead' WHERE id = 'f1'")
    finding(scene.crm, "lost_before", 3, lambda: "away")
    with pytest.raises(TargetUnavailable):
        load(scene, "one")
    assert load(scene, "one") == {"inserted": 2, "rejected": 1}
    assert rejected(scene, "one")["f1"][2] == "refused_by_target"


def test_a_record_that_is_read_before_a_search_shows_it_stays_ours(scene: Scene) -> None:
    killed_at(scene, "one", "kill_after")
    scene.crm.hidden, scene.crm.hidden_from = set(scene.crm.records["AccountObj"]), ("find",)
    with scene.job("two") as job:
        pipeline.prepare_steps(job)
        pipeline.backup(job)
        scene.crm.hidden.clear()
        scene.carry_out(job)
    assert scene.crm.made == 3
    scene.undo("two")
    assert all(not rows for rows in scene.crm.records.values())


def test_a_new_record_that_no_search_shows_yet_is_not_taken_for_gone(scene: Scene) -> None:
    scene.crm.hide_new = True
    assert load(scene, "one") == {"inserted": 3}
    scene.crm.delete("AccountObj", "f2")
    scene.change("UPDATE firms SET name = 'Zwei'")
    assert load(scene, "two") == {"updated": 2, "rejected": 1}


def test_a_record_that_turns_up_after_its_run_was_undone_is_deleted(scene: Scene) -> None:
    scene.crm.hide_new = True
    killed_at(scene, "one", "kill_after")
    scene.undo("one")
    assert len(scene.crm.records["AccountObj"]) == 1
    scene.crm.hide_new = False
    scene.crm.hidden.clear()
    scene.undo("one")
    assert not scene.crm.records["AccountObj"]


def test_a_moment_in_the_future_hides_no_later_change(scene: Scene) -> None:
    load(scene, "one")
    scene.crm.edit("AccountObj", "f1", tier="none", last_modified_time="2999-01-01 00:00:00.000000")
    with scene.job("one") as job:
        job.target.refresh()
        scene.crm.edit("AccountObj", "f2", tier="none")
        job.target.refresh()
        with job.target.engine.connect() as connection:
            tiers = set(connection.scalars(sa.select(job.target.table("AccountObj").c.tier)))
    assert tiers == {"none", None}


def test_moments_are_not_later_than_the_reading_began() -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    moments = pl.Series(["2026-03-01 11:00:00.000000", None, "2030-01-01 00:00:00.000000"])
    assert latest_until(moments, now) == "2026-03-01 11:00:00.000000"
    assert latest_until(moments[1:], now) is None
    assert latest_until(pl.Series(["another form"]), now) == "another form"
    assert readable("2026-03-01 12:01:00", now) == "2026-03-01 12:01:00"
    assert readable("2026-03-01 12:03:00", now) is None
    assert readable("another form", now + timedelta(days=1)) == "another form"


# Records that nobody takes in, and records of others.


def test_a_record_that_was_created_and_whose_row_is_gone_is_named(scene: Scene) -> None:
    killed_at(scene, "one", "kill_after")
    scene.change("DELETE FROM firms WHERE id = 'f1'")
    load(scene, "two")
    step, _, reason, message = rejected(scene, "two")["f1"]
    assert (step, reason) == ("link", "left_by_an_earlier_run")
    assert "legacy/one" in message
    scene.undo("one")
    assert sorted(map(str, plain(scene.crm)["AccountObj"])) == ["f2", "f3"]
    load(scene, "three")
    assert "f1" not in rejected(scene, "three")


def person_creates(crm: MemoryCrm, key: str, name: str) -> str:
    """Create an account as a person does; return its id."""
    return crm.create("AccountObj", {"legacy_key__c": key, "name": name, "tier": "none"})


def test_a_record_that_somebody_else_made_with_our_key_is_not_ours(scene: Scene) -> None:
    killed_at(scene, "one", "kill")
    theirs = person_creates(scene.crm, "f1", "Uno")
    assert load(scene, "two") == {"inserted": 2, "rejected": 1}
    scene.undo("two")
    assert list(scene.crm.records["AccountObj"]) == [theirs]
    assert scene.crm.records["AccountObj"][theirs]["name"] == "Uno"


def test_a_record_of_others_that_an_undo_finds_under_our_key_stays(scene: Scene) -> None:
    killed_at(scene, "one", "kill")
    theirs = person_creates(scene.crm, "f1", "Uno")
    scene.undo("one")
    assert list(scene.crm.records["AccountObj"]) == [theirs]
    assert theirs not in scene.crm.removed


def test_of_two_records_with_one_key_the_older_is_taken_and_its_row_has_one_outcome(scene: Scene) -> None:
    older = person_creates(scene.crm, "f1", "Uno")
    person_creates(scene.crm, "f9", "Due")
    scene.crm.edit("AccountObj", "f9", legacy_key__c="f1")
    scene.crm.unique = False
    with scene.job("one") as job:
        pipeline.prepare_steps(job)
        pipeline.backup(job)
        pipeline.load_entity(job, "account")
        outcomes = open_table(job.folder, "account", "outcome").frame(["_key", "target_id"]).sort("_key")
    assert outcomes["_key"].to_list() == ["f1", "f2", "f3"]
    assert outcomes["target_id"][0] == older


# People who work beside a run.


def test_an_edit_between_the_reading_and_our_change_stays_and_is_told(scene: Scene) -> None:
    load(scene, "one")
    scene.crm.before.clear()
    scene.change("UPDATE firms SET name = 'New' WHERE id IN ('f1', 'f2')")

    def edit() -> None:
        scene.crm.edit("AccountObj", "f1", name="Uno")
        scene.crm.edit("AccountObj", "f2", tier="gold")

    scene.crm.fault = once("find", edit)
    assert load(scene, "two") == {"rejected": 1, "updated": 1, "unchanged": 1}
    assert rejected(scene, "two")["f1"][3].startswith("somebody edited it in the CRM")
    firms = plain(scene.crm)["AccountObj"]
    assert (firms["f1"]["name"], firms["f2"]["name"], firms["f2"]["tier"]) == ("Uno", "New", "gold")
    assert scene.crm.before == [{"name": "Two"}]
    load(scene, "three")
    assert plain(scene.crm)["AccountObj"] == firms


def test_an_edit_in_a_field_that_no_load_writes_is_listed_before_an_undo(scene: Scene) -> None:
    load(scene, "one")
    scene.crm.edit("AccountObj", "f2")
    scene.change("UPDATE firms SET name = 'Zwei' WHERE id = 'f2'")
    load(scene, "two")
    scene.undo("two")
    with pytest.raises(ChangedSince, match=r"1 record\(s\).*account f2\."):
        scene.undo("one")
    scene.undo("one", force=True)
    assert all(not rows for rows in scene.crm.records.values())


# Undoing, and attempts that were replaced.


def test_a_record_that_the_crm_does_not_delete_is_told_and_deleted_later(scene: Scene) -> None:
    load(scene, "one")
    scene.crm.refuse_purges = True
    with pytest.raises(ChangedSince, match=r"refused to undo 3 record.*purge: the record is kept for an audit"):
        scene.undo("one")
    scene.crm.refuse_purges = False
    scene.undo("one")
    assert all(not rows for rows in scene.crm.records.values())


def test_an_attempt_that_was_replaced_notes_nothing_of_what_it_has_sent(scene: Scene) -> None:
    with scene.job("one") as job:
        pipeline.prepare_steps(job)
        ledger = job.target.ledger

        def replaced() -> str:
            with lease(ledger, "legacy/one", "another attempt"):
                return "lost_before"

        scene.crm.fault = once("create", replaced)
        with pytest.raises(FencedOut):
            scene.carry_out(job)
        with job.target.engine.connect() as connection:
            states = set(connection.scalars(sa.select(ledger.tables.api_call.c.state)))
        assert "unknown" not in states


def test_an_attempt_that_was_replaced_gives_up_nothing(scene: Scene) -> None:
    load(scene, "one")
    with scene.job("one") as job:
        with lease(job.target.ledger, "legacy/one", "the first attempt") as old:
            pass
        with lease(job.target.ledger, "legacy/one", "its replacement"):
            refused = Undelivered("AccountObj", "1", "no", "removal")
            with pytest.raises(FencedOut):
                give_up(job.target, [refused], 0, old)


def test_whoever_stops_waiting_for_calls_leaves_the_rest_unmade() -> None:
    made: list[int] = []

    def call(item: int) -> None:
        made.append(item)
        raise Killed

    with pytest.raises(Killed):
        carry_out(1, None, range(50), call)
    assert made == [0]

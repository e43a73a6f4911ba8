"""Loads among other sources' records and other people's work."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crm_migration.errors import ChangedSince
from crm_migration.load.backup import back_up, content_hashes
from crm_migration.load.rollback import roll_back
from crm_migration.staging import open_table
from tests.load.small import Bench, account, contact, make_target, mapping

OBJECTS = ["account", "contact"]


@pytest.fixture
def bench(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    make_target(any_database_url).dispose()
    made = Bench(any_database_url, tmp_path / "staging", mapping())
    yield made
    made.target.close()


def load(bench: Bench, run_id: str, accounts: list[dict[str, object]], contacts: list[dict[str, object]]) -> None:
    bench.stage(run_id, "account", accounts)
    bench.stage(run_id, "contact", contacts)
    for entity in OBJECTS:
        back_up(bench.job(run_id, planned=True), bench.folder(run_id), entity)
    bench.load(run_id)


def test_another_sources_record_of_the_same_key_is_not_taken_over(bench: Bench) -> None:
    with bench.target.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO account (legacy_id, name) VALUES ('x9', 'by hand')"))
    load(bench, "one", [account("a1", "ours")], [])
    source = bench.mapping.source.model_copy(update={"name": "other"})
    other = Bench(bench.url, bench.root, bench.mapping.model_copy(update={"source": source}))
    other.stage("two", "account", [account("a1", "somebody else")], source="other")
    other.stage("two", "contact", [], source="other")
    other.load("two")
    assert other.outcomes("two", "account") == {"a1": "rejected"}
    assert bench.rows("SELECT name FROM account WHERE legacy_id = 'a1'") == [("ours",)]
    other.target.close()


@pytest.mark.parametrize("whole", [300_000, 0], ids=["crosswalk at hand", "records asked for"])
def test_a_record_that_people_deleted_is_told_and_not_called_unchanged(
    bench: Bench, whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_migration.load.decide.WHOLE_STREAM", whole)
    load(bench, "one", [account(key) for key in ("a1", "a2", "a3", "a4")], [])
    with bench.target.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM account WHERE legacy_id IN ('a2', 'a4')"))
    load(bench, "two", [account("a1"), account("a2"), account("a3", "new"), account("a4", "new")], [])
    outcomes = {"a1": "unchanged", "a2": "rejected", "a3": "updated", "a4": "rejected"}
    assert bench.outcomes("two", "account") == outcomes
    reasons = open_table(bench.folder("two"), "account", "outcome").frame().select("_key", "reason")
    assert dict(reasons.drop_nulls().iter_rows()) == dict.fromkeys(("a2", "a4"), "deleted_in_target")
    assert bench.rows("SELECT legacy_id FROM account ORDER BY 1") == [("a1",), ("a3",)]


def test_a_late_parent_does_not_overwrite_what_a_person_chose(bench: Bench) -> None:
    load(bench, "one", [account("a1"), account("a2", parent_id="late")], [])
    with bench.target.engine.begin() as connection:
        chosen = connection.execute(sa.text("SELECT id FROM account WHERE legacy_id = 'a1'")).scalar_one()
        connection.execute(sa.text("UPDATE account SET parent_id = :id WHERE legacy_id = 'a2'"), {"id": chosen})
    load(bench, "two", [account("a1"), account("a2", parent_id="late"), account("late")], [])
    (parent,) = bench.rows("SELECT p.legacy_id FROM account c JOIN account p ON p.id = c.parent_id")
    assert parent == ("a1",)


def test_a_late_parent_is_linked_where_nobody_chose_another(bench: Bench) -> None:
    load(bench, "one", [account("a2", parent_id="late")], [])
    load(bench, "two", [account("a2", parent_id="late"), account("late")], [])
    assert bench.rows("SELECT p.legacy_id FROM account c JOIN account p ON p.id = c.parent_id") == [("late",)]


def test_a_new_row_of_a_known_customer_does_not_blank_what_it_does_not_know(bench: Bench) -> None:
    load(bench, "one", [account("a1")], [contact("c1", "a1")])
    bench.stage("two", "account", [])
    bench.stage("two", "contact", [contact("c1", None, last_name="Li-Wu")], {"c9": "c1"}, absent=frozenset({"c1"}))
    bench.load("two")
    (row,) = bench.rows("SELECT c.last_name, a.legacy_id FROM contact c LEFT JOIN account a ON a.id = c.account_id")
    assert row == ("Li-Wu", "a1")
    load(bench, "three", [account("a1")], [contact("c1", "a1", last_name="Li-Wu")])
    assert bench.outcomes("three", "contact") == {"c1": "unchanged"}


def test_a_run_taken_up_again_with_other_rows_is_undone_whole(bench: Bench) -> None:
    load(bench, "one", [account("a1"), account("a2")], [])
    before = content_hashes(bench.target, OBJECTS)
    load(bench, "two", [account("a1", "first change"), account("a2")], [])
    load(bench, "two", [account("a1", "first change"), account("a2", "second change")], [])
    assert roll_back(bench.undo("two")).counts["account"]["restored"] == 2
    assert content_hashes(bench.target, OBJECTS) == before


def test_a_rollback_leaves_columns_alone_that_no_load_writes(bench: Bench) -> None:
    load(bench, "one", [account("a1")], [])
    load(bench, "two", [account("a1", revenue=Decimal(5))], [])
    with bench.target.engine.begin() as connection:
        connection.execute(sa.text("UPDATE account SET note = 'a person wrote this'"))
    roll_back(bench.undo("two"))
    assert bench.rows("SELECT revenue, note FROM account") == [(None, "a person wrote this")]


def test_a_rollback_that_others_stand_in_the_way_of_says_so(bench: Bench) -> None:
    load(bench, "one", [account("a1")], [])
    with bench.target.engine.begin() as connection:
        identity = connection.execute(sa.text("SELECT id FROM account")).scalar_one()
        connection.execute(
            sa.text("INSERT INTO contact (legacy_id, last_name, account_id) VALUES ('x', 'Own', :id)"), {"id": identity}
        )
    with pytest.raises(ChangedSince, match="other records need what it loaded"):
        roll_back(bench.undo("one"))
    assert bench.rows("SELECT count(*) FROM account") == [(1,)]


def test_a_column_in_which_nothing_changes_is_left_to_whoever_edits_it_meanwhile(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [account("a1", revenue=Decimal("1.00")), account("a2", revenue=Decimal("1.00"))]
    load(bench, "one", rows, [])
    real = bench.target.prepared

    def edited_meanwhile(*arguments: Any) -> Any:
        with bench.target.engine.begin() as connection:
            connection.execute(sa.text("UPDATE account SET name = 'by hand' WHERE legacy_id = 'a1'"))
        return real(*arguments)

    monkeypatch.setattr(bench.target, "prepared", edited_meanwhile)
    load(bench, "two", [row | {"revenue": Decimal("2.50")} for row in rows], [])
    held = "SELECT legacy_id, name, revenue FROM account ORDER BY 1"
    assert bench.rows(held) == [("a1", "by hand", Decimal("2.50")), ("a2", "Acme", Decimal("2.50"))]
    assert bench.outcomes("two", "account") == {"a1": "updated", "a2": "updated"}


def test_each_record_of_a_batch_gets_what_changes_in_it(bench: Bench) -> None:
    load(bench, "one", [account("a1"), account("a2"), account("a3")], [])
    load(bench, "two", [account("a1", "other"), account("a2", active=False), account("a3")], [])
    held = "SELECT legacy_id, name FROM account WHERE {} ORDER BY 1"
    assert bench.rows(held.format("active")) == [("a1", "other"), ("a3", "Acme")]
    assert bench.rows(held.format("NOT active")) == [("a2", "Acme")]

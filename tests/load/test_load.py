"""Golden records become records of the target: once, whole, and undone to the byte."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import sqlalchemy as sa

from crm_migration.errors import ChangedSince, FencedOut
from crm_migration.load.backup import back_up, content_hashes
from crm_migration.load.bulk import insert_rows
from crm_migration.load.load import load
from crm_migration.load.rollback import roll_back
from crm_migration.load.write import Batch, write_batch
from crm_migration.staging import open_table
from tests.fencing import take_fence
from tests.load.small import Bench, account, contact, make_target, mapping

OBJECTS = ["account", "contact"]


@pytest.fixture
def bench(any_database_url: str, tmp_path: Path) -> Iterator[Bench]:
    make_target(any_database_url).dispose()
    made = Bench(any_database_url, tmp_path / "staging", mapping())
    yield made
    made.target.close()


def stage_first(bench: Bench, run_id: str = "one") -> None:
    bench.stage(
        run_id,
        "account",
        [
            account("a1", "Müller & Söhne", revenue=Decimal("1234.50"), parent_id="a2"),
            account("a2", '北京华信科技 "HX"', revenue=Decimal("0.01"), active=False),
            account("a3", "\\N", parent_id="gone"),
        ],
        merged={"a4": "a1"},
    )
    bench.stage(
        run_id,
        "contact",
        [
            contact("c1", "a1", born=date(1980, 2, 29), created_at=datetime(2024, 3, 31, 1, 30, 0, 5, tzinfo=UTC)),
            contact("c2", "a4"),
            contact("c3", None, last_name="O'Neil\nline"),
            contact("c4", "nowhere"),
        ],
    )


def test_every_row_ends_once_and_as_meant(bench: Bench) -> None:
    stage_first(bench)
    bench.load("one")
    assert bench.outcomes("one", "account") == {"a1": "inserted", "a2": "inserted", "a3": "inserted", "a4": "merged"}
    assert bench.outcomes("one", "contact") == {"c1": "inserted", "c2": "inserted", "c3": "inserted", "c4": "rejected"}
    names = dict(bench.rows("SELECT legacy_id, name FROM account"))
    assert names == {"a1": "Müller & Söhne", "a2": '北京华信科技 "HX"', "a3": "\\N"}
    parents = bench.rows(
        "SELECT c.legacy_id, p.legacy_id FROM account c JOIN account p ON p.id = c.parent_id ORDER BY 1"
    )
    assert parents == [("a1", "a2")]
    accounts = bench.rows(
        "SELECT c.legacy_id, a.legacy_id FROM contact c JOIN account a ON a.id = c.account_id ORDER BY 1"
    )
    assert accounts == [("c1", "a1"), ("c2", "a1")]
    assert bench.rows("SELECT last_name FROM contact WHERE legacy_id = 'c3'") == [("O'Neil\nline",)]
    reasons = open_table(bench.folder("one"), "contact", "outcome").frame()
    assert reasons.filter(reasons["_key"] == "c4")["reason"].item() == "missing_parent"


def test_a_batch_holds_fewer_records_where_they_stand_for_many_rows(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_target(postgres_url).dispose()
    bench = Bench(postgres_url, tmp_path, mapping())
    monkeypatch.setattr(bench.target, "batch_rows", 4)
    merged = {f"{key}{number}": key for key in ("a", "b", "c", "d") for number in (1, 2)}
    bench.stage("one", "account", [account(key) for key in ("a", "b", "c", "d")], merged)
    bench.stage("one", "contact", [contact(key, "a") for key in ("e", "f", "g", "h")])
    done = bench.load("one")
    # Twelve rows in batches of four, two records and their six rows each being the nearest; four rows in one.
    assert {entity: staged.facts["batches"] for entity, staged in done.items()} == {"account": 2, "contact": 1}
    assert set(bench.outcomes("one", "account").values()) == {"inserted", "merged"}
    assert len(bench.outcomes("one", "account")) == 12
    bench.target.close()


def test_parents_among_more_rows_than_are_held_are_found(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_migration.load.references.WHOLE_STREAM", 0)
    make_target(postgres_url).dispose()
    bench = Bench(postgres_url, tmp_path, mapping())
    stage_first(bench)
    bench.load("one")
    assert set(bench.outcomes("one", "account").values()) == {"inserted", "merged"}
    parents = "SELECT c.legacy_id, p.legacy_id FROM account c LEFT JOIN account p ON p.id = c.parent_id ORDER BY 1"
    assert bench.rows(parents) == [("a1", "a2"), ("a2", None), ("a3", None)]
    assert bench.outcomes("one", "contact")["c4"] == "rejected"
    bench.target.close()


def test_rows_that_are_sent_a_few_at_a_time_all_arrive(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_migration.load.bulk.COPIED_ROWS", 2)
    columns = [sa.Column("name", sa.Text), sa.Column("seen", sa.Boolean), sa.Column("held", sa.LargeBinary)]
    table = sa.Table("sent", sa.MetaData(), *columns)
    rows = [
        ("Zoë", True, b"\x00\xff"),
        ("北京", None, None),
        ("", False, b""),
        (None, True, b"x"),
        ('"\n,', False, b"y"),
    ]
    engine = sa.create_engine(postgres_url)
    with engine.begin() as connection:
        table.create(connection)
        insert_rows(connection, table, pl.DataFrame(rows, schema=["name", "seen", "held"], orient="row"))
        found = [(name, seen, held and bytes(held)) for name, seen, held in connection.execute(sa.select(table))]
    engine.dispose()
    assert found == rows


def test_money_times_and_defaults_arrive_exactly(bench: Bench) -> None:
    stage_first(bench)
    bench.load("one")
    with bench.target.engine.connect() as connection:
        table = bench.target.table("account")
        revenue = connection.scalars(sa.select(sa.cast(table.c.revenue, sa.String)).order_by(table.c.legacy_id)).all()
    assert [value and Decimal(value) for value in revenue] == [Decimal("1234.50"), Decimal("0.01"), None]
    assert {note for (note,) in bench.rows("SELECT note FROM account")} == {"by the target"}
    (created,) = bench.rows("SELECT created_at FROM contact WHERE legacy_id = 'c1'")
    assert str(created[0]).startswith("2024-03-31 01:30:00.000005")


def test_a_second_run_changes_nothing(bench: Bench) -> None:
    stage_first(bench, "one")
    bench.load("one")
    before = content_hashes(bench.target, OBJECTS)
    stage_first(bench, "two")
    bench.load("two")
    assert content_hashes(bench.target, OBJECTS) == before
    assert bench.outcomes("two", "account") == {"a1": "unchanged", "a2": "unchanged", "a3": "unchanged", "a4": "merged"}
    assert bench.outcomes("two", "contact")["c1"] == "unchanged"


def test_a_cleared_load_reports_what_the_first_try_did(bench: Bench) -> None:
    stage_first(bench)
    bench.load("one")
    before, outcomes = content_hashes(bench.target, OBJECTS), bench.outcomes("one", "account")
    bench.load("one")
    assert content_hashes(bench.target, OBJECTS) == before
    assert bench.outcomes("one", "account") == outcomes


def test_refused_rows_are_isolated_and_the_rest_loads(bench: Bench) -> None:
    rows = [account(f"a{number}", f"name {number}") for number in range(200)]
    rows[17] = account("a17", "negative", revenue=Decimal(-1))
    rows[150] = account("a150", "x" * 41)
    bench.stage("one", "account", rows)
    bench.stage("one", "contact", [contact("c1", "a17"), contact("c2", "a18")])
    staged = bench.load("one")["account"]
    outcomes = bench.outcomes("one", "account")
    assert [key for key, outcome in outcomes.items() if outcome == "rejected"] == ["a17", "a150"]
    assert staged.facts["records"] == {"inserted": 198, "rejected": 2}
    assert bench.rows("SELECT count(*) FROM account") == [(198,)]
    assert bench.outcomes("one", "contact") == {"c1": "rejected", "c2": "inserted"}
    rejected = bench.target.ledger.tables.rejected_row
    with bench.target.engine.connect() as connection:
        lines = connection.execute(sa.select(rejected.c.source_key, rejected.c.reason, rejected.c.message)).all()
    assert {(key, reason) for key, reason, _ in lines} == {
        ("a17", "refused_by_target"), ("a150", "refused_by_target"), ("c1", "missing_parent"),
    }  # fmt: skip
    assert all("xxx" not in message for _, _, message in lines)


def test_an_edit_in_the_target_is_kept_and_the_other_fields_follow_the_source(bench: Bench) -> None:
    stage_first(bench, "one")
    bench.load("one")
    with bench.target.engine.begin() as connection:
        connection.execute(sa.text("UPDATE account SET name = 'edited by a person' WHERE legacy_id = 'a2'"))
    bench.stage("two", "account", [account("a2", "renamed at the source", revenue=Decimal("7.00"), active=False)])
    bench.stage("two", "contact", [])
    bench.load("two")
    assert bench.outcomes("two", "account") == {"a2": "updated"}
    (row,) = bench.rows("SELECT name, revenue FROM account WHERE legacy_id = 'a2'")
    assert row[0] == "edited by a person"
    assert Decimal(str(row[1])) == Decimal(7)
    kept = open_table(bench.folder("two"), "account", "full_kept").frame()
    assert kept["field"].to_list() == ["name"]


@pytest.mark.parametrize(
    ("policy", "name", "outcome"), [("overwrite", "new", "updated"), ("reject", "edited", "rejected")]
)
def test_other_policies_for_edits(postgres_url: str, tmp_path: Path, policy: str, name: str, outcome: str) -> None:
    make_target(postgres_url).dispose()
    bench = Bench(postgres_url, tmp_path, mapping(on_target_change=policy))
    bench.stage("one", "account", [account("a1", "old")])
    bench.stage("one", "contact", [])
    bench.load("one")
    with bench.target.engine.begin() as connection:
        connection.execute(sa.text("UPDATE account SET name = 'edited'"))
    bench.stage("two", "account", [account("a1", "new")])
    bench.stage("two", "contact", [])
    bench.load("two")
    assert bench.outcomes("two", "account") == {"a1": outcome}
    assert bench.rows("SELECT name FROM account") == [(name,)]
    bench.target.close()


def test_a_record_already_in_the_target_is_adopted_not_doubled(bench: Bench) -> None:
    with bench.target.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO account (legacy_id, name) VALUES ('a1', 'typed in by hand')"))
    bench.stage("one", "account", [account("a1", "from the source"), account("a2")])
    bench.stage("one", "contact", [])
    bench.load("one")
    assert bench.outcomes("one", "account") == {"a1": "updated", "a2": "inserted"}
    assert bench.rows("SELECT name FROM account WHERE legacy_id = 'a1'") == [("from the source",)]


def test_rollback_restores_the_target_to_the_byte(bench: Bench) -> None:
    with bench.target.engine.begin() as connection:
        connection.execute(sa.text("INSERT INTO account (legacy_id, name, note) VALUES ('a1', 'by hand', 'keep')"))
    stage_first(bench, "one")
    start = content_hashes(bench.target, OBJECTS)
    back_up(bench.job("one", planned=True), bench.folder("one"), "account")
    back_up(bench.job("one", planned=True), bench.folder("one"), "contact")
    bench.load("one")
    first = content_hashes(bench.target, OBJECTS)
    bench.stage("two", "account", [account("a1", "changed", active=False), account("a9", parent_id="a9")])
    bench.stage("two", "contact", [contact("c9", "a9"), contact("c1", "a9")])
    for entity in OBJECTS:
        back_up(bench.job("two", planned=True), bench.folder("two"), entity)
    bench.load("two")
    assert content_hashes(bench.target, OBJECTS) != first
    with pytest.raises(ChangedSince, match="old/two"):
        roll_back(bench.undo("one"))
    undone = roll_back(bench.undo("two"))
    assert undone.counts == {"account": {"restored": 1, "removed": 1}, "contact": {"restored": 1, "removed": 1}}
    assert content_hashes(bench.target, OBJECTS) == first
    roll_back(bench.undo("one"))
    assert content_hashes(bench.target, OBJECTS) == start
    crosswalk = bench.target.ledger.tables.crosswalk
    with bench.target.engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(crosswalk)) == 0


def test_rollback_lists_a_later_edit_and_does_nothing(bench: Bench) -> None:
    stage_first(bench)
    for entity in OBJECTS:
        back_up(bench.job("one", planned=True), bench.folder("one"), entity)
    bench.load("one")
    with bench.target.engine.begin() as connection:
        connection.execute(sa.text("UPDATE account SET name = 'mine' WHERE legacy_id = 'a2'"))
    with pytest.raises(ChangedSince, match="account a2"):
        roll_back(bench.undo("one"))
    assert bench.rows("SELECT count(*) FROM account") == [(3,)]
    roll_back(bench.undo("one"), force=True)
    assert bench.rows("SELECT count(*) FROM account") == [(0,)]


def test_a_zombie_cannot_write(bench: Bench) -> None:
    stage_first(bench)
    job = bench.job("one")
    stale = take_fence(bench.target.ledger, "the first try")
    load(job, bench.folder("one"), "account", "full")
    golden = open_table(bench.folder("one"), "account", "golden").frame()
    before = content_hashes(bench.target, OBJECTS)
    with bench.target.transaction() as connection:
        from crm_migration.load.decide import decide

        decided = decide(connection, bench.job("one"), "account", golden).frame
    from polars import DataFrame, String, lit

    records = decided.with_columns(
        lit("insert").alias("_action"),
        lit("zombie").alias("name"),
        (lit("z") + decided["legacy_id"]).alias("legacy_id"),
    )
    rows = records.select("_key", "_golden", lit(value=True).alias("_master")).clear()
    lineage = DataFrame(schema=dict.fromkeys(["_source", "_key", "_golden", "record", "_merged_by"], String))
    with pytest.raises(FencedOut, match="taken over"):
        write_batch(job, Batch("account", "full", records, rows, lineage), stale)
    assert content_hashes(bench.target, OBJECTS) == before


def test_a_mapping_with_a_new_field_keeps_what_people_edited(bench: Bench) -> None:
    whole = bench.mapping.entities["account"]
    fields = {name: spec for name, spec in whole.fields.items() if name != "active"}
    smaller = whole.model_copy(update={"fields": fields})
    entities = {**bench.mapping.entities, "account": smaller}
    earlier = Bench(bench.url, bench.root, bench.mapping.model_copy(update={"entities": entities}))
    earlier.stage("one", "account", [account("a1", "old name", revenue=Decimal(1))])
    earlier.stage("one", "contact", [])
    earlier.load("one")
    with earlier.target.engine.begin() as connection:
        connection.execute(sa.text("UPDATE account SET name = 'edited'"))
    earlier.target.close()
    bench.stage("two", "account", [account("a1", "old name", revenue=Decimal(2), active=True)])
    bench.stage("two", "contact", [])
    bench.load("two")
    (row,) = bench.rows("SELECT name, revenue, active FROM account")
    assert row[0] == "edited"
    assert Decimal(str(row[1])) == Decimal(2)
    assert row[2] in (True, 1)


def test_an_edit_that_the_load_left_standing_does_not_stop_a_rollback(bench: Bench) -> None:
    stage_first(bench, "one")
    bench.load("one")
    with bench.target.engine.begin() as connection:
        connection.execute(sa.text("UPDATE account SET name = 'edited before' WHERE legacy_id = 'a2'"))
    before = content_hashes(bench.target, OBJECTS)
    bench.stage("two", "account", [account("a2", "renamed", revenue=Decimal(7), active=False)])
    bench.stage("two", "contact", [])
    for entity in OBJECTS:
        back_up(bench.job("two", planned=True), bench.folder("two"), entity)
    bench.load("two")
    bench.load("two")
    roll_back(bench.undo("two"))
    assert content_hashes(bench.target, OBJECTS) == before

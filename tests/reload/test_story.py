"""Five rows are rejected, three repaired and loaded by a run of their own; what is settled, and what opens again."""

import sqlalchemy as sa

from crm_migration import pipeline
from crm_migration.extract.corrected import REJECTED as LISTED
from crm_migration.job import Job
from crm_migration.ledger.rejected import Settled, open_rejected
from crm_migration.staging import open_table
from crm_migration.web.rejected import latest_open
from tests.reload.firm import REJECTED, Firm, cells, edit

REPAIRS = {("007", "mail"): "bond@one.example", ("p4", "last"): "Wu", ("⟨row 7⟩", "id"): "p7"}
LOADED = {"p1": "Li", "p2": "Ng"}
REPAIRED = {"007": "Bond", "p4": "Wu", "p7": "Ho"}
CLOSED = [Settled("person", 2), Settled("person", 3, "reloaded", "fix")]


def by_how(lines: list[Settled]) -> list[Settled]:
    return sorted(lines, key=lambda line: (line.how or "", line.run_id or ""))


def test_repaired_rows_are_loaded_and_closed_and_a_rollback_opens_them(firm: Firm) -> None:
    firm.run("one")
    book = edit(firm.workbook("one"), REPAIRS)
    made = firm.reload("fix", "one", book)
    assert made.totals is not None
    assert (made.totals.inserted, made.totals.rejected, made.extracted) == (3, 2, 5)
    assert firm.people() == LOADED | REPAIRED
    assert by_how(firm.settled("one")) == CLOSED
    assert firm.settled("fix") == [Settled("person", 2, "superseded", "one")]
    assert open_rejected(firm.of("one").ledger, "old") == {"person": 2}
    assert set(cells(firm.workbook("one", "again.xlsx"))) == {"p5", "p6"}
    again, _ = pipeline.reprint(firm.job("one"))
    assert again.settled.sentences == ("person: 5 rejected, 3 reloaded by run fix, 2 open.",)
    assert again.verdict.state == "green"

    job = firm.job("fix")
    assert pipeline.undo(job).differing == []
    assert firm.people() == LOADED
    assert firm.settled("one") == [Settled("person", 5)]


def memory(firm: Firm) -> list[object]:
    """Return what the ledger knows of the source: windows, columns, documents."""
    ledger = firm.of("one").ledger
    tables = ledger.tables
    with ledger.engine.connect() as connection:
        remembered = (tables.watermark, tables.source_schema, tables.source_document)
        return [list(connection.execute(sa.select(table))) for table in remembered]


def test_every_row_of_the_workbook_is_accounted_for_and_the_source_is_as_it_was(after_one: Firm) -> None:
    before = {row.key: row.values for row in after_one.of("one").rows("person")}
    known = memory(after_one)
    made = after_one.reload("fix", "one", edit(after_one.workbook("one"), REPAIRS))
    (people,) = [entity for entity in made.entities if entity.name == "person"]
    assert people.identity.holds
    assert people.identity.extracted == len(REJECTED) == len(before)
    staged = open_table(after_one.job("fix").folder, "person", "corrected").frame().to_dicts()
    for row in staged:
        repaired = {column: value for (key, column), value in REPAIRS.items() if key == row[LISTED]}
        was = before[row[LISTED]]
        assert was is not None
        assert {column: row[column] for column in was} == was | repaired
        assert (row["_file"], row["_sheet"]) == ("rejected.xlsx", "person")
    assert memory(after_one) == known
    # Rows that are closed are left alone by a file that is loaded once more.
    people = after_one.people()
    after_one.reload("again", "one", after_one.root / "rejected.xlsx")
    assert (after_one.people(), by_how(after_one.settled("one"))) == (people, CLOSED)
    assert set(after_one.people()) >= set(LOADED)


def test_a_row_that_is_fixed_at_the_source_is_closed_by_the_next_run(after_one: Firm) -> None:
    after_one.change("UPDATE people SET firm = 'f1' WHERE id = 'p6'", "DELETE FROM people WHERE id = 'p4'")
    after_one.run("two")
    assert by_how(after_one.settled("one")) == [
        Settled("person", 1, "fixed_at_source", "two"),
        Settled("person", 4, "superseded", "two"),
    ]
    assert after_one.settled("two") == [Settled("person", 3)]
    again, _ = pipeline.reprint(after_one.job("one"))
    assert again.settled.sentences == (
        "person: 5 rejected, 1 fixed at the source and loaded by run two, 4 superseded by run two.",
    )
    job = after_one.job("two")
    pipeline.undo(job)
    assert after_one.settled("one") == [Settled("person", 5)]


def stopped(firm: Firm, job: Job) -> None:
    """Carry out a run that ends before everything is checked, and is red."""
    pipeline.prepare_steps(job)
    for entity in job.order:
        pipeline.load_entity(job, entity)
    pipeline.link_references(job)
    pipeline.finish(job, ["stopped by a person"])


def test_a_row_that_a_red_run_rejects_again_is_open_once(after_one: Firm) -> None:
    after_one.change("DELETE FROM people WHERE id = 'p1'", "UPDATE people SET mail = 'b@one.example' WHERE id = '007'")
    job = after_one.job("two")
    stopped(after_one, job)
    ledger = after_one.of("one").ledger
    assert after_one.settled("two") == [Settled("person", 4)]
    # Nothing is known to be repaired before everything has been checked.
    assert by_how(after_one.settled("one")) == [Settled("person", 1), Settled("person", 4, "superseded", "two")]
    assert open_rejected(ledger, "old") == {"person": 5}
    assert latest_open(ledger, "old") == "two"
    pipeline.undo(job)
    assert after_one.settled("one") == [Settled("person", 5)]
    assert (open_rejected(ledger, "old"), latest_open(ledger, "old")) == ({"person": 5}, "one")


def test_a_row_that_a_red_reload_rejects_again_is_open_once(after_one: Firm) -> None:
    book = edit(after_one.workbook("one"), REPAIRS)
    stopped(after_one, after_one.reloading("fix", "one", book))
    assert after_one.settled("one") == [Settled("person", 5)]
    assert after_one.settled("fix") == [Settled("person", 2, "superseded", "one")]
    ledger = after_one.of("one").ledger
    assert (open_rejected(ledger, "old"), latest_open(ledger, "old")) == ({"person": 5}, "one")


def test_a_reload_that_breaks_off_is_taken_up_and_ends_the_same(after_one: Firm) -> None:
    job = after_one.reloading("fix", "one", edit(after_one.workbook("one"), REPAIRS))
    pipeline.prepare_steps(job)
    pipeline.load_steps(job, lambda _job: None)
    assert by_how(after_one.settled("one")) == CLOSED
    # The report was not written: every step runs again, and finds its own closings open.
    after_one.reload("fix", "one", after_one.root / "rejected.xlsx")
    assert (after_one.people(), by_how(after_one.settled("one"))) == (LOADED | REPAIRED, CLOSED)
    job = after_one.job("one")
    pipeline.load_entity(job, "person")
    assert by_how(after_one.settled("one")) == CLOSED


def test_a_long_key_is_found_again_by_its_hash(small: Firm) -> None:
    key = "k" * 300
    small.change(f"INSERT INTO people VALUES ('{key}', 'Lu', 'lu@one.example', 'active', NULL, NULL, 'f8')")
    small.run("one")
    (listed,) = [row for row in small.of("one").rows("person") if row.key.startswith("kkk")]
    assert listed.values is not None
    assert (listed.values["id"], len(listed.key)) == (key, 255)
    small.reload("fix", "one", edit(small.workbook("one"), {(listed.key, "firm"): "f1"}))
    assert small.people()[key] == "Lu"
    assert Settled("person", 1, "reloaded", "fix") in small.settled("one")

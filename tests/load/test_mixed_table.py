"""Accounts and contacts out of one mixed table, in a database and in a file: whole runs, and rows that change class."""

import csv
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crm_migration import pipeline
from crm_migration.connections import ConnectionFields, from_url
from crm_migration.errors import MappingFault, ToleranceExceeded
from crm_migration.extract.source import Window
from crm_migration.job import Job
from crm_migration.mapping.reader import read_mapping
from crm_migration.report.model import Report
from crm_migration.staging import open_table

MAPPING = """\
version: "1"
source: {source}
target: {{name: crm, connection: crm}}
sample: {{minimum: 1}}
tolerances: {{rejected_share: 0.5, deleted_share: 1.0}}
entities:
  contact:
    {origin}
    key: id
    watermark: changed
    when:
      - party_type: {{equals: [PER]}}
    target: {{object: contact, external_id: legacy_id, on_source_delete: delete}}
    fields:
      legacy_id: {{from: id, kind: text, required: true, max_length: 64}}
      last_name: {{from: name, kind: text, required: true, max_length: 60}}
      account_id: {{from: parent, kind: reference, to: account, on_missing_parent: "null"}}
  account:
    {origin}
    key: id
    watermark: changed
    when:
      - party_type: {{equals: [ORG]}}
      - party_type: {{matches: [ORG-*]}}
    target: {{object: account, external_id: legacy_id, on_source_delete: delete}}
    fields:
      legacy_id: {{from: id, kind: text, required: true, max_length: 64}}
      name: {{from: name, kind: text, required: true, max_length: 60}}
      parent_id: {{from: parent, kind: reference, to: account, on_missing_parent: "null"}}
"""
COLUMNS = ("id", "party_type", "name", "parent", "changed")
ROWS = {
    "1": ("ORG", "Müller", None),
    "2": ("ORG-BRANCH", "Müller Süd", "1"),
    "3": ("PER", "Li", "2"),
    "4": ("PER", "Ray", "3"),
    "5": ("ORG", "Third", None),
}
TARGET = """
CREATE TABLE account (id INTEGER PRIMARY KEY, legacy_id TEXT UNIQUE, name TEXT NOT NULL, parent_id INTEGER);
CREATE TABLE contact (id INTEGER PRIMARY KEY, legacy_id TEXT UNIQUE, last_name TEXT NOT NULL, account_id INTEGER);
"""
ORIGINS = {
    "database": ("{name: old, connection: old}", "table: parties"),
    "files": ("{name: old, connection: old, kind: files, settle_seconds: 0}", "file: parties.csv"),
}


class Parties:
    """The mixed table in one kind of source, and a target."""

    def __init__(self, root: Path, kind: str) -> None:
        self.root, self.kind, self.rows = root, kind, dict[str, tuple[str | None, ...]]()
        with closing(sqlite3.connect(root / "new.sqlite")) as database:
            database.executescript(TARGET)
        source, origin = ORIGINS[kind]
        (root / "old.yaml").write_text(MAPPING.format(source=source, origin=origin))
        self.put(1, **ROWS)

    def put(self, day: int, **rows: tuple[str, str, str | None]) -> None:
        self.rows |= {key: (key, *row, f"2026-01-{day:02} 08:00:00") for key, row in rows.items()}
        if self.kind == "files":
            with (self.root / "parties.csv").open("w", newline="") as handle:
                csv.writer(handle).writerows([COLUMNS, *self.rows.values()])
            return
        with closing(sqlite3.connect(self.root / "old.sqlite", isolation_level=None)) as database:
            database.execute("DROP TABLE IF EXISTS parties")
            database.execute(f"CREATE TABLE parties ({', '.join(f'{column} TEXT' for column in COLUMNS)})")
            database.executemany("INSERT INTO parties VALUES (?, ?, ?, ?, ?)", self.rows.values())

    def job(self, run_id: str, day: int | None) -> Job:
        files = ConnectionFields("old", "fs", extra={"path": str(self.root)})
        origin = files if self.kind == "files" else from_url(f"sqlite:///{self.root / 'old.sqlite'}")
        window = Window(datetime(2026, 1, day, tzinfo=UTC), datetime(2026, 1, day + 1, tzinfo=UTC)) if day else None
        target = f"sqlite:///{self.root / 'new.sqlite'}"
        return Job(read_mapping(self.root / "old.yaml"), run_id, str(self.root / "staging"), origin, target, window)

    def run(self, run_id: str, day: int | None = None, *, validated: bool = False) -> Report:
        """Carry out a run that must account for every row; without `validated` only its staging and its loads."""
        job = self.job(run_id, day)
        try:
            made = _whole(job) if validated else _loaded(job)
        finally:
            job.target.close()
        assert all(entity.identity.holds for entity in made.entities)
        return made

    def states(self, run_id: str, entity: str) -> dict[str, str]:
        frame = open_table(self.job(run_id, None).folder, entity, "outcome").frame(["_key", "outcome"])
        return dict(sorted(frame.iter_rows()))

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.root / "new.sqlite")) as database:
            return database.execute(query).fetchall()


def _whole(job: Job) -> Report:
    made, _, failed = pipeline.run_line(job, lambda _job: None)
    assert failed is None, failed
    return made


def _loaded(job: Job) -> Report:
    pipeline.prepare_steps(job)
    pipeline.backup(job)
    for entity in job.order:
        pipeline.load_entity(job, entity)
    pipeline.link_references(job)
    pipeline.retire_records(job)
    made, _ = pipeline.finish(job, [])
    for entity in job.order:
        window = pipeline.window_of(job, entity) or Window()
        job.target.ledger.write_watermark(job.run_no, job.load_job().stream_no(entity), (window.start, window.end))
    job.target.ledger.update_run(job.run_no, status="green")
    return made


@pytest.fixture(params=ORIGINS)
def parties(request: pytest.FixtureRequest, tmp_path: Path) -> Parties:
    return Parties(tmp_path, request.param)


CONTACTS = "SELECT c.legacy_id, a.legacy_id FROM contact c LEFT JOIN account a ON a.id = c.account_id ORDER BY 1"
ACCOUNTS = "SELECT a.legacy_id, p.legacy_id FROM account a LEFT JOIN account p ON p.id = a.parent_id ORDER BY 1"


def test_one_table_fills_two_and_its_own_keys_join_them(parties: Parties) -> None:
    """A contact whose parent is a contact has no account; everything else is as the table's own join has it."""
    made = parties.run("one", validated=True)
    assert parties.ask(ACCOUNTS) == [("1", None), ("2", "1"), ("5", None)]
    assert parties.ask(CONTACTS) == [("3", "2"), ("4", None)]
    assert parties.states("one", "contact") == {
        "1": "filtered", "2": "filtered", "3": "inserted", "4": "inserted", "5": "filtered",
    }  # fmt: skip
    assert [line.name for line in made.entities[0].filters or ()] == ["classified_as_account"]
    assert made.full_checks is not None
    fill = {line.field: line.source_value for line in made.full_checks.lines if line.name == "fill_rate"}
    assert (fill["last_name"], fill["account_id"]) == ("1.0000", "1.0000"), "rows of accounts count for contacts"
    totals = parties.run("two").totals
    assert totals is not None
    assert totals.unchanged == 5


@pytest.mark.parametrize("windowed", [False, True])
def test_a_row_that_changes_class_leaves_the_old_one(parties: Parties, windowed: bool) -> None:
    parties.run("one", 1 if windowed else None)
    parties.put(2, **{"3": ("ORG", "Li Ltd", "1")})
    made = parties.run("two", 2 if windowed else None)
    assert parties.ask(ACCOUNTS) == [("1", None), ("2", "1"), ("3", "1"), ("5", None)]
    # The contact below it was read again only without a window; what it belongs to is an account now.
    assert parties.ask(CONTACTS) == [("4", None if windowed else "3")]
    gone = made.entities[0].source_deletes
    assert gone is not None
    assert [(line.action, line.keys) for line in gone.records] == [("deleted", ("3",))]


def test_a_row_of_no_class_is_rejected_once_and_no_record_goes_for_it(parties: Parties) -> None:
    parties.run("one")
    parties.put(2, **{"5": ("", "Third", None), "6": ("PRT", "Unheard of", None)})
    made = parties.run("two")
    assert (parties.states("two", "contact")["5"], parties.states("two", "account")["5"]) == ("rejected", "filtered")
    assert parties.ask(ACCOUNTS) == [("1", None), ("2", "1"), ("5", None)]
    assert [(line.reason, line.rows) for line in made.entities[0].rejections or ()] == [("unclassified", 2)]
    assert made.entities[1].rejections == ()
    assert [(line.name, line.rows) for line in made.entities[1].filters or ()] == [
        ("classified_as_contact", 2), ("unclassified", 2),
    ]  # fmt: skip


def test_rows_of_others_do_not_thin_out_what_is_tolerated(parties: Parties) -> None:
    """Both contacts are over the half that may be rejected; of all five rows they would not be."""
    parties.put(1, **{"3": ("PER", "", None), "4": ("PER", "", "3")})
    with pytest.raises(ToleranceExceeded, match="contact: 2 of 2 rows rejected"):
        parties.run("one")


def test_a_row_of_two_classes_stops_the_run_before_anything_is_loaded(parties: Parties) -> None:
    path = parties.root / "old.yaml"
    path.write_text(path.read_text().replace("party_type: {equals: [PER]}", "parent: {is_null: false}"))
    with pytest.raises(
        MappingFault,
        match=r"1 row\(s\) that the 'when' of both 'contact' and 'account' takes, the first with the keys 2;",
    ):
        parties.run("one")
    assert parties.ask("SELECT * FROM account") == parties.ask("SELECT * FROM contact") == []

"""What a run reads and writes again: late rows, rows that have not changed, files that have not changed."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_migration import pipeline
from crm_migration.connections import from_url
from crm_migration.errors import MigrationError
from crm_migration.extract.source import Window
from crm_migration.job import Job
from crm_migration.mapping.reader import read_mapping
from crm_migration.staging import Staged, open_table
from tests.load.small import make_target

DATABASE = """\
version: "1"
source: {name: old, connection: old}
target: {name: new, connection: new}
entities:
  account:
    table: accounts
    key: id
    WATERMARK
    target: {object: account, external_id: legacy_id}
    fields:
      legacy_id: {from: id, kind: text, max_length: 64}
      name: {from: name, kind: text, required: true, max_length: 40}
"""
FILES = DATABASE.replace("connection: old}", "connection: old, kind: files, settle_seconds: 0}").replace(
    "    table: accounts\n", '    file: "*.csv"\n'
)
LEAVES_OUT = FILES.replace("    key: id\n", "    key: id\n    drift: {missing_columns: discard}\n").replace(
    "max_length: 40}\n",
    "max_length: 40}\n      revenue: {from: revenue, kind: money, precision: 14, scale: 2}\n",
)
AUDIT = """
CREATE TABLE audit (what TEXT, id INTEGER);
CREATE TRIGGER a1 AFTER INSERT ON account BEGIN INSERT INTO audit VALUES ('insert', NEW.id); END;
CREATE TRIGGER a2 AFTER UPDATE ON account BEGIN INSERT INTO audit VALUES ('update', NEW.id); END;
CREATE TRIGGER a3 AFTER DELETE ON account BEGIN INSERT INTO audit VALUES ('delete', OLD.id); END;
"""


@dataclass
class Bench:
    """A source, a target whose every change of an account is written down, and the runs between them."""

    root: Path

    def describe(self, text: str) -> None:
        """Write the mapping, and create the target."""
        (self.root / "old.yaml").write_text(text, encoding="utf-8")
        make_target(f"sqlite:///{self.root / 'new.sqlite'}").dispose()
        with closing(sqlite3.connect(self.root / "new.sqlite")) as target:
            target.executescript(AUDIT)

    def source(self, script: str) -> None:
        """Run a script on the database that is the source."""
        with closing(sqlite3.connect(self.root / "old.sqlite")) as database:
            database.executescript(script)

    def file(self, name: str, *rows: str) -> None:
        """Write a file of the folder that is the source."""
        self.lines(name, "id,name", *rows)

    def lines(self, name: str, *lines: str) -> None:
        """Write a file of the folder that is the source, with a header of its own."""
        (self.root / "drop").mkdir(exist_ok=True)
        (self.root / "drop" / name).write_text("\n".join(lines) + "\n", encoding="utf-8")

    def revenues(self) -> dict[str, float | None]:
        """Return the revenue of every account, by external id."""
        with closing(sqlite3.connect(self.root / "new.sqlite")) as target:
            return dict(target.execute("SELECT legacy_id, revenue FROM account").fetchall())

    def job(self, run_id: str, day: int | None = None) -> Job:
        """Return a run, over everything or over one day's window."""
        loaded = read_mapping(self.root / "old.yaml")
        files = loaded.mapping.source.kind == "files"
        origin = from_url(f"file://{self.root / 'drop'}" if files else f"sqlite:///{self.root / 'old.sqlite'}")
        window = Window(datetime(2026, 1, day, tzinfo=UTC), datetime(2026, 1, day + 1, tzinfo=UTC)) if day else None
        return Job(loaded, run_id, str(self.root / "staging"), origin, f"sqlite:///{self.root / 'new.sqlite'}", window)

    def run(self, run_id: str, day: int | None = None) -> MigrationError | None:
        """Carry out the whole line; return what stopped it, if anything."""
        job = self.job(run_id, day)
        try:
            return pipeline.run_line(job, lambda _: None)[2]
        finally:
            job.target.close()

    def read(self, run_id: str) -> Staged:
        """Return what a run read."""
        return open_table(self.job(run_id).folder, "account", "extract")

    def written(self) -> list[tuple[str, str]]:
        """Return what was done to accounts since this was asked last, by external id."""
        with closing(sqlite3.connect(self.root / "new.sqlite")) as target, target:
            found = target.execute("SELECT what, legacy_id FROM audit JOIN account USING (id) ORDER BY 2").fetchall()
            target.execute("DELETE FROM audit")
        return found

    def watermarks(self, run_id: str) -> list[tuple[object, ...]]:
        """Return the window that the ledger has of a run."""
        job = self.job(run_id)
        table = job.target.ledger.tables.watermark
        with job.target.engine.connect() as connection:
            chosen = sa.select(table.c.window_start, table.c.window_end).where(table.c.run_no == job.run_no)
            found = [tuple(row) for row in connection.execute(chosen)]
        job.target.close()
        return found


@pytest.fixture(scope="module", autouse=True)
def _no_pages() -> Iterator[None]:
    """Leave Great Expectations' pages out: rendering them takes ten times as long as the run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crm_migration.validate.validate.build_data_docs", lambda _suites: None)
        yield


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_late_rows_are_read_by_the_next_window_and_bounds_stay_half_open(bench: Bench) -> None:
    bench.describe(DATABASE.replace("WATERMARK", "watermark: changed\n    lag: 2h"))
    bench.source(
        "CREATE TABLE accounts (id TEXT, name TEXT, changed TEXT);"
        "INSERT INTO accounts VALUES ('in', 'In', '2026-01-01 23:30:00'), ('end', 'End', '2026-01-02 00:00:00');"
    )
    assert bench.run("one", 1) is None
    assert bench.written() == [("insert", "in")]
    bench.source(
        "INSERT INTO accounts VALUES ('late', 'Late', '2026-01-01 22:00:00'), ('lost', 'Lost', '2026-01-01 21:59:59'),"
        " ('next', 'Next', '2026-01-03 00:00:00');"
    )
    assert bench.run("two", 2) is None
    assert bench.written() == [("insert", "end"), ("insert", "late")]
    facts = bench.read("two").facts
    assert (facts["rows"], facts["window_start"]) == (3, "2026-01-01T22:00:00+00:00")
    assert facts["window_end"] == "2026-01-03T00:00:00+00:00"
    assert [[str(bound)[:19] for bound in row] for row in bench.watermarks("two")] == [
        ["2026-01-01 22:00:00", "2026-01-03 00:00:00"]
    ]
    assert str(bench.job("two", 2).window.start) == "2026-01-02 00:00:00+00:00"


def test_without_a_watermark_only_the_row_that_changed_is_written(bench: Bench) -> None:
    bench.describe(DATABASE.replace("    WATERMARK\n", ""))
    rows = ", ".join(f"('a{number}', 'Name {number}')" for number in range(500))
    bench.source(f"CREATE TABLE accounts (id TEXT, name TEXT); INSERT INTO accounts VALUES {rows}")
    assert bench.run("one", 1) is None
    assert len(bench.written()) == 500
    bench.source("UPDATE accounts SET name = 'Another' WHERE id = 'a250'")
    assert bench.run("two", 2) is None
    assert bench.read("two").rows == 500
    assert bench.written() == [("update", "a250")]
    outcomes = open_table(bench.job("two").folder, "account", "outcome").frame()["outcome"].value_counts()
    assert dict(outcomes.iter_rows()) == {"unchanged": 499, "updated": 1}
    assert bench.run("three", 3) is None
    assert bench.written() == []


def test_a_window_leaves_out_files_that_have_not_changed(bench: Bench) -> None:
    bench.describe(FILES.replace("    WATERMARK\n", ""))
    bench.file("north.csv", "n1,North", "n2,Norway")
    bench.file("south.csv", "s1,South")
    assert bench.run("one", 1) is None
    assert bench.written() == [("insert", "n1"), ("insert", "n2"), ("insert", "s1")]
    bench.file("south.csv", "s1,South Seas", "s2,Sumatra")
    assert bench.run("two", 2) is None
    assert [document["name"] for document in bench.read("two").facts["documents"]] == ["south.csv"]
    assert bench.written() == [("update", "s1"), ("insert", "s2")]
    assert bench.run("three", 3) is None
    assert bench.read("three").rows == 0
    assert bench.run("whole") is None
    assert bench.read("whole").rows == 4
    assert bench.written() == []


def test_a_file_of_which_rows_were_rejected_or_whose_run_was_undone_is_read_again(bench: Bench) -> None:
    bench.describe(
        FILES.replace("    WATERMARK\n", "").replace("entities:", "tolerances: {rejected_share: 0.9}\nentities:")
    )
    bench.file("good.csv", "g1,Good")
    bench.file("bad.csv", "b1,Bad", "b2,")
    assert bench.run("one", 1) is None
    assert bench.run("two", 2) is None
    assert bench.read("two").rows == 3
    bench.file("bad.csv", "b1,Bad", "b2,Better")
    assert bench.run("three", 3) is None
    assert bench.run("four", 4) is None
    assert bench.read("four").rows == 0
    job = bench.job("three")
    pipeline.undo(bench.job("four"))
    pipeline.undo(job)
    job.target.close()
    assert bench.run("five", 5) is None
    assert bench.read("five").rows == 3


def test_a_field_that_was_left_out_for_another_file_comes_in_once_that_file_is_repaired(bench: Bench) -> None:
    bench.describe(LEAVES_OUT.replace("    WATERMARK\n", ""))
    bench.lines("good.csv", "id,name,revenue", "g1,Good,7.50")
    bench.lines("bad.csv", "id,name", "b1,Bad")
    assert bench.run("one", 1) is None
    assert bench.revenues() == {"g1": None, "b1": None}
    bench.lines("bad.csv", "id,name,revenue", "b1,Bad,2.25")
    assert bench.run("two", 2) is None
    assert bench.revenues() == {"g1": 7.5, "b1": 2.25}
    assert bench.run("three", 3) is None
    assert bench.read("three").rows == 0


def test_a_window_in_which_a_field_was_left_out_is_read_again_until_the_field_is_there(bench: Bench) -> None:
    bench.describe(LEAVES_OUT.replace("WATERMARK", "watermark: changed"))
    header, old = "id,name,changed,revenue", "g1,Good,2026-01-01 12:00:00,7.50"
    bench.lines("good.csv", header, old)
    assert bench.run("one", 1) is None
    bench.lines("good.csv", header, old, "g2,Better,2026-01-02 12:00:00,8.50")
    bench.lines("bad.csv", "id,name,changed", "b1,Bad,2026-01-02 12:00:00")
    assert bench.run("two", 2) is None
    assert bench.watermarks("two") == []
    assert bench.revenues() == {"g1": 7.5, "g2": None, "b1": None}
    bench.lines("bad.csv", header, "b1,Bad,2026-01-02 12:00:00,2.25")
    assert bench.run("three", 3) is None
    assert bench.read("three").facts["window_start"] == "2026-01-02T00:00:00+00:00"
    assert bench.revenues() == {"g1": 7.5, "g2": 8.5, "b1": 2.25}
    assert bench.run("four", 4) is None
    assert bench.read("four").facts["window_start"] == "2026-01-04T00:00:00+00:00"


def test_rows_that_are_gone_from_a_file_delete_their_records_unless_a_row_cannot_be_read(bench: Bench) -> None:
    target = "{object: account, external_id: legacy_id"
    bench.describe(
        FILES.replace("    WATERMARK\n", "")
        .replace(target, f"{target}, on_source_delete: delete")
        .replace("entities:", "tolerances: {rejected_share: 0.9}\nentities:")
    )
    bench.file("north.csv", "n1,North", "n2,Norway")
    bench.file("south.csv", "s1,South")
    assert bench.run("one", 1) is None
    bench.written()
    bench.file("north.csv", "n1,North,ragged", "n3,Nord")
    assert bench.run("two", 2) is None
    assert bench.read("two").facts["unreadable"] == 1
    assert bench.written() == [("insert", "n3")]
    bench.file("north.csv", "n1,North", "n3,Nord")
    assert bench.run("three", 3) is None
    assert bench.read("three").rows == 3
    with closing(sqlite3.connect(bench.root / "new.sqlite")) as target_file:
        assert target_file.execute("SELECT legacy_id FROM account ORDER BY 1").fetchall() == [("n1",), ("n3",), ("s1",)]


def test_what_is_remembered_is_the_version_that_was_read(bench: Bench) -> None:
    bench.describe(FILES.replace("    WATERMARK\n", ""))
    bench.file("only.csv", "o1,One")
    job = bench.job("one", 1)
    pipeline.prepare_steps(job)
    bench.file("only.csv", "o1,One", "o2,Two")
    pipeline.load_steps(job, lambda _: None)
    pipeline.finish(job, [])
    job.target.close()
    assert bench.run("two", 2) is None
    assert bench.read("two").rows == 2

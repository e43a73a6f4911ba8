"""Rejected rows of files: lines that cannot be read, rows that only their place tells apart, and files read again."""

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from crm_migration import pipeline
from crm_migration.connections import ConnectionFields
from crm_migration.extract.source import Window
from crm_migration.job import Job
from crm_migration.ledger.rejected import Settled, settled
from crm_migration.mapping.reader import read_mapping
from crm_migration.report.rejected_rows import RejectedOf

MAPPING = """\
version: "1"
source: {name: drop, connection: drop, kind: files}
target: {name: new, connection: new}
start_date: "2026-01-01"
tolerances: {rejected_share: 0.9}
entities:
  person:
    file: "*.csv"
    key: id
    target: {object: person, external_id: legacy_id}
    fields:
      legacy_id: {from: id, kind: text, required: true}
      last_name: {from: last, kind: name, required: true}
"""
BAD = "id,last\n1,Li\n2,Ng,too many\n,Ho\n4,\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    (tmp_path / "drop/people.csv").write_text(BAD, encoding="utf-8")
    (tmp_path / "drop/other.csv").write_text("id,last\n9,Xu\n,Wu\n", encoding="utf-8")
    (tmp_path / "drop.yaml").write_text(MAPPING, encoding="utf-8")
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'new.sqlite'}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE person (id INTEGER PRIMARY KEY, legacy_id TEXT UNIQUE, last_name TEXT)"
        )
    return tmp_path


def run(folder: Path, run_id: str, window: Window | None = None) -> Job:
    source = ConnectionFields("drop", "fs", extra={"path": str(folder / "drop")})
    loaded, target = read_mapping(folder / "drop.yaml"), f"sqlite:///{folder / 'new.sqlite'}"
    job = replace(Job(loaded, run_id, str(folder / "staging"), source, target), interval=window)
    _, _, failed = pipeline.run_line(job, lambda _job: None)
    assert failed is None, failed
    return job


def test_lines_tell_where_they_stand_and_are_settled_when_their_file_is_read_again(folder: Path) -> None:
    job = run(folder, "one")
    of = RejectedOf(job.mapping, job.target.ledger, job.folder)
    rows = {row.place: row for row in of.rows("person")}
    assert set(rows) == {"people.csv, line 3", "people.csv, line 4", "people.csv, line 5", "other.csv, line 3"}
    ragged = rows["people.csv, line 3"]
    assert (ragged.values, ragged.text) == (None, "2,Ng,too many")
    assert {name: value or "" for name, value in (rows["people.csv, line 5"].values or {}).items()} == {
        "id": "4",
        "last": "",
    }
    assert rows["people.csv, line 5"].problem.startswith("last_name: expected")

    (folder / "drop/people.csv").write_text("id,last\n1,Li\n2,Ng\n4,Wu\n", encoding="utf-8")
    (folder / "drop/other.csv").unlink()
    # What has changed since: the other file is not read, so its row stays open.
    later = run(folder, "two", Window(None, None))
    assert sorted(settled(of.ledger, of.run_no), key=lambda line: line.how or "") == [
        Settled("person", 1),
        Settled("person", 1, "fixed_at_source", "two"),
        Settled("person", 2, "superseded", "two"),
    ]
    for done in (job, later):
        done.target.close()

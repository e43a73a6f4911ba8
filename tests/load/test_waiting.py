"""A row whose parent comes later is loaded by the run that brings the parent, though its own window is over."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from crm_migration import pipeline
from crm_migration.connections import from_url
from crm_migration.extract.source import Window
from crm_migration.job import Job
from crm_migration.mapping.reader import read_mapping
from tests.load.small import make_target

MAPPING = """
version: "1"
source: {name: old, connection: old}
target: {name: new, connection: new}
entities:
  account:
    table: accounts
    key: id
    watermark: changed
    target: {object: account, external_id: legacy_id}
    fields:
      legacy_id: {from: id, kind: text, max_length: 64}
      name: {from: name, kind: text, required: true, max_length: 40}
  contact:
    table: contacts
    key: id
    watermark: changed
    target: {object: contact, external_id: legacy_id}
    fields:
      legacy_id: {from: id, kind: text, max_length: 64}
      last_name: {from: name, kind: text, required: true, max_length: 40}
      account_id: {from: account, kind: reference, to: account, on_missing_parent: wait}
"""


def run(folder: Path, run_id: str, day: int) -> dict[str, dict[str, int]]:
    loaded = read_mapping(folder / "mapping.yaml")
    window = Window(datetime(2026, 1, day, tzinfo=UTC), datetime(2026, 1, day + 1, tzinfo=UTC))
    urls = {name: f"sqlite:///{folder / name}.sqlite" for name in ("old", "new")}
    job = Job(loaded, run_id, str(folder / "staging"), from_url(urls["old"]), urls["new"], window)
    pipeline.prepare_steps(job)
    pipeline.backup(job)
    for entity in job.order:
        pipeline.load_entity(job, entity)
    pipeline.link_references(job)
    pipeline.validate_full(job)
    made, _ = pipeline.finish(job, [])
    assert made.verdict.state == "green"
    job.target.close()
    return {entity.name: entity.identity.counts.as_dict() for entity in made.entities if entity.identity.counts}


def test_a_waiting_row_comes_along_with_its_parents_window(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(MAPPING)
    make_target(f"sqlite:///{tmp_path / 'new.sqlite'}").dispose()
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as source, source:
        source.executescript(
            "CREATE TABLE accounts (id TEXT, name TEXT, changed TEXT);"
            "CREATE TABLE contacts (id TEXT, name TEXT, account TEXT, changed TEXT);"
            "INSERT INTO contacts VALUES ('c1', 'Li', 'a1', '2026-01-01 10:00:00');"
            "INSERT INTO contacts VALUES ('c2', 'Wu', NULL, '2026-01-01 11:00:00');"
        )
    first = run(tmp_path, "one", 1)
    assert (first["contact"]["inserted"], first["contact"]["rejected"]) == (1, 1)
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as source, source:
        source.execute("INSERT INTO accounts VALUES ('a1', 'Acme', '2026-01-02 09:00:00')")
    second = run(tmp_path, "two", 2)
    assert second["account"]["inserted"] == 1
    assert second["contact"] == {
        "inserted": 1, "updated": 0, "unchanged": 0, "merged": 0, "rejected": 0, "filtered": 0,
    }  # fmt: skip
    third = run(tmp_path, "three", 3)
    assert sum(third["contact"].values()) == 0

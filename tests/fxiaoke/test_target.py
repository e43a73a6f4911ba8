"""Fxiaoke as the target of whole runs, through the normal client, against the server that stands in for it."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from crm_migration import pipeline
from crm_migration.connections import from_url
from crm_migration.job import Job
from crm_migration.load.fxiaoke.api import FxiaokeApi
from crm_migration.load.fxiaoke.client import FxiaokeClient
from crm_migration.load.fxiaoke.settings import Settings
from crm_migration.load.open_target import open_target
from crm_migration.load.replica.call_plan import glance
from crm_migration.load.replica.target import ReplicaTarget
from crm_migration.mapping.reader import read_mapping
from crm_migration.staging import open_table
from tests.fxiaoke.conftest import LIFTED, SHORT, tenant_at
from tests.fxiaoke.faults import Fault
from tests.fxiaoke.stand_in import StandIn
from tests.fxiaoke.test_settings import fields as connection

MAPPING = """\
version: "1"
source: {name: legacy, connection: legacy}
target: {name: crm, kind: fxiaoke, connection: crm, ledger: ledger}
tolerances: {rejected_share: 0.5, deleted_share: 1}
sample: {minimum: 1, maximum: 2, share: 0.01}
entities:
  account:
    table: firms
    key: id
    target: {object: AccountObj, id: _id, external_id: legacy_key__c}
    fields:
      legacy_key__c: {from: id, kind: text, required: true, max_length: 100}
      name: {from: name, kind: text, required: true, max_length: 100}
      account_level: {from: tier, kind: choice, values: {gold: "1", tin: "2"}, on_invalid: keep}
      revenue__c: {from: worth, kind: money}
      founded__c: {from: born, kind: date}
      seen__c: {from: seen, kind: datetime}
      active__c: {from: live, kind: boolean}
      owner: {from: rep, kind: owner, object: PersonnelObj, by: email, id: user_id, required: true}
      create_time: {from: made, kind: datetime}
      parent_account_id: {from: mother, kind: reference, to: account, on_missing_parent: "null"}
  contact:
    table: people
    key: id
    target: {object: ContactObj, id: _id, external_id: legacy_key__c, on_source_delete: delete}
    fields:
      legacy_key__c: {from: id, kind: text, required: true, max_length: 100}
      name: {from: name, kind: text, required: true, max_length: 100}
      email: {from: mail, kind: email}
      account_id: {from: firm, kind: reference, to: account, required: true}
"""
ROWS = """
CREATE TABLE firms (id TEXT, name TEXT, tier TEXT, worth TEXT, born TEXT, seen TEXT, live TEXT, rep TEXT, made TEXT,
  mother TEXT);
CREATE TABLE people (id TEXT, name TEXT, mail TEXT, firm TEXT);
INSERT INTO firms VALUES
  ('f1', '一号', 'gold', '10.50', '1996-02-29', '2026-01-31 10:00:00.123456', '1', '1001@example.com',
   '2012-03-04 05:06:07.654321', 'f2'),
  ('f2', 'Two', 'tin', '7', NULL, NULL, '0', '1002@example.com', '2013-01-01 00:00:00', 'f1'),
  ('f3', 'Three', NULL, NULL, NULL, NULL, NULL, '1001@example.com', '2014-01-01 00:00:00', NULL);
INSERT INTO people VALUES ('p1', '李雷', 'li@x.example', 'f1'), ('p2', 'Ray', NULL, 'f2'), ('p3', 'Low', NULL, 'f3'),
  ('p4', 'May', NULL, 'f1'), ('p5', 'Fay', NULL, 'f1');
"""
WRITES = ("create", "update", "invalid", "delete", "recover", "changeOwner")


@dataclass
class Scene:
    """A legacy database, the stand-in, a ledger, and a folder for mapping and staging."""

    root: Path
    server: StandIn

    def change(self, script: str) -> None:
        with closing(sqlite3.connect(self.root / "legacy.sqlite")) as database:
            database.executescript(script)

    @contextmanager
    def job(self, run_id: str) -> Iterator[Job]:
        path = self.root / "legacy.yaml"
        path.write_text(MAPPING, encoding="utf-8")
        ledger = f"sqlite:///{self.root / 'ledger.sqlite'}"
        origin = from_url(f"sqlite:///{self.root / 'legacy.sqlite'}")
        job = Job(read_mapping(path), run_id, str(self.root / "staging"), origin, ledger)
        hasty = Settings(threads=4, limits=LIFTED, patience=SHORT)
        target = ReplicaTarget(ledger, job.mapping, FxiaokeApi(FxiaokeClient(tenant_at(self.server), hasty)))
        target.settle_seconds, target.doubt_seconds = 0.05, 0
        job.__dict__["target"] = target
        try:
            yield job
        finally:
            target.close()

    def run(self, run_id: str, entity: str) -> dict[str, int]:
        """Carry out a run, which must be green; return the rows of `entity` by outcome."""
        with self.job(run_id) as job:
            made, _, failed = pipeline.run_line(job, _nobody)
            assert failed is None, failed
            assert made.verdict.state == "green", made.verdict.reasons
            return dict(Counter(open_table(job.folder, entity, "outcome").frame(["outcome"])["outcome"].to_list()))

    def undo(self, run_id: str) -> list[str] | None:
        with self.job(run_id) as job:
            return pipeline.undo(job).differing

    def writes(self) -> int:
        return sum(map(self.server.calls_of, WRITES))

    def held(self, name: str) -> dict[str, dict[str, object]]:
        live = self.server.crm.live(name)
        found = {row["legacy_key__c"]: row for row in live}
        assert len(found) == len(live), "two records have one source key"
        return found


def _nobody(_job: Job) -> None:
    raise AssertionError("nobody is to be asked")


@pytest.fixture
def scene(tmp_path: Path, stand_in: StandIn) -> Scene:
    (tmp_path / "ledger.sqlite").touch()
    made = Scene(tmp_path, stand_in)
    made.change(ROWS)
    return made


def test_a_run_loads_a_repeat_writes_nothing_and_undoing_leaves_the_company_as_it_was(scene: Scene) -> None:
    empty = scene.server.dump(stamps=False)
    assert scene.run("one", "account") == {"inserted": 3}
    first = scene.held("AccountObj")["f1"]
    second = scene.held("AccountObj")["f2"]
    assert (first["parent_account_id"], first["owner"], first["account_level"]) == (second["_id"], ["1001"], "1")
    assert first["create_time"] == 1330837567654
    loaded, before = scene.server.dump(stamps=False), scene.writes()
    assert scene.run("two", "account") == {"unchanged": 3}
    assert scene.writes() == before
    scene.change("UPDATE firms SET worth = '11', name = 'Uno', rep = '1002@example.com' WHERE id = 'f1'")
    scene.change("DELETE FROM people WHERE id = 'p2'")
    assert scene.run("three", "account") == {"updated": 1, "unchanged": 2}
    assert scene.writes() == before + 3
    assert sorted(scene.held("ContactObj")) == ["p1", "p3", "p4", "p5"]
    assert scene.undo("three") == []
    assert scene.server.dump(stamps=False) == loaded
    scene.undo("two")
    assert scene.undo("one") == []
    assert scene.server.dump(stamps=False) == empty


def test_a_fifth_of_the_answers_lost_and_a_refused_row_double_and_hide_nothing(scene: Scene) -> None:
    scene.change("UPDATE firms SET tier = 'lead' WHERE id = 'f3'")
    scene.server.faults.add(Fault("cut", performed=True, interface="create", probability=0.2))
    scene.server.faults.add(Fault("cut", interface="create", probability=0.2, seed=2))
    assert scene.run("one", "account") == {"inserted": 2, "rejected": 1}
    assert sorted(scene.held("AccountObj")) == ["f1", "f2"]
    assert sorted(scene.held("ContactObj")) == ["p1", "p2", "p4", "p5"]


def test_the_mapping_and_the_connection_open_it(scene: Scene) -> None:
    (scene.root / "legacy.yaml").write_text(MAPPING, encoding="utf-8")
    mapping = read_mapping(scene.root / "legacy.yaml").mapping
    target = open_target(mapping, f"sqlite:///{scene.root / 'ledger.sqlite'}", connection())
    assert isinstance(target, ReplicaTarget)
    assert target.api.id_field == "_id"
    target.close()


def test_a_glance_costs_the_pages_that_were_changed_shortly_before(scene: Scene) -> None:
    for number in range(230):
        scene.server.crm.seed("AccountObj", {"name": f"n{number}"})
    with scene.job("one") as job:
        assert glance(job.target, "AccountObj") == 2
        job.target.refresh()
        before = scene.server.calls_of("query")
        assert glance(job.target, "AccountObj") == 4
        job.target.refresh()
        # An object without records is read, and not counted.
        assert scene.server.calls_of("query") - before == 4 + 1

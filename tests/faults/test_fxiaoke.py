"""Runs into a CRM behind an interface, disturbed at every point: each record is there once, and the ledger knows it."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crm_migration.staging import RunFolder, open_table
from tests.faults import points
from tests.faults.conftest import Note
from tests.faults.crew import Crew
from tests.faults.failpoints import Fault
from tests.faults.place import Step
from tests.faults.points import LEDGER, LOAD, Point
from tests.faults.test_failpoints import ended_as_told
from tests.fxiaoke.gate import Gate
from tests.fxiaoke.stand_in import StandIn

pytestmark = pytest.mark.xdist_group("faults-mariadb")

MAPPING = """\
version: "1"
source: {name: legacy, connection: legacy}
target: {name: crm, kind: fxiaoke, connection: crm, ledger: ledger}
tolerances: {rejected_share: 0.5}
sample: {minimum: 2, maximum: 4, share: 0.01}
entities:
  account:
    table: firms
    key: id
    target: {object: AccountObj, id: _id, external_id: legacy_key__c}
    fields:
      legacy_key__c: {from: id, kind: text, required: true, max_length: 60}
      name: {from: name, kind: text, required: true, max_length: 60}
      parent_account_id: {from: mother, kind: reference, to: account, on_missing_parent: "null"}
  contact:
    table: people
    key: id
    target: {object: ContactObj, id: _id, external_id: legacy_key__c}
    fields:
      legacy_key__c: {from: id, kind: text, required: true, max_length: 60}
      name: {from: name, kind: text, required: true, max_length: 60}
      email: {from: mail, kind: email, on_invalid: reject}
      account_id: {from: firm, kind: reference, to: account, required: true}
"""
FIRMS, PEOPLE = 20, 30
OBJECTS = {"account": ("AccountObj", "parent_account_id"), "contact": ("ContactObj", "account_id")}
ORDER = ("account", "contact")
LINE: tuple[Step, ...] = (
    ("preflight",),
    *((step, entity) for entity in ORDER for step in ("extract_entity", "clean_entity", "match_entity")),
    ("backup",),
    ("load_sample",),
    ("validate_sample",),
    *(("load_entity", entity) for entity in ORDER),
    ("link_references",),
    ("validate_full",),
    ("finish", ()),
)
UNDO: Step = ("undo",)
API = f"{LOAD}.fxiaoke.api.FxiaokeApi"
REPLICA = f"{LOAD}.replica"
INNER: dict[Step, tuple[str, ...]] = {
    ("load_sample",): (f"after {API}.create 3",),
    ("load_entity", "contact"): (
        f"before {API}.create",
        f"after {API}.create",
        f"before {API}.create 9",
        f"after {API}.create 9",
        f"after {REPLICA}.intents.Intents.begin",
        f"before {REPLICA}.intents.Intents.note",
        f"after {LEDGER}.check_fence",
        f"after {LOAD}.write._commit",
        f"before {LOAD}.load.finish_outcomes",
    ),
    ("link_references",): (f"before {API}.update", f"after {API}.update 2", f"after {LOAD}.link._link_part"),
    UNDO: (
        f"before {API}.remove",
        f"after {API}.remove 4",
        f"after {API}.purge",
        f"after {LOAD}.rollback._undo_all",
    ),
}
BOUNDED = 4
"""Each time so many points, one is tried in a bounded run."""


def _points() -> list[Point]:
    found = []
    for step, texts in INNER.items():
        for text in texts:
            when, at, *call = text.split()
            found.append(Point(step, Fault(at, when, int(call[0]) if call else 1)))
    return found if points.FULL else found[::BOUNDED]


@dataclass
class Scene:
    """A legacy database, a stand-in of the CRM, a ledger, and a run between them."""

    root: Path
    server: StandIn
    source: str
    known: dict[str, Any] = field(default_factory=dict)

    @property
    def folder(self) -> RunFolder:
        """Return where the run stages its tables."""
        return RunFolder(str(self.root / "staging"), "legacy", "one")

    def order(self, *steps: Step, fault: Fault | None = None) -> dict[str, Any]:
        """Return the order to carry out `steps`, each as a task of its own."""
        gate = self.server.gate
        extra = {"permanentCode": gate.permanent_code, "userId": "1000"}
        crm = {"conn_id": "crm", "conn_type": "http", "host": self.server.url, "schema": "", "port": None}
        job = {
            "mapping": str(self.root / "legacy.yaml"),
            "run_id": "one",
            "staging": str(self.root / "staging"),
            "source": self.source,
            "target": f"sqlite:///{self.root / 'ledger.sqlite'}",
            "crm": crm | {"login": gate.app_id, "password": gate.app_secret, "extra": extra},
        }
        asked = {"job": job, "steps": [list(step) for step in steps], "fault": fault.as_dict() if fault else None}
        return {"batch_rows": 10, "dialect": "sqlite", **asked}

    def lines(self) -> list[tuple[str, str, str]]:
        """Return entity, source key and the CRM's id of every line of the crosswalk."""
        chosen = "SELECT s.entity, c.source_key, c.target_id FROM crm_migration_crosswalk c JOIN crm_migration_stream s"
        with closing(sqlite3.connect(self.root / "ledger.sqlite")) as ledger:
            return ledger.execute(f"{chosen} ON s.stream_no = c.stream_no WHERE NOT c.fingerprint IS NULL").fetchall()

    def records(self, entity: str) -> list[tuple[str, str, str | None]]:
        """Return key, name and the key of the record that it refers to, of every record of the CRM."""
        name, reference = OBJECTS[entity]
        with self.server.lock:
            live = self.server.crm.live(name)
            keys = {one["_id"]: one["legacy_key__c"] for one in self.server.crm.live("AccountObj")}
        return sorted((one["legacy_key__c"], one["name"], keys.get(one.get(reference))) for one in live)

    def outcomes(self, entity: str) -> list[tuple[str, str]]:
        """Return key and outcome of every row."""
        return sorted(open_table(self.folder, entity, "outcome").frame(["_key", "outcome"]).rows())


def agreement(scene: Scene) -> list[str]:
    """Every record is there once, and the ledger and the CRM know the same ids by the same keys."""
    found = []
    for entity, (name, reference) in OBJECTS.items():
        with scene.server.lock:
            live = scene.server.crm.live(name)
            accounts = {one["_id"] for one in scene.server.crm.live("AccountObj")}
        keys = Counter(one["legacy_key__c"] for one in live)
        found += [f"duplicate: {entity} is there {count} times" for count in keys.values() if count > 1]
        there = {(one["legacy_key__c"], one["_id"]) for one in live}
        ledger = {(key, identity) for of, key, identity in scene.lines() if of == entity}
        found += [f"half: {entity} of the ledger is not in the CRM" for _ in ledger - there]
        found += [f"half: {entity} of the CRM is not in the ledger" for _ in there - ledger]
        found += [
            f"reference: {entity}.{reference} leads nowhere"
            for one in live
            if one.get(reference) and one[reference] not in accounts
        ]
    return found


def conserved(scene: Scene) -> list[str]:
    """Every row is in exactly one state."""
    sizes = {"account": FIRMS, "contact": PEOPLE}
    states = {entity: Counter(key for key, _ in scene.outcomes(entity)) for entity in ORDER}
    return [
        f"conservation: {entity} rows are not in one state each"
        for entity, size in sizes.items()
        if len(states[entity]) != size or set(states[entity].values()) != {1}
    ]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A run that has yet to begin."""
    source = tmp_path / "legacy.sqlite"
    with closing(sqlite3.connect(source)) as database, database:
        database.execute("CREATE TABLE firms (id TEXT, name TEXT, mother TEXT)")
        database.execute("CREATE TABLE people (id TEXT, name TEXT, mail TEXT, firm TEXT)")
        firms = [(f"f{at}", f"Firm {at}", f"f{at % 7}" if at > 7 else None) for at in range(FIRMS)]
        people = [(f"p{at}", f"Person {at}", None if at % 9 else "no mail", f"f{at % FIRMS}") for at in range(PEOPLE)]
        database.executemany("INSERT INTO firms VALUES (?, ?, ?)", firms)
        database.executemany("INSERT INTO people VALUES (?, ?, ?, ?)", people)
    sqlite3.connect(tmp_path / "ledger.sqlite").close()
    (tmp_path / "legacy.yaml").write_text(MAPPING, encoding="utf-8")
    with StandIn(gate=Gate(calls=None, grants=None)) as server:
        yield Scene(tmp_path, server, f"sqlite:///{source}")


def as_meant(scene: Scene) -> list[str]:
    """The CRM holds what the source holds, but for the rows that are rejected."""
    rejected = {key for entity in ORDER for key, outcome in scene.outcomes(entity) if outcome == "rejected"}
    assert rejected == {f"p{at}" for at in range(0, PEOPLE, 9)}
    firms = sorted((f"f{at}", f"Firm {at}", f"f{at % 7}" if at > 7 else None) for at in range(FIRMS))
    people = sorted((f"p{at}", f"Person {at}", f"f{at % FIRMS}") for at in range(PEOPLE) if at % 9)
    wrong = [name for name, meant in (("account", firms), ("contact", people)) if scene.records(name) != meant]
    return [f"unlike what was meant: {name}" for name in wrong]


@pytest.mark.parametrize("point", _points(), ids=lambda point: point.name)
def test_a_task_that_is_killed_and_cleared_leaves_each_record_in_the_crm_once(
    point: Point, scene: Scene, crew: Crew, note: Note
) -> None:
    before = json.loads(scene.server.dump(stamps=False))
    line = (*LINE, UNDO)
    earlier, rest = line[: line.index(point.step)], line[line.index(point.step) : -1]
    ended = crew.carry_out(scene.order(*earlier))
    assert ended.well, str(ended)
    found = ended_as_told(crew.carry_out(scene.order(point.step, fault=point.fault)), "kill")
    if rest:
        ended = crew.carry_out(scene.order(*rest))
        found += [] if ended.well and ended.results[-1] == "green" else [f"cleared, but {ended} {ended.results[-1:]}"]
        found += agreement(scene) + conserved(scene) + as_meant(scene)
    ended = crew.carry_out(scene.order(UNDO))
    found += [] if ended.well or "rolled back already" in ended.message else [f"rolled back, but {ended}"]
    after = json.loads(scene.server.dump(stamps=False))
    found += [] if after == before else ["not restored"]
    note(point.name, "fxiaoke", found)

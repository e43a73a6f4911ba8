"""The demo's migration over two workers with staging on object storage, and with one of them killed in a load."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crm_migration import pipeline
from crm_migration.connections import from_url
from crm_migration.job import Job
from crm_migration.ledger.tables import ledger_tables
from crm_migration.load.backup import content_hashes
from crm_migration.mapping.reader import read_mapping
from demo import legacy
from demo import target as target_crm
from tests.dags.project import ROOT
from tests.end_to_end.live import LiveAirflow
from tests.scale_out.compared import ledger, records
from tests.scale_out.fleet import WORKERS, Fleet, airflow_of
from tests.servers import fresh_database

# Nine processes of Airflow beside the rest of the suite would slow both down: `make scale-out` runs them by themselves.
pytestmark = pytest.mark.skipif(os.environ.get("CRM_MIGRATION_SCALE_OUT") != "on", reason="make scale-out runs it")
CONTACTS = 2_000
PATIENCE = 1_200
BATCH = 300
SMALL_BATCHES = f"""\
from crm_migration.load.target import SqlTarget

SqlTarget.batch_rows = {BATCH}
"""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
LAST = "SELECT legacy_id FROM crm.contact ORDER BY id DESC LIMIT 1"
TAKEN = """
INSERT INTO crm.contact (legacy_id, last_name, do_not_call, email_opt_out, created_at)
VALUES (:legacy_id, '-', false, false, now())
"""
# Contacts are extracted, cleaned and scored in parts that both workers take.
ENTITY = "  contact:\n"
PARTS = 2
KEYS = "        - name: email\n          fields: [email]\n          ignore:"
MODEL = """\
      model:
        kind: person
        chunks: 2
        fields: {given_name: first_name, family_name: last_name, email: email, phone: mobile}
"""


@dataclass(frozen=True)
class Databases:
    """Where things are: the legacy CRM, Airflow's own, and the target of each run."""

    legacy: str
    airflow: str
    targets: dict[str, str]


@pytest.fixture(scope="module")
def databases(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    with (
        fresh_database(postgres_server) as source,
        fresh_database(postgres_server) as airflow,
        fresh_database(postgres_server) as alone,
        fresh_database(postgres_server) as shared,
        fresh_database(postgres_server) as disturbed,
    ):
        legacy.write(source, contacts=CONTACTS, seed=7, truth_dir=tmp_path_factory.mktemp("truth"))
        targets = {"alone": alone, "shared": shared, "disturbed": disturbed}
        for url in targets.values():
            target_crm.create(url, source)
        know_statistics(source)
        yield Databases(source, airflow, targets)


def know_statistics(url: str) -> None:
    """Let every run be planned alike: rows come in the order of a query's plan, and so does the target number them."""
    engine = sa.create_engine(url, poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the demo's DAG and a mapping whose contacts are prepared in parts, for each target."""
    home = tmp_path_factory.mktemp("project")
    (home / "dags").mkdir()
    (home / "include/mappings").mkdir(parents=True)
    text = (ROOT / "include/mappings/legacy_crm.yaml").read_text(encoding="utf-8")
    before, after = text.split(KEYS)
    before = before.replace(ENTITY, f"{ENTITY}    parts: {PARTS}\n")
    text = f"{before.removesuffix('      keys:' + chr(10))}{MODEL}      keys:\n{KEYS}{after}"
    for name in ("shared", "disturbed"):
        dag = (ROOT / "dags/legacy_crm.py").read_text(encoding="utf-8")
        (home / "dags" / f"{name}.py").write_text(f"{dag}\n{SMALL_BATCHES}", encoding="utf-8")
        mapping = text.replace("connection: target_crm", f"connection: target_{name}")
        (home / "include/mappings" / f"{name}.yaml").write_text(mapping, encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def hash_of_one_process(
    databases: Databases, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Return the hash of each object of the target after a run in one process, staged on this disk."""
    loaded = read_mapping(project / "include/mappings/shared.yaml")
    staging = str(tmp_path_factory.mktemp("staging"))
    job = Job(loaded, "alone", staging, from_url(databases.legacy), databases.targets["alone"])
    # The target numbers records as they come, so that batches are the same, too.
    job.target.batch_rows = BATCH
    try:
        made, _written, failed = pipeline.run_line(job, lambda _job: None)
    finally:
        job.target.close()
    assert failed is None
    assert made.verdict.state == "green"
    return content(databases, project, "alone")


def content(databases: Databases, project: Path, name: str) -> dict[str, str]:
    loaded = read_mapping(project / "include/mappings/shared.yaml")
    job = Job(loaded, "content", str(project), from_url(databases.legacy), databases.targets[name])
    try:
        objects = sorted({entity.target.object for entity in loaded.mapping.entities.values()})
        return content_hashes(job.target, objects)
    finally:
        job.target.close()


@pytest.fixture(scope="module")
def running(
    databases: Databases, project: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Fleet, LiveAirflow]]:
    urls = {"LEGACY_CRM": databases.legacy} | {f"TARGET_{name.upper()}": url for name, url in databases.targets.items()}
    connections = {f"AIRFLOW_CONN_{name}": connection(url) for name, url in urls.items()}
    home = tmp_path_factory.mktemp("fleet")
    with airflow_of(home, databases.airflow, connections, project / "dags") as (fleet, live):
        live.http.post("/api/v2/pools", json={"name": "crm_target_target_crm", "slots": 1}).raise_for_status()
        yield fleet, live


def connection(url: str) -> str:
    """Return a connection in Airflow's JSON form."""
    told = sa.make_url(url)
    extra = {"host": told.query["host"]}
    return json.dumps({"conn_type": "postgres", "login": told.username, "schema": told.database, "extra": extra})


def trigger(live: LiveAirflow, dag_id: str) -> str:
    live.unpause(dag_id)
    return str(live.post(f"dags/{dag_id}/dagRuns", logical_date=None)["dag_run_id"])


def tasks(live: LiveAirflow, dag_id: str, run_id: str) -> list[dict[str, Any]]:
    found = live.get(f"dags/{dag_id}/dagRuns/{run_id}/taskInstances", limit=200)["task_instances"]
    return list(found)


def over(live: LiveAirflow, dag_id: str, run_id: str) -> None:
    """Wait for the run's end, which must be a good one."""
    live.until(lambda: live.get(f"dags/{dag_id}/dagRuns/{run_id}")["state"] in {"success", "failed"}, PATIENCE)
    assert live.get(f"dags/{dag_id}/dagRuns/{run_id}")["state"] == "success", live.failures(dag_id)


@contextmanager
def held_at_the_last(databases: Databases) -> Iterator[None]:
    """Keep contacts from being loaded beyond the batch that holds the last one: somebody else is entering it."""
    with watching(databases, "shared") as connection:
        legacy_id = connection.execute(sa.text(LAST)).scalar_one()
    engine = sa.create_engine(databases.targets["disturbed"], poolclass=sa.NullPool)
    with engine.connect() as connection, connection.begin() as entering:
        connection.execute(sa.text(TAKEN), {"legacy_id": legacy_id})
        yield
        entering.rollback()


@contextmanager
def watching(databases: Databases, name: str) -> Iterator[sa.Connection]:
    """Look at a target outside of any transaction, which would see what its first look saw."""
    engine = sa.create_engine(databases.targets[name], poolclass=sa.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection


def batches(connection: sa.Connection) -> int:
    """Return how many batches of contacts the full load has committed."""
    tables = ledger_tables("postgresql")
    of_contacts = tables.stream.c.entity == "contact"
    committed = (tables.load_batch.c.phase == "full") & (tables.load_batch.c.state == "confirmed")
    joined = tables.load_batch.c.stream_no == tables.stream.c.stream_no
    asked = sa.select(sa.func.count()).select_from(tables.load_batch).join(tables.stream, joined)
    return int(connection.execute(asked.where(of_contacts, committed)).scalar_one())


def test_two_workers_load_what_one_process_does(
    running: tuple[Fleet, LiveAirflow], databases: Databases, project: Path, hash_of_one_process: dict[str, str]
) -> None:
    fleet, live = running
    run_id = trigger(live, "shared")
    over(live, "shared", run_id)
    assert content(databases, project, "shared") == hash_of_one_process
    assert ledger(databases.targets["shared"]) == ledger(databases.targets["alone"])
    ran = tasks(live, "shared", run_id)
    for mapped, number in (("extract_part", PARTS), ("clean_part", PARTS), ("match_chunk", len(WORKERS))):
        assert len([task for task in ran if task["task_id"] == f"contact.{mapped}"]) == number
    of_the_run = {task["id"] for task in ran}
    shares = [fleet.carried_out(name) & of_the_run for name in WORKERS]
    assert all(shares)
    assert not set.intersection(*shares), "a task was carried out twice"


def test_a_worker_killed_within_a_load_changes_nothing(
    running: tuple[Fleet, LiveAirflow], databases: Databases
) -> None:
    """Compared with the run before, whose hash is that of one process."""
    fleet, live = running
    run_id = trigger(live, "disturbed")

    def loading() -> dict[str, Any] | None:
        found = [task for task in tasks(live, "disturbed", run_id) if task["task_id"] == "load.contact"]
        return next((task for task in found if task["state"] == "running" and task["pid"]), None)

    live.until(lambda: state(live, run_id, "load.account") == "success", PATIENCE)
    with held_at_the_last(databases), watching(databases, "disturbed") as connection:
        live.until(lambda: loading() is not None, PATIENCE)
        live.until(lambda: connection.execute(sa.text(WAITING)).scalar_one() > 0, PATIENCE)
        before = batches(connection)
        assert before > 0, "no batch was committed before the worker was killed"
        task = loading()
        assert task is not None
        fleet.kill(fleet.worker_of(task["pid"]))
        assert batches(connection) == before
    over(live, "disturbed", run_id)
    for told in (records, ledger):
        assert told(databases.targets["disturbed"]) == told(databases.targets["shared"])
    with watching(databases, "disturbed") as connection:
        assert batches(connection) > before
    tried = next(task for task in tasks(live, "disturbed", run_id) if task["task_id"] == "load.contact")
    assert tried["try_number"] > 1


def state(live: LiveAirflow, run_id: str, task_id: str) -> str | None:
    found = [task["state"] for task in tasks(live, "disturbed", run_id) if task["task_id"] == task_id]
    return found[0] if found else None

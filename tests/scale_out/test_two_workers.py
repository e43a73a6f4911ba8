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
from crm_migration.load.backup import content_hashes
from crm_migration.mapping.reader import read_mapping
from demo import legacy
from demo import target as target_crm
from tests.dags.project import ROOT
from tests.end_to_end.live import LiveAirflow
from tests.scale_out.fleet import WORKERS, Fleet, airflow_of
from tests.servers import fresh_database

# Nine processes of Airflow beside the rest of the suite would slow both down: `make scale-out` runs them by themselves.
pytestmark = pytest.mark.skipif(os.environ.get("CRM_MIGRATION_SCALE_OUT") != "on", reason="make scale-out runs it")
CONTACTS = 2_000
SCHEMA = "crm"
PATIENCE = 1_200
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'crm.contact'::regclass"
# The scoring of pairs is what one entity's match cuts in parts that several workers take.
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
    """Return a folder with the demo's DAG and a mapping whose contacts are matched in parts, for each target."""
    home = tmp_path_factory.mktemp("project")
    (home / "dags").mkdir()
    (home / "include/mappings").mkdir(parents=True)
    text = (ROOT / "include/mappings/legacy_crm.yaml").read_text(encoding="utf-8")
    before, after = text.split(KEYS)
    text = f"{before.removesuffix('      keys:' + chr(10))}{MODEL}      keys:\n{KEYS}{after}"
    for name in ("shared", "disturbed"):
        (home / "dags" / f"{name}.py").write_bytes((ROOT / "dags/legacy_crm.py").read_bytes())
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


def records(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every record by its legacy id, references by those of the records they lead to.

    The numbers that an attempt had drawn from a sequence are gone with it, so the target's own ids may have gaps.
    """
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    schema = sa.MetaData()
    schema.reflect(engine, schema=SCHEMA)
    loaded = {name: table for name, table in schema.tables.items() if "legacy_id" in table.c}
    with engine.connect() as connection:
        return {
            name: [tuple(row) for row in connection.execute(_by_legacy_id(table, list(loaded.values())))]
            for name, table in loaded.items()
        }


def _by_legacy_id(table: sa.Table, loaded: list[sa.Table]) -> sa.Select[Any]:
    columns: list[sa.ColumnElement[Any]] = []
    for column in table.c:
        parents = [key.column.table for key in column.foreign_keys if "legacy_id" in key.column.table.c]
        if parents:
            columns.append(_legacy_id(parents[0], column))
        elif column.name == "parent_id":
            kinds = [(table.c.parent_type == parent.name, _legacy_id(parent, column)) for parent in loaded]
            columns.append(sa.case(*kinds, else_=sa.cast(column, sa.Text)))
        elif column.name != "id":
            columns.append(column)
    return sa.select(*columns).order_by(table.c.legacy_id)


def _legacy_id(parent: sa.Table, reference: sa.Column[Any]) -> sa.ScalarSelect[Any]:
    other = parent.alias()
    return sa.select(other.c.legacy_id).where(other.c.id == reference).scalar_subquery()


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
def held(url: str, table: str) -> Iterator[sa.Connection]:
    """Keep everybody from writing to a table of the target."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(f"LOCK TABLE {table} IN SHARE MODE")
        yield connection


def test_two_workers_load_what_one_process_does(
    running: tuple[Fleet, LiveAirflow], databases: Databases, project: Path, hash_of_one_process: dict[str, str]
) -> None:
    _fleet, live = running
    run_id = trigger(live, "shared")
    over(live, "shared", run_id)
    assert content(databases, project, "shared") == hash_of_one_process
    chunks = [task for task in tasks(live, "shared", run_id) if task["task_id"].endswith("match_chunk")]
    assert len(chunks) == len(WORKERS)


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
    with held(databases.targets["disturbed"], "crm.contact") as connection:
        live.until(lambda: loading() is not None, PATIENCE)
        live.until(lambda: connection.execute(sa.text(WAITING)).scalar_one() > 0, PATIENCE)
        task = loading()
        assert task is not None
        fleet.kill(fleet.worker_of(task["pid"]))
    over(live, "disturbed", run_id)
    assert records(databases.targets["disturbed"]) == records(databases.targets["shared"])
    tried = next(task for task in tasks(live, "disturbed", run_id) if task["task_id"] == "load.contact")
    assert tried["try_number"] > 1


def state(live: LiveAirflow, run_id: str, task_id: str) -> str | None:
    found = [task["state"] for task in tasks(live, "disturbed", run_id) if task["task_id"] == task_id]
    return found[0] if found else None

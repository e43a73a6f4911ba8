"""The DAG that loads corrected rows of one run of one mapping, chosen in a form.

The mapping is known only when it runs, so each step is one task for all entities; the target's turn and the ledger's
lease keep it apart from other runs, and where all mappings have one target its pool does, too.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from airflow.sdk import DAG, Param, chain, task

from crm_migration.orchestration import tasks
from crm_migration.orchestration.dag import pool_of
from crm_migration.orchestration.measures import alias_between
from crm_migration.orchestration.notify import ChosenNotifier
from crm_migration.orchestration.operation import mapping_choice, mapping_paths, operation
from crm_migration.orchestration.retry import POLICY, RETRIES

Paths = dict[str, str]


@task(retries=RETRIES, retry_policy=POLICY)
def prepare(paths: Paths) -> dict[str, int]:
    """Clean and match the corrected rows; return their number by entity."""
    from crm_migration import pipeline

    rows = {}
    with tasks.at_work(paths) as job:
        for entity in job.order:
            rows[entity] = int(pipeline.extract_entity(job, entity)["rows"])
            pipeline.clean_entity(job, entity)
            pipeline.match_entity(job, entity)
    return rows


@task(retries=RETRIES, retry_policy=POLICY)
def load(paths: Paths) -> dict[str, Any]:
    """Load all corrected rows in reference order, and set self- and circular references."""
    from crm_migration import pipeline

    with tasks.at_work(paths) as job:
        loaded = {entity: pipeline.load_entity(job, entity)["facts"]["records"] for entity in job.order}
        pipeline.link_references(job)
    return loaded


def reload_dag(dag_file: str, doc: str | None) -> DAG:
    """Return the DAG that loads the rows of an edited workbook."""
    paths = mapping_paths(dag_file)
    params = {
        "mapping": mapping_choice(list(paths)),
        "run_id": Param("", type="string", minLength=1, title="Run", description="The run that rejected the rows."),
        "file": Param(
            "", type="string", minLength=1, title="Workbook", description="Name of the upload, or a path or URL."
        ),
    }
    told = {"on_failure_callback": [ChosenNotifier(paths)]}
    with operation(dag_file, doc, defaults=told, params=params) as made:
        _wire(paths)
    return made


def _wire(paths: Paths) -> None:
    known = [names for names in map(_names, paths.values()) if names]
    pool = _pool(target for _, target in known) if len(known) == len(paths) else {}
    into_target = (tasks.backup, tasks.load_sample, tasks.validate_sample, load, tasks.validate_full)
    done = tasks.report.override(outlets=[alias_between(*names) for names in sorted(set(known))])
    writing = [step.override(**pool)(paths) for step in into_target]
    chain(tasks.preflight(paths), prepare(paths), *writing, done(paths))


def _pool(targets: Iterable[str]) -> dict[str, str]:
    """Return the pool of the one target that all mappings have; none where they differ."""
    named = set(targets)
    return {"pool": pool_of(named.pop())} if len(named) == 1 else {}


def _names(path: str) -> tuple[str, str] | None:
    """Return a mapping's source and target, None where they cannot be told: its own DAG shows what is wrong."""
    try:
        read = yaml.load(Path(path).read_text(encoding="utf-8"), yaml.CSafeLoader)
        names = (read["source"]["name"], read["target"]["name"])
    except (OSError, UnicodeDecodeError, yaml.YAMLError, TypeError, KeyError):
        return None
    return names if all(isinstance(name, str) for name in names) else None

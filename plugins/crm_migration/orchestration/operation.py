"""What the DAGs for operations share: they work on any mapping, one run at a time, by hand or by a clock."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import DAG, Param

MAPPINGS = "include/mappings"


def mapping_paths(dag_file: str) -> dict[str, str]:
    """Return the path of each mapping of the project that a DAG file belongs to, by the mapping's name."""
    folder = Path(dag_file).resolve().parents[1] / MAPPINGS
    return {path.stem: str(path) for path in sorted(folder.glob("*.yaml"))}


def mapping_choice(names: list[str]) -> Param:
    """Return the parameter by which a form offers the mappings."""
    return Param(next(iter(names), ""), type="string", enum=names, title="Mapping")


def operation(
    dag_file: str,
    doc: str | None,
    *,
    schedule: str | None = None,
    defaults: dict[str, Any] | None = None,
    **settings: Any,
) -> DAG:
    """Return a DAG without tasks, named after its file; `defaults` are its tasks', further `settings` those of `DAG`.

    Where `CRM_MIGRATION_SCHEDULES=off` (demo, rehearsal) no clock starts it.
    """
    return DAG(
        dag_id=Path(dag_file).stem,
        doc_md=doc,
        schedule=None if os.environ.get("CRM_MIGRATION_SCHEDULES") == "off" else schedule,
        start_date=datetime(2026, 1, 1, tzinfo=UTC),
        catchup=False,
        max_active_runs=1,
        tags=["crm-migration", "operations"],
        default_args={"owner": "data-engineering", "execution_timeout": timedelta(hours=12)} | (defaults or {}),
        **settings,
    )

"""What the pages' buttons ask Airflow to do: a call of its public interface, shown with its command line beforehand.

The browser sends the call with the user's own session, so that Airflow itself checks whether the user may.
"""

import json
import shlex
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm_migration.report.assemble import ROLLBACK_DAG
from crm_migration.web.access import Activity
from crm_migration.web.runs import Run
from crm_migration.web.text import segment

RELOAD_DAG = "reload_rejected"
API = "/api/v2"


@dataclass(frozen=True)
class Action:
    """A call of Airflow's interface, and the command that does the same; `name` is a key of the tables of words."""

    name: str
    path: str
    body: dict[str, Any] = field(default_factory=dict)
    command: str = ""
    grave: bool = False

    @property
    def json(self) -> str:
        """Return the call's body as text."""
        return json.dumps(self.body, ensure_ascii=False, indent=2)


def start_run(dag_id: str) -> Action:
    """Return the action that starts a run of a DAG."""
    return _trigger("start_run", dag_id, {})


def roll_back(dag_id: str, run_id: str) -> Action:
    """Return the action that undoes a run."""
    return _trigger("roll_back", ROLLBACK_DAG, {"mapping": dag_id, "run_id": run_id, "force": False}, grave=True)


def reload_rows(dag_id: str, run_id: str, file: str) -> Action:
    """Return the action that loads the repaired rows of a run from an uploaded workbook."""
    return _trigger("reload", RELOAD_DAG, {"mapping": dag_id, "run_id": run_id, "file": file})


def _trigger(name: str, dag_id: str, conf: dict[str, Any], *, grave: bool = False) -> Action:
    told = ["airflow", "dags", "trigger", dag_id, *(["--conf", json.dumps(conf)] if conf else [])]
    body = {"logical_date": None, "conf": conf}
    return Action(name, f"{API}/dags/{segment(dag_id)}/dagRuns", body, shlex.join(told), grave)


def clear_failed(dag_id: str, run_id: str, known: Activity) -> Action:
    """Return the action that has the failed tasks of a run, and what comes after them, done again."""
    body = {
        "dry_run": False,
        "dag_run_id": run_id,
        "only_failed": True,
        "include_downstream": True,
        "reset_dag_runs": True,
    }
    command = ["airflow", "tasks", "clear", dag_id, "--only-failed", "--downstream", "--yes"]
    if known.logical_date is not None:
        moment = known.logical_date.isoformat()
        command += ["--start-date", moment, "--end-date", moment]
    path = f"{API}/dags/{segment(dag_id)}/clearTaskInstances"
    return Action("clear_failed", path, body, shlex.join(command) if known.logical_date else "")


def backfill_failed(dag_id: str, runs: list[Run]) -> Action | None:
    """Return the action that runs the windows of failed loads again; None where no red run has a window."""
    starts = [run.window[0] for run in runs if run.status == "red" and run.window[0]]
    ends = [run.window[1] for run in runs if run.status == "red" and run.window[0] and run.window[1]]
    if not starts or not ends:
        return None
    return _backfill(dag_id, min(starts), max(ends))


def _backfill(dag_id: str, start: datetime, end: datetime) -> Action:
    body = {
        "dag_id": dag_id,
        "from_date": start.isoformat(),
        "to_date": end.isoformat(),
        "reprocess_behavior": "failed",
        "max_active_runs": 1,
    }
    words = ["airflow", "backfill", "create", "--dag-id", dag_id, "--from-date", start.isoformat()]
    words += ["--to-date", end.isoformat(), "--reprocess-behavior", "failed", "--max-active-runs", "1"]
    return Action("backfill_failed", f"{API}/backfills", body, shlex.join(words))

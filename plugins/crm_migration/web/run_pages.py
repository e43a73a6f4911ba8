"""One run: where every row went, what was checked, how long it took, how far it has got, and how to undo it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse

from crm_migration.errors import MigrationError, StagingMissing
from crm_migration.ledger.rejected import Settled, settled
from crm_migration.report.approval import Approval, read_answer
from crm_migration.report.model import Check, Report
from crm_migration.report.read import read_report
from crm_migration.web import access, actions, files, runs
from crm_migration.web.asked import AskedOrigin, ledger_run
from crm_migration.web.project import Origin, asking
from crm_migration.web.rendering import render

router = APIRouter()
ENDED = ("success", "failed")
ASKING = "approve_sample"


@dataclass(frozen=True)
class Sample:
    """A sample that somebody was asked about: whether its page can be shown, whether it waits, and the answer."""

    page: bool
    waits: bool
    answer: Approval | None


@dataclass(frozen=True)
class Found:
    """Everything that is known of a run, from wherever it is at hand."""

    run: runs.Run | None
    activity: access.Activity | None
    report: Report | None
    checks: list[runs.CheckLine]
    failed: list[Check]
    backups: list[runs.BackupLine]
    progress: list[runs.Progress]
    settled: list[Settled]
    docs: list[str]
    sample: Sample | None = None
    funnel: Sequence[runs.Level] = ()
    trouble: str | None = None

    @property
    def live(self) -> bool:
        """Return whether the run is under way."""
        return bool(self.activity and self.activity.state not in ENDED)

    @property
    def rejected(self) -> int:
        """Return how many rows of the run were rejected."""
        return sum(line.rows for line in self.settled)

    @property
    def open(self) -> int:
        """Return how many of them wait for somebody."""
        return sum(line.rows for line in self.settled if line.how is None)

    @property
    def closings(self) -> list[Settled]:
        """Return which runs have closed how many of them since."""
        return [line for line in self.settled if line.how is not None]

    @property
    def can_undo(self) -> bool:
        """Return whether there is anything of the run in the target that a rollback would take out."""
        return self.run is not None and self.run.status != "rolled_back" and bool(self.run.counts or self.backups)


@router.get("/run/{dag_id}/{run_id}", dependencies=[access.MAY_READ], response_class=HTMLResponse)
def run_page(request: Request, dag_id: str, run_id: str, origin: AskedOrigin) -> HTMLResponse:
    """Return the page of one run."""
    found = _found(origin, run_id)
    asked = []
    if found.activity and found.activity.failed and not found.live:
        asked.append(actions.clear_failed(dag_id, run_id, found.activity))
    if found.can_undo and not found.live:
        asked.append(actions.roll_back(dag_id, run_id))
    return render(request, "run.html.j2", dag_id=dag_id, run_id=run_id, source=origin.name, found=found, actions=asked)


def _found(origin: Origin, run_id: str) -> Found:
    activity, report = access.activity(origin.dag_id, run_id), _report(origin, run_id)
    bare = Found(
        run=None,
        activity=activity,
        report=report,
        checks=[],
        failed=_failed(report) if report else [],
        backups=[],
        progress=[],
        settled=[],
        docs=files.docs_of(origin.folder(run_id)),
        sample=sample_of(origin, run_id, activity),
    )
    try:
        ledger, run = ledger_run(origin, run_id)
    except MigrationError as error:
        return replace(bare, trouble=str(error))
    if run is None:
        return bare
    with asking(origin.loaded.mapping.target.name):
        return replace(
            bare,
            run=run,
            checks=runs.reconciliation(ledger, run.number),
            backups=runs.backups(ledger, run.number),
            progress=runs.progress(ledger, run.number),
            settled=settled(ledger, run.number),
            funnel=runs.funnel(ledger, run),
        )


def _failed(report: Report) -> list[Check]:
    phases = (report.full_checks, report.sample_checks)
    return [line for checks in phases if checks for line in checks.lines if line.status == "fail"]


def sample_of(origin: Origin, run_id: str, activity: access.Activity | None) -> Sample | None:
    """Return what is known of a run's question about its sample; None where it has asked nobody."""
    folder = origin.folder(run_id)
    answer = read_answer(folder)
    waits = activity is not None and ASKING in activity.awaiting
    page = files.asked_of(folder)
    return Sample(page, waits, None if waits else answer) if page or answer else None


def _report(origin: Origin, run_id: str) -> Report | None:
    """Return the run's report; None where it has written none yet, or another version of this package wrote it."""
    try:
        return read_report(origin.folder(run_id))[0]
    except (StagingMissing, ValueError):
        return None


@router.get("/progress/{dag_id}/{run_id}", dependencies=[access.MAY_READ])
def progress(dag_id: str, run_id: str, origin: AskedOrigin) -> JSONResponse:
    """Return how far a run has got: its state in Airflow, its tasks, and each load that has begun."""
    activity = access.activity(dag_id, run_id)
    return JSONResponse({**_tasks(activity), "loads": _loads(origin, run_id)})


def _tasks(activity: access.Activity | None) -> dict[str, Any]:
    if activity is None:
        return {"state": None, "live": False, "running": [], "awaiting": [], "done": 0, "tasks": 0}
    return {
        "state": activity.state,
        "live": activity.state not in ENDED,
        "running": list(activity.running),
        "awaiting": list(activity.awaiting),
        "done": activity.done,
        "tasks": activity.tasks,
    }


def _loads(origin: Origin, run_id: str) -> list[dict[str, Any]]:
    """Return the loads that have begun; none while the ledger is not there."""
    try:
        ledger, run = ledger_run(origin, run_id)
        if run is None:
            return []
        with asking(origin.loaded.mapping.target.name):
            return [line.as_json() for line in runs.progress(ledger, run.number)]
    except MigrationError:
        return []

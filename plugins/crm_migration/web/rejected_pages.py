"""Rejected rows: listed by reason and key, taken away as a workbook, and handed in again when repaired."""

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Query, Request, status
from fastapi.responses import FileResponse, HTMLResponse
from pydantic import BaseModel, Field
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from crm_migration.errors import UploadRefused
from crm_migration.ledger.ledger import Ledger
from crm_migration.staging import safe_name
from crm_migration.web import access, actions, forgery, rejected
from crm_migration.web.asked import AskedOrigin, known_run
from crm_migration.web.project import Origin, asking
from crm_migration.web.rendering import render
from crm_migration.web.runs import Run, run_of, runs_of
from crm_migration.web.text import is_number

router = APIRouter()
RUNS = 20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Asked(BaseModel):
    """What the address asks of a run's rejected rows; `after` is `stream:key` of the last row of the page before."""

    entity: str | None = Field(None, max_length=200)
    reason: str | None = Field(None, max_length=40)
    key: str | None = Field(None, max_length=400)
    open: bool = False
    after: str | None = Field(None, max_length=400)

    def wanted(self) -> rejected.Wanted:
        """Return it as the query takes it; what is empty or no place is left out."""
        stream, _, key = (self.after or "").partition(":")
        after = (int(stream), key) if is_number(stream) else None
        key_wanted = (self.key or "").strip() or None
        return rejected.Wanted(self.entity or None, self.reason or None, key_wanted, self.open, after)


@dataclass(frozen=True)
class HandedIn:
    """What came of an upload: rows by entity and the call that loads them, or why it was refused."""

    rows: dict[str, int] | None = None
    action: actions.Action | None = None
    refused: str | None = None


@router.get("/rejected/{dag_id}", dependencies=[access.MAY_READ], response_class=HTMLResponse)
def of_last_run(request: Request, user: access.Visitor, origin: AskedOrigin) -> HTMLResponse:
    """Return the rejected rows of the source's latest run of which some are open, else of the latest that has any."""
    ledger = origin.ledger()
    with asking(origin.loaded.mapping.target.name):
        waits = rejected.latest_open(ledger, origin.name)
        latest = runs_of(ledger, origin.name)
        chosen = run_of(ledger, origin.name, waits) if waits else None
        chosen = chosen or next((run for run in latest if run.counts.get("rejected")), latest[0] if latest else None)
    if chosen is None:
        return render(request, "empty.html.j2", dag_id=origin.dag_id, source=origin.name)
    return render(request, "rejected.html.j2", **_told(user, origin, (ledger, chosen), rejected.Wanted()))


@router.get("/rejected/{dag_id}/{run_id}", dependencies=[access.MAY_READ], response_class=HTMLResponse)
def of_run(
    request: Request, user: access.Visitor, origin: AskedOrigin, run_id: str, asked: Annotated[Asked, Query()]
) -> HTMLResponse:
    """Return a page of the rejected rows of a run."""
    return render(request, "rejected.html.j2", **_told(user, origin, known_run(origin, run_id), asked.wanted()))


def _told(user: Any, origin: Origin, known: tuple[Ledger, Run], wanted: rejected.Wanted) -> dict[str, Any]:
    """Return what the page of a run's rejected rows shows."""
    ledger, run = known
    with asking(origin.loaded.mapping.target.name):
        counted = rejected.counted(ledger, run.number)
        rows, after = rejected.page(ledger, run.number, wanted)
        others = [other for other in runs_of(ledger, origin.name, RUNS) if other.counts.get("rejected")]
    return {
        "dag_id": origin.dag_id,
        "source": origin.name,
        "run": run,
        "others": others,
        "reasons": counted.reasons,
        "closings": counted.closings,
        "rows": rows,
        "wanted": wanted,
        "next_page": address(replace(wanted, after=after)) if after else None,
        "token": forgery.token_for(user),
        "handed_in": HandedIn(),
    }


def address(wanted: rejected.Wanted) -> str:
    """Return the query of the address that asks for a page."""
    after = f"{wanted.after[0]}:{wanted.after[1]}" if wanted.after else None
    told = {"entity": wanted.entity, "reason": wanted.reason, "key": wanted.key, "after": after}
    told["open"] = "1" if wanted.only_open else None
    return urlencode({name: value for name, value in told.items() if value})


@router.get("/workbook/{dag_id}/{run_id}", dependencies=[access.MAY_READ])
def workbook(origin: AskedOrigin, run_id: str) -> FileResponse:
    """Return the open rejected rows of a run as a workbook to be repaired."""
    from crm_migration.report.error_workbook import write_error_workbook
    from crm_migration.report.rejected_rows import RejectedOf

    ledger, _run = known_run(origin, run_id)
    folder = tempfile.TemporaryDirectory(prefix="crm-migration-workbook-")  # removed when it has been sent
    file = Path(folder.name) / "rejected.xlsx"
    try:
        with asking(origin.loaded.mapping.target.name):
            write_error_workbook(RejectedOf(origin.loaded.mapping, ledger, origin.folder(run_id)), file)
    except BaseException:
        folder.cleanup()
        raise
    name = f"{safe_name(origin.name)}-{safe_name(run_id)}-rejected.xlsx"
    return FileResponse(file, media_type=XLSX, filename=name, background=BackgroundTask(folder.cleanup))


@router.post("/upload/{dag_id}/{run_id}", dependencies=[access.MAY_ACT])
async def upload(request: Request, user: access.Visitor, origin: AskedOrigin, run_id: str) -> HTMLResponse:
    """Take a repaired workbook: it is checked and kept, and the page shows the call that loads it."""
    # Read here and not by FastAPI, which would read a form before it asks who sends it.
    async with request.form(max_files=1, max_fields=4) as form:
        forgery.refuse_forged(request, user, str(form.get("token") or ""))
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, "expected a workbook as 'file', found none")
        done = await run_in_threadpool(_taken, origin, run_id, file)
    known = await run_in_threadpool(known_run, origin, run_id)
    told = await run_in_threadpool(_told, user, origin, known, rejected.Wanted())
    code = status.HTTP_422_UNPROCESSABLE_CONTENT if done.refused else status.HTTP_200_OK
    return render(request, "rejected.html.j2", code, **told | {"handed_in": done})


def _taken(origin: Origin, run_id: str, file: UploadFile) -> HandedIn:
    from crm_migration.reload.upload import accept_upload

    known_run(origin, run_id)
    try:
        kept = accept_upload(file.file, origin.loaded.mapping, origin.staging, run_id)
    except UploadRefused as refused:
        return HandedIn(refused=str(refused))
    return HandedIn(kept.rows, actions.reload_rows(origin.dag_id, run_id, kept.name))

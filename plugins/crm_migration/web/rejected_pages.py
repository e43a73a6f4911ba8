"""Rejected rows: listed by reason and key, taken away as a workbook, and handed in again when repaired."""

from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from crm_migration.ledger.ledger import Ledger
from crm_migration.web import access, forgery, rejected, runs
from crm_migration.web.asked import AskedOrigin, known_run
from crm_migration.web.project import Origin, asking
from crm_migration.web.rendering import render

router = APIRouter()
RUNS = 20


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
        after = (
            (int(stream), key) if stream.isascii() and stream.isdigit() and len(stream) <= len("999999999") else None
        )
        key_wanted = (self.key or "").strip() or None
        return rejected.Wanted(self.entity or None, self.reason or None, key_wanted, self.open, after)


@router.get("/rejected/{dag_id}", dependencies=[access.MAY_READ], response_class=HTMLResponse)
def of_last_run(request: Request, user: access.Visitor, origin: AskedOrigin) -> HTMLResponse:
    """Return the rejected rows of the source's latest run that has any."""
    ledger = origin.ledger()
    with asking(origin.loaded.mapping.target.name):
        latest = runs.runs_of(ledger, origin.name)
        chosen = next((run for run in latest if run.counts.get("rejected")), latest[0] if latest else None)
    if chosen is None:
        return render(request, "empty.html.j2", dag_id=origin.dag_id, source=origin.name)
    return _page(request, user, origin, (ledger, chosen), rejected.Wanted())


@router.get("/rejected/{dag_id}/{run_id}", dependencies=[access.MAY_READ], response_class=HTMLResponse)
def of_run(
    request: Request, user: access.Visitor, origin: AskedOrigin, run_id: str, asked: Annotated[Asked, Query()]
) -> HTMLResponse:
    """Return a page of the rejected rows of a run."""
    return _page(request, user, origin, known_run(origin, run_id), asked.wanted())


def _page(
    request: Request, user: Any, origin: Origin, known: tuple[Ledger, runs.Run], wanted: rejected.Wanted
) -> HTMLResponse:
    ledger, run = known
    with asking(origin.loaded.mapping.target.name):
        reasons = rejected.reasons(ledger, run.number)
        rows, after = rejected.page(ledger, run.number, wanted)
        closings = rejected.closings(ledger, run.number)
        others = [other for other in runs.runs_of(ledger, origin.name, RUNS) if other.counts.get("rejected")]
    return render(
        request,
        "rejected.html.j2",
        dag_id=origin.dag_id,
        source=origin.name,
        run=run,
        others=others,
        reasons=reasons,
        closings=closings,
        rows=rows,
        wanted=wanted,
        next_page=address(replace(wanted, after=after)) if after else None,
        token=forgery.token_for(user),
    )


def address(wanted: rejected.Wanted) -> str:
    """Return the query of the address that asks for a page."""
    after = f"{wanted.after[0]}:{wanted.after[1]}" if wanted.after else None
    told = {"entity": wanted.entity, "reason": wanted.reason, "key": wanted.key, "after": after}
    told["open"] = "1" if wanted.only_open else None
    return urlencode({name: value for name, value in told.items() if value})

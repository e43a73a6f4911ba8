"""The queue of pairs: one pair side by side, decided by a key or a button, then the next."""

from itertools import pairwise
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request, status
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel, Field

from crm_migration.web import access, forgery, review
from crm_migration.web.asked import AskedBy, AskedOrigin, AskedProject
from crm_migration.web.project import asking
from crm_migration.web.rendering import render
from crm_migration.web.text import segment

router = APIRouter()


class Said(BaseModel):
    """What a form says of a pair, and where the queue goes on."""

    said: str = Field(max_length=20)
    token: str = Field(max_length=500)
    behind: str = Field("", max_length=60)


@router.get("/review/{dag_id}", dependencies=[access.MAY_READ], response_class=HTMLResponse)
def queue(request: Request, viewer: AskedBy, origin: AskedOrigin, after: str | None = None) -> HTMLResponse:
    """Return the next pair that waits, behind the one that `after` names."""
    ledger = origin.ledger()
    with asking(origin.loaded.mapping.target.name):
        ahead = review.queue(ledger, origin, review.placed(after))
        left = review.count(ledger, origin)
    pair = ahead[0] if ahead else None
    shown = review.beside(origin, pair, viewer.sources) if pair else None
    return render(
        request,
        "review.html.j2",
        dag_id=origin.dag_id,
        source=origin.name,
        pair=pair,
        shown=shown.pair if shown else None,
        trouble=shown.trouble if shown else None,
        seen=review.seen(pair, viewer.sources) if pair else (True, True),
        ahead=[(one, review.place(before)) for before, one in pairwise(ahead)],
        left=left,
        before=after or "",
        behind=review.place(pair) if pair else "",
        token=forgery.token_for(viewer.user),
    )


def decider(user: access.Visitor, project: AskedProject, origin: AskedOrigin, number: int) -> review.Rows:
    """Return the rows of a pair that the user may decide: of either source they may start runs.

    Raises:
        HTTPException: 403, where one of them is a source that is not theirs to act for.
        MappingFault: the pair is none of this source's.
    """
    with asking(origin.loaded.mapping.target.name):
        rows = review.rows_of(origin.ledger(), origin, number)
    allowed = project.sources(access.startable(user, project.dag_ids()))
    if not rows.sources <= set(allowed):
        raise HTTPException(
            status.HTTP_403_FORBIDDEN, "a pair is decided by who may start runs of the sources of both its records"
        )
    return rows


@router.post("/review/{dag_id}/{number}", dependencies=[access.MAY_ACT])
def decide(
    request: Request,
    user: access.Visitor,
    origin: AskedOrigin,
    rows: Annotated[review.Rows, Depends(decider)],
    form: Annotated[Said, Form()],
) -> RedirectResponse:
    """Record what the user says of a pair, and go on to the next."""
    forgery.refuse_forged(request, user, form.token)
    with asking(origin.loaded.mapping.target.name):
        review.decide(origin.ledger(), rows, form.said, access.name_of(user))
    base = request.scope.get("root_path", "").rstrip("/")
    after = f"?after={segment(form.behind)}" if review.placed(form.behind) else ""
    return RedirectResponse(f"{base}/review/{segment(origin.dag_id)}{after}", status.HTTP_303_SEE_OTHER)

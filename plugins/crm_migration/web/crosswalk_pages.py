"""The search for a key of the legacy system."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from crm_migration.web import access, crosswalk
from crm_migration.web.asked import AskedBy, AskedOrigin
from crm_migration.web.project import asking
from crm_migration.web.rendering import render

router = APIRouter()


class Sought(BaseModel):
    """A key, or how it begins; with an entity the whole key of a row of it."""

    key: str = Field("", max_length=2000)
    entity: str = Field("", max_length=200)


@router.get("/crosswalk/{dag_id}", dependencies=[access.MAY_READ], response_class=HTMLResponse)
def search(request: Request, viewer: AskedBy, origin: AskedOrigin, sought: Annotated[Sought, Query()]) -> HTMLResponse:
    """Return what became of the row of a key, or the rows whose keys begin so."""
    wanted, ledger = sought.key.strip(), origin.ledger()
    with asking(origin.loaded.mapping.target.name):
        rows = [(sought.entity, wanted)] if sought.entity and wanted else []
        if wanted and not rows:
            rows = crosswalk.search(ledger, origin.name, wanted)
        found = crosswalk.found(ledger, origin.name, rows[0], viewer.sources) if len(rows) == 1 else None
    missing = found is not None and found.line is None and not found.history
    return render(
        request,
        "crosswalk.html.j2",
        dag_id=origin.dag_id,
        source=origin.name,
        key=wanted,
        rows=rows if len(rows) > 1 else [],
        found=None if missing else found,
    )

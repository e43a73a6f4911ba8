"""A run's report and its Data Docs, as they were written, behind the same login and the same right as its page.

Both hold what customers' rows hold. They are served in a sandbox: nothing in them can act as the user.
"""

from fastapi import APIRouter, HTTPException, Response, status

from crm_migration.web import access, files
from crm_migration.web.asked import AskedBy, AskedOrigin

router = APIRouter()
REPORT_POLICY = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)
DOCS_POLICY = (
    "sandbox allow-scripts; default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'none'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


@router.get("/report/{dag_id}/{run_id}/{kind}", dependencies=[access.MAY_READ])
def report(run_id: str, kind: str, viewer: AskedBy, origin: AskedOrigin) -> Response:
    """Return the report of a run, `html` or `json`; pairs with a record that the user may not see are left out."""
    folder = origin.folder(run_id)
    found = files.report_file(folder, kind)
    if found is not None and kind == "html" and not viewer.sees_all:
        found = files.report_page_for(folder, viewer.sources)
    return _served(found, REPORT_POLICY)


@router.get("/docs/{dag_id}/{run_id}/{phase}/{path:path}", dependencies=[access.MAY_READ])
def docs(run_id: str, phase: str, path: str, origin: AskedOrigin) -> Response:
    """Return a file of a run's Data Docs."""
    found = files.docs_file(origin.folder(run_id), phase, path)
    return _served(found, DOCS_POLICY)


def _served(found: files.Served | None, policy: str) -> Response:
    if found is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "no such file of this run; its staging may have been cleared")
    return Response(found.content, media_type=found.kind, headers={"Content-Security-Policy": policy})

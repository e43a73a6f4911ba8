"""The application that Airflow's API server mounts: its routes, its headers, and what it says when something fails."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException as AnyHTTPException

from crm_migration.errors import DataFault, MappingFault, MigrationError, OperatorNeeded
from crm_migration.reload.upload import MOST_BYTES
from crm_migration.web import (
    access,
    crosswalk_pages,
    files_pages,
    rejected_pages,
    review_pages,
    run_pages,
    sample_pages,
    source_pages,
)
from crm_migration.web.project import Project
from crm_migration.web.rendering import render

STATIC = Path(__file__).with_name("static")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
)
UPLOAD_BYTES = MOST_BYTES + (64 << 10)
FORM_BYTES = 64 << 10
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
}
ROUTERS = (source_pages, run_pages, sample_pages, files_pages, rejected_pages, review_pages, crosswalk_pages)


def monitor(mappings: Path) -> FastAPI:
    """Return the monitor of the mappings in a folder; nothing of it but its style and script is open to strangers."""
    # FastAPI's own pages about itself would be routes without a guard.
    app = FastAPI(title="CRM migration monitor", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.project = Project(mappings, access.staging_root(), access.connection)
    for pages in ROUTERS:
        app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.middleware("http")(_with_headers)
    app.exception_handler(AnyHTTPException)(_refused)
    app.exception_handler(RequestValidationError)(_misread)
    app.exception_handler(MigrationError)(_failed)
    return app


def _too_large(request: Request) -> HTTPException | None:
    """Return the refusal of a body that is too large, or does not say how large it is; before anything reads it."""
    told = request.headers.get("content-length", "")
    if request.method in ("GET", "HEAD") and not told:
        return None
    most = UPLOAD_BYTES if f"{request.scope.get('root_path', '')}/upload/" in request.url.path else FORM_BYTES
    if not told.isdigit() or "transfer-encoding" in request.headers:
        return HTTPException(411, "expected a request that says how long it is")
    return HTTPException(413, f"expected at most {most >> 10} KiB") if int(told) > most else None


async def _with_headers(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    refused = _too_large(request)
    response = _refused(request, refused) if refused else await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.url.path.startswith(f"{request.scope.get('root_path', '')}/static/"):
        response.headers["Cache-Control"] = "public, max-age=300"
    return response


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _refused(request: Request, error: Exception) -> Response:
    """Answer a request that is not let through, or asks for what is not there."""
    refused = error if isinstance(error, HTTPException | AnyHTTPException) else HTTPException(500)
    if not _wants_page(request):
        return JSONResponse({"detail": refused.detail}, refused.status_code, refused.headers)
    return render(request, "error.html.j2", refused.status_code, code=refused.status_code, message=refused.detail)


def _misread(request: Request, _error: Exception) -> Response:
    """Answer a request whose parameters are none; what they hold is not repeated."""
    return _refused(request, HTTPException(422, "a parameter of the address or of the form cannot be read"))


def _failed(request: Request, error: Exception) -> Response:
    """Answer with what this package says is wrong."""
    kinds = {OperatorNeeded: 409, MappingFault: 422, DataFault: 422}
    code = next((code for kind, code in kinds.items() if isinstance(error, kind)), 503)
    return _refused(request, HTTPException(code, str(error)))

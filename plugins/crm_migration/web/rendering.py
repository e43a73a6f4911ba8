"""Makes pages of templates: every text is escaped, cut, and without marks that would reorder what stands beside it."""

from functools import cache
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from crm_migration.report import formats
from crm_migration.report.model import OUTCOMES
from crm_migration.report.words import NOT_ROWS
from crm_migration.web import charts, text
from crm_migration.web.language import COOKIE, LANGUAGES, language_of

LONGEST_TEXT = 4_000
MONTH = 30 * 24 * 3600


def render(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Return a page in the language of the request, which is remembered where the address asks for it."""
    language = language_of(request)
    base = request.scope.get("root_path", "").rstrip("/")
    page = _environment().get_template(template)
    html = page.render(
        t=language.say,
        language=language,
        languages=LANGUAGES,
        base=base,
        airflow=base.rpartition("/")[0],
        here=request.url.path,
        query={name: value for name, value in request.query_params.items() if name != "lang"},
        **context,
    )
    answer = HTMLResponse(html, status)
    if request.query_params.get("lang") in LANGUAGES:
        answer.set_cookie(COOKIE, language.code, max_age=MONTH, path=base or "/", samesite="lax", httponly=True)
    return answer


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("crm_migration.web"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    names = ("number", "duration", "moment", "amount")
    environment.filters |= {name: getattr(formats, name) for name in names}
    environment.filters |= {"cut": text.cut, "iso": text.iso, "segment": text.segment}
    environment.globals |= {
        "rate": formats.rate,
        "share": formats.share,
        "scaled": charts.scaled,
        "stack": charts.stack,
        "outcomes": OUTCOMES,
        "not_rows": NOT_ROWS,
    }
    return environment


def _finalize(value: object) -> object:
    if isinstance(value, Markup):
        return value
    if isinstance(value, str):
        return formats.visible(text.cut(value, LONGEST_TEXT))
    return "" if value is None else value

"""The sample of a run that asks whether everything may be loaded: its evidence, its records, and who answered.

Airflow's own page of the question holds no value of a customer; this one is shown to those who may see the DAG.
"""

from fastapi import APIRouter, HTTPException, Request, status
from fastapi.responses import HTMLResponse

from crm_migration.report.sample_page import STATES
from crm_migration.report.sample_question import Question
from crm_migration.report.words import VALIDATIONS
from crm_migration.web import access, files, run_pages
from crm_migration.web.asked import AskedOrigin
from crm_migration.web.rendering import render

router = APIRouter()


@router.get("/sample/{dag_id}/{run_id}", dependencies=[access.MAY_READ], response_class=HTMLResponse)
def sample(request: Request, dag_id: str, run_id: str, origin: AskedOrigin) -> HTMLResponse:
    """Return the page about the sample of a run."""
    asked = files.question_of(origin.folder(run_id))
    if asked is None:
        raise HTTPException(
            status.HTTP_404_NOT_FOUND, "this run has asked nobody about its sample, or its staging has been cleared"
        )
    return render(
        request,
        "sample.html.j2",
        dag_id=dag_id,
        run_id=run_id,
        source=origin.name,
        asked=asked,
        checks=_counted(asked),
        sample=run_pages.sample_of(origin, run_id, access.activity(dag_id, run_id)),
    )


def _counted(asked: Question) -> dict[str, dict[str, int]]:
    """Return how many checks of the sample have passed, failed or only inform, by kind; kinds without any left out."""
    lines = asked.checks.lines if asked.checks else ()
    found = {
        kind: {state: sum((line.validation, line.status) == (kind, state) for line in lines) for state in STATES}
        for kind in VALIDATIONS
    }
    return {kind: counts for kind, counts in found.items() if any(counts.values())}

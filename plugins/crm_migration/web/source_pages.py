"""The overview of all sources, and the page of one: its runs, and what waits for a person."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from crm_migration.errors import MigrationError
from crm_migration.ledger.ledger import Ledger
from crm_migration.web import access, actions, charts, rejected, review
from crm_migration.web.asked import AskedOrigin, AskedProject
from crm_migration.web.project import Origin, Project, asking
from crm_migration.web.rendering import render
from crm_migration.web.runs import Level, Run, funnel, runs_of

router = APIRouter()


@dataclass(frozen=True)
class Card:
    """What the overview tells of one source; `trouble` where its ledger could not be asked."""

    dag_id: str
    name: str
    description: str
    target: str
    plan: access.Plan | None
    runs: Sequence[Run] = ()
    funnel: Sequence[Level] = ()
    trouble: str | None = None
    reviews: int = 0
    rejected: int = 0
    watermarks: dict[str, datetime] = field(default_factory=dict)

    @property
    def last(self) -> Run | None:
        """Return the latest run."""
        return self.runs[0] if self.runs else None

    @property
    def watermark(self) -> datetime | None:
        """Return up to where every entity has been loaded; later windows begin there."""
        return min(self.watermarks.values()) if self.watermarks else None

    @property
    def trend(self) -> list[charts.Column]:
        """Return the columns of the trend, the oldest run first."""
        return charts.trend(self.runs)


@router.get("/", dependencies=[access.SIGNED_IN], response_class=HTMLResponse)
def overview(request: Request, user: access.Visitor, project: AskedProject) -> HTMLResponse:
    """Return the overview of the sources that the user may see."""
    seen = sorted(access.readable(user, project.dag_ids()))
    plans = access.plans(seen)
    cards = [card_of(project, dag_id, plans.get(dag_id)) for dag_id in seen]
    return render(request, "overview.html.j2", cards=cards)


def card_of(project: Project, dag_id: str, plan: access.Plan | None) -> Card:
    """Return what the overview tells of a source, whatever is wrong with it."""
    try:
        origin = project.origin(dag_id)
    except MigrationError as error:
        return Card(dag_id, dag_id, "", "", plan, trouble=str(error))
    if origin is None:
        return Card(dag_id, dag_id, "", "", plan)
    mapping = origin.loaded.mapping
    bare = Card(dag_id, origin.name, mapping.description, mapping.target.name, plan)
    try:
        ledger = origin.ledger()
        with asking(mapping.target.name):
            return _filled(bare, origin, ledger)
    except MigrationError as error:
        return replace(bare, trouble=str(error))


def _filled(bare: Card, origin: Origin, ledger: Ledger) -> Card:
    latest = runs_of(ledger, origin.name)
    return replace(
        bare,
        runs=latest,
        funnel=funnel(ledger, latest[0]) if latest else (),
        reviews=review.count(ledger, origin),
        rejected=rejected.open_rows(ledger, origin.name),
        watermarks=ledger.loaded_until(origin.name, ""),
    )


@router.get("/dag/{dag_id}", dependencies=[access.MAY_READ], response_class=HTMLResponse)
def source(request: Request, dag_id: str, project: AskedProject, origin: AskedOrigin) -> HTMLResponse:
    """Return the page of one source."""
    card = card_of(project, dag_id, access.plans([dag_id]).get(dag_id))
    asked = [actions.start_run(dag_id), actions.backfill_failed(dag_id, list(card.runs))]
    entities = {name: spec.target.object for name, spec in origin.loaded.mapping.entities.items()}
    return render(
        request, "source.html.j2", card=card, entities=entities, actions=[action for action in asked if action]
    )

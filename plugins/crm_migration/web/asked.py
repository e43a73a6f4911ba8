"""What a request asks about: the project, a source of it, a run of that source."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Request, status

from crm_migration.ledger.ledger import Ledger
from crm_migration.web.access import Visitor, readable
from crm_migration.web.project import Origin, Project, asking
from crm_migration.web.runs import Run, run_of


def project_of(request: Request) -> Project:
    """Return the project that the application serves."""
    project: Project = request.app.state.project
    return project


def origin_of(request: Request, dag_id: str) -> Origin:
    """Return the source that the DAG in the address migrates.

    Raises:
        HTTPException: 404, where it migrates none.
        MappingInvalid: its mapping has faults.
    """
    found = project_of(request).origin(dag_id)
    if found is None:
        raise HTTPException(
            status.HTTP_404_NOT_FOUND, f"DAG {dag_id!r} migrates no source: there is no mapping of that name"
        )
    return found


AskedProject = Annotated[Project, Depends(project_of)]
AskedOrigin = Annotated[Origin, Depends(origin_of)]


def ledger_run(origin: Origin, run_id: str) -> tuple[Ledger, Run | None]:
    """Return the ledger of a source, and a run as it has it.

    Raises:
        MigrationError: the ledger is not there, or does not answer.
    """
    ledger = origin.ledger()
    with asking(origin.loaded.mapping.target.name):
        return ledger, run_of(ledger, origin.name, run_id)


def known_run(origin: Origin, run_id: str) -> tuple[Ledger, Run]:
    """Return what `ledger_run` does, of a run that must be there.

    Raises:
        HTTPException: 404, where the ledger knows no such run.
    """
    ledger, run = ledger_run(origin, run_id)
    if run is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"the ledger knows no run {run_id!r} of {origin.name}")
    return ledger, run


@dataclass(frozen=True)
class Viewer:
    """Who asks, which sources, by their names, they may see, and whether these are all that there are."""

    user: Any
    sources: frozenset[str]
    sees_all: bool


def viewer_of(user: Visitor, project: AskedProject) -> Viewer:
    """Return who asks, with the sources whose DAGs they may see."""
    every = project.dag_ids()
    seen = readable(user, every)
    return Viewer(user, frozenset(project.sources(seen)), sees_all=len(seen) == len(every))


AskedBy = Annotated[Viewer, Depends(viewer_of)]

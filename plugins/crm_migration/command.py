"""What the commands share: their output, their errors and exit codes, and the job of a mapping."""

import json
import os
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from crm_migration.connections import database_url, from_environment
from crm_migration.errors import MappingFault, MappingInvalid, MigrationError, QuotaExhausted
from crm_migration.job import Job
from crm_migration.mapping.files import file_connections
from crm_migration.mapping.loaded import LoadedMapping
from crm_migration.mapping.reader import read_mapping

DEFAULT_STAGING = "staging"

out, err = Console(), Console(stderr=True)

MappingPath = Annotated[Path, typer.Argument(help="The mapping file.", show_default=False)]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document for machines.")]


def fail(error: MigrationError, as_json: bool) -> NoReturn:
    """Tell the error and end the command with `exit_code` of it."""
    problems = error.problems if isinstance(error, MappingInvalid) else str(error).splitlines()
    if as_json:
        typer.echo(json.dumps({"ok": False, "error": type(error).__name__, "problems": problems}, ensure_ascii=False))
    else:
        for problem in problems:
            err.print(problem, style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(exit_code(error))


def exit_code(error: MigrationError) -> int:
    """Return 2 where the mapping, a connection or the call is wrong, 3 where the target takes no more calls, else 1."""
    if isinstance(error, QuotaExhausted):
        return 3
    return 2 if isinstance(error, MappingFault) else 1


def job_of(path: Path, run_id: str) -> Job:
    """Return a run of the mapping at `path`, staged where `CRM_MIGRATION_STAGING` says.

    Raises:
        MappingFault: the mapping, or a connection it names, is wrong.
    """
    return job_of_loaded(read_mapping(path), run_id, os.environ.get("CRM_MIGRATION_STAGING", DEFAULT_STAGING))


def job_of_loaded(loaded: LoadedMapping, run_id: str, staging: str) -> Job:
    """Return a run of a mapping that was read already; raises what `job_of` raises."""
    target = loaded.mapping.target
    return Job(
        loaded=loaded,
        run_id=run_id,
        staging=staging,
        source_connection=from_environment(loaded.mapping.source.connection),
        target_url=database_url(from_environment(target.ledger or target.connection)),
        target_connection=from_environment(target.connection) if target.ledger else None,
        file_connections={name: from_environment(name) for name in file_connections(loaded.mapping)},
    )

"""The DAG that reads what an import wizard made of a run's files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, Param, get_current_context, task

from crm_migration.errors import MappingFault
from crm_migration.orchestration.operation import mapping_choice, mapping_paths, operation
from crm_migration.orchestration.retry import POLICY, RETRIES

if TYPE_CHECKING:
    from crm_migration.job import Job


@task(retries=RETRIES, retry_policy=POLICY)
def read_results(paths: dict[str, str]) -> dict[str, Any]:
    """Take the result files that the form names into the ledger; returns records by object and outcome."""
    from crm_migration import closing
    from crm_migration.load.import_files.which_files import Said
    from crm_migration.orchestration.context import make_job

    params: Any = get_current_context()["params"]
    job = make_job(paths[params["mapping"]], run_id=str(params["run_id"]))
    action = {"create": "insert", "update": "update"}.get(params["action"] or "")
    said = Said(params["object"] or None, action)  # type: ignore[arg-type]
    return {"records": closing.results(job, _below(job, params["files"]), said)}


def _below(job: "Job", names: list[str]) -> list[Path]:
    """Return the files of these names in the folder of the import files, or below it.

    Raises:
        MappingFault: the target is no such folder, or a name leads out of it or to no file.
    """
    from crm_migration.load.import_files.target import ImportFilesTarget

    if not isinstance(job.target, ImportFilesTarget):
        raise MappingFault(
            f"{job.mapping.target.name}: expected a target of kind 'import_files', which alone has result files, found "
            f"{job.mapping.target.kind!r}; choose another mapping"
        )
    root = job.target.root.resolve()
    found = [(root / name).resolve() for name in names]
    for number, path in enumerate(found, 1):
        if not path.is_relative_to(root) or not path.is_file():
            raise MappingFault(
                f"files: expected names of files in the folder of the connection {job.mapping.target.connection!r}, "
                f"found that no. {number} is none; put the wizard's file there and name it"
            )
    return found


def results_dag(dag_file: str, doc: str | None) -> DAG:
    """Return the DAG that reads result files of one run, named in a form."""
    paths = mapping_paths(dag_file)
    with operation(dag_file, doc, params=_params(list(paths))) as made:
        read_results(paths)
    return made


def _params(names: list[str]) -> dict[str, Any]:
    return {
        "mapping": mapping_choice(names),
        "run_id": Param("", type="string", minLength=1, title="Run", description="The run whose files were imported."),
        "files": Param(
            [],
            type="array",
            items={"type": "string", "minLength": 1},
            minItems=1,
            title="Files",
            description="The wizard's result files, by their names in the folder of the import files.",
        ),
        "object": Param(None, type=["null", "string"], title="Object", description="Only where the files do not tell."),
        "action": Param(None, type=["null", "string"], enum=[None, "create", "update"], title="What was imported"),
    }

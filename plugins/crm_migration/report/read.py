"""Reads a run's report back as it was written."""

from crm_migration.errors import StagingMissing
from crm_migration.report.model import Report
from crm_migration.report.tables import RUN
from crm_migration.staging import RunFolder, file_system


def read_report(folder: RunFolder) -> tuple[Report, dict[str, str]]:
    """Return the report of a run and where its files lie, by format.

    Raises:
        StagingMissing: the run wrote no report, or its staging is gone.
    """
    path = folder.table(RUN, "report")
    filesystem, local = file_system(path)
    try:
        with filesystem.open(f"{local}/report.json", "rb") as handle:
            made = Report.model_validate_json(handle.read())
    except FileNotFoundError as missing:
        raise StagingMissing(
            f"{folder.source}/{folder.run_id}: no report at {path}; check the run id and CRM_MIGRATION_STAGING"
        ) from missing
    return made, {kind: f"{path}/report.{kind}" for kind in ("html", "json")}

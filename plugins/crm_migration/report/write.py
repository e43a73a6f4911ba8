"""Writes the report where the run's other tables are."""

import uuid

from crm_migration.report.model import Report
from crm_migration.report.page import render_html
from crm_migration.report.pairs import pairs_to_decide
from crm_migration.report.tables import RUN
from crm_migration.staging import RunFolder, file_system, room_for


def write_report(report: Report, folder: RunFolder) -> dict[str, str]:
    """Write `report.html` and `report.json` under the run's folder and return their paths by format.

    Each file is replaced in one move, so a reader finds the old one or the new one, whole.

    Raises:
        StagingFull: the disk has no room for it.
    """
    path = folder.table(RUN, "report")
    filesystem, local = file_system(path)
    filesystem.makedirs(local, exist_ok=True)
    page = render_html(report, pairs_to_decide(report, folder))
    texts = {"html": page, "json": report.model_dump_json(indent=2) + "\n"}
    for kind, text in texts.items():
        temporary = f"{local}/.report.{kind}.{uuid.uuid4().hex[:8]}"
        with room_for(temporary), filesystem.open(temporary, "wb") as handle:
            handle.write(text.encode("utf-8"))
        filesystem.mv(temporary, f"{local}/report.{kind}")
    return {kind: f"{path}/report.{kind}" for kind in texts}

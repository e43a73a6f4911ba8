"""The periodic review of a target: backed up, looked at, compared with the time before, and told on a page.

A review lies at `<staging>/_review_of_<target>.<source>/<moment>/`: its report as HTML and JSON, and the ids of
duplicates. The next one is compared with it, so reviews stay where they are; they are small.
"""

import uuid
from datetime import datetime

from crm_migration.errors import ValidationFailed
from crm_migration.ledger.ledger import now
from crm_migration.load.full_backup import back_up_all, expire, retention
from crm_migration.load.target import SqlTarget
from crm_migration.report.page import render_target_review
from crm_migration.report.tables import RUN
from crm_migration.staging import RunFolder, file_system, room_for, safe_name
from crm_migration.validate.target_review.compare import changes, judged
from crm_migration.validate.target_review.findings import TargetReview
from crm_migration.validate.target_review.review import reviewed

NAME = "%Y-%m-%dT%H-%M-%S.%f"


def review_target(target: SqlTarget, root: str, run_id: str) -> tuple[TargetReview, dict[str, str]]:
    """Review what the target holds of the mapping's objects; return the review and where its reports lie, by format.

    A review of the same `run_id` is not compared with: the task may be repeated. Backups that are older than
    `CRM_MIGRATION_BACKUP_DAYS` are deleted.

    Raises:
        BackupUnreadable: the backup does not read back as it was taken.
        MappingFault: a setting is wrong, or a table or column is missing.
        StagingFull: the disk has no room for it.
    """
    started, kept = now(), retention()
    folder = RunFolder(root, _source(target), f"{started:{NAME}}")
    before, earlier = _latest(root, _source(target), run_id)
    backup = back_up_all(target, root)
    expired = expire(target, root, kept) if kept else 0
    objects = reviewed(target, backup, folder, earlier)
    found = tuple(changes(before.objects, objects, target.mapping.target_review)) if before else ()
    state, reasons = judged(objects, found, compared=before is not None)
    review = TargetReview(
        source=target.mapping.source.name,
        target=target.mapping.target.name,
        run_id=run_id,
        started_at=started,
        finished_at=now(),
        previous=before.started_at if before else None,
        state=state,
        reasons=reasons,
        objects=objects,
        changes=found,
        backup=backup.folder.run_id,
        expired=expired,
    )
    return review, _write(review, folder)


def raise_if_worse(review: TargetReview, page: str) -> None:
    """Raise where the target has become worse since the review before, or could not be checked.

    Raises:
        ValidationFailed: with every reason, and where the report lies.
    """
    if review.state in ("worse", "red"):
        raise ValidationFailed(
            f"{review.target}: the review expected a target no worse than the one before, found otherwise; look at "
            f"{page} and repair what it names in the target:\n" + "\n".join(f"  {reason}" for reason in review.reasons)
        )


def _source(target: SqlTarget) -> str:
    return f"_review_of_{target.mapping.target.name}.{target.mapping.source.name}"


def _latest(root: str, source: str, run_id: str) -> tuple[TargetReview | None, RunFolder | None]:
    """Return the latest review that another run has finished, and where it lies."""
    filesystem, path = file_system(f"{root.rstrip('/')}/{safe_name(source)}")
    if not filesystem.isdir(path):
        return None, None
    names = [str(found).rstrip("/").rsplit("/", 1)[-1] for found in filesystem.ls(path, detail=False)]
    for name in sorted(filter(_is_moment, names), reverse=True):
        folder = RunFolder(root, source, name)
        review = _read(folder)
        if review is not None and review.run_id != run_id:
            return review, folder
    return None, None


def _is_moment(name: str) -> bool:
    try:
        return bool(datetime.strptime(name, NAME))  # noqa: DTZ007 - only whether it is one
    except ValueError:
        return False


def _read(folder: RunFolder) -> TargetReview | None:
    """Return a review that was finished; None of one that was not, or that another version of this has written."""
    filesystem, path = file_system(f"{folder.table(RUN, 'report')}/report.json")
    if not filesystem.exists(path):
        return None
    with filesystem.open(path, "rb") as handle:
        text = handle.read()
    try:
        return TargetReview.model_validate_json(text)
    except ValueError:
        return None


def _write(review: TargetReview, folder: RunFolder) -> dict[str, str]:
    """Write `report.html`, then `report.json`, each in one move: a review with the latter is finished."""
    path = folder.table(RUN, "report")
    filesystem, local = file_system(path)
    filesystem.makedirs(local, exist_ok=True)
    texts = {"html": render_target_review(review), "json": review.model_dump_json(indent=2) + "\n"}
    for kind, text in texts.items():
        temporary = f"{local}/.report.{kind}.{uuid.uuid4().hex[:8]}"
        with room_for(temporary), filesystem.open(temporary, "wb") as handle:
            handle.write(text.encode("utf-8"))
        filesystem.mv(temporary, f"{local}/report.{kind}")
    return {kind: f"{path}/report.{kind}" for kind in texts}

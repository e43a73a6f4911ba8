"""The review itself: every object that a mapping writes, as its backup of this moment shows it."""

from crm_migration.ledger.ledger import now
from crm_migration.load.full_backup import CONTENT, FullBackup
from crm_migration.load.import_files.target import ImportFilesTarget
from crm_migration.load.target import SqlTarget
from crm_migration.staging import RunFolder, open_table
from crm_migration.validate.target_review.duplicates import duplicates
from crm_migration.validate.target_review.findings import Reviewed
from crm_migration.validate.target_review.held import Subject, broken_references, filled, stale, subjects, values
from crm_migration.validate.target_review.suite import suite_findings


def nothing_to_review(target: SqlTarget) -> str | None:
    """Return why there is nothing to review, None where there is something."""
    if not isinstance(target, ImportFilesTarget):
        return None
    return (
        f"{target.mapping.target.name}: nothing to review: a target of kind 'import_files' is a folder of files; what "
        "the CRM behind it holds is not seen from here"
    )


def reviewed(
    target: SqlTarget, backup: FullBackup, folder: RunFolder, previous: RunFolder | None
) -> tuple[Reviewed, ...]:
    """Return what each object of the mapping holds and what is wrong with it.

    A CRM behind calls is judged by its replica, which the backup has just brought up to date. `folder` is where this
    review stages its pairs of duplicates, `previous` where the one before did.

    Raises:
        StagingMissing: the backup is gone.
        MappingFault: a column that the mapping names is not there.
    """
    contents = {name: open_table(backup.folder, name, CONTENT) for name in backup.rows}
    every = subjects(target.mapping, contents)
    return tuple(_reviewed(target, one, every, (folder, previous)) for one in every)


def _reviewed(
    target: SqlTarget, subject: Subject, every: list[Subject], folders: tuple[RunFolder, RunFolder | None]
) -> Reviewed:
    folder, previous = folders
    return Reviewed(
        name=subject.name,
        entities=tuple(subject.entities),
        records=subject.content.rows,
        filled=filled(subject),
        values=values(subject),
        stale=stale(subject, target.mapping, now().date()),
        findings=(*suite_findings(target, subject, folder), *broken_references(subject, every)),
        duplicates=duplicates(target, subject, folder, previous),
    )

"""After a run: its report, its last line in the ledger, and the way back."""

import json
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from crm_migration.errors import MappingFault, OperatorNeeded, StagingMissing
from crm_migration.extract.source import Window
from crm_migration.job import RUN, Job, asking_target, timed, timings
from crm_migration.ledger.ledger import now
from crm_migration.load.closed_rows import Closing, close_rejected
from crm_migration.load.import_files.taken_back import Ran, take_results
from crm_migration.load.import_files.target import ImportFilesTarget
from crm_migration.load.import_files.which_files import Said
from crm_migration.load.plan import plan_entity
from crm_migration.load.rollback import Undone, roll_back
from crm_migration.reload.corrections import reloaded_no
from crm_migration.report import tables
from crm_migration.report.approval import Approval, write_answer
from crm_migration.report.assemble import report
from crm_migration.report.model import BackupFact, Report, RunFacts, StepTiming
from crm_migration.report.read import read_report
from crm_migration.report.sample_page import write_question
from crm_migration.report.sample_question import question
from crm_migration.report.settlement import settlements
from crm_migration.report.write import write_report
from crm_migration.staging import has_table, open_table
from crm_migration.validate.selection import Scope

RECONCILED = (
    "validation",
    "entity",
    "field",
    "name",
    "source_value",
    "target_value",
    "difference",
    "tolerance",
    "status",
)


def finish(job: Job, problems: list[str]) -> tuple[Report, dict[str, str]]:
    """Write the run's report and its last line in the ledger; return the report and where it lies.

    Raises:
        TargetUnavailable: the ledger did not answer.
    """
    with asking_target(job):
        facts = _run_facts(job, problems)
        made = _with_settled(job, report(job.mapping, job.folder, facts))
        written = write_report(made, job.folder)
        if job.run_no and not job.options.dry_run and facts.status != "rolled_back":
            summary, status = json.dumps(_outcomes(job)), made.verdict.state
            job.target.ledger.update_run(job.run_no, status=status, finished_at=now(), summary=summary)
    if job.reload is not None:
        original = replace(job, run_id=job.reload.run_id, reload=None)
        with closing(original.target), suppress(StagingMissing):
            reprint(original)
    return made, written


def describe_sample(job: Job) -> dict[str, str]:
    """Stage what a person is shown before everything is loaded, and return where it lies, by format.

    Raises:
        StagingMissing: the sample was not loaded and checked.
        TargetUnavailable, MappingFault: the target did not answer, or is no longer as the mapping says.
    """
    with timed(job, "describe_sample") as figures:
        planned = job.load_job(planned=True)
        figures["rows"] = sum(plan_entity(planned, job.folder, entity).rows for entity in job.order)
        asked = question(Scope(job.mapping, job.folder, job.target, "sample", job.run_no))
        return write_question(asked, job.folder, with_examples=job.mapping.approval_examples)


def note_answer(job: Job, said: Approval) -> None:
    """Keep who answered the question about the sample, and how, for the report and in the ledger.

    Raises:
        TargetUnavailable: the ledger did not answer.
    """
    write_answer(job.folder, said)
    line = {
        "validation": "approval",
        "entity": RUN,
        "name": said.answer,
        "target_value": said.by,
        "difference": said.at.isoformat(),
        "status": "pass" if said.answer == "approved" else "fail",
    }
    with asking_target(job):
        job.target.ledger.write_reconciliation(job.run_no, "approval", [line])


def _run_facts(job: Job, problems: list[str]) -> RunFacts:
    steps = [StepTiming(t["step"], t["entity"], t["rows"], t["seconds"]) for t in timings(job)]
    window = job.window or Window(None, None)
    return RunFacts(
        run_id=job.run_id,
        source=job.mapping.source.name,
        target=job.mapping.target.name,
        mapping_sha256=job.loaded.sha256,
        mapping_path=job.loaded.path.name,
        window_start=window.start,
        window_end=window.end,
        status=_status(job, problems),
        started_at=_started(job),
        finished_at=now(),
        mode=job.options.mode,  # type: ignore[arg-type]
        steps=steps,
        problems=problems,
        backups=_backups(job),
        undo_command=f"crm-migration rollback {job.loaded.path} --run-id {job.run_id}" if job.run_no else None,
    )


def _status(job: Job, problems: list[str]) -> Literal["green", "red", "rolled_back", "planned", "sample_only"]:
    row = job.target.ledger.find_run(job.mapping.source.name, job.run_id) if job.run_no else None
    if row is not None and row.status == "rolled_back":
        return "rolled_back"
    if problems:
        return "red"
    if job.options.dry_run:
        return "planned"
    return "sample_only" if job.options.sample_only else "green"


def _started(job: Job) -> datetime:
    run = job.target.ledger.tables.run
    if job.run_no:
        with job.target.engine.connect() as connection:
            started = connection.scalar(sa.select(run.c.started_at).where(run.c.run_no == job.run_no))
        if isinstance(started, datetime):
            return started if started.tzinfo else started.replace(tzinfo=now().tzinfo)
    return now()


def _backups(job: Job) -> list[BackupFact]:
    facts = []
    for entity in job.order:
        if has_table(job.folder, entity, "backup"):
            staged = open_table(job.folder, entity, "backup")
            facts.append(BackupFact(entity, staged.path, staged.rows, staged.sha256))
    return facts


def _outcomes(job: Job) -> dict[str, dict[str, int]]:
    """Return rows by outcome, by entity, of the entities whose load was reached."""
    counts = {}
    for entity in job.order:
        if has_table(job.folder, entity, "outcome"):
            outcomes = open_table(job.folder, entity, "outcome").frame(["outcome"])
            counts[entity] = dict(outcomes["outcome"].value_counts().sort("outcome").iter_rows())
    return counts


def remember_window(job: Job, stream: int, window: Window, *, partly: bool) -> None:
    """Record the window as loaded, so that later ones begin behind it; not where fields of its rows were left out."""
    if partly:
        job.target.ledger.forget_watermark(job.run_no, stream)
    else:
        job.target.ledger.write_watermark(job.run_no, stream, (window.start, window.end))


def remember_documents(job: Job, entity: str, stream: int, *, partly: bool) -> None:
    """Remember the versions that were read, so that a window leaves them out; not where rows are yet to come in.

    A row that was rejected, or whose parent is missing, may go through without any change of its document; so may a
    field that was left out because another document lacks its column.
    """
    versions: dict[str, str] = open_table(job.folder, entity, "extract").facts.get("versions") or {}
    if not versions or job.mapping.entities[entity].watermark is not None:
        return
    loaded = open_table(job.folder, entity, "outcome")
    rejected = (loaded.frame(["outcome"])["outcome"] == "rejected").any()
    if partly or rejected or any(loaded.facts["emptied_references"].values()):
        job.target.ledger.forget_documents(stream, versions)
    else:
        job.target.ledger.write_documents(job.run_no, stream, job.loaded.sha256, versions)


def settle(job: Job, whole: frozenset[str]) -> None:
    """Close the rejected rows of earlier runs that this one has settled; `whole` are the entities read entirely."""
    source, entities = job.mapping.source.name, job.mapping.entities
    streams = {name: job.target.ledger.stream_no(source, name, entities[name].target.object) for name in job.order}
    original = None if job.reload is None else reloaded_no(job)
    close_rejected(Closing(job.target.ledger, job.folder, job.run_no, streams, whole, original))


def reconcile(job: Job, phase: Literal["sample", "full"]) -> None:
    """Keep the run's staged checks of one phase in the ledger."""
    checks = open_table(job.folder, tables.RUN, f"{phase}_checks").frame(list(RECONCILED))
    job.target.ledger.write_reconciliation(job.run_no, phase, checks.to_dicts())


def undo(job: Job, force: bool = False) -> Undone:
    """Roll the run back.

    Raises:
        OperatorNeeded: the ledger does not know the run, or it is rolled back already.
        ChangedSince: a later run or a person has changed its records.
        TargetUnavailable: the target did not answer.
    """
    name = f"{job.mapping.source.name}/{job.run_id}"
    with asking_target(job):
        if job.target.ledger.exists():
            job.target.ledger.migrate()
        row = job.target.ledger.find_run(job.mapping.source.name, job.run_id) if job.run_no else None
        if row is None:
            raise OperatorNeeded(f"the ledger of {job.mapping.target.name} knows no run {name}")
        if row.status == "rolled_back" and not job.target.is_behind():
            raise OperatorNeeded(f"run {name} is rolled back already; nothing to do")
        return roll_back(job.undo(), force)


def results(job: Job, files: Sequence[Path], said: Said) -> dict[str, dict[str, int]]:
    """Take the import wizard's result files of a run into the ledger; return records by object and outcome.

    Raises:
        MappingFault: the target takes no import files.
        OperatorNeeded, DataFault: as `take_results` tells; nothing was changed.
    """
    target = job.target
    if not isinstance(target, ImportFilesTarget):
        raise MappingFault(
            f"{job.mapping.target.name}: expected a target of kind 'import_files', which alone has result files, found "
            f"{job.mapping.target.kind!r}; name another mapping"
        )
    with asking_target(job):
        if target.ledger.exists():
            target.ledger.migrate()
        return take_results(target, Ran(job.folder, job.run_no), files, said)


def reprint(job: Job) -> tuple[Report, dict[str, str]]:
    """Return the report of a finished run as it was written, with what later runs have made of its rejected rows.

    Raises:
        OperatorNeeded: the run wrote no report, or its staging is gone.
        TargetUnavailable: the ledger did not answer.
    """
    with asking_target(job):
        written, paths = read_report(job.folder)
        made = _with_settled(job, written)
        return made, paths if made == written else write_report(made, job.folder)


def _with_settled(job: Job, made: Report) -> Report:
    if not job.run_no:
        return made
    job.target.ledger.migrate()
    return made.model_copy(update={"settled": settlements(job.target.ledger, job.run_no)})

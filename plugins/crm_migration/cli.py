"""The command line: the same line without a scheduler.

Exit codes: 0 fine, 1 the run failed (or found something red), 2 the mapping, a connection or the call is wrong, 3 the
target takes no more calls for now.
Connections are read from `AIRFLOW_CONN_<ID>`, staging from `CRM_MIGRATION_STAGING`.
"""

import json
import logging
import os
import shlex
import tempfile
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from rich.logging import RichHandler

from crm_migration import pipeline
from crm_migration.command import AsJson, MappingPath, err, exit_code, fail, job_of, job_of_loaded, out
from crm_migration.errors import MappingFault, MappingInvalid, MigrationError, QuotaExhausted, SampleRejected
from crm_migration.extract.source import Window
from crm_migration.job import Job, Options, asking_target
from crm_migration.load.full_backup import back_up_all, expire, retention, verify_latest
from crm_migration.load.import_files.which_files import Said
from crm_migration.mapping.loaded import LoadedMapping
from crm_migration.mapping.model import SourceKind
from crm_migration.mapping.reader import read_mapping
from crm_migration.mapping.reading import Format
from crm_migration.pipeline import run_line
from crm_migration.preview.console import print_preview
from crm_migration.preview.preview import Asked, RowsFile
from crm_migration.preview.sources import Overrides, Place, preview_source
from crm_migration.reload_commands import list_rejected, reload_rejected
from crm_migration.report.console import print_report
from crm_migration.report.model import Report
from crm_migration.review_commands import review, review_target, unmerge_row
from crm_migration.suggest.ask import FILES_CONNECTION, Question, suggest_for
from crm_migration.train_commands import train_models

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(review, name="review")
app.command("unmerge")(unmerge_row)
app.command("rejected")(list_rejected)
app.command("reload")(reload_rejected)
app.command("review-target")(review_target)
app.command("train")(train_models)

RunId = Annotated[str | None, typer.Option("--run-id", help="Name of the run; default: made from the time.")]
Since = Annotated[datetime | None, typer.Option("--from", help="Start of the window (UTC), inclusive.")]
Until = Annotated[datetime | None, typer.Option("--to", help="End of the window (UTC), exclusive.")]


def _new_run_id() -> str:
    return f"cli__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"


def _window(since: datetime | None, until: datetime | None) -> Window | None:
    if since is None and until is None:
        return None
    aware = [moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment for moment in (since, until)]
    return Window(aware[0], aware[1])


def _job(path: Path, run_id: str, window: Window | None = None, options: Options | None = None) -> Job:
    return replace(job_of(path, run_id), interval=window, options=options or Options())


def _log(as_json: bool, verbose: bool = False) -> None:
    level = logging.WARNING if as_json else logging.INFO
    handler = RichHandler(console=err, show_path=False, markup=False)
    # Great Expectations sets the level of one of its loggers itself.
    handler.addFilter(lambda record: record.levelno >= logging.WARNING or record.name.startswith("crm_migration"))
    logging.basicConfig(level=logging.WARNING, format="%(message)s", handlers=[handler])
    logging.getLogger("crm_migration").setLevel(logging.DEBUG if verbose else level)


def _print(made: Report, written: dict[str, str], as_json: bool) -> None:
    if as_json:
        typer.echo(made.model_dump_json(indent=1))
        return
    print_report(made)
    out.print(f"report: {written['html']}", markup=False, highlight=False, soft_wrap=True)


@app.command()
def check(
    mapping: MappingPath,
    offline: Annotated[bool, typer.Option("--offline", help="Leave source and target alone.")] = False,
    as_json: AsJson = False,
) -> None:
    """Report every fault of a mapping, against the live source and target too."""
    try:
        loaded = read_mapping(mapping)
        found = pipeline.Findings(pipeline.check_mapping(loaded)) if offline else _examined(loaded)
    except MigrationError as error:
        fail(error, as_json)
    changes = [change.sentence for change in found.drift.changes]
    if not as_json:
        for change in changes:
            out.print(f"changed at the source: {change}", style="yellow", markup=False, soft_wrap=True)
        for advice in found.advice:
            out.print(f"advice: {advice}", style="yellow", markup=False, soft_wrap=True)
    if found.problems:
        fail(MappingInvalid(found.problems), as_json)
    if as_json:
        answer = {"ok": True, "problems": [], "changes": changes, "advice": found.advice, "sha256": loaded.sha256}
        typer.echo(json.dumps(answer, ensure_ascii=False))
    else:
        out.print(f"{mapping}: no faults, {len(loaded.mapping.entities)} entities", markup=False)


def _examined(loaded: LoadedMapping) -> pipeline.Findings:
    """Return what a look at source and target tells; what is fetched for it goes with it."""
    with tempfile.TemporaryDirectory(prefix="crm-migration-check-") as staging:
        return pipeline.examine(job_of_loaded(loaded, "check", staging))


@app.command()
def preview(
    source: Annotated[
        str,
        typer.Argument(
            metavar="PATH_OR_SOURCE", help="A file, a mapping, or with --connection a file or pattern in its folder."
        ),
    ],
    connection: Annotated[str | None, typer.Option(help="Connection whose folder holds the file.")] = None,
    entity: Annotated[str | None, typer.Option(help="Of a mapping: this entity only.")] = None,
    rows: Annotated[int, typer.Option(min=0, help="How many rows to show.")] = 10,
    everything: Annotated[bool, typer.Option("--all", help="Read all rows and list every rejected one.")] = False,
    output: Annotated[Path | None, typer.Option("--out", help="Write the rows, as read, into this CSV file.")] = None,
    file_format: Annotated[Format | None, typer.Option("--format", help="Format, where the content misleads.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of a workbook, by name or pattern.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding, such as gb18030.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Separator between fields.")] = None,
    records: Annotated[str | None, typer.Option(help="Path to the records of JSON or XML.")] = None,
    header_row: Annotated[int | None, typer.Option(min=0, help="Line or row of the column names; 0: none.")] = None,
    member: Annotated[str | None, typer.Option(help="File or pattern inside a zip archive.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show how a source is read: format, encoding, header, kinds, first rows, and rows that cannot be read."""
    told = Overrides(file_format, sheet, encoding, delimiter, records, header_row, member)
    try:
        with RowsFile(output) if output is not None else nullcontext() as rows_file:
            asked = Asked(rows, everything or output is not None, rows_file)
            found = preview_source(source, Place(connection, entity), told, asked)
    except MigrationError as error:
        fail(error, as_json)
    if as_json:
        shown = [one.as_dict() for one in found]
        typer.echo(
            json.dumps({"ok": True, **(shown[0] if len(shown) == 1 else {"previews": shown})}, ensure_ascii=False)
        )
        return
    for one in found:
        print_preview(one, out)
    if output is not None:
        out.print(f"written: {output}", markup=False, highlight=False, soft_wrap=True)


def _tell_connection(source: Path, conn_id: str) -> None:
    """Say how the connection that a proposal for files reads through is defined, where it is not yet."""
    name = f"AIRFLOW_CONN_{conn_id.upper()}"
    if source.exists() and name not in os.environ:
        folder = source.resolve() if source.is_dir() else source.resolve().parent
        fields = json.dumps({"conn_type": "fs", "extra": {"path": str(folder)}}, ensure_ascii=False)
        err.print(f"the mapping reads through the connection {conn_id!r}: export {name}='{fields}'", markup=False)


def _write_new(path: Path, text: str) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise MappingFault(f"{path}: expected a new file to write, found: {error.strerror}; name another") from None


def _tell_proposal(text: str, output: Path | None, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"ok": True, "mapping": text, "path": output and str(output)}, ensure_ascii=False))
    elif output is None:
        typer.echo(text, nl=False)
    else:
        out.print(f"written: {output}; edit it, then: crm-migration check {output}", markup=False, soft_wrap=True)


@app.command()
def suggest(
    source: Annotated[
        str, typer.Argument(metavar="PATH_OR_CONNECTION", help="A file or folder, or the id of a connection.")
    ],
    target: Annotated[str, typer.Option(help="Connection of the target.")],
    target_schema: Annotated[str | None, typer.Option(help="Schema of the target's tables.")] = None,
    source_name: Annotated[str | None, typer.Option(help="What the mapping calls the source.")] = None,
    source_schema: Annotated[str | None, typer.Option(help="Schema of the source's tables.")] = None,
    connection: Annotated[str | None, typer.Option(help="Of a path: the connection the mapping names.")] = None,
    kind: Annotated[SourceKind | None, typer.Option(help="Kind of the source, for Google Sheets and Drive.")] = None,
    folder: Annotated[str | None, typer.Option(help="Folder below the connection's, or a Drive folder's id.")] = None,
    spreadsheet: Annotated[str | None, typer.Option(help="Id of a Google Sheet.")] = None,
    objects: Annotated[list[str] | None, typer.Option("--object", help="Only these tables of the target.")] = None,
    tables: Annotated[list[str] | None, typer.Option("--table", help="Only these tables of the source.")] = None,
    output: Annotated[Path | None, typer.Option("--out", help="Write the mapping here, not to the terminal.")] = None,
    as_json: AsJson = False,
) -> None:
    """Propose a commented mapping from a live source for a live target; a first version to be edited."""
    question = Question(
        origin=source,
        target=target,
        target_schema=target_schema,
        source_name=source_name,
        source_schema=source_schema,
        connection=connection,
        kind=kind,
        folder=folder,
        spreadsheet=spreadsheet,
        objects=tuple(objects or ()),
        tables=tuple(tables or ()),
    )
    try:
        text = suggest_for(question)
        if output is not None:
            _write_new(output, text)
    except MigrationError as error:
        fail(error, as_json)
    _tell_proposal(text, output, as_json)
    _tell_connection(Path(source), connection or FILES_CONNECTION)


@app.command()
def plan(
    mapping: MappingPath, since: Since = None, until: Until = None, run_id: RunId = None, as_json: AsJson = False
) -> None:
    """Dry run: what a run would insert, update, merge and reject, with examples; touches nothing."""
    _log(as_json)
    _run(mapping, run_id, _window(since, until), Options(dry_run=True), as_json)


@app.command()
def run(
    mapping: MappingPath,
    since: Since = None,
    until: Until = None,
    run_id: RunId = None,
    sample_only: Annotated[bool, typer.Option(help="Stop after the sample has loaded and passed.")] = False,
    sample_size: Annotated[int | None, typer.Option(min=1, help="Root records per entity in the sample.")] = None,
    approve: Annotated[
        bool, typer.Option(help="Approve the sample beforehand where the mapping asks a person.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the whole line: extract, clean, match, back up, sample, load, validate, report."""
    _log(as_json)
    options = Options(sample_only=sample_only, sample_size=sample_size)
    _run(mapping, run_id, _window(since, until), options, as_json, approve)


def _run(
    mapping: Path, run_id: str | None, window: Window | None, options: Options, as_json: bool, approve: bool = False
) -> None:
    def ask(job: Job) -> None:
        if approve or (not as_json and _confirmed("The sample has passed. Load everything?")):
            return
        pipeline.undo(job)
        raise SampleRejected(
            "the sample was not approved and has been rolled back; use --approve to approve beforehand"
        )

    try:
        job = _job(mapping, run_id or _new_run_id(), window, options)
        if not options.dry_run:
            pipeline.refuse_finished(job)
        made, written, failed = run_line(job, ask)
    except MigrationError as error:
        fail(error, as_json)
    _print(made, written, as_json)
    if isinstance(failed, QuotaExhausted):
        err.print(_goes_on(failed, mapping, job.run_id), style="yellow", markup=False, highlight=False, soft_wrap=True)
    if failed is not None:
        raise typer.Exit(exit_code(failed))


def _goes_on(spent: QuotaExhausted, mapping: Path, run_id: str) -> str:
    """Return when and how a run goes on that has used up its target's quota."""
    command = f"crm-migration run {shlex.quote(str(mapping))} --run-id {shlex.quote(run_id)}"
    moment = spent.until.strftime("%Y-%m-%d %H:%M %Z")
    return f"what is loaded stays; go on from {moment}, with the same options: {command}"


def _confirmed(question: str) -> bool:
    """Ask the person at the terminal; where nobody is, or they break off, the answer is no."""
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        return False


@app.command()
def report(mapping: MappingPath, run_id: Annotated[str, typer.Option("--run-id")], as_json: AsJson = False) -> None:
    """Print the report of a run again, and where its page lies."""
    try:
        job = _job(mapping, run_id)
        made, written = pipeline.reprint(job)
    except MigrationError as error:
        fail(error, as_json)
    _print(made, written, as_json)


@app.command()
def rollback(
    mapping: MappingPath,
    run_id: Annotated[str, typer.Option("--run-id")],
    force: Annotated[bool, typer.Option(help="Also undo edits people made in the target since.")] = False,
    as_json: AsJson = False,
) -> None:
    """Undo a run: remove what it inserted, restore what it changed, and write its report again."""
    _log(as_json)
    try:
        job = _job(mapping, run_id)
        undone = pipeline.undo(job, force)
        pipeline.finish(job, [])
    except MigrationError as error:
        fail(error, as_json)
    answer: dict[str, Any] = {"ok": True, "entities": undone.counts, "differing": undone.differing}
    if as_json:
        typer.echo(json.dumps(answer))
        return
    for entity, counts in undone.counts.items():
        out.print(f"{entity}: {counts['removed']} removed, {counts['restored']} restored", markup=False)
    if undone.differing:
        out.print(f"changed by others since the load: {', '.join(undone.differing)}", style="yellow", markup=False)
    else:
        out.print("the target's content is what it was before the run", markup=False)


@app.command()
def results(
    mapping: MappingPath,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="The wizard's result files.")],
    run_id: Annotated[str, typer.Option("--run-id", "--run", help="The run whose import files were imported.")],
    target_object: Annotated[str | None, typer.Option("--object", help="The object that the files are of.")] = None,
    action: Annotated[Literal["create", "update"] | None, typer.Option(help="What was imported.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read what an import wizard made of a run's files: refused records are handed over again by the next run."""
    said = Said(target_object, "insert" if action == "create" else action)
    try:
        found = pipeline.results(_job(mapping, run_id), files, said)
    except MigrationError as error:
        fail(error, as_json)
    if as_json:
        typer.echo(json.dumps({"ok": True, "records": found}, ensure_ascii=False))
        return
    for name, counts in found.items():
        out.print(f"{name}: {', '.join(f'{count} {what}' for what, count in sorted(counts.items()))}", markup=False)


@app.command()
def backup(
    mapping: MappingPath,
    verify: Annotated[bool, typer.Option("--verify", help="Only read the latest backup back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy every object that the mapping writes to into staging, read the copy back, and delete what is too old."""
    _log(as_json)
    try:
        job = _job(mapping, _new_run_id())
        with asking_target(job):
            kept = retention()
            done = verify_latest(job.target, job.staging) if verify else back_up_all(job.target, job.staging)
            expired = expire(job.target, job.staging, kept) if kept and not verify else 0
    except MigrationError as error:
        fail(error, as_json)
    if as_json:
        typer.echo(json.dumps({"ok": True, "backup": done.folder.run_id, "rows": done.rows, "expired": expired}))
        return
    for name, rows in done.rows.items():
        out.print(f"{name}: {rows} rows", markup=False)
    out.print(f"backup {done.folder.run_id} reads back as it was taken; {expired} older deleted", markup=False)


if __name__ == "__main__":
    app()

"""The commands about rejected rows: list them, write them as a workbook to repair, and load what was repaired."""

import csv
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from crm_migration import pipeline
from crm_migration.command import AsJson, MappingPath, err, exit_code, fail, job_of, out
from crm_migration.errors import MappingFault, MigrationError
from crm_migration.job import Job, Reload, asking_target
from crm_migration.ledger.rejected import settled
from crm_migration.mapping.faults import did_you_mean
from crm_migration.mapping.import_files import FORMULA_STARTS
from crm_migration.report.console import print_report
from crm_migration.report.error_workbook import write_error_workbook
from crm_migration.report.rejected_rows import RejectedOf, Repair

MOST_SHOWN = 20
RunArgument = Annotated[str, typer.Argument(metavar="RUN", help="Id of the run that rejected them.")]
_HEAD = ("entity", "row", "where", "step", "reason", "problem", "closed", "values")


def list_rejected(
    mapping: MappingPath,
    run: RunArgument,
    entity: Annotated[str | None, typer.Option(help="This entity only.")] = None,
    output: Annotated[
        Path | None, typer.Option("--out", help="Write them: .xlsx to repair them in it, .csv to look at them.")
    ] = None,
    only_open: Annotated[bool, typer.Option("--open", help="Leave out those that a later run has settled.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the rows that a run rejected and what became of each since; with --out, as a workbook to be repaired.

    A workbook holds the open ones. Both files hold customers' data.
    """
    with _asking(mapping, run, as_json) as job:
        of = _rejected_of(job, entity)
        told = _state(of, entity)
        if output is not None:
            told["path"], told["written"] = str(output), _write(of, entity, output, only_open=only_open)
        elif as_json:
            told["rows"] = [_line(name, row) for name, row in _rows(of, entity, only_open=only_open)]
        else:
            _print_rows(of, entity, only_open=only_open)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _print_state(told)


def reload_rejected(
    mapping: MappingPath,
    run: RunArgument,
    file: Annotated[str, typer.Argument(metavar="FILE", help="The edited workbook: a path or a URL.")],
    run_id: Annotated[str | None, typer.Option("--run-id", help="Name of the new run; default: from the time.")] = None,
    as_json: AsJson = False,
) -> None:
    """Load the rows of an edited workbook, and nothing else, through the same line as a run of its own.

    Whoever calls it has the rows in front of them: a mapping with `approval: manual` asks nobody.
    """
    new = run_id or f"reload__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"
    with _asking(mapping, new, as_json) as ordinary:
        job = replace(ordinary, reload=Reload(run, file))
        pipeline.refuse_finished(job)
        made, written, failed = pipeline.run_line(job, lambda _job: None)
        told = _state(RejectedOf(job.mapping, job.target.ledger, replace(job.folder, run_id=run)), None)
        job.target.close()
    if as_json:
        typer.echo(made.model_dump_json(indent=1))
    else:
        print_report(made)
        out.print(f"report: {written['html']}", markup=False, highlight=False, soft_wrap=True)
        _print_state(told)
    if failed is not None:
        raise typer.Exit(exit_code(failed))


@contextmanager
def _asking(mapping: Path, run_id: str, as_json: bool) -> Iterator[Job]:
    """Give the job of a mapping, and end the command with what goes wrong inside the block."""
    try:
        job = job_of(mapping, run_id)
        with asking_target(job):
            if job.target.ledger.exists():
                job.target.ledger.migrate()
            yield job
        job.target.close()
    except MigrationError as error:
        fail(error, as_json)


def _rejected_of(job: Job, entity: str | None) -> RejectedOf:
    entities = job.mapping.entities
    if entity is not None and entity not in entities:
        raise MappingFault(
            f"{job.mapping.source.name}: expected one of the mapping's entities, found {entity!r}"
            f"{did_you_mean(entity, entities)}"
        )
    return RejectedOf(job.mapping, job.target.ledger, job.folder)


def _state(of: RejectedOf, entity: str | None) -> dict[str, Any]:
    lines = [asdict(line) for line in settled(of.ledger, of.run_no) if entity in (None, line.entity)]
    return {"ok": True, "run": of.folder.run_id, "settled": lines}


def _print_state(told: dict[str, Any]) -> None:
    if not told["settled"]:
        out.print(f"run {told['run']} rejected no row", markup=False, highlight=False)
    for line in told["settled"]:
        state = "open" if line["how"] is None else f"{line['how'].replace('_', ' ')} by run {line['run_id']}"
        out.print(f"{line['entity']}: {line['rows']} {state}", markup=False, highlight=False, soft_wrap=True)
    if "path" in told:
        out.print(f"written: {told['path']}", markup=False, highlight=False, soft_wrap=True)
        if unreadable := told["written"].get("unreadable"):
            err.print(f"{unreadable} row(s) can be repaired at the source only", style="yellow", markup=False)


def _rows(of: RejectedOf, entity: str | None, *, only_open: bool) -> Iterator[tuple[str, Repair]]:
    for name in [entity] if entity else of.mapping.entities:
        for row in of.rows(name, only_open=only_open):
            yield name, row


def _line(entity: str, row: Repair) -> dict[str, str | None]:
    told = {"entity": entity, "row": row.key, "where": row.place, "step": row.step, "reason": row.reason}
    return {**told, "problem": row.problem, "closed": row.closed_how}


def _print_rows(of: RejectedOf, entity: str | None, *, only_open: bool) -> None:
    """Print the first rows of each entity, without a value of theirs."""
    shown: Counter[str] = Counter()
    for name, row in _rows(of, entity, only_open=only_open):
        shown[name] += 1
        if shown[name] <= MOST_SHOWN:
            state = f" [{row.closed_how.replace('_', ' ')}]" if row.closed_how else ""
            text = f"{name} {row.key} ({row.place}){state}: {row.problem}"
            out.print(text, markup=False, highlight=False, soft_wrap=True)
    for name, rows in shown.items():
        if rows > MOST_SHOWN:
            out.print(f"{name}: and {rows - MOST_SHOWN} more; --out lists all", markup=False, highlight=False)


def _write(of: RejectedOf, entity: str | None, output: Path, *, only_open: bool) -> dict[str, int]:
    if output.suffix.lower() not in (".xlsx", ".csv"):
        raise MappingFault(f"{output}: expected a file that ends in .xlsx or .csv, found another name; rename it")
    try:
        if output.suffix.lower() == ".csv":
            return _write_csv(of, entity, output, only_open=only_open)
        written = write_error_workbook(of, output, entity=entity)
    except OSError as error:
        raise MappingFault(f"{output}: expected a file to write, found: {error.strerror}; name another") from None
    return {**written.rows, "unreadable": written.unreadable}


def _write_csv(of: RejectedOf, entity: str | None, output: Path, *, only_open: bool) -> dict[str, int]:
    counted: Counter[str] = Counter()
    with output.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.writer(file, quoting=csv.QUOTE_ALL)
        lines.writerow(_HEAD)
        for name, row in _rows(of, entity, only_open=only_open):
            values = json.dumps(row.values, ensure_ascii=False) if row.values is not None else row.text
            lines.writerow(map(_harmless, [*_line(name, row).values(), values]))
            counted[name] += 1
    return dict(counted)


def _harmless(value: str | None) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{value}" if value and value[0] in FORMULA_STARTS else value or ""

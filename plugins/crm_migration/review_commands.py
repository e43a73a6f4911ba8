"""The commands by which people look things over: what is one customer (review, unmerge), how the target is doing.

`review list, show, accept, reject, unsure` and `unmerge` decide pairs; `review-target` looks at the whole target.
"""

import getpass
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from crm_migration.command import AsJson, MappingPath, fail, job_of, out
from crm_migration.errors import MigrationError
from crm_migration.job import Job, asking_target
from crm_migration.ledger.decisions import Decided, Judgement
from crm_migration.load.pair_records import pair_records
from crm_migration.load.reviews import chosen_pairs, decide_pairs, review_pairs, unmerge
from crm_migration.report.pairs import side_by_side
from crm_migration.report.pairs_console import print_list, print_pair
from crm_migration.report.target_review import review_target as review_of
from crm_migration.validate.target_review.findings import TargetReview
from crm_migration.validate.target_review.review import nothing_to_review

review = typer.Typer(help="Decide which rows are one customer.", no_args_is_help=True)

Numbers = Annotated[list[int], typer.Argument(help="Numbers of pairs, as review list shows them.", show_default=False)]
Note = Annotated[str | None, typer.Option(help="Why; kept with the decision.")]
By = Annotated[str | None, typer.Option(help="Who decides; default: the user of the operating system.")]


@contextmanager
def _asking(mapping: Path, as_json: bool = False) -> Iterator[Job]:
    """Give the job of a mapping, and end the command with what goes wrong inside the block."""
    try:
        job = job_of(mapping, "review")
        with asking_target(job):
            yield job
        job.target.close()
    except MigrationError as error:
        fail(error, as_json)


@review.command("list")
def review_list(
    mapping: MappingPath,
    entity: Annotated[str | None, typer.Option(help="This entity only.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Decided and closed pairs too.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the pairs that wait for a decision, the likeliest first; those of which a person is unsure last."""
    with _asking(mapping, as_json) as job:
        pairs = review_pairs(job.target, entity)
    shown = [pair for pair in pairs if everything or pair.state in ("open", "unsure")]
    if as_json:
        typer.echo(json.dumps({"ok": True, "pairs": [asdict(pair) for pair in shown]}, ensure_ascii=False))
    elif shown:
        print_list(shown, out)
    else:
        out.print("no pair waits for a decision", markup=False)


@review.command("show")
def review_show(mapping: MappingPath, number: int, as_json: AsJson = False) -> None:
    """Show both records of a pair side by side, and what each comparison weighs; prints customers' data."""
    with _asking(mapping, as_json) as job:
        (pair,) = chosen_pairs(job.target, [number])
        shown = side_by_side(pair, *pair_records(job.target, job.staging, pair))
    if as_json:
        typer.echo(json.dumps({"ok": True, "pair": asdict(shown)}, ensure_ascii=False))
    else:
        print_pair(shown, out)


def _decide(mapping: Path, numbers: list[int], judgement: Judgement, decided: Decided) -> None:
    with _asking(mapping) as job:
        pairs = chosen_pairs(job.target, numbers)
        decide_pairs(job.target, pairs, judgement, decided)
    for pair in pairs:
        out.print(f"{pair.number}: {judgement}: {pair.a} and {pair.b}", markup=False, highlight=False, soft_wrap=True)
    if judgement != "unsure":
        out.print("the next run that reads these rows follows it", markup=False)


@review.command("accept")
def review_accept(mapping: MappingPath, numbers: Numbers, note: Note = None, by: By = None) -> None:
    """Say that pairs are one customer: the next run that reads the rows makes one record of them."""
    _decide(mapping, numbers, "same", Decided(by or getpass.getuser(), note))


@review.command("reject")
def review_reject(mapping: MappingPath, numbers: Numbers, note: Note = None, by: By = None) -> None:
    """Say that pairs are two customers: no run merges them, not through others either."""
    _decide(mapping, numbers, "different", Decided(by or getpass.getuser(), note))


@review.command("unsure")
def review_unsure(mapping: MappingPath, numbers: Numbers, note: Note = None, by: By = None) -> None:
    """Say that nobody can tell: the pairs stay two records and are listed apart."""
    _decide(mapping, numbers, "unsure", Decided(by or getpass.getuser(), note))


def unmerge_row(
    mapping: MappingPath,
    entity: Annotated[str, typer.Argument(help="Entity of the mapping.", show_default=False)],
    key: Annotated[str, typer.Argument(help="Source key of the row.", show_default=False)],
    other: Annotated[str | None, typer.Option("--from", help="Key of one other row: from it alone.")] = None,
    note: Note = None,
    by: By = None,
) -> None:
    """Take a row out of the record it was merged into; the row that founded the record stays in it."""
    with _asking(mapping) as job:
        done = unmerge(job.target, entity, (key, other), Decided(by or getpass.getuser(), note))
    for title, rows in (("leaving", done.leaving), ("staying", done.staying)):
        out.print(f"{title}: {', '.join(rows)}", markup=False, highlight=False, soft_wrap=True)
    out.print(
        "the next run that reads a leaving row gives it a record of its own; a run over everything does it at once",
        markup=False,
    )


def review_target(mapping: MappingPath, as_json: AsJson = False) -> None:
    """Review what the target holds by now, whoever put it there, and back it up; 1 where it is worse than before."""
    with _asking(mapping, as_json) as job:
        nothing = nothing_to_review(job.target)
        if nothing is None:
            run_id = f"cli__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"
            review, written = review_of(job.target, job.staging, run_id)
    if nothing is not None:
        typer.echo(json.dumps({"ok": True, "nothing": nothing}, ensure_ascii=False) if as_json else nothing)
        return
    fine = review.state in ("first", "same")
    if as_json:
        told = review.model_dump(mode="json") | {"ok": fine, "reports": written}
        typer.echo(json.dumps(told, ensure_ascii=False))
    else:
        _print_review(review, written["html"])
    if not fine:
        raise typer.Exit(1)


def _print_review(review: TargetReview, page: str) -> None:
    for one in review.objects:
        failing = sum(finding.failing for finding in one.findings)
        told = [f"{one.records:,} records", f"{failing:,} failures"]
        told += [f"{one.duplicates.pairs:,} pairs of duplicates"] if one.duplicates else []
        told += [f"{one.stale.records:,} stale"] if one.stale else []
        out.print(f"{one.name}: {', '.join(told)}", markup=False, highlight=False)
    for reason in review.reasons:
        out.print(reason, style="red", markup=False, highlight=False, soft_wrap=True)
    words = {"first": "the first review", "same": "no worse than before", "worse": "worse than before"}
    state = words.get(review.state, "not fully checked")
    out.print(f"{state}; report: {page}", markup=False, highlight=False, soft_wrap=True)

"""The question about a sample: Markdown for Airflow's own page, a page of its own, and JSON for the monitor's."""

from collections.abc import Iterator
from functools import cache

from pydantic import TypeAdapter

from crm_migration.errors import StagingMissing
from crm_migration.report.approval import STEP
from crm_migration.report.formats import duration, number, rate, share
from crm_migration.report.markdown import code, table
from crm_migration.report.model import Rejection
from crm_migration.report.page import render_question
from crm_migration.report.sample_examples import ExampleRecord
from crm_migration.report.sample_question import Question
from crm_migration.report.tables import RUN
from crm_migration.report.words import VALIDATIONS, merged_by, plural, reason_title
from crm_migration.staging import RunFolder, file_system, replace_file

LONGEST_BODY = 60_000
UNCOVERED_SHOWN = 20


def write_question(asked: Question, folder: RunFolder, *, with_examples: bool) -> dict[str, str]:
    """Stage `question.md`, `question.html` and `question.json` and return where the first two lie, by format.

    Page and JSON hold the examples. The Markdown goes into Airflow's database, so it has them only `with_examples`.

    Raises:
        StagingFull: the disk has no room for them.
    """
    place = folder.table(RUN, STEP)
    filesystem, local = file_system(place)
    filesystem.makedirs(local, exist_ok=True)
    replace_file(f"{place}/question.html", render_question(asked))
    replace_file(f"{place}/question.json", as_json(asked))
    replace_file(f"{place}/question.md", markdown(asked, f"{place}/question.html", with_examples=with_examples))
    return {"html": f"{place}/question.html", "md": f"{place}/question.md"}


def as_json(asked: Question) -> str:
    """Return the question as JSON."""
    return _adapter().dump_json(asked).decode()


def from_json(text: bytes) -> Question:
    """Return the question that `as_json` has written.

    Raises:
        ValueError: it is none, or one of another version of this package.
    """
    return _adapter().validate_json(text)


@cache
def _adapter() -> TypeAdapter[Question]:
    return TypeAdapter(Question)


def read_question(folder: RunFolder) -> str:
    """Return the Markdown of the question that was staged.

    Raises:
        StagingMissing: nothing was staged, or the run's staging is gone.
    """
    filesystem, local = file_system(f"{folder.table(RUN, STEP)}/question.md")
    try:
        with filesystem.open(local, "rb") as handle:
            return str(handle.read().decode("utf-8"))
    except FileNotFoundError as missing:
        raise StagingMissing(
            f"{folder.source}/{folder.run_id}: no question about the sample in {folder.table(RUN, STEP)}; clear "
            "'describe_sample' and run it again"
        ) from missing


def markdown(asked: Question, page: str, *, with_examples: bool) -> str:
    """Return the question as Markdown with tables; `page` names where its examples are shown in any case."""
    parts = [
        f"The sample is in {code(asked.target)} and has passed its checks. **Approve** to load everything; **reject** "
        "to roll the sample back.",
        *_full_load(asked),
        *_coverage(asked),
        *_checks(asked),
        *_rejected(asked),
        *_merged(asked),
    ]
    return "\n\n".join([*parts, *_examples(asked, page, with_examples, sum(map(len, parts)))])


def _full_load(asked: Question) -> Iterator[str]:
    yield "## What the full load will do"
    rows = [
        [code(entity.entity), *(number(getattr(entity.counts, name)) for name in ("inserted", "updated", "unchanged"))]
        + [number(entity.sample.records if entity.sample else None)]
        + [number(getattr(entity.counts, name)) for name in ("merged", "rejected", "filtered")]
        for entity in asked.ahead
    ]
    head = ["Entity", "#Insert", "#Update", "#Leave as is", "#Sample, loaded already", "#Merged rows", "#Rejected rows"]
    yield table([*head, "#Filtered rows"], rows)
    if asked.pace is not None and asked.seconds is not None:
        yield (
            f"Loading takes about **{duration(asked.seconds)}** at the pace of {asked.pace.of} "
            f"({rate(round(asked.pace.rate), 1)} records a second); checking everything comes after it."
        )


def _coverage(asked: Question) -> Iterator[str]:
    yield "## What the sample covers"
    chosen = [(entity.entity, entity.sample) for entity in asked.ahead if entity.sample]
    rows = [
        [code(name), number(found.records), share(found.records, found.of), number(len(found.uncovered or ()))]
        for name, found in chosen
    ]
    yield table(["Entity", "#Records", "#Of all", "#Cases that no record shows"], rows)
    missing = [f"- {code(name)}: {code(text)}" for name, found in chosen for text in found.uncovered or ()]
    if missing:
        more = [f"- and {number(len(missing) - UNCOVERED_SHOWN)} more"] if len(missing) > UNCOVERED_SHOWN else []
        yield "The mapping allows for these, and no record of the source shows them:"
        yield "\n".join([*missing[:UNCOVERED_SHOWN], *more])


def _checks(asked: Question) -> Iterator[str]:
    yield "## Checks of the sample"
    if asked.checks is None:
        yield "None were made."
        return
    counts = {
        kind: [
            sum(line.status == status and line.validation == kind for line in asked.checks.lines) for status in STATES
        ]
        for kind in VALIDATIONS
    }
    rows = [[VALIDATIONS[kind], *map(number, found)] for kind, found in counts.items() if any(found)]
    yield table(["Kind", "#Passed", "#Failed", "#For information"], rows)


STATES = ("pass", "fail", "info")


def _rejected(asked: Question) -> Iterator[str]:
    rows = [
        [code(entity.entity), _reason(line), code(line.field), number(line.rows)]
        for entity in asked.ahead
        for line in entity.rejections
    ]
    if rows:
        yield "## Rejected rows"
        yield table(["Entity", "Reason", "Field", "#Rows"], rows)


def _reason(line: Rejection) -> str:
    return reason_title(line.reason) if line.step == "clean" else code(line.reason)


def _merged(asked: Question) -> Iterator[str]:
    rows = [
        [code(entity.entity), code(merged_by(line.key)), number(line.rows), number(entity.merges.largest)]
        for entity in asked.ahead
        if entity.merges
        for line in entity.merges.by_key
    ]
    if rows:
        yield "## Merged rows"
        yield table(["Entity", "Through", "#Rows", "#Most rows of one record"], rows)


def _examples(asked: Question, page: str, with_examples: bool, length: int) -> Iterator[str]:
    """Yield the examples as far as they fit; Airflow keeps the text in its database, and a browser has to show it."""
    yield "## Examples, source and target side by side"
    if not with_examples:
        yield (
            f"{plural(len(asked.examples), 'record')} of the sample: {code_whole(page)}. They are not shown here, "
            "because Airflow keeps this text in its database; `approval_examples: true` in the mapping shows them."
        )
        return
    for place, record in enumerate(asked.examples):
        shown = "\n\n".join(_example(record))
        length += len(shown)
        if length > LONGEST_BODY:
            yield f"{plural(len(asked.examples) - place, 'more record')}: {code_whole(page)}."
            return
        yield shown


def code_whole(text: str) -> str:
    """Return a path of our own in full, as code."""
    return f"`{text.replace('`', '')}`"


def _example(record: ExampleRecord) -> Iterator[str]:
    merged = f", {plural(record.rows, 'row')} merged" if record.rows > 1 else ""
    yield f"**{code(record.entity)} {code(record.key)}** · {code(record.why)}{merged}"
    rows = [
        [
            code(line.field),
            ", ".join(f"{code(name)} {code(value)}" for name, value in line.source) or "–",
            code(line.target),
        ]
        for line in record.lines
    ]
    yield table(["Field", "Source", "Target"], rows)

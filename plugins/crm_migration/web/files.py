"""Files that a run has left in staging, opened by names of our own making only."""

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from crm_migration.report.approval import STEP as APPROVAL
from crm_migration.report.page import render_html
from crm_migration.report.pairs import pairs_to_decide
from crm_migration.report.read import read_report
from crm_migration.report.sample_page import from_json
from crm_migration.report.sample_question import Question
from crm_migration.report.tables import RUN
from crm_migration.staging import RunFolder, file_system
from crm_migration.web.review import source_of

REPORTS = {"html": "text/html; charset=utf-8", "json": "application/json"}
PHASES = ("full", "sample")
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".scss": "text/plain; charset=utf-8",
}
LARGEST = 64 << 20
_SEGMENT = re.compile(r"[A-Za-z0-9_+\- ][A-Za-z0-9_.+\- ]*")


@dataclass(frozen=True)
class Served:
    """A file's bytes and what they are."""

    content: bytes
    kind: str


def report_file(folder: RunFolder, kind: str) -> Served | None:
    """Return a run's report as `html` or `json`; None where there is none."""
    if kind not in REPORTS:
        return None
    content = _read(f"{folder.table(RUN, 'report')}/report.{kind}")
    return None if content is None else Served(content, REPORTS[kind])


def report_page_for(folder: RunFolder, sources: AbstractSet[str]) -> Served:
    """Return a run's report as a page, with the pairs of which both records are of one of the `sources`.

    The rest of a report names rows by their keys and holds no value of them.

    Raises:
        StagingMissing: the run wrote no report, or its staging is gone.
    """
    report, _files = read_report(folder)
    pairs = [pair for pair in pairs_to_decide(report, folder) if {source_of(pair.a), source_of(pair.b)} <= sources]
    return Served(render_html(report, tuple(pairs)).encode(), REPORTS["html"])


def asked_of(folder: RunFolder) -> bool:
    """Return whether a run has asked somebody about its sample."""
    filesystem, path = file_system(_question(folder))
    return bool(filesystem.exists(path))


def question_of(folder: RunFolder) -> Question | None:
    """Return what a run has asked about its sample; None where it has not, or another version of this package did."""
    content = _read(_question(folder))
    try:
        return None if content is None else from_json(content)
    except ValueError:
        return None


def _question(folder: RunFolder) -> str:
    return f"{folder.table(RUN, APPROVAL)}/question.json"


def docs_of(folder: RunFolder) -> list[str]:
    """Return the phases of a run, `full` or `sample`, of which there are Data Docs."""
    filesystem, root = file_system(folder.table(RUN, "gx"))
    return [phase for phase in PHASES if filesystem.exists(f"{root}/docs-{phase}/index.html")]


def docs_file(folder: RunFolder, phase: str, path: str) -> Served | None:
    """Return a file of a run's Data Docs; None for what is not there, or is no path below them."""
    segments = path.split("/")
    kind = KINDS.get(f".{path.rpartition('.')[2].lower()}")
    if phase not in PHASES or kind is None or not all(_SEGMENT.fullmatch(segment) for segment in segments):
        return None
    content = _read("/".join([folder.table(RUN, "gx"), f"docs-{phase}", *segments]))
    return None if content is None else Served(content, kind)


def _read(url: str) -> bytes | None:
    filesystem, path = file_system(url)
    try:
        told = filesystem.info(path)
        if told.get("type") != "file" or told.get("islink") or int(told.get("size") or 0) > LARGEST:
            return None
        with filesystem.open(path, "rb") as handle:
            content: Any = handle.read(LARGEST + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError):
        return None
    return bytes(content) if len(content) <= LARGEST else None

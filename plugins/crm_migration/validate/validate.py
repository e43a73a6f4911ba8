"""The validate room: is what the target holds what was meant?"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import psycopg
import pymysql
import sqlalchemy as sa

from crm_migration.errors import MappingFault, TargetUnavailable
from crm_migration.extract.source import Source
from crm_migration.load.target import SqlTarget, classify
from crm_migration.mapping.model import Mapping
from crm_migration.mapping.order import load_order
from crm_migration.staging import RunFolder, Staged
from crm_migration.validate.acceptance import acceptance_checks
from crm_migration.validate.accuracy import ReadBack, accuracy_checks, fill_checks, golden_totals, read_back
from crm_migration.validate.against_source import KeyReader, against_source_checks
from crm_migration.validate.checks import Check, Phase, could_not_run, raise_if_failed, stage, timed
from crm_migration.validate.completeness import record_checks, table_checks
from crm_migration.validate.conservation import conservation_checks, source_fill
from crm_migration.validate.data_docs import build_data_docs
from crm_migration.validate.retired import retired_checks
from crm_migration.validate.selection import Scope, select
from crm_migration.validate.source_totals import source_total_checks
from crm_migration.validate.usage import usage_checks
from crm_migration.validate.validity import Suites

__all__ = ["raise_if_failed", "validate"]

logger = logging.getLogger(__name__)


def validate(  # noqa: PLR0913 - the room's one entry: what was meant, where it lies, what to hold it against
    mapping: Mapping,
    folder: RunFolder,
    target: SqlTarget,
    phase: Phase,
    run_no: int,
    source: Source | KeyReader | None = None,
) -> Staged:
    """Compare what the run loaded with what it meant to load, entity by entity, and stage the lines.

    `sample` looks at the chosen sample's records only, `full` at all that the run touched and at the account of every
    extracted row. Failed checks are lines, not exceptions: the caller hands the result to `raise_if_failed`.
    A `source` that can give single rows again (`KeyReader`) is asked for a random few.

    Raises:
        TargetUnavailable: the target was lost; nothing is staged.
        StagingMissing: a step before this one did not finish.
    """
    started = time.monotonic()
    target.refresh()
    scope = Scope(mapping, folder, target, phase, run_no)
    suites = Suites(scope)
    lines: list[Lines] = []
    with ThreadPoolExecutor(1, thread_name_prefix="suites") as beside:
        for entity in load_order(mapping):
            lines += _of_entity(_Work(scope, suites, beside, source if isinstance(source, KeyReader) else None), entity)
        checks = [check for some in lines for check in (some.result() if isinstance(some, Future) else some)]
    started_docs = time.monotonic()
    build_data_docs(suites)
    logger.info("data docs: %.1f s", time.monotonic() - started_docs)
    return stage(folder, phase, checks, time.monotonic() - started)


Lines: TypeAlias = list[Check] | Future[list[Check]]


@dataclass(frozen=True)
class _Work:
    """What validating one entity needs; suites run beside the rest, in a thread of their own."""

    scope: Scope
    suites: Suites
    beside: ThreadPoolExecutor
    source: KeyReader | None


def _of_entity(work: _Work, entity: str) -> Iterator[Lines]:
    scope = work.scope
    logger.info("%s: validating the %s load", entity, scope.phase)
    selection = select(scope, entity)
    spec = scope.entity(entity)
    found: list[ReadBack] = []
    completeness = partial(_guarded, scope, Check("completeness", entity, "read_back", "fail"))
    accuracy = partial(_guarded, scope, Check("accuracy", entity, "read_back", "fail"))
    acceptance = partial(_guarded, scope, Check("acceptance", entity, "queries", "fail"))

    def read() -> Iterator[Check]:
        found.append(read_back(selection))
        yield from record_checks(found[0])

    yield completeness(read)
    if found:
        suite = work.beside.submit(_timed_suite, work.suites, found[0])
        meant = golden_totals(found[0])
        yield completeness(lambda: table_checks(selection))
        full = scope.phase == "full"
        filled = source_fill(scope.folder, entity, spec) if full else {}
        yield completeness(lambda: fill_checks(found[0], meant, filled))
        yield accuracy(lambda: accuracy_checks(found[0], meant))
        yield accuracy(lambda: source_total_checks(found[0]))
        yield accuracy(lambda: against_source_checks(found[0], work.source))
        yield acceptance(lambda: usage_checks(found[0], meant))
        yield suite
    if scope.phase == "full":
        yield completeness(lambda: conservation_checks(scope.folder, entity))
        yield completeness(lambda: retired_checks(scope, entity))
    yield acceptance(lambda: acceptance_checks(scope, entity))


def _guarded(scope: Scope, check: Check, produce: Callable[[], Iterable[Check]]) -> list[Check]:
    """Return the lines that `produce` yields; what stops it is a failed line, unless trying again may help.

    Raises:
        TargetUnavailable: the target was lost.
    """
    started = time.monotonic()
    try:
        lines = list(produce())
    except (sa.exc.SQLAlchemyError, psycopg.Error, pymysql.MySQLError) as error:
        meaning = classify(error, scope.mapping.target.name)
        if isinstance(meaning, TargetUnavailable):
            raise meaning from None
        lines = [could_not_run(check, str(meaning))]
    except MappingFault as fault:
        lines = [could_not_run(check, str(fault))]
    return timed(lines, time.monotonic() - started) if lines else []


def _timed_suite(suites: Suites, found: ReadBack) -> list[Check]:
    started = time.monotonic()
    lines = suites.run(found)
    return timed(lines, time.monotonic() - started)

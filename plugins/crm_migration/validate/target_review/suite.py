"""The mapping's expectations, run by Great Expectations on every record of an object, whoever made it."""

import numpy as np
import polars as pl

from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Country, Entity
from crm_migration.staging import RunFolder
from crm_migration.validate.accuracy import ReadBack
from crm_migration.validate.batches import whole_table
from crm_migration.validate.checks import Check
from crm_migration.validate.selection import Scope, Selection
from crm_migration.validate.suites import IN_SET, NOT_NULL, Expected, expectations
from crm_migration.validate.target_review.findings import LISTED, Finding
from crm_migration.validate.target_review.held import Subject
from crm_migration.validate.validity import Suite, asset_over, great_expectations


class _WholeTable(Suite):
    """A suite over a whole table, whose failing records are named by the target's own ids."""

    def _keys(self, ids: list[str]) -> tuple[str, ...]:
        return tuple(ids)


def suite_findings(target: SqlTarget, subject: Subject, folder: RunFolder) -> list[Finding]:
    """Return one finding per expectation; a suite that could not run is one finding that says why."""
    name, entity = next(iter(subject.entities.items()))
    try:
        wanted = expected_of_all(target, subject)
        checks = _checks(target, _everything(target, folder, name), (entity, wanted)) if wanted else []
    except Exception as error:  # noqa: BLE001 - whatever stops a suite, nothing was proved: that is red
        return [Finding(name="suite", could_not_run=type(error).__name__)]
    return [_finding(check) for check in checks]


def expected_of_all(target: SqlTarget, subject: Subject) -> list[Expected]:
    """Return what every record of the object must fulfil, whoever made it.

    That is what all of its entities imply, less what only loaded records have: an external id, and the codes that one
    source's values are turned into.
    """
    table = target.table(subject.name)
    lists = [
        [one for one in expectations(entity, table, target.dialect) if not _of_loaded_ones(one, entity)]
        for entity in subject.entities.values()
    ]
    first, *others = lists
    return [one for one in first if all(one in other for other in others)]


def _of_loaded_ones(one: Expected, entity: Entity) -> bool:
    if one.type == NOT_NULL:
        return one.field == entity.target.external_id
    return one.type == IN_SET and not isinstance(entity.fields.get(one.field or ""), Country)


def _everything(target: SqlTarget, folder: RunFolder, name: str) -> ReadBack:
    none = pl.DataFrame(schema={"_golden": pl.String, "_key": pl.String})
    scope = Scope(target.mapping, folder, target, "full", 0)
    return ReadBack.of(Selection(scope, name, np.empty(0, np.uint64), (), (), none))


def _checks(target: SqlTarget, found: ReadBack, asked: tuple[Entity, list[Expected]]) -> list[Check]:
    entity, wanted = asked
    gx = great_expectations()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    with whole_table(target, entity) as rows:
        suite = _WholeTable(gx, found, asset_over(context, found.selection.entity, rows))
        try:
            return suite.checks(wanted)
        finally:
            suite.batch.data.execution_engine.close()


def _finding(check: Check) -> Finding:
    reason = check.difference if (check.difference or "").startswith("could not run") else None
    failing = max(check.failing, 1) if check.status == "fail" and reason is None else 0
    return Finding(
        name=check.name,
        field=check.field,
        failing=failing,
        ids=check.failing_keys[:LISTED],
        could_not_run=reason,
    )

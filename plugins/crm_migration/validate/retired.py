"""Records whose rows are gone from the source: what the run deleted is no longer there, what it flagged is flagged."""

from collections.abc import Iterator

import polars as pl

from crm_migration.load.retire import STEP
from crm_migration.load.retired import DELETED, FLAGGED
from crm_migration.staging import has_table, open_table
from crm_migration.validate.checks import Check, Tally
from crm_migration.validate.selection import Scope


def retired_checks(scope: Scope, entity: str) -> Iterator[Check]:
    """Yield the lines on the records that this run deleted or flagged; none where it was not to."""
    spec = scope.entity(entity).target
    if spec.on_source_delete == "keep" or not has_table(scope.folder, entity, STEP):
        return
    lines = open_table(scope.folder, entity, STEP).frame(["_key", "target_id", "action"])
    deleted, flagged = (lines.filter(pl.col("action") == action) for action in (DELETED, FLAGGED))
    yield _judged(entity, "deleted_records_gone", deleted, _present(scope, entity, deleted, None))
    if spec.deleted_flag is not None:
        unset = _present(scope, entity, flagged, spec.deleted_flag)
        yield _judged(entity, "flagged_records_flagged", flagged, unset, field=spec.deleted_flag)


def _present(scope: Scope, entity: str, lines: pl.DataFrame, flag: str | None) -> pl.Series:
    """Return the ids of records that the target holds, with `flag` those in which it is not set."""
    if lines.is_empty():
        return lines["target_id"]
    target, spec = scope.target, scope.entity(entity).target
    with target.transaction() as connection:
        held = target.read_ids(connection, spec.object, [flag] if flag else [], lines["target_id"])
    if flag is None:
        return held["target_id"]
    is_set = pl.col(flag).str.to_lowercase().is_in(["true", "t", "1"]).fill_null(value=False)
    return held.filter(~is_set)["target_id"]


def _judged(entity: str, name: str, lines: pl.DataFrame, wrong: pl.Series, field: str | None = None) -> Check:
    tally = Tally()
    tally.add(lines.filter(pl.col("target_id").is_in(wrong.implode()))["_key"])
    right = lines.height - tally.count
    return tally.judged(
        Check(
            "completeness", entity, name, "pass", field=field, source_value=str(lines.height),
            target_value=str(right), difference=str(right - lines.height),
        )
    )  # fmt: skip

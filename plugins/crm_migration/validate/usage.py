"""What users of the target do, tried on what was loaded: find records by a field, look at figures by groups."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import polars as pl
import sqlalchemy as sa

from crm_migration.load.replica.target import ReplicaTarget
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Boolean, Choice, Country, Entity, Language, Total
from crm_migration.validate.accuracy import ReadBack
from crm_migration.validate.checks import Check, Tally
from crm_migration.validate.selection import only
from crm_migration.validate.totals import Totals, figures

SEARCHED = 20
GROUPS_NAMED = 5
# Kinds whose values are codes of the target, not customers' data.
CODES = Boolean | Choice | Country | Language


def usage_checks(found: ReadBack, meant: Totals) -> Iterator[Check]:
    """Yield a line per field to search by, and per figure, of the entity whose records were read back."""
    fields = [name for name in found.entity.search_by if name in found.entity.fields]
    if fields:
        sought = _sought(found, fields)
        for name in fields:
            yield _searched(found, name, sought)
    for total in figures(found.entity):
        yield _figure(found, total, meant)


def _sought(found: ReadBack, fields: list[str]) -> pl.DataFrame:
    """Return the drawn records (`_key`, `_target_id`) with the values that they were meant to have."""
    there = pl.concat(found.drawn).select("_golden", "_key", "_target_id") if found.drawn else pl.DataFrame()
    if there.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(["_key", "_target_id", *fields], pl.String))
    wanted = there["_golden"].implode()
    meant = only(found.selection.parts(["_golden", *fields]), pl.col("_golden").is_in(wanted)).drop("_at")
    return there.join(meant, on="_golden").sort("_key")


def _searched(found: ReadBack, name: str, sought: pl.DataFrame) -> Check:
    target, entity = found.selection.scope.target, found.entity
    some = sought.filter(pl.col(name).is_not_null() & (pl.col(name) != "")).head(SEARCHED)
    check = Check("acceptance", found.selection.entity, "found_by", "pass", field=name, engine="acceptance")
    if some.is_empty():
        return replace(check, status="info", difference="no drawn record holds a value")
    answered = _answers(target, entity, name, some[name].unique().to_list())
    missed = some.filter(~pl.col("_target_id").is_in(answered))
    tally = Tally()
    tally.add(missed["_key"])
    right = some.height - tally.count
    return tally.judged(
        replace(check, source_value=str(some.height), target_value=str(right), difference=f"asked: {_asked(target)}")
    )


def _asked(target: SqlTarget) -> str:
    """Return in words who has answered."""
    if isinstance(target, ReplicaTarget):
        return "the CRM's own interface"
    return "the copy of what was handed over" if target.hands_over else f"the {target.dialect} database"


def _answers(target: SqlTarget, entity: Entity, name: str, values: list[str]) -> list[str]:
    """Return the ids of the records that a search for the values finds."""
    if isinstance(target, ReplicaTarget):
        return target.api.find(entity.target.object, name, values, [])[target.api.id_field].to_list()
    table = target.table(entity.target.object)
    chosen = sa.select(table.c[entity.target.id]).where(table.c[name].in_(values))
    with target.engine.connect() as connection:
        return [str(identity) for identity in connection.scalars(chosen)]


def _figure(found: ReadBack, total: Total, meant: Totals) -> Check:
    """Return the line on one figure: its groups, and those that differ by more than the tolerance for sums."""
    expected, actual = meant.groups.get(total.name, {}), found.totals.groups.get(total.name, {})
    tolerance = found.selection.scope.mapping.tolerances.sum_difference
    nothing = (0, Decimal(0))
    groups = sorted({*expected, *actual}, key=str)
    wrong = [group for group in groups if _differ(expected.get(group, nothing), actual.get(group, nothing), tolerance)]
    check = Check(
        "acceptance", found.selection.entity, f"figure: {total.name}", "fail" if wrong else "pass", engine="acceptance",
        source_value=str(len(groups)), target_value=str(len(groups) - len(wrong)), failing=len(wrong),
        tolerance=f"{tolerance:f}" if total.sum else None,
    )  # fmt: skip
    named = "; ".join(
        _named(found.entity, total, group, (expected.get(group, nothing), actual.get(group, nothing)))
        for group in wrong[:GROUPS_NAMED]
    )
    return replace(check, difference=named) if wrong else check


def _differ(expected: tuple[int, Decimal], actual: tuple[int, Decimal], tolerance: Decimal) -> bool:
    return expected[0] != actual[0] or abs(expected[1] - actual[1]) > tolerance


def _named(
    entity: Entity, total: Total, group: tuple[str | None, ...], sides: tuple[tuple[int, Decimal], tuple[int, Decimal]]
) -> str:
    """Return which group differs; a value that is no code of the target is not repeated."""
    values = [
        f"{name} {value or 'empty'}" if value is None or isinstance(entity.fields[name], CODES) else f"{name} …"
        for name, value in zip(total.by, group, strict=True)
    ]
    (rows, amount), (rows_found, amount_found) = sides
    told = f"{rows_found} records, expected {rows}"
    summed = f", {total.sum} {amount_found:f}, expected {amount:f}" if total.sum else ""
    return f"{', '.join(values)}: {told}{summed}"

"""Completeness: every golden record is in the target, once, whole, and refers to records that are there."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import sqlalchemy as sa

from crm_migration.extract.dialect import read_text
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Reference
from crm_migration.validate.accuracy import ReadBack
from crm_migration.validate.checks import KEYS_LISTED, Check, Tally
from crm_migration.validate.loaded import crosswalk_columns, stream_numbers, target_key
from crm_migration.validate.selection import Flags, Selection, repeated


def record_checks(found: ReadBack) -> Iterator[Check]:
    """Yield the lines on key sets: expected golden records, crosswalk lines, the target's records."""
    selection, name = found.selection, found.selection.entity
    expected, linked = selection.rows, int((found.seen > 0).sum())
    unlinked = _tally(selection, found.seen == 0)
    yield unlinked.judged(_compared(name, "records_in_crosswalk", expected, linked))
    yield found.absent.judged(_compared(name, "records_in_target", linked, int(found.present.sum())))
    if found.absent_earlier.count:
        yield found.absent_earlier.judged(Check("completeness", name, "deleted_in_target", "info"))
    twice = _tally(selection, (found.seen > 1) | _shared(found))
    twice.count += len(selection.listed_twice)
    twice.keys += selection.listed_twice[: max(KEYS_LISTED - len(twice.keys), 0)]
    yield twice.judged(Check("completeness", name, "records_once", "pass"))
    for field, tally in found.empty_required.items():
        yield tally.judged(Check("completeness", name, "required_filled", "pass", field=field))


def _compared(entity: str, name: str, expected: int, actual: int) -> Check:
    return Check(
        "completeness", entity, name, "pass" if expected == actual else "fail",
        source_value=str(expected), target_value=str(actual), difference=str(actual - expected),
    )  # fmt: skip


def _tally(selection: Selection, flags: Flags) -> Tally:
    """Return the golden records at the flagged positions, by the key of their master row."""
    tally = Tally()
    if flags.any():
        for part in selection.parts(["_golden", "_key"]):
            tally.add(part.filter(pl.Series(flags[part["_at"].to_numpy()]))["_key"])
    return tally


def _shared(found: ReadBack) -> Flags:
    """Return which golden records share their target record with another one."""
    several = repeated(np.sort(found.target_hash[found.present]))
    return found.present & np.isin(found.target_hash, several)


def table_checks(selection: Selection) -> Iterator[Check]:
    """Yield the lines that the target's tables answer: external ids, references, rows merged into others."""
    entity = selection.scope.entity(selection.entity)
    yield _external_ids(selection)
    for name, spec in entity.references.items():
        yield _orphans(selection, name, spec)
    if entity.match is not None:
        yield _merged_rows(selection)


def _external_ids(selection: Selection) -> Check:
    """The external id of a loaded record is found in the whole table once, whoever made the other record."""
    target, entity = selection.scope.target, selection.scope.entity(selection.entity)
    column = target.table(entity.target.object).c[entity.target.external_id]
    several = sa.select(column).where(column.is_not(None)).group_by(column).having(sa.func.count() > 1)
    check = Check("completeness", selection.entity, "external_id_once", "pass", field=column.name)
    if target.describe(entity.target.object).is_unique(column.name):
        return replace(check, target_value="the target's unique index")
    if not _any(target, several):
        return check
    return _failing_lines(selection, column.in_(several)).judged(check)


def _orphans(selection: Selection, name: str, spec: Reference) -> Check:
    """A reference that is filled must point at a record of one of the objects it may point at."""
    scope = selection.scope
    table = scope.target.table(scope.entity(selection.entity).target.object)
    child = table.c[name]
    orphan: sa.ColumnElement[bool] = child.is_not(None)
    for parent_name in spec.entities:
        parent_entity = scope.entity(parent_name)
        parent = scope.target.table(parent_entity.target.object).alias()
        orphan &= ~sa.exists().where(_same(parent.c[parent_entity.target.id], child))
    check = Check("completeness", selection.entity, "reference_resolves", "pass", field=name)
    if not _any(scope.target, sa.select(sa.literal(1)).select_from(table).where(orphan)):
        return check
    return _failing_lines(selection, orphan).judged(check)


def _same(parent: sa.ColumnElement[Any], child: sa.ColumnElement[Any]) -> sa.ColumnElement[bool]:
    kinds = [type(column.type.as_generic(allow_nulltype=True)) for column in (parent, child)]
    alike = kinds[0] is kinds[1] or all(issubclass(kind, sa.Integer) for kind in kinds)
    return parent == child if alike else sa.cast(parent, sa.Text) == sa.cast(child, sa.Text)


def _any(target: SqlTarget, rows: sa.Select[Any]) -> bool:
    with target.engine.connect() as connection:
        return bool(connection.scalar(sa.select(sa.exists(rows))))


def _failing_lines(selection: Selection, where: sa.ColumnElement[bool]) -> Tally:
    """Return which records of the selection lie where `where` holds in the target's table."""
    target = selection.scope.target
    _, same = target_key(target, selection.scope.entity(selection.entity))
    crosswalk = target.ledger.tables.crosswalk
    table = target.table(selection.scope.entity(selection.entity).target.object)
    mine = crosswalk.c.stream_no.in_(stream_numbers(selection).values())
    lines = sa.join(table, crosswalk, same)
    return _expected(selection, lines, sa.and_(mine, crosswalk.c.fingerprint.is_not(None), where))


def _merged_rows(selection: Selection) -> Check:
    """A source row that was merged into another must lead to a record that is there."""
    scope, crosswalk = selection.scope, selection.scope.target.ledger.tables.crosswalk
    key, same = target_key(scope.target, scope.entity(selection.entity))
    stream = scope.target.ledger.streams().get(f"{scope.folder.source}.{selection.entity}", 0)
    there = sa.exists().where(same).select_from(key.table)
    lost = sa.and_(crosswalk.c.stream_no == stream, crosswalk.c.fingerprint.is_(None), ~there)
    check = Check("completeness", selection.entity, "merged_rows_resolve", "pass")
    return _expected(selection, crosswalk, lost).judged(check)


def _expected(selection: Selection, lines: sa.FromClause, where: sa.ColumnElement[bool]) -> Tally:
    """Return which of the crosswalk's lines belong to the selection."""
    tally, target = Tally(), selection.scope.target
    for frame in read_text(target.engine, lines, crosswalk_columns(target), where=where):
        tally.add(frame.filter(pl.Series(selection.positions(frame["_golden"]) >= 0))["_key"])
    return tally

"""Completeness: every golden record is in the target, once, whole, and refers to records that are there."""

from collections.abc import Iterator

import numpy as np
import polars as pl
import sqlalchemy as sa

from crm_migration.extract.dialect import read_text
from crm_migration.mapping.model import Reference
from crm_migration.validate.accuracy import ReadBack
from crm_migration.validate.checks import KEYS_KEPT, Check, Tally
from crm_migration.validate.loaded import as_type_of, crosswalk_columns, stream_numbers
from crm_migration.validate.selection import Flags, Selection


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
    twice.keys += selection.listed_twice[: KEYS_KEPT - len(twice.keys)]
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
    shared = np.zeros(len(found.present), np.bool_)
    at = np.flatnonzero(found.present)
    _, inverse, counts = np.unique(found.target_hash[at], return_inverse=True, return_counts=True)
    shared[at] = counts[inverse] > 1
    return shared


def table_checks(connection: sa.Connection, selection: Selection) -> Iterator[Check]:
    """Yield the lines that the target's tables answer: external ids, references, rows merged into others."""
    yield _external_ids(connection, selection)
    for name, spec in selection.scope.entity(selection.entity).references.items():
        yield _orphans(connection, selection, name, spec)
    yield _merged_rows(connection, selection)


def _external_ids(connection: sa.Connection, selection: Selection) -> Check:
    """The external id of a loaded record is found in the whole table once, whoever made the other record."""
    entity = selection.scope.entity(selection.entity)
    table = selection.scope.target.table(entity.target.object)
    column = table.c[entity.target.external_id]
    several = sa.select(column).where(column.is_not(None)).group_by(column).having(sa.func.count() > 1)
    check = Check("completeness", selection.entity, "external_id_once", "pass", field=column.name)
    if not connection.scalar(sa.select(sa.exists(several))):
        return check
    key = table.c[entity.target.id]
    crosswalk = selection.scope.target.ledger.tables.crosswalk
    lines = sa.join(table, crosswalk, key == as_type_of(connection, key, crosswalk.c.target_id))
    return _expected_of(connection, selection, (lines, column.in_(several))).judged(check)


def _orphans(connection: sa.Connection, selection: Selection, name: str, spec: Reference) -> Check:
    """A reference that is filled must point at a record of one of the objects it may point at."""
    scope = selection.scope
    entity = scope.entity(selection.entity)
    table = scope.target.table(entity.target.object)
    child = table.c[name]
    orphan = child.is_not(None)
    for parent_name in spec.entities:
        parent_entity = scope.entity(parent_name)
        parent = scope.target.table(parent_entity.target.object).alias()
        orphan &= ~sa.exists().where(_same(parent.c[parent_entity.target.id], child))
    check = Check("completeness", selection.entity, "reference_resolves", "pass", field=name)
    if not connection.scalar(sa.select(sa.exists(sa.select(sa.literal(1)).select_from(table).where(orphan)))):
        return check
    key = table.c[entity.target.id]
    crosswalk = scope.target.ledger.tables.crosswalk
    lines = sa.join(table, crosswalk, key == as_type_of(connection, key, crosswalk.c.target_id))
    return _expected_of(connection, selection, (lines, orphan)).judged(check)


def _same(parent: sa.ColumnElement[object], child: sa.ColumnElement[object]) -> sa.ColumnElement[bool]:
    kinds = [type(column.type.as_generic(allow_nulltype=True)) for column in (parent, child)]
    alike = kinds[0] is kinds[1] or all(issubclass(kind, sa.Integer) for kind in kinds)
    return parent == child if alike else sa.cast(parent, sa.Text) == sa.cast(child, sa.Text)


def _expected_of(
    connection: sa.Connection, selection: Selection, lines: tuple[sa.FromClause, sa.ColumnElement[bool]]
) -> Tally:
    """Return which of the crosswalk's lines belong to the selection."""
    tally = Tally()
    target = selection.scope.target
    numbers = stream_numbers(selection).values()
    crosswalk = target.ledger.tables.crosswalk
    mine = sa.and_(crosswalk.c.stream_no.in_(numbers), crosswalk.c.fingerprint.is_not(None), lines[1])
    for frame in read_text(connection, lines[0], crosswalk_columns(target), where=mine):
        tally.add(frame.filter(pl.Series(selection.positions(frame["_golden"]) >= 0))["_key"])
    return tally


def _merged_rows(connection: sa.Connection, selection: Selection) -> Check:
    """A source row that was merged into another must lead to a record that is there."""
    scope = selection.scope
    entity = scope.entity(selection.entity)
    table = scope.target.table(entity.target.object)
    crosswalk = scope.target.ledger.tables.crosswalk
    key = table.c[entity.target.id]
    numbers = scope.target.ledger.streams()
    stream = numbers.get(f"{scope.folder.source}.{selection.entity}", 0)
    there = sa.exists().where(key == as_type_of(connection, key, crosswalk.c.target_id)).select_from(table)
    lost = sa.and_(crosswalk.c.stream_no == stream, crosswalk.c.fingerprint.is_(None), ~there)
    tally = _expected_merged(connection, selection, lost)
    return tally.judged(Check("completeness", selection.entity, "merged_rows_resolve", "pass"))


def _expected_merged(connection: sa.Connection, selection: Selection, lost: sa.ColumnElement[bool]) -> Tally:
    tally = Tally()
    target = selection.scope.target
    for frame in read_text(connection, target.ledger.tables.crosswalk, crosswalk_columns(target), where=lost):
        tally.add(frame.filter(pl.Series(selection.positions(frame["_golden"]) >= 0))["_key"])
    return tally

"""Rejected rows of a run, by reason and by key, a page at a time."""

import json
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crm_migration.ledger.ledger import Ledger
from crm_migration.ledger.rejected import Settled, ledger_key, open_rejected, settled
from crm_migration.web.text import cut

PAGE_ROWS = 50
LONGEST_RAW = 20_000


@dataclass(frozen=True)
class Reason:
    """Rejected rows of an entity with one reason in one field, and how many of them are open."""

    entity: str
    step: str
    field: str | None
    reason: str
    rows: int
    open: int


@dataclass(frozen=True)
class Wanted:
    """Which rejected rows of a run to show; `after` is the last one of the page before."""

    entity: str | None = None
    reason: str | None = None
    key: str | None = None
    only_open: bool = False
    after: tuple[int, str] | None = None


@dataclass(frozen=True)
class Row:
    """A rejected row: its key, why, and the row as its source gave it (`values`, cut)."""

    stream_no: int
    entity: str
    key: str
    step: str
    field: str | None
    reason: str
    message: str
    closed_how: str | None
    values: tuple[tuple[str, str], ...]


def reasons(ledger: Ledger, run_no: int) -> list[Reason]:
    """Return how many rows of a run were rejected for which reason, most frequent first."""
    table = ledger.tables.rejected_row
    by = (table.c.stream_no, table.c.step, table.c.field, table.c.reason)
    chosen = sa.select(*by, sa.func.count(), _still_open(table)).where(table.c.run_no == run_no).group_by(*by)
    names = _entities(ledger)
    with ledger.engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(chosen)]
    found = [
        Reason(names.get(stream, "?"), step, field, reason, int(rows_), int(open_ or 0))
        for stream, step, field, reason, rows_, open_ in rows
    ]
    return sorted(found, key=lambda line: (-line.rows, line.entity, line.reason, line.field or ""))


def _still_open(table: sa.Table) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((table.c.closed_run.is_(None), 1), else_=0))


def page(ledger: Ledger, run_no: int, wanted: Wanted) -> tuple[list[Row], tuple[int, str] | None]:
    """Return a page of a run's rejected rows, in order of entity and key, and where the next one goes on."""
    table, names = ledger.tables.rejected_row, _entities(ledger)
    columns = [
        table.c[name] for name in ("stream_no", "source_key", "step", "field", "reason", "message", "closed_how")
    ]
    # A row may hold megabytes: the database sends no more of it than is shown.
    raw = sa.func.substr(table.c.raw, 1, LONGEST_RAW).label("raw")
    chosen = sa.select(*columns, raw).where(table.c.run_no == run_no, *_conditions(table, names, wanted))
    ordered = chosen.order_by(table.c.stream_no, table.c.source_key).limit(PAGE_ROWS + 1)
    with ledger.engine.connect() as connection:
        rows = [_row(names, row) for row in connection.execute(ordered)]
    shown = rows[:PAGE_ROWS]
    return shown, (shown[-1].stream_no, shown[-1].key) if len(rows) > PAGE_ROWS else None


def _conditions(table: sa.Table, names: dict[int, str], wanted: Wanted) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.entity is not None:
        found.append(table.c.stream_no.in_([number for number, name in names.items() if name == wanted.entity]))
    if wanted.reason:
        found.append(table.c.reason == wanted.reason)
    if wanted.key:
        whole = table.c.source_key == ledger_key(wanted.key)
        found.append(sa.or_(whole, table.c.source_key.startswith(wanted.key, autoescape=True)))
    if wanted.only_open:
        found.append(table.c.closed_run.is_(None))
    if wanted.after is not None:
        stream, key = wanted.after
        later = sa.and_(table.c.stream_no == stream, table.c.source_key > key)
        found.append(sa.or_(table.c.stream_no > stream, later))
    return found


def _row(names: dict[int, str], row: Any) -> Row:
    stream, key, step, field, reason, message, closed_how, raw = row
    return Row(stream, names.get(stream, "?"), key, step, field, reason, message, closed_how, values_of(raw))


def values_of(raw: str | None) -> tuple[tuple[str, str], ...]:
    """Return the columns of a row that is kept as JSON; one nameless text where it is cut, or none."""
    if not raw:
        return ()
    try:
        told = json.loads(raw)
    except ValueError:
        return (("", cut(raw)),)
    if not isinstance(told, dict):
        return (("", cut(raw)),)
    return tuple((str(name), "" if value is None else cut(str(value))) for name, value in told.items())


def _entities(ledger: Ledger) -> dict[int, str]:
    return {number: name.partition(".")[2] for name, number in ledger.streams().items()}


def count(ledger: Ledger, run_no: int) -> int:
    """Return how many rows of a run were rejected."""
    table = ledger.tables.rejected_row
    with ledger.engine.connect() as connection:
        return int(connection.scalar(sa.select(sa.func.count()).where(table.c.run_no == run_no)) or 0)


def open_rows(ledger: Ledger, source: str) -> int:
    """Return how many rejected rows of a source wait for somebody."""
    return sum(open_rejected(ledger, source).values())


def closings(ledger: Ledger, run_no: int) -> list[Settled]:
    """Return which runs have closed rejected rows of a run, and how."""
    return [line for line in settled(ledger, run_no) if line.how is not None]

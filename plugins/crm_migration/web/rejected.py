"""Rejected rows of a run, by reason and by key, a page at a time."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crm_migration.ledger.ledger import Ledger
from crm_migration.ledger.rejected import Settled, ledger_key, open_rejected
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


@dataclass(frozen=True)
class Counted:
    """How many rows of a run were rejected, by reason, and which runs have closed how many of them."""

    reasons: list[Reason]
    closings: list[Settled]


def counted(ledger: Ledger, run_no: int) -> Counted:
    """Return the rejected rows of a run by reason, most frequent first, and by what has become of them since."""
    table, run = ledger.tables.rejected_row, ledger.tables.run
    by = [table.c[name] for name in ("stream_no", "step", "field", "reason", "closed_run", "closed_how")]
    # Counted once: going through the rows of a large run is what the page's time is spent on.
    chosen = sa.select(*by, sa.func.count().label("rows")).where(table.c.run_no == run_no).group_by(*by)
    names = _entities(ledger)
    with ledger.engine.connect() as connection:
        lines = [dict(row) for row in connection.execute(chosen).mappings()]
        closers = {line["closed_run"] for line in lines if line["closed_run"] is not None}
        known = sa.select(run.c.run_no, run.c.run_id).where(run.c.run_no.in_(closers))
        run_ids = {int(number): str(run_id) for number, run_id in connection.execute(known)} if closers else {}
    for line in lines:
        line |= {"entity": names.get(line["stream_no"], "?"), "run_id": run_ids.get(line["closed_run"])}
    return Counted(_reasons(lines), _closings(lines))


def _reasons(lines: list[dict[str, Any]]) -> list[Reason]:
    rows: Counter[tuple[str, str, str | None, str]] = Counter()
    still_open: Counter[tuple[str, str, str | None, str]] = Counter()
    for line in lines:
        what = (line["entity"], line["step"], line["field"], line["reason"])
        rows[what] += line["rows"]
        still_open[what] += line["rows"] if line["closed_run"] is None else 0
    found = [Reason(*what, rows=count, open=still_open[what]) for what, count in rows.items()]
    return sorted(found, key=lambda line: (-line.rows, line.entity, line.reason, line.field or ""))


def _closings(lines: list[dict[str, Any]]) -> list[Settled]:
    rows: Counter[tuple[str, str | None, str | None]] = Counter()
    for line in lines:
        if line["closed_run"] is not None:
            rows[line["entity"], line["closed_how"], line["run_id"]] += line["rows"]
    return [Settled(entity, count, how, run_id) for (entity, how, run_id), count in rows.items()]


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
        begins = table.c.source_key.startswith(wanted.key, autoescape=True)
        # No key that begins so comes before it: the key's index is entered there.
        found += [sa.or_(whole, begins), table.c.source_key >= ledger_key(wanted.key)]
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


def latest_open(ledger: Ledger, source: str) -> str | None:
    """Return the latest run of a source with rejected rows that wait for somebody; None where there is none."""
    table, stream, run = ledger.tables.rejected_row, ledger.tables.stream, ledger.tables.run
    chosen = (
        sa.select(run.c.run_id)
        .select_from(table)
        .join(stream, stream.c.stream_no == table.c.stream_no)
        .join(run, run.c.run_no == table.c.run_no)
        .where(stream.c.source == source, table.c.closed_run.is_(None), run.c.status != "rolled_back")
        .order_by(run.c.run_no.desc())
        .limit(1)
    )
    with ledger.engine.connect() as connection:
        return connection.scalar(chosen)


def open_rows(ledger: Ledger, source: str) -> int:
    """Return how many rejected rows of a source wait for somebody."""
    return sum(open_rejected(ledger, source).values())

"""Rejected rows after their run: listed, counted, closed by a later run and opened again.

A row is open until a later run settles it: `reloaded` from a workbook in which a person has corrected it,
`fixed_at_source` when an ordinary run has loaded its key, or `superseded` where another run keeps its account: a later
one that has rejected the row again (see `closings`), or has read everything and not met it any more.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from crm_migration.ledger.closings import OPEN, hand_on
from crm_migration.ledger.ledger import Ledger
from crm_migration.ledger.tables import LedgerTables

How = Literal["reloaded", "fixed_at_source", "superseded"]
LONGEST_KEY = 255
PAGE = 5_000
ASKED = 500
_LABEL = re.compile("⟨row [0-9]+⟩$")
Line = tuple[int, str]
"""What names a rejected row within a stream: the run that rejected it, and its key as the ledger holds it."""


@dataclass(frozen=True)
class RejectedRow:
    """A row that a run did not load; `raw` is the JSON of it as the source had it, None where only staging has it."""

    source_key: str
    step: str
    field: str | None
    reason: str
    message: str
    raw: str | None
    closed_run: int | None
    closed_how: str | None


@dataclass(frozen=True)
class Settled:
    """How many rejected rows of one entity of a run were closed by one run in one way, or with None are open."""

    entity: str
    rows: int
    how: str | None = None
    run_id: str | None = None


def ledger_key(key: str) -> str:
    """Return the key as the ledger's column holds it: a longer one cut, and told apart by its hash."""
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[: LONGEST_KEY - 65]}…{hashlib.sha256(key.encode()).hexdigest()}"


def label_of(key: str) -> str | None:
    """Return, of a row that had no key of its own, the key that it shared, empty where it had none; else None."""
    found = _LABEL.search(key)
    return None if found is None else key[: found.start()]


def rejected_rows(ledger: Ledger, run_no: int, stream_no: int, *, only_open: bool = False) -> Iterator[RejectedRow]:
    """Yield the rejected rows of one stream of a run by key, a page at a time."""
    table = ledger.tables.rejected_row
    columns = [table.c[name] for name in RejectedRow.__dataclass_fields__]
    mine = sa.select(*columns).where(table.c.run_no == run_no, table.c.stream_no == stream_no)
    if only_open:
        mine = mine.where(table.c.closed_run.is_(None))
    after: str | None = None
    while True:
        page = mine if after is None else mine.where(table.c.source_key > after)
        with ledger.engine.connect() as connection:
            found = [RejectedRow(*row) for row in connection.execute(page.order_by(table.c.source_key).limit(PAGE))]
        yield from found
        if len(found) < PAGE:
            return
        after = found[-1].source_key


def settled(ledger: Ledger, run_no: int) -> list[Settled]:
    """Return how many rejected rows of a run are open, and how many each run has closed and how, by entity."""
    table, stream, run = ledger.tables.rejected_row, ledger.tables.stream, ledger.tables.run
    chosen = (
        sa.select(stream.c.entity, sa.func.count(), table.c.closed_how, run.c.run_id)
        .join(stream, stream.c.stream_no == table.c.stream_no)
        .outerjoin(run, run.c.run_no == table.c.closed_run)
        .where(table.c.run_no == run_no)
        .group_by(stream.c.entity, table.c.closed_how, table.c.closed_run, run.c.run_id)
        .order_by(stream.c.entity, table.c.closed_run)
    )
    with ledger.engine.connect() as connection:
        return [Settled(entity, int(rows), how, by) for entity, rows, how, by in connection.execute(chosen)]


def open_rejected(ledger: Ledger, source: str) -> dict[str, int]:
    """Return how many rejected rows of a source wait for somebody, by entity; those of runs rolled back do not."""
    table, stream, run = ledger.tables.rejected_row, ledger.tables.stream, ledger.tables.run
    chosen = (
        sa.select(stream.c.entity, sa.func.count())
        .select_from(table)
        .join(stream, stream.c.stream_no == table.c.stream_no)
        .join(run, run.c.run_no == table.c.run_no)
        .where(stream.c.source == source, table.c.closed_run.is_(None), run.c.status != "rolled_back")
        .group_by(stream.c.entity)
    )
    with ledger.engine.connect() as connection:
        return {str(entity): int(rows) for entity, rows in connection.execute(chosen)}


def open_lines(ledger: Ledger, stream_no: int, run_no: int) -> list[tuple[int, str, str, str]]:
    """Return run, key, step and message of a stream's rows that runs before `run_no` rejected and that are open.

    What this run itself has closed counts as open: it is about to close it anew.
    """
    table = ledger.tables.rejected_row
    still = sa.or_(table.c.closed_run.is_(None), table.c.closed_run == run_no)
    chosen = sa.select(table.c.run_no, table.c.source_key, table.c.step, table.c.message).where(
        table.c.stream_no == stream_no, still, table.c.run_no < run_no
    )
    with ledger.engine.connect() as connection:
        return [(int(row[0]), str(row[1]), str(row[2]), str(row[3])) for row in connection.execute(chosen)]


def listed_keys(ledger: Ledger, run_no: int, stream_no: int, *, without_raw: bool = False) -> list[str]:
    """Return the keys under which a run lists rejected rows of a stream; if asked, of those without their values."""
    table = ledger.tables.rejected_row
    chosen = sa.select(table.c.source_key).where(table.c.run_no == run_no, table.c.stream_no == stream_no)
    with ledger.engine.connect() as connection:
        return list(connection.scalars(chosen.where(table.c.raw.is_(None)) if without_raw else chosen))


def close_lines(
    connection: sa.Connection, tables: LedgerTables, stream_no: int, lines: Iterable[Line], by: tuple[int, How]
) -> int:
    """Mark rows of a stream as closed by a run, and return how many were open; a closed one stays as it was closed."""
    table = tables.rejected_row
    closing = table.update().where(
        table.c.run_no == sa.bindparam("b_run"),
        table.c.stream_no == stream_no,
        table.c.source_key == sa.bindparam("b_key"),
        table.c.closed_run.is_(None),
    )
    wanted = [{"b_run": run_no, "b_key": key} for run_no, key in lines]
    closed = 0
    for start in range(0, len(wanted), PAGE):
        done = connection.execute(closing.values(closed_run=by[0], closed_how=by[1]), wanted[start : start + PAGE])
        closed += max(done.rowcount, 0)
    return closed


def reopen(connection: sa.Connection, tables: LedgerTables, run_no: int) -> None:
    """Open again what a run has closed: it is rolled back, or is about to close anew.

    What a run after it lists as well is then closed by that one.
    """
    table = tables.rejected_row
    closed = table.update().where(table.c.closed_run == run_no, table.c.run_no < run_no)
    connection.execute(closed.values(**OPEN))
    hand_on(connection, tables, run_no)


def reloaded_run(ledger: Ledger, run_no: int) -> str | None:
    """Return the id of the run whose rejected rows this run loads; None for an ordinary run."""
    run = ledger.tables.run
    original = run.alias()
    chosen = sa.select(original.c.run_id).join(run, run.c.reload_of == original.c.run_no)
    with ledger.engine.connect() as connection:
        return connection.scalar(chosen.where(run.c.run_no == run_no))


def known_keys(ledger: Ledger, stream_no: int, keys: Sequence[str], own_no: int | None) -> set[str]:
    """Return those of `keys` under which runs other than `own_no` have loaded rows of a stream."""
    crosswalk, found = ledger.tables.crosswalk, set[str]()
    chosen = sa.select(crosswalk.c.source_key).where(
        crosswalk.c.stream_no == stream_no, crosswalk.c.inserted_run != (own_no or 0)
    )
    with ledger.engine.connect() as connection:
        for start in range(0, len(keys), ASKED):
            some = chosen.where(crosswalk.c.source_key.in_(keys[start : start + ASKED]))
            found |= set(connection.scalars(some))
    return found

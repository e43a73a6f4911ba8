"""How rejected rows were closed: kept while their run writes them anew, and handed on to a later run that lists them.

A row is open in one run only, so that what is open counts rows: a later run that rejects it again keeps its account,
whatever else becomes of that run, until it is rolled back. The rows that a reload rejects stay with their own run.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from crm_migration.ledger.tables import LedgerTables

OPEN: dict[str, Any] = {"closed_run": None, "closed_how": None}
SUPERSEDED = "superseded"
LABEL = "⟨row "
"""With which the label of a row begins that has no key of its own: it follows the key that the row shares, if any."""
READ, ASKED = 5_000, 500
_PLACE = re.compile("(.+?), [a-z]+ [0-9]+: ", re.DOTALL)
"""How the message about a row of a file begins: with the file, and where the row stands in it."""


def closings_of(connection: sa.Connection, table: sa.Table, mine: sa.ColumnElement[bool]) -> dict[str, dict[str, Any]]:
    """Return the closing columns of the rows that `mine` chooses and that are closed, by key."""
    chosen = sa.select(table.c.source_key, table.c.closed_run, table.c.closed_how)
    found = connection.execute(chosen.where(mine, table.c.closed_run.is_not(None)))
    return {str(key): {"closed_run": run_no, "closed_how": how} for key, run_no, how in found}


def as_listed(connection: sa.Connection, tables: LedgerTables, run_no: int) -> dict[str, Any]:
    """Return the closing columns of a row that a run lists for the first time: open, but for those of a reload."""
    original = connection.scalar(sa.select(tables.run.c.reload_of).where(tables.run.c.run_no == run_no))
    return OPEN if original is None else {"closed_run": original, "closed_how": SUPERSEDED}


def let_go(connection: sa.Connection, table: sa.Table, run_no: int, stream_no: int) -> None:
    """Open what a run keeps the account of: it lists its rows anew."""
    mine = sa.and_(table.c.stream_no == stream_no, table.c.closed_run == run_no, table.c.closed_how == SUPERSEDED)
    connection.execute(table.update().where(mine, table.c.run_no < run_no).values(**OPEN))


def take_over(connection: sa.Connection, table: sa.Table, run_no: int, stream_no: int) -> None:
    """Close the open rows of earlier runs that an ordinary run lists again; one without a key is known by its values.

    A row whose key several have is known by either. Of files the same values are the same row in the same file only.
    """
    again = sa.and_(table.c.run_no == run_no, table.c.stream_no == stream_no)
    waiting = sa.and_(table.c.stream_no == stream_no, table.c.run_no < run_no, table.c.closed_run.is_(None))
    closing = table.update().where(waiting).values(closed_run=run_no, closed_how=SUPERSEDED)
    known = {mark for _, _, marks in _marked(connection, table, again) for mark in marks}
    same = defaultdict[int, list[str]](list)
    for no, key, marks in _marked(connection, table, waiting) if known else ():
        if not known.isdisjoint(marks):
            same[no].append(key)
    # Not in one statement: MariaDB would go through all that the run lists for each row that waits.
    for no, keys in same.items():
        for start in range(0, len(keys), ASKED):
            some = table.c.source_key.in_(keys[start : start + ASKED])
            connection.execute(closing.where(table.c.run_no == no, some))


def _marked(
    connection: sa.Connection, table: sa.Table, chosen: sa.ColumnElement[bool]
) -> Iterator[tuple[int, str, list[str | bytes]]]:
    """Yield run, key and what a row is known by: its key, a hash of document and values, or either."""
    labelled = table.c.source_key.contains(LABEL)
    told = (sa.case((labelled, table.c.message)), sa.case((labelled, table.c.raw)))
    asked = sa.select(table.c.run_no, table.c.source_key, *told).where(chosen)
    for no, key, message, raw in connection.execute(asked, execution_options={"yield_per": READ}):
        marks: list[str | bytes] = [] if key.startswith(LABEL) else [key]
        if raw is not None:
            place = _PLACE.match(message)
            marks.append(hashlib.sha256(f"{place[1] if place else ''}\n{raw}".encode()).digest())
        yield int(no), str(key), marks


def hand_on(connection: sa.Connection, tables: LedgerTables, run_no: int) -> None:
    """Have the runs after `run_no` keep the account of what they list, as they would have without that run."""
    for later, stream_no in list(_listed_after(connection, tables, run_no)):
        take_over(connection, tables.rejected_row, later, stream_no)


def _listed_after(connection: sa.Connection, tables: LedgerTables, run_no: int) -> Iterator[tuple[int, int]]:
    table, run = tables.rejected_row, tables.run
    listed = (table.c.run_no, table.c.stream_no)
    standing = sa.and_(table.c.run_no > run_no, run.c.reload_of.is_(None), run.c.status != "rolled_back")
    chosen = sa.select(*listed).join(run, run.c.run_no == table.c.run_no).where(standing).distinct()
    for later, stream_no in connection.execute(chosen.order_by(*listed)):
        yield int(later), int(stream_no)

"""How rejected rows were closed: kept while the run that rejected them writes them anew."""

from typing import Any

import sqlalchemy as sa

OPEN: dict[str, Any] = {"closed_run": None, "closed_how": None}


def closings_of(connection: sa.Connection, table: sa.Table, mine: sa.ColumnElement[bool]) -> dict[str, dict[str, Any]]:
    """Return the closing columns of the rows that `mine` chooses and that are closed, by key."""
    chosen = sa.select(table.c.source_key, table.c.closed_run, table.c.closed_how)
    found = connection.execute(chosen.where(mine, table.c.closed_run.is_not(None)))
    return {str(key): {"closed_run": run_no, "closed_how": how} for key, run_no, how in found}

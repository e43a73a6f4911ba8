"""The database's own clock, by which leases are renewed and end, and the renewal itself.

Workers' clocks differ and may be set; all of them ask the same database.
"""

import sqlalchemy as sa


def seconds(dialect: str) -> sa.ColumnElement[float]:
    """Return the database's present as seconds since 1970."""
    text = {
        "postgresql": "extract(epoch FROM clock_timestamp())::double precision",
        "sqlite": "((julianday('now') - 2440587.5) * 86400.0)",
    }.get(dialect, "CAST(UNIX_TIMESTAMP(SYSDATE(6)) AS DOUBLE)")
    return sa.literal_column(text, sa.Double())


def renew(connection: sa.Connection, fence: sa.Table, held: tuple[str, int]) -> bool:
    """Renew the lease of a scope under a token; return whether that token still holds one."""
    scope, token = held
    mine = sa.and_(fence.c.scope == scope, fence.c.token == token, fence.c.run.is_not(None))
    renewed = connection.execute(fence.update().where(mine).values(heartbeat=seconds(connection.dialect.name)))
    return renewed.rowcount == 1

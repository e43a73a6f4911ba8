"""An attempt that replaces another, without a lease of its own."""

from crm_migration.ledger import Ledger
from crm_migration.ledger.ledger import LOAD_SCOPE


def take_fence(ledger: Ledger, holder: str) -> int:
    """Draw the next fencing token and return it; every older holder is refused at its next commit."""
    fence = ledger.tables.fence
    drawn = {"token": fence.c.token + 1, "holder": holder, "run": None, "heartbeat": None}
    with ledger.engine.begin() as connection:
        mine = fence.c.scope == LOAD_SCOPE
        if connection.execute(fence.update().where(mine).values(drawn)).rowcount == 0:
            connection.execute(fence.insert().values(scope=LOAD_SCOPE, token=1, holder=holder))
        return int(connection.scalar(fence.select().with_only_columns(fence.c.token).where(mine)) or 0)

"""How far the loads of a run have got, for whoever watches them."""

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from crm_migration.ledger.clock import renew
from crm_migration.ledger.ledger import LOAD_SCOPE, Ledger, now


@dataclass(frozen=True)
class LoadProgress:
    """One load: an entity's stream and phase, records done of all, those of them rejected, and since when."""

    stream_no: int
    phase: str
    done: int
    total: int
    rejected: int
    started_at: datetime
    updated_at: datetime

    @property
    def rate(self) -> float:
        """Return records a second since this attempt began; 0 before the first."""
        seconds = (self.updated_at - self.started_at).total_seconds()
        return self.done / seconds if seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Return how long the rest takes at this rate, None where that cannot be told yet."""
        return (self.total - self.done) / self.rate if self.rate else None


def note_progress(ledger: Ledger, run_no: int, progress: LoadProgress, token: int) -> None:
    """Write how far a load has got, and renew its lease; `token` is the one it commits under."""
    table = ledger.tables.load_progress
    place = {"run_no": run_no, "stream_no": progress.stream_no, "phase": progress.phase}
    values = {
        "done": progress.done,
        "total": progress.total,
        "rejected": progress.rejected,
        "started_at": progress.started_at,
        "updated_at": progress.updated_at,
    }
    mine = sa.and_(*(table.c[name] == value for name, value in place.items()))

    def write() -> None:
        with ledger.engine.begin() as connection:
            if connection.execute(table.update().where(mine).values(values)).rowcount == 0:
                connection.execute(table.insert().values(place | values))
            renew(connection, ledger.tables.fence, (LOAD_SCOPE, token))

    try:
        write()
    except sa.exc.IntegrityError:
        # The same task runs twice, and the other one has just written the line.
        write()


def read_progress(ledger: Ledger, run_no: int) -> list[LoadProgress]:
    """Return how far each load of the run has got, in the order they began."""
    table = ledger.tables.load_progress
    names = ("stream_no", "phase", "done", "total", "rejected", "started_at", "updated_at")
    chosen = sa.select(*(table.c[name] for name in names)).where(table.c.run_no == run_no)
    with ledger.engine.connect() as connection:
        rows = list(connection.execute(chosen.order_by(table.c.started_at, table.c.stream_no)))
    return [LoadProgress(*row[:5], *map(_in_utc, row[5:])) for row in rows]


def started(stream_no: int, phase: str, total: int) -> LoadProgress:
    """Return the progress of a load that begins now."""
    return LoadProgress(stream_no, phase, 0, total, 0, now(), now())


def _in_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)

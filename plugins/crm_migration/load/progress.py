"""What a load has done so far: counted for its facts, told in the log, and kept in the ledger for whoever watches."""

import logging
import time
from collections import Counter
from dataclasses import dataclass, field, replace

from crm_migration.ledger import Ledger
from crm_migration.ledger.ledger import now
from crm_migration.ledger.progress import LoadProgress, note_progress

logger = logging.getLogger(__name__)

TOLD_EVERY = 10.0


@dataclass
class Progress:
    """The counts of one load; `kept` is what the ledger is told of them."""

    kept: LoadProgress
    began: float = field(default_factory=time.monotonic)
    told: float = float("-inf")
    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    emptied: Counter[str] = field(default_factory=Counter)
    batches: int = 0
    rejected: list[dict[str, str | None]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Return how long the load has been at work."""
        return time.monotonic() - self.began

    def note(self, ledger: Ledger, run: tuple[int, str], token: int) -> None:
        """Keep rows done and in all in the ledger; tell them with rate and time to go every ten seconds, and at last.

        `run` is its number, and the entity's name.
        """
        run_no, entity = run
        done = sum(self.outcomes.values())
        self.kept = replace(self.kept, done=done, rejected=self.outcomes["rejected"], updated_at=now())
        note_progress(ledger, run_no, self.kept, token)
        if done >= self.kept.total or self.seconds - self.told >= TOLD_EVERY:
            self.told = self.seconds
            self._tell(entity)

    def _tell(self, entity: str) -> None:
        rate = self.kept.done / max(self.seconds, 0.001)
        left = (self.kept.total - self.kept.done) / rate if rate else 0
        done, total = self.kept.done, self.kept.total
        logger.info("%s: %s of %s records, %s records/s, about %s s to go", entity, done, total, int(rate), int(left))

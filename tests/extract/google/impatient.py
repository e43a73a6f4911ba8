"""Patience that does not hold up a test, and remembers how long it would have waited."""

from dataclasses import dataclass, field

from crm_migration.extract.google.patience import Patience


@dataclass
class Clock:
    """A clock that sleeping moves on."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def patience(self, **told: float) -> Patience:
        """Return the product's own patience, but for its clock and its timeouts."""
        return Patience(**{"connect": 2.0, "read": 2.0, **told}, sleep=self.sleep, clock=lambda: self.now)

"""The ledger: what was loaded, from which row, by which run; in the target's own database."""

from crm_migration.ledger.ledger import Ledger, RunRow

__all__ = ["Ledger", "RunRow"]

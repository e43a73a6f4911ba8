"""Match: which rows are one customer, and what the one record of that customer says."""

from crm_migration.match.known import KnownRecords
from crm_migration.match.room import match

__all__ = ["KnownRecords", "match"]

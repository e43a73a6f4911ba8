"""Validate: what the target holds, read back and compared with what was meant."""

from crm_migration.validate.against_source import KeyReader
from crm_migration.validate.checks import raise_if_failed
from crm_migration.validate.validate import validate

__all__ = ["KeyReader", "raise_if_failed", "validate"]

"""What the crosswalk remembers of rows that the source no longer has, and of the records that were retired for it."""

import sqlalchemy as sa
from alembic import context

from crm_migration.ledger.repeatable import add_column

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the two columns."""
    schema = context.config.attributes["tables"].metadata.schema
    table = "crosswalk" if schema else "crm_migration_crosswalk"
    gone_run = sa.Column("gone_run", sa.Integer, comment="the run that found the row gone from the source")
    add_column(table, gone_run, schema=schema)
    retired = sa.Column("retired", sa.String(10), comment="flagged or deleted in the target, its rows being gone")
    add_column(table, retired, schema=schema)

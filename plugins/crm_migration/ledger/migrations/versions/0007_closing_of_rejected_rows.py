"""By which run a rejected row was closed, and how; and of which run another one loads the corrected rows."""

import sqlalchemy as sa
from alembic import context

from crm_migration.ledger.repeatable import add_column, create_index

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the three columns, and the index by which open rows are found."""
    schema = context.config.attributes["tables"].metadata.schema
    prefix = "" if schema else "crm_migration_"
    reload_of: sa.Column[int] = sa.Column("reload_of", sa.Integer, comment="the run whose rejected rows it loads")
    add_column(f"{prefix}run", reload_of, schema=schema)
    closed_run: sa.Column[int] = sa.Column("closed_run", sa.Integer, comment="the run that settled it; null: open")
    add_column(f"{prefix}rejected_row", closed_run, schema=schema)
    closed_how = sa.Column("closed_how", sa.String(20), comment="reloaded, fixed_at_source or superseded")
    add_column(f"{prefix}rejected_row", closed_how, schema=schema)
    create_index(f"ix_{prefix}rejected_row_open", f"{prefix}rejected_row", ["stream_no", "closed_run"], schema)

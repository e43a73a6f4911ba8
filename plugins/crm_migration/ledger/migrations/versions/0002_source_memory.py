"""What the ledger remembers of a source between runs: its columns, and the versions of its documents."""

import sqlalchemy as sa
from alembic import context

from crm_migration.ledger.repeatable import create_table
from crm_migration.ledger.tables import exact_text, long_text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the two tables."""
    schema = context.config.attributes["tables"].metadata.schema
    prefix = "" if schema else "crm_migration_"
    create_table(
        f"{prefix}source_schema",
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("run_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("columns", long_text(), nullable=False, comment="JSON list of [name, type or kind], in order"),
        schema=schema,
    )
    create_table(
        f"{prefix}source_document",
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("identity", exact_text(400), primary_key=True),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("mapping_sha256", sa.String(64), nullable=False),
        sa.Column("run_no", sa.Integer, nullable=False),
        schema=schema,
    )

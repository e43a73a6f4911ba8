"""Calls to a CRM's interface with what became of them, and the crosswalk's lines as they were before a change."""

import sqlalchemy as sa
from alembic import context
from sqlalchemy.dialects import mysql

from crm_migration.ledger.repeatable import create_table
from crm_migration.ledger.tables import exact_text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the two tables."""
    schema = context.config.attributes["tables"].metadata.schema
    prefix = "" if schema else "crm_migration_"
    moment = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    create_table(
        f"{prefix}api_call",
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("golden_id", exact_text(400), primary_key=True),
        sa.Column("run_no", sa.Integer, nullable=False, index=True),
        sa.Column("object", exact_text(200), nullable=False),
        sa.Column("external_key", exact_text(700), nullable=False, comment="by which the CRM is asked for the record"),
        sa.Column("state", sa.String(10), nullable=False, comment="sent, unknown, found, confirmed or refused"),
        sa.Column("target_id", exact_text(100)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("noted_at", moment, nullable=False),
        schema=schema,
    )
    create_table(
        f"{prefix}api_change",
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source_key", exact_text(255), primary_key=True),
        sa.Column("target_id", exact_text(100), nullable=False, index=True),
        sa.Column("fingerprint", sa.LargeBinary(1024), comment="of the crosswalk's line before the change"),
        sa.Column("changed_run", sa.Integer, comment="of the crosswalk's line before the change"),
        schema=schema,
    )

"""What people decided of pairs of rows, and the pairs that wait for them."""

import sqlalchemy as sa
from alembic import context
from sqlalchemy.dialects import mysql

from crm_migration.ledger.repeatable import create_table
from crm_migration.ledger.tables import exact_text, long_text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the two tables."""
    schema = context.config.attributes["tables"].metadata.schema
    prefix = "" if schema else "crm_migration_"
    moment = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    create_table(
        f"{prefix}match_decision",
        sa.Column("decision_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("object", exact_text(200), nullable=False),
        sa.Column("a", exact_text(400), nullable=False, comment="identity of a row: source.entity:key"),
        sa.Column("b", exact_text(400), nullable=False, comment="identity of the other row; a comes before b"),
        sa.Column("judgement", sa.String(10), nullable=False, comment="same, different or unsure"),
        sa.Column("decided_by", exact_text(250), nullable=False),
        sa.Column("decided_at", moment, nullable=False),
        sa.Column("note", long_text()),
        schema=schema,
    )
    create_table(
        f"{prefix}match_review",
        sa.Column("pair_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("pair_sha256", sa.String(64), nullable=False, comment="of object, a and b"),
        sa.Column("object", exact_text(200), nullable=False),
        sa.Column("a", exact_text(400), nullable=False, comment="identity of a row: source.entity:key"),
        sa.Column("b", exact_text(400), nullable=False, comment="identity of the other row; a comes before b"),
        sa.Column("stream_no", sa.Integer, nullable=False, comment="whose run proposed the pair last"),
        sa.Column("rule", exact_text(200)),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("probability", sa.Double()),
        sa.Column("weights", long_text(), comment="JSON: comparison to level and weight"),
        sa.Column("first_run", sa.Integer, nullable=False),
        sa.Column("last_run", sa.Integer, nullable=False),
        sa.UniqueConstraint("pair_sha256", name=f"uq_{prefix}match_review_pair"),
        schema=schema,
    )

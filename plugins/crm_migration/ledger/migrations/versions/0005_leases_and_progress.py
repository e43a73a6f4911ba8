"""Who is loading into the target now, with the moment they last said so, and how far each load has got."""

import sqlalchemy as sa
from alembic import context
from sqlalchemy.dialects import mysql

from crm_migration.ledger.repeatable import add_column, create_table
from crm_migration.ledger.tables import exact_text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the lease's two columns and the table of progress."""
    schema = context.config.attributes["tables"].metadata.schema
    prefix = "" if schema else "crm_migration_"
    run = sa.Column("run", exact_text(400), comment="source/run that holds the lease; empty where nobody does")
    add_column(f"{prefix}fence", run, schema=schema)
    heartbeat: sa.Column[float] = sa.Column(
        "heartbeat", sa.Double(), comment="when the lease was renewed, seconds since 1970 by this database"
    )
    add_column(f"{prefix}fence", heartbeat, schema=schema)
    moment = sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
    create_table(
        f"{prefix}load_progress",
        sa.Column("run_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("phase", sa.String(10), primary_key=True, comment="sample or full"),
        sa.Column("done", sa.BigInteger, nullable=False, comment="records decided and written so far"),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("rejected", sa.BigInteger, nullable=False, comment="of those done"),
        sa.Column("started_at", moment, nullable=False, comment="of the latest attempt"),
        sa.Column("updated_at", moment, nullable=False),
        schema=schema,
    )

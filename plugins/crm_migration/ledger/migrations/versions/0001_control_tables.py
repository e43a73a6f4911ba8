"""The control tables of version 0.1."""

from datetime import datetime

import sqlalchemy as sa
from alembic import context
from sqlalchemy.dialects import mysql

from crm_migration.ledger.repeatable import create_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the control tables."""
    tables = context.config.attributes["tables"]
    schema = tables.metadata.schema
    prefix = "" if schema else "crm_migration_"
    _run(schema, prefix)
    _stream(schema, prefix)
    _crosswalk(schema, prefix)
    _lineage(schema, prefix)
    _load_batch(schema, prefix)
    _rejected_row(schema, prefix)
    _watermark(schema, prefix)
    _backup(schema, prefix)
    _reconciliation(schema, prefix)
    _fence(schema, prefix)
    _layout(schema, prefix)


def _key(length: int) -> sa.types.TypeEngine[str]:
    """Return text compared byte for byte: unbounded where the dialect can index it so."""
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.Text().with_variant(exact, "mysql", "mariadb")


def _long() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(mysql.LONGTEXT(charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")


def _moment() -> sa.types.TypeEngine[datetime]:
    return sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


def _run(schema: str | None, prefix: str) -> None:
    create_table(
        f"{prefix}run",
        sa.Column("run_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("source", _key(100), nullable=False),
        sa.Column("run_id", _key(250), nullable=False),
        sa.Column("mapping_sha256", sa.String(64), nullable=False),
        sa.Column("window_start", _moment()),
        sa.Column("window_end", _moment()),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("started_at", _moment(), nullable=False),
        sa.Column("finished_at", _moment()),
        sa.Column("content_sha256", _long(), comment="JSON: target object to hash before the load"),
        sa.Column("summary", _long(), comment="JSON: entity to outcome to rows"),
        sa.UniqueConstraint("source", "run_id", name=f"uq_{prefix}run_source_run_id"),
        schema=schema,
    )


def _stream(schema: str | None, prefix: str) -> None:
    create_table(
        f"{prefix}stream",
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("source", _key(100), nullable=False),
        sa.Column("entity", _key(100), nullable=False),
        sa.Column("object", _key(200), nullable=False),
        sa.UniqueConstraint("source", "entity", name=f"uq_{prefix}stream_source_entity"),
        schema=schema,
    )


def _crosswalk(schema: str | None, prefix: str) -> None:
    create_table(
        f"{prefix}crosswalk",
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source_key", _key(255), primary_key=True),
        sa.Column("golden_id", _key(400), nullable=False),
        sa.Column("target_id", _key(100), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(1024), comment="of the golden record's master row only"),
        sa.Column(
            "created", sa.Boolean(create_constraint=False), nullable=False, comment="the load inserted the record"
        ),
        sa.Column("inserted_run", sa.Integer, nullable=False),
        sa.Column("changed_run", sa.Integer),
        schema=schema,
    )


def _lineage(schema: str | None, prefix: str) -> None:
    create_table(
        f"{prefix}lineage",
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source_key", _key(255), primary_key=True),
        sa.Column("golden_id", _key(400), nullable=False, index=True),
        sa.Column("merged_by", _key(100)),
        sa.Column("record", _long(), nullable=False),
        schema=schema,
    )


def _load_batch(schema: str | None, prefix: str) -> None:
    create_table(
        f"{prefix}load_batch",
        sa.Column("batch_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_no", sa.Integer, nullable=False, index=True),
        sa.Column("stream_no", sa.Integer, nullable=False),
        sa.Column("phase", sa.String(10), nullable=False, comment="sample, full or link"),
        sa.Column("state", sa.String(10), nullable=False, comment="confirmed or refused"),
        sa.Column("inserted", sa.Integer, nullable=False),
        sa.Column("updated", sa.Integer, nullable=False),
        sa.Column("committed_at", _moment(), nullable=False),
        schema=schema,
    )


def _rejected_row(schema: str | None, prefix: str) -> None:
    create_table(
        f"{prefix}rejected_row",
        sa.Column("run_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source_key", _key(255), primary_key=True),
        sa.Column("step", sa.String(10), nullable=False, comment="clean or load"),
        sa.Column("field", _key(200)),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("message", _long(), nullable=False),
        sa.Column("raw", _long(), comment="JSON of the source row"),
        schema=schema,
    )


def _watermark(schema: str | None, prefix: str) -> None:
    create_table(
        f"{prefix}watermark",
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("run_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("window_start", _moment()),
        sa.Column("window_end", _moment()),
        schema=schema,
    )


def _backup(schema: str | None, prefix: str) -> None:
    create_table(
        f"{prefix}backup",
        sa.Column("run_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
        schema=schema,
    )


def _reconciliation(schema: str | None, prefix: str) -> None:
    create_table(
        f"{prefix}reconciliation",
        sa.Column("run_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("line_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("phase", sa.String(10), nullable=False, comment="sample or full"),
        sa.Column("validation", sa.String(20), nullable=False, comment="completeness, accuracy, validity, acceptance"),
        sa.Column("entity", _key(100), nullable=False),
        sa.Column("field", _key(200)),
        sa.Column("name", _key(200), nullable=False),
        sa.Column("source_value", sa.Text),
        sa.Column("target_value", sa.Text),
        sa.Column("difference", sa.Text),
        sa.Column("tolerance", sa.Text),
        sa.Column("status", sa.String(10), nullable=False, comment="pass, fail or info"),
        schema=schema,
    )


def _fence(schema: str | None, prefix: str) -> None:
    create_table(
        f"{prefix}fence",
        sa.Column("scope", _key(100), primary_key=True),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        schema=schema,
    )


def _layout(schema: str | None, prefix: str) -> None:
    create_table(
        f"{prefix}layout",
        sa.Column("layout", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("fields", _long(), nullable=False, comment="JSON list: the fields a fingerprint covers, in order"),
        schema=schema,
    )

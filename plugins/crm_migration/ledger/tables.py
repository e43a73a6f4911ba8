"""The control tables: one ledger per target, in the target's own database.

PostgreSQL keeps them in the schema `crm_migration`; MariaDB and SQLite, where a transaction over two databases
is not to be relied on, keep them beside the target's tables under the prefix `crm_migration_`.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

SCHEMA = "crm_migration"


def exact_text(length: int) -> sa.types.TypeEngine[str]:
    """Return text compared byte for byte: unbounded where the dialect can index it so."""
    exact = mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin")
    return sa.Text().with_variant(exact, "mysql", "mariadb")


def long_text() -> sa.types.TypeEngine[str]:
    """Return text of any length, compared byte for byte."""
    return sa.Text().with_variant(mysql.LONGTEXT(charset="utf8mb4", collation="utf8mb4_bin"), "mysql", "mariadb")


def _moment() -> sa.types.TypeEngine[datetime]:
    return sa.DateTime(timezone=True).with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")


@dataclass(frozen=True)
class LedgerTables:
    """The ledger's tables, bound to one naming scheme."""

    metadata: sa.MetaData
    run: sa.Table
    stream: sa.Table
    crosswalk: sa.Table
    lineage: sa.Table
    load_batch: sa.Table
    rejected_row: sa.Table
    watermark: sa.Table
    backup: sa.Table
    reconciliation: sa.Table
    fence: sa.Table
    layout: sa.Table
    source_schema: sa.Table
    source_document: sa.Table
    match_decision: sa.Table
    match_review: sa.Table
    api_call: sa.Table
    api_change: sa.Table
    load_progress: sa.Table


def ledger_tables(dialect: str) -> LedgerTables:
    """Return the ledger's tables as `dialect` (`postgresql`, `mysql`, `mariadb`, `sqlite`) names them."""
    metadata = sa.MetaData(schema=SCHEMA if dialect == "postgresql" else None)
    prefix = "" if dialect == "postgresql" else f"{SCHEMA}_"
    return LedgerTables(
        metadata=metadata,
        run=_run(metadata, prefix),
        stream=_stream(metadata, prefix),
        crosswalk=_crosswalk(metadata, prefix),
        lineage=_lineage(metadata, prefix),
        load_batch=_load_batch(metadata, prefix),
        rejected_row=_rejected_row(metadata, prefix),
        watermark=_watermark(metadata, prefix),
        backup=_backup(metadata, prefix),
        reconciliation=_reconciliation(metadata, prefix),
        fence=_fence(metadata, prefix),
        layout=_layout(metadata, prefix),
        source_schema=_source_schema(metadata, prefix),
        source_document=_source_document(metadata, prefix),
        match_decision=_match_decision(metadata, prefix),
        match_review=_match_review(metadata, prefix),
        api_call=_api_call(metadata, prefix),
        api_change=_api_change(metadata, prefix),
        load_progress=_load_progress(metadata, prefix),
    )


def _run(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}run",
        metadata,
        sa.Column("run_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("source", exact_text(100), nullable=False),
        sa.Column("run_id", exact_text(250), nullable=False),
        sa.Column("mapping_sha256", sa.String(64), nullable=False),
        sa.Column("window_start", _moment()),
        sa.Column("window_end", _moment()),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("started_at", _moment(), nullable=False),
        sa.Column("finished_at", _moment()),
        sa.Column("content_sha256", long_text(), comment="JSON: target object to hash before the load"),
        sa.Column("summary", long_text(), comment="JSON: entity to outcome to rows"),
        sa.Column("reload_of", sa.Integer, comment="the run whose rejected rows it loads"),
        sa.UniqueConstraint("source", "run_id", name=f"uq_{prefix}run_source_run_id"),
    )


def _stream(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}stream",
        metadata,
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("source", exact_text(100), nullable=False),
        sa.Column("entity", exact_text(100), nullable=False),
        sa.Column("object", exact_text(200), nullable=False),
        sa.UniqueConstraint("source", "entity", name=f"uq_{prefix}stream_source_entity"),
    )


def _crosswalk(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}crosswalk",
        metadata,
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source_key", exact_text(255), primary_key=True),
        sa.Column("golden_id", exact_text(400), nullable=False),
        sa.Column("target_id", exact_text(100), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(1024), comment="of the golden record's master row only"),
        sa.Column(
            "created", sa.Boolean(create_constraint=False), nullable=False, comment="the load inserted the record"
        ),
        sa.Column("inserted_run", sa.Integer, nullable=False),
        sa.Column("changed_run", sa.Integer),
        sa.Column("gone_run", sa.Integer, comment="the run that found the row gone from the source"),
        sa.Column("retired", sa.String(10), comment="flagged or deleted in the target, its rows being gone"),
    )


def _lineage(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}lineage",
        metadata,
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source_key", exact_text(255), primary_key=True),
        sa.Column("golden_id", exact_text(400), nullable=False, index=True),
        sa.Column("merged_by", exact_text(100)),
        sa.Column("record", long_text(), nullable=False),
    )


def _load_batch(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}load_batch",
        metadata,
        sa.Column("batch_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("run_no", sa.Integer, nullable=False, index=True),
        sa.Column("stream_no", sa.Integer, nullable=False),
        sa.Column("phase", sa.String(10), nullable=False, comment="sample, full or link"),
        sa.Column("state", sa.String(10), nullable=False, comment="confirmed or refused"),
        sa.Column("inserted", sa.Integer, nullable=False),
        sa.Column("updated", sa.Integer, nullable=False),
        sa.Column("committed_at", _moment(), nullable=False),
    )


def _rejected_row(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}rejected_row",
        metadata,
        sa.Column("run_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source_key", exact_text(255), primary_key=True),
        sa.Column("step", sa.String(10), nullable=False, comment="clean or load"),
        sa.Column("field", exact_text(200)),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("message", long_text(), nullable=False),
        sa.Column("raw", long_text(), comment="JSON of the source row"),
        sa.Column("closed_run", sa.Integer, comment="the run that settled it; null: open"),
        sa.Column("closed_how", sa.String(20), comment="reloaded, fixed_at_source or superseded"),
        sa.Index(f"ix_{prefix}rejected_row_open", "stream_no", "closed_run"),
    )


def _watermark(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}watermark",
        metadata,
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("run_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("window_start", _moment()),
        sa.Column("window_end", _moment()),
    )


def _backup(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}backup",
        metadata,
        sa.Column("run_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("rows", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("created_at", _moment(), nullable=False),
    )


def _reconciliation(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}reconciliation",
        metadata,
        sa.Column("run_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("line_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("phase", sa.String(10), nullable=False, comment="sample or full"),
        sa.Column("validation", sa.String(20), nullable=False, comment="completeness, accuracy, validity, acceptance"),
        sa.Column("entity", exact_text(100), nullable=False),
        sa.Column("field", exact_text(200)),
        sa.Column("name", exact_text(200), nullable=False),
        sa.Column("source_value", sa.Text),
        sa.Column("target_value", sa.Text),
        sa.Column("difference", sa.Text),
        sa.Column("tolerance", sa.Text),
        sa.Column("status", sa.String(10), nullable=False, comment="pass, fail or info"),
    )


def _fence(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}fence",
        metadata,
        sa.Column("scope", exact_text(100), primary_key=True),
        sa.Column("token", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("run", exact_text(400), comment="source/run that holds the lease; empty where nobody does"),
        sa.Column("heartbeat", sa.Double(), comment="when the lease was renewed, seconds since 1970 by this database"),
    )


def _layout(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}layout",
        metadata,
        sa.Column("layout", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column(
            "fields", long_text(), nullable=False, comment="JSON list: the fields a fingerprint covers, in order"
        ),
    )


def _source_schema(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}source_schema",
        metadata,
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("run_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("columns", long_text(), nullable=False, comment="JSON list of [name, type or kind], in order"),
    )


def _source_document(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}source_document",
        metadata,
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("identity", exact_text(400), primary_key=True),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("mapping_sha256", sa.String(64), nullable=False),
        sa.Column("run_no", sa.Integer, nullable=False),
    )


def _match_decision(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}match_decision",
        metadata,
        sa.Column("decision_no", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("object", exact_text(200), nullable=False),
        sa.Column("a", exact_text(400), nullable=False, comment="identity of a row: source.entity:key"),
        sa.Column("b", exact_text(400), nullable=False, comment="identity of the other row; a comes before b"),
        sa.Column("judgement", sa.String(10), nullable=False, comment="same, different or unsure"),
        sa.Column("decided_by", exact_text(250), nullable=False),
        sa.Column("decided_at", _moment(), nullable=False),
        sa.Column("note", long_text()),
    )


def _match_review(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}match_review",
        metadata,
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
    )


def _api_call(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}api_call",
        metadata,
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("golden_id", exact_text(400), primary_key=True),
        sa.Column("run_no", sa.Integer, nullable=False, index=True),
        sa.Column("object", exact_text(200), nullable=False),
        sa.Column("external_key", exact_text(700), nullable=False, comment="by which the CRM is asked for the record"),
        sa.Column("state", sa.String(10), nullable=False, comment="sent, unknown, found, confirmed or refused"),
        sa.Column("target_id", exact_text(100)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("noted_at", _moment(), nullable=False),
    )


def _api_change(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}api_change",
        metadata,
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source_key", exact_text(255), primary_key=True),
        sa.Column("target_id", exact_text(100), nullable=False, index=True),
        sa.Column("fingerprint", sa.LargeBinary(1024), comment="of the crosswalk's line before the change"),
        sa.Column("changed_run", sa.Integer, comment="of the crosswalk's line before the change"),
    )


def _load_progress(metadata: sa.MetaData, prefix: str) -> sa.Table:
    return sa.Table(
        f"{prefix}load_progress",
        metadata,
        sa.Column("run_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("stream_no", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("phase", sa.String(10), primary_key=True, comment="sample or full"),
        sa.Column("done", sa.BigInteger, nullable=False, comment="records decided and written so far"),
        sa.Column("total", sa.BigInteger, nullable=False),
        sa.Column("rejected", sa.BigInteger, nullable=False, comment="of those done"),
        sa.Column("started_at", _moment(), nullable=False, comment="of the latest attempt"),
        sa.Column("updated_at", _moment(), nullable=False),
    )

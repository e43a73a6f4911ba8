"""A small target, its mapping, and golden records staged as the match room would."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from crm_migration.load.decide import LoadJob
from crm_migration.load.link import link
from crm_migration.load.load import load
from crm_migration.load.references import References
from crm_migration.load.rollback import Undo
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Mapping
from crm_migration.mapping.order import deferred, load_order
from crm_migration.staging import RunFolder, Staged, TableWriter, open_table
from tests.fencing import take_fence

ACCOUNT = {
    "_golden": pl.String, "_key": pl.String, "_members": pl.Int64,
    "legacy_id": pl.String, "name": pl.String, "revenue": pl.Decimal(14, 2), "parent_id": pl.String,
    "active": pl.Boolean,
}  # fmt: skip
MEMBERS = {"_key": pl.String, "_golden": pl.String, "_master": pl.Boolean, "_merged_by": pl.String}
CONTACT = {
    "_golden": pl.String, "_key": pl.String, "_members": pl.Int64,
    "legacy_id": pl.String, "last_name": pl.String, "account_id": pl.String, "born": pl.Date,
    "created_at": pl.Datetime("us", "UTC"),
}  # fmt: skip


def mapping(**target: str) -> Mapping:
    """Return the mapping of accounts (that refer to themselves) and their contacts."""
    account = {"object": "account", "external_id": "legacy_id", **target}
    contact = {"object": "contact", "external_id": "legacy_id", **target}
    return Mapping.model_validate(
        {
            "version": "1",
            "source": {"name": "old", "connection": "old"},
            "target": {"name": "new", "connection": "new"},
            "entities": {
                "account": {
                    "table": "accounts",
                    "key": "id",
                    "target": account,
                    "fields": {
                        "legacy_id": {"from": "id", "kind": "text"},
                        "name": {"from": "name", "kind": "text", "required": True},
                        "revenue": {"from": "revenue", "kind": "money"},
                        "parent_id": {
                            "from": "parent",
                            "kind": "reference",
                            "to": "account",
                            "on_missing_parent": "null",
                        },
                        "active": {"from": "active", "kind": "boolean"},
                    },
                },
                "contact": {
                    "table": "contacts",
                    "key": "id",
                    "target": contact,
                    "fields": {
                        "legacy_id": {"from": "id", "kind": "text"},
                        "last_name": {"from": "name", "kind": "text", "required": True},
                        "account_id": {"from": "account", "kind": "reference", "to": "account"},
                        "born": {"from": "born", "kind": "date"},
                        "created_at": {"from": "created", "kind": "datetime"},
                    },
                },
            },
        }
    )


def make_target(url: str) -> sa.Engine:
    """Create the target's tables with every kind of constraint that may refuse a row."""
    engine = sa.create_engine(url)
    metadata = sa.MetaData()
    moment = sa.DateTime(timezone=True).with_variant(sa.dialects.mysql.DATETIME(fsp=6), "mysql")
    sa.Table(
        "account",
        metadata,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True),
        sa.Column("legacy_id", sa.String(64), unique=True),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("revenue", sa.Numeric(14, 2)),
        sa.Column("parent_id", sa.ForeignKey("account.id")),
        sa.Column("active", sa.Boolean),
        sa.Column("note", sa.String(40), server_default="by the target"),
        sa.CheckConstraint("revenue >= 0", name="revenue_not_negative"),
        sa.CheckConstraint("length(name) <= 40", name="name_fits"),
    )
    sa.Table(
        "contact",
        metadata,
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), sa.Identity(), primary_key=True),
        sa.Column("legacy_id", sa.String(64), unique=True),
        sa.Column("last_name", sa.String(40), nullable=False),
        sa.Column("account_id", sa.ForeignKey("account.id")),
        sa.Column("born", sa.Date),
        sa.Column("created_at", moment),
    )
    metadata.create_all(engine)
    return engine


@dataclass
class Bench:
    """A target and the staging of its runs."""

    url: str
    root: Path
    mapping: Mapping

    def __post_init__(self) -> None:
        """Open the target."""
        self.target = SqlTarget(self.url, self.mapping)
        self.target.ledger.migrate()

    def folder(self, run_id: str) -> RunFolder:
        """Return the staging of one run."""
        return RunFolder(str(self.root), "old", run_id)

    def job(self, run_id: str, planned: bool = False) -> LoadJob:
        """Return the load job of one run, registering it at its first use."""
        source = self.mapping.source.name
        found = self.target.ledger.find_run(source, run_id)
        number = found.run_no if found else self.target.ledger.begin_run(source, run_id, {"mapping_sha256": "0"})
        references = References(self.target, self.folder(run_id), assume_staged=planned)
        return LoadJob(self.target, references, number, source, deferred(self.mapping))

    def stage(
        self,
        run_id: str,
        entity: str,
        rows: list[dict[str, object]],
        merged: dict[str, str] | None = None,
        absent: frozenset[str] = frozenset(),
        source: str = "old",
    ) -> None:
        """Stage golden records (`id` is the key), plus rows merged into them (key → surviving key).

        Founding rows in `absent` were not extracted in this run.
        """
        merged = merged or {}
        schema = ACCOUNT if entity == "account" else CONTACT
        several = set(merged.values())
        golden = [
            {
                "_golden": f"{source}.{entity}:{row['legacy_id']}", "_key": row["legacy_id"],
                "_members": 1 + list(merged.values()).count(str(row["legacy_id"])), **row,
            }
            for row in rows
        ]  # fmt: skip
        members = [
            {"_key": row["legacy_id"], "_golden": row["_golden"], "_master": True, "_merged_by": None}
            for row in golden
            if row["_key"] not in absent
        ] + [
            {"_key": key, "_golden": f"{source}.{entity}:{into}", "_master": False, "_merged_by": "email"}
            for key, into in merged.items()
        ]
        lineage = [
            {"_key": member["_key"], "_golden": member["_golden"], "record": "{}"}
            for member in members
            if member["_key"] in several or member["_key"] in merged
        ]
        texts = dict.fromkeys(["_key", "_golden", "record"], pl.String)
        self._write(run_id, entity, "golden", pl.DataFrame(golden, schema=schema))
        self._write(
            run_id, entity, "members",
            pl.DataFrame(members, schema=MEMBERS),
        )  # fmt: skip
        self._write(run_id, entity, "lineage", pl.DataFrame(lineage, schema=texts))
        empty = dict.fromkeys(["_key", "field", "reason", "message", "raw"], pl.String)
        self._write(run_id, entity, "rejected", pl.DataFrame(schema=empty))
        self._write(run_id, entity, "filtered", pl.DataFrame(schema={"_key": pl.String, "filter": pl.String}))

    def _write(self, run_id: str, entity: str, step: str, frame: pl.DataFrame) -> None:
        with TableWriter(self.folder(run_id), entity, step) as writer:
            writer.write(frame)

    def load(self, run_id: str) -> dict[str, Staged]:
        """Load every staged entity of the run, second pass included."""
        job, folder = self.job(run_id), self.folder(run_id)
        done = {entity: load(job, folder, entity, "full") for entity in load_order(self.mapping)}
        token = take_fence(self.target.ledger, "test")
        for entity in done:
            link(self.job(run_id), folder, entity, "full", token)
        return done

    def outcomes(self, run_id: str, entity: str) -> dict[str, str]:
        """Return what became of each row."""
        frame = open_table(self.folder(run_id), entity, "outcome").frame()
        return dict(frame.select("_key", "outcome").iter_rows())

    def undo(self, run_id: str) -> Undo:
        """Return what a rollback of the run needs."""
        return Undo(
            self.target, self.folder(run_id), self.job(run_id).run_no, load_order(self.mapping), deferred(self.mapping)
        )

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Ask the target from outside."""
        with self.target.engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(query))]


def account(key: str, name: str = "Acme", **values: object) -> dict[str, object]:
    """Return a golden account."""
    return {"legacy_id": key, "name": name, "revenue": None, "parent_id": None, "active": True} | values


def contact(key: str, account_key: str | None, **values: object) -> dict[str, object]:
    """Return a golden contact."""
    return {
        "legacy_id": key, "last_name": "Li", "account_id": account_key, "born": None, "created_at": None,
    } | values  # fmt: skip

"""A small migration, carried out by the real rooms up to the load, for the validation to look at."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import polars as pl
import sqlalchemy as sa

from crm_migration.clean.clean import clean
from crm_migration.extract.database import DatabaseSource
from crm_migration.extract.extract import extract
from crm_migration.load.backup import back_up
from crm_migration.load.decide import LoadJob
from crm_migration.load.link import link
from crm_migration.load.load import load
from crm_migration.load.references import References
from crm_migration.load.sample import choose_sample
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Mapping
from crm_migration.mapping.order import deferred, load_order
from crm_migration.staging import RunFolder, Staged, TableWriter, open_table
from crm_migration.validate.validate import validate
from tests.fencing import take_fence

ENTITIES: dict[str, Any] = {
    "account": {
        "table": "accounts",
        "key": "id",
        "target": {"object": "account", "external_id": "legacy_id"},
        "fields": {
            "legacy_id": {"from": "id", "kind": "text"},
            "name": {"from": "name", "kind": "name", "required": True, "max_length": 40},
            "country": {"from": "country", "kind": "country"},
            "website": {"from": "site", "kind": "url"},
            "parent_id": {"from": "parent", "kind": "reference", "to": "account", "on_missing_parent": "null"},
        },
    },
    "contact": {
        "table": "contacts",
        "key": "id",
        "filters": [{"name": "deleted", "column": "deleted", "equals": ["1"]}],
        "target": {"object": "contact", "external_id": "legacy_id"},
        "fields": {
            "legacy_id": {"from": "id", "kind": "text"},
            "last_name": {"from": "name", "kind": "name", "required": True, "max_length": 20},
            "email": {"from": "mail", "kind": "email", "on_invalid": "null"},
            "phone": {"from": "phone", "kind": "phone"},
            "stage": {"from": "stage", "kind": "choice", "values": {"1": "New", "2": "Won"}},
            "account_id": {"from": "account", "kind": "reference", "to": "account"},
            "owner_id": {"from": "owner", "kind": "owner", "object": "users", "by": "mail"},
            "amount": {"from": "amount", "kind": "money"},
            "currency": {"from": "currency", "kind": "text", "max_length": 3},
            "born": {"from": "born", "kind": "date"},
            "created_at": {"from": "created", "kind": "datetime"},
            "active": {"from": "active", "kind": "boolean"},
            "rank": {"from": "rank", "kind": "integer", "minimum": 0, "maximum": 9},
            "origin": {"kind": "constant", "value": "legacy"},
        },
        "match": {"keys": [{"name": "email", "fields": ["email"]}]},
        "acceptance": [
            {"name": "stages in use", "sql": "SELECT stage FROM contact WHERE stage LIKE '%o%'", "at_least_rows": 1},
            {"name": "nameless", "sql": "SELECT 1 FROM contact WHERE last_name IS NULL", "no_rows": True},
        ],
    },
    "note": {
        "table": "notes",
        "key": ["kind", "id"],
        "target": {"object": "note", "external_id": "legacy_id", "id": "uid"},
        "fields": {
            "uid": {"from": "id", "kind": "text"},
            "legacy_id": {"from": ["kind", "id"], "kind": "text", "separator": "|"},
            "parent_type": {"from": "about", "kind": "choice", "values": {"A": "account", "C": "contact"}},
            "parent_id": {
                "from": "about_id", "kind": "reference", "type_from": "about",
                "types": {"A": "account", "C": "contact"}, "on_missing_parent": "null",
                "null_together": ["parent_type"],
            },
        },
    },
}  # fmt: skip

SOURCE = """
CREATE TABLE accounts (id TEXT, name TEXT, country TEXT, site TEXT, parent TEXT);
CREATE TABLE contacts (id TEXT, name TEXT, mail TEXT, phone TEXT, stage TEXT, account TEXT, owner TEXT, amount TEXT,
  currency TEXT, born TEXT, created TEXT, active TEXT, "rank" TEXT, deleted TEXT);
CREATE TABLE notes (kind TEXT, id TEXT, about TEXT, about_id TEXT);
"""
ACCOUNTS = [
    ("a1", "Müller Söhne", "Germany", "https://mueller.example/a", "a2"),
    ("a2", "北京华信科技", "CN", None, None),
    ("a3", "Third", "US", "http://third.example/", "gone"),
]
PART_ROWS = 2
CONTACTS = [
    ("c1", "Li", "li@one.example", "+49 30 901820", "1", "a1", "boss@new.example", "10.10", "EUR", "1980-02-29",
     "2024-03-31 01:30:00", "1", "3", "0"),
    ("c2", "Ann O'Neil", "ann@two.example", None, "2", "a2", None, "0.20", "USD", "1999-12-31", None, "0", "9", "0"),
    ("c3", "Zoë", None, None, None, None, None, "7.05", "EUR", None, "2020-01-01 00:00:00", None, None, "0"),
    ("c4", "Li", "li@one.example", None, "1", "a1", None, None, "EUR", None, None, "1", None, "0"),
    ("c5", None, "nameless@x.example", None, None, None, None, None, None, None, None, None, None, "0"),
    ("c6", "Gone", None, None, None, None, None, None, None, None, None, None, None, "1"),
    ("c7", "Orphan", None, None, None, "nowhere", None, None, None, None, None, None, None, "0"),
    ("c8", "Kim", "not an address", None, "2", "a3", None, "5", "USD", "2001-01-01", None, "1", "0", "0"),
]  # fmt: skip
NOTES = [("call", "n1", "A", "a1"), ("call", "n2", "C", "c2"), ("mail", "n3", "C", "c99"), ("mail", "n4", "X", "x")]


def mapping(**changes: dict[str, Any]) -> Mapping:
    """Return the mapping, with some keys of entities replaced (entity → keys)."""
    entities = {name: spec | changes.get(name, {}) for name, spec in ENTITIES.items()}
    return Mapping.model_validate(
        {
            "version": "1",
            "source": {"name": "old", "connection": "old", "country": "DE"},
            "target": {"name": "new", "connection": "new"},
            "tolerances": {"rejected_share": 1.0},
            "entities": entities,
        }
    )


def make_source(url: str) -> None:
    """Create and fill the source."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for statement in SOURCE.strip().rstrip(";").split(";"):
            connection.exec_driver_sql(statement)
        for table, rows in (("accounts", ACCOUNTS), ("contacts", CONTACTS), ("notes", NOTES)):
            connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    engine.dispose()


def make_target(url: str) -> None:
    """Create the target, which refuses almost nothing: what goes wrong must be found, not prevented."""
    engine, metadata = sa.create_engine(url), sa.MetaData()
    moment = sa.DateTime(timezone=True).with_variant(sa.dialects.mysql.DATETIME(fsp=6), "mysql")
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    text = sa.String(100)
    users = sa.Table("users", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("mail", text))
    sa.Table(
        "account", metadata, sa.Column("id", number, sa.Identity(), primary_key=True), sa.Column("legacy_id", text),
        sa.Column("name", text), sa.Column("country", text), sa.Column("website", text), sa.Column("parent_id", number),
    )  # fmt: skip
    sa.Table(
        "contact", metadata, sa.Column("id", number, sa.Identity(), primary_key=True), sa.Column("legacy_id", text),
        sa.Column("last_name", text), sa.Column("email", text), sa.Column("phone", text), sa.Column("stage", text),
        sa.Column("account_id", number), sa.Column("owner_id", sa.Integer), sa.Column("amount", sa.Numeric(14, 2)),
        sa.Column("currency", text), sa.Column("born", sa.Date), sa.Column("created_at", moment),
        sa.Column("active", sa.Boolean), sa.Column("rank", sa.Integer), sa.Column("origin", text),
        sa.Column("note", text),
    )  # fmt: skip
    sa.Table(
        "note", metadata, sa.Column("uid", sa.String(36), primary_key=True), sa.Column("legacy_id", text),
        sa.Column("parent_type", text), sa.Column("parent_id", text),
    )  # fmt: skip
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(users.insert().values(id=7, mail="Boss@new.example"))
    engine.dispose()


class AskedSource(DatabaseSource):
    """The source, noting of which entities single rows were asked again."""

    asked: ClassVar[list[str]] = []

    def read_keys(self, entity: str, keys: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of `keys` as they are now."""
        self.asked.append(entity)
        return super().read_keys(entity, keys)


def consolidate(folder: RunFolder, entity: str) -> None:
    """Stage one golden record per clean row, but for the contact c4, which is c1 again."""
    rows = open_table(folder, entity, "clean").frame()
    loser = (pl.lit(entity) == "contact") & (pl.col("_key") == "c4")
    survivor = pl.when(loser).then(pl.lit("c1")).otherwise(pl.col("_key"))
    members = rows.select(
        "_key", (pl.lit(f"old.{entity}:") + survivor).alias("_golden"), (~loser).alias("_master"),
        pl.when(loser).then(pl.lit("email")).alias("_merged_by"),
    )  # fmt: skip
    merged = members.filter(pl.len().over("_golden") > 1)
    lineage = merged.select("_key", "_golden", pl.lit("{}").alias("record"))
    sizes = members.group_by("_golden").agg(pl.len().cast(pl.Int64).alias("_members"))
    golden = members.filter("_master").join(sizes, on="_golden", maintain_order="left")
    golden = golden.select("_golden", "_key", "_members").join(rows.drop("_row"), on="_key", maintain_order="left")
    for step, frame in (("members", members), ("lineage", lineage), ("golden", golden)):
        with TableWriter(folder, entity, step) as writer:
            for part in frame.iter_slices(PART_ROWS):
                writer.write(part)


class Line:
    """A source, a target and the staging of the runs between them."""

    def __init__(self, folder: Path, target_url: str, described: Mapping | None = None) -> None:
        self.root, self.mapping = folder / "staging", described or mapping()
        self.source_url = f"sqlite:///{folder / 'source.sqlite'}"
        if not (folder / "source.sqlite").exists():
            make_source(self.source_url)
            make_target(target_url)
        self.source = AskedSource(self.source_url, self.mapping)
        self.source.asked.clear()
        self.target = SqlTarget(target_url, self.mapping)
        self.target.ledger.migrate()
        self.order = load_order(self.mapping)

    def folder(self, run_id: str) -> RunFolder:
        """Return the staging of one run."""
        return RunFolder(str(self.root), "old", run_id)

    def run_no(self, run_id: str) -> int:
        """Return the run's number, registering it at its first use."""
        found = self.target.ledger.find_run("old", run_id)
        return found.run_no if found else self.target.ledger.begin_run("old", run_id, {"mapping_sha256": "0"})

    def prepare(self, run_id: str) -> None:
        """Extract and clean everything, and stage golden records."""
        folder = self.folder(run_id)
        for entity in self.order:
            owners = {"owner_id": self.target.lookup("users", "mail", "id")} if entity == "contact" else {}
            extract(self.source, self.mapping, entity, folder)
            clean(self.mapping, entity, folder, owners)
            consolidate(folder, entity)

    def load(self, run_id: str, phase: Literal["sample", "full"] = "full", size: int | None = None) -> None:
        """Load the sample (choosing it first) or everything."""
        folder, number = self.folder(run_id), self.run_no(run_id)
        if phase == "sample":
            choose_sample(self.mapping, folder, self.order, size, number)
        waiting = deferred(self.mapping)
        for entity in self.order:
            load(LoadJob(self.target, References(self.target, folder), number, "old", waiting), folder, entity, phase)
        token = take_fence(self.target.ledger, "test")
        for entity in self.order:
            job = LoadJob(self.target, References(self.target, folder), number, "old", waiting)
            link(job, folder, entity, phase, token)

    def back_up(self, run_id: str) -> None:
        """Stage before-images of all that the load will change."""
        folder = self.folder(run_id)
        references = References(self.target, folder, assume_staged=True)
        job = LoadJob(self.target, references, self.run_no(run_id), "old", deferred(self.mapping))
        for entity in self.order:
            back_up(job, folder, entity)

    def run(self, run_id: str) -> None:
        """Carry out a whole run up to the full load."""
        self.prepare(run_id)
        self.load(run_id)

    def validate(self, run_id: str, phase: Literal["sample", "full"] = "full", live: bool = True) -> Staged:
        """Validate one phase of a run, against the live source or the staged rows."""
        source = self.source if live else None
        return validate(self.mapping, self.folder(run_id), self.target, phase, self.run_no(run_id), source)

    def change(self, *statements: str) -> None:
        """Change the target behind everybody's back."""
        with self.target.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def change_source(self, *statements: str) -> None:
        """Change the source, as its users do."""
        engine = sa.create_engine(self.source_url)
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()

    def close(self) -> None:
        """Close every connection."""
        self.target.engine.dispose()


def failed(staged: Staged) -> dict[tuple[str, str, str | None], Sequence[str]]:
    """Return the failed checks: (entity, name, field) → failing keys."""
    return picked(staged, "fail")


def picked(staged: Staged, status: str) -> dict[tuple[str, str, str | None], Sequence[str]]:
    """Return the checks of one status: (entity, name, field) → failing keys."""
    lines = staged.frame().filter(pl.col("status") == status)
    chosen = lines.select("entity", "name", "field", "failing_keys").iter_rows()
    return {(entity, name, field): keys for entity, name, field, keys in chosen}

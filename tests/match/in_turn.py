"""Sources that feed one table, matched and loaded one after the other with the ledger that a run leaves to the next."""

import shutil
import sqlite3
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from crm_migration.load.decide import LoadJob
from crm_migration.load.known import known_records
from crm_migration.load.load import load
from crm_migration.load.references import References
from crm_migration.load.reviews import remember_review
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.model import Mapping
from crm_migration.match import match
from crm_migration.staging import RunFolder, TableWriter
from tests.match.customers import PERSON
from tests.match.customers import mapping as of_persons

SOURCES = ("erp", "shop", "wiki")
ENTITY = "customer"
Values = tuple[str | None, ...]
Sides = dict[str, pl.DataFrame]
Order = tuple[str, ...]


def mapping(source: str, asked: dict[str, Any]) -> Mapping:
    """Return the mapping of a source of persons; `asked` is its `match`."""
    described = deepcopy(of_persons("person").model_dump(mode="json", by_alias=True, exclude_unset=True))
    described["source"] = {"name": source, "connection": source}
    entity = described["entities"][ENTITY]
    entity["fields"] = {"legacy_id": {"from": "id", "kind": "text"}, **entity["fields"]}
    entity["match"] = asked
    return Mapping.model_validate(described)


@dataclass(frozen=True)
class InTurn:
    """A target, and what the runs of some sources have made of it.

    Attributes:
        root: where target and staging are.
        asked: how all sources are matched.
        model: the saved model, if any.
        ran: the sources that have run, in order.
    """

    root: Path
    asked: dict[str, Any]
    model: Path | None = None
    ran: Order = ()

    @classmethod
    def begin(cls, root: Path, asked: dict[str, Any], model: Path | None = None) -> "InTurn":
        """Create an empty target with its ledger."""
        made = cls(root, asked, model)
        made.folder.mkdir(parents=True)
        columns = ", ".join(f"{name} TEXT" for name in PERSON)
        with closing(sqlite3.connect(made.folder / "target.sqlite")) as database:
            database.execute(f"CREATE TABLE {ENTITY} (id INTEGER PRIMARY KEY, legacy_id TEXT, {columns})")
        target = SqlTarget(made.url, mapping(SOURCES[0], asked))
        target.ledger.migrate()
        target.close()
        return made

    @property
    def folder(self) -> Path:
        """Return where this target is, one for each beginning of an order."""
        return self.root / "-".join(("begin", *self.ran))

    @property
    def url(self) -> str:
        """Return the target's URL."""
        return f"sqlite:///{self.folder / 'target.sqlite'}"

    def then(self, source: str, rows: pl.DataFrame) -> "InTurn":
        """Return what a run of `source` over `rows` makes of a copy of this target."""
        made = InTurn(self.root, self.asked, self.model, (*self.ran, source))
        if not made.folder.exists():
            made.folder.mkdir()
            shutil.copy(self.folder / "target.sqlite", made.folder)
            made._run(source, rows)
        return made

    def through(self, sides: Sides, order: Order) -> "InTurn":
        """Return what the sources make of a copy of this target in this order."""
        made = self
        for source in order:
            made = made.then(source, sides[source])
        return made

    def _run(self, source: str, rows: pl.DataFrame) -> None:
        described, run_id = mapping(source, self.asked), f"run {len(self.ran)}"
        target, folder = SqlTarget(self.url, described), RunFolder(str(self.folder), source, run_id)
        self._stage(folder, rows)
        try:
            run_no = target.ledger.begin_run(source, run_id, {"mapping_sha256": "0"})
            match(described, ENTITY, folder, known_records(target, described, ENTITY), self.model)
            load(LoadJob(target, References(target, folder), run_no, source), folder, ENTITY, "full")
            remember_review(target, folder, ENTITY, run_no)
        finally:
            target.close()

    def _stage(self, folder: RunFolder, rows: pl.DataFrame) -> None:
        nothing = dict.fromkeys(["_key", "field", "reason", "message", "raw"], pl.String)
        clean = rows.select("_key", pl.col("_key").alias("legacy_id"), *PERSON)
        filtered = pl.DataFrame(schema={"_key": pl.String, "filter": pl.String})
        for step, frame in (("clean", clean), ("rejected", pl.DataFrame(schema=nothing)), ("filtered", filtered)):
            with TableWriter(folder, ENTITY, step) as writer:
                writer.write(frame)

    def records(self) -> dict[frozenset[str], Values]:
        """Return the record, without its ids, that each group of rows (`source:key`) has become."""
        lines = self._ask(
            f"SELECT c.target_id, s.source || ':' || c.source_key, {', '.join(PERSON)} FROM crm_migration_crosswalk c "
            f"JOIN crm_migration_stream s ON s.stream_no = c.stream_no JOIN {ENTITY} t ON t.id = c.target_id"
        )
        rows: dict[str, set[str]] = {}
        for target_id, row, *_ in lines:
            rows.setdefault(target_id, set()).add(row)
        values = {target_id: tuple(told) for target_id, _, *told in lines}
        return {frozenset(members): values[target_id] for target_id, members in rows.items()}

    def for_review(self) -> set[frozenset[str]]:
        """Return the pairs (`source:key`) that the ledger keeps for a person."""
        lines = self._ask("SELECT a, b FROM crm_migration_match_review")
        return {frozenset(row.replace(f".{ENTITY}:", ":") for row in pair) for pair in lines}

    def _ask(self, question: str) -> list[tuple[Any, ...]]:
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(sa.text(question))]

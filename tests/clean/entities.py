"""A small mapping, its source rows on disk, and the three tables that cleaning makes of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from crm_migration.clean.clean import clean
from crm_migration.mapping.model import Mapping
from crm_migration.staging import RunFolder, Staged, TableWriter, open_table

FIELDS: dict[str, Any] = {
    "name": {"kind": "name", "from": "name", "required": True, "max_length": 40},
    "email": {"kind": "email", "from": "mail"},
    "born": {"kind": "date", "from": "born", "on_invalid": "null"},
    "amount": {"kind": "money", "from": "amount", "default": "0"},
    "country": {"kind": "country", "from": "land", "on_invalid": "null", "values": {"Homeland": "AT"}},
    "phone": {"kind": "phone", "from": "phone", "country_from": "land", "on_invalid": "keep"},
    "owner_id": {"kind": "owner", "from": "owner", "object": "users", "by": "email", "on_invalid": "null"},
    "account_id": {"kind": "reference", "from": "account", "to": "contact"},
    "origin": {"kind": "constant", "value": "legacy"},
}
FILTERS = [
    {"name": "deleted", "column": "deleted", "equals": ["1"]},
    {"name": "nameless", "column": "name", "is_null": True},
]


def mapping(**entity: Any) -> Mapping:
    """A mapping with one entity, `contact`, whose parts can be replaced."""
    contact = {"table": "contacts", "key": "id", "fields": FIELDS, "filters": FILTERS, **entity}
    return Mapping.model_validate(
        {
            "version": "1",
            "source": {"name": "crm", "connection": "legacy", "country": "DE"},
            "target": {"name": "new", "connection": "new"},
            "entities": {"contact": {"target": {"object": "contact", "external_id": "legacy_id"}, **contact}},
        }
    )


@dataclass(frozen=True)
class Cleaned:
    """The three tables of a run, as frames, and the staged clean table."""

    staged: Staged
    clean: pl.DataFrame
    rejected: pl.DataFrame
    filtered: pl.DataFrame

    @property
    def keys(self) -> list[str]:
        return [*self.clean["_key"], *self.rejected["_key"], *self.filtered["_key"]]

    @property
    def rows(self) -> list[int]:
        return [*self.clean["_row"], *self.rejected["_row"], *self.filtered["_row"]]


def stage(folder: RunFolder, plan: Mapping, rows: list[dict[str, str | None]], part: int = 100) -> None:
    """Write `rows` as the extract of `contact`, in parts of `part` rows; a missing column is null."""
    columns = plan.entities["contact"].source_columns
    with TableWriter(folder, "contact", "extract") as writer:
        for start in range(0, max(len(rows), 1), part):
            chunk = rows[start : start + part]
            numbers = pl.Series("_row", range(start + 1, start + 1 + len(chunk)), dtype=pl.Int64)
            values = {c: pl.Series([row.get(c) for row in chunk], dtype=pl.String) for c in columns}
            writer.write(pl.DataFrame({"_row": numbers, **values}))


def run(root: Path, rows: list[dict[str, str | None]], plan: Mapping | None = None, part: int = 100) -> Cleaned:
    """Stage `rows`, clean them, and read all three tables back."""
    plan, folder = plan or mapping(), RunFolder(str(root), "crm", "run")
    stage(folder, plan, rows, part)
    staged = clean(plan, "contact", folder, {"owner_id": {"ann@example.com": "17"}})
    tables = [open_table(folder, "contact", step).frame() for step in ("clean", "rejected", "filtered")]
    return Cleaned(staged, *tables)

"""A contact and an account entity, rows staged as `clean` leaves them, and the result read back."""

from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from crm_migration.clean.types import polars_type
from crm_migration.mapping.model import Mapping
from crm_migration.match import KnownRecords, match
from crm_migration.match.plan import Plan
from crm_migration.staging import RunFolder, Staged, TableWriter, open_table

EMAIL = {"name": "email", "fields": ["email"], "ignore": ["info@*", "office@*"]}
PHONE = {"name": "phone", "fields": ["phone"], "similar": {"fields": ["given_name", "family_name"]}}
DOMAIN = {
    "name": "domain",
    "fields": ["website"],
    "compare": "domain",
    "similar": {"fields": ["name"], "by": "company"},
}
TAX = {"name": "tax", "fields": ["tax_number"], "compare": "alphanumeric"}

CONTACT: dict[str, Any] = {
    "table": "contacts",
    "key": "id",
    "target": {"object": "contact", "external_id": "legacy_key"},
    "fields": {
        "given_name": {"kind": "name", "from": "first"},
        "family_name": {"kind": "name", "from": "last"},
        "email": {"kind": "email", "from": "email"},
        "phone": {"kind": "phone", "from": "phone"},
        "city": {"kind": "text", "from": "city"},
        "notes": {"kind": "text", "from": "notes", "max_length": 20},
        "no_contact": {"kind": "boolean", "from": "dnc"},
        "amount": {"kind": "money", "from": "amount"},
        "modified": {"kind": "datetime", "from": "modified"},
        "account": {"kind": "reference", "from": "account_id", "to": "account"},
    },
    "match": {
        "keys": [EMAIL, PHONE],
        "guards": {"given_name": "given_name"},
        "survivorship": {"recency": "modified"},
    },
}
ACCOUNT: dict[str, Any] = {
    "table": "accounts",
    "key": "id",
    "target": {"object": "account", "external_id": "legacy_key"},
    "fields": {
        "name": {"kind": "name", "from": "name"},
        "website": {"kind": "url", "from": "website"},
        "tax_number": {"kind": "text", "from": "tax"},
    },
    "match": {"keys": [TAX, DOMAIN]},
}


def mapping(match_config: dict[str, Any] | None = None, *, source: str = "crm") -> Mapping:
    """Return a mapping with both entities; `match_config` replaces parts of the contact's `match`."""
    contact = deepcopy(CONTACT)
    if match_config is None:
        pass
    elif match_config:
        contact["match"].update(match_config)
    else:
        del contact["match"]
    return Mapping.model_validate(
        {
            "version": "1",
            "source": {"name": source, "connection": "source"},
            "target": {"name": "target", "connection": "target"},
            "entities": {"contact": contact, "account": deepcopy(ACCOUNT)},
        }
    )


def plan(match_config: dict[str, Any] | None = None, *, source: str = "crm", entity: str = "contact") -> Plan:
    return Plan(source, entity, mapping(match_config, source=source).entities[entity])


def frame(rows: list[dict[str, Any]], entity: str = "contact", first: str = "_key") -> pl.DataFrame:
    """Return `rows` with the column types of `clean`."""
    specs = mapping().entities[entity].fields
    schema = {first: pl.String(), **{name: polars_type(spec) for name, spec in specs.items()}}
    return pl.DataFrame(rows, schema=schema, orient="row")


@dataclass
class Matched:
    """What a match wrote."""

    golden: Staged
    members: dict[str, str]
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)

    @property
    def clusters(self) -> set[frozenset[str]]:
        by_golden: dict[str, set[str]] = {}
        for key, golden in self.members.items():
            by_golden.setdefault(golden, set()).add(key)
        return {frozenset(keys) for keys in by_golden.values()}

    @property
    def merged(self) -> set[frozenset[str]]:
        return {keys for keys in self.clusters if len(keys) > 1}

    def record(self, golden: str) -> dict[str, Any]:
        return self.tables["golden"].row(by_predicate=pl.col("_golden") == golden, named=True)

    @property
    def review(self) -> set[tuple[str, str, str, str]]:
        return set(self.tables["review"].select("_key_a", "_key_b", "rule", "reason").rows())

    def known(self, records: list[pl.DataFrame] | None = None) -> KnownRecords:
        """Return what a ledger would know after this run had loaded."""
        crosswalk = self.tables["members"].select(source_key="_key", golden_id="_golden")
        lineage = self.tables["lineage"].select(
            golden_id="_golden", source="_source", source_key="_key", record="record"
        )
        return KnownRecords(crosswalk, records, lineage)


def run(
    root: Path,
    rows: list[dict[str, Any]] | pl.DataFrame,
    known: KnownRecords | None = None,
    *,
    entity: str = "contact",
    config: Mapping | None = None,
    part_rows: int = 3,
) -> Matched:
    """Stage `rows` in small parts, match them, and read all four tables back."""
    config = config or mapping()
    folder = RunFolder(str(root), config.source.name, "run")
    clean = frame(rows, entity) if isinstance(rows, list) else rows
    with TableWriter(folder, entity, "clean") as writer:
        numbered = clean.with_row_index("_row", offset=1).with_columns(pl.col("_row").cast(pl.Int64))
        for part in numbered.iter_slices(part_rows) if numbered.height else (numbered,):
            writer.write(part)
    golden = match(config, entity, folder, known or KnownRecords.nothing())
    tables = {step: open_table(folder, entity, step).frame() for step in ("members", "golden", "lineage", "review")}
    return Matched(golden, dict(tables["members"].select("_key", "_golden").rows()), tables)

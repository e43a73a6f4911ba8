"""A migration with something for a person to do: a sample to be approved, rows to be repaired, pairs to be decided."""

import json
from pathlib import Path

import polars as pl
import sqlalchemy as sa

from crm_migration.mapping.matching import MatchModel
from crm_migration.match.features import featured
from crm_migration.match.model import Model, model_path
from crm_migration.match.training import train
from tests.dags.project import add_migration, add_monitor, add_reload, add_rollback
from tests.load.two_sources import LEGACY, Scene
from tests.match.customers import customers

PARTS = {"given_name": "first_name", "family_name": "last_name", "email": "email", "phone": "phone", "city": "city"}
SURVIVORSHIP = "      survivorship: {fields: {opted_out: strictest}}\n"
FIELDS = ", ".join(f"{part}: {field}" for part, field in PARTS.items())
MODEL = f"      model: {{kind: person, fields: {{{FIELDS}}}}}\n"
CHANGES = (
    ("tags: [two]\n", "tags: [two]\napproval: manual\n"),
    (SURVIVORSHIP, MODEL + SURVIVORSHIP),
)
ROWS = """
INSERT INTO people VALUES
  ('p4', 'Anton', 'Lee', NULL, '123', 'Bonn', '1980-01-31', NULL, '0', 'f1', NULL),
  ('p5', 'Li', NULL, 'li@one.example', '331', 'Köln', NULL, NULL, '0', 'f1', NULL),
  ('p6', '伟', NULL, 'wei@two.example', '332', '上海', NULL, NULL, '0', 'f2', NULL),
  ('p7', 'Zoë', 'Smith', 'zoe@one.example', '333', 'Ulm', NULL, NULL, '0', 'f7', NULL),
  ('p8', 'Max', NULL, NULL, NULL, NULL, NULL, NULL, '0', NULL, NULL),
  ('p9', 'Robert', 'Ray', 'r.ray@two.example', '555', 'Köln', NULL, NULL, '0', 'f2', NULL),
  ('p10', 'Sy', 'Low', 'cy.low@two.example', '789', 'Bonn', NULL, NULL, '0', 'f2', NULL),
  ('p11', 'Lea', 'Grün', 'lea@one.example', '341', 'Ulm', NULL, NULL, '0', 'f1', NULL),
  ('p12', 'Lea', 'Gruen', NULL, NULL, 'Ulm', NULL, NULL, '0', 'f1', NULL);
"""
REPAIRS = {("p5", "last"): "Wu", ("p6", "last"): "王", ("p7", "firm"): "f1"}
ENTITY = "contact"
EXTRACTED, REJECTED, WRITTEN, PAIRS = 14, 4, 10, 4


def deployed(home: Path, target_url: str) -> tuple[Scene, dict[str, str]]:
    """Put the migration `legacy` into a folder that an Airflow is to live in; return what it needs besides."""
    scene = Scene.make(home / "data", target_url)
    scene.change("legacy", ROWS)
    mapping = LEGACY
    for old, new in CHANGES:
        assert old in mapping, old
        mapping = mapping.replace(old, new)
    scene.describe("legacy", mapping)
    described = add_migration(home, "legacy")
    described.write_text(mapping, encoding="utf-8")
    for path in (described, scene.root / described.name):
        _learned().write(model_path(path, ENTITY))
    add_reload(home)
    add_rollback(home)
    add_monitor(home)
    return scene, {
        "AIRFLOW_CONN_LEGACY": f"sqlite:///{scene.root / 'legacy.sqlite'}",
        "AIRFLOW_CONN_CRM": _connection(target_url),
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "CRM_MIGRATION_SCHEDULES": "off",
    }


def _connection(url: str) -> str:
    """Return a connection in Airflow's JSON form."""
    told = sa.make_url(url)
    extra = {"host": told.query["host"]}
    return json.dumps({"conn_type": "postgres", "login": told.username, "schema": told.database, "extra": extra})


def _learned() -> Model:
    """Return a model of the fields that the mapping names."""
    asked = MatchModel.model_validate({"kind": "person", "fields": {part: part for part in PARTS}})
    first = (pl.col("_key").alias("identity"), pl.lit(value=True).alias("fresh"), pl.lit(0).alias("stream"))
    rows = featured(customers("person"), asked, *first).sort("identity")
    model = train("person", rows.with_columns(pl.int_range(pl.len()).alias("unique_id")))
    assert model is not None
    return model

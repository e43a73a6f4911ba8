"""Persons and companies with every field a model compares, some of them twice: data to learn from."""

from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import polars as pl

from crm_migration.mapping.matching import MatchModel
from crm_migration.mapping.model import Mapping
from crm_migration.match import KnownRecords, match
from crm_migration.match.features import featured
from crm_migration.match.model import Model
from crm_migration.match.training import train
from crm_migration.staging import RunFolder, TableWriter, open_table
from tests.match.people import CITIES, FAMILY, GIVEN
from tests.match.stage import Matched

PERSON = ("given_name", "family_name", "email", "phone", "street", "postal_code", "city", "birth_date")
COMPANY = ("name", "email", "phone", "website", "street", "postal_code", "city")
FIELDS = {"person": PERSON, "company": COMPANY}
STREETS = ("Hauptstrasse", "Lindenallee", "Am Markt", "Bergweg", "Schulgasse", "Ringstrasse", "Kirchplatz", "Uferweg")
TRADES = ("Bau", "Druck", "Metall", "Logistik", "Optik", "Textil", "Verlag", "Software", "Energie", "Papier")
# So many of the persons live with another one, who shares all but given name and date of birth.
_HOUSEHOLDS, _TWICE = 0.1, 0.25

Row = dict[str, str | None]


def mapping(kind: str, **config: Any) -> Mapping:
    """Return a mapping whose one entity, `customer`, is matched by a model; `config` goes into its `match`."""
    parts = {("company" if field == "name" else field): field for field in FIELDS[kind]}
    customer = {
        "table": "customers",
        "key": "id",
        "target": {"object": "customer", "external_id": "legacy_id"},
        "fields": {name: {"from": name, "kind": "text"} for name in FIELDS[kind]},
        "match": {"model": {"kind": kind, "fields": parts}, **config},
    }
    named = {"name": "crm", "connection": "crm"}
    return Mapping.model_validate(
        {"version": "1", "source": named, "target": named, "entities": {"customer": customer}}
    )


def config(kind: str) -> MatchModel:
    found = mapping(kind).entities["customer"].match
    assert found is not None
    assert found.model is not None
    return found.model


def frame(kind: str, rows: list[Row], first: str = "_key") -> pl.DataFrame:
    """Return `rows` as clean rows; those without a key are numbered."""
    keyed = [{first: str(number), **row} for number, row in enumerate(rows)]
    return pl.DataFrame(keyed, schema=dict.fromkeys((first, *FIELDS[kind]), pl.String))


def table(kind: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the features of `rows`, as `train` and `score` take them."""
    of_row = (pl.col("_key").alias("identity"), pl.lit(value=True).alias("fresh"), pl.lit(0).alias("stream"))
    made = featured(rows, config(kind), *of_row)
    return made.sort("identity").with_columns(pl.int_range(pl.len()).alias("unique_id"))


def customers(kind: str, count: int = 450, seed: int = 3) -> pl.DataFrame:
    """Return clean rows of `count` customers; a quarter of them stands there a second time, with other spellings."""
    draw = Random(seed)
    make = _person if kind == "person" else _company
    rows: list[Row] = []
    for number in range(count):
        one = make(draw)
        rows.append({"_key": f"a{number:04}", **one})
        if draw.random() < _TWICE:
            rows.append({"_key": f"b{number:04}", **again(one, draw)})
        if kind == "person" and draw.random() < _HOUSEHOLDS:
            shared = {field: one[field] for field in ("family_name", "phone", "street", "postal_code", "city")}
            rows.append({"_key": f"c{number:04}", **_person(draw), **shared})
    draw.shuffle(rows)
    return frame(kind, rows)


def _place(draw: Random) -> Row:
    street = f"{draw.choice(STREETS)} {draw.randrange(1, 150)}"
    city = draw.randrange(len(CITIES))
    code = f"{10 + city}{draw.randrange(100, 140)}"
    return {"street": street, "postal_code": code, "city": CITIES[city], "phone": f"0{draw.randrange(10**8, 10**9)}"}


def _person(draw: Random) -> Row:
    given, family = draw.choice(GIVEN), draw.choice(FAMILY)
    born = f"{draw.randrange(1940, 2005)}-{draw.randrange(1, 13):02}-{draw.randrange(1, 29):02}"
    email = f"{given}.{family}{draw.randrange(999)}@{draw.choice('xyz')}.example"
    return {"given_name": given, "family_name": family, "email": email, "birth_date": born, **_place(draw)}


def _company(draw: Random) -> Row:
    name = f"{draw.choice(FAMILY).title()} {draw.choice(TRADES)}"
    host = f"{name.lower().replace(' ', '-')}{draw.randrange(99)}.example"
    return {"name": f"{name} GmbH", "email": f"info@{host}", "website": f"https://www.{host}", **_place(draw)}


def again(one: Row, draw: Random) -> Row:
    """Return the row of a customer once more, three of its fields misspelt or left out."""
    copy = dict(one)
    for field in draw.sample(sorted(copy), 3):
        text = copy[field] or ""
        at = draw.randrange(1, len(text) - 1)
        swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        copy[field] = None if field in ("email", "phone", "birth_date", "website") else swapped
    return copy


@lru_cache(maxsize=2)
def learned(kind: str) -> Model:
    """Return a model, trained once in a process."""
    model = train(kind, table(kind, customers(kind)))
    assert model is not None
    return model


def run(root: Path, rows: pl.DataFrame, asked: Mapping, *, model: Path | None, known: KnownRecords | None) -> Matched:
    """Stage `rows`, match them, and read back what was written."""
    folder = RunFolder(str(root), "crm", "run")
    with TableWriter(folder, "customer", "clean") as writer:
        writer.write(rows)
    golden = match(asked, "customer", folder, known or KnownRecords.nothing(), model)
    steps = ("members", "golden", "lineage", "review", "evidence", "model")
    tables = {step: open_table(folder, "customer", step).frame() for step in steps}
    return Matched(golden, dict(tables["members"].select("_key", "_golden").rows()), tables)

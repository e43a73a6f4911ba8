"""The matcher under the benchmark: labelled records through the match room, one fixed configuration per kind."""

import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from crm_migration.mapping.model import Mapping
from crm_migration.match.assessment import assess
from crm_migration.match.known import KnownRecords
from crm_migration.match.linkage import Component, components, split
from crm_migration.match.plan import Plan
from crm_migration.match.pool import gather
from crm_migration.match.room import match
from crm_migration.staging import RunFolder, TableWriter, open_table

_PART_ROWS = 100_000
_LIKELY = 0.5
_LEAST_MEAN = 0.3
_TEXTS = (
    "given_name", "surname", "full_name", "company", "email", "phone", "website", "address", "suburb", "city",
    "postcode", "region", "country", "dob",
)  # fmt: skip
_CONTACT_PARTS = {
    "email": "email", "phone": "phone", "website": "website", "street": "address", "postal_code": "postcode",
    "city": "city", "company": "company",
}  # fmt: skip
_PERSON_PARTS = {
    "given_name": "given_name", "family_name": "surname", "full_name": "full_name", "birth_date": "dob",
}  # fmt: skip
_PERSON_NAME = {"fields": ["given_name", "surname", "full_name"]}
_COMPANY_NAME = {"fields": ["company"], "by": "company"}
_MATCH: dict[str, dict[str, Any]] = {
    "person": {
        "keys": [
            {"name": "email", "fields": ["email"], "similar": _PERSON_NAME},
            {"name": "phone", "fields": ["phone"], "compare": "digits", "similar": _PERSON_NAME},
        ],
        "model": {"kind": "person", "fields": _CONTACT_PARTS | _PERSON_PARTS},
    },
    "company": {
        "keys": [
            {"name": "phone", "fields": ["phone"], "compare": "digits", "similar": _COMPANY_NAME},
        ],
        "model": {"kind": "company", "fields": _CONTACT_PARTS},
    },
}


@dataclass(frozen=True)
class Resolved:
    """What the match room made of the records.

    Attributes:
        merged: id to cluster, of what it merges by itself.
        likely: the same, with the pairs for review that it holds for more likely than not.
        facts: what the room told of the match.
    """

    merged: dict[str, str]
    likely: dict[str, str]
    facts: dict[str, Any] = field(default_factory=dict)


def mapping(kind: str, chunks: int = 1) -> Mapping:
    """Return the mapping of a kind, `person` or `company`: the same for every set."""
    how = _MATCH[kind] | {"model": _MATCH[kind]["model"] | {"chunks": chunks}}
    entity = {
        "table": "records",
        "key": "id",
        "target": {"object": "record", "external_id": "key"},
        "fields": {name: {"kind": "text", "from": name} for name in _TEXTS},
        "match": how,
    }
    named = {"name": "labelled", "connection": "labelled"}
    return Mapping.model_validate({"version": "1", "source": named, "target": named, "entities": {kind: entity}})


def stage(records: pl.DataFrame, kind: str, folder: RunFolder) -> None:
    """Stage records of one kind, in the sets' layout, as `clean` leaves them."""
    with TableWriter(folder, kind, "clean") as writer:
        for part in records.select(pl.col("id").alias("_key"), *_TEXTS).iter_slices(_PART_ROWS):
            writer.write(part)
        writer.finish()


def resolve(records: pl.DataFrame, kind: str) -> Resolved:
    """Return the clusters of records of one kind, in the sets' layout."""
    made = mapping(kind)
    with tempfile.TemporaryDirectory() as staging:
        folder = RunFolder(staging, "labelled", "run")
        stage(records, kind, folder)
        golden = match(made, kind, folder, KnownRecords.nothing())
        merged = dict(open_table(folder, kind, "members").frame(["_key", "_golden"]).iter_rows())
        saved = Path(staging, "model.json")
        for (text,) in open_table(folder, kind, "model").frame(["model"]).iter_rows():
            saved.write_text(text, encoding="utf-8")
        return Resolved(merged, _joined(_likely(made, kind, folder, saved), merged), golden.facts)


def _likely(made: Mapping, kind: str, folder: RunFolder, saved: Path) -> dict[str, str]:
    """Return the clusters when every pair that the model holds for more likely than not is taken as one."""
    plan = Plan("labelled", kind, made.entities[kind])
    pool, _ = gather(plan, open_table(folder, kind, "clean"), KnownRecords.nothing())
    assessed = assess(plan, pool, saved)
    pairs = pl.concat([assessed.merged, assessed.doubted]).select("a", "b", "probability")
    group = components(pool.rows, pairs.filter(pl.col("probability") >= _LIKELY).select("a", "b").iter_rows())
    parts: dict[int, Component] = defaultdict(lambda: Component(least_mean=_LEAST_MEAN))
    for a, b, probability in pairs.iter_rows():
        if group[a] == group[b]:
            part = parts[group[a]]
            part.members |= {a: 1, b: 1}
            part.add(a, b, probability)
    keys = [key for part in pool.clean.frames(["_key"]) for key in part["_key"]]
    found = {keys[node]: keys[min(nodes)] for part in parts.values() for nodes in split(part) for node in nodes}
    return {key: found.get(key, key) for key in keys}


def _joined(one: dict[str, str], other: dict[str, str]) -> dict[str, str]:
    """Return the finest clusters in which whoever is together in `one` or in `other` is together."""
    keys = list(one)
    first: dict[tuple[int, str], int] = {}
    links = [
        (first.setdefault((number, clusters[key]), place), place)
        for number, clusters in enumerate((one, other))
        for place, key in enumerate(keys)
    ]
    return {key: str(root) for key, root in zip(keys, components(len(keys), links), strict=True)}

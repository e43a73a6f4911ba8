"""The matcher under the benchmark: records in the sets' layout go in, clusters come out."""

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import combinations

import polars as pl

from crm_migration.match.companies import base_name, companies_agree
from crm_migration.match.compare import digits, domain
from crm_migration.match.folding import blank_to_null, caseless, words
from crm_migration.match.persons import persons_agree

_ALIKE = 0.88
_PHONE_DIGITS = 9
_MOST_HOLDERS = 5
PAIRS = {"left": pl.String(), "right": pl.String(), "probability": pl.Float64()}


@dataclass(frozen=True)
class Resolved:
    """What a matcher made of the records.

    Attributes:
        merged: id to cluster, of what it merges by itself; an id that is missing stands alone.
        likely: the same, with the pairs for review that it holds for more likely than not.
        pairs: `left`, `right`, `probability` of the pairs it weighed, for a look at what went wrong.
    """

    merged: dict[str, str]
    likely: dict[str, str]
    pairs: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PAIRS))


def resolve(records: pl.DataFrame, kind: str) -> Resolved:
    """Return the clusters of records of one kind, `person` or `company`: so far by strong keys and similar names."""
    keys = _keys(records)
    names = _companies(records) if kind == "company" else _persons(records)
    root = {one: one for one in records["id"]}
    for column in ("email", "phone") if kind == "person" else ("email", "phone", "website"):
        _join(root, keys.select("id", column).drop_nulls(), names)
    clusters = {one: _find(root, one) for one in root}
    return Resolved(clusters, clusters)


def _keys(records: pl.DataFrame) -> pl.DataFrame:
    return records.select(
        "id",
        email=blank_to_null(caseless(pl.col("email"))),
        phone=digits(pl.col("phone")).str.tail(_PHONE_DIGITS),
        website=domain(pl.col("website")),
    )


def _persons(records: pl.DataFrame) -> dict[str, tuple[str, str]]:
    whole = words(pl.col("full_name"))
    given = words(pl.col("given_name")).fill_null(whole.str.extract(r"^(.*)\s\S+$", 1)).fill_null("")
    family = words(pl.col("surname")).fill_null(whole.str.extract(r"(\S+)$", 1)).fill_null("")
    rows = records.select("id", given.alias("given"), family.alias("family")).iter_rows()
    return {one: (first, last) for one, first, last in rows}


def _companies(records: pl.DataFrame) -> dict[str, tuple[str, str]]:
    rows = records.select("id", base_name(pl.col("company")).fill_null("").alias("name")).iter_rows()
    return {one: (name, "") for one, name in rows}


def _join(root: dict[str, str], held: pl.DataFrame, names: dict[str, tuple[str, str]]) -> None:
    holders: dict[str, list[str]] = defaultdict(list)
    for one, value in held.iter_rows():
        holders[value].append(one)
    for ids in holders.values():
        if len(ids) <= _MOST_HOLDERS:
            for left, right in combinations(ids, 2):
                if _agree(names[left], names[right]):
                    root[_find(root, left)] = _find(root, right)


def _agree(left: tuple[str, str], right: tuple[str, str]) -> bool:
    if not left[1] and not right[1]:
        return bool(left[0] and right[0]) and companies_agree(left[0], right[0], _ALIKE)
    return persons_agree(left, right, _ALIKE)


def _find(root: dict[str, str], one: str) -> str:
    while root[one] != one:
        root[one] = root[root[one]]
        one = root[one]
    return one

"""Whether each reference in the target leads to the record that it led to in the legacy CRM.

Rows of clusters are left out: which member's reference a merged record keeps is the mapping's choice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl
import sqlalchemy as sa

from demo import layout, links, record, target
from demo.draws import Index
from demo.fates import Fate
from demo.layout import Role
from demo.links import Link
from demo.plan import ENTITIES, Plan

_EXAMPLES = 3


@dataclass(frozen=True)
class _Reference:
    """A reference of the legacy CRM: its link, and its column in the target for each table it may lead to."""

    table: str
    link: Callable[[Plan, Index], Link]
    columns: dict[str, str]
    type_column: str | None = None


_REFERENCES = (
    _Reference("accounts", links.account_parent, {"accounts": "parent_id"}),
    _Reference("accounts", links.primary_contact, {"contacts": "primary_contact_id"}),
    _Reference("contacts", links.contact_account, {"accounts": "account_id"}),
    _Reference("contacts", links.reports_to, {"contacts": "reports_to_id"}),
    _Reference("opportunities", links.opportunity_account, {"accounts": "account_id"}),
    _Reference("campaign_members", links.member_campaign, {"campaigns": "campaign_id"}),
    _Reference("campaign_members", links.member_person, {"contacts": "contact_id", "leads": "lead_id"}),
    _Reference("activities", links.activity_parent, dict.fromkeys(links.PARENTS, "parent_id"), "parent_type"),
)


def violations(plan: Plan, target_url: str, lines: pl.DataFrame) -> Iterator[str]:
    """Yield what is wrong with the target's references; `lines` are outcomes as `truth.verify` takes them."""
    golden = lines.select("entity", "source_key", "golden_id")
    engine = target.engine_for(target_url)
    with engine.connect() as connection:
        for reference in _REFERENCES:
            for parent, column in reference.columns.items():
                expected = _expected(plan, reference, parent)
                found = _found(connection, reference, parent)
                both = expected.join(found, on="child", how="inner")
                yield from _differences(both, golden, ENTITIES[parent], f"{ENTITIES[reference.table]}.{column}")
    engine.dispose()


def _expected(plan: Plan, reference: _Reference, parent: str) -> pl.DataFrame:
    """Return `child` and the `wanted` parent key, null where none can be meant."""
    parts = []
    for slots in record.chunks(plan.rows[reference.table]):
        link = reference.link(plan, slots)
        mine = (link.which == link.to.index(parent)) & (link.trouble(plan) == 0)
        wanted = pl.select(pl.when(pl.Series(mine)).then(link.keys(plan))).to_series()
        places = layout.places(reference.table, slots, plan.rows[reference.table])
        checked = (links.fate(plan, reference.table, slots) == Fate.LOADS) & ~places.has(Role.CLUSTER, Role.HARD)
        keys = plan.keys(reference.table, slots)
        parts.append(pl.DataFrame({"child": keys, "wanted": wanted}).filter(pl.Series(checked)))
    return pl.concat(parts)


def _found(connection: sa.Connection, reference: _Reference, parent: str) -> pl.DataFrame:
    """Return `child` and the `found` parent key of the target's rows, null where they refer to nothing."""
    child = _table(ENTITIES[reference.table])
    other = _table(ENTITIES[parent]).alias("parent")
    meets = child.c[reference.columns[parent]] == other.c.id
    if reference.type_column:
        stem = ENTITIES[parent].removesuffix("y")
        meets = meets & sa.func.lower(child.c[reference.type_column]).like(f"{stem}%")
    query = sa.select(child.c.legacy_id, other.c.legacy_id).select_from(child.outerjoin(other, meets))
    rows = connection.execute(query).all()
    return pl.DataFrame(rows, schema={"child": pl.String, "found": pl.String}, orient="row")


def _table(entity: str) -> sa.Table:
    return target.METADATA.tables[f"{target.SCHEMA}.{entity}"]


def _differences(both: pl.DataFrame, golden: pl.DataFrame, parent: str, name: str) -> Iterator[str]:
    ids = golden.filter(pl.col("entity") == parent).select("source_key", "golden_id")
    for side in ("wanted", "found"):
        both = both.join(ids.rename({"source_key": side, "golden_id": f"{side}_id"}), on=side, how="left")
    wanted, found = pl.col("wanted_id"), pl.col("found_id")
    cases = {
        "is empty although the parent was migrated": wanted.is_not_null() & pl.col("found").is_null(),
        "is filled although the parent is missing": pl.col("wanted").is_null() & pl.col("found").is_not_null(),
        "leads to another record": (wanted != found) & pl.col("wanted").is_not_null(),
    }
    for what, condition in cases.items():
        keys = both.filter(condition)["child"].sort()
        if len(keys):
            yield f"{name}: {what} in {len(keys)} row(s), such as {', '.join(keys.head(_EXAMPLES))}"

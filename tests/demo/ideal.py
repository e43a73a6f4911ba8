"""A migration that does everything right, told by the plan what is right: the truth's own counter-check."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import sqlalchemy as sa

from demo import links, record, target
from demo.plan import ENTITIES, Plan

MADE = "2020-01-01 00:00:00"
FILLED: dict[str, dict[str, object]] = {
    "account": {"name": "x", "newsletter": False},
    "contact": {"last_name": "x", "do_not_call": False, "email_opt_out": False, "marketing_consent": False},
    "lead": {"last_name": "x", "status": "new", "do_not_call": False, "converted": False},
    "opportunity": {"name": "x", "amount": 1, "currency": "EUR", "stage": "won", "close_date": "2020-01-01"},
    "activity": {"type": "call", "subject": "x"},
    "campaign": {"name": "x"},
    "campaign_member": {"status": "sent"},
}
REFERENCES: dict[str, dict[str, tuple[Callable[..., links.Link], str | None]]] = {
    "accounts": {"parent_id": (links.account_parent, None), "primary_contact_id": (links.primary_contact, None)},
    "contacts": {"account_id": (links.contact_account, None), "reports_to_id": (links.reports_to, None)},
    "opportunities": {"account_id": (links.opportunity_account, None)},
    "activities": {"parent_id": (links.activity_parent, None)},
    "campaign_members": {
        "campaign_id": (links.member_campaign, None),
        "contact_id": (links.member_person, "contacts"),
        "lead_id": (links.member_person, "leads"),
    },
}


def outcomes(folder: Path) -> pl.DataFrame:
    """Return the outcome of every row, as `truth.verify` takes it."""
    plan = record.load(folder).plan
    parts = []
    for table, entity in ENTITIES.items():
        keys = plan.keys(table, np.arange(plan.rows[table], dtype=np.int64))
        parts.append(pl.DataFrame({"table": pl.repeat(table, len(keys), eager=True), "key": keys, "entity": entity}))
    rows = pl.concat(parts)
    for name in ("clusters", "rejected", "filtered"):
        mark = [pl.lit(True).alias("filtered")] if name == "filtered" else []
        rows = rows.join(record.table_of(folder, name).with_columns(mark), on=["table", "key"], how="left")
    gone = pl.col("filtered").is_not_null() | pl.col("reason").is_not_null()
    copy = pl.col("cluster").is_not_null() & (pl.col("cluster") != pl.col("key"))
    return rows.select(
        "entity",
        pl.col("key").alias("source_key"),
        pl.when(pl.col("filtered")).then(pl.lit("filtered")).when(pl.col("reason").is_not_null())
        .then(pl.lit("rejected")).when(copy).then(pl.lit("merged")).otherwise(pl.lit("inserted")).alias("outcome"),
        pl.when(~gone).then(pl.coalesce("cluster", "key")).alias("golden_id"),
        "reason",
    )  # fmt: skip


def fill(plan: Plan, url: str, lines: pl.DataFrame) -> None:
    """Write the target's records, each with the references that its own row has."""
    record_of = dict(lines.drop_nulls("golden_id").select("source_key", "golden_id").iter_rows())
    written = lines.filter(pl.col("outcome") == "inserted")
    numbers = {key: number for number, key in enumerate(written["source_key"], start=1)}
    engine = target.engine_for(url)
    with engine.begin() as connection:
        for table, entity in ENTITIES.items():
            slots = np.arange(plan.rows[table], dtype=np.int64)
            keys = plan.keys(table, slots)
            found = {
                column: _parents(link(plan, slots), plan, only)
                for column, (link, only) in REFERENCES.get(table, {}).items()
            }
            rows = []
            for at, key in enumerate(keys):
                if key in numbers:
                    parents = {column: values[at] for column, values in found.items()}
                    row = {name: numbers.get(record_of.get(key or "", "")) for name, (key, _) in parents.items()}
                    kind = parents["parent_id"][1] if entity == "activity" else None
                    rows.append({"id": numbers[key], "legacy_id": key, **FILLED[entity], **row, "parent_type": kind})
            statement = sa.text(_insert(entity, list(rows[0])))
            connection.execute(statement, [{**row, "made": MADE} for row in rows])
    engine.dispose()


def _insert(entity: str, columns: list[str]) -> str:
    if entity != "activity":
        columns = [column for column in columns if column != "parent_type"]
    return f"INSERT INTO {entity} ({', '.join(columns)}, created_at) VALUES (:{', :'.join(columns)}, :made)"


def _parents(link: links.Link, plan: Plan, only: str | None) -> list[tuple[str | None, str | None]]:
    """Return each row's parent key and entity; none where it leads nowhere or to another table than `only`."""
    good = (link.trouble(plan) == 0) & (link.which >= 0)
    return [
        (key, ENTITIES[link.to[which]]) if fine and only in {None, link.to[which]} else (None, None)
        for key, which, fine in zip(link.keys(plan), link.which, good, strict=True)
    ]

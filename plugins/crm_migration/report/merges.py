"""What matching did: rows that became one record, where its values come from, and pairs left to a person."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl

from crm_migration.report.model import EXAMPLES, MergedBy, MergeExample, Merges, ReviewReason, Taken
from crm_migration.report.tables import EntityTables, read

MEMBERS_SHOWN = 12

Row = dict[str, Any]


def merges(tables: EntityTables) -> Merges | None:
    """Return how rows became records; None when match was not reached."""
    if tables.golden is None or tables.members is None:
        return None
    merged, largest = 0, 0
    for frame in read(tables.golden, ["_members"]):
        merged += frame.filter(pl.col("_members") > 1).height
        largest = max(largest, frame["_members"].max() or 0)  # type: ignore[type-var]
    by_key = _by_key(tables)
    return Merges(
        records=tables.golden.rows,
        merged_records=merged,
        merged_rows=sum(line.rows for line in by_key),
        largest=largest,
        by_key=tuple(line for line in by_key if line.key),
        examples=tuple(_examples(tables)),
    )


def _by_key(tables: EntityTables) -> list[MergedBy]:
    counts: dict[str, int] = {}
    for frame in read(tables.members, ["_master", "_merged_by"]):
        losers = frame.filter(~pl.col("_master"))["_merged_by"].fill_null("").value_counts(name="rows")
        for key, rows in losers.iter_rows():
            counts[key] = counts.get(key, 0) + rows
    lines = [MergedBy(key=key, rows=rows) for key, rows in counts.items()]
    return sorted(lines, key=lambda line: (-line.rows, line.key))


def _examples(tables: EntityTables) -> Iterator[MergeExample]:
    golden = _largest(tables)
    ids = golden["_golden"].to_list()
    members = _matching(read(tables.members), ids)
    records = _matching(read(tables.lineage), ids)
    for row in golden.iter_rows(named=True):
        mine = members.get(row["_golden"], [])
        keys = sorted((line["_key"] for line in mine), key=lambda key: (key != row["_key"], key))
        yield MergeExample(
            golden=row["_golden"],
            master=row["_key"],
            size=row["_members"],
            members=tuple(keys[:MEMBERS_SHOWN]),
            merged_by=tuple(sorted({line["_merged_by"] for line in mine if line["_merged_by"]})),
            taken=_taken(row, records.get(row["_golden"], [])),
        )


def _largest(tables: EntityTables) -> pl.DataFrame:
    """Return the golden records with the most members; only they are kept while the parts pass by."""
    best = pl.DataFrame()
    for frame in read(tables.golden):
        merged = frame.filter(pl.col("_members") > 1)
        best = pl.concat([best, merged]) if best.width else merged
        best = best.sort("_members", "_golden", descending=[True, False]).head(EXAMPLES)
    return best if best.width else pl.DataFrame(schema={"_golden": pl.String})


def _matching(frames: Iterable[pl.DataFrame], ids: list[str]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for frame in frames:
        for row in frame.filter(pl.col("_golden").is_in(ids)).iter_rows(named=True):
            found.setdefault(row["_golden"], []).append(row)
    return found


def _taken(golden: Row, lineage: list[Row]) -> tuple[Taken, ...]:
    """Return which member's value each field holds, for the fields in which the members differ."""
    records = {line["_key"]: json.loads(line["record"], parse_float=Decimal) for line in lineage}
    order = sorted(records, key=lambda key: (key != golden["_key"], key))
    fields: dict[str | None, list[str]] = {}
    for name, value in golden.items():
        if name.startswith("_") or len({str(records[key].get(name)) for key in order}) < 2:
            continue
        giver = next((key for key in order if _same(value, records[key].get(name))), None)
        fields.setdefault(giver, []).append(name)
    return tuple(Taken(key=key, fields=tuple(fields[key])) for key in [*order, None] if key in fields)


def _same(value: Any, stored: Any) -> bool:
    """Return whether a typed value and its JSON form are the same."""
    if value is None or stored is None:
        return value is stored
    try:
        return bool(_typed(stored, value) == value)
    except (ValueError, InvalidOperation):
        return False


def _typed(stored: Any, like: Any) -> Any:
    if isinstance(like, datetime):
        moment = datetime.fromisoformat(str(stored))
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if isinstance(like, date):
        return date.fromisoformat(str(stored)[:10])
    if isinstance(like, Decimal):
        return Decimal(str(stored))
    return stored


def review(tables: EntityTables) -> tuple[ReviewReason, ...] | None:
    """Return pairs that a guard kept apart, by rule and reason; None when match was not reached."""
    if tables.review is None:
        return None
    found: dict[tuple[str, str], tuple[int, list[tuple[str, str]]]] = {}
    for frame in read(tables.review):
        grouped = frame.group_by("rule", "reason", maintain_order=True).agg(
            pl.len().alias("pairs"), pl.col("_key_a").head(EXAMPLES), pl.col("_key_b").head(EXAMPLES)
        )
        for rule, reason, pairs, first, second in grouped.iter_rows():
            count, examples = found.get((rule, reason), (0, []))
            found[rule, reason] = count + pairs, [*examples, *zip(first, second, strict=True)][:EXAMPLES]
    lines = [
        ReviewReason(rule=rule or "", reason=reason or "", pairs=count, examples=tuple(examples))
        for (rule, reason), (count, examples) in found.items()
    ]
    return tuple(sorted(lines, key=lambda line: (-line.pairs, line.rule, line.reason)))

"""What matching did: rows that became one record, where its values come from, and pairs left to a person."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import polars as pl

from crm_migration.report.model import EXAMPLES, MergedBy, MergeExample, Merges, ModelUsed, ReviewReason, Taken
from crm_migration.report.tables import EntityTables, read

MEMBERS_SHOWN = 12

Row = dict[str, Any]


def merges(tables: EntityTables, own: str) -> Merges | None:
    """Return how rows became records; None when match was not reached.

    `own` names the stream these rows belong to: `source.entity`.
    """
    if tables.golden is None or tables.members is None:
        return None
    merged, largest = 0, 0
    for frame in read(tables.golden, ["_members"]):
        merged += frame.filter(pl.col("_members") > 1).height
        largest = max([largest, *frame["_members"].top_k(1)])
    by_key = _by_key(tables)
    earlier = by_key.pop("", 0)
    lines = [MergedBy(key=key, rows=rows) for key, rows in by_key.items()]
    return Merges(
        records=tables.golden.rows,
        merged_records=merged,
        merged_rows=by_key.total() + earlier,
        largest=largest,
        by_key=tuple(sorted(lines, key=lambda line: (-line.rows, line.key))),
        earlier=earlier,
        examples=tuple(_examples(tables, own)),
        model=_model(tables.golden.facts),
    )


def _model(facts: Row) -> ModelUsed | None:
    """Return which model was asked; None where none was."""
    told = facts.get("model")
    if told is None:
        return None
    known = ("prior", "scored_pairs", "merge_at", "review_at", "labels")
    return ModelUsed(
        origin=told if told in ("saved", "trained") else "none",
        sha256=facts.get("model_sha256"),
        merged=facts.get("by_model", 0),
        **{name: facts.get(name) for name in known},
    )


def _by_key(tables: EntityTables) -> Counter[str]:
    """Return rows by the key that merged them; those that joined in an earlier run have none."""
    counts: Counter[str] = Counter()
    for frame in read(tables.members, ["_master", "_merged_by"]):
        losers = frame.filter(~pl.col("_master"))["_merged_by"].fill_null("").value_counts(name="rows")
        counts.update(dict(losers.iter_rows()))
    return counts


def _examples(tables: EntityTables, own: str) -> Iterator[MergeExample]:
    golden = _largest(tables)
    ids = golden["_golden"].to_list()
    members = _matching(read(tables.members), ids)
    lineage = _matching(read(tables.lineage), ids)
    for row in golden.iter_rows(named=True):
        mine = members.get(row["_golden"], [])
        records = {_name(line, own): line["record"] for line in lineage.get(row["_golden"], [])}
        names = sorted({line["_key"] for line in mine} | set(records), key=_master_first(row["_key"]))
        yield MergeExample(
            golden=row["_golden"],
            master=row["_key"],
            size=row["_members"],
            members=tuple(names[:MEMBERS_SHOWN]),
            merged_by=tuple(sorted({line["_merged_by"] for line in mine if line["_merged_by"]})),
            taken=_taken(row, {key: records[key] for key in names if key in records}),
        )


def _master_first(master: str | None) -> Callable[[str], tuple[bool, str]]:
    return lambda key: (key != master, key)


def _name(line: Row, own: str) -> str:
    """Return a member's source key, with its stream before it where that is another one."""
    stream = line.get("_source") or own
    return str(line["_key"]) if stream == own else f"{stream}:{line['_key']}"


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


def _taken(golden: Row, lineage: dict[str, str]) -> tuple[Taken, ...]:
    """Return which member's value each field holds, for the fields in which the members differ.

    A value that several members share counts as the first one's, the master before the others.
    """
    records = {key: json.loads(record, parse_float=Decimal) for key, record in lineage.items()}
    fields: dict[str | None, list[str]] = {}
    for name, value in golden.items():
        if name.startswith("_") or len({str(record.get(name)) for record in records.values()}) <= 1:
            continue
        giver = next((key for key, record in records.items() if _same(value, record.get(name))), None)
        fields.setdefault(giver, []).append(name)
    return tuple(Taken(key=key, fields=tuple(fields[key])) for key in [*records, None] if key in fields)


def _same(value: Any, stored: Any) -> bool:
    """Return whether a typed value and its JSON form are the same."""
    if value is None or stored is None:
        return value is stored
    try:
        return bool(_typed(stored, value) == value)
    except (ValueError, InvalidOperation):
        return False


def _typed(stored: Any, like: Any) -> Any:
    match like:
        case datetime():
            moment = datetime.fromisoformat(str(stored))
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        case date():
            return date.fromisoformat(str(stored)[:10])
        case Decimal():
            return Decimal(str(stored))
        case _:
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

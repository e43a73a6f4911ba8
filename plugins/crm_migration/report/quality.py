"""What cleaning and matching did to the fields: how full they are, what changed, and what the money adds up to."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import polars as pl

from crm_migration.mapping.model import Date, DateTime, Entity, FieldSpec, Money, Reference
from crm_migration.report.model import Amount, FieldQuality, Quality
from crm_migration.report.tables import EntityTables, read
from crm_migration.staging import Staged

# Kinds whose clean value is text that can be held against the source's; the others only change type.
COMPARED = {
    "text", "name", "email", "phone", "date", "integer", "choice", "country", "language", "url", "address"
}  # fmt: skip


def quality(tables: EntityTables, spec: Entity) -> Quality | None:
    """Return the fill rates, changes and control totals of one entity; None when clean was not reached."""
    if tables.extract is None or tables.clean is None:
        return None
    fields = {name: field for name, field in spec.fields.items() if field.kind != "constant"}
    counts: Counter[str] = Counter()
    for frame in _side_by_side(tables.extract, tables.clean, fields):
        counts.update(frame.select(_measures(fields)).row(0, named=True))
    golden = _filled(tables.golden, fields)
    lines = [
        FieldQuality(
            field=name,
            kind=field.kind,
            source_filled=counts[f"source:{name}"],
            clean_filled=counts[f"clean:{name}"],
            golden_filled=None if golden is None else golden[name],
            changed=counts[f"changed:{name}"] if _is_compared(field) else None,
        )
        for name, field in fields.items()
    ]
    records = None if tables.golden is None else tables.golden.rows
    return Quality(
        rows=tables.clean.rows, records=records, fields=tuple(lines), amounts=_amounts(tables, fields)
    )


def _side_by_side(extract: Staged, clean: Staged, fields: dict[str, FieldSpec]) -> Iterator[pl.DataFrame]:
    """Yield the clean rows beside their source columns, one extracted part at a time."""
    columns = list(dict.fromkeys(column for field in fields.values() for column in field.columns))
    ranges = [(frame["_row"].min(), frame["_row"].max()) for frame in read(clean, ["_row"])]
    for before in read(extract, ["_row", *columns]):
        low, high = before["_row"].min(), before["_row"].max()
        for number, (first, last) in enumerate(ranges):
            if None not in (low, first) and first <= high and low <= last:  # type: ignore[operator]
                part = replace(clean, parts=[clean.parts[number]])
                for after in read(part, ["_row", *fields]):
                    yield before.join(after.rename({name: f"clean:{name}" for name in fields}), on="_row")


def _measures(fields: dict[str, FieldSpec]) -> list[pl.Expr]:
    found: list[pl.Expr] = []
    for name, field in fields.items():
        text = _source_text(field)
        value = pl.col(f"clean:{name}")
        found += [
            text.is_not_null().sum().alias(f"source:{name}"),
            value.is_not_null().sum().alias(f"clean:{name}"),
        ]
        if _is_compared(field):
            changed = text.is_not_null() & text.ne_missing(value.cast(pl.String))
            found.append(changed.sum().alias(f"changed:{name}"))
    return found


def _source_text(field: FieldSpec) -> pl.Expr:
    """Return what the source held for a field, joined as the mapping joins it; null where it was blank."""
    parts = [_blank_as_null(pl.col(column), field) for column in field.columns]
    if len(parts) == 1:
        return parts[0]
    joined = pl.concat_str(parts, separator=getattr(field, "separator", " "), ignore_nulls=True)
    return pl.when(pl.any_horizontal(part.is_not_null() for part in parts)).then(joined)


def _blank_as_null(text: pl.Expr, field: FieldSpec) -> pl.Expr:
    empty = text.str.strip_chars() == ""
    if isinstance(field, Date | DateTime):
        empty |= text.str.starts_with("0000-00-00")
    return pl.when(~empty).then(text)


def _is_compared(field: FieldSpec) -> bool:
    plain_key = isinstance(field, Reference) and field.to is not None
    return plain_key or field.kind in COMPARED


def _filled(staged: Staged | None, fields: dict[str, FieldSpec]) -> Counter[str] | None:
    if staged is None:
        return None
    counts: Counter[str] = Counter()
    for frame in read(staged, list(fields)):
        counts.update(frame.select(pl.all().is_not_null().sum()).row(0, named=True))
    return counts


def _amounts(tables: EntityTables, fields: dict[str, FieldSpec]) -> tuple[Amount, ...]:
    money = {name: field.scale for name, field in fields.items() if isinstance(field, Money)}
    if not money:
        return ()
    clean, golden = _sums(tables.clean, money), _sums(tables.golden, money)
    return tuple(
        Amount(
            field=name, clean=str(clean[name]), golden=None if tables.golden is None else str(golden[name])
        )
        for name in money
    )


def _sums(staged: Staged | None, scales: dict[str, int]) -> dict[str, Decimal]:
    sums = {name: Decimal(0).scaleb(-scale) for name, scale in scales.items()}
    exact = [pl.col(name).cast(pl.Decimal(38, scale)).sum() for name, scale in scales.items()]
    for frame in read(staged, list(scales)):
        for name, amount in frame.select(exact).row(0, named=True).items():
            sums[name] += amount or 0
    return sums

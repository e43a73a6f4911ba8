"""What cleaning and matching did to the fields: how full they are, what changed, what the money adds to."""

from collections import Counter
from decimal import Decimal

import polars as pl

from crm_migration.mapping.model import Entity, FieldSpec, Money
from crm_migration.report.profile import no_entries, profile
from crm_migration.report.quality_parts import Amount, FieldQuality, Quality
from crm_migration.report.tables import EntityTables, read
from crm_migration.staging import Staged

WIDEST = 38


def quality(tables: EntityTables, spec: Entity) -> Quality | None:
    """Return the fill rates, changes and control totals of one entity; None when clean was not reached.

    Cleaning counts while it holds each value before and after, and leaves the figures in its manifest.
    """
    if tables.clean is None:
        return None
    fields: dict[str, FieldSpec] = {name: field for name, field in spec.fields.items() if field.kind != "constant"}
    counted = tables.clean.facts
    golden = _filled(tables.golden, list(fields))
    lines = [
        FieldQuality(
            field=name,
            kind=field.kind,
            source_filled=counted["filled_before"].get(name, 0),
            clean_filled=counted["filled_after"].get(name, 0),
            golden_filled=None if golden is None else golden[name],
            changed=counted["changed"].get(name, 0),
        )
        for name, field in fields.items()
    ]
    records = None if tables.golden is None else tables.golden.rows
    amounts = _amounts(tables, fields)
    return Quality(
        rows=tables.clean.rows,
        records=records,
        fields=tuple(lines),
        amounts=amounts,
        profile=profile(tables, spec),
        no_entry=no_entries(tables, spec),
    )


def _filled(staged: Staged | None, fields: list[str]) -> Counter[str] | None:
    if staged is None:
        return None
    counts: Counter[str] = Counter()
    for frame in read(staged, fields):
        counts.update(frame.select(pl.all().is_not_null().sum()).row(0, named=True))
    return counts


def _amounts(tables: EntityTables, fields: dict[str, FieldSpec]) -> tuple[Amount, ...]:
    money = {name: field.scale for name, field in fields.items() if isinstance(field, Money)}
    if not money:
        return ()
    clean, golden = _sums(tables.clean, money), _sums(tables.golden, money)
    return tuple(
        Amount(field=name, clean=str(clean[name]), golden=None if tables.golden is None else str(golden[name]))
        for name in money
    )


def _sums(staged: Staged | None, scales: dict[str, int]) -> dict[str, Decimal]:
    sums = {name: Decimal(0).scaleb(-scale) for name, scale in scales.items()}
    exact = [pl.col(name).cast(pl.Decimal(WIDEST, scale)).sum() for name, scale in scales.items()]
    for frame in read(staged, list(scales)):
        for name, amount in frame.select(exact).row(0, named=True).items():
            sums[name] += amount or 0
    return sums

"""Control totals of the source's rows, as they were cleaned, against the target's: what merging did to the money."""

from collections.abc import Iterator
from decimal import Decimal

from crm_migration.load.fingerprint import canonical
from crm_migration.mapping.model import Date, DateTime, Entity, FieldSpec, Number
from crm_migration.staging import open_table
from crm_migration.validate.accuracy import ReadBack
from crm_migration.validate.checks import Check, Status
from crm_migration.validate.totals import NO_CURRENCY, Totals, currency_field


def source_total_checks(found: ReadBack) -> Iterator[Check]:
    """Yield a line per amount and currency, and per end of each date, of the full load.

    They are judged where every cleaned row is a record of the target of its own. Where rows were merged or kept out, or
    records hold what is not this load's doing, the difference is told: it is what that took away.
    """
    narrow = _countable(found.entity)
    if found.selection.scope.phase != "full" or not narrow.fields:
        return
    rows = Totals(narrow)
    for part in open_table(found.selection.scope.folder, found.selection.entity, "clean").frames(list(narrow.fields)):
        rows.add(canonical(part, narrow))
        del part
    alone = rows.rows == found.selection.rows == found.totals.rows
    yield from _sums(found, rows, alone=alone)
    yield from _extremes(found, rows, alone=alone)


def _countable(entity: Entity) -> Entity:
    """Return the entity with nothing but its amounts, their currency, and its dates."""
    kept: dict[str, FieldSpec] = {
        name: spec for name, spec in entity.fields.items() if isinstance(spec, Number | Date | DateTime)
    }
    currency = currency_field(entity)
    if kept and currency:
        kept[currency] = entity.fields[currency]
    return entity.model_copy(update={"fields": kept, "totals": []})


def _sums(found: ReadBack, rows: Totals, *, alone: bool) -> Iterator[Check]:
    tolerance = found.selection.scope.mapping.tolerances.sum_difference
    for name, currency in sorted({*rows.sums, *found.totals.sums}):
        expected = rows.sums.get((name, currency), Decimal(0))
        actual = found.totals.sums.get((name, currency), Decimal(0))
        yield Check(
            "accuracy", found.selection.entity, "source_sum" if currency == NO_CURRENCY else f"source_sum {currency}",
            _status(equal=abs(actual - expected) <= tolerance, alone=alone), field=name, source_value=f"{expected:f}",
            target_value=f"{actual:f}", difference=f"{actual - expected:f}", tolerance=f"{tolerance:f}",
        )  # fmt: skip


def _extremes(found: ReadBack, rows: Totals, *, alone: bool) -> Iterator[Check]:
    for name in sorted({*rows.extremes, *found.totals.extremes}):
        expected, actual = rows.extremes.get(name, (None, None)), found.totals.extremes.get(name, (None, None))
        for what, wanted, got in zip(("source_minimum", "source_maximum"), expected, actual, strict=True):
            yield Check(
                "accuracy", found.selection.entity, what, _status(equal=wanted == got, alone=alone), field=name,
                source_value=wanted, target_value=got,
            )  # fmt: skip


def _status(*, equal: bool, alone: bool) -> Status:
    if equal:
        return "pass"
    return "fail" if alone else "info"

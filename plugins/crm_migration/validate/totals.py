"""Control totals of an entity's fields: exact sums per currency, extremes of dates, how many values there are."""

from dataclasses import dataclass, field
from decimal import Decimal

import polars as pl

from crm_migration.mapping.model import Boolean, Date, DateTime, Entity, Number, Total

NO_CURRENCY = ""
WIDEST = 38


@dataclass
class Totals:
    """What was added up so far; the same arithmetic serves the golden records and the target's rows."""

    entity: Entity
    rows: int = 0
    filled: dict[str, int] = field(default_factory=dict)
    sums: dict[tuple[str, str], Decimal] = field(default_factory=dict)
    extremes: dict[str, tuple[str, str]] = field(default_factory=dict)
    groups: dict[str, dict[tuple[str | None, ...], tuple[int, Decimal]]] = field(default_factory=dict)

    def add(self, frame: pl.DataFrame) -> None:
        """Add rows whose fields are canonical text."""
        self.rows += frame.height
        if frame.is_empty():
            return
        present = frame.select(is_filled(name).sum() for name in self.entity.fields).row(0, named=True)
        for name, count in present.items():
            self.filled[name] = self.filled.get(name, 0) + count
        for name, spec in self.entity.fields.items():
            if isinstance(spec, Number):
                self._add_amounts(frame, name, spec.scale)
            elif isinstance(spec, Date | DateTime):
                self._add_moments(frame[name])
        for total in figures(self.entity):
            self._add_groups(frame, total)

    def _add_groups(self, frame: pl.DataFrame, total: Total) -> None:
        known = self.groups.setdefault(total.name, {})
        wanted = [pl.col(name).is_in(_printed(self.entity, name, values)) for name, values in total.where.items()]
        amount = pl.lit(Decimal(0)) if total.sum is None else _exact(total.sum, self.entity)
        counted = frame.filter(*wanted) if wanted else frame
        found = counted.group_by(total.by).agg(pl.len(), amount.sum().alias("_amount"))
        for *group, rows, sum_of in found.iter_rows():
            before = known.get(tuple(group), (0, Decimal(0)))
            known[tuple(group)] = (before[0] + rows, before[1] + (sum_of or Decimal(0)))

    def _add_amounts(self, frame: pl.DataFrame, name: str, scale: int) -> None:
        exact = pl.col(name).cast(pl.Decimal(WIDEST, scale), strict=False)
        currency = currency_field(self.entity)
        unit = pl.col(currency).fill_null(NO_CURRENCY) if currency else pl.lit(NO_CURRENCY)
        for code, total in frame.group_by(unit.alias("_unit")).agg(exact.sum()).iter_rows():
            self.sums[name, code] = self.sums.get((name, code), Decimal(0)) + (total or Decimal(0))

    def _add_moments(self, moments: pl.Series) -> None:
        low, high = moments.min(), moments.max()
        if not isinstance(low, str) or not isinstance(high, str):
            return
        known = self.extremes.get(moments.name, (low, high))
        self.extremes[moments.name] = (min(low, known[0]), max(high, known[1]))


def figures(entity: Entity) -> list[Total]:
    """Return the figures of the entity of which every field is loaded; drift may have left one out."""
    return [total for total in entity.totals if not set(total.fields) - entity.fields.keys()]


def _exact(name: str, entity: Entity) -> pl.Expr:
    spec = entity.fields[name]
    scale = spec.scale if isinstance(spec, Number) else 0
    return pl.col(name).cast(pl.Decimal(WIDEST, scale), strict=False)


def _printed(entity: Entity, name: str, values: list[str]) -> list[str]:
    """Return values of the mapping as canonical text has them."""
    if isinstance(entity.fields[name], Boolean):
        return [{"true": "1", "false": "0"}.get(value.lower(), value) for value in values]
    return values


def is_filled(name: str) -> pl.Expr:
    """Return whether the field holds anything; an empty text is nothing."""
    return pl.col(name).is_not_null() & (pl.col(name) != "")


def currency_field(entity: Entity) -> str | None:
    """Return the field that says which currency the entity's amounts are in, if it has one."""
    return next((name for name in entity.fields if "currency" in name.lower()), None)

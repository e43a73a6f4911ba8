"""Survivorship: what the golden record of several members says, field by field."""

import polars as pl

from crm_migration.mapping.model import Strategy
from crm_migration.match.plan import Plan, can_follow

_SEPARATOR = "; "
_ORDER = ("_recency", "_identity")


def consolidate(plan: Plan, members: pl.DataFrame) -> pl.DataFrame:
    """Return one row a golden record: `_golden`, `_members` and the fields.

    `members` holds `_identity`, `_golden` and the typed fields of every member. Blanks never win; ties go to
    the most recent member, then to the smallest identity, whatever the order of rows.
    """
    ranked = _ranked(plan, members)
    grouped = set().union(*plan.survivorship.groups) if plan.survivorship.groups else set()
    by_order: dict[tuple[str, ...], list[pl.Expr]] = {}
    for field, kind in plan.fields.items():
        if field not in grouped:
            strategy = _strategy(plan, field, kind)
            by_order.setdefault(_order(strategy), []).append(_winner(field, strategy))
    for number, group in enumerate(plan.survivorship.groups):
        by_order[f"_filled_{number}", *_ORDER] = [pl.col(field).first() for field in group]
    golden = ranked.group_by("_golden").agg(pl.len().cast(pl.Int64).alias("_members")).sort("_golden")
    for order, winners in by_order.items():
        ordered = ranked.sort("_golden", *order, descending=[False, *map(_falls, order)], nulls_last=True)
        chosen = ordered.group_by("_golden", maintain_order=True).agg(winners)
        golden = golden.join(chosen, on="_golden", maintain_order="left")
    return _shortened(plan, golden).select("_golden", "_members", *plan.fields)


def _ranked(plan: Plan, members: pl.DataFrame) -> pl.DataFrame:
    """Return `members` without blanks and foreign references, with the columns that order them."""
    text = [name for name, kind in plan.fields.items() if kind == pl.String]
    filled = members.with_columns(pl.when(pl.col(name).str.strip_chars() != "").then(name) for name in text)
    # A reference holds a key of its own source; among another stream's keys it names a stranger.
    own = pl.col("_identity").str.starts_with(f"{plan.stream}:")
    filled = filled.with_columns(pl.when(own).then(name).alias(name) for name in plan.references)
    recency = plan.survivorship.recency
    return filled.with_columns(
        (pl.col(recency) if recency else pl.lit(None, dtype=pl.Int64)).alias("_recency"),
        (pl.col(recency) if recency else pl.lit(None, dtype=pl.Int64)).alias("_age"),
        # Of another stream's rows no reference is known: counted, they would make the rows of each run the fuller ones.
        _count([name for name in plan.fields if name not in plan.references]).alias("_filled"),
        (pl.col("_identity") == pl.col("_golden")).alias("_founder"),
        *[_count(group).alias(f"_filled_{number}") for number, group in enumerate(plan.survivorship.groups)],
    )


def _count(fields: list[str]) -> pl.Expr:
    return pl.sum_horizontal(pl.col(name).is_not_null().cast(pl.Int64) for name in fields)


def _falls(column: str) -> bool:
    return column not in ("_age", "_identity")


def _strategy(plan: Plan, field: str, kind: pl.DataType) -> Strategy:
    """Return the field's strategy; a default that its type cannot follow becomes most_complete.

    The external id is always the founder's, so that the record keeps one identity in the target for ever.
    """
    if field == plan.entity.target.external_id:
        return "survivor"
    chosen = plan.survivorship.fields.get(field, plan.survivorship.default)
    return chosen if can_follow(kind, chosen) else "most_complete"


def _order(strategy: Strategy) -> tuple[str, ...]:
    orders: dict[str, tuple[str, ...]] = {
        "most_complete": ("_filled", *_ORDER),
        "oldest": ("_age", "_identity"),
        "survivor": ("_founder", "_filled", *_ORDER),
    }
    return orders.get(strategy, _ORDER)


def _winner(field: str, strategy: Strategy) -> pl.Expr:
    """Return the aggregation over members in the strategy's order."""
    values = pl.col(field).drop_nulls()
    if strategy == "strictest":
        return values.max()
    if strategy == "longest":
        return values.get(values.cast(pl.String).str.len_chars().arg_max(), null_on_oob=True)
    distinct = values.unique(maintain_order=True)
    if strategy == "most_frequent":
        return distinct.get(values.unique_counts().arg_max(), null_on_oob=True)
    if strategy == "aggregate":
        return distinct.alias(field)
    return values.first()


def _shortened(plan: Plan, golden: pl.DataFrame) -> pl.DataFrame:
    """Join the lists of texts, as many whole ones as the field's length allows."""
    listed = [name for name, kind in golden.schema.items() if isinstance(kind, pl.List)]
    return golden.with_columns(
        pl.Series(name, [_text(texts, plan.limit(name)) for texts in golden[name].to_list()], dtype=pl.String)
        for name in listed
    )


def _text(texts: list[str] | None, limit: int | None) -> str | None:
    text = None
    # A record that stands in for its members is such a text itself: joined again it must not grow.
    parts = dict.fromkeys(part for joined in texts or () for part in joined.split(_SEPARATOR))
    for more in parts:
        longer = more if text is None else text + _SEPARATOR + more
        if limit is not None and len(longer) > limit:
            continue
        text = longer
    return text

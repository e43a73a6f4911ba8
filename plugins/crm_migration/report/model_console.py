"""A matching model as a table and bars on a terminal."""

from typing import Literal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crm_migration.match.learning import Change, changes, weights
from crm_migration.match.model import Model
from crm_migration.report.formats import ABSENT
from crm_migration.report.pairs_console import bar

MOST_CHANGES = 8
# Bars stand where a terminal has room for them beside the levels' names.
_WIDE, _LEVEL = 110, 20
_LEAST_SHARE = 0.0001


def print_model(model: Model, console: Console) -> None:
    """Print what each level of likeness weighs, and how often one and two customers reach it."""
    drawn = console.width >= _WIDE
    headings = ("comparison", "level", "one customer", "two customers", "weight")
    table = _table(*headings, *(("two customers ← → one",) if drawn else ()))
    known = weights(model)
    strongest = max((abs(one.weight) for one in known), default=0.0)
    above = None
    for one in known:
        shown = one.comparison if one.comparison != above else ""
        above = one.comparison
        bars = (bar(one.weight, strongest),) if drawn else ()
        table.add_row(shown, one.level, _share(one.one), _share(one.two), _signed(one.weight), *bars)
    console.print(table)


def print_changes(before: Model, after: Model, console: Console) -> None:
    """Print the levels whose weight differs most from that in the model before."""
    found = changes(before, after)
    if not found:
        console.print("every weight is what it was", markup=False)
        return
    table = _table("comparison", "level", "before", "now", "change")
    for change in found[:MOST_CHANGES]:
        table.add_row(change.comparison, change.level, *_cells(change))
    console.print(table)
    if len(found) > MOST_CHANGES:
        console.print(f"and {len(found) - MOST_CHANGES} smaller differences", markup=False)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for name in columns:
        left = name in ("comparison", "level") or "←" in name
        level = name == "level"
        justify: Literal["left", "right"] = "left" if left else "right"
        table.add_column(name, justify=justify, no_wrap=not level, min_width=_LEVEL if level else None)
    return table


def _cells(change: Change) -> list[Text]:
    before, after = change.before, change.after
    difference = None if before is None or after is None else after - before
    return [_signed(before), _signed(after), _signed(difference)]


def _signed(weight: float | None) -> Text:
    if weight is None:
        return Text(ABSENT, "dim")
    return Text(f"{weight:+.1f}", "green" if weight > 0 else "red" if weight < 0 else "")


def _share(share: float) -> str:
    return f"{share:.2%}" if share >= _LEAST_SHARE else "< 0.01%"

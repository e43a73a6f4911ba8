"""Pairs for review as tables and bars on a terminal."""

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from crm_migration.load.reviews import Pair as Listed
from crm_migration.report import formats, words
from crm_migration.report.pairs import SideBySide

BAR = 14
NARROW = ("number", "entity", "likely", "comparison", "weight")
SIGNS = {"equal": ("=", "green"), "alike": ("≈", "yellow"), "different": ("≠", "red"), "one side": ("·", "dim")}
"""How the two values of a field compare."""


def print_pair(pair: SideBySide, console: Console) -> None:
    """Print both records side by side, and what each comparison weighs."""
    head = f"No. {pair.number}  {pair.entity}  {words.review_title(pair.reason)}"
    odds = f"{pair.percent} one customer, says the model" if pair.percent else f"through {words.merged_by(pair.rule)}"
    parts: list[RenderableType] = [Text(formats.visible(f"{head}  {odds}"), "bold"), _sides(pair)]
    if pair.weights:
        parts.append(_weights(pair))
    console.print(Group(*parts))


def print_list(pairs: list[Listed], console: Console) -> None:
    """Print one line a pair, those that wait for a person first."""
    table = _table("number", "entity", "a", "b", "likely", "why", "through", "state")
    for pair in pairs:
        odds = formats.ABSENT if pair.probability is None else f"{100 * pair.probability:.1f}%"
        said = f"{pair.state}, with the next run" if pair.waits else pair.state
        cells = (str(pair.number), pair.entity, pair.a, pair.b, odds, words.review_title(pair.reason))
        table.add_row(*(Text(formats.visible(cell)) for cell in (*cells, words.merged_by(pair.rule or ""), said)))
    console.print(table)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for column in columns:
        table.add_column(Text(formats.visible(column)), overflow="fold", no_wrap=column in NARROW)
    return table


def _sides(pair: SideBySide) -> Table:
    table = _table("field", "", pair.a, pair.b)
    for line in pair.lines:
        sign, style = SIGNS[line.mark]
        plain = style if line.mark in ("different", "alike") else ""
        table.add_row(Text(line.field), Text(sign, style), _value(line.a, plain), _value(line.b, plain))
    return table


def _value(value: str | None, style: str) -> Text:
    return Text(formats.visible(value), style) if value is not None else Text(formats.ABSENT, "dim")


def _weights(pair: SideBySide) -> Table:
    table = _table("comparison", "level", "weight", "two customers ← → one")
    for weight in pair.weights:
        style = "green" if weight.weight > 0 else "red" if weight.weight < 0 else ""
        figure = Text(f"{weight.weight:+.1f}", style)
        table.add_row(
            Text(weight.comparison), Text(formats.visible(weight.level)), figure, bar(weight.weight, pair.strongest)
        )
    return table


def bar(weight: float, strongest: float) -> Text:
    """Return a bar that grows from the middle: to the right for one customer, to the left against."""
    length = round(BAR * abs(weight) / strongest) if strongest else 0
    length = max(length, 1) if weight else 0
    if weight < 0:
        return Text.assemble(" " * (BAR - length), ("█" * length, "red"), "│", " " * BAR)
    return Text.assemble(" " * BAR, "│", ("█" * length, "green"), " " * (BAR - length))

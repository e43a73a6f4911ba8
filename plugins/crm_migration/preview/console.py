"""A preview as tables on a terminal."""

import json

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crm_migration.preview.preview import Preview
from crm_migration.report.formats import ABSENT, number, visible

WIDEST = 40
MOST_COLUMNS = 200


def print_preview(preview: Preview, console: Console) -> None:
    """Print what was found, the columns, the first rows and the rows that were not read."""
    console.print(Text(visible(preview.name), "bold"))
    details = {"format": preview.facts.format, **preview.facts.details}
    for name, value in details.items():
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        console.print(Text(f"  {name}: {visible(text)}"), soft_wrap=True)
    for note in preview.facts.notes:
        console.print(Text(f"  note: {visible(note)}", "yellow"), soft_wrap=True)
    console.print(_columns(preview))
    if preview.rows:
        console.print(_rows(preview))
    if preview.rejected:
        console.print(_rejected(preview))
    console.print(_counts(preview))


def _columns(preview: Preview) -> Table:
    table = _table("Columns", "column", "kind", "filled", "longest", "formats or values")
    for name, kind in list(preview.kinds.items())[:MOST_COLUMNS]:
        if kind is None:
            continue
        said = ", ".join(kind.formats or (kind.values or () if kind.kind == "choice" else ()))
        table.add_row(_cell(name), kind.kind, number(kind.filled), number(kind.max_length), _cell(said))
    if len(preview.kinds) > MOST_COLUMNS:
        table.add_row(f"and {len(preview.kinds) - MOST_COLUMNS} more", "", "", "", "")
    return table


def _rows(preview: Preview) -> Table:
    names = list(preview.rows[0])
    table = _table("First rows, one per column" if len(names) > len(preview.rows) else "First rows", "column")
    for at in range(len(preview.rows)):
        table.add_column(str(at + 1), overflow="fold")
    for name in names[:MOST_COLUMNS]:
        table.add_row(_cell(name), *(_cell(row[name]) for row in preview.rows))
    return table


def _rejected(preview: Preview) -> Table:
    table = _table("Rows that cannot be read", "at", "reason", "message", "text")
    for line in preview.rejected:
        at = ", ".join(str(part) for part in (line.sheet, line.at) if part is not None)
        table.add_row(at, line.reason, _cell(line.message, 200), _cell(line.raw))
    if preview.rows_rejected > len(preview.rejected):
        table.add_row("", "", f"and {preview.rows_rejected - len(preview.rejected)} more", "")
    return table


def _counts(preview: Preview) -> Text:
    read = preview.rows_kept + preview.rows_rejected
    if not preview.complete:
        return Text(f"the first {number(read)} rows")
    style = "green" if not preview.rows_rejected else "yellow"
    return Text(
        f"{number(read)} rows read = {number(preview.rows_kept)} kept + {number(preview.rows_rejected)} rejected", style
    )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _cell(value: str | None, widest: int = WIDEST) -> Text:
    if value is None:
        return Text(ABSENT, "dim")
    shown = visible(value)
    return Text(shown if len(shown) <= widest else f"{shown[: widest - 1]}…")

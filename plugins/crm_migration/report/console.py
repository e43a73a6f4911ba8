"""The report as tables on a terminal, for the command line and the demo."""

from rich import box
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from crm_migration.report import formats, views, words
from crm_migration.report.model import OUTCOMES, EntityReport, Identity, Report, Status

STYLES: dict[Status, str] = {
    "green": "green",
    "red": "red",
    "rolled_back": "yellow",
    "planned": "blue",
    "sample_only": "blue",
}
KEYS_SHOWN = 5


def print_report(report: Report, console: Console | None = None) -> None:
    """Print the verdict, the identity of each entity, and whatever did not go through."""
    (console or Console()).print(render_console(report))


def render_console(report: Report) -> Group:
    """Return what `print_report` prints."""
    parts: list[RenderableType | None] = [
        _changes(report),
        _documents(report),
        _identities(report),
        _faults(report),
        _rejections(report),
        _settled(report),
        _quality(report),
        _gone(report),
        _merges(report),
        _failed_checks(report),
        _verdict(report),
    ]
    return Group(*[part for part in parts if part is not None])


def _text(value: str, style: str = "") -> Text:
    """Return foreign text: never read as markup, no control character reaches the terminal."""
    return Text(formats.visible(value), style)


def _table(title: str, *columns: str, numbers: tuple[str, ...] = ()) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.title_justify, table.title_style = "left", "bold"
    for column in columns:
        plain = column in numbers or column in ("entity", "field", "where")
        table.add_column(column, justify="right" if column in numbers else "left", overflow="fold", no_wrap=plain)
    return table


def _verdict(report: Report) -> Panel:
    style = STYLES[report.verdict.state]
    lines = [_text(report.verdict.headline, f"bold {style}"), _text(report.verdict.summary)]
    lines += [_text(f"• {reason}") for reason in report.verdict.reasons]
    if report.undo.possible:
        lines.append(_text(f"To undo: {report.undo.command}", "dim"))
    return Panel(Group(*lines), border_style=style, title=_text(report.facts.run_id), title_align="left")


def _identities(report: Report) -> Table:
    title = "What would become of every row" if report.planned else "Every row accounted for, by key"
    table = _table(title, "entity", "extracted", *OUTCOMES, "ok", numbers=("extracted", *OUTCOMES))
    table.padding, table.show_edge = 0, False
    for entity in report.entities:
        counts = entity.identity.counts
        rows = [formats.number(count) for count in counts.as_dict().values()] if counts else [formats.ABSENT] * 6
        table.add_row(_text(entity.name), formats.number(entity.identity.extracted), *rows, _mark(entity.identity))
    return table


def _changes(report: Report) -> Table | None:
    table = _table("Changed at the source since the last load", "entity", "change", "found", "policy", "done")
    for change in report.changes:
        rows = "" if change.rows is None else f" in {words.plural(change.rows, 'row')}"
        done = _text(f"{change.done}{rows}", "red" if change.stops else "")
        table.add_row(_text(change.entity), _text(change.title), _text(change.found), _text(change.policy), done)
    return table if table.row_count else None


def _documents(report: Report) -> Table | None:
    numbers = ("rows", "unreadable")
    table = _table("Documents read", "entity", "document", "read as", *numbers, "notes", numbers=numbers)
    for entity in report.entities:
        found = entity.documents
        for line in found.listed if found else ():
            counts = (formats.number(line.rows), formats.number(line.unreadable))
            read_as, notes = _text(words.understood(line)), _text("\n".join(line.notes))
            table.add_row(_text(entity.name), _text(line.name), read_as, *counts, notes)
        if found and found.count > len(found.listed):
            more = words.plural(found.count - len(found.listed), "more document")
            table.add_row(_text(entity.name), _text(f"and {more}"), "", "", "", "")
    return table if table.row_count else None


def _mark(identity: Identity) -> Text:
    if identity.holds is None:
        return Text(formats.ABSENT, "dim")
    return Text("✓", "green") if identity.holds else Text("✗", "bold red")


def _faults(report: Report) -> Table | None:
    table = _table("Rows not accounted for", "entity", "fault", "keys", "examples", numbers=("keys",))
    for entity in report.entities:
        for fault in ("missing", "doubled", "unexpected", "contradicted"):
            found = getattr(entity.identity, fault)
            if found.count:
                keys = _text(", ".join(found.keys[:KEYS_SHOWN]))
                table.add_row(_text(entity.name), Text(fault, "red"), formats.number(found.count), keys)
    return table if table.row_count else None


def _rejections(report: Report) -> Table | None:
    table = _table("Rejected rows", "entity", "field", "reason", "rows", "share", "such as", numbers=("rows", "share"))
    table.columns[-1].no_wrap, table.columns[-1].overflow, table.columns[-1].max_width = True, "ellipsis", 16
    for found in views.all_rejections(report):
        line = found.line
        table.add_row(
            _text(found.entity),
            _text(line.field or formats.ABSENT),
            _text(words.reason_title(line.reason)),
            formats.number(line.rows),
            formats.share(line.rows, found.extracted),
            _text(", ".join(example.key for example in line.examples[:1])),
        )
    return table if table.row_count else None


def _settled(report: Report) -> Text | None:
    """Return what later runs have made of the rejected rows, where they have made anything of them."""
    lines = report.settled.sentences
    return _text("\n".join(lines)) if lines else None


def _quality(report: Report) -> Table | None:
    """Return one line per entity; values without an entry are customers' data and stand in the report's files only."""
    numbers = ("fields", "rewritten", "invalid", "flagged", "without entry", "proposed")
    table = _table("Data quality", "entity", *numbers, numbers=numbers)
    for entity in report.entities:
        fields, missing = views.profiled(entity), views.missing_entries(entity)
        if not fields:
            continue
        counts = (
            len(fields),
            sum(line.changed for line in fields),
            sum(sum(line.invalid.values()) for line in fields),
            sum(sum(line.flags.values()) for line in fields),
            len(missing),
            sum(entry.proposal is not None for entry in missing),
        )
        table.add_row(_text(entity.name), *map(formats.number, counts))
    return table if table.row_count else None


def _gone(report: Report) -> Table | None:
    table = _table("Gone from the source, or back", "entity", "record", "records", "such as", numbers=("records",))
    for entity in report.entities:
        found = entity.source_deletes
        for line in found.records if found else ():
            title = words.gone_title(line.action, line.reason, planned=report.planned)
            keys = _text(", ".join(line.keys[:KEYS_SHOWN]))
            table.add_row(_text(entity.name), _text(title), formats.number(line.records), keys)
        if found and found.unread:
            note = f"{words.plural(found.unread, 'row')} could not be read: no row counts as gone"
            table.add_row(_text(entity.name), _text(note, "yellow"), formats.ABSENT, "")
    return table if table.row_count else None


def _merges(report: Report) -> Table | None:
    numbers = ("records", "merged", "rows", "largest", "review")
    table = _table(
        "Merged: records, those of several rows, rows merged in",
        "entity",
        *numbers,
        "through",
        numbers=numbers,
    )
    for entity in report.entities:
        merges = entity.merges
        if merges is not None and (merges.merged_rows or merges.model or entity.review):
            table.add_row(_text(entity.name), *_merge_cells(entity))
    return table if table.row_count else None


def _merge_cells(entity: EntityReport) -> list[str | Text]:
    merges = entity.merges
    if merges is None:
        return []
    numbers = (merges.records, merges.merged_records, merges.merged_rows, merges.largest)
    pairs = sum(line.pairs for line in entity.review or ())
    through = [f"{line.key}: {line.rows:,}" for line in merges.by_key]
    if merges.model is not None:
        through.append(words.model_used(merges.model))
    return [*map(formats.number, numbers), formats.number(pairs), _text("\n".join(through))]


def _failed_checks(report: Report) -> Table | None:
    columns = ("where", "check", "expected", "found", "failing", "examples")
    table = _table("Failed checks", *columns, numbers=("expected", "found", "failing"))
    for phase, line in views.failed_checks(report):
        where = f"{line.entity}.{line.field}" if line.field else line.entity
        table.add_row(
            _text(where),
            _text(f"{words.check_phrase(line.field, line.name) or words.check_title(line.name)} ({phase})"),
            _text(formats.figure(line.source_value, line.name)),
            _text(formats.figure(line.target_value, line.name)),
            formats.number(line.failing),
            _text(", ".join(line.failing_keys[:KEYS_SHOWN])),
        )
    return table if table.row_count else None

"""Rows of cells, as a workbook and a Google Sheet give them, become columns: header, blank and bad rows.

The header is the row that the mapping names. Where it names none, it is the first of the first LOOK_AHEAD rows that
are not blank which fills more than half as many cells as the fullest of them, and more than half of whose cells are
words, that is neither numbers nor dates nor TRUE nor FALSE. Where no row is like that, the sheet has no header: its
columns are column_1, column_2 and so on, and a note says so. Rows before the header are no rows of the sheet.
"""

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import polars as pl

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.document import META, Facts
from crm_migration.extract.guess import Guess
from crm_migration.extract.rows import BadRow, RowBuffer
from crm_migration.extract.source import BATCH_ROWS
from crm_migration.mapping.reading import WorkbookOptions

LOOK_AHEAD = 50
MOST_LETTERS = 4 << 20
"""Letters in a frame, a cell counted as one more: frames of long texts, or of many columns, have fewer rows."""
NO_WORD = re.compile(r"[-+(]?[\d.,\s]*\d[\d.,\s]*[%)]?|\d{4}-\d\d-\d\d([ T][\d:.]+)?|\d\d?:\d\d(:[\d.]+)?|TRUE|FALSE")
UNNAMED = re.compile(r"column_([1-9]\d{0,4})")
NAME_THEM = "rename them in the sheet, or give header_row and the names as columns in the mapping's read.workbook"


@dataclass(frozen=True)
class GridRow:
    """One row of a sheet: its number, counted from 1, its cells as text, and the error in a cell by its place."""

    number: int
    cells: list[str | None]
    errors: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Merged:
    """A merged cell: rows counted from 1, columns from 0, the first and the last included."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True)
class GridSheet:
    """One sheet: its rows from the top, in order and as often as asked for, and its merged cells.

    `rows` gives the cells as they are stored, which is a merged cell's value in its first cell only.
    """

    name: str | None
    rows: Callable[[], Iterator[GridRow]]
    merged: Sequence[Merged] = ()


def read_sheets(sheets: Sequence[GridSheet], options: WorkbookOptions, facts: Facts, name: str) -> "GridReading":
    """Return the sheets of the document that people call `name`, read as one table.

    Each sheet's `rows` is called once here, to find the header, and once more per `frames`.

    Raises:
        SourceUnreadable: a sheet's header is missing where the mapping says it is, or holds a name twice.
    """
    return GridReading(sheets, options, facts, name)


@dataclass
class _Table:
    """A sheet whose columns are known: the header's row (0: none) and the columns' names by their place."""

    sheet: GridSheet
    options: WorkbookOptions
    header_row: int
    places: dict[str, int]
    beyond: int | None = None

    def place(self, column: str) -> int | None:
        """Return where a column stands; column_7 is the seventh, whether or not it was listed."""
        found = self.places.get(column)
        number = UNNAMED.fullmatch(column)
        if found is None and number and int(number[1]) - 1 not in self.places.values():
            return int(number[1]) - 1
        return found

    def rows(self, wanted: Iterable[int]) -> Iterator[GridRow]:
        """Yield the filled rows below the header, without the footer, merged cells filled where they are wanted."""
        rows: Iterator[GridRow] = (
            row for row in self.sheet.rows() if row.number > self.header_row and not _is_blank(row)
        )
        if self.options.merged == "fill" and self.sheet.merged:
            below = [merged for merged in self.sheet.merged if merged.first_row > self.header_row]
            rows = _filled(rows, below, sorted(wanted))
        held: deque[GridRow] = deque()
        named, width = set(self.places.values()), max(self.places.values(), default=-1) + 1
        whole = len(named) == width
        for row in rows:
            held.append(row)
            if len(held) > self.options.footer_rows:
                first = held.popleft()
                if self.beyond is None and (not whole or len(first.cells) > width or first.errors):
                    self.beyond = first.number if _has_unnamed(first, named) else None
                yield first


class GridReading:
    """One or several sheets of one document, read as one table: a `Reading`."""

    def __init__(self, sheets: Sequence[GridSheet], options: WorkbookOptions, facts: Facts, name: str) -> None:
        """Look at the top of every sheet; see `read_sheets`."""
        self.facts = facts
        self._tables = [_understand(sheet, options, facts, name) for sheet in sheets]
        facts.details["header_row"] = self._tables[0].header_row if self._tables else None
        if len(self._tables) > 1:
            facts.details["header_rows"] = {str(table.sheet.name): table.header_row for table in self._tables}

    def columns(self) -> list[str]:
        """Return every column in order: those of the first sheet, then what the others have beyond."""
        return list(dict.fromkeys(column for table in self._tables for column in table.places))

    def frames(self, columns: list[str], batch_rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """Yield the rows as frames, as `Reading` promises."""
        buffer = RowBuffer(columns, batch_rows)
        for table in self._tables:
            yield from self._read(table, buffer)
            if table.beyond is not None:
                self._note(_where(table.sheet, f"row {table.beyond} and maybe more: cells without a column name"))
        yield from buffer.finish()

    def _read(self, table: _Table, buffer: RowBuffer) -> Iterator[pl.DataFrame]:
        places = [table.place(column) for column in buffer.columns]
        sheet, letters = table.sheet.name, 0
        for row in table.rows({place for place in places if place is not None}):
            wrong = _wrong(row, buffer.columns, places) if row.errors else None
            if wrong:
                yield from buffer.reject(_error_row(row, sheet, wrong))
            else:
                cells, width = row.cells, len(row.cells)
                values = [cells[at] or None if at is not None and at < width else None for at in places]
                yield from buffer.add(values, row.number, sheet)
                letters += len(values) + sum(map(len, filter(None, values)))
                if letters > MOST_LETTERS:
                    letters = 0
                    yield from buffer.finish()

    def _note(self, note: str) -> None:
        if note not in self.facts.notes:
            self.facts.notes.append(note)


def column_letters(place: int) -> str:
    """Return how a spreadsheet names the column at a place counted from 0: A, B, … Z, AA."""
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _understand(sheet: GridSheet, options: WorkbookOptions, facts: Facts, name: str) -> _Table:
    where = f"{name}: {_where(sheet, '')}"
    top = _top(sheet, options.header_row or 0)
    header = _header_row(top, options)
    if options.header_row and header is None:
        raise SourceUnreadable(
            f"{where}row {options.header_row}: expected the column names, found a blank row; "
            "correct header_row in the mapping's read.workbook"
        )
    number = header.number if header else 0
    below = [row for row in top if row.number > number]
    names = _names(header, below, options)
    _refuse_names(names, number, where)
    facts.notes += [_noted(sheet, note) for note in _doubts(sheet, header, below, options)]
    return _Table(sheet, options, number, {column: place for place, column in names.items()})


def _top(sheet: GridSheet, header_row: int) -> list[GridRow]:
    """Return the first rows that are not blank, from the header's on where it is given."""
    filled = (row for row in sheet.rows() if row.number >= header_row and not _is_blank(row))
    return list(islice(filled, LOOK_AHEAD))


def _header_row(top: Sequence[GridRow], options: WorkbookOptions) -> GridRow | None:
    if options.header_row is not None:
        return next((row for row in top if row.number == options.header_row), None)
    if options.columns:
        return None
    fullest = max((_filled_cells(row) for row in top), default=0)
    return next((row for row in top if 2 * _filled_cells(row) > fullest and _is_words(row)), None)


def _names(header: GridRow | None, below: Sequence[GridRow], options: WorkbookOptions) -> dict[int, str]:
    """Return the columns' names by place; a blank one is named by its number where cells below it are filled."""
    if options.columns:
        return dict(enumerate(options.columns))
    cells = header.cells if header else []
    names = {place: " ".join(text.split()) for place, text in enumerate(cells) if text and text.strip()}
    used = {place for row in below for place in (*_filled_places(row), *row.errors)}
    names |= {place: f"column_{place + 1}" for place in used if place not in names}
    return dict(sorted(names.items()))


def _refuse_names(names: dict[int, str], row: int, where: str) -> None:
    by_name: dict[str, list[str]] = {}
    for place, column in names.items():
        by_name.setdefault(column, []).append(column_letters(place))
    twice = [f"{column!r} in columns {' and '.join(places)}" for column, places in by_name.items() if len(places) > 1]
    if twice:
        raise SourceUnreadable(
            f"{where}row {row}: expected every column name once, found {', '.join(twice)}; {NAME_THEM}"
        )
    reserved = sorted(set(by_name) & set(META))
    if reserved:
        raise SourceUnreadable(
            f"{where}row {row}: expected other column names than {reserved}, found them; {NAME_THEM}"
        )


def _doubts(
    sheet: GridSheet, header: GridRow | None, below: Sequence[GridRow], options: WorkbookOptions
) -> Iterator[str]:
    """Yield what a person should look at: the header is a guess where the mapping does not give it."""
    if header is None:
        if options.header_row is None and not options.columns and below:
            yield "no row of column names found; columns are numbered"
        return
    if options.header_row is None:
        yield Guess(f"column names taken from row {header.number}")
    last = max((m.last_row for m in sheet.merged if m.first_row <= header.number <= m.last_row), default=0)
    if last > header.number:
        yield f"column names seem to take rows {header.number} to {last}; only row {header.number} is read as names"
    if options.footer_rows:
        yield Guess(f"the last {options.footer_rows} rows are left out as a footer")


def _noted(sheet: GridSheet, note: str) -> str:
    return type(note)(_where(sheet, note))


def _where(sheet: GridSheet, text: str) -> str:
    return f"sheet {sheet.name}: {text}" if sheet.name else text


def _is_blank(row: GridRow) -> bool:
    return not row.errors and not any(cell and not cell.isspace() for cell in row.cells)


def _filled_cells(row: GridRow) -> int:
    return sum(1 for _ in _filled_places(row)) + len(row.errors)


def _is_words(row: GridRow) -> bool:
    filled = [cell.strip() for cell in row.cells if cell and not cell.isspace()]
    return 2 * sum(NO_WORD.fullmatch(cell) is None for cell in filled) > len(filled) + len(row.errors)


def _has_unnamed(row: GridRow, named: set[int]) -> bool:
    return any(place not in named for place in (*_filled_places(row), *row.errors))


def _filled_places(row: GridRow) -> Iterator[int]:
    return (place for place, cell in enumerate(row.cells) if cell and not cell.isspace())


def _wrong(row: GridRow, columns: Sequence[str], places: Sequence[int | None]) -> dict[str, str]:
    """Return the errors that stand in wanted columns."""
    pairs = zip(columns, places, strict=True)
    return {column: row.errors[place] for column, place in pairs if place is not None and place in row.errors}


def _error_row(row: GridRow, sheet: str | None, wrong: dict[str, str]) -> BadRow:
    found = ", ".join(f"{error} in column {column!r}" for column, error in wrong.items())
    width = max(len(row.cells), *(place + 1 for place in row.errors))
    cells = row.cells + [None] * (width - len(row.cells))
    raw = "\t".join(row.errors.get(place) or cell or "" for place, cell in enumerate(cells))
    return BadRow(row.number, "error_cell", f"expected a value, found {found}", raw, sheet)


def _filled(rows: Iterator[GridRow], merged: Sequence[Merged], wanted: Sequence[int]) -> Iterator[GridRow]:
    """Yield the rows with each merged cell's value, or error, in those of its cells that are wanted and empty."""
    coming = deque(sorted(merged, key=lambda one: one.first_row))
    active: dict[int, tuple[int, str | None, str | None]] = {}
    for row in rows:
        while coming and coming[0].first_row <= row.number:
            one = coming.popleft()
            if one.first_row == row.number:
                _activate(one, row, wanted, active)
        for place, (last_row, value, error) in list(active.items()):
            if last_row < row.number:
                del active[place]
            else:
                _fill(row, place, value, error)
        yield row


def _activate(
    one: Merged, row: GridRow, wanted: Sequence[int], active: dict[int, tuple[int, str | None, str | None]]
) -> None:
    value = row.cells[one.first_column] if one.first_column < len(row.cells) else None
    error = row.errors.get(one.first_column)
    if value is not None or error is not None:
        active |= {at: (one.last_row, value, error) for at in wanted if one.first_column <= at <= one.last_column}


def _fill(row: GridRow, place: int, value: str | None, error: str | None) -> None:
    if place in row.errors or (place < len(row.cells) and row.cells[place]):
        return
    if error is not None:
        row.errors[place] = error
        return
    row.cells.extend([None] * (place + 1 - len(row.cells)))
    row.cells[place] = value

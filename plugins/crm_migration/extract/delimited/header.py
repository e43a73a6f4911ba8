"""Finds the line that holds the column names, and names columns that have none."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

from crm_migration.extract.delimited.dialect import EXCEL_SEPARATOR, Dialect
from crm_migration.extract.delimited.records import LINE_END, Record, Scanner
from crm_migration.extract.document import Document, refused
from crm_migration.mapping.reading import DelimitedOptions

MOST_COLUMNS = 16_384  # As many as a sheet has.
_SAMPLE_RECORDS = 200
_MOST_PREAMBLE = 100
_ENOUGH_ROWS = 3
_MOST_ROWS = 0.8
_DECLARE = "give the right line in `header_row`, or 0 and the names in `columns`"

_UUID = r"\{?[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\}?"
_DATE = r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:[ T]\d{1,2}:\d{2}.*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}(?: \d{1,2}:\d{2}.*)?"
_KINDS = {
    "uuid": re.compile(_UUID),
    "date": re.compile(_DATE),
    "decimal": re.compile(r"[-+]?\d*\.\d{3,}(?:[eE][-+]?\d+)?"),
    "e-mail": re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+"),
    "number": re.compile(r"[-+]?[\d., ]*\d[\d., ]*(?:[eE][-+]?\d+)?%?"),
}
_LONGEST_KIND = 64
_YEAR = re.compile(r"(?:19|20)\d\d")


class MoreNeeded(Exception):
    """The sample ends before the column names do."""


@dataclass(frozen=True)
class Header:
    """The columns, the names as the file spells them, and where the rows begin in the sample: letter and line."""

    columns: tuple[str, ...]
    names: tuple[str, ...] | None
    start: int
    line: int
    row: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Seen:
    """A record of the sample, and where the next one begins."""

    record: Record
    after: int
    line_after: int

    @property
    def filled(self) -> int:
        return sum(bool(field and field.strip()) for field in self.record.fields)


def find_header(document: Document, sample: str, final: bool, dialect: Dialect, options: DelimitedOptions) -> Header:
    """Return the columns of the document.

    Raises:
        MoreNeeded: the sample is too short.
        SourceUnreadable: no column names are there, or such as cannot name columns.
    """
    start = _start_of_line(document, sample, final, options.header_row or 1)
    seen = _seen(sample, start, final, dialect, options.header_row or 1)
    if not seen and not final:
        raise MoreNeeded
    if options.header_row == 0 or (options.columns and options.header_row is None):
        return _without_names(document, seen, start, options)
    if not seen:
        return _empty(document, options)
    if options.header_row and seen[0].record.line != options.header_row:
        raise refused(document, f"line {options.header_row}: expected the column names, found a blank line", _DECLARE)
    place = 0 if options.header_row else _place_of_names(seen)
    if options.header_row is None and _is_row(seen, place):
        found = _without_names(document, seen[place:], start, options)
        return _noted(found, f"line {seen[place].record.line} reads like a row: no column names, `header_row: 0`")
    return _with_names(document, seen[place:], options, skipped=seen[:place])


def _start_of_line(document: Document, sample: str, final: bool, number: int) -> int:
    start = 0
    for _ in range(number - 1):
        end = LINE_END.search(sample, start)
        if end is None:
            if not final:
                raise MoreNeeded
            raise refused(document, f"expected the column names on line {number}, found fewer lines", _DECLARE)
        start = end.end()
    return start


def _seen(sample: str, start: int, final: bool, dialect: Dialect, line: int) -> list[_Seen]:
    """Return the first records that are not blank."""
    scan = Scanner(dialect).scan(sample[start:], line, final)
    seen = [_Seen(record, start + scan.used, scan.line) for record in islice(scan, _SAMPLE_RECORDS)]
    return [one for one in seen if one.record.broken or any(field and field.strip() for field in one.record.fields)]


def _usual_width(seen: Sequence[_Seen]) -> int:
    widths = Counter(len(one.record.fields) for one in seen if not one.record.broken)
    return max(widths, key=lambda width: (widths[width], width), default=1)


def _place_of_names(seen: Sequence[_Seen]) -> int:
    """Return how many records stand before the column names: titles, remarks, and the like."""
    width = _usual_width(seen)
    for place, one in enumerate(seen[:_MOST_PREAMBLE]):
        if not _is_preamble(one, width):
            return place
    return 0


def _is_preamble(one: _Seen, width: int) -> bool:
    fields = len(one.record.fields)
    if one.record.broken or EXCEL_SEPARATOR.fullmatch(one.record.text):
        return not one.record.broken
    if fields == width:
        return width > 2 and one.filled <= 1  # noqa: PLR2004 (of two names, one may be missing)
    return fields < width and one.filled <= max(1, width // 2)


def _is_row(seen: Sequence[_Seen], place: int) -> bool:
    """Return whether the record in the place of the column names is of the same kind as those below it."""
    first, below = seen[place].record, [one.record for one in seen[place + 1 :]]
    kinds = [_kind(field) for field in first.fields]
    filled = [(field, kind) for field, kind in zip(first.fields, kinds, strict=True) if field]
    if filled and all(kind in {"number", "decimal"} for _, kind in filled):
        return not _is_sequence([field for field, _ in filled])
    if not below:
        return any(kind in {"uuid", "e-mail"} for kind in kinds)
    return any(
        kind not in {None, "number"} and _share(below, column, kind) >= _MOST_ROWS for column, kind in enumerate(kinds)
    )


def _is_sequence(fields: Sequence[str]) -> bool:
    """Return whether numbers may name columns: years, or 1, 2, 3 and so on."""
    if all(_YEAR.fullmatch(field) for field in fields):
        return True
    numbers = [int(field) for field in fields if field.isdecimal()]
    steps = {after - before for before, after in pairwise(numbers)}
    return len(numbers) == len(fields) and len(numbers) > 2 and steps == {1}  # noqa: PLR2004 (two may be chance)


def _kind(field: str | None) -> str | None:
    if field is None or len(field) > _LONGEST_KIND:
        return None
    text = field.strip()
    return next((kind for kind, pattern in _KINDS.items() if pattern.fullmatch(text)), None)


def _share(records: Sequence[Record], column: int, kind: str | None) -> float:
    fields = [record.fields[column] for record in records if column < len(record.fields) and record.fields[column]]
    return sum(_kind(field) == kind for field in fields) / len(fields) if fields else 0.0


def _empty(document: Document, options: DelimitedOptions) -> Header:
    if options.header_row:
        raise refused(document, f"expected the column names on line {options.header_row}, found nothing", _DECLARE)
    return Header(tuple(options.columns), None, 0, 1, 0)


def _without_names(document: Document, seen: Sequence[_Seen], start: int, options: DelimitedOptions) -> Header:
    width = _usual_width(seen) if seen else 0
    columns = tuple(options.columns) or tuple(f"column_{number}" for number in range(1, width + 1))
    _check(document, columns, "columns of the mapping" if options.columns else "line 1")
    _check_width(document, len(columns), seen, "columns of the mapping")
    return Header(columns, None, start, 1, 0)


def _with_names(
    document: Document, seen: Sequence[_Seen], options: DelimitedOptions, *, skipped: Sequence[_Seen]
) -> Header:
    record, rows = seen[0].record, seen[1:]
    place = f"line {record.line}"
    if record.broken:
        raise refused(document, f"{place}: {record.broken}")
    if "\0" in record.text or any("\ud800" <= letter <= "\udfff" for letter in record.text):
        raise refused(document, f"{place}: expected column names, found bytes that are no text", _DECLARE)
    spelled = tuple((field or "").strip() for field in record.fields)
    spelled = _without_surplus(spelled, rows)
    columns, notes = (tuple(options.columns), []) if options.columns else _named(spelled)
    _check(document, columns, place)
    _check_width(document, len(columns), rows, place)
    if skipped:
        notes.insert(0, f"lines before line {record.line} hold no column names and were skipped")
    names = spelled if len(columns) == len(spelled) else None
    return Header(columns, names, seen[0].after, seen[0].line_after, record.line, tuple(notes))


def _without_surplus(spelled: tuple[str, ...], rows: Sequence[_Seen]) -> tuple[str, ...]:
    """Return the names without blank ones at the end for which no row has a field."""
    widths = {len(one.record.fields) for one in rows if not one.record.broken}
    widest = max(widths, default=len(spelled))
    return spelled if any(spelled[widest:]) else spelled[:widest]


def _named(spelled: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Return the names, with one for each column that has none."""
    taken, columns, notes = set(spelled), list(spelled), []
    for place, name in enumerate(spelled):
        if not name:
            own = f"column_{place + 1}"
            while own in taken:
                own += "_"
            columns[place] = own
            taken.add(own)
            notes.append(own)
    return tuple(columns), [f"columns without a name: {', '.join(notes)}"] if notes else []


def _check(document: Document, columns: Sequence[str], place: str) -> None:
    twice = [name for name, count in Counter(columns).items() if count > 1]
    if twice:
        names = ", ".join(f"{name!r}" for name in twice)
        raise refused(
            document,
            f"{place}: expected each column name once, found {names} more than once",
            "rename them in the file, or give `header_row` and names of your own in `columns`",
        )
    if len(columns) > MOST_COLUMNS:
        raise refused(document, f"{place}: expected at most {MOST_COLUMNS} columns, found {len(columns)}")


def _check_width(document: Document, expected: int, rows: Sequence[_Seen], place: str) -> None:
    """Refuse names that fit no row: to shift them would put every value under a wrong name."""
    whole = [one for one in rows if not one.record.broken]
    usual = _usual_width(whole)
    widths = Counter(len(one.record.fields) for one in whole)
    if len(whole) >= _ENOUGH_ROWS and not widths[expected] and widths[usual] >= _MOST_ROWS * len(whole):
        raise refused(
            document,
            f"{place}: expected {usual} column names, as the rows have fields, found {expected}",
            "repair the names, or give `header_row` and all names in `columns`",
        )


def _noted(header: Header, note: str) -> Header:
    return Header(header.columns, header.names, header.start, header.line, header.row, (*header.notes, note))

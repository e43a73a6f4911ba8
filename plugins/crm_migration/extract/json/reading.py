"""A JSON document as a reading: its form and its records found, its columns collected, its rows in frames."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from crm_migration.extract.document import Document, Facts, refused
from crm_migration.extract.formats import Wanted
from crm_migration.extract.guess import Guess
from crm_migration.extract.json.decoding import find_encoding, read_text, read_utf8
from crm_migration.extract.json.faults import TOO_MUCH_AROUND
from crm_migration.extract.json.forms import Form, find_form, read_head
from crm_migration.extract.json.limits import CHUNK, MOST_AROUND, MOST_COLUMNS
from crm_migration.extract.json.records import PARENT, Record, RecordCutter, bad_row, letters_in
from crm_migration.extract.json.shapes import shapes_of
from crm_migration.extract.json.trunk import Path, Survey, survey, trunk_units, way_to
from crm_migration.extract.json.units import Run, Unit, element_units, line_units, value_units
from crm_migration.extract.json.window import Window
from crm_migration.extract.record_frames import RecordFrames, refuse_reserved, rows_getter
from crm_migration.extract.source import BATCH_ROWS

ITSELF = "."
"""The path that makes the document, each element or each line the record, whatever it holds."""


def read_json(document: Document, wanted: Wanted) -> "JsonReading":
    """Return the reading of a JSON document.

    Raises:
        MappingFault: the encoding that the mapping names is none.
        SourceUnreadable: the document is no JSON, or holds no records.
    """
    return JsonReading(document, wanted)


@dataclass(frozen=True)
class _Plan:
    """Where the records are: the way through the document to the units, and the cutter of the units."""

    trunk: Path
    cutter: RecordCutter


class JsonReading:
    """One JSON document; `chunk` is how many bytes are read at once, which changes nothing of what is read."""

    def __init__(self, document: Document, wanted: Wanted, chunk: int = CHUNK) -> None:
        """Find the encoding and the form."""
        options = wanted.options.json_
        self._document = document
        self._chunk = chunk
        self._encoding = find_encoding(document, options.encoding)
        self._form: Form = find_form(document, read_head(self._text()))
        records = options.records
        self._path: Path = tuple(records.split(".")) if records and records != ITSELF else ()
        self._search = records is None
        self._plan: _Plan | None = None
        self.facts = Facts("json", {"encoding": self._encoding, "form": self._form, "records": records})

    def columns(self) -> list[str]:
        """Return every column in order of appearance, those of the record before those of what encloses it.

        Raises:
            SourceUnreadable: the document is malformed.
        """
        cutter = self._planned().cutter
        found: dict[str, None] = {}
        for shape in shapes_of(self._units(), cutter):
            found.update(dict.fromkeys(shape))
            if len(found) > MOST_COLUMNS:
                raise refused(self._document, f"expected at most {MOST_COLUMNS} columns, found more")
        refuse_reserved(self._document, found)
        if cutter.way and not found:
            self._note(f"no record lies below {'.'.join(cutter.way)!r}")
        return sorted(found, key=_levels_up)

    def frames(self, columns: Sequence[str], batch_rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """Yield the rows in frames of at most `batch_rows`, fewer where the records are long.

        Raises:
            SourceUnreadable: the document is malformed.
        """
        cutter = self._planned().cutter
        rows_of = rows_getter(columns)
        frames = RecordFrames(columns, batch_rows)
        for unit in self._units():
            if isinstance(unit, Run):
                # Each row has a place for every column, however few members its record has.
                for run in unit.parts(frames.rows_at_once):
                    yield from frames.extend(rows_of(run.values), run.places, run.letters)
                continue
            for record in cutter.records(unit):
                if _add(frames, unit, record, columns):
                    yield frames.flush()
        if frames.left():
            yield frames.flush()

    def _text(self) -> Iterator[str]:
        return read_text(self._document, self._encoding, self._chunk)

    def _window(self) -> Window:
        return Window(self._document, self._text())

    def _units(self) -> Iterator[Unit | Run]:
        plan = self._planned()
        runs = plan.cutter.takes_runs
        if self._form in ("lines", "empty"):
            return line_units(read_utf8(self._document, self._encoding, self._chunk), runs)
        window = self._window()
        if self._form == "sequence":
            return value_units(window, runs)
        if self._form == "array":
            return _elements(window, runs)
        return trunk_units(window, plan.trunk, runs)

    def _planned(self) -> _Plan:
        if self._plan is None:
            on_the_way = self._form == "object" and (self._search or bool(self._path))
            self._plan = self._plan_object() if on_the_way else _Plan((), RecordCutter(self._path))
        return self._plan

    def _plan_object(self) -> _Plan:
        found = survey(self._window())
        path = (found.only_array() or ()) if self._search else self._path
        if self._search:
            self._tell_search(found, path)
        way = way_to(path, found)
        if way and found.complaint is not None:
            raise found.complaint
        if way and not found.holds(way):
            raise refused(
                self._document,
                f"expected records at {'.'.join(path)!r}, found no {way[-1]!r} on the way",
                "correct json.records in the mapping, or ask for a new export",
            )
        return _Plan(way, RecordCutter(path[len(way) :], found.around(way)))

    def _tell_search(self, found: Survey, path: Path) -> None:
        if path:
            self.facts.details["records"] = ".".join(path)
            self._note(Guess(f"the records are the elements of {'.'.join(path)!r}, the only list of objects"))
        elif candidates := found.record_arrays(1):
            names = ", ".join(repr(".".join(candidate)) for candidate in candidates)
            self._note(f"the document is read as one record; name one of its lists in json.records: {names}")

    def _note(self, sentence: str) -> None:
        if sentence not in self.facts.notes:
            self.facts.notes.append(sentence)


def _levels_up(column: str) -> int:
    levels = 0
    while column.startswith(PARENT, levels * len(PARENT)):
        levels += 1
    return levels


def _elements(window: Window, runs: bool) -> Iterator[Unit | Run]:
    yield from element_units(window, runs)
    window.end()


def _add(frames: RecordFrames, unit: Unit, record: Record, columns: Sequence[str]) -> bool:
    around, values = record.around.values, record.values
    fault = record.fault
    if fault is None and record.around.letters > MOST_AROUND:
        fault = TOO_MUCH_AROUND if letters_in(around, columns) > MOST_AROUND else None
    if fault is not None:
        return frames.reject(bad_row(unit, record, fault))
    row = tuple([around[column] if column in around else values.get(column) for column in columns])
    return frames.add(row, unit.at, sum(len(value) for value in row if isinstance(value, str)))

"""An XML document as a reading: its records found, its columns collected, its rows in frames."""

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from crm_migration.extract.document import META, Document, Facts, refused
from crm_migration.extract.formats import Wanted
from crm_migration.extract.guess import Guess
from crm_migration.extract.record_frames import RecordFrames, refuse_reserved
from crm_migration.extract.rows import BadRow
from crm_migration.extract.source import BATCH_ROWS
from crm_migration.extract.xml.columns import TOP, Columns, TooManyColumns, without_prefixes
from crm_migration.extract.xml.limits import CHUNK, MOST_AROUND, MOST_COLUMNS, MOST_SHAPES
from crm_migration.extract.xml.paths import KNOWN_PREFIXES, Step, local_name, parse_path, path_text
from crm_migration.extract.xml.prolog import find_root
from crm_migration.extract.xml.records import Record, RecordStream
from crm_migration.extract.xml.search import search_path
from crm_migration.extract.xml.stream import TreeStream


def read_xml(document: Document, wanted: Wanted) -> "XmlReading":
    """Return the reading of an XML document.

    Raises:
        MappingFault: the path to the records uses a prefix that the mapping does not declare.
        SourceUnreadable: the document has a DOCTYPE, is no XML, or has another root than the mapping says.
    """
    return XmlReading(document, wanted)


class XmlReading:
    """One XML document; `chunk` is how many bytes are parsed at once, which changes nothing of what is read."""

    def __init__(self, document: Document, wanted: Wanted, chunk: int = CHUNK) -> None:
        """Find the root, and refuse a DOCTYPE."""
        options = wanted.options.xml
        self._document = document
        self._chunk = chunk
        self._prefixes = {**KNOWN_PREFIXES, **options.namespaces}
        self._columns = Columns(self._prefixes)
        self._names: dict[str, int] | None = None
        self._path = None if options.records is None else parse_path(options.records, self._prefixes)
        with document.path.open("rb") as file:
            self._root = find_root(document, file)
        self.facts = Facts("xml", {"records": options.records})
        if self._root is not None and self._path and not self._path[0].matches(self._root):
            raise refused(
                document,
                f"expected records at {options.records!r}, found the root {local_name(self._root)!r}",
                "correct xml.records in the mapping, or ask for a new export",
            )

    def columns(self) -> list[str]:
        """Return every column in order of appearance, those of the record before those of its ancestors.

        Raises:
            MappingFault: two columns differ in a namespace that the mapping gives no prefix.
            SourceUnreadable: the document is refused as a whole.
        """
        return list(self._named())

    def frames(self, columns: Sequence[str], batch_rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """Yield the rows in frames of at most `batch_rows`, fewer where the records are long.

        Raises:
            MappingFault: as `columns`.
            SourceUnreadable: as `columns`.
        """
        sought = _Sought(self._columns, columns)
        frames = RecordFrames(columns, batch_rows)
        for record in self._records() if self._names is not None else self._learning():
            if sought.held != self._columns.held:
                self._look_up(sought)
            if sought.around:
                full = _add(frames, record, sought)
            else:
                full = frames.add(tuple(map(record.values.get, sought.places)), record.number, record.letters)
            if full:
                yield frames.flush()
        if frames.left():
            yield frames.flush()

    def _look_up(self, sought: "_Sought") -> None:
        """Find the wanted columns among those that have come; among all, where one of these may take another's name."""
        if self._names is None:
            if not sought.is_touched():
                return
            names = self._columns.names()
            refuse_reserved(self._document, names)
            if sought.find(names):
                return
        sought.find(self._named())

    def _named(self) -> dict[str, int]:
        if self._names is None:
            for _ in self._learning():
                pass
        return self._names or {}

    def _learning(self) -> Iterator[Record]:
        """Yield the records, and take note of the columns that they bring; all are known at the end."""
        seen: set[tuple[int, ...]] = set()
        try:
            for record in self._records():
                shape = tuple(record.values)
                if shape not in seen:
                    if len(seen) >= MOST_SHAPES:
                        seen.clear()
                    seen.add(shape)
                    self._columns.hold_values(record.values)
                yield record
        except TooManyColumns:
            raise refused(self._document, f"expected at most {MOST_COLUMNS} columns, found more") from None
        names = self._columns.names()
        refuse_reserved(self._document, names)
        self._names = names

    def _records(self) -> Iterator[Record]:
        if self._root is None:
            return
        path = self._found_path(self._root)
        if not path:
            return
        stream = TreeStream(self._document, self._root, self._chunk)
        with self._document.path.open("rb") as file:
            yield from RecordStream(self._document, stream, path, self._columns).records(file)
        self.facts.details["encoding"] = stream.encoding

    def _found_path(self, root: str) -> tuple[Step, ...]:
        if self._path is None:
            stream = TreeStream(self._document, root, self._chunk)
            with self._document.path.open("rb") as file:
                self._path = search_path(stream, file)
            found = path_text(self._path)
            self.facts.details["records"] = found
            named = f"the records are the elements {found!r}; xml.records can name others"
            self.facts.notes.append(Guess(named) if found else "there are no records")
        return self._path


class _Sought:
    """The places of wanted columns, as far as the document has told them: `held` is how many places it had then.

    A column that has not come yet stands at the record's own place, which has no value. `around` says which columns
    are those of ancestors; it is empty where none is.
    """

    def __init__(self, columns: Columns, wanted: Sequence[str]) -> None:
        self._columns, self._wanted = columns, wanted
        self._names = {*META, *wanted, *map(without_prefixes, wanted)}
        self.held = 0
        self.places = [TOP for _ in wanted]
        self.around: list[bool] = []

    def is_touched(self) -> bool:
        """Return whether one of the places that came may be that of a wanted column, or has a name it may not have."""
        fresh, self.held = self._columns.held_since(self.held), self._columns.held
        return not self._names.isdisjoint(map(self._columns.local, fresh))

    def find(self, names: Mapping[str, int]) -> bool:
        """Take the places from the names of all that came; return whether they are sure, whatever comes."""
        self.held = self._columns.held
        self.places = [self._columns.find(name, names) or TOP for name in self._wanted]
        around = [self._columns.is_around(place) for place in self.places]
        self.around = around if any(around) else []
        return all(map(self._columns.is_sure, self._wanted, self.places))


def _add(frames: RecordFrames, record: Record, sought: _Sought) -> bool:
    places = list(zip(sought.places, sought.around, strict=True))
    row = tuple([record.around(place) if around else record.values.get(place) for place, around in places])
    if record.letters_around <= MOST_AROUND:
        return frames.add(row, record.number, record.letters + record.letters_around)
    letters = sum(len(text) for text, (_, around) in zip(row, places, strict=True) if around and text)
    if letters <= MOST_AROUND:
        return frames.add(row, record.number, record.letters + letters)
    found = f"expected at most {MOST_AROUND} letters in the columns of the record's ancestors, found more"
    return frames.reject(BadRow(record.number, "too_large", found))

"""How a file, a sheet, a table or a query is read: what was found, the first rows, and the rows that were not."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import polars as pl

from crm_migration.errors import MappingFault
from crm_migration.extract.document import AT, FAULT, MESSAGE, META, RAW, SHEET, Document, Facts
from crm_migration.extract.documents import DocumentSource
from crm_migration.extract.formats import Wanted, open_reading
from crm_migration.extract.kinds import ColumnKind, KindGuess
from crm_migration.extract.landing import Landing
from crm_migration.extract.source import BATCH_ROWS, Source, known_entity
from crm_migration.mapping.model import Mapping

MOST_REJECTED = 20
MOST_KINDS = 500


class RowsFile:
    """A new CSV file that takes the rows of one or several readings, exactly as read, under one header."""

    def __init__(self, path: Path) -> None:
        """Create the file.

        Raises:
            MappingFault: it is there already, or cannot be created.
        """
        try:
            self._handle = path.open("xb")
        except OSError as error:
            raise MappingFault(f"{path}: expected a new file to write, found: {error.strerror}; name another") from None
        self._columns: list[str] = []

    def __enter__(self) -> Self:
        """Return the file."""
        return self

    def __exit__(self, *_ended: object) -> None:
        """Close it."""
        self._handle.close()

    def take(self, name: str, columns: list[str]) -> None:
        """Announce a reading and its columns.

        Raises:
            MappingFault: they are not those of the first one; under its header their values would be misplaced.
        """
        if not self._columns:
            self._columns = columns
            self._handle.write(pl.DataFrame(schema=dict.fromkeys(columns, pl.String)).write_csv().encode())
        elif set(columns) != set(self._columns):
            raise MappingFault(f"{name}: expected the columns of the first file, found others; write them one by one")

    def write(self, frame: pl.DataFrame) -> None:
        """Append rows."""
        frame.select(self._columns).write_csv(self._handle, include_header=False)


@dataclass(frozen=True)
class Asked:
    """What of a source is to be shown: how many rows, whether all of them are read, and where they are written."""

    rows: int = 10
    everything: bool = False
    out: RowsFile | None = None


@dataclass(frozen=True)
class Rejected:
    """One row that could not be read: where it stands, why, and its text."""

    at: int | None
    sheet: str | None
    reason: str
    message: str
    raw: str


@dataclass(frozen=True)
class Preview:
    """One document, table or query as it is read.

    `complete` says whether it was read to its end; if not, the counts and kinds are those of the rows read. Kinds are
    told of the first MOST_KINDS columns.
    """

    name: str
    facts: Facts
    kinds: dict[str, ColumnKind | None]
    rows_kept: int
    rows_rejected: int
    complete: bool
    rows: list[dict[str, str | None]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return the preview as plain values, for machines."""
        return {
            "name": self.name,
            "format": self.facts.format,
            "details": self.facts.details,
            "notes": self.facts.notes,
            "columns": [_column(name, kind) for name, kind in self.kinds.items()],
            "rows_read": self.rows_kept + self.rows_rejected,
            "rows_kept": self.rows_kept,
            "rows_rejected": self.rows_rejected,
            "complete": self.complete,
            "rows": self.rows,
            "rejected": [vars(line) for line in self.rejected],
        }


def preview_document(document: Document, wanted: Wanted, asked: Asked) -> Preview:
    """Return how one file is read.

    Raises:
        SourceUnreadable: the file is refused as a whole.
    """
    landing = Landing()
    reading = open_reading(document, wanted, landing)
    columns = reading.columns()
    looking = _Looking(document.name, reading.facts, columns, asked)
    return looking.through(reading.frames(columns, BATCH_ROWS), whole=True)


def preview_entity(source: Source, mapping: Mapping, entity: str, asked: Asked) -> list[Preview]:
    """Return how an entity of a mapping is read: one preview per document, one for a table or a query.

    A table or query is read as far as the rows that are asked for, documents are read whole.

    Raises:
        MappingFault, SourceUnavailable, SourceUnreadable: as the source does.
    """
    described = known_entity(mapping, entity)
    if not isinstance(source, DocumentSource):
        columns = described.source_columns
        facts = Facts("database", {"origin": described.origin, "types": source.describe(entity)})
        batch = BATCH_ROWS if asked.everything else max(asked.rows, 1)
        looking = _Looking(f"{mapping.source.name}: {entity}", facts, columns, asked)
        return [looking.through(source.read(entity, None, batch), whole=asked.everything)]
    found: list[Preview] = []
    documents = source.documents(entity)
    if not documents:
        raise MappingFault(
            f"{mapping.source.name}: {entity}: {described.origin}: expected a file that fits, found none; correct the "
            "pattern or the folder"
        )
    for document in documents:
        reading = source.store.reading(document, Wanted(described.read, described.sheet))
        columns = reading.columns()
        looking = _Looking(document.name, reading.facts, columns, asked)
        found.append(looking.through(reading.frames(columns, BATCH_ROWS), whole=True))
    return found


def _column(name: str, kind: ColumnKind | None) -> dict[str, Any]:
    if kind is None:
        return {"name": name, "kind": None}
    return {
        "name": name,
        "kind": kind.kind,
        "filled": kind.filled,
        "formats": list(kind.formats),
        "max_length": kind.max_length,
        "values": list(kind.values) if kind.kind == "choice" and kind.values is not None else None,
    }


@dataclass(frozen=True)
class _Looking:
    """Goes through the frames of one reading once: counts, guesses kinds, keeps examples, writes rows out."""

    name: str
    facts: Facts
    columns: list[str]
    asked: Asked

    def through(self, frames: Iterator[pl.DataFrame], *, whole: bool) -> Preview:
        """Return what the frames show; unless `whole`, they are left as soon as enough rows were seen."""
        guesses = {column: KindGuess() for column in self.columns[:MOST_KINDS]}
        kept, rows, rejected, lost, complete = 0, list[dict[str, str | None]](), list[Rejected](), 0, True
        if self.asked.out is not None:
            self.asked.out.take(self.name, self.columns)
        for frame in frames:
            good, bad = _apart(frame)
            for column, guess in guesses.items():
                guess.see(good[column])
            rows += good.select(self.columns).head(self.asked.rows - len(rows)).to_dicts()
            most = bad.height if self.asked.everything else MOST_REJECTED - len(rejected)
            rejected += [Rejected(*line) for line in bad.head(most).iter_rows()]
            kept, lost = kept + good.height, lost + bad.height
            if self.asked.out is not None:
                self.asked.out.write(good)
            if not whole and kept >= self.asked.rows:
                complete = False
                break
        kinds = {column: guesses[column].result() if column in guesses else None for column in self.columns}
        return Preview(self.name, self.facts, kinds, kept, lost, complete, rows, rejected)


def _apart(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    if FAULT not in frame.columns:
        return frame, pl.DataFrame(schema={name: META[name] for name in (AT, SHEET, FAULT, MESSAGE, RAW)})
    unread = pl.col(FAULT).is_not_null()
    return frame.filter(~unread), frame.filter(unread).select(AT, SHEET, FAULT, MESSAGE, RAW)

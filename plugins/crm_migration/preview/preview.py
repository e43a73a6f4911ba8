"""How a file, a sheet, a table or a query is read: what was found, the first rows, and the rows that were not."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

import polars as pl

from crm_migration.extract.document import AT, FAULT, MESSAGE, META, RAW, SHEET, Document, Facts
from crm_migration.extract.documents import DocumentSource
from crm_migration.extract.formats import Wanted, open_reading
from crm_migration.extract.kinds import ColumnKind, KindGuess
from crm_migration.extract.landing import Landing
from crm_migration.extract.source import BATCH_ROWS, Source, known_entity
from crm_migration.mapping.model import Mapping

MOST_REJECTED = 20


@dataclass(frozen=True)
class Asked:
    """What of a source is to be shown: how many rows, whether all of them are read, and where they are written."""

    rows: int = 10
    everything: bool = False
    out: Path | None = None


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

    `complete` says whether it was read to its end; if not, the counts and kinds are those of the rows read.
    """

    name: str
    facts: Facts
    kinds: dict[str, ColumnKind]
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
    """Return how one file is read; with `asked.out` its rows are written there as CSV, exactly as read.

    Raises:
        SourceUnreadable: the file is refused as a whole.
    """
    landing = Landing()
    reading = open_reading(document, wanted, landing)
    columns = reading.columns()
    with _Looking(document.name, reading.facts, columns, asked) as looking:
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
        with _Looking(f"{mapping.source.name}: {entity}", facts, columns, asked) as looking:
            return [looking.through(source.read(entity, None, batch), whole=asked.everything)]
    found: list[Preview] = []
    for document in source.documents(entity):
        reading = source.store.reading(document, Wanted(described.read, described.sheet))
        columns = reading.columns()
        with _Looking(document.name, reading.facts, columns, asked, append=bool(found)) as looking:
            found.append(looking.through(reading.frames(columns, BATCH_ROWS), whole=True))
    return found


def _column(name: str, kind: ColumnKind) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind.kind,
        "filled": kind.filled,
        "formats": list(kind.formats),
        "max_length": kind.max_length,
        "values": list(kind.values) if kind.kind == "choice" and kind.values is not None else None,
    }


class _Looking:
    """Goes through the frames of one reading once: counts, guesses kinds, keeps examples, writes rows out."""

    def __init__(self, name: str, facts: Facts, columns: list[str], asked: Asked, *, append: bool = False) -> None:
        self.name, self.facts, self.columns, self.asked = name, facts, columns, asked
        self._out: IO[bytes] | None = None
        self._append = append

    def __enter__(self) -> Self:
        if self.asked.out is not None:
            self._out = self.asked.out.open("ab" if self._append else "wb")
            if not self._append:
                self._out.write(_line(self.columns))
        return self

    def __exit__(self, *_failed: object) -> None:
        if self._out is not None:
            self._out.close()

    def through(self, frames: Iterator[pl.DataFrame], *, whole: bool) -> Preview:
        """Return what the frames show; unless `whole`, they are left as soon as enough rows were seen."""
        guesses = {column: KindGuess() for column in self.columns}
        kept, rows, rejected, lost, complete = 0, list[dict[str, str | None]](), list[Rejected](), 0, True
        for frame in frames:
            good, bad = _apart(frame)
            for column, guess in guesses.items():
                guess.see(good[column])
            rows += good.select(self.columns).head(self.asked.rows - len(rows)).to_dicts()
            most = bad.height if self.asked.everything else MOST_REJECTED - len(rejected)
            rejected += [Rejected(*line) for line in bad.head(most).iter_rows()]
            kept, lost = kept + good.height, lost + bad.height
            self._write(good)
            if not whole and kept >= self.asked.rows:
                complete = False
                break
        kinds = {column: guess.result() for column, guess in guesses.items()}
        return Preview(self.name, self.facts, kinds, kept, lost, complete, rows, rejected)

    def _write(self, good: pl.DataFrame) -> None:
        if self._out is not None:
            good.select(self.columns).write_csv(self._out, include_header=False)


def _apart(frame: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    if FAULT not in frame.columns:
        return frame, pl.DataFrame(schema={name: META[name] for name in (AT, SHEET, FAULT, MESSAGE, RAW)})
    unread = pl.col(FAULT).is_not_null()
    return frame.filter(~unread), frame.filter(unread).select(AT, SHEET, FAULT, MESSAGE, RAW)


def _line(cells: list[str]) -> bytes:
    return pl.DataFrame(schema=dict.fromkeys(cells, pl.String)).write_csv().encode()

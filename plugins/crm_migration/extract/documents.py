"""Files and sheets as a source: the rows of every document that an entity names, as exact text.

A row whose watermark says no moment is in every window, as in a database; see watermark. An entity without a
watermark is read whole, but for documents that have not changed since the last load.
"""

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import ClassVar, Protocol
from zoneinfo import ZoneInfo

import polars as pl

from crm_migration.errors import MappingFault, SourceUnavailable
from crm_migration.extract.document import FAULT, FILE, META, READ_META, UNIT, Document, Facts, Reading
from crm_migration.extract.formats import Wanted
from crm_migration.extract.profiling import Seen, distinct_values
from crm_migration.extract.source import BATCH_ROWS, MOST_DISTINCT, Absent, Profile, Window, known_entity
from crm_migration.extract.text_watermark import text_within
from crm_migration.mapping import model
from crm_migration.mapping.faults import did_you_mean, listed

logger = logging.getLogger(__name__)

PATTERN = frozenset("*?[")
WITH_HEADER = ("delimited", "workbook")


class Store(Protocol):
    """A place that keeps documents: a folder, a Google Drive, a Google Sheet."""

    def documents(self, entity: model.Entity) -> list[Document]:
        """Return the entity's documents, by name, each on this machine's disk.

        Raises:
            MappingFault, SourceUnavailable, SourceUnreadable: as `Source.read`.
        """
        ...

    def reading(self, document: Document, wanted: Wanted) -> Reading:
        """Return the reader of a document; raises what `formats.open_reading` raises."""
        ...

    def unchanged(self, document: Document) -> bool:
        """Say whether a document is still what it was when it was listed."""
        ...


@dataclass(frozen=True)
class DocumentSource:
    """The entities of a mapping, read from documents; `loaded` gives the versions that the last load had, by entity.

    The columns that are known to be `absent` are read as null where a document lacks them; without that knowledge the
    entity's policy on missing columns decides. `read` keeps to the documents whose identities are in `only`.
    """

    mapping: model.Mapping
    store: Store
    loaded: Callable[[str], Mapping[str, str]] = field(default=lambda _entity: {}, repr=False)
    absent: Absent | None = None
    only: frozenset[str] | None = field(default=None, repr=False)
    keys_at_once: ClassVar[int] = BATCH_ROWS
    """Every call of `read_keys` reads all documents, however few keys it is given."""
    given: dict[str, dict[str, str]] = field(default_factory=dict, init=False, repr=False, compare=False)
    told: dict[str, dict[str, Facts]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def describe(self, entity: str) -> dict[str, str]:
        """Return every column of the entity's documents, all of type `text`; raises what `read` raises.

        Where a pattern fits no file yet, or all of them are empty, the columns that the mapping reads stand in.
        """
        columns: dict[str, str] = {}
        for document in self.documents(entity):
            columns |= dict.fromkeys(self._reading(entity, document).columns(), "text")
        return columns or dict.fromkeys(self._entity(entity).source_columns, "text")

    def documents(self, entity: str) -> list[Document]:
        """Return the entity's documents by name.

        Raises:
            MappingFault: a file that is named, not by a pattern, is not there.
        """
        described = self._entity(entity)
        found = self.store.documents(described)
        if not found and not PATTERN & set(described.file or ""):
            raise MappingFault(f"{self._place(entity)}: expected it to be there, found none; correct the mapping")
        if not found:
            logger.warning("%s: no file fits", self._place(entity))
        return found

    def count(self, entity: str, window: Window | None = None) -> int | None:
        """Return None: only reading tells. A reader gives every row of a document, kept or rejected, or refuses it."""
        self._where(entity, window)
        return None

    def read(self, entity: str, window: Window | None = None, batch_rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """Yield the entity's source columns as text and the columns of META, one document after the other.

        Raises:
            MappingFault: a file, a sheet or a column is missing, or a window was asked for without a watermark.
            SourceUnavailable: the storage did not answer, or a document changed while it was read.
            SourceUnreadable: a document is refused as a whole.
        """
        described = self._entity(entity)
        wanted = self._where(entity, window)
        documents, given = self._to_read(entity, window), self.given.setdefault(entity, {})
        given.clear()
        self.told[entity] = {}
        if not documents:
            yield _no_rows(described.source_columns)
        for document in documents:
            for frame in self._frames(entity, document, described.source_columns, batch_rows):
                yield frame if wanted is None else frame.filter(wanted | pl.col(FAULT).is_not_null())
            if document.version:
                given[document.identity] = document.version

    def divide(self, entity: str, window: Window | None, parts: int) -> list[str]:
        """Return what describes groups of the documents that `read` would read, about as many bytes each."""
        self._where(entity, window)
        documents = self._to_read(entity, window)
        sizes = [document.path.stat().st_size for document in documents]
        groups: list[list[str]] = [[] for _ in range(parts)]
        before, whole = 0, sum(sizes) or 1
        for document, size in zip(documents, sizes, strict=True):
            groups[(before + size // 2) * parts // (whole + 1)].append(document.identity)
            before += size
        return [json.dumps(group) for group in groups]

    def share(self, described: str) -> "DocumentSource":
        """Return this source, whose `read` keeps to one group of documents."""
        return replace(self, only=frozenset(json.loads(described)))

    def versions(self, entity: str) -> dict[str, str]:
        """Return, by identity, the versions of the documents that the last `read` of `entity` gave to their end."""
        return dict(self.given.get(entity, {}))

    def understood(self, entity: str) -> dict[str, Facts]:
        """Return, by name, how the documents were understood that `read` gave last, or `read_keys` found rows in."""
        return dict(self.told.get(entity, {}))

    def keys(self, entity: str) -> Iterator[pl.DataFrame]:
        """Yield the columns of key and filters of every row that can be read; raises what `read` raises."""
        columns = self._entity(entity).identifying_columns
        yield _no_rows(columns).select(columns)
        for document in self.documents(entity):
            for frame in self._frames(entity, document, columns):
                yield frame.filter(pl.col(FAULT).is_null()).select(columns)

    def read_keys(self, entity: str, keys: pl.DataFrame) -> pl.DataFrame:
        """Return, as `read` does, the rows whose key columns are in `keys`, from the documents as they are now."""
        described, told = self._entity(entity), self.understood(entity)
        found = pl.concat([_no_rows(described.source_columns), *self._with_keys(entity, keys)])
        named = {*told, *found[FILE]}
        self.told[entity] = {name: facts for name, facts in self.understood(entity).items() if name in named}
        return found

    def _with_keys(self, entity: str, keys: pl.DataFrame) -> Iterator[pl.DataFrame]:
        described = self._entity(entity)
        for document in self.documents(entity):
            for frame in self._frames(entity, document, described.source_columns):
                yield frame.join(keys, on=described.key_columns, how="semi")

    def distinct(self, entity: str, columns: list[str], most: int = MOST_DISTINCT) -> dict[str, set[str]]:
        """Return the distinct values of each column, blanks left out, at most `most` of each; one pass for all."""
        found: dict[str, set[str]] = {column: set() for column in columns}
        for document in self.documents(entity) if columns else []:
            for frame in self._frames(entity, document, columns):
                for column, values in found.items():
                    fresh = distinct_values(frame[column])
                    values.update(value for value in fresh.head(most + len(values)) if value.strip())
        return {column: set(sorted(values)[:most]) for column, values in found.items()}

    def profile(self, entity: str, columns: list[str], most: int = MOST_DISTINCT) -> Profile:
        """Return the columns, the kinds of those that the mapping reads, and the distinct values.

        One pass over every document, besides the one in which JSON and XML tell their columns; without columns whose
        values are asked for, a pass over its first rows.
        """
        seen = Seen(self._entity(entity).source_columns, columns, most)
        for document in self.documents(entity):
            reading = self._reading(entity, document)
            seen.document(document.name, reading.columns(), ordered=reading.facts.format in WITH_HEADER)
            for frame in self._rows(entity, document, reading.frames(seen.columns)):
                seen.rows(frame)
                if seen.enough:
                    break
        return seen.profile()

    def _entity(self, name: str) -> model.Entity:
        return known_entity(self.mapping, name)

    def _place(self, name: str) -> str:
        return f"{self.mapping.source.name}: {name}: {self._entity(name).origin}"

    def _reading(self, entity: str, document: Document) -> Reading:
        described = self._entity(entity)
        return self.store.reading(document, Wanted(described.read, described.sheet))

    def _to_read(self, entity: str, window: Window | None) -> list[Document]:
        """Leave out, for a window, documents that are as the last load read them; without a window read all.

        Raises:
            SourceUnavailable: a document of this share has gone since the entity was divided.
        """
        if self.only is not None:
            return self._shared(entity, self.only)
        documents, described = self.documents(entity), self._entity(entity)
        if window is None or described.watermark is not None or described.target.on_source_delete != "keep":
            return documents
        loaded = self.loaded(entity)
        return [document for document in documents if loaded.get(document.identity) != document.version]

    def _shared(self, entity: str, only: frozenset[str]) -> list[Document]:
        found = [document for document in self.documents(entity) if document.identity in only]
        if len(found) < len(only):
            raise SourceUnavailable(
                f"{self._place(entity)}: expected the {len(only)} file(s) that were listed for this part, found "
                f"{len(found)}; clear the task that divides the extract (extract_prepare) and run it again"
            )
        return found

    def _where(self, entity: str, window: Window | None) -> pl.Expr | None:
        column = self._entity(entity).watermark
        if window is None or column is None or not (window.start or window.end):
            return None
        return text_within(window, column, ZoneInfo(self.mapping.source.timezone))

    def _frames(
        self, entity: str, document: Document, columns: list[str], batch_rows: int = BATCH_ROWS
    ) -> Iterator[pl.DataFrame]:
        reading = self._reading(entity, document)
        self.told.setdefault(entity, {})[document.name] = reading.facts
        if reading.facts.format in WITH_HEADER:
            self._check_columns(entity, document, reading.columns())
        for frame in self._rows(entity, document, reading.frames(columns, batch_rows)):
            yield frame.select(
                *columns, pl.lit(document.name).alias(FILE), pl.lit(reading.facts.unit).alias(UNIT), *READ_META
            )

    def _rows(self, entity: str, document: Document, frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """Yield the frames of a document, and say at their end whether it has stayed what it was."""
        yield from frames
        if not self.store.unchanged(document):
            raise SourceUnavailable(
                f"{self.mapping.source.name}: {entity}: {document.name}: expected a file that stays as it is while it "
                "is read, found it changed; it is read again at the next attempt"
            )

    def _check_columns(self, entity: str, document: Document, offered: list[str]) -> None:
        described = self._entity(entity)
        if self.absent is None and described.drift.missing_columns != "freeze":
            return
        known = (self.absent or {}).get(entity, ())
        missing = [column for column in described.source_columns if column not in offered and column not in known]
        if missing:
            named = "; ".join(f"no column {column!r}{did_you_mean(column, offered)}" for column in missing)
            raise MappingFault(
                f"{self._place(entity)}: {document.name}: {named}; it offers {listed(offered)}; edit the mapping"
            )


def _no_rows(columns: list[str]) -> pl.DataFrame:
    return pl.DataFrame(schema={**dict.fromkeys(columns, pl.String), **META})

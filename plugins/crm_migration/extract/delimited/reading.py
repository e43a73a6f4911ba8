"""The format's entry: delimited text as a reading."""

from collections.abc import Iterator

import polars as pl

from crm_migration.extract.delimited.blocks import BlockReader, regroup, without_last
from crm_migration.extract.delimited.detect import find_dialect
from crm_migration.extract.delimited.dialect import Dialect
from crm_migration.extract.delimited.encoding import find_encoding
from crm_migration.extract.delimited.header import Header, MoreNeeded, find_header
from crm_migration.extract.delimited.layout import MOST_RECORD, Layout
from crm_migration.extract.delimited.stream import Encoding, decoded, utf8_blocks
from crm_migration.extract.document import READ_META, Document, Facts, refused
from crm_migration.extract.formats import Wanted
from crm_migration.extract.source import BATCH_ROWS
from crm_migration.mapping.reading import DelimitedOptions

_SAMPLES = (256 << 10, 4 << 20, MOST_RECORD + (1 << 20))
_HELD_BYTES = 16 << 20
_BLOCK_BYTES = 2 << 20


def read_delimited(document: Document, wanted: Wanted) -> "DelimitedReading":
    """Return the reading of delimited text; its encoding, dialect and columns are known then.

    Raises:
        MappingFault: the mapping names an encoding that there is not.
        SourceUnreadable: the document's column names, or its byte order mark, make it unreadable as a whole.
    """
    options = wanted.options.delimited
    encoding = find_encoding(document, options.encoding)
    for size in _SAMPLES:
        sample, final = _sample(document, encoding, size)
        dialect, notes = find_dialect(sample, final, options)
        try:
            header = find_header(document, sample, final, dialect, options)
        except MoreNeeded:
            continue
        layout = Layout(
            dialect=dialect,
            encoding=encoding.name,
            columns=header.columns,
            header=header.names,
            start=len(sample[: header.start].encode("utf-8", "surrogateescape")),
            line=header.line,
        )
        facts = Facts("delimited", _details(layout, header, sample), [*encoding.notes, *notes, *header.notes])
        return DelimitedReading(document, encoding, layout, facts, options)
    raise refused(document, "expected the column names within the first 16 MiB, found no end of them")


class DelimitedReading:
    """Delimited text, understood and ready to be read."""

    def __init__(
        self, document: Document, encoding: Encoding, layout: Layout, facts: Facts, options: DelimitedOptions
    ) -> None:
        self.facts = facts
        self.layout = layout
        self.block_bytes = _BLOCK_BYTES
        self._document, self._encoding, self._footer = document, encoding, options.footer_rows

    def columns(self) -> list[str]:
        """Return every column in order."""
        return list(self.layout.columns)

    def frames(self, columns: list[str], batch_rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """Yield the rows as frames of at most `batch_rows`; see `Reading.frames`.

        A field that is empty is null, one that is empty between quotation marks is an empty text.
        """
        yielded = False
        reader = BlockReader(self.layout, columns)
        frames = reader.read(self._blocks()) if self.layout.columns else iter(())
        if self._footer:
            frames = without_last(frames, self._footer)
        for frame in regroup(frames, batch_rows, _HELD_BYTES, lambda: reader.given):
            yielded = True
            yield frame
        if not yielded:
            yield pl.DataFrame(schema={**dict.fromkeys(columns, pl.String), **READ_META})

    def _blocks(self) -> Iterator[tuple[bytes, bool]]:
        """Yield the text from the first row on."""
        skip = self.layout.start
        for block, final in utf8_blocks(self._document.path, self._encoding, self.block_bytes):
            if skip < len(block) or final:
                yield block[skip:], final
            skip = max(skip - len(block), 0)


def _sample(document: Document, encoding: Encoding, size: int) -> tuple[str, bool]:
    """Return the beginning of the text, and whether it is all of it."""
    parts, length = [], 0
    for block, final in utf8_blocks(document.path, encoding, size):
        parts.append(block)
        length += len(block)
        if final or length >= size:
            return decoded(b"".join(parts), final), final
    return "", True


def _details(layout: Layout, header: Header, sample: str) -> dict[str, object]:
    dialect = layout.dialect
    return {
        "encoding": layout.encoding,
        **_marks(dialect),
        "header_row": header.row,
        "columns": list(layout.columns),
        "line_ends": _line_ends(sample),
    }


def _marks(dialect: Dialect) -> dict[str, str]:
    optional = {"record_separator": dialect.record_separator, "comment": dialect.comment}
    given = {name: mark for name, mark in optional.items() if mark is not None}
    return {"delimiter": dialect.delimiter, "quote": dialect.quote, "escape": dialect.escape, **given}


def _line_ends(sample: str) -> str:
    both = sample.count("\r\n")
    kinds = {"CRLF": both, "CR": sample.count("\r") - both, "LF": sample.count("\n") - both}
    found = [name for name, count in kinds.items() if count]
    return found[0] if len(found) == 1 else "mixed" if found else "none"

"""XML documents written and read as the tests need it."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from crm_migration.extract.document import READ_META, Document
from crm_migration.extract.formats import Wanted
from crm_migration.extract.xml.reading import XmlReading
from crm_migration.mapping.reading import ReadOptions, XmlOptions

CHUNK = 64 * 1024


@dataclass
class Read:
    """What a document came to: its columns and all its frames in one."""

    reading: XmlReading
    columns: list[str]
    frame: pl.DataFrame

    @property
    def kept(self) -> list[dict[str, str | None]]:
        """The rows, without what says where they stand; none is rejected: XML is refused as a whole or not at all."""
        assert self.frame["_fault"].null_count() == self.frame.height
        return self.frame.drop(*READ_META).to_dicts()


def read_path(path: Path, options: XmlOptions | None = None, chunk: int = CHUNK, batch_rows: int = 100_000) -> Read:
    """Read a document's columns and then its rows."""
    reading = XmlReading(Document(path, path.name), Wanted(ReadOptions(xml=options or XmlOptions())), chunk)
    columns = reading.columns()
    frames = list(reading.frames(columns, batch_rows))
    assert all(frame.columns == [*columns, *READ_META] for frame in frames)
    assert all(frame.height <= batch_rows for frame in frames)
    return Read(reading, columns, pl.concat(frames))


def read_content(folder: Path, content: bytes | str, options: XmlOptions | None = None, chunk: int = CHUNK) -> Read:
    """Write a document and read it."""
    path = folder / "input.xml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_path(path, options, chunk)

"""JSON documents written and read as the tests need it."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from crm_migration.extract.document import READ_META, Document
from crm_migration.extract.formats import Wanted
from crm_migration.extract.json.reading import JsonReading
from crm_migration.mapping.reading import JsonOptions, ReadOptions

CHUNK = 1024 * 1024


@dataclass
class Read:
    """What a document came to: its columns, its rows as dicts of the columns, and all frames in one."""

    reading: JsonReading
    columns: list[str]
    frame: pl.DataFrame

    @property
    def kept(self) -> list[dict[str, str | None]]:
        """The rows that were read, without what says where they stand."""
        return self.frame.filter(pl.col("_fault").is_null()).drop(*READ_META).to_dicts()

    @property
    def faults(self) -> list[tuple[int, str]]:
        """Where the rejected rows stand, and their codes."""
        bad = self.frame.filter(pl.col("_fault").is_not_null())
        return list(zip(bad["_at"], bad["_fault"], strict=True))


def opened(path: Path, options: JsonOptions | None = None, chunk: int = CHUNK) -> JsonReading:
    """Return the reading of a document."""
    return JsonReading(Document(path, path.name), Wanted(ReadOptions(json=options or JsonOptions())), chunk)


def read_path(path: Path, options: JsonOptions | None = None, chunk: int = CHUNK, batch_rows: int = 100_000) -> Read:
    """Read a document's columns and then its rows."""
    reading = opened(path, options, chunk)
    columns = reading.columns()
    frames = list(reading.frames(columns, batch_rows))
    assert all(frame.columns == [*columns, *READ_META] for frame in frames)
    assert all(frame.height <= batch_rows for frame in frames)
    return Read(reading, columns, pl.concat(frames))


def read_content(folder: Path, content: bytes | str, records: str | None = None, chunk: int = CHUNK) -> Read:
    """Write a document and read it."""
    path = folder / "input.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_path(path, JsonOptions(records=records), chunk)

"""Reads delimited text in tests: rows kept, rows rejected."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from crm_migration.extract.delimited.reading import DelimitedReading, read_delimited
from crm_migration.extract.document import Document
from crm_migration.extract.formats import Wanted
from crm_migration.extract.source import BATCH_ROWS
from crm_migration.mapping.reading import DelimitedOptions, ReadOptions


@dataclass(frozen=True)
class Outcome:
    """What became of a document: its columns, the rows kept with their line, the rows rejected with theirs."""

    reading: DelimitedReading
    columns: list[str]
    kept: list[tuple[str | None, ...]]
    lines: list[int]
    rejected: list[tuple[int, str, str, str]]

    @property
    def faults(self) -> dict[int, str]:
        return {line: fault for line, fault, _, _ in self.rejected}

    @property
    def rows(self) -> int:
        return len(self.kept) + len(self.rejected)

    @property
    def everything(self) -> tuple[object, ...]:
        return self.columns, self.kept, self.lines, self.rejected


def opened(path: Path, options: DelimitedOptions | None = None) -> DelimitedReading:
    wanted = Wanted(ReadOptions(delimited=options or DelimitedOptions()))
    return read_delimited(Document(path, path.name), wanted)


def read(
    path: Path,
    options: DelimitedOptions | None = None,
    columns: list[str] | None = None,
    block_bytes: int | None = None,
    batch_rows: int = BATCH_ROWS,
) -> Outcome:
    reading = opened(path, options)
    if block_bytes is not None:
        reading.block_bytes = block_bytes
    names = reading.columns() if columns is None else columns
    frames = list(reading.frames(names, batch_rows))
    assert frames
    assert all(frame.height <= batch_rows for frame in frames)
    return _outcome(reading, names, pl.concat(frames))


def _outcome(reading: DelimitedReading, names: list[str], rows: pl.DataFrame) -> Outcome:
    good, bad = rows.filter(pl.col("_fault").is_null()), rows.filter(pl.col("_fault").is_not_null())
    assert good["_message"].is_null().all()
    assert good["_raw"].is_null().all()
    assert bad.select(names).select(pl.all().is_null().all()).row(0) == (True,) * len(names) if bad.height else True
    return Outcome(
        reading,
        names,
        good.select(names).rows() if names else [()] * good.height,
        good["_at"].to_list(),
        list(bad.select("_at", "_fault", "_message", "_raw").rows()),
    )


def write(folder: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path = folder / "input.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path

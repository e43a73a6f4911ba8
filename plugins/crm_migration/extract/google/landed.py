"""A Google Sheet as it was at one moment, in a file of this machine: the landed copy that every task of a run reads.

The file is Parquet, one row group for each stretch of rows that was asked for, blank rows left out; what belongs to
the whole, such as titles and merged cells, stands in its metadata.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from crm_migration.errors import SourceUnreadable
from crm_migration.extract.document import Document
from crm_migration.extract.grid import GridRow, GridSheet, Merged

LANDED_ENDING = ".sheet"
"""What tells a landed spreadsheet from a file that somebody else made, which is not opened to find out."""
META_KEY = b"crm_migration.google_sheet"
ROWS_AT_ONCE = 2_000
SCHEMA = pa.schema(
    [
        ("number", pa.int32()),
        ("cells", pa.list_(pa.string())),
        ("error_places", pa.list_(pa.int32())),
        ("errors", pa.list_(pa.string())),
    ]
)


@dataclass
class LandedTab:
    """One worksheet of a landed spreadsheet: `groups` are the row groups that hold its rows, from and before.

    `is_grid` is false for charts and connected databases, which have no cells. `beyond_exact` is the first row that
    holds a number of more digits than a sheet keeps.
    """

    title: str
    hidden: bool = False
    is_grid: bool = True
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    groups: tuple[int, int] = (0, 0)
    beyond_exact: int | None = None


@dataclass(frozen=True)
class About:
    """Which spreadsheet was landed, in which version."""

    spreadsheet: str
    title: str
    version: str
    modified: str | None = None

    def document(self, path: Path, name: str | None = None) -> Document:
        """Return the landed file as a document; `name` is what people call it, default: the title."""
        moment = datetime.fromisoformat(self.modified) if self.modified else None
        return Document(path, name or self.title or self.spreadsheet, self.spreadsheet, self.version, moment)


class LandingWriter:
    """Writes a landed spreadsheet; use it in a `with` block and call `add` for rows, then `finish`."""

    def __init__(self, to: Path) -> None:
        self._writer = pq.ParquetWriter(to, SCHEMA, compression="zstd")
        self.groups = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def add(self, rows: Sequence[GridRow]) -> None:
        """Write rows as one row group; none where there are none."""
        if not rows:
            return
        columns = [
            [row.number for row in rows],
            [row.cells for row in rows],
            [list(row.errors) for row in rows],
            [list(row.errors.values()) for row in rows],
        ]
        arrays = [pa.array(values, kind) for values, kind in zip(columns, SCHEMA.types, strict=True)]
        self._writer.write_table(pa.table(arrays, SCHEMA), row_group_size=len(rows))
        self.groups += 1

    def finish(self, about: About, tabs: Sequence[LandedTab]) -> None:
        """Write what belongs to the whole."""
        told = {"about": asdict(about), "tabs": [asdict(tab) for tab in tabs]}
        self._writer.add_key_value_metadata({META_KEY: json.dumps(told)})


@dataclass(frozen=True)
class Landed:
    """A landed spreadsheet, opened: what it is, and its worksheets in their order."""

    path: Path
    about: About
    tabs: list[LandedTab]

    def sheet(self, tab: LandedTab) -> GridSheet:
        """Return a worksheet's rows, read from the file as often as asked for, a few at a time."""
        return GridSheet(tab.title, partial(_rows, self.path, tab.groups), [Merged(*one) for one in tab.merged])


def open_landed(path: Path) -> Landed:
    """Return a landed spreadsheet.

    Raises:
        SourceUnreadable: the file is none.
    """
    try:
        told = pq.read_metadata(path).metadata or {}
    except (pa.ArrowInvalid, OSError):
        told = {}
    if META_KEY not in told:
        raise SourceUnreadable(
            f"{path.name}: expected a Google Sheet as this program lands it, found another file; clear the run"
        )
    found: dict[str, Any] = json.loads(told[META_KEY])
    tabs = [LandedTab(**{**tab, "merged": [tuple(one) for one in tab["merged"]]}) for tab in found["tabs"]]
    return Landed(path, About(**found["about"]), tabs)


def _rows(path: Path, groups: tuple[int, int]) -> Iterator[GridRow]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(ROWS_AT_ONCE, row_groups=list(range(*groups))):
            numbers, cells, places, errors = (column.to_pylist() for column in batch.columns)
            for number, texts, where, codes in zip(numbers, cells, places, errors, strict=True):
                yield GridRow(number, texts, dict(zip(where, codes, strict=True)))

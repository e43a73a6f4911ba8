"""What a source is to the rest of the line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import polars as pl

BATCH_ROWS = 100_000


@dataclass(frozen=True)
class Window:
    """A half-open stretch of an entity's watermark, [start, end); None leaves that side open.

    Both bounds carry a zone; what they mean for a column that carries none is the source's business.
    """

    start: datetime | None = None
    end: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse bounds without a zone, which would be read as another moment on another machine."""
        for name, bound in (("start", self.start), ("end", self.end)):
            if bound is not None and bound.tzinfo is None:
                raise ValueError(f"expected a window whose {name} carries a time zone")


class Source(Protocol):
    """A place that rows come from; an adapter proves itself with tests/contract/source.py."""

    def describe(self, entity: str) -> dict[str, str]:
        """Return every column that the entity's table or query offers, with its declared type.

        Raises:
            MappingFault: the table, query or connection must be edited.
            SourceUnavailable: the source did not answer.
        """
        ...

    def read(self, entity: str, window: Window | None = None, batch_rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:
        """Yield the entity's source columns as text, in frames of at most `batch_rows` rows.

        All frames show one moment of the source. The first one is there even if no row is found. Memory
        is bounded by a frame, not by the source.

        Raises:
            MappingFault: the table, a column or a privilege is missing.
            SourceUnavailable: the connection was refused or broke; what was yielded is not the whole.
            SourceUnreadable: the source holds what cannot be read.
        """
        ...

    def count(self, entity: str, window: Window | None = None) -> int:
        """Return how many rows `read` would yield now."""
        ...

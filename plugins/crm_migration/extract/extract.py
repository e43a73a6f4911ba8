"""The room's entry: one entity of a source becomes the staged table `extract`."""

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import polars as pl

from crm_migration.errors import MappingFault, SourceUnreadable
from crm_migration.extract.source import RowSource, Versioned, Window
from crm_migration.extract.understood import DocumentsRead, guesses_of, log_notes, remember_guesses, usual_guesses
from crm_migration.mapping.model import Mapping
from crm_migration.staging import RunFolder, Staged, TableWriter

logger = logging.getLogger(__name__)

STEP = "extract"
ROW = "_row"
LOG_ROWS = 500_000


@dataclass(frozen=True)
class Order:
    """What to extract, and into which table.

    `made_of` names what a part is a part of; what was guessed of its documents is told with the whole.
    """

    mapping: Mapping
    entity: str
    folder: RunFolder
    window: Window | None = None
    step: str = STEP
    made_of: str | None = None


def extract(
    source: RowSource, mapping: Mapping, entity: str, folder: RunFolder, window: Window | None = None
) -> Staged:
    """Stage the rows of `entity` that `window` chooses, all without one, exactly as the source prints them.

    The table holds `_row`, counted from 1, every source column as text, and of files and sheets the columns of
    `document.META`: a row that could not be read is there too, with the reason in place of its values. Its facts
    tell what was read and how it was understood; doubts about that are warnings, too. An empty result is a table
    without rows, not an error. A source that counts its rows by itself is asked: a read that yields fewer is refused.

    Raises:
        MappingFault, SourceUnavailable, SourceUnreadable: as the source does; nothing is staged then.
    """
    return carry_out(source, Order(mapping, entity, folder, window))


def carry_out(source: RowSource, order: Order) -> Staged:
    """Stage the rows that `order` asks for, as `extract` does; raises what that raises."""
    mapping, entity, folder, window = order.mapping, order.entity, order.folder, order.window
    described = mapping.entities[entity]
    if ROW in described.source_columns:
        raise MappingFault(f"{mapping.source.name}: {entity}: column {ROW!r} is this tool's own; rename it in a query")
    progress = _Progress(f"{mapping.source.name}: {entity}")
    latest, documents = _Latest(), DocumentsRead()
    counted = source.count(entity, window)
    with TableWriter(folder, entity, order.step) as writer:
        with _behind(writer.write) as write:
            for frame in source.read(entity, window):
                write(_numbered(frame, progress.rows))
                if described.watermark is not None:
                    latest.see(frame[described.watermark])
                documents.see(frame)
                progress.add(frame.height)
        if counted is not None and progress.rows < counted:
            _refuse_fewer(progress, counted, source.count(entity, window) or 0)
        told = documents.told(source, entity)
        if order.made_of is None:
            log_notes(progress.place, told, usual_guesses(folder, entity))
            remember_guesses(folder, entity, told)
        return writer.finish(
            table=described.table or described.file or described.sheet or "query",
            rows=progress.rows,
            **_bounds(window),
            seconds=round(progress.seconds, 3),
            max_watermark=latest.value,
            unreadable=sum(documents.unreadable.values()),
            documents=told,
            versions=source.versions(entity) if isinstance(source, Versioned) else {},
            **({"made_of": order.made_of, "guesses": sorted(guesses_of(told))} if order.made_of else {}),
        )


def _bounds(window: Window | None) -> dict[str, str | None]:
    start, end = (window.start, window.end) if window else (None, None)
    return {"window_start": start.isoformat() if start else None, "window_end": end.isoformat() if end else None}


def _refuse_fewer(progress: "_Progress", before: int, after: int) -> None:
    """Refuse a read that lost rows; fewer than before may also mean that rows were deleted meanwhile.

    Raises:
        SourceUnreadable: fewer rows were read than the source counts before and after.
    """
    if progress.rows < min(before, after):
        raise SourceUnreadable(
            f"{progress.place}: the source counts {min(before, after)} rows, {progress.rows} were read; nothing was "
            "staged. Clear the task to read again"
        )


@contextmanager
def _behind(write: Callable[[pl.DataFrame], None]) -> Iterator[Callable[[pl.DataFrame], None]]:
    """Yield a `write` that returns at once: one frame is stored while the next one is read."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        pending: list[Future[None]] = []

        def later(frame: pl.DataFrame) -> None:
            while pending:
                pending.pop().result()
            pending.append(pool.submit(write, frame))

        yield later
        while pending:
            pending.pop().result()


def _numbered(frame: pl.DataFrame, before: int) -> pl.DataFrame:
    numbers = pl.int_range(before + 1, before + 1 + pl.len(), dtype=pl.Int64).alias(ROW)
    return frame.select(numbers, pl.all())


@dataclass
class _Progress:
    """Counts rows and says how far the read is, without showing any."""

    place: str
    rows: int = 0
    _begun: float = field(default_factory=time.monotonic)
    _said: int = 0

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._begun

    def add(self, rows: int) -> None:
        self.rows += rows
        if self.rows - self._said >= LOG_ROWS:
            self._said = self.rows
            logger.info("%s: %s rows read, %.0f rows/s", self.place, f"{self.rows:,}", self.rows / self.seconds)


class _Latest:
    """The greatest watermark so far: as a number where all are whole numbers, else as text."""

    def __init__(self) -> None:
        self._greatest: list[str] = []

    def see(self, column: pl.Series) -> None:
        seen = column.drop_nulls()
        if not seen.is_empty():
            numbers = seen.cast(pl.Int64, strict=False)
            self._greatest.append(str((seen if numbers.null_count() else numbers).max()))

    @property
    def value(self) -> str | None:
        if all(text.removeprefix("-").isdecimal() for text in self._greatest):
            return max(self._greatest, key=int, default=None)
        return max(self._greatest)

"""An extract in parts: workers read the shares of an entity side by side, and one task puts them together.

What divides the entity is staged first, so that all workers mean the same shares. A share that nobody has staged, or
that was staged for another division, is read where the whole is asked for. Each share shows a moment of its own.
"""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from crm_migration.extract.document import Facts
from crm_migration.extract.extract import ROW, Order, carry_out
from crm_migration.extract.guess import Guess
from crm_migration.extract.source import BATCH_ROWS, Divisible, KeyedSource, TakesKeys, Window
from crm_migration.extract.understood import Understands
from crm_migration.extract.waiting import AT_ONCE
from crm_migration.mapping.model import Mapping
from crm_migration.staging import RunFolder, Staged, TableWriter, drop_table, has_table, open_table

SHARES = "share"


@dataclass(frozen=True)
class Parts:
    """The parts of one entity's extract in one run; `window` chooses rows as it does for `extract`."""

    source: Divisible
    mapping: Mapping
    entity: str
    folder: RunFolder
    window: Window | None = None

    @property
    def of(self) -> int:
        """Return how many there are."""
        return self.mapping.entities[self.entity].parts

    @property
    def divided(self) -> bool:
        """Return whether it is staged what each part reads, for this mapping and window."""
        if not has_table(self.folder, self.entity, SHARES):
            return False
        return bool(open_table(self.folder, self.entity, SHARES).facts["made_for"] == self._made_for)

    @property
    def _made_for(self) -> str:
        asked = f"{self.mapping.model_dump_json()} {self.window!r}"
        return hashlib.sha256(asked.encode()).hexdigest()

    def divide(self) -> Staged:
        """Stage what each part reads; raises what `Divisible.divide` raises."""
        shares = self.source.divide(self.entity, self.window, self.of)
        with TableWriter(self.folder, self.entity, SHARES) as writer:
            writer.write(pl.DataFrame({"part": range(len(shares))}, schema={"part": pl.Int64}))
            return writer.finish(shares=shares, division=uuid.uuid4().hex, made_for=self._made_for)

    def read(self, number: int) -> Staged:
        """Stage the rows of one part.

        Raises:
            MappingFault, SourceUnavailable, SourceUnreadable: as `extract` does; nothing is staged then.
            StagingMissing: `divide` did not finish.
        """
        shares = open_table(self.folder, self.entity, SHARES).facts
        source = self.source.share(shares["shares"][number])
        step, division = self._step(number), shares["division"]
        return carry_out(source, Order(self.mapping, self.entity, self.folder, self.window, step, division))

    def all(self) -> list[Staged]:
        """Return every part, the missing ones read now; raises what `read` raises."""
        if not self.divided:
            self.divide()
        division = open_table(self.folder, self.entity, SHARES).facts["division"]
        return [self._staged(number, division) or self.read(number) for number in range(self.of)]

    def drop(self) -> None:
        """Remove the parts, once the whole is staged: a later attempt is to read the source again."""
        for step in (SHARES, *map(self._step, range(self.of))):
            drop_table(self.folder, self.entity, step)

    def _step(self, number: int) -> str:
        return f"extract_{number}_of_{self.of}"

    def _staged(self, number: int, division: str) -> Staged | None:
        if not has_table(self.folder, self.entity, self._step(number)):
            return None
        staged = open_table(self.folder, self.entity, self._step(number))
        return staged if staged.facts["made_of"] == division else None


@dataclass(frozen=True)
class PutTogether:
    """The staged parts of an extract as a source; rows by their keys come from the source that they were read from."""

    source: KeyedSource
    parts: list[Staged]

    @property
    def keys_at_once(self) -> int:
        """Return how many keys the source is best given at once."""
        return self.source.keys_at_once if isinstance(self.source, TakesKeys) else AT_ONCE

    def read(self, entity: str, window: Window | None = None, batch_rows: int = BATCH_ROWS) -> Iterator[pl.DataFrame]:  # noqa: ARG002 as they were read
        """Yield the rows of all parts in their order; raises `StagingMissing` where one is gone."""
        for part in self.parts:
            for frame in part.frames():
                yield frame.drop(ROW)

    def count(self, entity: str, window: Window | None = None) -> int | None:  # noqa: ARG002 each part was counted
        """Return None: each part has been held against the source's own count when it was read."""
        return None

    def read_keys(self, entity: str, keys: pl.DataFrame) -> pl.DataFrame:
        """Return the rows of the source whose key columns are in `keys`; raises what the source raises."""
        return self.source.read_keys(entity, keys)

    def versions(self, entity: str) -> dict[str, str]:  # noqa: ARG002 they are this entity's
        """Return the versions of the documents that the parts were read from."""
        return {name: version for part in self.parts for name, version in part.facts["versions"].items()}

    def understood(self, entity: str) -> dict[str, Facts]:
        """Return how the documents were understood that the parts were read from."""
        guesses = {note for part in self.parts for note in part.facts["guesses"]}
        told = [line for part in self.parts for line in part.facts["documents"] if "format" in line]
        notes = [[Guess(note) if note in guesses else note for note in line["notes"]] for line in told]
        known = {line["name"]: Facts(line["format"], line["details"], of) for line, of in zip(told, notes, strict=True)}
        return known | (self.source.understood(entity) if isinstance(self.source, Understands) else {})

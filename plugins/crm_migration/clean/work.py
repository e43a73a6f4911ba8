"""What cleaning one entity of one run takes: its extract, and the plan that every piece of its rows is sorted by."""

import hashlib
import json
from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from crm_migration.clean.column import Context
from crm_migration.clean.facts import Facts
from crm_migration.clean.keys import key_clashes
from crm_migration.clean.rows import Plan, sort_rows
from crm_migration.errors import StagingMissing
from crm_migration.extract.document import META
from crm_migration.extract.file_folder import FileFolder, Folders
from crm_migration.mapping.functions import code_of
from crm_migration.mapping.model import Country, Entity, Mapping
from crm_migration.staging import RunFolder, Staged, TableWriter, open_table

SORTED = ("clean", "flagged", "filtered", "rejected")
PIECE_ROWS = 50_000
"""Cleaned at once: while each field of a piece is judged, several times its size is held."""
Lookups = Table[str, Table[str, str]]


@dataclass(frozen=True)
class Work:
    """One entity of one run.

    `lookups` holds, per owner field, the lower-cased natural keys of the target's users and their ids; `folders` are
    those that paths of files lead into.
    """

    mapping: Mapping
    entity: str
    folder: RunFolder
    lookups: Lookups
    folders: Folders | None = None

    @property
    def config(self) -> Entity:
        """Return the entity."""
        return self.mapping.entities[self.entity]

    @cached_property
    def extract(self) -> Staged:
        """Return the staged extract.

        Raises:
            StagingMissing: it is not there, or was made for a mapping that reads other columns.
        """
        staged = open_table(self.folder, self.entity, "extract")
        missing = [column for column in self.config.source_columns if column not in staged.columns]
        if missing and staged.parts:
            raise StagingMissing(
                f"{self.folder.source}/{self.folder.run_id}: {self.entity}: expected column(s) {', '.join(missing)} in "
                "the staged 'extract' table; the mapping has changed since it was written: clear the extract task and "
                "run it again"
            )
        return staged

    @cached_property
    def plan(self) -> Plan:
        """Return what sorting rows needs to know; the keys that rows share are those of the whole extract."""
        place = f"source '{self.mapping.source.name}', entity '{self.entity}'"
        opened = self.folders.of(self.config, self.folder) if self.folders else {}
        contexts = _contexts(self.mapping, self.config, self.lookups, opened)
        return Plan(self.config, contexts, key_clashes(self.extract, self.config), place)

    @property
    def digest(self) -> str:
        """Return a hash of all that the clean rows follow from, but for what modules of functions import, and files."""
        made = hashlib.sha256(self.extract.sha256.encode())
        made.update(self.mapping.model_dump_json().encode())
        functions = (getattr(spec, "function", None) for spec in self.config.fields.values())
        made.update(code_of(reference for reference in functions if reference).encode())
        made.update(json.dumps({name: dict(found) for name, found in self.lookups.items()}, sort_keys=True).encode())
        return made.hexdigest()

    def sort(self, tables: Table[str, TableWriter], part: tuple[int, int] = (0, 1)) -> Facts:
        """Write the rows of one part of so many into the tables of SORTED, and return what happened to them."""
        facts = Facts()
        for frame in self._frames(*part):
            rows = sort_rows(frame, self.plan, facts)
            for step in SORTED:
                tables[step].write(getattr(rows, step))
        return facts

    def _frames(self, number: int, of: int) -> Iterator[pl.DataFrame]:
        """Yield the rows in pieces, or one empty frame where there is none, so that the tables get their columns."""
        extract, config = self.extract, self.config
        start, stop = (extract.rows * at // of for at in (number, number + 1))
        if start == stop:
            yield pl.DataFrame(schema={"_row": pl.Int64, **dict.fromkeys(config.source_columns, pl.String)})
        told = [column for column in META if column in extract.columns]
        for frame in extract.stretch(start, stop, ["_row", *config.source_columns, *told]):
            yield from frame.iter_slices(PIECE_ROWS)


def _contexts(mapping: Mapping, config: Entity, lookups: Lookups, opened: Table[str, FileFolder]) -> dict[str, Context]:
    spellings = {
        spec.source: spec.values
        for spec in config.fields.values()
        if isinstance(spec, Country) and isinstance(spec.source, str)
    }
    return {
        name: Context(
            mapping.source,
            lookups.get(name),
            spellings.get(getattr(spec, "country_from", None) or "", {}),
            opened.get(name),
        )
        for name, spec in config.fields.items()
    }

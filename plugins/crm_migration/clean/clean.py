"""Clean one entity: every extracted row comes out clean, rejected with a reason, or filtered by name."""

from collections.abc import Iterator
from collections.abc import Mapping as Table
from contextlib import ExitStack

import polars as pl

from crm_migration.clean.column import Context
from crm_migration.clean.facts import Facts
from crm_migration.clean.keys import key_clashes
from crm_migration.clean.rows import Plan, sort_rows
from crm_migration.errors import StagingMissing
from crm_migration.extract.document import META
from crm_migration.extract.file_folder import FileFolder, Folders
from crm_migration.mapping.model import Country, Entity, Mapping
from crm_migration.staging import RunFolder, Staged, TableWriter, open_table

_SORTED = ("flagged", "filtered", "rejected")
_TOLD = ("profile", "no_entry")
PIECE_ROWS = 50_000
"""Cleaned at once: while each field of a piece is judged, several times its size is held."""
Lookups = Table[str, Table[str, str]]


def clean(mapping: Mapping, entity: str, folder: RunFolder, lookups: Lookups, folders: Folders | None = None) -> Staged:
    """Write the staged tables of `entity` that cleaning makes, and return `clean`.

    The others are `rejected` and `filtered`, the rows that are kept out; `flagged`, rows for a person to look at;
    `profile`, what each field's values are like before and after; `no_entry`, values of choices without an entry.

    `lookups` holds, per owner field, the lower-cased natural keys of the target's users and their ids; `folders` are
    those that paths of files lead into, which are staged beside the tables.
    Rows that the extract could not read come first: they are rejected with its reason. Then filters, then rules for
    whose rows they are, then keys, then fields. Memory is bounded by one part and what a piece of it
    takes, plus eight bytes a row for the keys.

    Raises:
        StagingMissing: the extract is not there, or was made for a mapping that reads other columns.
        SourceUnavailable: the storage of the files did not answer.
        InvalidValue: a field with `on_invalid: fail` met a value it cannot take; nothing is written.
        MappingFault: a date format is not supported, an owner field's users were not looked up, two entities'
            rules take the same rows, or a function of the mapping fails; nothing is written.
    """
    config = mapping.entities[entity]
    extract = open_table(folder, entity, "extract")
    _require_columns(extract, config, f"{folder.source}/{folder.run_id}: {entity}")
    place = f"source '{mapping.source.name}', entity '{entity}'"
    opened = folders.of(config, folder) if folders else {}
    plan = Plan(config, _contexts(mapping, config, lookups, opened), key_clashes(extract, config), place)
    facts = Facts()
    with ExitStack() as stack:
        tables = {step: stack.enter_context(TableWriter(folder, entity, step)) for step in (*_SORTED, *_TOLD, "clean")}
        for frame in _frames(extract, config):
            rows = sort_rows(frame, plan, facts)
            for step in ("clean", *_SORTED):
                tables[step].write(getattr(rows, step))
        facts.overlaps.raise_found(mapping.source.name, config)
        facts.raise_failed(mapping.source.name, entity)
        tables["profile"].write(facts.profile.frame())
        tables["no_entry"].write(facts.profile.no_entries())
        for step in (*_TOLD, *_SORTED):
            tables[step].finish()
        return tables["clean"].finish(**facts.as_dict())


def _require_columns(extract: Staged, config: Entity, where: str) -> None:
    missing = [column for column in config.source_columns if column not in extract.columns]
    if missing and extract.parts:
        raise StagingMissing(
            f"{where}: expected column(s) {', '.join(missing)} in the staged 'extract' table; the mapping "
            "has changed since it was written: clear the extract task and run it again"
        )


def _frames(extract: Staged, config: Entity) -> Iterator[pl.DataFrame]:
    """Yield the parts in pieces, or one empty frame where there is none, so that the tables get their columns."""
    if not extract.parts:
        yield pl.DataFrame(schema={"_row": pl.Int64, **dict.fromkeys(config.source_columns, pl.String)})
    told = [column for column in META if column in extract.columns]
    for frame in extract.frames(["_row", *config.source_columns, *told]):
        yield from frame.iter_slices(PIECE_ROWS) if frame.height else (frame,)


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

"""Clean one entity: every extracted row comes out clean, rejected with a reason, or filtered by name."""

from contextlib import ExitStack

from crm_migration.clean.parts import drop_parts, put_together
from crm_migration.clean.work import SORTED, Lookups, Work
from crm_migration.extract.file_folder import Folders
from crm_migration.mapping.model import Mapping
from crm_migration.staging import RunFolder, Staged, TableWriter

_TOLD = ("profile", "no_entry")


def clean(mapping: Mapping, entity: str, folder: RunFolder, lookups: Lookups, folders: Folders | None = None) -> Staged:
    """Write the staged tables of `entity` that cleaning makes, and return `clean`.

    The others are `rejected` and `filtered`, the rows that are kept out; `flagged`, rows for a person to look at;
    `profile`, what each field's values are like before and after; `no_entry`, values of choices without an entry.

    `lookups` holds, per owner field, the lower-cased natural keys of the target's users and their ids; `folders` are
    those that paths of files lead into, which are staged beside the tables.
    Rows that the extract could not read come first: they are rejected with its reason. Then filters, then rules for
    whose rows they are, then keys, then fields. Memory is bounded by one part and what a piece of it
    takes, plus eight bytes a row for the keys. Of an entity in parts, those that `clean_part` has staged are put
    together.

    Raises:
        StagingMissing: the extract is not there, or was made for a mapping that reads other columns.
        SourceUnavailable: the storage of the files did not answer.
        InvalidValue: a field with `on_invalid: fail` met a value it cannot take; nothing is written.
        MappingFault: a date format is not supported, an owner field's users were not looked up, two entities'
            rules take the same rows, or a function of the mapping fails; nothing is written.
    """
    work = Work(mapping, entity, folder, lookups, folders)
    in_parts = work.config.parts > 1
    with ExitStack() as stack:
        tables = {step: stack.enter_context(TableWriter(folder, entity, step)) for step in (*SORTED, *_TOLD)}
        facts = put_together(work, tables) if in_parts else work.sort(tables)
        facts.overlaps.raise_found(mapping.source.name, work.config)
        facts.raise_failed(mapping.source.name, entity)
        tables["profile"].write(facts.profile.frame())
        tables["no_entry"].write(facts.profile.no_entries())
        for step in (*SORTED[1:], *_TOLD):
            tables[step].finish()
        staged = tables["clean"].finish(**facts.as_dict())
    if in_parts:
        drop_parts(work)
    return staged

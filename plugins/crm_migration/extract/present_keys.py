"""What the source still has: the key and filter columns of every row, staged before a window is read."""

from crm_migration.extract.source import Source, Window
from crm_migration.mapping.model import Entity, Mapping
from crm_migration.staging import RunFolder, Staged, TableWriter

STEP = "source_keys"


def stage_keys(source: Source, mapping: Mapping, entity: str, folder: RunFolder) -> Staged:
    """Stage the columns of key and filters of every row of `entity`, whatever the window, as the source prints them.

    It comes before the extract: a row that is written in between is in the extract, one that is deleted in between
    is still in here, and only the next run sees it gone.

    Raises:
        MappingFault, SourceUnavailable, SourceUnreadable: as `Source.keys` does; nothing is staged then.
    """
    columns = mapping.entities[entity].identifying_columns
    with TableWriter(folder, entity, STEP) as writer:
        for frame in source.keys(entity):
            writer.write(frame.select(columns))
        return writer.finish()


def needs_keys(entity: Entity, window: Window | None) -> bool:
    """Say whether an extract of `window` leaves out rows that tell which records have lost theirs."""
    return entity.target.on_source_delete != "keep" and not is_whole(entity, window)


def is_whole(entity: Entity, window: Window | None) -> bool:
    """Say whether an extract of `window` holds every row: there is nothing to choose rows by, or no bound."""
    return entity.watermark is None or window is None or (window.start is None and window.end is None)

"""Which source a mapping means, by its kind."""

from collections.abc import Callable, Mapping

from crm_migration.connections import ConnectionFields, database_url, file_root
from crm_migration.extract.documents import DocumentSource, Store
from crm_migration.extract.files import FileStore
from crm_migration.extract.landing import Landing
from crm_migration.extract.source import Absent, Source
from crm_migration.mapping import model
from crm_migration.staging import RunFolder


def open_source(
    mapping: model.Mapping,
    connection: ConnectionFields,
    folder: RunFolder | None = None,
    loaded: Callable[[str], Mapping[str, str]] = lambda _entity: {},
    absent: Absent | None = None,
) -> Source:
    """Return the mapping's source; nothing is connected before it is asked.

    Files from elsewhere land in the run's `folder`. `loaded` gives, by entity, the versions of documents that the
    last load has read, `absent` the columns that are known to be missing and are read as null.

    Raises:
        ConnectionUnknown: the connection's type does not fit the source's kind.
    """
    if mapping.source.kind == "database":
        # Not for files: SQLAlchemy and the drivers take longer to import than many a file to read.
        from crm_migration.extract.database import DatabaseSource

        return DatabaseSource(database_url(connection), mapping, absent, folder)
    return DocumentSource(mapping, _store(mapping.source, connection, Landing(folder)), loaded, absent)


def _store(config: model.SourceConfig, connection: ConnectionFields, landing: Landing) -> Store:
    if config.kind == "google_drive":
        from crm_migration.extract.google.stores import DriveStore

        return DriveStore(config, connection, landing)
    if config.kind == "google_sheet":
        from crm_migration.extract.google.stores import SheetStore

        return SheetStore(config, connection, landing)
    return FileStore(config, file_root(connection), landing)

"""What a person asks at the command line: a path or a connection, and a target; answered with a mapping's text."""

import glob
import os
import re
from dataclasses import dataclass
from pathlib import Path

from crm_migration.connections import DRIVERS, ConnectionFields, database_url, from_environment
from crm_migration.errors import MappingFault
from crm_migration.extract.documents import DocumentSource
from crm_migration.extract.open_source import open_source
from crm_migration.mapping import model
from crm_migration.suggest.database import DatabaseTables
from crm_migration.suggest.documents import DocumentTables
from crm_migration.suggest.suggest import SuggestSettings, describe_target, suggest
from crm_migration.suggest.tables import SourceTables

FILES_CONNECTION = "files"


@dataclass(frozen=True)
class Question:
    """The source, the target, and what the mapping is to be called and restricted to.

    `origin` is a file or folder of this machine, or a connection id. `connection` is the id that the mapping will name
    for a path; `kind` is needed for Google Sheets and Drive only, whose `spreadsheet` or `folder` is an id.
    """

    origin: str
    target: str
    target_schema: str | None = None
    source_name: str | None = None
    source_schema: str | None = None
    connection: str | None = None
    kind: model.SourceKind | None = None
    folder: str | None = None
    spreadsheet: str | None = None
    objects: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()


def suggest_for(question: Question) -> str:
    """Return the text of a proposed mapping.

    Raises:
        ConnectionUnknown: a connection is not defined, or of another type than its use asks for.
        MappingFault: the source or target cannot be read with this connection, or an object is unknown.
        SourceUnavailable, TargetUnavailable, SourceUnreadable: as the source and the target do.
    """
    target = describe_target(database_url(from_environment(question.target)), question.target_schema)
    unknown = sorted(set(question.objects) - set(target.tables))
    if unknown:
        known = ", ".join(sorted(target.tables))
        raise MappingFault(f"target {question.target}: expected one of its objects ({known}), found {unknown[0]!r}")
    source, config = _source(question)
    settings = SuggestSettings(
        source_name=config.name,
        source_connection=config.connection,
        source_kind=config.kind,
        source_schema=config.db_schema,
        folder=config.folder,
        spreadsheet=config.spreadsheet,
        target_name=name_of(question.target),
        target_connection=question.target,
        target_schema=question.target_schema,
        objects=question.objects,
        tables=question.tables,
        origin=question.origin,
    )
    return suggest(source, target, settings)


def _source(question: Question) -> tuple[SourceTables, model.SourceConfig]:
    # A connection goes before a folder of the same name in the working directory.
    defined = f"AIRFLOW_CONN_{question.origin.upper()}" in os.environ
    if not defined and Path(question.origin).exists():
        return _path(question, Path(question.origin))
    connection = from_environment(question.origin)
    config = _config(question, question.origin, question.kind or _kind(connection))
    if config.kind == "database":
        return DatabaseTables(database_url(connection), config.db_schema), config
    return _documents(config, connection, "*"), config


def _kind(connection: ConnectionFields) -> model.SourceKind:
    return "database" if connection.conn_type.lower() in DRIVERS else "files"


def _path(question: Question, path: Path) -> tuple[SourceTables, model.SourceConfig]:
    folder = path if path.is_dir() else path.parent
    config = _config(question, question.connection or FILES_CONNECTION, "files")
    connection = ConnectionFields(config.connection, "fs", extra={"path": str(folder.resolve())})
    pattern = "*" if path.is_dir() else glob.escape(path.name)
    return _documents(config, connection, pattern), config


def _documents(config: model.SourceConfig, connection: ConnectionFields, pattern: str) -> DocumentTables:
    # Only the source's section is read: there is no mapping yet. What lies there is looked at as it is now.
    mapping = model.Mapping.model_construct(source=config.model_copy(update={"settle_seconds": 0}))  # type: ignore[call-arg]
    opened = open_source(mapping, connection)
    if not isinstance(opened, DocumentSource):
        raise MappingFault(f"connection {config.connection!r}: expected one to files or sheets; name another one")
    return DocumentTables(opened.store, pattern, sheets_only=config.kind == "google_sheet")


def _config(question: Question, connection: str, kind: model.SourceKind) -> model.SourceConfig:
    return model.SourceConfig(
        name=question.source_name or name_of(Path(question.origin).stem),
        kind=kind,
        connection=connection,
        db_schema=question.source_schema,
        folder=question.folder,
        spreadsheet=question.spreadsheet,
    )


def name_of(text: str) -> str:
    """Return a name as the ledger and paths take it: lower-case letters, digits and `_`, a letter first."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return name if name[:1].isalpha() else f"source_{name}".rstrip("_")

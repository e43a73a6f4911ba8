"""Opens the target of a mapping by its kind."""

from pathlib import Path

from crm_migration.connections import ConnectionFields, file_root
from crm_migration.errors import MappingFault
from crm_migration.load.import_files.target import ImportFilesTarget
from crm_migration.load.record_api import RecordApi
from crm_migration.load.replica.target import ReplicaTarget
from crm_migration.load.target import SqlTarget
from crm_migration.mapping.api_options import FxiaokeOptions
from crm_migration.mapping.model import Mapping


def open_target(mapping: Mapping, url: str, connection: ConnectionFields | None = None) -> SqlTarget:
    """Return the target; `url` is the database of its ledger, and `connection` the CRM where that is another place.

    Raises:
        MappingFault: it is an SQLite file that is not there (connecting would create it, empty), or no connection to
            the CRM is given.
    """
    target = mapping.target
    if target.kind == "sql":
        return _on_file(SqlTarget(url, mapping))
    if connection is None:
        place = "the folder of the import files" if target.kind == "import_files" else "the CRM"
        raise MappingFault(
            f"{target.name}: expected a connection to {place} beside the ledger's database, found none; name it as "
            "target.connection"
        )
    if target.kind == "import_files":
        return _on_file(ImportFilesTarget(url, mapping, _folder(connection)))
    return _on_file(ReplicaTarget(url, mapping, _fxiaoke(connection, target.fxiaoke)))


def _folder(connection: ConnectionFields) -> Path:
    root = file_root(connection)
    if root.protocol != "file":
        raise MappingFault(
            f"connection {connection.conn_id!r}: expected a folder of this machine for import files (type fs), found "
            f"one by {root.protocol}; name another connection as target.connection"
        )
    path = Path(root.path)
    if not path.is_dir():
        raise MappingFault(
            f"connection {connection.conn_id!r}: expected a folder that is there for import files, found none; create "
            "it, or correct the connection's path"
        )
    return path


def _fxiaoke(connection: ConnectionFields, options: FxiaokeOptions) -> RecordApi:
    # Its HTTP client takes a while to import, and few targets need it.
    from crm_migration.load.fxiaoke.api import open_api
    from crm_migration.load.fxiaoke.settings import Settings

    return open_api(connection, Settings(**options.model_dump(exclude={"daily_calls"})))


def _on_file(target: SqlTarget) -> SqlTarget:
    file = target.engine.url.database
    if target.dialect == "sqlite" and not (file and Path(file).is_file()):
        raise MappingFault(
            f"{target.mapping.target.name}: expected an SQLite file at {file or 'no path'}; edit the connection"
        )
    return target

"""From an Airflow connection to a database URL or a folder of files, without Airflow.

The command line reads connections where Airflow's own environment backend has them: `AIRFLOW_CONN_<ID>`, as a
URI or as JSON. Tasks pass the fields of `airflow.sdk.Connection`.
"""

import json
import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from crm_migration.errors import ConnectionUnknown

DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "sqlite": "sqlite",
    "mssql": "mssql+pymssql",
    "oracle": "oracle+oracledb",
}
PROTOCOLS = {
    "fs": "file",
    "file": "file",
    "aws": "s3",
    "s3": "s3",
    "google_cloud_platform": "gs",
    "gcs": "gs",
    "gs": "gs",
    "wasb": "abfs",
    "abfs": "abfs",
    "sftp": "sftp",
    "ftp": "ftp",
    "smb": "smb",
    "memory": "memory",
}
PASSED_ON = {"host", "unix_socket", "sslmode", "ssl_ca", "sslrootcert", "connect_timeout", "charset", "service_name"}


@dataclass(frozen=True)
class ConnectionFields:
    """The parts of a connection, named as Airflow names them."""

    conn_id: str
    conn_type: str
    host: str | None = None
    login: str | None = None
    password: str | None = field(default=None, repr=False)
    port: int | None = None
    schema: str | None = None
    extra: dict[str, Any] = field(default_factory=dict, repr=False)


def database_url(fields: ConnectionFields) -> str:
    """Return the SQLAlchemy URL of a database connection.

    Raises:
        ConnectionUnknown: the connection's type is not a database that this package reads or writes.
    """
    import sqlalchemy as sa

    driver = DRIVERS.get(fields.conn_type.lower())
    if driver is None:
        raise ConnectionUnknown(
            f"connection {fields.conn_id!r}: expected one of {', '.join(sorted(DRIVERS))}, found type "
            f"{fields.conn_type!r}; correct the connection's type"
        )
    if driver == "sqlite":
        return sa.URL.create(driver, database=fields.host or fields.schema or "").render_as_string()
    query = {key: str(value) for key, value in fields.extra.items() if key in PASSED_ON}
    if driver.startswith("mysql"):
        query.setdefault("charset", "utf8mb4")
    host = fields.host or None
    if host and "/" in host:
        # The folder or file of a socket: SQLAlchemy cannot read it back from a URL's host.
        query["unix_socket" if driver.startswith("mysql") else "host"], host = host, None
    url = sa.URL.create(driver, fields.login, fields.password, host, fields.port, fields.schema or None, query)
    return url.render_as_string(hide_password=False)


@dataclass(frozen=True)
class FileRoot:
    """A folder as fsspec reaches it: protocol, path, and the options of the file system, secrets among them."""

    protocol: str
    path: str
    options: dict[str, Any] = field(default_factory=dict, repr=False)


def file_root(fields: ConnectionFields) -> FileRoot:
    """Return the folder that a connection to files stands for: `path` of its extra, or a bucket.

    Raises:
        ConnectionUnknown: the connection's type is none that files are read from, or no folder is named.
    """
    protocol = PROTOCOLS.get(fields.conn_type.lower())
    if protocol is None:
        raise ConnectionUnknown(
            f"connection {fields.conn_id!r}: expected one of {', '.join(sorted(PROTOCOLS))}, found type "
            f"{fields.conn_type!r}; correct the connection's type"
        )
    path = str(fields.extra.get("path") or fields.extra.get("bucket") or fields.schema or "")
    path = path.removeprefix(f"{protocol}://")
    if protocol == "file" and not path.startswith("/"):
        path = f"/{path}" if path and not fields.extra.get("path") else ""
    if not path:
        raise ConnectionUnknown(
            f"connection {fields.conn_id!r}: expected the folder as `path` in its extra "
            "(absolute, or bucket/folder), found none"
        )
    return FileRoot(protocol, path, _storage_options(protocol, fields))


def _storage_options(protocol: str, fields: ConnectionFields) -> dict[str, Any]:
    """Return what fsspec's file system of a protocol calls the parts of a connection."""
    extra = fields.extra
    options: dict[str, Any] = {}
    if protocol == "s3":
        client = {key: extra[key] for key in ("endpoint_url", "region_name") if extra.get(key)}
        options = {"key": fields.login, "secret": fields.password, "client_kwargs": client}
    elif protocol == "gs":
        options = {"token": extra.get("keyfile_dict") or extra.get("key_path")}
    elif protocol in ("sftp", "ftp", "smb"):
        options = {"host": fields.host, "port": fields.port, "username": fields.login, "password": fields.password}
    options |= dict(extra.get("storage_options") or {})
    return {name: value for name, value in options.items() if value}


def from_url(url: str, conn_id: str = "url") -> ConnectionFields:
    """Return the connection that a URI stands for, in Airflow's form or SQLAlchemy's."""
    return _from_uri(conn_id, url)


def from_environment(conn_id: str) -> ConnectionFields:
    """Return the connection that `AIRFLOW_CONN_<CONN_ID>` holds.

    Raises:
        ConnectionUnknown: the variable is not set, or cannot be read.
    """
    name = f"AIRFLOW_CONN_{conn_id.upper()}"
    text = os.environ.get(name)
    if not text:
        raise ConnectionUnknown(
            f"connection {conn_id!r} is not defined: set {name} to a URI such as "
            "postgres://user:password@host:5432/database, or to Airflow's JSON form, such as "
            '{"conn_type": "fs", "extra": {"path": "/folder"}} for a folder of files'
        )
    try:
        return _from_json(conn_id, text) if text.lstrip().startswith("{") else _from_uri(conn_id, text)
    except (ValueError, TypeError):
        # Not chained: what the parser quotes may be a piece of the password.
        raise ConnectionUnknown(f"{name} is neither a connection URI nor Airflow's JSON form") from None


def _from_json(conn_id: str, text: str) -> ConnectionFields:
    data = json.loads(text)
    extra = data.get("extra") or {}
    extra = dict(json.loads(extra) if isinstance(extra, str) else extra)
    if not isinstance(data.get("conn_type"), str):
        raise TypeError("expected a text as 'conn_type'")
    host, login, password, schema = (
        None if data.get(part) is None else str(data[part]) for part in ("host", "login", "password", "schema")
    )
    port = int(data["port"]) if data.get("port") else None
    return ConnectionFields(conn_id, data["conn_type"], host, login, password, port, schema, extra)


def _from_uri(conn_id: str, text: str) -> ConnectionFields:
    parts = urlsplit(text)
    extra: dict[str, Any] = dict(parse_qsl(parts.query, keep_blank_values=True))
    if "__extra__" in extra:
        extra = dict(json.loads(extra["__extra__"]))
    return ConnectionFields(
        conn_id=conn_id,
        conn_type=parts.scheme.split("+")[0],
        host=_host(parts),
        login=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        port=parts.port,
        schema=unquote(parts.path[1:]) or None,
        extra=extra,
    )


def _host(parts: SplitResult) -> str | None:
    """Return the host of a URI; the path of a socket's folder or of a file keeps its capital letters."""
    host = unquote(parts.hostname or "")
    if "/" in host:
        host = unquote(parts.netloc.rpartition("@")[2].partition(":")[0])
    return host or None

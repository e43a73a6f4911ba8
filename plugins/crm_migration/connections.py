"""From an Airflow connection to a database URL, without Airflow.

The command line reads connections where Airflow's own environment backend has them: `AIRFLOW_CONN_<ID>`, as a
URI or as JSON. Tasks pass the fields of `airflow.sdk.Connection`.
"""

import json
import os
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import sqlalchemy as sa

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
PASSED_ON = {"host", "unix_socket", "sslmode", "ssl_ca", "sslrootcert", "connect_timeout", "charset"}


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
    driver = DRIVERS.get(fields.conn_type.lower())
    if driver is None:
        raise ConnectionUnknown(
            f"connection {fields.conn_id!r}: expected one of {', '.join(sorted(DRIVERS))}, found type "
            f"{fields.conn_type!r}; correct the connection's type"
        )
    if driver == "sqlite":
        return f"sqlite:///{fields.host or fields.schema or ''}"
    query = {key: str(value) for key, value in fields.extra.items() if key in PASSED_ON}
    if driver.startswith("mysql"):
        query.setdefault("charset", "utf8mb4")
    url = sa.URL.create(
        driver, fields.login, fields.password, fields.host or None, fields.port, fields.schema or None, query
    )
    return url.render_as_string(hide_password=False)


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
            "postgres://user:password@host:5432/database, or to Airflow's JSON form"
        )
    try:
        return _from_json(conn_id, text) if text.lstrip().startswith("{") else _from_uri(conn_id, text)
    except (ValueError, KeyError) as unreadable:
        raise ConnectionUnknown(f"{name} is neither a connection URI nor Airflow's JSON form") from unreadable


def _from_json(conn_id: str, text: str) -> ConnectionFields:
    data = json.loads(text)
    extra = data.get("extra") or {}
    return ConnectionFields(
        conn_id=conn_id,
        conn_type=data["conn_type"],
        host=data.get("host"),
        login=data.get("login"),
        password=data.get("password"),
        port=int(data["port"]) if data.get("port") else None,
        schema=data.get("schema"),
        extra=json.loads(extra) if isinstance(extra, str) else extra,
    )


def _from_uri(conn_id: str, text: str) -> ConnectionFields:
    parts = urlsplit(text)
    extra: dict[str, Any] = dict(parse_qsl(parts.query))
    if "__extra__" in extra:
        extra = json.loads(extra["__extra__"])
    kind = parts.scheme.split("+")[0]
    path = unquote(parts.path)
    if kind == "sqlite":
        return ConnectionFields(conn_id, kind, host=path[1:] if path.startswith("//") else path)
    return ConnectionFields(
        conn_id=conn_id,
        conn_type=kind,
        host=unquote(parts.hostname) if parts.hostname else None,
        login=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
        port=parts.port,
        schema=path.lstrip("/") or None,
        extra=extra,
    )

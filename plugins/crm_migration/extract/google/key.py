"""From an Airflow connection of type `google_cloud_platform` to what Google asks for, without opening a connection.

The key of the service account stands where Airflow's own Google provider has it: `keyfile_dict` (the key's JSON, as
text or object) or `key_path` (a file) of the connection's extra, also under their older names.
"""

import ipaddress
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from google.auth.exceptions import GoogleAuthError
from google.oauth2 import service_account

from crm_migration.connections import ConnectionFields
from crm_migration.errors import ConnectionUnknown

CONNECTION_TYPES = ("google_cloud_platform", "gcp", "google")
OLD_NAMES = "extra__google_cloud_platform__"
SHEET_SCOPES = (
    "https://www.googleapis.com/auth/spreadsheets.readonly",
    "https://www.googleapis.com/auth/drive.metadata.readonly",
)
"""Enough for the cells of a sheet, and for its title and the time of its last change."""
DRIVE_SCOPES = ("https://www.googleapis.com/auth/drive.readonly",)
"""Enough for the content of files, and for the cells of sheets among them."""
LONGEST_KEY = 64 * 1024
TOKEN_HOST, TOKEN_DOMAIN = "accounts.google.com", ".googleapis.com"


@dataclass(frozen=True)
class Access:
    """Who asks Google, for what, and where Google is: `endpoint` replaces it by a server on this machine."""

    conn_id: str
    account: str
    credentials: service_account.Credentials = field(repr=False)
    endpoint: str | None = None
    retries: int | None = None


def access_of(fields: ConnectionFields, scopes: tuple[str, ...]) -> Access:
    """Return the service account that a connection names, with leave for no more than `scopes`.

    Raises:
        ConnectionUnknown: the connection is of another type, or holds no key that can be used.
    """
    place = f"connection {fields.conn_id!r}"
    if fields.conn_type.lower() not in CONNECTION_TYPES:
        raise ConnectionUnknown(
            f"{place}: expected type {CONNECTION_TYPES[0]!r}, found {fields.conn_type!r}; correct the connection's type"
        )
    endpoint = _endpoint(fields, place)
    key = _key(fields, place)
    _check_token_address(key, endpoint, place)
    try:
        credentials = service_account.Credentials.from_service_account_info(key, scopes=list(scopes))  # type: ignore[no-untyped-call]
    except (GoogleAuthError, ValueError, TypeError, KeyError):
        # Not chained: what the parser quotes may be a piece of the key.
        raise ConnectionUnknown(
            f"{place}: expected the JSON key of a service account, found one that cannot be used; "
            "create a new key and paste it as it is"
        ) from None
    return Access(
        fields.conn_id, str(credentials.service_account_email), credentials, endpoint, _retries(fields, place)
    )


def _extra(fields: ConnectionFields, name: str) -> Any:
    return fields.extra.get(name) or fields.extra.get(OLD_NAMES + name)


def _endpoint(fields: ConnectionFields, place: str) -> str | None:
    """Return the server that stands in for Google; only one on this machine is believed."""
    endpoint = fields.extra.get("endpoint")
    if not endpoint:
        return None
    if _is_loopback(str(endpoint)):
        return str(endpoint).rstrip("/")
    raise ConnectionUnknown(
        f"{place}: expected an `endpoint` such as http://127.0.0.1:8080, on this machine, found another address; "
        "leave it out to ask Google"
    )


def _is_loopback(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and ipaddress.ip_address(parts.hostname or "").is_loopback and bool(parts.port)
    except ValueError:
        return False


def _key(fields: ConnectionFields, place: str) -> Mapping[str, Any]:
    found = _extra(fields, "keyfile_dict")
    if not found:
        path = _extra(fields, "key_path")
        if not path:
            raise ConnectionUnknown(
                f"{place}: expected the key of a service account as `keyfile_dict` or `key_path` in its extra, found "
                "neither; add one"
            )
        found = _key_file(Path(str(path)), place)
    try:
        key = json.loads(found) if isinstance(found, str | bytes) else found
    except ValueError:
        key = None
    if not isinstance(key, Mapping):
        raise ConnectionUnknown(f"{place}: expected the key as a JSON object, found something else; paste it as it is")
    return key


def _key_file(path: Path, place: str) -> bytes:
    try:
        with path.open("rb") as handle:
            return handle.read(LONGEST_KEY)
    except OSError as error:
        raise ConnectionUnknown(
            f"{place}: expected a key file at `key_path`, found none that can be read ({type(error).__name__}); "
            "correct the path"
        ) from None


def _check_token_address(key: Mapping[str, Any], endpoint: str | None, place: str) -> None:
    """Refuse a key that would have this machine call somebody else than Google."""
    address = str(key.get("token_uri", ""))
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    host = parts.hostname or ""
    is_google = parts.scheme == "https" and (host == TOKEN_HOST or host.endswith(TOKEN_DOMAIN))
    if not is_google and not (endpoint and _is_loopback(address)):
        raise ConnectionUnknown(
            f"{place}: expected a key whose token_uri is Google's, found another address; create a new key"
        )


def _retries(fields: ConnectionFields, place: str) -> int | None:
    found = _extra(fields, "num_retries")
    if found is None:
        return None
    if not str(found).isdecimal():
        raise ConnectionUnknown(f"{place}: expected a whole number as `num_retries`, found something else; correct it")
    return min(int(found), 20)

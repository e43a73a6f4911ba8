"""Whom to speak to, as whom, and how: read from a connection, or chosen in the mapping."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crm_migration.connections import ConnectionFields
from crm_migration.errors import ConnectionUnknown

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Login(StrEnum):
    """The two generations of logging in: OAuth with headers, and a company's token in every body."""

    APP_SECRET = "app_secret"  # noqa: S105
    CORP_TOKEN = "corp_token"  # noqa: S105


@dataclass(frozen=True)
class Tenant:
    """One company's access: where its interface is, the app's credentials, and the user in whose name calls are made.

    `zone` is the company's time zone: its days begin and its quota is renewed there.
    """

    base_url: str
    app_id: str
    app_secret: str = field(repr=False)
    permanent_code: str = field(repr=False)
    user_id: str
    ea: str = ""
    login: Login = Login.APP_SECRET
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True)
class Patience:
    """How often a call is repeated, the seconds between, and the seconds to connect and for a whole answer.

    The waits of all attempts exceed the 20 seconds after which a spent rate limit is whole again.
    """

    attempts: int = 8
    first_wait: float = 0.5
    longest_wait: float = 20.0
    connect: float = 10.0
    answer: float = 60.0


@dataclass(frozen=True)
class Limits:
    """What the interface takes: calls per window of seconds and interface, grants of tokens a minute.

    None lifts a limit, which only a server for tests allows.
    """

    calls: int | None = 100
    seconds: float = 20.0
    grants: int | None = 10
    grant_seconds: float = 60.0


@dataclass(frozen=True)
class Settings:
    """How records are written. What may start something at the company's side is off unless it is asked for.

    `owner` is the user who gets new records that name none; the connection's user by default. `users` is the object
    that lists the company's people.
    """

    workflows: bool = False
    approvals: bool = False
    duplicate_search: bool = False
    validation_rules: bool = True
    skip_functions: bool = False
    record_type: str = "default__c"
    owner: str | None = None
    users: str = "PersonnelObj"
    threads: int = 4
    limits: Limits = Limits()
    patience: Patience = Patience()


def tenant_of(fields: ConnectionFields) -> Tenant:
    """Return the access that an Airflow connection of type `http` holds.

    Raises:
        ConnectionUnknown: a part is missing or cannot be meant; every such part is named.
    """
    extra = fields.extra
    known = {
        "login (the appId)": fields.login,
        "password (the appSecret)": fields.password,
        "permanentCode in its extra": extra.get("permanentCode"),
        "userId in its extra": extra.get("userId"),
    }
    problems = [f"expected {part}, found none" for part, value in known.items() if not value]
    base_url = _base_url(fields, problems)
    login = _login(extra, problems)
    zone = _zone(extra, problems)
    if problems:
        raise ConnectionUnknown(f"connection {fields.conn_id!r}: {'; '.join(problems)}; complete the connection")
    secret, code = str(fields.password), str(extra["permanentCode"])
    user, ea = str(extra["userId"]), str(extra.get("ea") or "")
    return Tenant(base_url, str(fields.login), secret, code, user, ea, login, zone)


def _base_url(fields: ConnectionFields, problems: list[str]) -> str:
    host = fields.host or ""
    port = f":{fields.port}" if fields.port else ""
    url = host if "://" in host else f"{fields.schema or 'https'}://{host}{port}"
    parts = urlsplit(url)
    if not parts.hostname:
        problems.append("expected host (the base URL, such as https://open.fxiaoke.com), found none")
    elif parts.scheme not in ("https", "http") or (parts.scheme == "http" and parts.hostname not in LOOPBACK):
        # The app's secret would travel in the clear.
        problems.append(f"expected a base URL that begins with https://, found {parts.scheme}://")
    return url.rstrip("/")


def _login(extra: dict[str, Any], problems: list[str]) -> Login:
    found = extra.get("login") or Login.APP_SECRET
    if found not in list(Login):
        problems.append(f"expected login in its extra as one of {', '.join(Login)}, found another word")
        return Login.APP_SECRET
    return Login(found)


def _zone(extra: dict[str, Any], problems: list[str]) -> str:
    name = str(extra.get("zone") or "Asia/Shanghai")
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.append("expected zone in its extra as the name of a time zone, such as Asia/Shanghai")
    return name

"""Logging in: one token for all threads, fetched once and never twice at the same time."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_migration.errors import OperatorNeeded
from crm_migration.load.fxiaoke.settings import Login, Tenant

OAUTH = "/oauth2.0/token"
CORP = "/cgi/corpAccessToken/get/V2"
SPARE_SECONDS = 600
"""A token lives for 7,200 seconds and is granted anew after 6,600: before that the same one comes back."""


@dataclass(frozen=True)
class Token:
    """What proves a login: headers or fields of the body of each call, and until when (of the monotonic clock)."""

    headers: Mapping[str, str] = field(repr=False)
    fields: Mapping[str, str] = field(repr=False)
    fresh_until: float


Ask = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""Makes a call without a token and returns the content of its answer."""


class Tokens:
    """The token in use, shared by threads."""

    def __init__(self, tenant: Tenant, ask: Ask) -> None:
        """Keep how to ask for one; nothing is asked yet."""
        self._tenant, self._ask = tenant, ask
        self._lock = threading.Lock()
        self._current: Token | None = None

    def current(self, refused: Token | None = None) -> Token:
        """Return the token in use, a new one if it has aged or is the one that was `refused`.

        Raises:
            TargetUnavailable, QuotaExhausted: the login could not be asked.
            OperatorNeeded: the login was refused.
        """
        with self._lock:
            token = self._current
            if token is None or token is refused or token.fresh_until <= time.monotonic():
                token = self._current = self._granted()
            return token

    def _granted(self) -> Token:
        tenant = self._tenant
        asked = {
            "appId": tenant.app_id,
            "appSecret": tenant.app_secret,
            "permanentCode": tenant.permanent_code,
        }
        if tenant.login is Login.CORP_TOKEN:
            return _corp_token(self._ask(CORP, asked), tenant)
        return _oauth_token(self._ask(OAUTH, {**asked, "grantType": "app_secret"}), tenant)


def _oauth_token(content: Mapping[str, Any], tenant: Tenant) -> Token:
    headers = {
        "authorization": f"Bearer {_text(content, 'accessToken')}",
        "x-fs-ea": tenant.ea or _text(content, "ea"),
        "x-fs-userid": tenant.user_id,
    }
    return Token(headers, {}, _fresh_until(content))


def _corp_token(content: Mapping[str, Any], tenant: Tenant) -> Token:
    fields = {
        "corpAccessToken": _text(content, "corpAccessToken"),
        "corpId": _text(content, "corpId"),
        "currentOpenUserId": tenant.user_id,
    }
    return Token({}, fields, _fresh_until(content))


def _text(content: Mapping[str, Any], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not value.isascii() or not value.isprintable() or not value:
        raise OperatorNeeded(f"login: expected {name} in the answer, found none; check the base URL and the app")
    return value


def _fresh_until(content: Mapping[str, Any]) -> float:
    """Return when to ask again; an answer without a lifetime is taken to live as the documentation says."""
    seconds = content.get("expiresIn")
    lifetime = seconds if isinstance(seconds, int) and seconds > 0 else 7200
    return time.monotonic() + max(lifetime - SPARE_SECONDS, lifetime / 12)

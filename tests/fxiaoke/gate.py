"""Who may call, and how often: logins and tokens, trace ids, the rate limit, the day's quota."""

import secrets
import time
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fxiaoke.checks import WRONG_PARAMETER, Refusal, only

RATE = 14001
QUOTA = 30002
NO_QUOTA = 30003
EXPIRED = 20005
NO_TOKEN = 20016
WRONG_SECRET = 20014
WRONG_USER = 20006
OAUTH = "/oauth2.0/token"
CORP = "/cgi/corpAccessToken/get/V2"
IN_BODY = ("corpAccessToken", "corpId", "currentOpenUserId")
YOUTH = 50
"""A token is young until it has been used so often; no fault that comes by chance makes it expire before."""


@dataclass
class Grant:
    """One token."""

    scheme: str
    since: float
    uses: int = 0
    revoked: bool = False


@dataclass
class Gate:
    """The limits of one app. `calls` and `quota` None lift theirs; `clock` is moved by tests."""

    app_id: str = "FSAID_1"
    app_secret: str = "secret"
    permanent_code: str = "permanent"
    ea: str = "acme"
    corp_id: str = "FSCID_1"
    calls: int | None = 100
    seconds: float = 20.0
    grants: int | None = 10
    grant_seconds: float = 60.0
    token_seconds: float = 7200.0
    same_token_seconds: float = 6600.0
    quota: int | None = None
    quota_bought: bool = True
    clock: Callable[[], float] = time.monotonic
    granted: int = 0
    refused_by_rate: int = 0
    counted: Counter[str] = field(default_factory=Counter)
    _tokens: dict[str, Grant] = field(default_factory=dict)
    _grants: deque[float] = field(default_factory=deque)
    _recent: dict[str, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _traces: set[bytes] = field(default_factory=set)

    def count(self, path: str, trace: str) -> None:
        """Take note of a call, whose trace id must be a new UUID of version 4."""
        self.counted[path] += 1
        try:
            identity = uuid.UUID(trace)
        except ValueError:
            raise Refusal(WRONG_PARAMETER, "thirdTraceId is missing, or no UUID") from None
        if identity.version != 4 or identity.bytes in self._traces:
            raise Refusal(WRONG_PARAMETER, "thirdTraceId must be new in each call")
        self._traces.add(identity.bytes)

    def login(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return a token of the scheme that the path stands for."""
        oauth = path == OAUTH
        only("login", body, {"appId", "appSecret", "permanentCode"} | ({"grantType"} if oauth else set()))
        if oauth and body.get("grantType") != "app_secret":
            raise Refusal(WRONG_PARAMETER, "grantType")
        given = (body.get("appId"), body.get("appSecret"), body.get("permanentCode"))
        if given != (self.app_id, self.app_secret, self.permanent_code):
            raise Refusal(WRONG_SECRET, "appId, appSecret or permanentCode")
        token, left = self._token("oauth" if oauth else "corp")
        if oauth:
            return {"accessToken": token, "expiresIn": left, "ea": self.ea, "openUserId": "FSUID_1"}
        return {"corpAccessToken": token, "corpId": self.corp_id, "expiresIn": left}

    def _token(self, scheme: str) -> tuple[str, int]:
        now = self.clock()
        while self._grants and self._grants[0] <= now - self.grant_seconds:
            self._grants.popleft()
        if self.grants is not None and len(self._grants) >= self.grants:
            self.refused_by_rate += 1
            raise Refusal(30004, "more than 10 tokens a minute")
        self._grants.append(now)
        self.granted += 1
        for token, grant in self._tokens.items():
            young = now - grant.since < min(self.same_token_seconds, self.token_seconds)
            if grant.scheme == scheme and young and not grant.revoked:
                return token, int(grant.since + self.token_seconds - now)
        token = secrets.token_hex(16)
        self._tokens[token] = Grant(scheme, now)
        return token, int(self.token_seconds)

    def authorised(self, headers: Mapping[str, str], body: dict[str, Any]) -> str:
        """Return the user in whose name a call is made; the login's fields leave the body."""
        in_body = {name: body.pop(name) for name in IN_BODY if name in body}
        if in_body:
            token, user, place = (str(in_body.get(name)) for name in ("corpAccessToken", "currentOpenUserId", "corpId"))
            scheme, right_place = "corp", self.corp_id
        else:
            token = headers.get("authorization", "").removeprefix("Bearer ")
            user, place = headers.get("x-fs-userid", ""), headers.get("x-fs-ea", "")
            scheme, right_place = "oauth", self.ea
        grant = self._tokens.get(token)
        if grant is None or grant.scheme != scheme or place != right_place:
            raise Refusal(NO_TOKEN, "the cropId,cropAccessToken or authorization is error")
        if grant.revoked or self.clock() - grant.since >= self.token_seconds:
            raise Refusal(EXPIRED, "token expired")
        grant.uses += 1
        return user

    def expire_tokens(self) -> None:
        """Make all tokens expire."""
        for grant in self._tokens.values():
            grant.revoked = True

    def has_young_token(self) -> bool:
        """Say whether a token is in use that was granted not long ago."""
        return any(grant.uses < YOUTH for grant in self._tokens.values() if not grant.revoked)

    def pass_limits(self, path: str) -> None:
        """Refuse a call beyond the rate of its interface, or the day's quota."""
        if not self.quota_bought:
            raise Refusal(NO_QUOTA, "no quota")
        now, recent = self.clock(), self._recent[path]
        while recent and recent[0] <= now - self.seconds:
            recent.popleft()
        if self.calls is not None:
            if len(recent) >= self.calls:
                self.refused_by_rate += 1
                raise Refusal(RATE, "too many calls")
            recent.append(now)
        if self.quota is not None:
            if self.quota <= 0:
                raise Refusal(QUOTA, "quota exhausted")
            self.quota -= 1

"""What a refusal of Google means to the person who must act.

Google names the cause by a status and reasons; its sentences are not repeated, because they may quote what was
asked for. The reasons are those of Drive's and Google Cloud's error references.
"""

import json
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from crm_migration.errors import MappingFault, MigrationError, OperatorNeeded, SourceUnavailable
from crm_migration.extract.google.patience import Busy

AGAIN = frozenset({408, 429, 500, 502, 503, 504})
BUSY_REASONS = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "sharingRateLimitExceeded", "backendError"})
QUOTA_REASONS = frozenset({"dailyLimitExceeded", "quotaExceeded", "downloadQuotaExceeded", "dailyLimitExceededUnreg"})
API_OFF = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
TOO_LITTLE_SCOPE = frozenset({"ACCESS_TOKEN_SCOPE_INSUFFICIENT", "insufficientPermissions", "insufficientScopes"})
PERSON_REASONS = {
    "domainPolicy": "the organisation's rules forbid it; ask its administrator",
    "cannotDownloadFile": "its owner forbids downloads; ask the owner to allow them",
    "cannotDownloadAbusiveFile": "Google holds it for malware or spam; have a person look at it",
}
CODE_NAME = re.compile(r"[A-Za-z_]{1,60}")


@dataclass(frozen=True)
class Refusal:
    """An answer that is none: its HTTP status, and the names that Google gives for the cause."""

    status: int
    reasons: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """Return the refusal for a message: `HTTP 403 (accessNotConfigured)`."""
        return f"HTTP {self.status}" + (f" ({', '.join(self.reasons)})" if self.reasons else "")


@dataclass(frozen=True)
class Asker:
    """Who asked for what: the place as messages name it, the service account, and the API."""

    place: str
    account: str
    api: str


def read_refusal(status: int, body: bytes) -> Refusal:
    """Return what an error's body says, in the shapes of Drive v3, of Sheets v4 and of the token endpoint."""
    try:
        error = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Refusal(status)
    if isinstance(error, str):
        return Refusal(status, _names([error]))
    if not isinstance(error, dict):
        return Refusal(status)
    told = [part.get("reason") for key in ("errors", "details") for part in _objects(error.get(key))]
    return Refusal(status, _names([*told, error.get("status")]))


def _objects(value: Any) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _names(values: list[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if isinstance(value, str) and CODE_NAME.fullmatch(value)))


def raise_for(refusal: Refusal, asker: Asker, wait: float) -> None:
    """Raise what a refusal means; `wait` is what its Retry-After asks for.

    Raises:
        Busy: the same question may be answered later.
        SourceUnavailable: it will not be answered within minutes.
        MappingFault: the mapping, the connection or the sharing must be edited.
        OperatorNeeded: a person must look.
    """
    reasons = set(refusal.reasons)
    if refusal.status in AGAIN or reasons & BUSY_REASONS:
        raise Busy(refusal.told, wait)
    if reasons & QUOTA_REASONS:
        raise SourceUnavailable(
            f"{asker.place}: Google's quota is used up, found {refusal.told}; repeat the task when it is refilled"
        )
    raise _meaning(refusal, reasons, asker)


def _meaning(refusal: Refusal, reasons: set[str], asker: Asker) -> MigrationError:
    place, told = asker.place, refusal.told
    if reasons & API_OFF:
        return MappingFault(
            f"{place}: the Google {asker.api} API is switched off, found {told}; "
            f"enable it for the project of {asker.account}"
        )
    if reasons & TOO_LITTLE_SCOPE or refusal.status == HTTPStatus.UNAUTHORIZED:
        return MappingFault(f"{place}: Google does not accept the key of {asker.account}, found {told}; renew the key")
    for reason in reasons & PERSON_REASONS.keys():
        return OperatorNeeded(f"{place}: cannot be read, found {told}: {PERSON_REASONS[reason]}")
    if refusal.status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        return MappingFault(
            f"{place}: is not there or not shared, found {told}; correct its id, or share it, "
            f"as viewer, with {asker.account}"
        )
    if refusal.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.GONE):
        return MappingFault(f"{place}: Google does not understand the question, found {told}; correct the id")
    return OperatorNeeded(f"{place}: expected an answer, found {told}; look at what stands between here and Google")


def key_refused(account: str, place: str, reasons: tuple[str, ...]) -> MappingFault:
    """Return the fault of a service account that gets no token."""
    told = f" ({', '.join(reasons)})" if reasons else ""
    return MappingFault(
        f"{place}: Google gives {account} no token{told}; "
        "renew the key in the connection, and check this machine's clock"
    )

"""One HTTP session to Google: the token, timeouts, and where the server is."""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

import requests
from google.auth.exceptions import RefreshError, TransportError
from google.auth.transport import Response as TokenAnswer
from google.auth.transport.requests import AuthorizedSession, Request
from requests.adapters import HTTPAdapter

from crm_migration.extract.google.faults import AGAIN, key_refused, read_refusal
from crm_migration.extract.google.key import Access
from crm_migration.extract.google.patience import Busy, Patience, retry_after

ORIGINAL_HOST = "X-Original-Host"
QUIET = "google.auth.transport.requests"


class LoopbackAdapter(HTTPAdapter):
    """Sends whatever is meant for Google to a server on this machine, and never to a proxy."""

    def __init__(self, endpoint: str) -> None:
        super().__init__()
        self._endpoint = endpoint

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Return the answer of the server on this machine; it is told which host was meant."""
        scheme, _, rest = str(request.url).partition("://")
        host, slash, path = rest.partition("/")
        if scheme == "https":
            request.headers[ORIGINAL_HOST] = host
            request.url = f"{self._endpoint}{slash}{path}"
        return super().send(request, *args, **{**kwargs, "proxies": {}})


class TokenRequest(Request):
    """How google-auth asks for a token: within bounds, and never again by itself."""

    def __init__(self, session: requests.Session, timeout: tuple[float, float]) -> None:
        super().__init__(session)
        self._bounds = timeout

    def __call__(self, url: str, *args: Any, **kwargs: Any) -> TokenAnswer:
        """Return the answer of the token endpoint; raises Busy where it may be another one later."""
        answer: TokenAnswer = super().__call__(  # type: ignore[no-untyped-call]
            url, *args, **{**kwargs, "timeout": self._bounds, "allow_redirects": False}
        )
        if answer.status in AGAIN:
            raise Busy(f"HTTP {answer.status} for a token", retry_after(answer.headers.get("Retry-After")))
        if answer.status == requests.codes.ok and not _is_object(answer.data):
            raise Busy("a truncated token")
        return answer


class GoogleSession:
    """Asks Google one question at a time; what comes back is an answer, or Busy, or an error of this package."""

    def __init__(self, access: Access, patience: Patience) -> None:
        self._access, self._patience = access, patience
        self._token_session = requests.Session()
        self._token_request = TokenRequest(self._token_session, patience.timeout)
        # Answers of 401 are dealt with here: google-auth would leave the first one's connection open.
        self.http = AuthorizedSession(  # type: ignore[no-untyped-call]
            access.credentials, refresh_status_codes=(), auth_request=self._token_request
        )
        if access.endpoint:
            for session in (self.http, self._token_session):
                session.mount("https://", LoopbackAdapter(access.endpoint))
                session.mount("http://", LoopbackAdapter(access.endpoint))
        # At DEBUG it attaches what is signed for a token to its records.
        logging.getLogger(QUIET).setLevel(max(logging.INFO, logging.getLogger(QUIET).level))

    def close(self) -> None:
        """Close every connection."""
        self.http.close()  # type: ignore[no-untyped-call]
        self._token_session.close()

    def get(self, url: str, params: Mapping[str, Any], headers: Mapping[str, str], place: str) -> requests.Response:
        """Return the head of an answer, its body unread; a token that Google no longer takes is renewed once.

        Raises:
            Busy: no connection, or the token endpoint is busy.
            MappingFault: Google gives the account no token.
        """
        response = self._sending(lambda: self._send(url, params, headers), place)
        if response.status_code != requests.codes.unauthorized:
            return response
        response.close()
        return self._sending(lambda: self._renew_and_send(url, params, headers), place)

    def _send(self, url: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> requests.Response:
        answer: requests.Response = self.http.request(  # type: ignore[no-untyped-call]
            "GET",
            url,
            params=dict(params),
            headers=dict(headers),
            timeout=self._patience.timeout,
            stream=True,
            allow_redirects=False,
        )
        return answer

    def _renew_and_send(self, url: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> requests.Response:
        self._access.credentials.refresh(self._token_request)  # type: ignore[no-untyped-call]
        return self._send(url, params, headers)

    def _sending(self, send: Callable[[], requests.Response], place: str) -> requests.Response:
        try:
            return send()
        except RefreshError as error:
            # Not chained: google-auth quotes the token endpoint's answer.
            body = json.dumps(error.args[1]).encode() if len(error.args) > 1 else b""
            raise key_refused(self._access.account, place, read_refusal(400, body).reasons) from None
        except (requests.RequestException, TransportError) as error:
            raise Busy(_broken(error)) from None


def _broken(error: Exception) -> str:
    cause = error.args[0] if isinstance(error, TransportError) and error.args else error
    return f"none on the connection ({type(cause).__name__})"


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False

"""The one way to Google: reads only, within bounds of time, size and repetition.

gspread speaks to Sheets through it (`GoogleClient.sheets`), Drive is asked directly. gspread's own back-off, which
never ends, is not used, nor are its scopes, which would allow to write.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import gspread
import requests
from google.auth.exceptions import TransportError
from gspread.http_client import HTTPClient

from crm_migration.connections import ConnectionFields
from crm_migration.errors import SourceUnreadable
from crm_migration.extract.google.faults import Asker, Refusal, raise_for, read_refusal
from crm_migration.extract.google.key import DRIVE_SCOPES, SHEET_SCOPES, access_of
from crm_migration.extract.google.patience import Busy, Patience, patiently, retry_after
from crm_migration.extract.google.session import GoogleSession

__all__ = ["DRIVE_SCOPES", "SHEET_SCOPES", "AnswerTooLarge", "GoogleClient"]

MOST_BYTES = 48 * 1024 * 1024
MOST_ERROR_BYTES = 64 * 1024
PIECE = 256 * 1024
ASKED_FOR = re.compile(r"/(spreadsheets|files)/([\w-]+)")
BROKEN = (requests.RequestException, TransportError)


class AnswerTooLarge(SourceUnreadable):
    """An answer is larger than this process wants to hold; ask for less at a time."""


class GoogleClient:
    """What a connection's service account may read. Close it, or use it in a `with` block."""

    def __init__(
        self, fields: ConnectionFields, scopes: tuple[str, ...], patience: Patience | None = None, label: str = ""
    ) -> None:
        """Read the key; nothing is asked before the first question. Messages begin with `label`.

        Raises:
            ConnectionUnknown: the connection is of another type, or holds no key that can be used.
        """
        access = access_of(fields, scopes)
        self.patience = patience or Patience()
        if access.retries is not None:
            self.patience = replace(self.patience, attempts=access.retries + 1)
        self.conn_id, self.account = access.conn_id, access.account
        self.most_bytes = MOST_BYTES
        self._label = f"{label}: " if label else ""
        self._session = GoogleSession(access, self.patience)
        self.sheets = gspread.Client(auth=None, session=self._session.http, http_client=self._http_client)  # type: ignore[arg-type]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._session.close()

    def get(self, url: str, params: Mapping[str, Any], place: str | None = None) -> dict[str, Any]:
        """Return an answer's JSON object, asked for until patience ends.

        Raises:
            SourceUnavailable: Google did not answer, or not whole, or wants to be left alone for longer.
            MappingFault: the thing is not there or not shared, the API is switched off, or the key is refused.
            OperatorNeeded: a person must look.
            AnswerTooLarge: the answer exceeds `most_bytes`.
        """
        where = place or self.place(url)
        return patiently(lambda: self._once(url, params, where), self.patience, where)

    def stream(self, url: str, params: Mapping[str, Any], start: int = 0) -> AbstractContextManager["ByteStream"]:
        """Return one attempt at the bytes of a file from `start` on; raises Busy where another one may succeed."""
        return self._streaming(url, params, {"Range": f"bytes={start}-"} if start else {})

    def place(self, url: str) -> str:
        """Return what a URL asks for, as messages name it."""
        found = ASKED_FOR.search(urlsplit(url).path)
        kind = {"spreadsheets": "spreadsheet", "files": "file or folder"}
        thing = f": {kind[found[1]]} {found[2]}" if found else ""
        return f"{self._label}connection {self.conn_id!r}{thing}"

    def _http_client(self, _auth: object, session: Any) -> "ReadingHTTPClient":
        return ReadingHTTPClient(session, self.get)

    def _once(self, url: str, params: Mapping[str, Any], place: str) -> dict[str, Any]:
        with closing(self._session.get(url, params, {}, place)) as response:
            self._refuse(response, url, place)
            body = _read(response, self.most_bytes, place)
        try:
            found = json.loads(body)
        except ValueError:
            raise Busy("a truncated answer") from None
        if not isinstance(found, dict):
            raise Busy("an answer of another shape")
        return found

    @contextmanager
    def _streaming(self, url: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> Iterator["ByteStream"]:
        place = self.place(url)
        with closing(self._session.get(url, params, headers, place)) as response:
            if response.status_code != requests.codes.requested_range_not_satisfiable:
                self._refuse(response, url, place)
            yield ByteStream(response)

    def _refuse(self, response: requests.Response, url: str, place: str) -> None:
        if response.status_code in (requests.codes.ok, requests.codes.partial_content):
            return
        try:
            body = _read(response, MOST_ERROR_BYTES, place)
        except (Busy, AnswerTooLarge):
            body = b""
        refusal: Refusal = read_refusal(response.status_code, body)
        api = "Sheets" if "sheets" in (urlsplit(url).hostname or "") else "Drive"
        raise_for(refusal, Asker(place, self.account, api), retry_after(response.headers.get("Retry-After")))


class ByteStream:
    """The body of one answer, piece by piece; `status` is 206 where it starts at the byte that was asked for."""

    def __init__(self, response: requests.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.content_range = response.headers.get("Content-Range", "")

    def __iter__(self) -> Iterator[bytes]:
        """Yield the bytes; raises Busy where the connection breaks before the end."""
        try:
            yield from self._response.iter_content(PIECE)
        except BROKEN as error:
            raise Busy(f"a truncated answer ({type(error).__name__})") from None


class ReadingHTTPClient(HTTPClient):
    """What gspread calls its HTTP client: every question goes through `get`, and nothing but GET is sent."""

    def __init__(self, session: Any, get: Callable[[str, Mapping[str, Any]], dict[str, Any]]) -> None:
        super().__init__(None, session)  # type: ignore[arg-type]
        self._get = get

    def request(  # noqa: PLR0913 gspread's signature
        self,
        method: str,
        endpoint: str,
        params: Any = None,
        data: bytes | None = None,
        json: Mapping[str, Any] | None = None,
        files: Any = None,
        headers: Any = None,  # noqa: ARG002 gspread sets none when it reads
    ) -> requests.Response:
        """Return an answer to gspread; raises what `GoogleClient.get` raises."""
        if method.upper() != "GET" or data is not None or json is not None or files is not None:
            raise ValueError("expected a question that only reads")
        return _Parsed(self._get(endpoint, params or {}))


class _Parsed(requests.Response):
    """An answer that was read already."""

    def __init__(self, found: dict[str, Any]) -> None:
        super().__init__()
        self.status_code = 200
        self._found = found

    def json(self, **_options: Any) -> Any:
        """Return the answer's object."""
        return self._found


def _read(response: requests.Response, most: int, place: str) -> bytes:
    body = bytearray()
    try:
        for piece in response.iter_content(PIECE):
            body += piece
            if len(body) > most:
                raise AnswerTooLarge(f"{place}: expected an answer of at most {most} bytes, found a larger one")
    except BROKEN as error:
        raise Busy(f"a truncated answer ({type(error).__name__})") from None
    return bytes(body)

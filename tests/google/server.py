"""The stand-in's HTTP server, its strictness, its faults and its memory."""

import gzip
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import parse_qsl, urlsplit

from crm_migration.connections import ConnectionFields
from tests.google import drive_api, sheets_api, tokens
from tests.google.discovery import Discovery
from tests.google.shapes import Answer, Question, Refused, mask_paths, parse_mask
from tests.google.tokens import Tokens, service_account_key
from tests.google.world import World

COMMON = frozenset({"alt", "fields", "prettyPrint", "key", "quotaUser", "access_token", "oauth_token", "callback"})
WRITING = re.compile(r"POST|PUT|PATCH|DELETE")


@dataclass
class Fault:
    """What goes wrong with the next `times` requests whose path fits `path`.

    `refused` is answered instead of the truth; `hang` holds the answer back for so many seconds; `cut` sends so many
    bytes of it and breaks the connection; `before` is done before the answer is made; `deaf` overhears what range of
    bytes is wanted.
    """

    path: str = ""
    times: int = 1
    refused: Refused | None = None
    hang: float = 0.0
    cut: int | None = None
    before: Callable[[], object] | None = None
    deaf: bool = False

    def meets(self, question: Question) -> bool:
        return self.times > 0 and re.search(self.path, question.path) is not None


FOR_EVER = 10**9


@dataclass
class GoogleStandIn:
    """Google on this machine: fill `world`, hand out `connection()`, look at `questions` afterwards.

    With `discovery`, every answer is held against Google's own description, and `unfit` lists what does not fit.
    """

    discovery: Discovery | None = None
    world: World = field(default_factory=World)
    questions: list[Question] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unfit: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        handler = type("_Bound", (_Handler,), {"standin": self})
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.tokens = Tokens((tokens.REAL_ADDRESS, f"{self.url}{tokens.PATH}"))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def connection(self, conn_id: str = "google", **extra: Any) -> ConnectionFields:
        """Return an Airflow connection that leads here instead of to Google."""
        told = {"keyfile_dict": service_account_key(), "endpoint": self.url, **extra}
        return ConnectionFields(conn_id, "google_cloud_platform", extra=told)

    def fault(self, **told: Any) -> Fault:
        """Have something go wrong; see Fault."""
        found = Fault(**told)
        self.faults.append(found)
        return found

    def asked(self, path: str = "") -> list[Question]:
        """Return the questions whose path fits, token requests left out."""
        return [one for one in self.questions if one.path != tokens.PATH and re.search(path, one.path)]

    def answer(self, question: Question) -> tuple[Answer, Fault | None]:
        """Return the answer to a question, and what goes wrong on its way."""
        self.questions.append(question)
        fault = next((one for one in self.faults if one.meets(question)), None)
        if fault:
            fault.times -= 1
            if fault.before:
                fault.before()
            if fault.deaf:
                question.headers.pop("range", None)
        api = _api(question)
        try:
            if fault and fault.refused:
                raise fault.refused
            answer = self._true_answer(question, api)
        except Refused as refused:
            answer = refused.answer(api)
        self._judge(answer)
        question.status = answer.status
        return answer, fault

    def _true_answer(self, question: Question, api: str) -> Answer:
        if question.path == tokens.PATH:
            if question.method != "POST" or question.host not in ("", tokens.HOST):
                raise Refused(404, "NOT_FOUND", "Not Found")
            return self.tokens.answer(question)
        room: Any = drive_api if api == "drive" else sheets_api
        allowed = room.parameters(question.path)
        if allowed is None or question.host not in ("", room.HOST):
            raise Refused(404, "NOT_FOUND", "Not Found")
        self._check_leave(question, room.SCOPES, api)
        if WRITING.fullmatch(question.method):
            raise Refused(403, "PERMISSION_DENIED", "Request had insufficient authentication scopes.")
        self._check_parameters(question, allowed, api)
        answer: Answer = room.answer(self.world, question)
        return answer

    def _check_leave(self, question: Question, scopes: frozenset[str], api: str) -> None:
        found = self.tokens.scopes(question.headers.get("authorization", ""))
        if found is None:
            code = "authError" if api == "drive" else "UNAUTHENTICATED"
            raise Refused(401, code, "Request had invalid authentication credentials.")
        question.scopes = found
        if not found & scopes:
            message = "Request had insufficient authentication scopes."
            raise Refused(403, "PERMISSION_DENIED", message, "ACCESS_TOKEN_SCOPE_INSUFFICIENT")

    def _check_parameters(self, question: Question, allowed: frozenset[str], api: str) -> None:
        for name, value in question.params:
            if name not in allowed | COMMON:
                message = f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter.'
                raise Refused(400, "INVALID_ARGUMENT", message)
            if name == "fields" and self.discovery:
                self._check_mask(value, question, api)

    def _check_mask(self, mask: str, question: Question, api: str) -> None:
        document = "drive.v3" if api == "drive" else "sheets.v4"
        for path in mask_paths(parse_mask(mask)):
            if not self.discovery.knows_field(document, _schema(question), path):
                raise Refused(400, "invalidParameter", f"Invalid field selection {path}", "invalidParameter")

    def _judge(self, answer: Answer) -> None:
        if self.discovery and answer.schema:
            import json

            api, schema = answer.schema
            try:
                self.discovery.check(api, schema, json.loads(answer.body))
            except AssertionError as unfit:
                self.unfit.append(str(unfit))


def _api(question: Question) -> str:
    return "drive" if question.path.startswith("/drive/") else "sheets"


def _schema(question: Question) -> str:
    if question.path.startswith("/drive/"):
        return "FileList" if question.path == drive_api.PREFIX else "File"
    if "/values:" in question.path:
        return "BatchGetValuesResponse"
    return "ValueRange" if "/values/" in question.path else "Spreadsheet"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet: clients of this server hang up on purpose."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    standin: ClassVar[GoogleStandIn]
    timeout = 30

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        params = parse_qsl(parts.query, keep_blank_values=True)
        host = headers.get("x-original-host", "")
        answer, fault = self.standin.answer(Question(self.command, host, parts.path, params, headers, body))
        if fault and fault.hang:
            self.standin.closing.wait(fault.hang)
            self.close_connection = True
            return
        self._send(answer, fault.cut if fault else None, "gzip" in headers.get("accept-encoding", ""))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _answer  # noqa: N815

    def _send(self, answer: Answer, cut: int | None, may_pack: bool) -> None:
        body = answer.body
        packs = may_pack and cut is None and len(body) > 1000 and "json" in answer.headers.get("Content-Type", "")
        body = gzip.compress(body, 1) if packs else body
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if packs:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if cut is None else body[:cut])
        self.wfile.flush()
        if cut is not None:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Keep quiet."""

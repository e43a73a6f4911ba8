"""A server that stands in for Fxiaoke's Open API, written from its contract and nothing else.

Unknown paths, parameters, fields and types are refused. What it holds can be read, and what goes wrong be set: by
Python where it runs in a test's own process, by HTTP below `/_stand_in/` where it runs as one of its own
(`python -m tests.fxiaoke.stand_in --port 8099 --lift-limits`):

    GET    /_stand_in/state     what the CRM holds; `?stamps=0` leaves out who changed it last, and when
    GET    /_stand_in/calls     calls by path, tokens granted, faults by form
    POST   /_stand_in/faults    a list of faults, as the fields of `faults.Fault`
    DELETE /_stand_in/faults    no more faults
    POST   /_stand_in/gate      limits and credentials, as the fields of `gate.Gate`
    POST   /_stand_in/employees {"user_id": …, "name": …, "email": …}
    POST   /_stand_in/expire    all tokens expire
"""

import argparse
import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qs

import msgspec

from tests.fxiaoke.checks import UNKNOWN_PATH, WRONG_PARAMETER, Refusal
from tests.fxiaoke.crm import Crm
from tests.fxiaoke.faults import Fault, Faults, How
from tests.fxiaoke.gate import CORP, OAUTH, Gate

ADMIN = "/_stand_in/"
LARGEST_BODY = 4 * 1024 * 1024
VERBS = ("create", "update", "get", "query", "invalid", "delete", "recover")
HTML = b"<html><body><h1>502 Bad Gateway</h1></body></html>"
Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One HTTP request."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """One answer, and what becomes of it on the way."""

    body: bytes
    how: How | None = None


@dataclass
class StandIn:
    """The server; a context manager runs it in a thread of its own."""

    crm: Crm = field(default_factory=Crm)
    gate: Gate = field(default_factory=Gate)
    faults: Faults = field(default_factory=Faults)
    port: int = 0

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self._paths = self._all_paths()
        self._connections: set[Connection] = set()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True, name="fxiaoke-stand-in")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def calls(self) -> int:
        """Calls that have come in, logins among them."""
        return sum(self.gate.counted.values())

    def calls_of(self, verb: str) -> int:
        """Calls whose path ends with this word."""
        return sum(count for path, count in self.gate.counted.items() if path.endswith(f"/{verb}"))

    def dump(self, stamps: bool = True) -> str:
        with self.lock:
            return self.crm.dump(stamps)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _run(self) -> None:
        server = self._loop.run_until_complete(
            self._loop.create_server(lambda: Connection(self.reply, self._connections), "127.0.0.1", self.port)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        try:
            self._loop.run_forever()
        finally:
            server.close()
            for connection in list(self._connections):
                connection.abort()
            self._loop.run_until_complete(asyncio.sleep(0))
            self._loop.close()

    def serve(self) -> None:
        """Run until the process is told to end."""
        self._thread.start()
        self._ready.wait(10)
        print(self.url, flush=True)  # noqa: T201
        self._thread.join()

    def reply(self, request: Request) -> Reply:
        with self.lock:
            if request.path.startswith(ADMIN):
                return Reply(json.dumps(self._administered(request), ensure_ascii=False).encode())
            return self._answered(request)

    def _answered(self, request: Request) -> Reply:
        fault = None
        try:
            self.gate.count(request.path, parse_qs(request.query).get("thirdTraceId", [""])[0])
            body = _json(request)
            verb = self._verb(request.path)
            fault = self.faults.strike(request.path, body, self.gate.has_young_token())
            if fault is not None and fault.how == "expired_token":
                self.gate.expire_tokens()
                content: Json = verb(request, body)
            elif fault is not None and not fault.performed:
                content = self._spoiled(fault)
            else:
                content = verb(request, body)
            code, message = 0, "OK"
        except Refusal as refusal:
            code, message, content = refusal.code, refusal.message, {}
        description = "success" if code == 0 else "error"
        if fault is not None and fault.performed and fault.how == "code":
            code, message, content = fault.code, fault.message, {}
        envelope = {"errorCode": code, "errorMessage": message, "errorDescription": description, "traceId": "E-O.1"}
        how = fault.how if fault is not None and fault.how not in ("code", "expired_token") else None
        return Reply(msgspec.json.encode(envelope | content), how)

    def _spoiled(self, fault: Fault) -> Json:
        if fault.how == "code":
            raise Refusal(fault.code, fault.message)
        return {}

    def _verb(self, path: str) -> Callable[[Request, Json], Json]:
        if path in (OAUTH, CORP):
            return lambda _request, body: self.gate.login(path, body)
        done = self._paths.get(path)
        if done is None:
            raise Refusal(UNKNOWN_PATH, f"unknown path {path}")

        def called(request: Request, body: Json) -> Json:
            user = self.gate.authorised(request.headers, body)
            if not self.crm.has_employee(user):
                raise Refusal(20006, "the user does not exist")
            self.gate.pass_limits(path)
            _check_kind(path, body)
            return done(body, user)

        return called

    def _all_paths(self) -> dict[str, Callable[[Json, str], Json]]:
        crm = self.crm
        found: dict[str, Callable[[Json, str], Json]] = {
            "/cgi/crm/v2/object/list": crm.object_list,
            "/cgi/crm/v2/object/describe": crm.describe,
        }
        for prefix in ("/cgi/crm/v2/data", "/cgi/crm/custom/v2/data"):
            found |= {f"{prefix}/{verb}": getattr(crm, verb) for verb in VERBS}
            found[f"{prefix}/changeOwner"] = crm.change_owner
        return found

    def _administered(self, request: Request) -> Any:
        given = json.loads(request.body) if request.body else None
        match request.method, request.path.removeprefix(ADMIN):
            case "GET", "state":
                return json.loads(self.crm.dump(stamps="stamps=0" not in request.query))
            case "GET", "calls":
                struck = dict(self.faults.struck)
                return {"calls": dict(self.gate.counted), "granted": self.gate.granted, "faults": struck}
            case way, what:
                return {"done": self._set(way, what, given)}

    def _set(self, way: str, what: str, given: Any) -> bool:
        match way, what:
            case "POST", "faults":
                self.faults.add(*(Fault(**one) for one in given))
            case "DELETE", "faults":
                self.faults.clear()
            case "POST", "gate":
                for name, value in given.items():
                    setattr(self.gate, name, value)
            case "POST", "employees":
                self.crm.add_employee(given["user_id"], given["name"], given.get("email", ""))
            case "POST", "expire":
                self.gate.expire_tokens()
            case _:
                return False
        return True


def _check_kind(path: str, body: Json) -> None:
    """Objects of a company's own have paths of their own."""
    data = body.get("data")
    named = data.get("object_data", data) if isinstance(data, dict) else None
    name = named.get("dataObjectApiName") if isinstance(named, dict) else None
    if isinstance(name, str) and name.endswith("__c") != path.startswith("/cgi/crm/custom/"):
        raise Refusal(WRONG_PARAMETER, f"{name} has another path")


def _json(request: Request) -> Json:
    if request.method != "POST" or not request.headers.get("content-type", "").startswith("application/json"):
        raise Refusal(WRONG_PARAMETER, "all calls POST with JSON")
    try:
        body = msgspec.json.decode(request.body)
    except msgspec.DecodeError:
        raise Refusal(WRONG_PARAMETER, "no JSON") from None
    if not isinstance(body, dict):
        raise Refusal(WRONG_PARAMETER, "no JSON object")
    return body


class Connection(asyncio.Protocol):
    """HTTP/1.1 with Content-Length, kept alive: what the client of such an interface speaks."""

    def __init__(self, reply: Callable[[Request], Reply], open_ones: "set[Connection]") -> None:
        self._reply, self._open_ones = reply, open_ones
        self._received = b""
        self._hung = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport
        self._open_ones.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._open_ones.discard(self)

    def abort(self) -> None:
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._received += data
        while not self._hung and (request := self._request()):
            self._send(self._reply(request))

    def _request(self) -> Request | None:
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return None
        first, *lines = self._received[:end].decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", 0))
        if length > LARGEST_BODY or "transfer-encoding" in headers:
            self._transport.abort()
            return None
        if len(self._received) < end + 4 + length:
            return None
        body = self._received[end + 4 : end + 4 + length]
        self._received = self._received[end + 4 + length :]
        method, target, _ = first.split(" ")
        path, _, query = target.partition("?")
        return Request(method, path, query, headers, body)

    def _send(self, reply: Reply) -> None:
        if reply.how == "hang":
            self._hung = True
        elif reply.how == "cut":
            self._transport.abort()
        elif reply.how in ("html", "gateway"):
            status = 200 if reply.how == "html" else 502
            self._transport.write(_head(status, len(HTML), b"text/html") + HTML)
        else:
            body = reply.body[: len(reply.body) // 2] if reply.how in ("truncated", "broken_off") else reply.body
            told = len(reply.body) if reply.how == "broken_off" else len(body)
            self._transport.write(_head(200, told, b"application/json") + body)
            if reply.how == "broken_off":
                self._transport.close()


def _head(status: int, length: int, kind: bytes) -> bytes:
    return b"HTTP/1.1 %d OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n" % (status, kind, length)


def main() -> None:
    parser = argparse.ArgumentParser(description="Stand in for Fxiaoke's Open API.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--lift-limits", action="store_true", help="no rate limit, no limit of tokens a minute")
    options = parser.parse_args()
    gate = Gate(calls=None, grants=None) if options.lift_limits else Gate()
    StandIn(gate=gate, port=options.port).serve()


if __name__ == "__main__":
    main()

"""What questions and answers look like: fields masks, Google's errors, a question, an answer."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Mask = dict[str, Any]
EVERYTHING: Mask = {"*": {}}


@dataclass
class Question:
    """One HTTP request, as the stand-in sees and keeps it."""

    method: str
    host: str
    path: str
    params: list[tuple[str, str]]
    headers: dict[str, str]
    body: bytes = b""
    scopes: frozenset[str] = frozenset()
    status: int = 0

    def one(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.params if key == name), default)

    def every(self, name: str) -> list[str]:
        return [value for key, value in self.params if key == name]

    def flag(self, name: str) -> bool:
        return self.one(name, "false").lower() == "true"


@dataclass
class Answer:
    """One HTTP answer; `schema` names the discovery document and schema that its body must fit."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    schema: tuple[str, str] | None = None


def json_answer(told: Any, schema: tuple[str, str] | None = None, pretty: bool = True) -> Answer:
    body = json.dumps(told, indent=2 if pretty else None, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
    return Answer(200, body, {"Content-Type": "application/json; charset=UTF-8"}, schema)


class Refused(Exception):
    """An error as Google tells it; `api` decides its shape."""

    def __init__(self, status: int, code: str, message: str, reason: str = "", **headers: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.reason = status, code, message, reason
        self.headers = {name.replace("_", "-").title(): value for name, value in headers.items()}

    def answer(self, api: str) -> Answer:
        error: dict[str, Any] = {"code": self.status, "message": self.message}
        if api == "drive":
            error["errors"] = [{"message": self.message, "domain": "global", "reason": self.reason or self.code}]
            if self.code.isupper():
                error["status"] = self.code
        else:
            error["status"] = self.code
            if self.reason:
                info = "type.googleapis.com/google.rpc.ErrorInfo"
                error["details"] = [{"@type": info, "reason": self.reason, "domain": "googleapis.com"}]
        answer = json_answer({"error": error})
        answer.status = self.status
        answer.headers |= self.headers
        return answer


def bad(message: str) -> Refused:
    return Refused(400, "INVALID_ARGUMENT", message)


def parse_mask(text: str) -> Mask:
    """Return a fields mask as nested names; raises Refused where it cannot be read."""
    mask, rest = _fields(text)
    if rest:
        raise bad(f"Invalid field selection {text}")
    return mask


def _fields(text: str) -> tuple[Mask, str]:
    mask: Mask = {}
    while True:
        inner, text = _field(text, mask)
        if text[:1] == "(":
            deeper, text = _fields(text[1:])
            if text[:1] != ")":
                raise bad("Invalid field selection: a parenthesis is open")
            _merge(inner, deeper)
            text = text[1:]
        if text[:1] != ",":
            return mask, text
        text = text[1:]


def _field(text: str, mask: Mask) -> tuple[Mask, str]:
    while True:
        end = next((at for at, letter in enumerate(text) if letter in ",()./"), len(text))
        name, text = text[:end], text[end:]
        if not name:
            raise bad("Invalid field selection: a name is missing")
        mask = mask.setdefault(name, {})
        if text[:1] not in (".", "/"):
            return mask, text
        text = text[1:]


def _merge(into: Mask, other: Mask) -> None:
    for name, inner in other.items():
        _merge(into.setdefault(name, {}), inner)


def masked(told: Any, mask: Mask) -> Any:
    """Return the part of an answer that a mask lets through."""
    if not mask or "*" in mask:
        return told
    if isinstance(told, list):
        return [masked(one, mask) for one in told]
    if not isinstance(told, dict):
        return told
    return {name: masked(told[name], inner) for name, inner in mask.items() if name in told}


def mask_paths(mask: Mask, above: str = "") -> Iterator[str]:
    """Yield every name of a mask with those above it."""
    for name, inner in mask.items():
        yield above + name
        yield from mask_paths(inner, f"{above}{name}.")

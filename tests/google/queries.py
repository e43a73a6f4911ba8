"""The search language of Drive's files.list, as far as a reader of folders needs it."""

import re
from collections.abc import Callable

from tests.google.shapes import Refused
from tests.google.world import Item

TOKEN = re.compile(r"\s*(?:('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(!=|<=|>=|=|<|>)|([A-Za-z]+)|([()]))")
Test = Callable[[Item], bool]
FIELDS: dict[str, Callable[[Item], object]] = {
    "name": lambda item: item.name,
    "mimeType": lambda item: item.mime_type,
    "trashed": lambda item: item.trashed,
    "modifiedTime": lambda item: f"{item.modified:%Y-%m-%dT%H:%M:%S}",
}
OPERATORS: dict[str, Callable[[object, object], bool]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: str(one) < str(other),
    "<=": lambda one, other: str(one) <= str(other),
    ">": lambda one, other: str(one) > str(other),
    ">=": lambda one, other: str(one) >= str(other),
    "contains": lambda one, other: str(one).lower().startswith(str(other).lower()),
}


def parse_query(text: str) -> Test:
    """Return a search as a test of one item; raises Refused as Drive does where it cannot be read."""
    if not text:
        return lambda _item: True
    parser = _Parser(_tokens(text))
    found = parser.either()
    if parser.tokens:
        raise _invalid()
    return found


def _invalid() -> Refused:
    return Refused(400, "invalid", "Invalid Value", "invalid")


def _tokens(text: str) -> list[str]:
    tokens, at = [], 0
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if not found:
            raise _invalid()
        tokens.append(found[0].strip())
        at = found.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens = tokens

    def either(self) -> Test:
        found = self.both()
        while self._took("or"):
            found = _any(found, self.both())
        return found

    def both(self) -> Test:
        found = self.one()
        while self._took("and"):
            found = _all(found, self.one())
        return found

    def one(self) -> Test:
        if self._took("not"):
            inner = self.one()
            return lambda item: not inner(item)
        if self._took("("):
            found = self.either()
            if not self._took(")"):
                raise _invalid()
            return found
        return self._term(self._next())

    def _term(self, first: str) -> Test:
        if first[0] in "'\"":
            if self._next() != "in" or self._next() != "parents":
                raise _invalid()
            return _child_of(_text(first))
        if first == "parents":
            if self._next() != "in":
                raise _invalid()
            return _child_of(_text(self._next()))
        operator, wanted = self._next(), self._next()
        if first not in FIELDS or operator not in OPERATORS:
            raise _invalid()
        value = _text(wanted) if first != "trashed" else {"true": True, "false": False}.get(wanted)
        return lambda item: OPERATORS[operator](FIELDS[first](item), value)

    def _next(self) -> str:
        if not self.tokens:
            raise _invalid()
        return self.tokens.pop(0)

    def _took(self, word: str) -> bool:
        if self.tokens[:1] == [word]:
            self.tokens.pop(0)
            return True
        return False


def _text(token: str) -> str:
    if token[0] not in "'\"":
        raise _invalid()
    return re.sub(r"\\(.)", r"\1", token[1:-1])


def _child_of(folder: str) -> Test:
    return lambda item: item.parent == folder


def _any(one: Test, other: Test) -> Test:
    return lambda item: one(item) or other(item)


def _all(one: Test, other: Test) -> Test:
    return lambda item: one(item) and other(item)

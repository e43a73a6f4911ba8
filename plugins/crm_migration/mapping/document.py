"""A YAML file as a person wrote it: plain values, the place of each, and what YAML made of unquoted text.

Nothing is constructed but text, numbers, booleans, lists and keys with values. Where YAML 1.1 reads unquoted
letters as something else (`010`, `12:30`, `2024-01-01`), the value is an `Unquoted` that no model accepts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import yaml
from yaml.composer import Composer
from yaml.resolver import Resolver

from crm_migration.mapping.faults import Fault, Place, Positions, Spot, quoted

DEEPEST = 40
MOST_ALIASES = 20
MOST_REPEATED = 10_000

CORE = "tag:yaml.org,2002:"
PLAIN_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
PLAIN_FLOAT = re.compile(r"[-+]?([0-9]{1,18}\.[0-9]{0,18}|\.[0-9]{1,18})([eE][-+][0-9]{1,2})?")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
DOUBLE = '"'
MADE = {
    "str": "text",
    "null": "nothing",
    "bool": "boolean",
    "int": "number",
    "float": "number",
    "timestamp": "date",
}


class Refused(Exception):
    """The file cannot be read any further; carries the one fault that says why."""

    def __init__(self, line: int, column: int, text: str) -> None:
        """Keep the position, counted from 1, and what was expected and found there."""
        super().__init__(text)
        self.line, self.column, self.text = line, column, text


class Unquoted:
    """A value that YAML reads as something else than its letters say."""

    def __init__(self, written: str) -> None:
        """Keep the letters."""
        self.written = written


@dataclass
class Document:
    """The values of a file, where each stands, and what is wrong before any meaning is looked for.

    `unread` holds the places whose value could not be taken over at all.
    """

    data: Any
    positions: Positions
    faults: list[Fault] = field(default_factory=list)
    unread: set[Place] = field(default_factory=set)


class _BoundedComposer(Composer):
    """Composes nodes only to a depth, and only with a few aliases."""

    depth = 0
    aliases = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[attr-defined]
        if isinstance(event, yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > MOST_ALIASES:
                raise _refused(event.start_mark, f"at most {MOST_ALIASES} aliases", "more of them")
        self.depth += 1
        if self.depth > DEEPEST:
            raise _refused(event.start_mark, f"at most {DEEPEST} levels", "deeper nesting")
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


class _PythonLoader(_BoundedComposer, yaml.SafeLoader):
    """PyYAML's own parser: slower, with the clearer messages."""


def _loaders() -> Iterator[type[Any]]:
    """Yield the parsers to try in turn: libyaml reads good files ten times faster."""
    try:
        from yaml.cyaml import CParser  # type: ignore[attr-defined]
    except ImportError:
        pass
    else:

        class FastLoader(_BoundedComposer, CParser, Resolver):
            def __init__(self, stream: str) -> None:
                CParser.__init__(self, stream)
                Composer.__init__(self)
                Resolver.__init__(self)

        yield FastLoader
    yield _PythonLoader


LOADERS = tuple(_loaders())


def parse(text: str) -> Document:
    """Read YAML text into plain values with their places.

    Raises:
        Refused: The text is not one YAML document of keys and values, or exceeds a limit.
    """
    node = _compose(text)
    if node is None:
        raise Refused(1, 1, "expected a mapping, found an empty file")
    if not isinstance(node, yaml.MappingNode):
        raise _refused(node.start_mark, "keys and values", "a list" if _is_list(node) else "a single value")
    builder = _Builder()
    data = builder.value(node, (), None)
    return Document(data, Positions(builder.spots), builder.faults, builder.unread)


def _compose(text: str) -> yaml.Node | None:
    """Return the root node by the first parser that reads the text; the last one's words are reported."""
    failure: Refused | None = None
    for loader in LOADERS:
        try:
            return cast("yaml.Node | None", loader(text).get_single_node())
        except (yaml.YAMLError, UnicodeEncodeError) as error:
            failure = _in_plain_words(error, text)
    raise failure or Refused(1, 1, "expected YAML, found no parser for it")


def _in_plain_words(error: Exception, text: str) -> Refused:
    mark = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or "")
    if mark is None:
        offset = getattr(error, "position", 0)
        line = text.count("\n", 0, offset) + 1
        column = offset - (text.rfind("\n", 0, offset) + 1) + 1
        found = quoted(text[offset : offset + 1])
        return Refused(line, column, f"expected printable characters, found the control character {found}")
    if "'\\t'" in problem:
        problem = "a tab, which YAML does not take for a blank"
    elif "another document" in problem:
        problem = "a second document after ---"
    elif "second occurrence" in problem:
        problem = "an anchor (&) of a name that is taken"
    else:
        problem = " ".join(problem.removeprefix("found ").split())
    return _refused(mark, "well-formed YAML", problem)


def _refused(mark: Any, expected: str, found: str) -> Refused:
    return Refused(mark.line + 1, mark.column + 1, f"expected {expected}, found {found}")


def _is_list(node: yaml.Node) -> bool:
    return isinstance(node, yaml.SequenceNode)


class _Builder:
    """Turns nodes into plain values, noting where each stands and what is wrong with it."""

    def __init__(self) -> None:
        self.spots: dict[Place, Spot] = {}
        self.faults: list[Fault] = []
        self.unread: set[Place] = set()
        self._open: list[yaml.Node] = []
        self._seen: set[int] = set()
        self._repeated = 0

    def value(self, node: yaml.Node, place: Place, key: yaml.Node | None) -> Any:
        """Return the value of a node at a place; `key` is the node of its key, if it has one."""
        self._count(node)
        spot_key = _position(key) if key is not None else None
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place, spot_key)
        made = "list" if _is_list(node) else "mapping"
        self.spots[place] = Spot(_position(node), spot_key, None, made)
        if any(node is other for other in self._open):
            self.faults.append(Fault(place, "expected a value, found an alias (*) of what surrounds it"))
            self.unread.add(place)
            return None
        if node.tag != CORE + ("seq" if made == "list" else "map"):
            self._foreign_tag(node, place)
            return None
        self._open.append(node)
        result = self._list(node, place) if made == "list" else self._keys(node, place)
        self._open.pop()
        return result

    def _count(self, node: yaml.Node) -> None:
        """Bound what aliases repeat: few of them, nested, multiply into a bomb."""
        self._repeated += id(node) in self._seen
        self._seen.add(id(node))
        if self._repeated > MOST_REPEATED:
            found = "an alias bomb"
            raise _refused(node.start_mark, f"aliases that repeat at most {MOST_REPEATED} values", found)

    def _list(self, node: yaml.Node, place: Place) -> list[Any]:
        return [self.value(item, (*place, index), None) for index, item in enumerate(node.value)]

    def _keys(self, node: yaml.Node, place: Place) -> dict[str, Any]:
        result: dict[str, Any] = {}
        first: dict[str, yaml.Node] = {}
        boolean_field = any(key.value == "kind" and value.value == "boolean" for key, value in node.value)
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._at(key, (*place, "?"), "expected text as a key, found a list or a mapping")
                continue
            name = str(key.value)
            if name in result:
                line = first[name].start_mark.line + 1
                self._at(key, (*place, name), f"expected each key once, found it again (first on line {line})")
                continue
            if key.tag == CORE + "merge":
                self._at(key, (*place, name), "expected the keys themselves, found a merge key, which is not read")
                continue
            if not (boolean_field and name in ("true", "false")):
                self._check_key(key, (*place, name))
            first[name] = key
            result[name] = self.value(value, (*place, name), key)
        return result

    def _check_key(self, key: yaml.Node, place: Place) -> None:
        kind = key.tag.removeprefix(CORE)
        if kind not in MADE and kind != "value":
            self._foreign_tag(key, place)
        elif kind not in ("str", "value"):
            self._at(key, place, f"expected text as a key, found {unquoted(key.value, MADE[kind])}")
        elif CONTROL.search(key.value):
            self._at(key, place, f"expected printable text as a key, found {quoted(key.value)}")

    def _scalar(self, node: yaml.Node, place: Place, key: tuple[int, int] | None) -> Any:
        kind = node.tag.removeprefix(CORE)
        kind = "str" if kind in ("value", "merge") else kind
        written = str(node.value)
        self.spots[place] = Spot(_position(node), key, written, MADE.get(kind, "tagged value"))
        if kind not in MADE:
            self._foreign_tag(node, place)
        elif kind == "str" and CONTROL.search(written):
            self._at(node, place, f"expected printable text, found {quoted(written)}")
        return _plain(kind, written)

    def _foreign_tag(self, node: yaml.Node, place: Place) -> None:
        tag = node.tag.replace(CORE, "!!")
        self.unread.add(place)
        self._at(node, place, f"expected a value without a tag, found the tag {quoted(tag)}")

    def _at(self, node: yaml.Node, place: Place, text: str) -> None:
        """Report a fault at a node, perhaps another than its place leads to: the second of two keys."""
        self.faults.append(Fault(place, text, position=_position(node)))


def unquoted(written: str, made: str) -> str:
    """Return what YAML made of unquoted letters, and how to write them when text is meant."""
    if not written:
        return "nothing"
    return f"{made_of(written, made)}; write it in quotes: {quoted(written, DOUBLE)}"


def made_of(written: str, made: str) -> str:
    """Return what YAML made of unquoted letters: `the boolean that YAML makes of NO`."""
    return f"the {'empty value' if made == 'nothing' else made} that YAML makes of {quoted(written, '')}"


def _position(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _plain(kind: str, written: str) -> Any:
    if kind == "str":
        return written
    if kind == "null":
        return None
    if kind == "bool":
        return written.lower() in ("yes", "true", "on")
    if kind == "int" and PLAIN_INTEGER.fullmatch(written):
        return int(written)
    if kind == "float" and PLAIN_FLOAT.fullmatch(written):
        return float(written)
    return Unquoted(written)

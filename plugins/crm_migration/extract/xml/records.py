"""The records of a document: the elements at a path, each with what its ancestors held before it."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from crm_migration.extract.document import Document, refused
from crm_migration.extract.xml.columns import PARENT, TOP, Columns, TooManyColumns
from crm_migration.extract.xml.elements import Values, values_of
from crm_migration.extract.xml.limits import MOST_ATTRIBUTES, MOST_COLUMNS, MOST_RECORD
from crm_migration.extract.xml.paths import Step
from crm_migration.extract.xml.stream import Element, TooManyAttributes, TreeStream, attributes_of


class Level:
    """An ancestor of the records: its attributes, and the texts of its plain children as far as they came.

    `way` is the next step to the records: elements that it matches lead to records and are no texts. `fresh` are the
    places that no record has seen yet, `letters` is how much text there is, `seen` is the child up to which all is
    taken.
    """

    def __init__(self, element: Element, place: int, way: Step, columns: Columns) -> None:
        """Take an ancestor that just began, and the place that its values stand below."""
        self.element = element
        self.values: Values = {}
        self.letters = 0
        self.fresh: dict[int, None] = {}
        self.seen: Element = None
        self._place = place
        self._way = way
        self._columns = columns
        for name, value in attributes_of(element):
            self._put("@" + name, value)

    def gather(self, before: Element) -> None:
        """Take the plain children that stand before this one and were not taken yet; of several the last counts."""
        newest = passed = before.getprevious()
        if passed is None or passed is self.seen:
            return
        fresh: list[Element] = []
        while passed is not None and passed is not self.seen:
            fresh.append(passed)
            passed = passed.getprevious()
        self.seen = newest
        for child in reversed(fresh):
            if not len(child) and not self._way.matches(child.tag):
                self._put(child.tag, child.text or "")

    def _put(self, step: str, text: str) -> None:
        place = self._columns.place(self._place, step)
        if place not in self.values:
            self.fresh[place] = None
        self.letters += len(text) - len(self.values.get(place) or "")
        self.values[place] = text


class Record(NamedTuple):
    """A record's number in the document, counted from 1, its values by place, and about how many letters they hold.

    `levels` are its ancestors as they are now, from the root on; they change with the next record.
    """

    number: int
    values: Values
    letters: int
    levels: list[Level]

    def around(self, place: int) -> str | None:
        """Return the value that an ancestor has at this place."""
        return next((level.values[place] for level in self.levels if place in level.values), None)

    @property
    def letters_around(self) -> int:
        """Return how many letters the ancestors' values have."""
        return sum(level.letters for level in self.levels)


class RecordStream:
    """Yields a document's records; only the open record and its ancestors are kept in memory."""

    def __init__(self, document: Document, stream: TreeStream, path: tuple[Step, ...], columns: Columns) -> None:
        """Take the way to the records from the root, which is known to match its first step."""
        self._document = document
        self._stream = stream
        self._path = path
        self._columns = columns
        self._levels: list[Level] = []
        self._tag = ""
        self._record: Element = None
        self._open: Element = None
        self._open_bytes = self._fresh_bytes = self._number = 0
        self._up: list[int] = [TOP]
        for _ in path:
            self._up.append(columns.place(self._up[-1], PARENT))

    def records(self, file: BinaryIO) -> Iterator[Record]:
        """Yield the records in order.

        Raises:
            SourceUnreadable: the document is not well-formed, or beyond a limit.
        """
        self._number = 0
        try:
            for ended in self._stream.ended(file, self._path[-1].pattern, self._prune):
                for element in ended:
                    if self._is_record(element):
                        yield self._record_of(element)
                        self._let_go(element)
        except TooManyColumns:
            raise refused(self._document, f"expected at most {MOST_COLUMNS} columns, found more") from None
        except TooManyAttributes:
            found = f"record {self._number}: expected at most {MOST_ATTRIBUTES} attributes of an element, found more"
            raise refused(self._document, found) from None

    def _record_of(self, element: Element) -> Record:
        self._number += 1
        values = values_of(element, self._columns)
        if self._levels:
            self._levels[-1].gather(element)
        for level in self._levels:
            if level.fresh:
                self._columns.hold_values(level.fresh)
                level.fresh = {}
        return Record(self._number, values, self._fresh_bytes, self._levels)

    def _let_go(self, element: Element) -> None:
        element.clear()
        self._fresh_bytes = 0
        self._record = element
        if self._levels:
            self._levels[-1].seen = element

    def _is_record(self, element: Element) -> bool:
        parent = element.getparent()
        if self._levels and parent is self._levels[-1].element and len(self._levels) == len(self._path) - 1:
            return element.tag == self._tag or self._path[-1].matches(element.tag)
        ways = [*reversed(list(element.iterancestors())), element]
        if len(ways) != len(self._path) or not all(map(_matches, self._path, ways)):
            return False
        self._enter(ways[:-1])
        self._tag = element.tag
        return True

    def _enter(self, ancestors: list[Element]) -> None:
        """Make the levels those of these ancestors, from the root on."""
        for depth, element in enumerate(ancestors):
            if depth < len(self._levels) and self._levels[depth].element is element:
                continue
            del self._levels[depth:]
            if depth:
                self._levels[depth - 1].gather(element)
            place = self._up[len(self._path) - 1 - depth]
            self._levels.append(Level(element, place, self._path[depth + 1], self._columns))

    def _prune(self, root: Element, size: int) -> None:
        """Take all out of the tree that is complete, but for the last child of each open element."""
        self._fresh_bytes += size
        node, ancestors = root, [root]
        while len(ancestors) < len(self._path):
            self._enter(ancestors)
            if not len(node):
                return
            last = node[-1]
            self._levels[len(ancestors) - 1].gather(last)
            del node[:-1]
            if not self._path[len(ancestors)].matches(last.tag):
                _prune_all(last)
                return
            node = last
            ancestors.append(node)
        self._watch(node, size)

    def _watch(self, record: Element, size: int) -> None:
        if record is self._record or record is not self._open:
            self._open_bytes = 0
        else:
            self._open_bytes += size
        self._open = record
        if self._open_bytes > MOST_RECORD:
            raise refused(
                self._document,
                f"line {record.sourceline}: expected a record of at most {MOST_RECORD} bytes, found a longer one",
                "correct xml.records in the mapping, or ask for an export in smaller records",
            )


def _matches(step: Step, element: Element) -> bool:
    return step.matches(element.tag)


def _prune_all(node: Element) -> None:
    while len(node):
        del node[:-1]
        node = node[-1]

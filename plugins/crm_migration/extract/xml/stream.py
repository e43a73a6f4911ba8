"""A document parsed piece by piece; what has been read is taken out of the tree, so that it does not grow."""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from lxml import etree

from crm_migration.extract.document import Document, refused
from crm_migration.extract.xml.faults import DOCTYPE, WITHOUT_DOCTYPE, refusal_of
from crm_migration.extract.xml.limits import MOST_ATTRIBUTES

Element = Any
"""lxml's elements; their stubs know less than they do."""


class TooManyAttributes(Exception):
    """An element has more attributes than can be read in good time."""


def attributes_of(element: Element) -> list[tuple[str, str]]:
    """Return an element's attributes, names and values.

    Raises:
        TooManyAttributes: there are more than an element may have.
    """
    if len(element.keys()) > MOST_ATTRIBUTES:
        raise TooManyAttributes
    found: list[tuple[str, str]] = element.items()
    return found


class TreeStream:
    """Feeds a parser; yields the elements that ended, if they or the root match `ends`, then lets `prune` take out.

    `encoding` is known once the root was seen.
    """

    def __init__(self, document: Document, root: str, chunk: int) -> None:
        """Take the document and its root's tag, as `find_root` returned it."""
        self._document = document
        self._root_tag = root
        self._chunk = chunk
        self.root: Element = None
        self.encoding = ""
        self.fed = 0

    def ended(self, file: BinaryIO, ends: str | None, prune: Callable[[Element, int], None]) -> Iterator[list[Element]]:
        """Yield the elements that ended, those of a chunk at once, and then call `prune` with the root and its bytes.

        Raises:
            SourceUnreadable: the document is not well-formed, or beyond a limit of the parser.
        """
        tags = [self._root_tag] if ends is None else [self._root_tag, ends]
        parser: Any = etree.XMLPullParser(("start", "end"), tag=tags, remove_comments=True, remove_pis=True)
        try:
            while data := file.read(self._chunk):
                parser.feed(data)
                yield self._ended(parser)
                if self.root is not None:
                    prune(self.root, len(data))
            parser.close()
            yield self._ended(parser)
        except etree.XMLSyntaxError as error:
            raise refusal_of(self._document, error) from None

    def _ended(self, parser: Any) -> list[Element]:
        events = list(parser.read_events())
        if events and self.root is None:
            self._see_root(events[0][1])
        return [element for event, element in events if event == "end"]

    def _see_root(self, element: Element) -> None:
        tree = element.getroottree()
        if tree.docinfo.doctype:
            raise refused(self._document, DOCTYPE, WITHOUT_DOCTYPE)
        self.root = element
        self.encoding = tree.docinfo.encoding or "UTF-8"

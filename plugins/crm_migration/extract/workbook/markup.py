"""XML of a workbook's parts: streamed, its DOCTYPE refused before the rest is parsed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from lxml import etree

from crm_migration.extract.workbook.container import Parts, reading_zip
from crm_migration.extract.workbook.refusal import DAMAGED, Refused

BLOCK = 1 << 16
MOST_PROLOG = 1 << 20


@dataclass(frozen=True)
class Root:
    """The first element of a part: its namespace and its local name."""

    namespace: str
    name: str


class _RootFoundError(Exception):
    """Ends the parse of the prolog."""


class _Prolog:
    root: Root

    def doctype(self, *_: object) -> None:
        raise Refused("expected XML without a DOCTYPE, found one")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        del attributes
        name = etree.QName(tag)
        self.root = Root(name.namespace or "", name.localname)
        raise _RootFoundError

    def close(self) -> None:
        """Lxml asks every target for it."""


def root_of(parts: Parts, name: str) -> Root:
    """Return a part's first element.

    Raises:
        Refused: the part is missing, no XML, or has a DOCTYPE.
    """
    prolog, read = _Prolog(), 0
    parser = etree.XMLParser(target=prolog, no_network=True)  # type: ignore[arg-type] # lxml asks for no more
    with parts.open(name) as part, reading_zip():
        try:
            while read < MOST_PROLOG and (block := part.read(BLOCK)):
                read += len(block)
                parser.feed(block)
        except _RootFoundError:
            return prolog.root
        except etree.XMLSyntaxError:
            pass
    raise Refused(DAMAGED)


def elements(
    part: IO[bytes], tags: Iterable[str], events: Iterable[str] = ("end",)
) -> Iterator[tuple[str, etree._Element]]:
    """Yield elements of these tags as they start or end; those that ended are emptied afterwards.

    What was read stays as small as one element: earlier siblings are removed.

    Raises:
        Refused: the part is not well-formed.
    """
    with reading_zip():
        try:
            parsed = etree.iterparse(
                part, events=tuple(events), tag=tuple(tags), no_network=True, remove_comments=True, remove_pis=True
            )
            for event, element in parsed:
                yield event, element
                if event == "end":
                    forget(element)
        except etree.XMLSyntaxError:
            raise Refused(DAMAGED) from None


def forget(element: etree._Element) -> None:
    """Free an element that was read, and all before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def tree(parts: Parts, name: str) -> etree._Element:
    """Return a small part as a tree.

    Raises:
        Refused: it is missing, too large, not well-formed, or has a DOCTYPE.
    """
    root_of(parts, name)
    try:
        return etree.fromstring(
            parts.read(name), etree.XMLParser(no_network=True, remove_comments=True, remove_pis=True)
        )
    except etree.XMLSyntaxError:
        raise Refused(DAMAGED) from None


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the children of this local name."""
    return (child for child in element if local(child) == name)


def attribute(element: etree._Element, name: str) -> str | None:
    """Return the attribute of this local name, whatever its namespace."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None

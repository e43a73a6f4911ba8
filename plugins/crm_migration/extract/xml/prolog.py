"""What stands before the first element: a document with a DOCTYPE is refused before anything of it is acted upon."""

from collections.abc import Mapping
from typing import Any, BinaryIO, Final

from lxml import etree

from crm_migration.extract.document import Document, refused
from crm_migration.extract.xml.faults import DOCTYPE, WITHOUT_DOCTYPE, refusal_of

_BYTES_AT_ONCE: Final = 4096


class _DoctypeFound(Exception):
    """There is a DOCTYPE."""


class _RootFound(Exception):
    """The first element begins."""


class _Prolog:
    """What the parser tells of a document up to its root; both findings stop it."""

    def __init__(self) -> None:
        self.root = ""

    def doctype(self, _name: str | None, _public: str | None, _system: str | None) -> None:
        raise _DoctypeFound

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        self.root = tag
        raise _RootFound

    def end(self, _tag: str) -> None:
        """Nothing ends before the root begins."""

    def data(self, _text: str) -> None:
        """There is no text before the root."""

    def close(self) -> None:
        """Nothing was built."""


def find_root(document: Document, file: BinaryIO) -> str | None:
    """Return the root's tag, None for an empty file; the DOCTYPE is looked for by the parser itself, in any encoding.

    Raises:
        SourceUnreadable: the document has a DOCTYPE, or no root.
    """
    found = _Prolog()
    target: Any = found
    parser = etree.XMLParser(target=target)
    empty = True
    try:
        while data := file.read(_BYTES_AT_ONCE):
            empty = False
            parser.feed(data)
        if empty:
            return None
        parser.close()
    except _DoctypeFound:
        raise refused(document, DOCTYPE, WITHOUT_DOCTYPE) from None
    except _RootFound:
        return found.root
    except etree.XMLSyntaxError as error:
        raise refusal_of(document, error) from None
    return found.root

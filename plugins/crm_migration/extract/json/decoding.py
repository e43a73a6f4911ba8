"""The letters of a JSON file: its encoding by its first bytes, and its text piece by piece."""

import codecs
from collections.abc import Iterator
from typing import Final

from crm_migration.errors import MappingFault
from crm_migration.extract.document import Document, refused
from crm_migration.extract.json.limits import CHUNK

BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
NUL_PATTERNS: Final = {
    "000x": "utf-32-be",
    "x000": "utf-32-le",
    "0x0x": "utf-16-be",
    "x0x0": "utf-16-le",
}
"""Which of the first four bytes are zero: JSON begins with two ASCII letters (RFC 4627, section 3)."""
SURE_OF_ITSELF: Final = ("utf-16", "utf-32")


def find_encoding(document: Document, declared: str | None) -> str:
    """Return the encoding by its Python name: by its byte order mark, else as declared, else by its zero bytes.

    Raises:
        MappingFault: the declared encoding is not one of text.
    """
    with document.path.open("rb") as file:
        head = file.read(4)
    for mark, encoding in BOMS:
        if head.startswith(mark):
            return encoding
    if declared is not None:
        return _known(document, declared)
    return NUL_PATTERNS.get("".join("0" if byte == 0 else "x" for byte in (head * 2)[:4]), "utf-8")


def _known(document: Document, declared: str) -> str:
    try:
        name = codecs.lookup(declared).name
        "".encode(name)
    except LookupError as error:
        raise MappingFault(
            f"{document.name}: expected an encoding by its Python name, found {declared!r}; correct json.encoding"
        ) from error
    return "utf-8" if name == "utf-8-sig" else name


def read_text(document: Document, encoding: str, chunk: int = CHUNK) -> Iterator[str]:
    """Yield the text in pieces, without its byte order mark; bytes that are no text become lone surrogates.

    Raises:
        SourceUnreadable: the bytes cannot be brought back into step, as with half a unit of UTF-16.
    """
    errors = "surrogatepass" if encoding.startswith(SURE_OF_ITSELF) else "surrogateescape"
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    at_start = True
    try:
        with document.path.open("rb") as file:
            while data := file.read(chunk):
                text = decoder.decode(data)
                if at_start and text:
                    text, at_start = text.removeprefix("\ufeff"), False
                if text:
                    yield text
        if text := decoder.decode(b"", final=True):
            yield text.removeprefix("\ufeff") if at_start else text
    except UnicodeDecodeError as error:
        raise refused(
            document,
            f"expected text in {encoding}, found bytes that are none",
            "ask for a whole export, or name its encoding in json.encoding",
        ) from error


def read_utf8(document: Document, encoding: str, chunk: int = CHUNK) -> Iterator[bytes]:
    """Yield the text as UTF-8 in pieces, without its byte order mark; what is no text in it is for the reader to find.

    Raises:
        SourceUnreadable: as `read_text`.
    """
    if encoding != "utf-8":
        for text in read_text(document, encoding, chunk):
            yield text.encode("utf-8", "surrogatepass")
        return
    with document.path.open("rb") as file:
        if file.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
            file.seek(0)
        while data := file.read(chunk):
            yield data


def decode_line(line: bytes) -> tuple[bool, str]:
    """Return whether a line of UTF-8 holds what is no text, and the line; that becomes lone surrogates in it."""
    try:
        return False, line.decode()
    except UnicodeDecodeError:
        return True, line.decode("utf-8", "surrogateescape")


def encode_whole(text: str) -> bytes | None:
    """Return the text as UTF-8, or None if it holds a part of a character."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return None


def printable(text: str) -> str:
    """Return the text with parts of characters written as escapes, so that it can be stored."""
    return text.encode("utf-8", "backslashreplace").decode()

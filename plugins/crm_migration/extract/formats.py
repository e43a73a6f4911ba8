"""Which reader a document needs, by what its first bytes say or by what the mapping says."""

import codecs
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import PurePosixPath

from crm_migration.extract.archive import ZIP, is_office, packed_as, unpack_gzip, unpack_zip, zip_member
from crm_migration.extract.document import Document, Reading
from crm_migration.extract.landing import Landing
from crm_migration.mapping.reading import Format, ReadOptions

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BY_ENDING: dict[str, Format] = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".txt", ".psv"), "delimited"),
    **dict.fromkeys((".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"), "workbook"),
    **dict.fromkeys((".json", ".ndjson", ".jsonl", ".geojson"), "json"),
    ".xml": "xml",
}
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
SNIFFED_BYTES = 1024


@dataclass(frozen=True)
class Wanted:
    """How a document is to be read: the mapping's options, and the sheet of a workbook."""

    options: ReadOptions = field(default_factory=ReadOptions)
    sheet: str | None = None


def open_reading(document: Document, wanted: Wanted, landing: Landing) -> Reading:
    """Return the reader of a document; a compressed one is unpacked into the landing folder first.

    Raises:
        SourceUnreadable: the document is refused as a whole.
        MappingFault: a sheet or an encoding that the mapping names is not there.
    """
    unpacked = _unpacked(document, wanted, landing)
    found = wanted.options.format or sniff_format(unpacked)
    return _reader(found)(unpacked, wanted)


def sniff_format(document: Document) -> Format:
    """Return the format of a document: what its first bytes show, then what its name says, else `delimited`."""
    with document.path.open("rb") as handle:
        first = handle.read(SNIFFED_BYTES)
    if first.startswith(OLE) or (first.startswith(ZIP) and is_office(document.path)):
        return "workbook"
    named = BY_ENDING.get(PurePosixPath(document.name.lower().removesuffix(".gz")).suffix)
    return named or _by_first_letter(_text(first))


def _by_first_letter(text: str) -> Format:
    start = text.lstrip("\ufeff \t\r\n")[:1]
    if start == "<":
        return "xml"
    return "json" if start in ("{", "[") else "delimited"


def _text(first: bytes) -> str:
    encoding = next((name for mark, name in MARKS.items() if first.startswith(mark)), "utf-8")
    return first.decode(encoding, errors="replace")


def _unpacked(document: Document, wanted: Wanted, landing: Landing) -> Document:
    match packed_as(document.path):
        case "gzip":
            path = landing.fetch(f"{_landed(document)}.unpacked", partial(unpack_gzip, document))
            return replace(document, path=path)
        case "zip":
            return _member(document, wanted.options.member, landing)
        case _:
            return document


def _member(document: Document, pattern: str | None, landing: Landing) -> Document:
    name = zip_member(document, pattern)
    path = landing.fetch(f"{_landed(document)}.{name}.unpacked", partial(unpack_zip, document, name))
    return replace(document, path=path, name=f"{document.name}/{name}")


def _landed(document: Document) -> str:
    return f"{document.identity or document.name}.{document.version}"


def _reader(name: Format) -> Callable[[Document, Wanted], Reading]:
    """Return the reader of a format; the others, and the libraries that they need, are not imported."""
    match name:
        case "delimited":
            from crm_migration.extract.delimited.reading import read_delimited

            return read_delimited
        case "workbook":
            from crm_migration.extract.workbook.reading import read_workbook

            return read_workbook
        case "json":
            from crm_migration.extract.json.reading import read_json

            return read_json
        case "xml":
            from crm_migration.extract.xml.reading import read_xml

            return read_xml

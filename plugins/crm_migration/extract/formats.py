"""Which reader a document needs, by what its first bytes say or by what the mapping says."""

from collections.abc import Callable
from dataclasses import dataclass

from crm_migration.extract.document import Document, Reading
from crm_migration.mapping.reading import ReadOptions


@dataclass(frozen=True)
class Wanted:
    """How a document is to be read: the mapping's options, and the sheet of a workbook."""

    options: ReadOptions = ReadOptions()
    sheet: str | None = None


def open_reading(document: Document, wanted: Wanted) -> Reading:
    """Return the reader of a document.

    Raises:
        SourceUnreadable: the document is of no known format, or is refused as a whole.
    """
    found = wanted.options.format or sniff_format(document)
    return _readers()[found](document, wanted)


def sniff_format(document: Document) -> str:
    """Return the format that the first bytes of a document show: `delimited` where they show nothing else."""
    raise NotImplementedError


def _readers() -> dict[str, Callable[[Document, Wanted], Reading]]:
    from crm_migration.extract.delimited.reading import read_delimited
    from crm_migration.extract.json.reading import read_json
    from crm_migration.extract.workbook.reading import read_workbook
    from crm_migration.extract.xml.reading import read_xml

    return {"delimited": read_delimited, "workbook": read_workbook, "json": read_json, "xml": read_xml}

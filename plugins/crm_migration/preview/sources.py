"""What a person names to be previewed: a file, a file below a connection's folder, or a mapping."""

from dataclasses import dataclass
from pathlib import Path

from crm_migration.connections import file_root, from_environment
from crm_migration.errors import MappingFault
from crm_migration.extract.document import Document
from crm_migration.extract.files import FileStore
from crm_migration.extract.formats import Wanted
from crm_migration.extract.landing import Landing
from crm_migration.extract.open_source import open_source
from crm_migration.mapping.model import SourceConfig
from crm_migration.mapping.reader import read_mapping
from crm_migration.mapping.reading import (
    DelimitedOptions,
    Format,
    JsonOptions,
    ReadOptions,
    WorkbookOptions,
    XmlOptions,
)
from crm_migration.preview.preview import Asked, Preview, preview_document, preview_entity

MAPPINGS = (".yaml", ".yml")


@dataclass(frozen=True)
class Overrides:
    """What a person says about a file where its content does not; None: found from the content."""

    format: Format | None = None
    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    records: str | None = None
    header_row: int | None = None
    member: str | None = None

    def wanted(self) -> Wanted:
        """Return how the document is to be read.

        Raises:
            MappingFault: the delimiter is none.
        """
        if self.delimiter == "":
            raise MappingFault("--delimiter: expected one or more characters, found none")
        options = ReadOptions(
            format=self.format,
            member=self.member,
            delimited=DelimitedOptions(encoding=self.encoding, delimiter=self.delimiter, header_row=self.header_row),
            workbook=WorkbookOptions(header_row=self.header_row),
            json_=JsonOptions(records=self.records, encoding=self.encoding),
            xml=XmlOptions(records=self.records),
        )
        return Wanted(options, self.sheet)


@dataclass(frozen=True)
class Place:
    """Where the source is beyond its name: the connection whose folder holds a file, the entity of a mapping."""

    connection: str | None = None
    entity: str | None = None


def preview_source(source: str, place: Place, overrides: Overrides, asked: Asked) -> list[Preview]:
    """Return how a source is read: a file of this machine, files of a connection's folder, or a mapping's entities.

    Raises:
        MappingFault: nothing of that name is there.
        SourceUnavailable, SourceUnreadable: as the source does.
    """
    if place.connection is not None:
        return _below(place.connection, source, overrides, asked)
    if Path(source).suffix in MAPPINGS:
        return _of_mapping(Path(source), place.entity, asked)
    if Path(source).is_dir():
        raise MappingFault(f"{source}: expected a file, found a folder; name a file in it")
    if not Path(source).is_file():
        raise MappingFault(f"{source}: expected a file that can be read, or a mapping, found none")
    name = Path(source).name
    return [preview_document(Document(Path(source), name, name), overrides.wanted(), asked)]


def _below(connection: str, pattern: str, overrides: Overrides, asked: Asked) -> list[Preview]:
    config = SourceConfig(name="preview", kind="files", connection=connection, recursive="/" in pattern)
    documents = FileStore(config, file_root(from_environment(connection)), Landing()).named(pattern)
    if not documents:
        raise MappingFault(f"connection {connection!r}: expected a file that fits {pattern!r}, found none")
    return [preview_document(document, overrides.wanted(), asked) for document in documents]


def _of_mapping(path: Path, entity: str | None, asked: Asked) -> list[Preview]:
    loaded = read_mapping(path)
    source = open_source(loaded.mapping, from_environment(loaded.mapping.source.connection))
    names = [entity] if entity else list(loaded.mapping.entities)
    if asked.out is not None and len(names) > 1:
        raise MappingFault(f"{path}: expected one entity to write rows of, found {len(names)}; name one with --entity")
    return [one for name in names for one in preview_entity(source, loaded.mapping, name, asked)]

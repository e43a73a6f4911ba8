"""A Google Sheet and a folder of Google Drive as stores of documents.

What a run fetches, it fetches once: the list of a folder, each file and each spreadsheet land in the run's folder,
and every task of the run reads them there.
"""

import json
import logging
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from crm_migration.connections import ConnectionFields
from crm_migration.errors import MappingFault
from crm_migration.extract.document import Document, Reading
from crm_migration.extract.formats import Wanted, open_reading
from crm_migration.extract.google.client import DRIVE_SCOPES, SHEET_SCOPES, GoogleClient
from crm_migration.extract.google.download import checksum, download_to
from crm_migration.extract.google.drive import list_folder
from crm_migration.extract.google.files import DriveFile, file_from_json, file_to_json
from crm_migration.extract.google.landed import LANDED_ENDING
from crm_migration.extract.google.patience import Patience
from crm_migration.extract.google.sheet import fetch_sheet, landed_sheet, read_landed_sheet
from crm_migration.extract.landing import Landing
from crm_migration.mapping.model import Entity, SourceConfig

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class SheetStore:
    """The spreadsheet of a source of kind `google_sheet`, which is its one document."""

    config: SourceConfig
    connection: ConnectionFields
    landing: Landing = field(repr=False)
    patience: Patience = field(default_factory=Patience, repr=False)

    def documents(self, entity: Entity) -> list[Document]:  # noqa: ARG002 entities differ in their sheet only
        """Return the spreadsheet, fetched by the first task of the run that asks.

        Raises:
            MappingFault, SourceUnavailable, SourceUnreadable: as `fetch_sheet`; also where the mapping names none.
        """
        spreadsheet = self.config.spreadsheet
        if not spreadsheet:
            raise MappingFault(f"{self.config.name}: expected the id of a Google Sheet as source.spreadsheet; add it")
        with GoogleClient(self.connection, SHEET_SCOPES, self.patience, self.config.name) as client:
            return [
                landed_sheet(
                    self.landing.fetch(f"{spreadsheet}{LANDED_ENDING}", partial(_land_sheet, client, spreadsheet))
                )
            ]

    def reading(self, document: Document, wanted: Wanted) -> Reading:
        """Return the reader of a worksheet; raises what `read_landed_sheet` raises."""
        return read_landed_sheet(document, wanted)

    def unchanged(self, document: Document) -> bool:
        """Return whether a landed file is what it was, which it is for as long as its run."""
        return document.path.exists()


@dataclass(frozen=True)
class DriveStore:
    """The folder of a source of kind `google_drive`: files in any format, and native Google Sheets."""

    config: SourceConfig
    connection: ConnectionFields
    landing: Landing = field(repr=False)
    patience: Patience = field(default_factory=Patience, repr=False)

    def documents(self, entity: Entity) -> list[Document]:
        """Return the files that fit the entity's pattern, listed and fetched by the first task of the run that asks.

        Raises:
            MappingFault, SourceUnavailable, SourceUnreadable, OperatorNeeded: as `list_folder` and `download_to`;
                also where the mapping names no folder.
        """
        folder = self.config.folder
        if not folder:
            raise MappingFault(f"{self.config.name}: expected the id of a folder as source.folder; add it")
        with GoogleClient(self.connection, DRIVE_SCOPES, self.patience, self.config.name) as client:
            pattern = entity.file or "*"
            listed = self.landing.fetch(
                f"{folder}.{self.config.recursive}.{pattern}.list", partial(self._land_list, client, folder, pattern)
            )
            files = [file_from_json(told) for told in json.loads(listed.read_text(encoding="utf-8"))]
            return [self._fetched(client, file) for file in files]

    def reading(self, document: Document, wanted: Wanted) -> Reading:
        """Return the reader of a document; raises what `open_reading` and `read_landed_sheet` raise."""
        if document.path.suffix == LANDED_ENDING:
            return read_landed_sheet(document, wanted)
        return open_reading(document, wanted, self.landing)

    def unchanged(self, document: Document) -> bool:
        """Return whether a landed file is what it was, which it is for as long as its run."""
        return document.path.exists()

    def _land_list(self, client: GoogleClient, folder: str, pattern: str, to: Path) -> None:
        found = list_folder(client, folder, self.config.recursive, pattern)
        for note in found.notes:
            logger.warning("%s: %s", self.config.name, note)
        to.write_text(json.dumps([file_to_json(file) for file in found.files]), encoding="utf-8")

    def _fetched(self, client: GoogleClient, file: DriveFile) -> Document:
        if file.is_sheet:
            path = self.landing.fetch(f"{file.id}{LANDED_ENDING}", partial(_land_sheet, client, file.id))
            return landed_sheet(path, file.name)
        path = self.landing.fetch(f"{file.id}.bytes", partial(download_to, client, file))
        # The file may have been replaced between list and download: the version is that of the bytes.
        version = self.landing.fetch(f"{file.id}.version", partial(_land_version, path))
        return Document(path, file.name, file.id, version.read_text(encoding="ascii"), file.modified)


def _land_sheet(client: GoogleClient, spreadsheet: str, to: Path) -> None:
    fetch_sheet(client, spreadsheet, to)


def _land_version(path: Path, to: Path) -> None:
    to.write_text(checksum(path), encoding="ascii")
